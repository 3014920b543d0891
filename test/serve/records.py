"""records.py -- from an empty directory to a record that is acknowledged, answered once, and thought about."""
# SPDX-License-Identifier: Apache-2.0
import gzip
import os
import stat
import subprocess
import threading
import time

import house
from house import CUTLINE, call


class Records(house.Case):
    def setUp(self):
        super().setUp()
        self.house.enrol()

    def test_a_first_start_makes_a_private_directory_and_says_the_code_once(self):
        mode = stat.S_IMODE(os.stat(self.house.data).st_mode)
        self.assertEqual(mode, 0o700)
        for folder, _, files in os.walk(self.house.data):
            for name in files:
                mode = stat.S_IMODE(os.stat(os.path.join(folder, name)).st_mode)
                self.assertEqual(mode & 0o077, 0, name)
        self.assertEqual(self.house.stop(), 0)
        self.house.start()
        self.assertNotIn("enrolment", self.house.hello)

    def test_two_processes_cannot_serve_from_one_directory(self):
        second = subprocess.run([CUTLINE, "serve", "--data", self.house.data, "--config", self.house.config],
                                capture_output=True, timeout=30)
        self.assertEqual(second.returncode, 1)
        self.assertIn(b"another process", second.stderr)

    def test_counts_positions_and_rejects_are_answered(self):
        status, _, answer = self.house.send(call(1) + "nonsense\n" + call(2) + '{"kind":"call"}\n')
        self.assertEqual(status, 200)
        self.assertEqual((answer["accepted"], answer["rejected"]), (2, 2))
        self.assertEqual(answer["last"], answer["first"] + 1)
        self.assertEqual([reject["line"] for reject in answer["rejects"]], [2, 4])
        self.assertEqual(answer["rejects"][0]["reason"], "JSON")

    def test_csv_gzip_and_mappings_are_read(self):
        csv = "time,caller,callee\n2026-03-02T09:00:00+08:00,13800138000,13900139000\n"
        status, _, answer = self.house.send(csv, query="?kind=call")
        self.assertEqual((status, answer["accepted"]), (200, 1))
        status, _, answer = self.house.send(gzip.compress(call(1).encode()), headers={"Content-Encoding": "gzip"})
        self.assertEqual((status, answer["accepted"]), (200, 1))
        status, _, answer = self.house.send(gzip.compress(call(1).encode())[:-9])
        self.assertEqual(status, 400)
        status, _, answer = self.house.send(csv, query="?mapping=../../etc/passwd")
        self.assertEqual(status, 422)
        status, _, answer = self.house.send(csv, query="?kind=nothing")
        self.assertEqual(status, 400)
        self.assertIn("nothing", answer["detail"])

    def test_messages_between_banks_are_records(self):
        one = "<CdtTrfTxInf><PmtId><TxId>{}</TxId></PmtId><IntrBkSttlmAmt Ccy='CNY'>1.50</IntrBkSttlmAmt></CdtTrfTxInf>"
        xml = ("<Document xmlns='urn:iso:std:iso:20022:tech:xsd:pacs.008.001.08'><FIToFICstmrCdtTrf><GrpHdr><CreDtTm>"
               "2026-03-02T09:00:00+08:00</CreDtTm></GrpHdr>\n" + one.format(1) + "\n<CdtTrfTxInf/>\n" + one.format(2) +
               "</FIToFICstmrCdtTrf></Document>")
        kind = {"Content-Type": "application/xml"}
        status, _, answer = self.house.send(xml, headers=kind)
        self.assertEqual((status, answer["accepted"], answer["rejected"]), (200, 2, 1))
        self.assertIn("IntrBkSttlmAmt/@Ccy", answer["rejects"][0]["why"])
        status, _, answer = self.house.send(xml[:-20], headers=kind)
        self.assertEqual(status, 400)
        self.assertIn("ends in the middle of a document", answer["detail"])
        status, _, answer = self.house.send("<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", headers=kind)
        self.assertEqual(status, 400)
        self.assertIn("DOCTYPE", answer["detail"])

    def test_a_key_is_answered_once_and_the_same_again(self):
        body = call(1) + call(2)
        first = self.house.send(body, key="a")
        again = self.house.send(body, key="a")
        self.assertEqual(first[2], again[2])
        self.assertEqual(again[1]["Idempotent-Replayed"], "true")
        self.assertEqual(self.house.send(call(3), key="a")[0], 422)
        figures = self.house.wait_for('cutline_detect_events_total{outcome="new"}', 2)
        self.assertEqual(figures['cutline_detect_events_total{outcome="duplicate"}'], 0)

    def test_the_counts_add_up(self):
        for i in range(20):
            self.house.send(call(2 * i) + "x\n" + call(2 * i + 1))
        figures = self.house.figures()
        outcome = {name: figures[f'cutline_ingest_events_total{{outcome="{name}"}}']
                   for name in ("accepted", "rejected", "refused")}
        self.assertEqual(outcome, {"accepted": 40, "rejected": 20, "refused": 0})
        self.assertEqual(figures["cutline_ingest_offered_events_total"], 60)
        self.assertEqual(figures['cutline_ingest_dropped_total{reason="JSON"}'], 20)
        self.assertEqual(figures['cutline_ingest_kind_events_total{kind="call"}'], 40)

    def test_an_alert_comes(self):
        self.house.send("".join(call(i, at=100 + i) for i in range(6)))
        self.house.wait_for('cutline_detect_alerts_total{outcome="alert"}', 1)

    def test_a_body_that_is_too_large_is_413_and_without_a_token_401(self):
        self.assertEqual(self.house.ask("POST", "/v1/records", call(1), token=False)[0], 401)
        status, _, _ = self.house.send(call(1) * 80000)
        self.assertEqual(status, 413)

    def test_it_is_ready_and_says_how_it_does(self):
        until = time.monotonic() + 10
        while time.monotonic() < until:
            status, _, answer = self.house.ask("GET", "/readyz", token=False)
            if status == 200:
                break
            time.sleep(0.2)
        self.assertEqual(status, 200, answer)
        self.assertEqual({check["name"] for check in answer["checks"]},
                         {"journal", "detection", "disk", "heartbeat", "snapshot", "clock", "audit", "money"})
        text = self.house.ask("GET", "/metrics")[2].decode()
        self.assertTrue(text.endswith("# EOF\n"))
        self.assertNotIn("+86", text)
        self.assertNotIn("+86", self.house.read_log())


    def test_screening_is_counted_by_answer_and_by_how_long_it_took(self):
        one = {"caller": "13800138000", "callee": "13900139000"}
        self.assertEqual(self.house.ask("POST", "/v1/screen/call", one)[0], 200)
        status, _, answer = self.house.ask("POST", "/v1/screen/call/batch", {"requests": [one, one, one]})
        self.assertEqual((status, len(answer["answers"])), (200, 3))
        figures = self.house.figures()
        self.assertEqual([figures[f'cutline_screen_answers_total{{answer="{word}"}}']
                          for word in ("allow", "warn", "hold", "block")], [4, 0, 0, 0])
        self.assertEqual(figures["cutline_screen_batch_items_total"], 3)
        self.assertEqual(figures["cutline_screen_latency_seconds_count"], 2)
        self.assertEqual(figures['cutline_screen_latency_seconds_bucket{le="+Inf"}'], 2)
        self.assertGreater(figures["cutline_screen_latency_seconds_sum"], 0)
        self.assertLessEqual(figures["cutline_screen_deadline_missed_total"], 2)
        self.assertEqual(figures["cutline_screen_refused_total"], 0)


class Hurried(house.Case):
    CONFIG = "limits: {records: 10, records_burst: 10, screening: 10, screening_burst: 10}\n"

    def test_records_are_counted_against_the_limit_and_none_is_lost_between_the_sums(self):
        self.house.enrol()
        body = "".join(call(number) for number in range(300))
        status, _, answer = self.house.send(body)  # what it holds is known when it was read
        self.assertEqual((status, answer["accepted"]), (200, 300))
        status, headers, answer = self.house.send(call(1000), headers={"Accept-Language": "zh-CN"})
        self.assertEqual((status, answer["type"]), (429, "urn:cutline:problem:too_fast"))
        self.assertIn("限额", answer["title"])
        self.assertGreater(int(headers["Retry-After"]), 20)  # 290 too many, at ten a second
        status, _, answer = self.house.ask("POST", "/v1/screen/call", {"caller": "13800138000", "callee": "13900139000"})
        self.assertEqual(status, 200, answer)  # another limit
        figures = self.house.figures()
        self.assertEqual(figures['cutline_http_limited_total{cause="records_identity"}'], 1)
        self.assertEqual(figures["cutline_ingest_offered_events_total"], 300)
        self.assertEqual(figures["cutline_ingest_offered_events_total"],
                         sum(figures[f'cutline_ingest_events_total{{outcome="{outcome}"}}']
                             for outcome in ("accepted", "rejected", "refused"))
                         + figures["cutline_ingest_waiting_events"])


class NoRoom(house.Case):
    CONFIG = "snapshot: {interval: 1s}\n"

    def test_a_disk_that_is_nearly_full_is_a_mode(self):
        self.house.enrol()
        self.assertEqual(self.house.send(call(1))[0], 200)
        self.assertEqual(self.house.stop(), 0)
        with open(self.house.config, encoding="utf-8") as file:
            config = file.read()
        with open(self.house.config, "w", encoding="utf-8") as file:
            file.write(config.replace("floor: 8M", "floor: 16T"))  # more than there is
        self.house.start()
        status, _, answer = self.house.send(call(2), key="a")
        self.assertEqual((status, answer["type"]), (507, "urn:cutline:problem:disk_full"))
        self.assertEqual(self.house.ask("GET", "/v1/alerts")[0], 200)  # reads go on
        status, _, answer = self.house.ask("GET", "/readyz", token=False)
        self.assertEqual(status, 503)
        self.assertFalse(next(check for check in answer["checks"] if check["name"] == "disk")["holds"])
        self.assertFalse(os.path.exists(os.path.join(self.house.data, "reserve")))
        figures = self.house.figures()
        self.assertEqual(figures["cutline_disk_low"], 1)
        self.assertEqual(figures['cutline_ingest_events_total{outcome="refused"}'], 1)
        self.assertEqual(self.house.stop(), 0)
        with open(self.house.config, "w", encoding="utf-8") as file:
            file.write(config)
        self.house.start()  # there is room again: the same delivery is new
        self.assertEqual(self.house.send(call(2), key="a")[2]["accepted"], 1)


class TooMuch(house.Case):
    CONFIG = "ingest: {requests: 2, queue: 32M, commit_wait: 300ms}\n"

    def test_who_comes_when_there_is_no_room_waits_for_it(self):
        self.house.enrol()
        answers = []
        clients = [threading.Thread(target=lambda number=number: answers.append(self.house.send(call(number))[0]))
                   for number in range(6)]
        for client in clients:
            client.start()
        for client in clients:
            client.join()
        self.assertEqual(answers, [200] * 6)
        self.assertEqual(self.house.figures()["cutline_ingest_turned_away_total"], 0)

    def test_whoever_waits_hears_at_once_that_it_closes(self):
        self.house.enrol()
        answers = []
        clients = [threading.Thread(target=lambda number=number: answers.append(self.house.send(call(number))[0]))
                   for number in range(8)]
        for client in clients:
            client.start()
        time.sleep(0.15)
        self.assertEqual(self.house.stop(), 0)
        for client in clients:
            client.join()
        self.assertEqual(sorted(set(answers)), [200, 429])

    def test_overload_is_refused_loses_nothing_and_the_sums_hold(self):
        self.house.enrol()
        refused, answers = [], []

        def deliver(number):
            body = "".join(call(number * 2000 + i, caller=i % 100, at=1 + i) for i in range(2000))
            while True:
                status, headers, answer = self.house.send(body, key=f"k{number}")
                if status == 200:
                    answers.append(answer)
                    return
                self.assertEqual(status, 429)
                self.assertGreaterEqual(int(headers["Retry-After"]), 1)
                refused.append(number)
                time.sleep(0.02)

        for start in range(0, 48, 12):
            clients = [threading.Thread(target=deliver, args=(start + i,)) for i in range(12)]
            for client in clients:
                client.start()
            for client in clients:
                client.join()
        self.assertEqual(sum(answer["accepted"] for answer in answers), 48 * 2000)
        self.assertGreater(len(refused), 0)
        figures = self.house.wait_for('cutline_detect_events_total{outcome="new"}', 48 * 2000)
        self.assertEqual(figures['cutline_ingest_events_total{outcome="accepted"}'], 48 * 2000)
        self.assertEqual(figures["cutline_ingest_offered_events_total"],
                         figures['cutline_ingest_events_total{outcome="accepted"}']
                         + figures['cutline_ingest_events_total{outcome="refused"}'])
        self.assertEqual(figures["cutline_ingest_waiting_events"], 0)


if __name__ == "__main__":
    house.main()
