"""retain.py -- what has ended is forgotten in its time, over a real process, also when it is killed; what is worked on is not."""
# SPDX-License-Identifier: Apache-2.0
import json
import os
import re
import shutil
import sqlite3
import time

from people import SOURCE, Desk, House, Person, main

LEADS = """\
rule caller on call {
  title "calls many" "呼叫多人"
  when duration >= 0s
  subject caller typology scam_caller
  score 0.9
  respond lead
  quiet 1s
}
"""


class Retain(Desk):
    """The law pack says days; here it is seconds, in a folder of its own."""
    MORE = ""
    RULES = None

    def setUp(self):
        self.house = House("", self.RULES) if self.RULES else House()
        self.addCleanup(self.house.end)
        packs = os.path.join(self.house.folder, "packs")
        shutil.copytree(os.path.join(SOURCE, "law"), packs)
        path = os.path.join(packs, "cutline-defaults-2026.yaml")
        with open(path, encoding="utf-8") as file:
            text = file.read()
        for entry in ("retention.false_alarm", "retention.low_warning", "retention.cleared_check", "retention.discipline",
                      "retention.refused", "retention.no_customer", "retention.measure", "retention.penalty",
                      "retention.inspection"):
            text, changed = re.subn(rf"{entry}: {{value: \d+, unit: \w+,", f"{entry}: {{value: 3, unit: second,", text)
            assert changed == 1, entry
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        with open(self.house.config, "a", encoding="utf-8") as file:
            file.write("law: {packs: packs}\n" + self.MORE)
        self.house.start().enrol()
        self.ann = Person(self.house, "ann", ["duty", "analyst"])
        self.ben = Person(self.house, "ben", ["supervisor"])

    def false_alarm(self, phone):
        id = self.ann.new("dissuasion", source="hotline", grade="high", phone=phone, person="王小明", scam="T01")["id"]
        self.ann.ask("POST", f"/v1/work/{id}/note", {"text": "the neighbour knows"})
        self.ann.step(id, "withdraw", outcome="D20", outcome_note="it was his son")
        return id

    def rows(self, sql, *values):
        store = sqlite3.connect(f"file:{self.house.data}/store.db?mode=ro", uri=True)
        try:
            return store.execute(sql, values).fetchall()
        finally:
            store.close()

    def forgotten(self, id, seconds=30):
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            if any(row["what"] == "forgotten" for row in self.ann.get(f"/v1/work/{id}/log")["log"]):
                return True
            time.sleep(0.2)
        return False

    def finds(self, phone):
        status, answer = self.ann.ask("POST", "/v1/work/search", {"identifier": phone, "reason": "asked"})
        assert status == 200, answer
        return [item["id"] for item in answer["work"]]


class Ended(Retain):
    def test_a_false_alarm_is_statistics_after_its_time_and_a_real_one_stays(self):
        real = self.ann.new("dissuasion", source="hotline", grade="high", phone="13800004402", scam="T01")["id"]
        self.ann.take(real)
        for step, fields in [("sign", {}), ("contact", {"channel": "call"}), ("reach", {"channel": "call"}),
                             ("outcome", {"outcome": "D01"}), ("follow", {"followed": "F1"})]:
            self.ann.step(real, step, **fields)
        before = self.ann.get("/v1/work/tally?kind=dissuasion&step=withdraw")
        id = self.false_alarm("13800004401")
        self.assertEqual(self.finds("13800004401"), [id])
        self.assertTrue(self.forgotten(id))
        item = self.ann.item(id)
        self.assertEqual((item["state"], set(item["fields"])), ("withdrawn", {"grade", "scam", "source", "outcome"}))
        self.assertEqual(self.finds("13800004401"), [])
        log = self.ann.get(f"/v1/work/{id}/log")
        self.assertNotIn("neighbour", json.dumps(log))
        after = self.ann.get("/v1/work/tally?kind=dissuasion&step=withdraw")
        self.assertEqual((after["times"], after["subjects"]), (before["times"] + 1, before["subjects"] + 1))
        self.assertEqual(self.finds("13800004402"), [real])
        entry = self.audit("work.forgotten")[0]
        self.assertIn("phone", json.dumps(entry))
        self.assertIn("notes=1", json.dumps(entry))
        self.assertNotIn("13800004401", json.dumps(entry))
        # It is gone from what lies on the disk, too: sealed or not, and the next of this number is a new one.
        self.assertEqual(self.rows("SELECT COUNT(*) FROM work_note"), [(0,)])
        again = self.ann.new("dissuasion", source="hotline", grade="high", phone="13800004401", scam="T01")["id"]
        self.assertNotEqual(again, id)

    def test_an_open_hold_keeps_what_it_is_about(self):
        bank = self.organisation("bank", "Bank")
        teller = Person(self.house, "teller", ["liaison"], bank)
        id = self.ann.new("dissuasion", source="hotline", grade="high", phone="13800004403", scam="T01")["id"]
        hold = self.ann.new("hold", executor=bank, account="6222020000004403", basis="art. 32", notice="you may object",
                            about=id)["id"]
        self.ann.step(id, "withdraw", outcome="D20")
        self.assertFalse(self.forgotten(id, 6))
        self.assertEqual(self.finds("13800004403"), [id])
        self.assertTrue(teller.ask("GET", f"/v1/work/{hold}"))

    def test_killed_again_and_again_each_is_forgotten_once(self):
        ids = [self.false_alarm(f"138000045{n:02d}") for n in range(12)]
        for _ in range(4):
            time.sleep(1)
            self.house.kill()
            self.house.start()
        for id in ids:
            self.assertTrue(self.forgotten(id), id)
        counted = self.rows("SELECT item, COUNT(*) FROM work_log WHERE what = 'forgotten' GROUP BY item")
        self.assertEqual(sorted(count for _, count in counted), [1] * 12)
        self.assertEqual(self.rows("SELECT COUNT(*) FROM work_due WHERE what = 114"), [(0,)])

    def test_a_cleared_lead_loses_its_number(self):
        id = self.ann.new("lead_check", number="13900004401", origin="hotline")["id"]
        self.ann.step(id, "clear", clear_reason="a hotel")
        self.assertTrue(self.forgotten(id))
        self.assertEqual(self.finds("13900004401"), [])
        self.assertNotIn("clear_reason", self.ann.item(id)["fields"])


class Discipline(Retain):
    """What names people under sanction, punished, or restricted by an institution goes in its time, and its shadow in the register."""
    DOCUMENT = "110105199003071234"

    def organisation(self, kind, name, level=None):
        return Desk.organisation(self, kind, name, level)

    def nothing_names(self, id, *words):
        """Neither the item nor anything that lies on the disk."""
        self.assertTrue(self.forgotten(id), id)
        self.assertEqual(set(words) & set(self.ann.item(id)["fields"]), set())

    def test_an_institutions_measure_a_penalty_and_an_inspection_go(self):
        self.ann = self.li = Person(self.house, "li", ["duty", "supervisor"], self.organisation("police", "County"))
        wang = Person(self.house, "wang", ["supervisor"], self.organisation("police", "Other"))
        self.assertNotEqual(wang.id, self.li.id)
        penalty = self.li.new("penalty", target="person", act="art44", name="张三", document=self.DOCUMENT, gains=0,
                              last_act="2026-03-01", discovered_on="2026-03-02", facts="f", reason="r")["id"]
        self.li.step(penalty, "spare", why="lawful after all")
        chief = Person(self.house, "chief", ["supervisor"], self.li_organisation())
        chief.word(penalty)
        self.nothing_names(penalty, "name", "document", "facts", "reason")
        self.assertEqual(self.li.item(penalty)["fields"]["act"], "art44")
        self.ann = Person(self.house, "teller", ["liaison"], self.organisation("bank", "Bank"))
        measure = self.ann.new("measure", document=self.DOCUMENT, account="6222020000009001")["id"]
        self.ann.step(measure, "drop", why="nothing")
        self.nothing_names(measure, "document", "account", "why")
        self.ann = Person(self.house, "clerk", ["supervisor"], self.organisation("regulator", "Authority"))
        batch = self.ann.new("inspection_batch", number="2026-1", title="t", plan="p")["id"]
        self.ann.step(batch, "drop", why="x")
        self.nothing_names(batch, "title", "plan", "why")

    def li_organisation(self):
        return next(row["id"] for row in self.house.ask("GET", "/v1/organisations", None, self.house.session)[2]["organisations"]
                    if row["name"] == "County")

    def test_a_sanction_is_gone_from_the_register_too(self):
        county, city, bank = (self.organisation("police", "County"), self.organisation("police", "City", "city"),
                              self.organisation("bank", "Bank"))
        li, wang = Person(self.house, "li", ["duty"], county), Person(self.house, "wang", ["supervisor"], county)
        zhao, qian = (Person(self.house, name, ["supervisor"], city) for name in ("zhao", "qian"))
        teller = Person(self.house, "teller", ["liaison"], bank)
        now = time.strftime("%Y-%m-%dT%H:%M:%S+08:00", time.gmtime(time.time() + 8 * 3600))
        id = li.new("sanction", document=self.DOCUMENT, name="张三", category="determined", conduct="b1_items", items=3,
                    first_act="2026-05-04", facts="f")["id"]
        li.step(id, "nominate", organ=city)
        wang.word(id)
        zhao.step(id, "determine", reasons="r", evidence=[{"sha256": "ab" * 32}])
        zhao.step(id, "attempt", attempted_at=now, why="nobody there")
        zhao.step(id, "transmit", executors=[{"id": bank}])
        order = teller.get("/v1/work?kind=sanction_order&all=1")["work"][0]["id"]
        teller.step(order, "confirm", done_at=now)
        zhao.step(id, "appeal", ground="disagrees", statement="s")
        appeal = qian.get("/v1/work?kind=appeal")["work"][0]["id"]
        qian.step(appeal, "accept")
        qian.step(appeal, "revoke", findings="f", answer="a")
        held = self.rows("SELECT COUNT(*) FROM standing_delta WHERE key = zeroblob(16)")
        self.assertEqual(held, [(0,)])
        teller.step(order, "confirm_lift", done_at=now)
        self.ann = wang
        self.nothing_names(id, "document", "name", "facts", "reference")
        self.assertEqual(self.rows("SELECT COUNT(*) FROM standing_entry WHERE key <> zeroblob(16)"), [(0,)])
        self.assertEqual(self.rows("SELECT COUNT(*) FROM standing_delta WHERE key <> zeroblob(16)"), [(0,)])
        self.assertEqual(self.rows("SELECT COUNT(*) FROM sanction_term"), [(0,)])
        self.ann = qian
        self.nothing_names(appeal, "statement", "findings", "answer")
        # the chain goes on: a copy that is brought up to date now is one of nobody
        teller.token(["sanctions:ask"])
        delta = teller.cli("sanction", "export")
        self.says(delta, r"\nto 2 [0-9a-f]{64}\n")


class Alerts(Retain):
    MORE = "alerts: {retention: 1h}\nsnapshot: {interval: 1s}\n"
    RULES = LEADS

    def call(self, caller, hour):
        return json.dumps({"kind": "call", "time": f"2026-03-02T{hour:02d}:00:00+08:00", "caller": caller,
                           "callee": "+8613900009999", "duration": 30}) + "\n"

    def alerts(self):
        return [id for id, in self.rows("SELECT id FROM alert ORDER BY number")]

    def test_an_alert_that_open_work_was_made_of_stays_until_the_work_ends(self):
        self.house.send(self.call("+8613800004404", 9) + self.call("+8613800004405", 10))
        until = time.monotonic() + 30
        while len(self.ann.get("/v1/work?kind=lead_check")["work"]) < 2:
            assert time.monotonic() < until, self.house.read_log()[-2000:]
            time.sleep(0.2)
        items = {item["fields"]["alert"]: item["id"] for item in self.ann.get("/v1/work?kind=lead_check")["work"]}
        old, newest = self.alerts()
        self.house.send(self.call("+8613800004406", 11))  # a position behind both, so that no recovery needs them
        time.sleep(5)
        self.assertIn(old, self.alerts())
        self.ann.step(items[old], "clear", clear_reason="a hotel")
        self.house.stop()  # it looks at once after a start
        self.house.start()
        until = time.monotonic() + 40
        while old in self.alerts():
            assert time.monotonic() < until, (self.alerts(), self.house.read_log()[-2000:])
            time.sleep(0.3)
        self.assertIn(newest, self.alerts())  # of which there is open work


if __name__ == "__main__":
    main()
