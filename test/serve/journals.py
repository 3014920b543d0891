"""journals.py -- `cutline journal verify` over what a service left behind, sound and damaged; and what a start says then."""
# SPDX-License-Identifier: Apache-2.0
import json
import os
import subprocess
import time

import house
from house import CUTLINE


class Journals(house.Case):
    def verify(self, *words):
        run = subprocess.run([CUTLINE, "journal", "verify", self.house.data, *words],
                             stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
        return run.returncode, run.stdout.decode(), run.stderr.decode()

    def spoil(self, folder, name, at):
        with open(os.path.join(self.house.data, folder, name), "r+b") as file:
            file.seek(at)
            byte = file.read(1)[0]
            file.seek(at)
            file.write(bytes([byte ^ 0x10]))

    def test_sound_and_damaged(self):
        time.sleep(1.2)  # a heartbeat
        self.assertEqual(self.house.stop(), 0)
        code, out, _ = self.verify("--json")
        self.assertEqual(code, 0, out)
        report = json.loads(out)
        self.assertTrue(report["sound"])
        self.assertGreaterEqual(report["journal"]["entries"], 1)
        self.assertEqual(report["journal"]["torn_bytes"], 0)
        self.assertEqual(len(report["snapshots"]), 2)  # that of the stop, and the first of all
        self.assertEqual(report["snapshots"][0]["position"], report["journal"]["entries"] + 1)
        self.assertEqual(report["snapshots"][1]["position"], 1)
        self.assertEqual(self.verify()[1].count("\n"), 4)

        snapshot = report["snapshots"][0]["file"]
        self.spoil("snapshot", snapshot, 200)
        code, out, _ = self.verify()
        self.assertEqual(code, 1)
        self.assertIn(f"{snapshot}: damaged at byte 64", out)
        self.assertIn("损坏", self.verify("--lang", "zh")[1])
        self.spoil("snapshot", snapshot, 200)

        segment = sorted(os.listdir(os.path.join(self.house.data, "journal")))[0]
        self.spoil("journal", segment, 110)
        code, out, _ = self.verify("--json")
        self.assertEqual(code, 1)
        damage = json.loads(out)["journal"]["damage"]
        self.assertEqual((damage["file"], damage["offset"], damage["entry"]), (segment, 64, 1))
        self.spoil("journal", segment, 110)
        self.assertEqual(self.verify()[0], 0)
        self.spoil("snapshot", snapshot, 200)  # a start does without it, and says so
        self.house.start()
        self.assertIn("snapshot_damaged", str(self.house.events()))

    def test_a_torn_tail_is_no_damage(self):
        time.sleep(1.2)
        self.house.kill()
        segment = sorted(os.listdir(os.path.join(self.house.data, "journal")))[0]
        with open(os.path.join(self.house.data, "journal", segment), "ab") as file:
            file.write(b"CUTF\x40\0\0\0torn")
        code, out, _ = self.verify("--json")
        self.assertEqual(code, 0, out)
        self.assertEqual(json.loads(out)["journal"]["torn_bytes"], 12)
        self.house.start()
        self.assertIn("torn", " ".join(os.listdir(os.path.join(self.house.data, "journal"))))

    def test_nothing_there(self):
        run = subprocess.run([CUTLINE, "journal", "verify", self.house.folder], stderr=subprocess.PIPE,
                             stdout=subprocess.PIPE, check=False)
        self.assertEqual(run.returncode, 3)
        self.assertEqual(run.stderr.count(b"\n"), 1)
        self.assertFalse(os.path.exists(os.path.join(self.house.folder, "journal")))


if __name__ == "__main__":
    house.main()
