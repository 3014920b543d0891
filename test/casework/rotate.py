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
    def chains(self, n):
        """n chains of three payments, and a trace of each: what names people in it lies sealed, as do its proposals."""
        now = int(time.time()) - 600
        rows = []
        for at in range(n):
            for step in range(3):
                rows.append(json.dumps({
                    "kind": "payment", "id": f"C{at}-{step}", "payer": f"62220200000{at:04d}000{step}", "payee": f"62220200000{at:04d}000{step + 1}",
                    "time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(now + 20 * step)), "amount": f"{9000 - 1000 * step}.00",
                    "currency": "CNY", "payer_bank": "ICBKCNBJ", "payee_bank": "CCBKCNBJ"}) + "\n")
        status, _, answer = self.house.send("".join(rows))
        self.assertEqual((status, answer["accepted"]), (200, len(rows)), answer)
        until = time.monotonic() + 60
        while self.house.figures()['cutline_money_kept_payments{where="memory"}'] < len(rows):
            assert time.monotonic() < until
            time.sleep(0.1)
        ids = []
        for at in range(n):
            status, answer = self.cem.ask("POST", "/v1/traces", {"from": f"payment:C{at}-0", "reason": "test"})
            self.assertEqual(status, 201, answer)
            self.assertTrue(answer["trace"]["stops"])
            ids.append(answer["id"])
        return ids

    def traced(self, ids):
        for at, id in enumerate(ids):
            status, answer = self.cem.ask("POST", f"/v1/traces/{id}/reveal", {"reason": "to stop it"})
            self.assertEqual(status, 200, answer)
            self.assertEqual([row["account"] for row in answer["trace"]["accounts"]], [f"62220200000{at:04d}000{step}" for step in (1, 2, 3)])

    def ordered(self, ids):
        """What a proposal says is read, too: it becomes an order."""
        for at, id in enumerate(ids):
            status, made = self.cem.ask("POST", f"/v1/traces/{id}/orders", {"accounts": ["2"], "reason": "stop"})
            self.assertEqual(status, 200, made)
            item = made["orders"][0]["item"]
            status, answer = self.cem.ask("POST", f"/v1/work/{item}/reveal", {"fields": ["payee"], "reason": "check"})
            self.assertEqual((status, answer["fields"]["payee"]), (200, f"62220200000{at:04d}0003"), answer)

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
                "SELECT reason FROM work_log WHERE reason IS NOT NULL", "SELECT sealed FROM flow_trace", "SELECT sealed FROM flow_stop")]
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
        ids, traces = self.fill(8), self.chains(5)
        self.assertIn("served by", self.rotate(code=5))
        self.assertEqual(self.house.stop(), 0)
        before = self.blobs()
        self.rotate()
        self.assertEqual(self.keys(), ["work.1"])
        self.assertEqual(oct(os.stat(os.path.join(self.house.data, "keys", "work.1")).st_mode & 0o777), "0o600")
        self.house.start()
        self.resealed()
        for one, other in zip(before, self.blobs()):
            self.assertTrue(one or not other)
            self.assertFalse(one & other)
        self.assertEqual([len(blobs) for blobs in before[-2:]], [5, 15])
        self.reads(ids)
        self.traced(traces)
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
        self.traced(traces)
        self.ordered(traces)
        more = self.fill(2, first=20)
        self.reads(more, first=20)
        self.assertEqual(len(self.audit("keys.resealed")), 2)
        self.assertEqual(len(self.audit("keys.removed")), 1)

    def test_killed_again_and_again_nothing_is_lost(self):
        ids, traces = self.fill(30), self.chains(15)
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
        self.traced(traces)
        self.ordered(traces)


if __name__ == "__main__":
    main()
