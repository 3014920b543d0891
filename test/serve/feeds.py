"""feeds.py -- files that are sent and files that are followed: each row once, also across a kill."""
# SPDX-License-Identifier: Apache-2.0
import gzip
import os
import subprocess
import time

import house
from house import CUTLINE

HEAD = "time,caller,callee\n"


def rows(first, count):
    return "".join(f"2026-03-02T{i // 3600 % 24:02d}:{i // 60 % 60:02d}:{i % 60:02d}+08:00,+8613800000001,+86139{i:08d}\n"
                   for i in range(first, first + count))


class Feeds(house.Case):
    CONFIG = "intake:\n  tail:\n    - {path: cdr/calls.csv, kind: call, poll: 50ms}\n"

    def setUp(self):
        super().setUp()
        self.house.enrol()
        self.folder = os.path.join(self.house.folder, "cdr")
        os.mkdir(self.folder)
        self.calls = os.path.join(self.folder, "calls.csv")

    def send(self, *words):
        token = os.path.join(self.house.folder, "token")
        with open(token, "w", encoding="utf-8") as file:
            file.write(self.house.token + "\n")
        os.chmod(token, 0o600)
        return subprocess.run([CUTLINE, "send", *words, "--to", f"http://127.0.0.1:{self.house.port}",
                               "--token", token, "--lang", "en"], capture_output=True, text=True, timeout=120)

    def test_a_file_that_is_sent_again_counts_once(self):
        path = os.path.join(self.house.folder, "calls.csv.gz")
        with gzip.open(path, "wt", encoding="utf-8") as file:
            file.write(HEAD + rows(0, 30000) + "nonsense\n")
        first = self.send(path)
        self.assertEqual(first.returncode, 0, first.stderr)
        self.assertIn("30000 records accepted, 1 rejected", first.stderr)
        self.house.kill()
        self.house.start()
        again = self.send(path)
        self.assertEqual(again.returncode, 0, again.stderr)
        self.assertIn("30000 records accepted, 1 rejected", again.stderr)
        figures = self.house.figures()
        self.assertEqual(figures['cutline_ingest_events_total{outcome="accepted"}'], 0)
        self.assertGreater(figures["cutline_ingest_keys_answered_again_total"], 1)

    def test_a_file_of_messages_between_banks_is_sent_whole(self):
        path = os.path.join(self.house.folder, "calls.xml")  # its name says nothing
        one = ("<CdtTrfTxInf><PmtId><TxId>T{}</TxId></PmtId><IntrBkSttlmAmt Ccy='CNY'>1.50</IntrBkSttlmAmt>"
               "<Dbtr><Nm>{}</Nm></Dbtr></CdtTrfTxInf>\n")
        with open(path, "w", encoding="utf-8") as file:
            file.write("<FIToFICstmrCdtTrf><GrpHdr><CreDtTm>2026-03-02T09:00:00+08:00</CreDtTm></GrpHdr>\n")
            file.writelines(one.format(i, "x" * 100) for i in range(10000))  # more than a piece of lines
            file.write("</FIToFICstmrCdtTrf>\n")
        sent = self.send(path)
        self.assertEqual(sent.returncode, 0, sent.stderr)
        self.assertIn("10000 records accepted, 0 rejected, in 1 deliveries", sent.stderr)
        with open(path, "a", encoding="utf-8") as file:
            file.write("<FIToFICstmrCdtTrf/>\n" * 400000)
        sent = self.send(path)
        self.assertNotEqual(sent.returncode, 0)
        self.assertIn("is XML of more than 8 MiB", sent.stderr)

    def test_who_may_not_is_told(self):
        path = os.path.join(self.house.folder, "calls.csv")
        with open(path, "w", encoding="utf-8") as file:
            file.write(HEAD + rows(0, 3))
        self.house.token = "cut_no"
        self.assertEqual(self.send(path).returncode, 5)

    def append(self, text):
        with open(self.calls, "a", encoding="utf-8") as file:
            file.write(text)

    def held(self, count):
        """Waits until the journal holds so many records, over all lives of the process."""
        until = time.monotonic() + 30
        found = None
        while time.monotonic() < until:
            found = self.house.figures()['cutline_tail_events_total{outcome="accepted"}'] + self.before
            if found == count:
                return
            time.sleep(0.05)
        self.fail(f"{found} of {count} rows came\n" + self.house.read_log()[-1500:])

    def test_a_followed_file_goes_on_where_it_was_after_a_kill(self):
        self.before = 0
        self.append(HEAD + rows(0, 1000) + "2026-03-02T09")
        self.held(1000)
        self.house.kill()
        self.before = 1000
        with open(self.calls, "r+", encoding="utf-8") as file:
            file.seek(0, 2)
            file.seek(file.tell() - 13)
            file.truncate()
        self.append(rows(1000, 500))
        os.rename(self.calls, self.calls + ".1")
        self.append(HEAD + rows(1500, 500))
        self.house.start()
        self.held(2000)
        moved = [event for event in self.house.events() if event["event_type"] == "tail_moved"]
        self.assertEqual(len(moved), 1)


if __name__ == "__main__":
    house.main()
