"""canary.py -- personal data stands only where the inventory says: made-up numbers, accounts, documents and names go
through everything, and are then looked for where they must not be.

usage: canary.py PATH_OF_CUTLINE SOURCE_ROOT [CANARIES]      a few hundred by default, 10000 by hand

Where they may be: the journal and its snapshots (under lock, docs/decision/0001), and nowhere else in the clear: not in the
log, not in figures, not in the tables of the store (values are sealed), not in file names, not in temporary files, not in
what a refusal says.  What somebody types as the reason of a search stands in the audit log as it was typed: an auditor has
to read it.
"""
# SPDX-License-Identifier: Apache-2.0
import json
import os
import sys

from people import Desk, House, Person, main

COUNT = int(sys.argv[3]) if len(sys.argv) > 3 else 240


def canary(n):
    return {"phone": f"+86199{n:08d}", "account": f"62229{n:011d}", "document": f"53010019800101{n:04d}"[:18],
            "person": f"金丝雀{n}号"}


class Canary(Desk):
    def setUp(self):
        self.house = House("limits: {requests: 0}\n")
        self.addCleanup(self.house.end)
        self.temporary = os.path.join(self.house.folder, "tmp")
        os.mkdir(self.temporary)
        os.environ["TMPDIR"] = self.temporary
        self.house.start().enrol()
        self.ann = Person(self.house, "ann", ["duty"])
        self.county, self.city = self.organisation("police", "County"), self.organisation("police", "City", "city")
        self.bank = self.organisation("bank", "Bank")
        self.li, self.wang = (Person(self.house, name, [role], self.county) for name, role in (("li", "duty"), ("wang", "supervisor")))
        self.zhao, self.qian = (Person(self.house, name, ["supervisor"], self.city) for name in ("zhao", "qian"))
        self.teller = Person(self.house, "teller", ["liaison", "duty"], self.bank)
        self.clerk = Person(self.house, "clerk", ["duty"], self.organisation("regulator", "Authority"))
        self.refusals = []
        self.made = set()

    def records(self, n):
        bird = canary(n)
        return "".join(json.dumps(row) + "\n" for row in (
            {"kind": "person", "person": f"CANARY{n:06d}", "phone": bird["phone"], "account": bird["account"]},
            {"kind": "call", "time": "2026-03-02T10:00:00+08:00", "caller": bird["phone"], "callee": canary(n + 1)["phone"]},
            {"kind": "payment", "time": "2026-03-02T10:00:01+08:00", "payer": bird["account"],
             "payee": canary(n + 1)["account"], "amount": "1.00"},
            {"kind": "call", "time": "not a time", "caller": bird["phone"], "callee": bird["phone"]}))

    def work(self, n):
        bird = canary(n)
        kinds = [("dissuasion", dict(bird, source="hotline", grade="low", reason=f"told by {bird['phone']}")),
                 ("suspect", dict(document=bird["document"], name=bird["person"], phone=bird["phone"], about="x")),
                 ("victim", dict(account=bird["account"], name=bird["person"], about="x")),
                 ("lead_check", dict(number=bird["phone"])),
                 ("case", dict(title="x", phone=bird["phone"], account=bird["account"])),
                 ("freeze", dict(case_id="w_0000000000000000", asset="deposits", account=bird["account"],
                                 account_name=bird["person"])),
                 ("query", dict(what="accounts", person=bird["document"]))]
        told = f"{bird['person']} {bird['phone']} {bird['document']} {bird['account']}"
        kinds = [(self.ann, *kind) for kind in kinds] + [
            (self.li, "sanction", self.nomination(bird)),
            (self.teller, "measure", dict(document=bird["document"], name=bird["person"], account=bird["account"], phone=bird["phone"])),
            (self.li, "penalty", dict(target="person", act="art44", name=bird["person"], document=bird["document"], facts=told,
                                      reason=told, phone=bird["phone"], account=bird["account"])),
            (self.clerk, "inspection_batch", dict(number=f"2026-{n}", title=bird["person"], plan=told)),
            (self.li, "source_area", dict(place="530102", name=bird["person"])),
            (self.li, "return_claim", dict(about="w_0000000000000000", name=bird["person"], document=bird["document"],
                                           account=bird["account"], loss=1, paid_at="2026-03-02T10:00:00+08:00")),
            (self.li, "fund_return", dict(about="w_0000000000000000", freeze="w_0000000000000000", account=bird["account"],
                                          account_name=bird["person"], frozen=1)),
            (self.li, "appeal", dict(about="w_0000000000000000", ground="disagrees", statement=told))]
        who, kind, fields = kinds[n % len(kinds)]
        status, answer = who.ask("POST", "/v1/work", {"kind": kind, "fields": fields})
        if status in (200, 201):
            self.made.add(kind)
            who.ask("POST", f"/v1/work/{answer['id']}/note", {"text": f"{bird['person']} {bird['phone']}"})
            self.go_on(who, answer["id"], kind, told)
        else:
            self.refusals.append(answer)
        for body in ({"kind": "dissuasion", "fields": {"grade": bird["phone"]}},
                     {"kind": bird["phone"], "fields": {}}, {"kind": "case", "fields": {bird["document"]: "x"}}):
            self.refusals.append(self.ann.ask("POST", "/v1/work", body)[1])
        self.ann.ask("POST", "/v1/work/search", {"identifier": bird["phone"], "reason": "asked by the court"})
        self.house.ask("POST", "/v1/screen/call", {"caller": bird["phone"], "callee": canary(n + 1)["phone"]})
        self.refusals.append(self.house.ask("POST", "/v1/screen/payment", {"payer": bird["account"], "amount": "x"})[2])

    @staticmethod
    def nomination(bird):
        return {"document": bird["document"], "name": bird["person"], "category": "determined", "conduct": "b1_items", "items": 3,
                "first_act": "2026-02-04", "facts": f"rented out {bird['phone']}", "involved_cards": [{"phone": bird["phone"]}]}

    def go_on(self, who, id, kind, told):
        """Some steps of the new ones, with what people write into them, and a step that is refused."""
        steps = {"measure": [("choose", dict(basis="art18", risk="high", measure="limit", why_fits=told)), ("drop", dict(why=told))],
                 "penalty": [("notice", dict(fine=1, said=[{"item": told}])), ("edit", dict(reason=told + " again"))],
                 "inspection_batch": [("edit", dict(plan=told + " again")), ("start", dict(companies=[{"id": told}]))],
                 "source_area": [("warn", dict(why=told))]}
        for step, fields in steps.get(kind, ()):
            version = who.item(id)["version"]
            status, answer = who.ask("POST", f"/v1/work/{id}/step", {"step": step, "fields": fields}, version)
            if status != 200:
                self.refusals.append(answer)

    def sanctioned(self, n):
        """The whole way of one person, with executors that ask, copies, and the public form."""
        bird = canary(n)
        told = f"{bird['person']} {bird['phone']} {bird['document']}"
        id = self.li.new("sanction", **self.nomination(bird))["id"]
        self.refusals.append(self.li.step(id, "nominate", expect=422, organ=self.city, first_act="2022-11-30"))
        self.li.step(id, "nominate", organ=self.city)
        self.wang.word(id)
        self.zhao.step(id, "determine", reasons=told, evidence=[{"sha256": "ab" * 32, "what": told}])
        self.zhao.step(id, "attempt", attempted_at="2026-03-02T10:00:00+08:00", why=told)
        self.zhao.step(id, "transmit", executors=[{"id": self.bank}])
        order = self.teller.get("/v1/work?kind=sanction_order&all=1")["work"][0]["id"]
        self.teller.step(order, "confirm", done_at="2026-03-02T10:00:00+08:00", note=told)
        question = {"document": bird["document"], "act": "transfer", "object": "bank_account"}
        for body in (question, dict(question, receipt="counted"), dict(question, phone=bird["phone"], object="phone_card", act="keep")):
            self.assertEqual(self.teller.ask("POST", "/v1/sanctions/check", body)[0], 200)
        for body in (dict(question, object=bird["document"]), dict(question, hash=bird["document"]), dict(question, phone="x" + bird["phone"])):
            status, answer = self.teller.ask("POST", "/v1/sanctions/check", body)
            self.assertIn(status, (400, 422))
            self.refusals.append(answer)
        lines = json.dumps({"document": bird["document"]}) + "\n"
        path = "/v1/sanctions/check/batch?act=transfer&object=bank_account"
        self.assertEqual(self.house.ask("POST", path, lines.encode(), self.teller.session)[0], 200)
        for path in (path, "/v1/sanctions/customers"):
            status, _, answer = self.house.ask("POST", path, (bird["document"] + "\n").encode(), self.teller.session)
            self.refusals.append(answer)
        self.teller.ask("POST", "/v1/screen/onboarding", {"account": bird["account"], "person": bird["person"],
                                                           "document": bird["document"]})
        self.refusals.append(self.teller.ask("GET", "/v1/sanctions/register?since=99999")[1])
        self.house.ask("POST", "/v1/appeals", {"reference": f"S{n:016d}", "ground": "disagrees", "statement": told, "contact": told},
                       token=False)
        self.zhao.step(id, "appeal", ground="disagrees", statement=told)
        appeal = self.qian.get("/v1/work?kind=appeal")["work"][0]["id"]
        self.qian.step(appeal, "accept", why=told)
        self.qian.step(appeal, "revoke", findings=told, answer=told)
        self.teller.step(order, "confirm_lift", done_at="2026-03-02T10:00:00+08:00", note=told)

    def test_no_canary_is_where_it_must_not_be(self):
        for start in range(0, COUNT, 100):
            self.house.send("".join(self.records(n) for n in range(start, min(start + 100, COUNT))))
        for n in range(COUNT):
            self.work(n)
        for n in range(0, min(COUNT, 40), 8):
            self.sanctioned(n)
        self.assertLessEqual({"sanction", "measure", "penalty", "inspection_batch", "source_area", "dissuasion"}, self.made)
        _, _, figures = self.house.ask("GET", "/metrics")
        with open(f"/proc/{self.house.process.pid}/cmdline", "rb") as file:
            command = file.read()
        self.house.kill()
        self.house.start()
        self.house.stop()
        places = {"figures": figures, "command line": command, "log": self.house.read_log().encode(),
                  "refusals": json.dumps(self.refusals, ensure_ascii=False).encode()}
        for folder, _, files in os.walk(self.house.folder):
            for name in files:
                path = os.path.join(folder, name)
                places["name of " + name] = name.encode()
                inside = os.path.relpath(path, self.house.data).split(os.sep)[0]
                if inside in ("journal", "snapshot"):
                    continue
                with open(path, "rb") as file:
                    places[os.path.relpath(path, self.house.folder)] = file.read()
        looked = 0
        for n in range(COUNT + 1):
            bird = canary(n)
            for value in (bird["phone"], bird["phone"][1:], bird["account"], bird["document"], bird["person"]):
                for place, held in places.items():
                    if value.encode() in held:
                        self.fail(f"{value} in {place}")
                    looked += 1
        print(f"{COUNT} canaries, {len(places)} places, {looked} looks, {sum(map(len, places.values())):,} bytes")


if __name__ == "__main__":
    main()
