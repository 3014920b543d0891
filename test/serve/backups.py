"""backups.py -- a backup made under load is restored whole, and damage to it is found and named."""
# SPDX-License-Identifier: Apache-2.0
import os
import random
import shutil
import subprocess
import threading

import house
from house import CUTLINE, call


def run(*words):
    return subprocess.run([CUTLINE, *words, "--lang", "en"], capture_output=True, text=True, timeout=120)


class Backups(house.Case):
    CONFIG = "snapshot: {interval: 1s}\n"

    def setUp(self):
        super().setUp()
        self.house.enrol()
        self.backup = os.path.join(self.house.folder, "backup")

    def fill(self):
        number = 0
        while not self.enough:
            status, _, _ = self.house.send("".join(call(number * 50 + i) for i in range(50)), key=f"k{number}")
            number += status == 200
        self.sent = number

    def test_a_backup_under_load_is_restored_and_goes_on(self):
        self.enough = False
        load = threading.Thread(target=self.fill)
        load.start()
        self.house.wait_for('cutline_ready{check="audit"}', 1)
        before = self.house.figures()['cutline_ingest_events_total{outcome="accepted"}']
        made = run("backup", self.backup, "--data", self.house.data)
        self.enough = True
        load.join()
        self.assertEqual(made.returncode, 0, made.stderr)
        self.assertIn("restored once", made.stdout)
        self.assertFalse(os.path.exists(self.backup + ".trial"))
        self.assertGreater(self.house.figures()["cutline_backup_last_verified_timestamp_seconds"], 0)
        self.assertEqual(self.house.stop(), 0)
        whole = run("verify", self.house.data)
        self.assertEqual(whole.returncode, 0, whole.stderr)

        restored = os.path.join(self.house.folder, "restored")
        again = run("restore", self.backup, "--data", restored)
        self.assertEqual(again.returncode, 0, again.stderr)
        self.house.data = restored
        self.house.start()  # the token is of the backup, too
        figures = self.house.figures()
        self.assertGreaterEqual(figures['cutline_journal_position{point="durable"}'], before)
        status, headers, _ = self.house.send("".join(call(i) for i in range(50)), key="k0")
        self.assertEqual((status, headers["Idempotent-Replayed"]), (200, "true"))

    def test_damage_is_found_and_named(self):
        self.house.send("".join(call(i) for i in range(500)), key="a")
        self.assertEqual(self.house.stop(), 0)
        made = run("backup", self.backup, "--data", self.house.data)
        self.assertEqual(made.returncode, 0, made.stderr)
        files = [os.path.join(folder, name) for folder, _, names in os.walk(self.backup) for name in names]
        chance = random.Random(5)
        for path in files:
            with open(path, "rb") as file:
                good = file.read()
            for how in ("flip", "cut", "gone"):
                if how == "flip":
                    at = chance.randrange(len(good))
                    bad = good[:at] + bytes([good[at] ^ 1 << chance.randrange(8)]) + good[at + 1:]
                else:
                    bad = good[:chance.randrange(len(good))]
                with open(path, "wb") as file:
                    file.write(bad)
                if how == "gone":
                    os.remove(path)
                manifest = os.path.basename(path) == "manifest"
                found = run("verify", self.backup)
                if not (manifest and how == "gone"):  # that is a data directory like any other
                    self.assertNotEqual(found.returncode, 0, (path, how))
                if not manifest:
                    self.assertIn(path, found.stderr)
                restored = run("restore", self.backup, "--data", os.path.join(self.house.folder, "no"))
                self.assertNotEqual(restored.returncode, 0, (path, how))
                self.assertFalse(os.path.exists(os.path.join(self.house.folder, "no")))
            with open(path, "wb") as file:
                file.write(good)
            os.chmod(path, 0o600)
        self.assertEqual(run("verify", self.backup).returncode, 0)

    def test_a_damaged_directory_is_named_and_not_served(self):
        self.house.send("".join(call(i) for i in range(500)))
        self.house.send("".join(call(i) for i in range(500, 600)))
        self.assertEqual(self.house.stop(), 0)
        journal = os.path.join(self.house.data, "journal")
        segment = os.path.join(journal, sorted(os.listdir(journal))[0])
        with open(segment, "r+b") as file:
            file.seek(2000)
            byte = file.read(1)
            file.seek(2000)
            file.write(bytes([byte[0] ^ 4]))
        shutil.rmtree(os.path.join(self.house.data, "snapshot"))
        found = run("verify", self.house.data)
        self.assertEqual(found.returncode, 3)
        self.assertIn(segment, found.stderr)
        self.assertRegex(found.stderr, r"byte \d+, entry \d+")
        with self.assertRaisesRegex(AssertionError, r"damaged at byte \d+ \(entry \d+\).*Nothing was changed"):
            self.house.start()

    def test_a_served_directory_is_not_verified_and_nothing_is_written_over(self):
        self.assertEqual(run("verify", self.house.data).returncode, 75)
        os.mkdir(self.backup)
        self.assertEqual(run("backup", self.backup, "--data", self.house.data).returncode, 3)
        self.assertEqual(run("restore", self.backup, "--data", os.path.join(self.house.folder, "x")).returncode, 3)


if __name__ == "__main__":
    house.main()
