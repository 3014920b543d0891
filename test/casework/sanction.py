"""sanction.py -- one person's whole way: three cards rented out, nominated, determined, told, restricted, appealed, lifted.

Every step is also tried by somebody who may not, at the wrong level, in the wrong order, on the wrong day.
"""
# SPDX-License-Identifier: Apache-2.0
import datetime
import json
import os
import time

from people import CUTLINE, Desk, Person, WORK, main  # noqa: F401

ADULT = "110105199003071234"
ZONE = datetime.timezone(datetime.timedelta(hours=8))
CARDS = ["+8613800000011", "+8613800000012", "+8613800000013"]
CLEAN = "+8613800000019"
SAID = [{"item": item} for item in ("basis", "term", "measures", "right_of_appeal")]
TELECOM = "phone_card iot_card fixed_line telecom_line sms_port internet_account new_business"
ASK = ["sanctions:ask"]


def today():
    return datetime.datetime.now(ZONE).date()


def now():
    return datetime.datetime.now(ZONE).isoformat(timespec="seconds")


def years_on(day, years):
    try:
        return day.replace(year=day.year + years)
    except ValueError:  # 29 February
        return day.replace(year=day.year + years, day=28)


class Sanction(Desk):
    def setUp(self):
        super().setUp()
        self.county = self.organisation("police", "County", "county")
        self.city = self.organisation("police", "City", "city")
        self.province = self.organisation("police", "Province", "province")
        self.bank = self.organisation("bank", "Bank")
        self.carrier = self.organisation("carrier", "Carrier")
        self.li = Person(self.house, "li", ["duty"], self.county)
        self.wang = Person(self.house, "wang", ["supervisor"], self.county)
        self.zhao = Person(self.house, "zhao", ["supervisor"], self.city)
        self.qian = Person(self.house, "qian", ["supervisor"], self.city)
        self.sun = Person(self.house, "sun", ["duty"], self.city)
        self.zhou = Person(self.house, "zhou", ["supervisor"], self.province)
        self.teller = Person(self.house, "teller", ["liaison"], self.bank)
        self.operator = Person(self.house, "oper", ["liaison"], self.carrier)

    def check(self, who, act, object, expect=200, document=ADULT, **more):
        status, answer = who.ask("POST", "/v1/sanctions/check", {
            "document": document, "act": act, "object": object, **more})
        self.assertEqual(status, expect, answer)
        return answer.get("answer")

    def wait(self, what):
        until = time.monotonic() + 10
        while not what():
            assert time.monotonic() < until, "it did not come"
            time.sleep(0.05)

    def draft(self, **more):
        facts = {"document": ADULT, "name": "张三", "category": "determined", "conduct": "b1_items", "items": 3,
                 "first_act": "2026-05-04", "facts": "出租三张电话卡", "involved_cards": [{"phone": card} for card in CARDS]}
        facts.update(more)
        return self.li.new("sanction", **{key: value for key, value in facts.items() if value is not None})["id"]

    def nominate(self, id, organ=None):
        self.li.step(id, "nominate", organ=organ or self.city)
        return self.wang.word(id)

    def order(self, who):
        """The one order that an executor sees."""
        orders = who.get("/v1/work?kind=sanction_order&all=1")["work"]
        self.assertLessEqual(len(orders), 1)
        return orders[0]["id"] if orders else None

    def newest(self, who, kind):
        return who.get(f"/v1/work?kind={kind}&all=1")["work"][0]["id"]

    def test_from_three_cards_rented_out_to_nothing_left(self):
        # drafted: not by a bank, not for a relative, not for acts before the law
        status, _ = self.teller.ask("POST", "/v1/work", {"kind": "sanction", "fields": {"document": ADULT, "category": "determined"}})
        self.assertEqual(status, 403)
        status, _ = self.li.ask("POST", "/v1/work", {"kind": "sanction", "fields": {
            "document": ADULT, "category": "determined", "whose": "relative"}})
        self.assertEqual(status, 422)
        id = self.draft()
        self.li.step(id, "nominate", expect=422, organ=self.city, items=2)
        self.li.step(id, "nominate", expect=422, organ=self.city, first_act="2022-11-30")
        self.li.step(id, "nominate", organ=self.county)  # of the wrong level
        self.li.word(id, expect=403)                     # by the same person
        self.assertGreaterEqual(self.wang.ask("POST", f"/v1/work/{id}/approve", {
            "digest": self.wang.item(id)["asking"]["digest"]})[0], 400)
        self.li.step(id, "edit", facts="出租三张本人电话卡")
        self.assertEqual(self.zhao.ask("GET", f"/v1/work/{id}")[0], 404)  # nobody sent it yet
        self.assertEqual(self.nominate(id)["state"], "nominated")

        # determined: by the city, by another person, with reasons and evidence, not by the province that nobody asked
        decision = {"reasons": "三张卡均已核实", "evidence": [{"sha256": "ab" * 32, "what": "出租记录"}]}
        self.wang.step(id, "determine", expect=403, **decision)
        self.sun.step(id, "determine", expect=403, **decision)
        self.zhao.step(id, "determine", expect=422, reasons="x", evidence=[])
        self.assertEqual(self.zhou.ask("GET", f"/v1/work/{id}")[0], 404)
        self.zhao.step(id, "transmit", expect=409)  # out of order
        item = self.zhao.step(id, "determine", **decision)
        self.assertEqual(item["state"], "determined")
        fields = self.zhao.item(id)["fields"]
        last = years_on(today(), 2).isoformat()
        self.assertEqual(fields["last"], last)
        self.assertRegex(fields["law"], r"^cn-final-2024-12 sha256:[0-9a-f]{64}$")
        self.assertIn("term.counting [U]", fields["doubt"])
        self.assertIn(fields["reference"], fields["notice_appeal"])
        self.assertTrue(self.check(self.teller, "transfer", "bank_account")["may"])  # nobody is restricted by a decision alone

        # told: four items, proof, a card that is not involved
        served = {"served_at": now(), "served_how": "in_person", "proof": "P-1", "said": SAID}
        self.zhao.step(id, "transmit", expect=422)  # nobody tried to tell
        self.sun.step(id, "serve", expect=422, **dict(served, said=SAID[:3]))
        self.sun.step(id, "serve", expect=422, **dict(served, kept_card=CARDS[0]))
        self.wang.step(id, "serve", expect=403, **served)
        self.sun.step(id, "serve", kept_card=CLEAN, **served)

        # restricted: by the bank and the carrier, each its own
        self.sun.step(id, "transmit", expect=403)
        self.zhao.step(id, "transmit", executors=[{"id": self.bank}, {"id": self.carrier}])
        self.wait(lambda: not self.check(self.teller, "transfer", "bank_account")["may"])
        answer = self.check(self.teller, "transfer", "bank_account", way="remote")
        self.assertEqual((answer["restriction"], answer["article"], answer["mark"]), ("no_counterless_outgoing", "6 [R]", "V2"))
        end = datetime.date.fromisoformat(last) + datetime.timedelta(days=1)
        self.assertTrue(answer["until"].startswith(end.isoformat() + "T00:00:00"))
        for more in ({"way": "in"}, {"way": "counter"}, {"purpose": "agreed_tax"}, {"purpose": "agreed_utilities"}):
            self.assertTrue(self.check(self.teller, "transfer", "bank_account", **more)["may"], more)
        self.assertFalse(self.check(self.teller, "open", "payment_account")["may"])
        self.assertEqual(self.check(self.teller, "open", "bank_account")["exception"], "limited_bank_account")
        self.assertFalse(self.check(self.operator, "open", "phone_card")["may"])
        self.assertTrue(self.check(self.operator, "keep", "phone_card", phone=CLEAN)["may"])
        self.assertFalse(self.check(self.operator, "keep", "phone_card", phone=CARDS[0])["may"])
        self.assertFalse(self.check(self.operator, "transfer", "bank_account")["stands"])  # not its business
        self.assertFalse(self.check(self.teller, "transfer", "bank_account", document="110105199003071242")["stands"])
        self.assertEqual(self.teller.ask("GET", f"/v1/work/{id}")[0], 404)
        order, lines = self.order(self.teller), self.order(self.operator)
        self.assertEqual(self.teller.ask("GET", f"/v1/work/{lines}")[0], 404)
        self.assertNotIn("facts", json.dumps(self.teller.item(order)["fields"]))
        self.assertIn("agreed_tax", json.dumps(self.teller.item(order)["fields"]["measures"]))
        self.operator.step(lines, "confirm", expect=422, done_at=now(), kept_card=CARDS[1])
        self.operator.step(lines, "confirm", done_at=now(), kept_card=CLEAN)
        self.teller.step(order, "confirm", done_at=now())

        # appealed: by the public form, decided by somebody who took no part, partly revoked
        known = self.form(fields["reference"].lower())
        self.assertEqual(known, self.form("S" + "A" * 16))  # the answer tells nothing
        self.wait(lambda: self.qian.get("/v1/work?kind=appeal")["work"])
        appeal = self.newest(self.qian, "appeal")
        self.assertEqual(self.qian.item(appeal)["fields"]["about"], id)
        self.assertEqual(self.li.ask("GET", f"/v1/work/{appeal}")[0], 404)
        self.zhao.step(appeal, "accept", expect=403)  # he determined
        self.sun.step(appeal, "accept")
        decided = {"findings": "两张卡被冒用", "answer": "部分撤销"}
        self.zhao.step(appeal, "amend", expect=403, dropped_things=TELECOM, **decided)
        self.sun.step(appeal, "amend", expect=403, dropped_things=TELECOM, **decided)
        self.qian.step(appeal, "amend", expect=422, **decided)  # what is amended?
        self.qian.step(appeal, "amend", dropped_things=TELECOM, **decided)
        self.wait(lambda: self.check(self.operator, "open", "phone_card")["may"])
        self.assertFalse(self.check(self.teller, "transfer", "bank_account")["may"])  # the bank's part stands
        self.assertEqual(self.operator.item(lines)["state"], "lifting")
        self.operator.step(lines, "confirm_lift", done_at=now())
        self.assertIsNone(self.order(self.operator))
        self.teller.step(order, "confirm_lift", expect=409, done_at=now())  # out of order

        # lifted: the rest is revoked; nothing is left with anybody
        self.sun.step(id, "appeal", ground="disagrees", statement="其余亦不成立")
        appeal = self.newest(self.qian, "appeal")
        self.qian.step(appeal, "revoke", expect=409, **decided)  # not accepted yet
        self.qian.step(appeal, "accept")
        self.qian.step(appeal, "revoke", **decided)
        self.wait(lambda: self.check(self.teller, "transfer", "bank_account")["may"])
        self.assertFalse(self.check(self.teller, "transfer", "bank_account")["stands"])
        self.assertEqual(self.zhao.item(id)["state"], "lifting")
        self.teller.step(order, "confirm_lift", done_at=now())
        for who, what in ((self.teller, order), (self.operator, lines), (self.zhao, id), (self.li, id)):
            self.assertEqual(who.ask("GET", f"/v1/work/{what}")[0], 404, (who.login, what))
        self.assertEqual(self.teller.get("/v1/work?kind=sanction_order&all=1")["work"], [])
        sealed = self.wang.item(id)
        self.assertEqual((sealed["state"], sealed["fields"]["outcome"]), ("lifted", "revoked"))
        found = self.teller.ask("POST", "/v1/work/search", {"identifier": ADULT, "reason": "test"})[1]["work"]
        self.assertEqual(found, [])

    def form(self, reference):
        status, _, answer = self.house.ask("POST", "/v1/appeals", {
            "reference": reference, "ground": "disagrees", "statement": "卡被冒用", "contact": "邮寄"}, token=False)
        self.assertEqual(status, 202, answer)
        return answer

    def test_the_public_form_is_slow_to_whoever_tries_numbers(self):
        codes = [self.house.ask("POST", "/v1/appeals", {"reference": f"S{n:016d}", "ground": "disagrees", "statement": "x"},
                                token=False)[0] for n in range(12)]
        self.assertIn(429, codes)
        self.assertLessEqual(codes.count(202), 6)

    def test_a_term_that_is_over_is_lifted_by_itself(self):
        start = years_on(today(), -3) + datetime.timedelta(days=1)  # three years end tomorrow
        if start < datetime.date(2022, 12, 2):
            return
        id = self.draft(category="criminal", conduct=None, items=None, crime="assisting_network_crime", judgment="J-1",
                        judgment_on=start.isoformat(), sentence="other", first_act="2022-12-01")
        self.nominate(id)
        self.zhao.step(id, "determine", reasons="判决生效", evidence=[{"sha256": "cd" * 32}])
        self.sun.step(id, "attempt", attempted_at=now(), why="不在住所")
        self.zhao.step(id, "transmit", executors=[{"id": self.bank}])
        self.wait(lambda: self.check(self.teller, "transfer", "bank_account")["stands"])
        self.sun.step(id, "appeal", ground="disagrees", statement="x")
        appeal = self.newest(self.qian, "appeal")
        self.qian.step(appeal, "accept")
        self.qian.step(appeal, "amend", findings="f", answer="a", latest=(today() - datetime.timedelta(days=1)).isoformat())
        self.wait(lambda: self.zhao.item(id)["state"] == "lifting")
        self.assertFalse(self.check(self.teller, "transfer", "bank_account")["stands"])
        self.assertEqual(self.teller.item(self.order(self.teller))["state"], "lifting")

    def test_executors_ask_in_bulk_keep_copies_and_prove_it(self):
        administrator = self.house.session
        folder = self.house.folder

        def put(name, text):
            path = os.path.join(folder, name)
            with open(os.open(path, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
                file.write(text)
            return path

        status, _, keys = self.house.ask("GET", "/v1/sanctions/key", None, administrator)
        self.assertEqual(status, 200, keys)
        join, key = put("join", keys["join"]), put("vkey", keys["key"])
        chief = Person(self.house, "chief", ["administrator"], self.bank)
        self.assertEqual(chief.ask("GET", "/v1/sanctions/key")[0], 200)
        export = put("export", chief.get("/v1/sanctions/key")["export"])
        self.assertEqual(self.teller.ask("GET", "/v1/sanctions/key")[0], 403)
        self.teller.token(WORK + ASK)
        documents = put("documents", "".join(f"1101051990030{n:05d}\n" for n in range(71000, 72000)))
        hashes = put("hashes", self.teller.cli("sanction", "hash", documents, f"join=@{join}"))
        self.teller.cli("sanction", "customers", hashes)

        # somebody stands: the bank alone is told, because it said so
        id = self.draft()
        self.nominate(id)
        self.zhao.step(id, "determine", reasons="r", evidence=[{"sha256": "ab" * 32}])
        self.sun.step(id, "serve", served_at=now(), served_how="by_post", proof="P", said=SAID)
        self.zhao.step(id, "transmit")
        self.assertIsNotNone(self.order(self.teller))
        self.assertIsNone(self.order(self.operator))
        other = self.organisation("payment", "Wallet")
        clerk = Person(self.house, "clerk", ["liaison"], other)
        self.assertIsNone(self.order(clerk))
        with open(hashes, encoding="ascii") as file:  # a customer that is handed in later is matched at once
            body = file.read().encode()
        status, _, answer = self.house.ask("POST", "/v1/sanctions/customers", body, clerk.session)
        self.assertEqual((status, answer), (200, {"customers": 1000, "told": 1}))
        self.assertIsNotNone(self.order(clerk))

        # a receipt, and a batch with one for all
        one = put("document", ADULT)
        words = ["act=transfer", "object=bank_account"]
        answer = put("answer", self.teller.cli("sanction", "check", f"document=@{one}", *words))
        self.says(self.teller.cli("sanction", "receipt", "verify", answer, f"key=@{key}"), r"holds.*o_[0-9a-f]+")
        with open(answer, encoding="utf-8") as file:
            forged = put("forged", file.read().replace('"may":false', '"may":true'))
        self.teller.cli("sanction", "receipt", "verify", forged, f"key=@{key}", code=5)
        many = put("many", self.teller.cli("sanction", "batch", hashes, *words))
        with open(many, encoding="utf-8") as file:
            self.says(file.read(), r'"asked":1000,"hits":1,')
        self.teller.cli("sanction", "receipt", "verify", many, f"key=@{key}", f"asked={hashes}")

        # a counted one: a number now, and within a second what proves it, to whoever asked and nobody else
        self.teller.token(WORK + ASK)
        answer = self.teller.cli("sanction", "check", f"document=@{one}", *words, "receipt=counted")
        number = json.loads(answer)["counted"]["number"]
        self.assertEqual(json.loads(answer)["counted"]["asker"], self.bank)
        answer = put("counted", answer)
        self.teller.cli("sanction", "receipt", "verify", answer, f"key=@{key}", code=5)
        self.wait(lambda: self.teller.ask("GET", f"/v1/sanctions/receipts/{number}")[0] == 200)
        self.assertEqual(clerk.ask("GET", f"/v1/sanctions/receipts/{number}")[0], 404)
        proof = put("proof", self.teller.cli("sanction", "receipt", "fetch", str(number)))
        self.says(self.teller.cli("sanction", "receipt", "verify", answer, f"key=@{key}", f"proof={proof}"),
                  f"holds.*{self.bank}.*register 1,")
        with open(answer, encoding="utf-8") as file:
            forged = put("forged", file.read().replace('"may":false', '"may":true'))
        self.teller.cli("sanction", "receipt", "verify", forged, f"key=@{key}", f"proof={proof}", code=5)
        self.house.kill()  # what was sealed is there after a kill, and numbers go on behind it
        self.house.start()
        self.assertEqual(self.teller.ask("GET", f"/v1/sanctions/receipts/{number}")[0], 200)
        answer = self.teller.cli("sanction", "check", f"document=@{one}", *words, "receipt=counted")
        self.assertGreater(json.loads(answer)["counted"]["number"], number)
        self.house.kill()  # nor is what waited for its seal lost
        self.house.start()
        number = json.loads(answer)["counted"]["number"]
        self.wait(lambda: self.teller.ask("GET", f"/v1/sanctions/receipts/{number}")[0] == 200)
        proof = put("proof", self.teller.cli("sanction", "receipt", "fetch", str(number)))
        self.teller.cli("sanction", "receipt", "verify", put("counted", answer), f"key=@{key}", f"proof={proof}")
        # who checked this person: known to an auditor, with the very person who asked, and that the auditor asked is known, too
        auditor = self.auditor = Person(self.house, "aud", ["auditor"])
        question = {"document": ADULT, "reason": "complaint 17"}
        self.wait(lambda: auditor.ask("POST", "/v1/sanctions/asked", question)[1]["count"] >= 3)
        checks = auditor.ask("POST", "/v1/sanctions/asked", question)[1]["checks"]
        self.assertEqual({(check["asker"], check["by"]) for check in checks}, {(self.bank, self.teller.id)})
        self.assertEqual(auditor.ask("POST", "/v1/sanctions/asked", dict(question, document="110105199003071242"))[1]["count"], 0)
        self.assertEqual(self.teller.ask("POST", "/v1/sanctions/asked", question)[0], 403)
        self.assertTrue(self.audit("sanction.asked"))
        self.assertTrue(all(entry["organisation"] == self.bank for entry in self.audit("sanction.checked")))
        self.assertNotIn(ADULT, json.dumps(self.audit("sanction.checked") + self.audit("sanction.asked")))

        # a copy that answers without a line
        copy = os.path.join(folder, "copy")
        delta = put("delta", self.teller.cli("sanction", "export"))
        self.teller.cli("sanction", "import", delta, f"register={copy}", f"key=@{key}")
        offline = [f"document=@{one}", *words, f"register={copy}", f"export=@{export}", f"join=@{join}"]
        self.says(self.teller.cli("sanction", "check", *offline), r'"stands":true,"may":false')
        self.sun.step(id, "appeal", ground="disagrees", statement="x")
        appeal = self.newest(self.qian, "appeal")
        self.qian.step(appeal, "accept")
        self.qian.step(appeal, "revoke", findings="f", answer="a")
        self.wait(lambda: not self.check(self.teller, "transfer", "bank_account")["stands"])
        version = json.loads(self.teller.cli("sanction", "check", *offline))["register"]
        delta = put("delta", self.teller.cli("sanction", "export", f"since={version}"))
        self.teller.cli("sanction", "import", delta, f"register={copy}", f"key=@{key}")
        self.says(self.teller.cli("sanction", "check", *offline), r'"stands":false,"may":true')
        self.teller.cli("sanction", "import", delta, f"register={copy}", f"key=@{key}", code=5)  # twice

        # the same by one command, and what it is told if the keys are another's or the line is cut
        copy = os.path.join(folder, "another")
        sync = ["sanction", "sync", f"register={copy}", f"key=@{key}", "numbers=64"]
        self.says(self.teller.cli(*sync), r"register 2, entries 0, .*; 1 parts now")
        stranger = [word.replace(export, join) if word.startswith("export=") else word for word in offline]
        self.says(self.teller.cli("sanction", "check", *stranger, code=5), r"not the one of this copy")
        head = put("head", self.teller.cli("sanction", "export", "numbers=64"))
        self.says(self.teller.cli("sanction", "import", head, f"register={copy}", f"key=@{key}"), r"register 2, ")
        self.teller.cli("sanction", "export", "part=1", f"head=@{key}", code=5)  # no head of this house

    def test_when_the_register_changes_each_is_told_of_its_own_customers_alone(self):
        numbers = {"a": ADULT, "b": "110105199003071242", "c": "110105199003071250"}
        status, _, keys = self.house.ask("GET", "/v1/sanctions/key", None, self.house.session)
        self.assertEqual(status, 200)
        self.teller.token(["sanctions:ask"])
        path = os.path.join(self.house.folder, "join")
        with open(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600), "w", encoding="ascii") as file:
            file.write(keys["join"])
        hashes = {}
        for name, number in numbers.items():
            documents = os.path.join(self.house.folder, "documents")
            with open(documents, "w", encoding="ascii") as file:
                file.write(number + "\n")
            hashes[name] = self.teller.cli("sanction", "hash", documents, f"join=@{path}")
        second = Person(self.house, "clerk", ["liaison"], self.organisation("bank", "Second"))
        for who, names in ((self.teller, "ab"), (second, "bc"), (self.operator, "c")):
            body = "".join(hashes[name] for name in names).encode()
            status, _, answer = self.house.ask("POST", "/v1/sanctions/customers", body, who.session)
            self.assertEqual((status, answer["customers"], answer["told"]), (200, len(names), 0), answer)

        def told(who):
            return len(who.get("/v1/work?kind=sanction_order&all=1")["work"])

        seen = []
        for name in "abc":
            id = self.draft(document=numbers[name], involved_cards=None)
            self.nominate(id)
            self.zhao.step(id, "determine", reasons="r", evidence=[{"sha256": "ab" * 32}])
            self.sun.step(id, "attempt", attempted_at=now(), why="x")
            self.zhao.step(id, "transmit")
            seen.append((told(self.teller), told(second), told(self.operator)))
            self.assertEqual(self.teller.ask("GET", f"/v1/work/{id}")[0], 404)
        self.assertEqual(seen, [(1, 0, 0), (2, 1, 0), (2, 2, 1)])
        theirs = [order["id"] for order in second.get("/v1/work?kind=sanction_order&all=1")["work"]]
        for order in theirs:  # of the same persons, and still nobody else's
            self.assertEqual(self.teller.ask("GET", f"/v1/work/{order}")[0], 404)
        # a customer that somebody else has handed in before is told to whoever hands it in now, and to nobody else again
        status, _, answer = self.house.ask("POST", "/v1/sanctions/customers", hashes["a"].encode(), self.operator.session)
        self.assertEqual((status, answer), (200, {"customers": 1, "told": 1}))
        self.assertEqual((told(self.teller), told(second), told(self.operator)), (2, 2, 2))

    def test_a_new_customer_is_held_against_the_register(self):
        id = self.draft()
        self.nominate(id)
        self.zhao.step(id, "determine", reasons="r", evidence=[{"sha256": "ab" * 32}])
        self.sun.step(id, "attempt", attempted_at=now(), why="不在住所")
        self.zhao.step(id, "transmit")
        self.wait(lambda: self.check(self.teller, "transfer", "bank_account")["stands"])
        desk = Person(self.house, "counter", ["duty"], self.carrier)
        card = {"phone": "13800000055", "person": "P-9"}
        status, answer = desk.ask("POST", "/v1/screen/onboarding", dict(card, document=ADULT))
        self.assertEqual((status, answer["answer"], answer["sanction"]["object"]), (200, "block", "new_business"))
        status, answer = desk.ask("POST", "/v1/screen/onboarding", dict(card, document="110105199003071242"))
        self.assertEqual((status, answer["answer"]), (200, "allow"))
        self.assertNotIn("sanction", answer)

    def apply(self, id, expect=200, **fields):
        version = self.teller.item(id)["version"]
        status, answer = self.teller.ask("POST", f"/v1/work/{id}/step", {"step": "apply", "fields": fields}, version)
        self.assertEqual(status, expect, answer)
        return answer

    def test_an_institution_lifts_at_once_what_it_did_itself(self):
        second = Person(self.house, "second", ["supervisor"], self.bank)
        notice = {"reason": "异常交易", "remedy_channel": "任一网点", "documents_needed": "身份证", "told_how": "message", "told_at": now()}
        id = self.teller.new("measure", document=ADULT, account="6222020000009001")["id"]
        self.apply(id, expect=409, **notice)
        self.teller.step(id, "choose", basis="art18", risk="high", measure="limit", why_fits="短时多笔转出")
        for item in ("reason", "remedy_channel", "documents_needed"):
            self.apply(id, expect=422, **{key: value for key, value in notice.items() if key != item})
        self.assertEqual(self.apply(id, **notice)["state"], "active")
        self.assertIn("cn-institution-measures sha256:", self.teller.item(id)["fields"]["law"])
        self.teller.step(id, "appeal", statement="本人装修付款")
        self.teller.step(id, "accept", expect=403, answer="属实")  # whoever chose it does not hear it
        self.assertEqual(second.step(id, "accept", answer="属实")["state"], "lifted")
        # what is verified is lifted at once ("lift.verified"), with a notice that says all ("notice.items")
        # the law names a time for a bank's own money-laundering measure alone: fifteen days ("objection.answer")
        id = self.teller.new("measure", document=ADULT)["id"]
        self.teller.step(id, "choose", basis="aml", risk="low", measure="reverify_identity", why_fits="x")
        self.apply(id, **notice)
        clocks = self.teller.step(id, "appeal", statement="x")["clocks"]
        due = datetime.datetime.fromisoformat(clocks[0]["due"]).astimezone(ZONE) + datetime.timedelta(seconds=1)
        self.assertEqual(due.date(), today() + datetime.timedelta(days=16))  # 24:00 of the fifteenth
        self.assertEqual(self.teller.step(id, "reverify", verified_by="柜面核验")["state"], "lifted")


if __name__ == "__main__":
    main()
