"""dissuade.py -- somebody is warned in time: over HTTP and from the command line."""
# SPDX-License-Identifier: Apache-2.0
import json
import os
import subprocess
import time
from datetime import datetime

from people import CUTLINE, Desk, House, Person, WORK, main

VICTIM = """\
profile payer by payment.payer { strangers = distinct payee over 1h "payees in 1h" "1 小时收款方数" }
rule victim_pays on payment {
  title "pays strangers" "向陌生账户付款"
  when payer.strangers >= 2
  subject person(payer).person typology victim
  score 0.9
  respond dissuasion
  quiet 24h
}
"""


class Dissuasion(Desk):
    def test_a_person_is_reached_by_telephone_and_followed_up(self):
        item = self.ann.new("dissuasion", place="530114", source="hotline", grade="high",
                            phone="13800001111", person="王小明", scam="T08", area="530114")
        id = item["id"]
        self.assertEqual(item["state"], "new")
        self.assertNotIn("13800001111", json.dumps(item))  # masked
        self.assertNotIn("王小明", json.dumps(item))
        self.ann.take(id)
        self.ann.step(id, "sign")
        self.ann.step(id, "contact", channel="call")
        self.ann.step(id, "try", channel="second_call", attempt="no_answer")
        self.ann.step(id, "reach", channel="second_call")
        done = self.ann.step(id, "outcome", outcome="D01", outcome_note="hung up on them")
        self.assertEqual(done["state"], "follow_up")
        due = [clock for clock in done["clocks"] if clock["clock"] == "seven_days"][0]
        self.assertIn("due", due)
        closed = self.ann.step(id, "follow", followed="F1")
        self.assertEqual(closed["state"], "closed")
        measures = self.ann.get("/v1/work/measures?kind=dissuasion")
        self.assertIn("resolve", json.dumps(measures))

    def test_no_link_and_no_number_goes_to_a_person(self):
        id = self.ann.new("dissuasion", source="hotline", grade="high", phone="13800001112")["id"]
        self.ann.take(id)
        self.ann.step(id, "sign")
        for text in ["请看 http://example.com", "请拨打 9 6 1 1 0", "加微信核实", "请提供验证码"]:
            answer = self.ann.step(id, "contact", expect=422, channel="sms", message=text)
            self.assertIn("message", answer["detail"])
        self.ann.step(id, "contact", expect=422, channel="family", relative="13900001112")
        self.ann.step(id, "contact", channel="family", relative="13900001112", relative_why="cannot be reached")

    def test_person_times_and_persons_are_two_figures(self):
        for phone, scam in (("13800001121", "T01"), ("13800001122", "T01"), ("13800001122", "T01")):
            id = self.ann.new("dissuasion", source="hotline", grade="high", phone=phone, scam=scam)["id"]
            self.ann.take(id)
            for step, fields in [("sign", {}), ("visit", {}), ("meet", {}), ("outcome", {"outcome": "D02"})]:
                self.ann.step(id, step, **fields)
            self.ann.step(id, "follow", followed="F1")
        tally = self.ann.get("/v1/work/tally?kind=dissuasion&step=meet")
        self.assertEqual((tally["times"], tally["subjects"]), (3, 2))
        self.assertEqual(self.ann.ask("GET", "/v1/work/tally?kind=dissuasion&step=fly")[0], 400)

    def test_the_same_person_and_scam_is_one_item(self):
        first = self.ann.new("dissuasion", source="hotline", grade="high", phone="138 0000 1113", scam="T01")
        again = self.cem.new("dissuasion", source="bank", grade="low", phone="+8613800001113", scam="T01")
        other = self.cem.new("dissuasion", source="bank", grade="low", phone="+8613800001113", scam="T02")
        self.assertEqual(first["id"], again["id"])
        self.assertNotEqual(first["id"], other["id"])

    def test_police_of_the_area_see_what_they_need_and_nobody_else_anything(self):
        county = self.organisation("police", "County")
        bank = self.organisation("bank", "Bank")
        officer = Person(self.house, "officer", ["liaison"], county)
        teller = Person(self.house, "teller", ["liaison"], bank)
        id = self.ann.new("dissuasion", source="hotline", grade="extreme", phone="13800001114",
                          person="李四", reason="told by a neighbour", area="530114")["id"]
        status, _ = officer.ask("GET", f"/v1/work/{id}")
        self.assertEqual(status, 404)
        self.ann.step(id, "assign", area="530114", officers=county, address="1 Lake Road")
        seen = officer.item(id)
        self.assertNotIn("reason", seen["fields"])  # not told to police
        self.assertIn("phone", seen["fields"])
        status, answer = officer.ask("POST", f"/v1/work/{id}/reveal", {"fields": ["address"], "reason": "go there"})
        self.assertNotIn("Lake", json.dumps(answer))  # not before the visit
        self.assertEqual(teller.ask("GET", f"/v1/work/{id}")[0], 404)
        self.assertEqual(teller.get("/v1/work?kind=dissuasion")["work"], [])
        officer.take(id)
        officer.step(id, "sign")
        officer.step(id, "visit")
        status, answer = officer.ask("POST", f"/v1/work/{id}/reveal", {"fields": ["address"], "reason": "go there"})
        self.assertIn("1 Lake Road", json.dumps(answer))
        officer.step(id, "meet")
        officer.step(id, "outcome", outcome="D02")
        self.assertEqual(self.ann.item(id)["state"], "follow_up")  # and flows back

    def test_a_hold_is_confirmed_or_taken_back_and_lifted_when_the_person_objects(self):
        bank = self.organisation("bank", "Bank")
        teller = Person(self.house, "teller", ["liaison"], bank)
        fields = {"executor": bank, "account": "6222020000000001", "basis": "art. 32", "notice": "you may object"}
        status, _ = self.ann.ask("POST", "/v1/work", {"kind": "hold", "fields": {
            "executor": bank, "basis": "art. 32", "notice": "you may object"}})
        self.assertEqual(status, 422)  # on nothing
        id = self.ann.new("hold", **fields)["id"]
        self.ann.step(id, "place")
        self.assertEqual(self.ann.item(id)["state"], "placed")
        self.ann.word(id, expect=403)  # not one's own
        self.ben.word(id)
        teller.step(id, "execute", executed="done")
        self.assertEqual(self.ann.step(id, "object", appeal="it is my rent")["state"], "lifting")
        self.assertEqual(teller.step(id, "confirm_lift")["state"], "lifted")
        other = self.ann.new("hold", **dict(fields, account="6222020000000002"))["id"]
        self.ann.step(other, "place")
        self.ben.word(other, yes=False)
        self.assertEqual(self.ann.item(other)["state"], "lifting")

    def test_who_has_paid_becomes_a_stop_order_that_nobody_types_again(self):
        bank = self.organisation("bank", "Bank")
        teller = Person(self.house, "teller", ["liaison"], bank)
        id = self.ann.new("dissuasion", source="hotline", grade="extreme", phone="13800001116")["id"]
        self.ann.take(id)
        for step, fields in [("sign", {}), ("contact", {"channel": "call"}), ("reach", {"channel": "call"})]:
            self.ann.step(id, step, **fields)
        self.ann.step(id, "paid", payee="6222020000000003", payee_name="钱六", loss=4980000,
                      paid_at="2026-03-02T10:28:00+08:00", payee_bank="Bank")
        order = self.ann.get("/v1/work?kind=stop_order")["work"][0]
        self.assertEqual((order["fields"]["amount"], order["fields"]["level"], order["fields"]["about"]), (4980000, 1, id))
        self.assertEqual(teller.ask("GET", f"/v1/work/{order['id']}")[0], 404)
        self.lasts(order, "entry", self.law("entry.first_level") * 60)
        self.ann.step(order["id"], "order", executor=bank, document="ZF-1")
        self.ann.word(order["id"], expect=403)  # not one's own
        self.assertEqual(self.ben.word(order["id"])["state"], "ordered")
        seen = teller.item(order["id"])
        self.assertEqual(set(seen["fields"]) & {"payee", "payee_name", "amount", "paid_at"},
                         {"payee", "payee_name", "amount", "paid_at"})
        self.assertNotIn("payer", seen["fields"])
        self.assertIn("cn-stop-2016", seen["fields"]["law"])
        now = time.strftime("%Y-%m-%dT%H:%M:%S+08:00", time.gmtime(time.time() + 8 * 3600))
        later = time.strftime("%Y-%m-%dT%H:%M:%S+08:00", time.gmtime(time.time() + 10 * 3600))
        teller.step(order["id"], "stop", expect=422, stopped_at=later)
        stopped = teller.step(order["id"], "stop", stopped_at=now, balance=1000000)
        self.lasts(stopped, "term", self.law("term") * 3600)  # from the bank's own moment
        teller.step(order["id"], "moved_on", next_account="6222020000000004", next_name="孙七", next_amount=3980000,
                    next_at=now)
        levels = sorted(item["fields"]["level"] for item in self.ann.get("/v1/work?kind=stop_order")["work"])
        self.assertEqual(levels, [1, 2])
        self.ann.step(order["id"], "again", document="ZF-2")
        self.ben.word(order["id"])
        self.assertEqual(teller.step(order["id"], "extend", stopped_at=now)["state"], "stopped_again")
        # No order on the account is given a third time, whatever it comes from.
        self.assertEqual(self.law("count.max"), 2)
        third = self.ann.new("stop_order", payee="6222020000000003", payee_name="钱六", amount=1, level=1,
                             paid_at="2026-03-02T10:28:00+08:00")["id"]
        self.ann.step(third, "order", executor=bank, document="ZF-3")
        self.ben.word(third, expect=409)
        self.assertEqual(self.ann.item(third)["state"], "reported")
        self.ann.step(order["id"], "lift", why="it was the wrong account")
        self.assertEqual(teller.step(order["id"], "confirm_lift")["state"], "lifted")

    def law(self, name):
        """What the pack in force says, as the program tells it."""
        shown = subprocess.run([CUTLINE, "law", "show", "cn-stop-2016", "--json"], capture_output=True, text=True, check=True)
        return json.loads(shown.stdout)["values"][name]["value"]

    def lasts(self, item, name, seconds):
        clock = [clock for clock in item["clocks"] if clock["clock"] == name][0]
        lasted = datetime.fromisoformat(clock["due"]) - datetime.fromisoformat(clock["started"])
        self.assertAlmostEqual(lasted.total_seconds(), seconds, delta=3)

    def test_the_command_line_does_it_all(self):
        self.ann.token(WORK)
        secret = os.path.join(self.house.folder, "number")
        with open(secret, "w", encoding="ascii") as file:
            file.write("13800001115\n")
        made = json.loads(self.ann.cli("dissuade", "new", "source=hotline", "grade=high", "phone=@" + secret,
                                       "scam=T05", "--json"))
        id = made["id"]
        self.says(self.ann.cli("dissuade", "list"), id)
        self.ann.cli("dissuade", "take", id)
        self.says(self.ann.cli("dissuade", "mine"), id)
        self.ann.cli("dissuade", "do", id, "sign")
        self.says(self.ann.cli("dissuade", "do", id, "meet", code=5), "does not start")
        self.ann.cli("dissuade", "do", id, "contact", "channel=sms")
        self.ann.cli("dissuade", "note", id, "rang twice")
        shown = self.ann.cli("dissuade", "show", id)
        self.says(shown, "state: contacting")
        self.assertNotIn("13800001115", shown)
        self.says(self.ann.cli("dissuade", "reveal", id, "phone", "--reason", "to call"), "13800001115")
        self.says(self.ann.cli("dissuade", "find", "@" + secret, "--reason", "asked"), id)
        self.says(self.ann.cli("dissuade", "log", id), "contact")
        self.says(self.ann.cli("dissuade", "kinds"), "dissuasion")
        self.assertTrue(self.audit("work.search"))
        self.assertNotIn("13800001115", json.dumps(self.audit("work.search")))


class FromAlerts(Desk):
    def setUp(self):
        self.house = House("", VICTIM)
        self.addCleanup(self.house.end)
        self.house.start().enrol()
        self.ann = Person(self.house, "ann", ["duty"])

    def wait_for_items(self, count, seconds=20):
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            items = self.ann.get("/v1/work?kind=dissuasion")["work"]
            if len(items) >= count:
                return items
            time.sleep(0.1)
        raise AssertionError(self.house.read_log()[-3000:])

    def test_an_alert_becomes_one_item_also_after_a_kill_and_knows_who_is_on_a_call(self):
        def person(n):
            return json.dumps({"kind": "person", "person": f"P{n}", "phone": f"+861380000{n:04d}",
                               "account": f"ACC{n:04d}", "region": "530114"}) + "\n"

        def pay(n, to):
            return json.dumps({"kind": "payment", "time": f"2026-03-02T10:00:{to:02d}+08:00", "payer": f"ACC{n:04d}",
                               "payee": f"OUT{to:03d}", "amount": "100.00"}) + "\n"
        self.house.send("".join(person(n) for n in (1, 2)))
        now = time.strftime("%Y-%m-%dT%H:%M:%S+08:00", time.gmtime(time.time() + 8 * 3600 - 60))
        status, _, answer = self.house.ask("POST", "/v1/screen/call", {
            "time": now, "caller": "+8617000000000", "callee": "+8613800000001"})
        self.assertEqual((status, answer["answer"] if "answer" in answer else answer), (200, "allow"))
        self.house.send(pay(1, 1) + pay(1, 2))
        items = self.wait_for_items(1)
        self.assertEqual(items[0]["fields"]["grade"], "extreme")
        self.assertEqual(items[0]["fields"]["on_call"], True)
        self.assertEqual(items[0]["fields"]["area"], "530114")
        self.house.kill()
        self.house.start()
        self.house.send(pay(2, 3) + pay(2, 4))
        items = self.wait_for_items(2)
        self.assertEqual(len(items), 2)
        self.assertEqual(sorted(item["fields"]["grade"] for item in items), ["extreme", "high"])


if __name__ == "__main__":
    main()
