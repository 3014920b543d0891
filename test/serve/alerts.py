"""alerts.py -- what leaves the service about people: the file of alerts is as its schema says, and nothing is unmasked
where it should not be."""
# SPDX-License-Identifier: Apache-2.0
import glob
import json
import os
import sqlite3
import subprocess
import time

import house
from house import SOURCE, call

SCREENED = "+8617012345677"


class Alerts(house.Case):
    CONFIG = "alerts: {file: alerts.ndjson, alone: 20000}\n"

    def lines(self, count, seconds=20):
        path = os.path.join(self.house.folder, "alerts.ndjson")
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            with open(path, encoding="utf-8") as file:
                lines = file.read().split("\n")
            if len(lines) > count and lines[-1] == "":
                return lines[:-1]
            time.sleep(0.1)
        raise AssertionError(f"{lines}")

    def test_every_line_of_the_file_is_as_the_schema_says(self):
        try:
            import jsonschema
        except ImportError:
            self.skipTest("python3-jsonschema is not installed")
        with open(os.path.join(SOURCE, "src/alert/alert.schema.json"), encoding="utf-8") as file:
            schema = json.load(file)
        validator = jsonschema.Draft202012Validator(schema)
        house_ = self.house.enrol()
        for caller in range(40):
            status, _, _ = house_.send("".join(call(n, caller=caller) for n in range(3 + caller % 5)), query="?kind=call")
            self.assertEqual(status, 200)
        lines = self.lines(40)
        self.house.kill()
        self.house.start()  # and no line is half, or stands twice, after a kill
        house_.send("".join(call(n, caller=99) for n in range(9)), query="?kind=call")
        lines = self.lines(len(lines) + 1)
        ids = set()
        for number, line in enumerate(lines, 1):
            alert = json.loads(line)
            errors = [f"{error.json_path}: {error.message}" for error in validator.iter_errors(alert)]
            self.assertEqual(errors, [], f"line {number}: {line}")
            self.assertTrue(alert["masked"])
            ids.add(alert["id"])
        self.assertEqual(len(ids), len(lines))
        self.assertEqual({json.loads(line)["grade"] for line in lines}, {"low", "high"})

    def analyst(self):
        """Headers of somebody who may decide."""
        status, _, made = self.house.ask("POST", "/v1/users", {"login": "ana", "name": "Ana", "roles": ["analyst"], "reason": "test"}, self.house.session)
        self.assertEqual(status, 201, made)
        _, _, enrolled = self.house.ask("POST", "/v1/enrol", {"code": made["code"], "password": self.house.PASSWORD}, token=False)
        _, headers, answer = self.house.ask("POST", "/v1/login", {
            "login": "ana", "password": self.house.PASSWORD, "code": self.house.totp(enrolled["totp"]["key"])}, token=False)
        return {"Cookie": headers["Set-Cookie"].split(";")[0], "X-CSRF-Token": answer["csrf"]}

    def test_a_decision_on_many_that_is_killed_goes_on_and_decides_each_once(self):
        house_ = self.house.enrol()
        ana = self.analyst()
        house_.send("".join(call(n, caller=caller) for caller in range(1500) for n in range(3)), query="?kind=call")
        count = len(self.lines(1500))
        status, _, task = house_.ask("POST", "/v1/alerts/bulk", {
            "q": "outcome:open", "outcome": "false_alarm", "code": "other", "reason": "a test of calls"}, ana)
        self.assertEqual((status, task["state"], task["count"]), (202, "running", count))
        kills, until = 0, time.monotonic() + 60
        while task["state"] != "done":
            self.assertLess(time.monotonic(), until)
            time.sleep(0.02)
            status, _, task = house_.ask("GET", "/v1/alerts/tasks/" + task["id"], None, ana)
            if task["state"] == "running" and task["done"] > 300 * (kills + 1) and kills < 3:
                house_.kill()  # with -9, while it decides
                house_.start()
                kills += 1
        self.assertGreater(kills, 0)
        self.assertEqual((task["done"], task["failed"]), (count, 0))
        self.assertEqual(house_.stop(), 0)
        database = sqlite3.connect(os.path.join(house_.data, "store.db"))
        one = lambda sql: database.execute(sql).fetchone()[0]
        self.assertEqual(one("SELECT COUNT(*) FROM alert WHERE outcome = 'false_alarm'"), count)
        self.assertEqual(one("SELECT COUNT(*) FROM alert_said"), count)
        self.assertEqual(one("SELECT COUNT(DISTINCT alert) FROM alert_said"), count)
        self.assertEqual(one("SELECT SUM(alerts) FROM alert_judged"), count)
        self.assertEqual(one("SELECT COUNT(*) FROM audit_entry WHERE action = 'alert.decide'"), count)
        self.assertEqual(one("SELECT COUNT(DISTINCT object_id) FROM audit_entry WHERE action = 'alert.decide'"), count)
        self.assertEqual(one("SELECT COUNT(*) FROM audit_entry WHERE action = 'task.end'"), 1)
        database.close()

    def test_a_number_that_was_handed_in_is_in_no_file_but_journal_and_memory(self):
        house_ = self.house.enrol()
        numbers = [f"+86138{caller:08d}" for caller in range(70000001, 70000006)]
        for caller in range(70000001, 70000006):
            house_.send("".join(call(80000000 + n, caller=caller) for n in range(9)), query="?kind=call", key=f"k{caller}")
        house_.send('{"kind":"call","caller":"' + numbers[0] + '","callee":7}\n')  # and one that is rejected
        house_.send("not even JSON " + numbers[1] + "\n", query="?kind=call")
        self.house.ask("POST", "/v1/screen/call", {"caller": numbers[2], "callee": SCREENED})
        self.lines(5)
        status, _, _ = self.house.ask("GET", "/v1/alerts?q=subject:" + numbers[3].replace("+", "%2B"))
        self.assertEqual(status, 400)  # not in an address
        status, _, _ = self.house.ask("POST", "/v1/alerts/search", {"q": numbers[3].removeprefix("+") + " OR subject:" + numbers[3]})
        self.assertEqual(status, 200)
        _, _, figures = self.house.ask("GET", "/metrics")
        self.assertEqual(self.house.stop(), 0)  # with receipts and snapshot
        database = sqlite3.connect(os.path.join(house_.data, "store.db"))
        self.assertGreaterEqual(database.execute("SELECT COUNT(*) FROM alert WHERE sealed IS NOT NULL").fetchone()[0], 5)
        self.assertEqual(database.execute("SELECT COUNT(*) FROM alert WHERE unmasked <> ''").fetchone()[0], 0)
        database.close()
        places = {"/metrics": figures}
        for path in glob.glob(os.path.join(house_.data, "**"), recursive=True) + \
                [os.path.join(house_.folder, name) for name in ("log", "alerts.ndjson")]:
            if os.path.isfile(path):
                with open(path, "rb") as file:
                    places[os.path.relpath(path, house_.folder)] = file.read()
        told = [name for name in places if name.split(os.sep)[:2] in (["data", "journal"], ["data", "snapshot"])]
        kept = b"".join(places.pop(name) for name in told)
        for number in numbers + [f"+86139{80000000 + n}" for n in range(9)] + [SCREENED]:
            national = number[3:].encode()
            for name, content in places.items():
                self.assertNotIn(national, content, f"{number} stands in {name}")
        self.assertIn("data/store.db", places)
        self.assertIn("log", places)
        self.assertIn(numbers[0].encode(), kept)  # the search would find it


class Retention(house.Case):
    CONFIG = "snapshot: {interval: 1s}\n"

    def setUp(self):
        """Alerts that nobody works on: those with open work are kept (test/casework/retain.py)."""
        self.house = house.House(self.CONFIG, house.RULES.replace("  quiet 1h\n", "  quiet 1h\n  respond watch\n"))
        self.addCleanup(self.house.end)
        self.house.start()

    def doctor(self, config):
        run = subprocess.run([house.CUTLINE, "doctor", "--data", self.house.data, "--config", config, "--lang", "en"],
                             capture_output=True, text=True, timeout=60)
        return run.stdout

    def rows(self, sql):
        database = sqlite3.connect(f"file:{self.house.data}/store.db?mode=ro", uri=True)
        try:
            return database.execute(sql).fetchall()
        finally:
            database.close()

    def test_old_alerts_go_when_the_operator_says_so_and_are_not_made_again(self):
        house_ = self.house.enrol()
        for caller in range(30):
            house_.send("".join(call(n, caller=caller) for n in range(9)), query="?kind=call")
        until = time.monotonic() + 20
        while self.rows("SELECT COUNT(DISTINCT subject) FROM alert WHERE grade = 3")[0][0] < 30 and time.monotonic() < until:
            time.sleep(0.2)
        newest = self.rows("SELECT MAX(number) FROM alert")[0][0]
        time.sleep(4)
        self.assertEqual(self.rows("SELECT COUNT(*) FROM alert")[0][0], newest)  # off, unless somebody says so
        self.assertNotIn("alerts.retention", self.doctor(house_.config))
        with open(house_.config, encoding="utf-8") as file:
            text = file.read()
        with open(house_.config, "w", encoding="utf-8") as file:
            file.write(text + "alerts: {retention: 1h}\n")
        self.assertIn(f"{newest - 1} alerts are older and will be removed", self.doctor(house_.config))
        house_.stop()
        house_.start()
        until = time.monotonic() + 40
        while self.rows("SELECT COUNT(*) FROM alert")[0][0] > 1 and time.monotonic() < until:
            time.sleep(0.2)
        self.assertEqual(self.rows("SELECT number FROM alert"), [(newest,)])
        entries = self.rows("SELECT actor, outcome, detail FROM audit_entry WHERE action = 'alerts.retain'")
        self.assertEqual(sum(json.loads(detail)["count"] for _, _, detail in entries), newest - 1)
        self.assertTrue(all(actor == "cutline" and outcome == "done" for actor, outcome, _ in entries))
        house_.kill()
        house_.start()
        house_.send("".join(call(n, caller=77) for n in range(3)), query="?kind=call")
        until = time.monotonic() + 20
        while len(self.rows("SELECT number FROM alert")) < 2 and time.monotonic() < until:
            time.sleep(0.2)
        self.assertEqual(self.rows("SELECT number FROM alert ORDER BY number"), [(newest,), (newest + 1,)])


if __name__ == "__main__":
    house.main()
