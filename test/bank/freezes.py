"""freezes.py -- a county freezes at a bank's machine, each a process of its own: an account is frozen for a filed case, another
freeze waits and has its turn, terms are renewed, end by themselves, and whoever is killed in between goes on.

usage: freezes.py PATH_OF_CUTLINE SOURCE_ROOT SKEW_LIBRARY
"""
# SPDX-License-Identifier: Apache-2.0
import signal
import subprocess
import time
from datetime import datetime

from banks import CUTLINE, MULE, NEXT, Bank, Centre, main, until
from moved import Moved, at
from people import Person

VICTIMS = ("6222020000000101", "6222020000000102")
SLOW = "{way: simulated, seed: 1, delay_min_ms: 200, delay_max_ms: 800, loses: 300}"


class MovedBank(Bank):
    house = None

    def start(self, *words):
        return self.house.with_clocks(lambda: super(MovedBank, self).start(*words))


class Freezes(Centre):
    def served(self, config):
        self.bank.house = Moved(at("2026-03-02T12:00:00"), config)
        return self.bank.house.start()

    def county(self, url=True):
        self.centre(MovedBank("bank-a", SLOW), url)
        status, _, answer = self.house.ask("POST", "/v1/organisations", {
            "kind": "police", "name": "County", "level": "county", "reason": "test"}, self.house.session)
        self.assertEqual(status, 201, answer)
        self.officer = self.ann = Person(self.house, "officer", ["duty"], answer["id"])
        self.chief = Person(self.house, "chief", ["supervisor"], answer["id"])
        self.case = self.officer.new("case", title="投资诈骗")["id"]
        self.both(self.case, "file", number="A-2026-17", organ="County", document="D-17")

    def both(self, id, step, **fields):
        self.officer.step(id, step, **fields)
        return self.chief.word(id)

    def go(self, to):
        self.house.go(to)
        self.officer.log_in()
        self.chief.log_in()

    def draft(self, **more):
        return self.officer.new("freeze", **dict({
            "case_id": self.case, "asset": "deposits", "account_name": "孙七", "account": NEXT, "bank": "Bank", "amount": 3000000,
            "months": 6, "scope": "全部", "yields": True, "method": "limited", "document": "DJ-1", "executor": self.id}, **more))["id"]

    def freeze(self, **more):
        id = self.draft(**more)
        self.assertEqual(self.both(id, "order")["state"], "ordered")
        return id

    def end_of(self, id):
        return datetime.fromisoformat(self.officer.item(id)["fields"]["until"])

    def at_core(self):
        """Freezes that hold an account now, by the core's own book."""
        now = int(self.house.now().timestamp() * 1000)
        return [row[0] for row in self.bank.rows(
            "SELECT account FROM op WHERE act = 2 AND fate = 0 AND ready <= %d AND until > %d AND (freed IS NULL OR freed > %d)"
            % (now, now, now), "core.db")]

    def test_terms_are_renewed_turns_come_and_what_is_over_ends_by_itself(self):
        self.county()
        first = self.freeze()
        item = self.becomes(first, "frozen")
        self.assertEqual((item["fields"]["frozen_amount"], item["fields"]["balance"]), (3000000, 3980000))
        self.assertEqual(self.end_of(first).isoformat()[:19], "2026-09-03T00:00:00")
        self.assertIn("freeze_in", self.say(first))
        second = self.freeze(document="DJ-2", amount=5000000)
        self.assertEqual(self.becomes(second, "waiting")["fields"]["prior_amount"], 3000000)
        self.assertEqual(self.at_core(), [NEXT])
        self.bank.kill()
        self.go(at("2026-08-20T12:00:00"))
        self.bank.start()
        self.both(first, "renew", renew_months=6, renew_document="XD-1")
        until(lambda: "renewed_in" in self.say(first))
        self.assertEqual(self.end_of(first).isoformat()[:19], "2027-02-21T00:00:00")  # counted from the renewal
        self.assertEqual(self.officer.item(first)["state"], "frozen")
        self.go(at("2026-09-10T12:00:00"))  # beyond the first term
        self.assertEqual((self.officer.item(first)["state"], self.at_core()), ("frozen", [NEXT]))
        self.go(at("2027-02-21T00:00:01"))
        self.becomes(first, "expired")
        item = self.becomes(second, "frozen")
        until(lambda: self.officer.item(second)["fields"].get("frozen_amount"))
        item = self.officer.item(second)  # more was ordered than there is: what lacks is named
        self.assertEqual((item["fields"]["frozen_amount"], item["fields"]["not_frozen"]), (3980000, 1020000))
        self.assertEqual(self.end_of(second).isoformat()[:19], "2027-08-22T00:00:00")
        self.house.kill()  # the centre is gone when the term ends; the bank lets go all the same
        self.house.go(at("2027-08-22T00:00:05"))
        until(lambda: self.at_core() == [] and self.bank.rows("SELECT COUNT(*) FROM teller_freeze WHERE state = 5") == [(2,)])
        self.house.start()
        self.officer.log_in()
        self.becomes(second, "expired")
        self.assertEqual(self.bank.kill(signal.SIGTERM), 0)
        checked = subprocess.run([CUTLINE, "audit", "verify", self.bank.data], capture_output=True, text=True)
        self.assertEqual(checked.returncode, 0, checked.stdout + checked.stderr)

    def test_both_are_killed_again_and_again_and_it_is_frozen_once_and_lifted(self):
        self.county()
        self.bank.kill()
        ids = [self.freeze(), self.freeze(account=MULE, account_name="钱六", amount=50000)]
        self.house.kill()
        self.house.start()
        for pause in (0.1, 0.4, 0.7):
            self.bank.start()
            time.sleep(pause)
            self.bank.kill()
        self.bank.start()
        for id in ids:
            self.becomes(id, "frozen", 120)
        self.assertEqual(sorted(self.at_core()), sorted([MULE, NEXT]))
        self.assertEqual(self.bank.rows("SELECT COUNT(*) FROM op WHERE act = 2", "core.db"), [(2,)])
        self.both(ids[0], "lift", why="returned")
        self.becomes(ids[0], "lifted")
        self.assertEqual(self.at_core(), [MULE])

    def test_what_the_books_contradict_is_refused_and_a_case_with_an_order_under_way_does_not_end(self):
        self.county(url=False)
        for fault, wrong in (("name", {"account_name": "孙八"}), ("no_account", {"account": "6222020000000099"})):
            self.assertEqual(self.becomes(self.freeze(**wrong), "refused")["fields"]["fault"], fault)
        unfiled = self.officer.new("case", title="x")["id"]
        self.officer.step(self.draft(case_id=unfiled), "order", expect=409)
        first, second = self.freeze(), self.freeze(document="DJ-2")
        self.becomes(first, "frozen")
        self.becomes(second, "waiting")
        self.both(first, "lift", why="returned")
        self.becomes(second, "frozen")
        until(lambda: self.officer.item(second)["fields"].get("frozen_amount") == 3000000)  # asked by the turn's letter
        self.officer.step(self.case, "close", why="done")
        self.chief.word(self.case, expect=409)
        self.assertEqual(self.bank.rows("SELECT COUNT(*) FROM op WHERE act = 2", "core.db"), [(2,)])

    def test_a_stop_becomes_a_freeze_when_the_machine_has_frozen(self):
        self.county()
        id = self.order()
        self.becomes(id, "stopped")
        freeze = self.officer.new("freeze", case_id=self.case, stop=id, asset="deposits", months=1, scope="全部", yields=True,
                                  method="receive_only", document="DJ-1")["id"]
        self.both(freeze, "order")
        self.becomes(freeze, "frozen")
        self.assertEqual(self.officer.item(id)["state"], "frozen")

    def claim(self, n, loss, traced):
        id = self.officer.new("return_claim", about=self.case, name=("王小明", "赵大山")[n], document=f"53010019900101000{n}",
                              account=VICTIMS[n], loss=loss, paid_at="2026-03-01T10:00:00+08:00")["id"]
        self.both(id, "verify", proof="当面核验身份证与账户流水")
        self.officer.step(id, "attribute", trace="T-1", traced=traced)
        return id

    def paid(self):
        return self.bank.rows("SELECT account, amount FROM payment ORDER BY account", "core.db")

    def decided(self, freeze, claims, total):
        id = self.officer.new("fund_return", about=self.case, freeze=freeze, account=NEXT, account_name="孙七", bank="Bank",
                              frozen=total)["id"]
        self.officer.step(id, "verify", claims=[{"id": claim} for claim in claims])
        self.officer.step(id, "trace")
        self.officer.step(id, "report", report="B-1", approver=self.city)
        self.mayor.step(id, "approve")
        self.both(id, "decide", decision="FH-1")
        return id

    def test_what_is_frozen_goes_back_to_its_victims_once_and_to_the_cent(self):
        self.county()
        status, _, answer = self.house.ask("POST", "/v1/organisations", {
            "kind": "police", "name": "City", "level": "city", "reason": "test"}, self.house.session)
        self.assertEqual(status, 201, answer)
        self.city = answer["id"]
        self.mayor = Person(self.house, "mayor", ["supervisor"], self.city)
        freeze = self.freeze()
        self.becomes(freeze, "frozen")
        id = self.decided(freeze, [self.claim(0, 1999999, 1999999), self.claim(1, 1000000, 1000000)], 3000000)
        self.bank.kill()
        self.officer.step(id, "deliver", executor=self.id)
        for pause in (0.2, 0.5, 0.9):
            self.bank.start()
            time.sleep(pause)
            self.bank.kill()
        self.house.kill()
        self.bank.start()
        time.sleep(1)
        self.house.start()
        item = self.becomes(id, "returned", 120)
        self.assertEqual(item["fields"]["paid"], 2999999)
        self.assertTrue(item["fields"]["serial"])
        self.assertEqual(self.paid(), [(VICTIMS[0], 1999999), (VICTIMS[1], 1000000)])
        self.assertEqual(self.at_core(), [NEXT])  # a cent stays frozen
        self.assertEqual(self.bank.rows("SELECT frozen - paid FROM teller_freeze"), [(1,)])
        for name in ("store.db", "store.db-wal"):
            with open(f"{self.bank.data}/{name}", "rb") as file:
                kept = file.read()
            for secret in VICTIMS + ("王小明",):
                self.assertNotIn(secret.encode(), kept)

    def order(self):
        id = self.officer.new("stop_order", payee=MULE, payee_name="钱六", amount=4980000,
                              paid_at="2026-03-02T10:28:00+08:00", level=1)["id"]
        self.both(id, "order", executor=self.id, document="ZF-1")
        return id


if __name__ == "__main__":
    main()
