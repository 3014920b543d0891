"""freeze.py -- a stop is followed by a freeze for a filed case, with a process that is killed between the steps, and whose
clocks are moved over the terms of the law.

usage: freeze.py PATH_OF_CUTLINE SOURCE_ROOT SKEW_LIBRARY
"""
# SPDX-License-Identifier: Apache-2.0
import json
import os
import re
import shutil
import tempfile
import time
from datetime import datetime, timedelta

from moved import Moved, at
from people import Desk, Person, SOURCE, WORK, main

ACCOUNT = "6222020000000003"


class Organs(Desk):
    """A county that freezes, the city above it, a bank."""

    def setUp(self):
        super().setUp()
        self.organs()

    def organs(self):
        self.county, self.city = self.organisation("police", "County"), self.organisation("police", "City", "city")
        self.bank = self.organisation("bank", "Bank")
        self.officer = Person(self.house, "officer", ["duty"], self.county)
        self.chief = Person(self.house, "chief", ["supervisor"], self.county)
        self.mayor = Person(self.house, "mayor", ["supervisor"], self.city)
        self.teller = Person(self.house, "teller", ["liaison"], self.bank)

    def now(self, seconds=0):
        return time.strftime("%Y-%m-%dT%H:%M:%S+08:00", time.gmtime(time.time() + 8 * 3600 + seconds))

    def killed(self):
        """kill -9, and served again from what is on the disk."""
        self.house.kill()
        self.house.start()

    def both(self, id, step, expect=200, **fields):
        self.officer.step(id, step, **fields)
        return self.chief.word(id, expect=expect)

    def filed(self):
        case = self.officer.new("case", title="投资诈骗")["id"]
        self.both(case, "file", number="A-2026-17", organ="County", document="D-17")
        return case

    def stopped(self):
        stop = self.officer.new("stop_order", payee=ACCOUNT, payee_name="钱六", amount=4980000, level=1,
                                paid_at=self.now(-3600), payee_bank="Bank")["id"]
        self.both(stop, "order", executor=self.bank, document="ZF-1")
        self.teller.step(stop, "stop", stopped_at=self.now(), balance=5000000)
        return stop

    def notice(self, **more):
        return dict({"asset": "deposits", "account_name": "钱六", "account": ACCOUNT, "bank": "Bank", "amount": 4980000,
                     "months": 1, "scope": "全部", "yields": True, "method": "limited", "document": "DJ-1",
                     "executor": self.bank}, **more)

    def frozen(self, id, amount=4980000):
        return self.teller.step(id, "freeze", frozen_at=self.now(), frozen_amount=amount, balance=5000000)

    def state(self, id):
        return self.officer.item(id)["state"]

    def wait_for(self, id, state, seconds=30):
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            if self.state(id) == state:
                return
            time.sleep(0.2)
        raise AssertionError(f"{id} is {self.state(id)}, not {state}")


class Freeze(Organs):
    def test_the_whole_story_with_a_process_that_is_killed_between_the_steps(self):
        stop = self.stopped()
        case = self.officer.new("case", title="投资诈骗")["id"]
        id = self.officer.new("freeze", case_id=case, stop=stop, asset="deposits", months=1, scope="全部", yields=True,
                              method="limited", document="DJ-1")["id"]
        self.assertEqual(self.officer.item(id)["fields"]["amount"], 4980000)  # nobody typed it again
        refused = self.officer.step(id, "order", expect=409)
        self.assertIn("filed", refused["detail"])  # nothing leaves without a filed case
        self.assertEqual(self.teller.ask("GET", f"/v1/work/{id}")[0], 404)
        self.both(case, "file", number="A-2026-17", organ="County", document="D-17")
        self.killed()
        self.officer.step(id, "order")
        self.officer.word(id, expect=403)  # not one's own
        self.killed()
        self.assertEqual(self.chief.word(id)["state"], "ordered")
        self.assertEqual(self.state(stop), "stopped")  # the bank has not said anything
        self.assertIn("cn-freeze", self.teller.item(id)["fields"]["law"])
        self.killed()
        frozen = self.frozen(id)
        self.assertEqual(frozen["state"], "frozen")
        self.assertEqual(self.state(stop), "frozen")
        until = frozen["fields"]["until"]
        days = (datetime.fromisoformat(until) - datetime.fromisoformat(self.now())).days
        self.assertIn(days, range(27, 33))
        self.killed()
        self.both(id, "renew", renew_months=6, renew_document="XD-1")
        self.killed()
        renewed = self.teller.step(id, "confirm_renewal", renewed_at=self.now())
        self.assertEqual(renewed["state"], "frozen")
        self.assertGreater(renewed["fields"]["until"], until)
        second = self.officer.new("freeze", case_id=case, **self.notice(document="DJ-2"))["id"]
        third = self.officer.new("freeze", case_id=self.filed(), **self.notice(document="DJ-3"))["id"]
        for waits in (second, third):
            self.both(waits, "order")
            answer = self.teller.step(waits, "freeze", expect=409, frozen_at=self.now(), frozen_amount=4980000, balance=1)
            self.assertIn("earlier", answer["detail"])  # not twice
            self.assertEqual(self.teller.step(waits, "wait", prior_organ="County")["state"], "waiting")
        self.killed()
        self.both(id, "lift", why="returned to the victim")
        self.assertEqual(self.state(second), "waiting")
        self.killed()
        self.assertEqual(self.teller.step(id, "confirm_lift")["state"], "lifted")
        self.killed()
        self.assertEqual((self.state(second), self.state(third)), ("frozen", "waiting"))  # in order, by itself
        told = self.teller.item(second)["fields"]
        self.assertIn("until", told)
        self.teller.step(second, "report", frozen_amount=20000, balance=20000, not_frozen=4960000,
                         not_frozen_why="余额不足")
        self.both(second, "lift", why="no longer needed")
        self.teller.step(second, "confirm_lift")
        self.assertEqual(self.state(third), "frozen")
        log = json.dumps(self.officer.get(f"/v1/work/{id}/log"))
        for step in ("order", "freeze", "renew", "confirm_renewal", "lift", "confirm_lift", "close"):
            self.assertIn(f'"{step}"', log)
        self.assertTrue(self.audit("work.step"))

    def test_a_county_submits_what_only_a_city_may_approve(self):
        id = self.officer.new("freeze", case_id=self.filed(), **self.notice(asset="equity", months=6))["id"]
        self.assertIn("level", self.officer.step(id, "order", expect=403)["detail"])
        self.officer.step(id, "submit", approver=self.city)
        self.chief.step(id, "endorse", expect=403)
        self.assertEqual(self.mayor.step(id, "endorse")["state"], "ordered")
        self.assertEqual(self.officer.item(id)["fields"]["rank"], "city")
        self.frozen(id)
        self.officer.step(id, "lift", why="a mistake")
        self.assertGreaterEqual(self.chief.ask("POST", f"/v1/work/{id}/approve", {
            "digest": self.chief.item(id)["asking"]["digest"]})[0], 400)  # the city approved it
        self.officer.word(id, yes=False)
        self.assertEqual(self.mayor.step(id, "endorse_lift", why="a mistake")["state"], "lifting")

    def test_the_command_line_freezes_and_asks(self):
        case = self.filed()
        self.officer.token(WORK)
        self.chief.token(WORK)
        secret = os.path.join(self.house.folder, "account")
        with open(secret, "w", encoding="ascii") as file:
            file.write(ACCOUNT + "\n")
        words = [f"{name}={'true' if value is True else value}" for name, value in self.notice().items()
                 if name != "account"]
        made = json.loads(self.officer.cli("freeze", "new", "case_id=" + case, "account=@" + secret, *words, "--json"))
        id = made["id"]
        self.officer.cli("freeze", "do", id, "order")
        self.says(self.chief.cli("freeze", "approve", id), "state: ordered")
        shown = self.officer.cli("freeze", "show", id)
        self.assertNotIn(ACCOUNT, shown)
        self.says(self.officer.cli("freeze", "list", "--state", "ordered"), id)
        asked = json.loads(self.officer.cli("query", "new", "what=holder", "account=@" + secret, "about=" + id, "--json"))
        query = asked["id"]
        self.officer.cli("query", "do", query, "ask", "document=CX-1", "number=A-2026-17", "purpose=freeze",
                         "reason=whose is it", "expires=" + self.now(3600), "executor=" + self.bank)
        self.says(self.chief.cli("query", "approve", query), "state: asked")
        seen = self.teller.item(query)["fields"]
        self.assertEqual(set(seen) & {"reason", "purpose", "about"}, set())
        self.teller.step(query, "answer", holder_name="王小明", holder_phone="13800001111")
        self.assertNotIn("王小明", json.dumps(self.officer.item(query), ensure_ascii=False))
        self.says(self.officer.cli("query", "reveal", query, "holder_name", "--reason", "to tell the owner"), "王小明")
        self.says(self.officer.cli("query", "do", query, "purge", "why=done"), "state: purged")
        status, answer = self.officer.ask("POST", f"/v1/work/{query}/reveal", {"fields": ["holder_name"], "reason": "x"})
        self.assertNotIn("王小明", json.dumps(answer, ensure_ascii=False))


class Soon(Organs):
    """The same under a pack whose spans are seconds: what ends by itself does so in a real process."""

    def setUp(self):
        folder = tempfile.mkdtemp(prefix="cutline-law-")
        self.addCleanup(shutil.rmtree, folder)
        shutil.copytree(os.path.join(SOURCE, "law"), folder, dirs_exist_ok=True)
        self.shorten(folder, "cn-freeze.yaml", "unrelated.lift", 6)
        self.shorten(folder, "cn-stop-2016.yaml", "term", 8)
        self.CONFIG = f"law: {{packs: {folder}}}\n"
        super().setUp()

    @staticmethod
    def shorten(folder, name, entry, seconds):
        path = os.path.join(folder, name)
        with open(path, encoding="utf-8") as file:
            text = file.read()
        text, count = re.subn(rf"(\n  {re.escape(entry)}: {{)value: \d+, unit: \w+", rf"\1value: {seconds}, unit: second", text)
        assert count == 1, entry
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)

    def test_what_is_unrelated_is_lifted_by_itself_and_its_owner_told(self):
        id = self.officer.new("freeze", case_id=self.filed(), **self.notice())["id"]
        self.both(id, "order")
        self.frozen(id)
        self.officer.step(id, "unrelated", found="the account of an employer")
        self.house.kill()
        time.sleep(7)  # it falls due while nobody serves
        self.house.start()
        self.wait_for(id, "lifting")
        self.assertEqual(self.teller.step(id, "confirm_lift")["state"], "unfrozen")
        until = time.monotonic() + 30
        while '"owner_overdue"' not in json.dumps(self.officer.get(f"/v1/work/{id}/log")):  # three days are over
            self.assertLess(time.monotonic(), until)
            time.sleep(0.2)
        self.assertEqual(self.officer.step(id, "tell_owner", owner_told_at=self.now(), owner_told_how="邮寄")["state"], "lifted")

    def test_a_stop_whose_freeze_the_bank_refuses_ends_by_itself(self):
        case = self.filed()
        stop = self.stopped()
        id = self.officer.new("freeze", case_id=case, stop=stop, **{name: value for name, value in self.notice().items()
                                                                    if name != "account"})["id"]
        self.both(id, "order")
        self.teller.step(id, "refuse", fault="papers")
        self.assertEqual((self.state(id), self.state(stop)), ("refused", "stopped"))
        self.killed()
        self.wait_for(stop, "lifted")


class Terms(Organs):
    """Half a year after half a year: the terms of the pack as it is shipped."""

    def setUp(self):
        self.house = Moved(at("2026-03-02T12:00:00"))
        self.addCleanup(self.house.end)
        self.house.start().enrol()
        self.organs()

    def now(self, seconds=0):
        return (self.house.now() + timedelta(seconds=seconds)).isoformat(timespec="seconds")

    def log_in(self):
        for person in (self.officer, self.chief, self.teller):
            person.log_in()

    def until(self, id):
        return datetime.fromisoformat(self.officer.item(id)["fields"]["until"])

    def test_terms_end_by_themselves_and_turns_come_whatever_the_wall_does(self):
        case = self.filed()
        first, second = (self.officer.new("freeze", case_id=case, **self.notice(months=6, document=f"DJ-{n}"))["id"]
                         for n in range(2))
        for id in (first, second):
            self.both(id, "order")
        self.assertEqual(self.frozen(first)["state"], "frozen")
        self.teller.step(second, "wait")
        end = self.until(first)
        self.assertEqual(end.isoformat()[:19], "2026-09-03T00:00:00")  # 24:00 of the last day
        due = [clock["due"] for clock in self.officer.item(first)["clocks"] if clock["clock"] == "term"][0]
        self.assertEqual(datetime.fromisoformat(due), end)  # to the millisecond
        self.house.set(self.house.wall + 300 * 86400000, self.house.ticks)  # the wall alone, and back
        time.sleep(2.5)
        self.house.set(self.house.wall - 300 * 86400000, self.house.ticks)
        self.house.go(self.house.now() + timedelta(minutes=2))  # a code is good once
        self.log_in()
        self.assertEqual((self.state(first), self.state(second)), ("frozen", "waiting"))
        self.house.go(end - timedelta(minutes=2))
        self.log_in()
        self.assertEqual(self.state(first), "frozen")
        self.both(first, "renew", renew_months=6, renew_document="XD-1")  # the bank does not answer
        self.house.kill()
        self.house.go(end + timedelta(hours=9))  # it stands still over the end
        self.house.start()
        self.log_in()
        self.wait_for(first, "expired")
        self.assertEqual(self.state(second), "frozen")
        self.teller.step(first, "confirm_renewal", expect=409, renewed_at=self.now())  # late is lifted
        self.assertEqual(self.until(second).isoformat()[:19], "2027-03-04T00:00:00")
        self.teller.step(second, "report", frozen_amount=4980000, balance=4980000)
        self.house.go(self.until(second) - timedelta(hours=2))
        self.log_in()
        self.both(second, "renew", renew_months=6, renew_document="XD-2")
        self.killed()
        self.teller.step(second, "confirm_renewal", renewed_at=self.now())
        self.assertEqual(self.until(second).isoformat()[:19], "2027-09-04T00:00:00")  # from the renewal
        self.house.go(self.until(second) + timedelta(seconds=1))
        self.log_in()
        self.wait_for(second, "expired")


if __name__ == "__main__":
    main()
