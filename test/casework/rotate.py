"""rotate.py -- another key for what names people: old items stay readable, are sealed anew, and no kill loses one."""
# SPDX-License-Identifier: Apache-2.0
import glob
import json
import os
import sqlite3
import subprocess
import time

from people import CUTLINE, Desk, main


class Rotate(Desk):
    def rotate(self, code=0):
        done = subprocess.run([CUTLINE, "keys", "rotate", "--data", self.house.data, "--lang", "en"],
                              capture_output=True, text=True, timeout=60)
        assert done.returncode == code, (done.returncode, done.stdout, done.stderr)
        return done.stderr

    def keys(self):
        return sorted(os.path.basename(path) for path in glob.glob(os.path.join(self.house.data, "keys", "work*")))

    def blobs(self):
        store = sqlite3.connect(f"file:{self.house.data}/store.db?mode=ro", uri=True)
        try:
            return [set(row[0] for row in store.execute(sql)) for sql in (
                "SELECT sealed FROM work_item", "SELECT sealed FROM work_note", "SELECT bytes FROM work_attachment",
                "SELECT reason FROM work_log WHERE reason IS NOT NULL")]
        finally:
            store.close()

    def resealed(self, count=1, seconds=60):
        until = time.monotonic() + seconds
        while sum(event["event_type"] == "resealed" for event in self.house.events()) < count:
            assert time.monotonic() < until, self.house.read_log()[-2000:]
            time.sleep(0.1)

    def fill(self, n, first=0):
        ids = []
        for at in range(first, first + n):
            id = self.ann.new("dissuasion", source="hotline", grade="high", phone=f"138000066{at:02d}", person="王小明")["id"]
            status, answer = self.ann.ask("POST", f"/v1/work/{id}/note", {"text": f"note {at}"})
            assert status == 204, answer
            ids.append(id)
        self.ann.ask("POST", f"/v1/work/{ids[0]}/reveal", {"fields": ["phone"], "reason": "to call"})
        return ids

    def reads(self, ids, first=0):
        for at, id in enumerate(ids):
            status, answer = self.ann.ask("POST", f"/v1/work/{id}/reveal", {"fields": ["phone"], "reason": "to call"})
            self.assertEqual(status, 200, answer)
            self.assertIn(f"138000066{at + first:02d}", json.dumps(answer))
            self.assertIn(f"note {at + first}", json.dumps(self.ann.get(f"/v1/work/{id}/log")))

    def test_everything_stays_readable_and_lies_under_the_new_key_and_the_old_one_goes(self):
        ids = self.fill(8)
        self.assertIn("served by", self.rotate(code=5))
        self.assertEqual(self.house.stop(), 0)
        before = self.blobs()
        self.rotate()
        self.assertEqual(self.keys(), ["work.1"])
        self.assertEqual(oct(os.stat(os.path.join(self.house.data, "keys", "work.1")).st_mode & 0o777), "0o600")
        self.house.start()
        self.resealed()
        for one, other in zip(before, self.blobs()):
            self.assertFalse(one & other)
        self.reads(ids)
        self.assertEqual(self.ann.ask("POST", "/v1/work/search", {"identifier": "13800006603", "reason": "x"})[1]["work"][0]["id"],
                         ids[3])  # found as before
        self.assertEqual(self.house.stop(), 0)
        self.rotate()
        self.house.start()
        self.resealed(2)
        self.assertEqual(self.keys(), ["work.1", "work.2", "work.alone"])  # a backup of now has both
        self.assertEqual(self.house.stop(), 0)
        self.house.start()
        self.assertEqual(self.keys(), ["work.2", "work.alone"])
        self.reads(ids)
        more = self.fill(2, first=20)
        self.reads(more, first=20)
        self.assertEqual(len(self.audit("keys.resealed")), 2)
        self.assertEqual(len(self.audit("keys.removed")), 1)

    def test_killed_again_and_again_nothing_is_lost(self):
        ids = self.fill(30)
        for turn in range(3):
            self.house.stop()
            self.rotate()
            for _ in range(3):
                self.house.start()
                time.sleep(0.05 * turn)
                self.house.kill()
            self.house.start()
        self.resealed()
        self.reads(ids)
        self.house.stop()
        self.house.start()
        self.assertEqual(self.keys(), ["work.3", "work.alone"])
        self.reads(ids)


if __name__ == "__main__":
    main()
