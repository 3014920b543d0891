"""lift.py -- a sanction ends at 24:00 of its last day in a process that lives through that night, on every executor's side and in copies.

usage: lift.py PATH_OF_CUTLINE SOURCE_ROOT SKEW_LIBRARY
"""
# SPDX-License-Identifier: Apache-2.0
import json
import os
import time
from datetime import datetime, timedelta

from moved import CHINA, SKEW, Moved, at
from people import CUTLINE, Desk, Person, main  # noqa: F401

ADULT = "110105199003071234"
SAID = [{"item": item} for item in ("basis", "term", "measures", "right_of_appeal")]


class Lift(Desk):
    def setUp(self):
        self.house = Moved(at("2026-03-02T12:00:00"))
        self.addCleanup(self.house.end)
        self.house.start().enrol()
        self.county, self.city = self.organisation("police", "County"), self.organisation("police", "City", "city")
        self.bank, self.carrier = self.organisation("bank", "Bank"), self.organisation("carrier", "Carrier")
        self.li, self.wang = Person(self.house, "li", ["duty"], self.county), Person(self.house, "wang", ["supervisor"], self.county)
        self.zhao = Person(self.house, "zhao", ["supervisor"], self.city)
        self.teller = Person(self.house, "teller", ["liaison"], self.bank)
        self.operator = Person(self.house, "oper", ["liaison"], self.carrier)
        self.chief = Person(self.house, "chief", ["administrator"], self.bank)
        self.people = [self.li, self.wang, self.zhao, self.teller, self.operator, self.chief]

    def now(self):
        return self.house.now().isoformat(timespec="seconds")

    def go(self, to):
        """Until then; sessions have ended meanwhile, and a code is good once."""
        self.house.go(to)
        for person in self.people:
            person.log_in()

    def in_force(self):
        id = self.li.new("sanction", document=ADULT, name="张三", category="determined", conduct="b1_items", items=3,
                         first_act="2026-02-04", facts="出租三张电话卡")["id"]
        self.li.step(id, "nominate", organ=self.city)
        self.wang.word(id)
        self.zhao.step(id, "determine", reasons="r", evidence=[{"sha256": "ab" * 32}])
        self.zhao.step(id, "serve", served_at=self.now(), served_how="in_person", proof="P", said=SAID,
                       kept_card="+8613800000019")
        self.zhao.step(id, "transmit", executors=[{"id": self.bank}, {"id": self.carrier}])
        order, lines = (who.get("/v1/work?kind=sanction_order&all=1")["work"][0]["id"] for who in (self.teller, self.operator))
        self.teller.step(order, "confirm", done_at=self.now())
        self.operator.step(lines, "confirm", done_at=self.now(), kept_card="+8613800000019")
        return id, order, lines

    def stands(self):
        status, answer = self.teller.ask("POST", "/v1/sanctions/check", {
            "document": ADULT, "act": "transfer", "object": "bank_account"})
        self.assertEqual(status, 200, answer)
        return answer["answer"]["stands"]

    def moved_cli(self, *words, code=0):
        """A program at the executor's, which lives at the same time."""
        options = os.environ.get("ASAN_OPTIONS", "")
        os.environ.update(LD_PRELOAD=SKEW, CUTLINE_SKEW=self.house.skew, ASAN_OPTIONS=options + ":verify_asan_link_order=0")
        try:
            return self.teller.cli(*words, code=code)
        finally:
            del os.environ["LD_PRELOAD"]
            os.environ["ASAN_OPTIONS"] = options

    def put(self, name, text):
        path = os.path.join(self.house.folder, name)
        with open(os.open(path, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
            file.write(text)
        return path

    def copied(self):
        """What an executor needs to answer without a line; how it then asks."""
        keys = self.chief.get("/v1/sanctions/key")
        copy = os.path.join(self.house.folder, "copy")
        key = self.put("vkey", keys["key"])

        def bring():
            return self.moved_cli("sanction", "sync", f"register={copy}", f"key=@{key}", "numbers=64")

        offline = ["sanction", "check", f"document=@{self.put('document', ADULT)}", "act=transfer", "object=bank_account",
                   f"register={copy}", f"export=@{self.put('export', keys['export'])}", f"join=@{self.put('join', keys['join'])}"]
        return bring, lambda: json.loads(self.moved_cli(*offline))

    def waits(self, id, who, state, seconds=30):
        until = time.monotonic() + seconds
        while who.item(id)["state"] != state:
            assert time.monotonic() < until, (who.item(id)["state"], state)
            time.sleep(0.1)

    def test_at_midnight_of_the_last_day_it_is_lifted_and_whoever_does_not_confirm_is_an_alarm(self):
        id, order, lines = self.in_force()
        self.assertEqual(self.zhao.item(id)["fields"]["last"], "2028-03-02")
        end = datetime(2028, 3, 3, tzinfo=CHINA)
        self.go(end - timedelta(minutes=2))
        self.teller.token(["sanctions:ask"])
        bring, ask = self.copied()
        self.assertIn("register 1, entries 1,", bring())
        self.assertTrue(ask()["answer"]["stands"])
        self.house.go(end - timedelta(seconds=5))  # the last seconds go by as they are
        self.assertTrue(self.stands())
        self.assertEqual(self.zhao.item(id)["state"], "in_force")
        while self.house.now() < end:
            time.sleep(0.1)
        self.assertFalse(self.stands())  # at once, whoever has still to remove it
        self.assertFalse(ask()["answer"]["stands"])  # nor from a copy that nobody has brought up to date
        self.waits(id, self.zhao, "lifting")
        log = [row for row in self.zhao.get(f"/v1/work/{id}/log")["log"] if row.get("step") == "expire"]
        late = datetime.fromisoformat(log[0]["time"]) - end
        self.assertTrue(timedelta(0) <= late < timedelta(seconds=60), late)  # the register left it in the same transaction
        delta = self.moved_cli("sanction", "export", "since=1")
        self.assertIn("\n- 1\n", delta)  # every copy that asks is told from then on
        self.assertRegex(bring(), r"register \d+, entries 0,")
        for who, what in ((self.teller, order), (self.operator, lines)):
            self.waits(what, who, "lifting")
        self.assertEqual(self.teller.step(order, "confirm_lift", done_at=self.now())["state"], "lifted")
        self.assertEqual(self.zhao.item(id)["state"], "lifting")  # the carrier has not
        self.go(end + timedelta(hours=24, minutes=1))
        until = time.monotonic() + 30
        while not all('"lift_overdue"' in json.dumps(self.zhao.get(f"/v1/work/{what}/log")) for what in (id, lines)):
            self.assertLess(time.monotonic(), until, self.zhao.get(f"/v1/work/{id}/log"))
            time.sleep(0.2)
        self.assertNotIn("lift_overdue", json.dumps(self.zhao.get(f"/v1/work/{order}/log")))  # the bank has
        self.assertEqual(self.operator.step(lines, "confirm_lift", done_at=self.now())["state"], "lifted")
        self.assertEqual(self.wang.item(id)["state"], "lifted")
        for who, what in ((self.teller, order), (self.operator, lines), (self.li, id)):
            self.assertEqual(who.ask("GET", f"/v1/work/{what}")[0], 404)
        self.assertIsNone(self.house.process.poll())  # one process all the while


if __name__ == "__main__":
    main()
