"""cases.py -- cases, suspects with attributes that overlap, and a batch handed over."""
# SPDX-License-Identifier: Apache-2.0
import json

from people import Desk, Person, main


class Cases(Desk):
    def test_a_case_is_filed_by_two_and_never_by_one(self):
        id = self.ann.new("case", title="传唤型诈骗", scam="T08", phone="13800002001")["id"]
        self.ann.step(id, "check")
        asked = self.ann.step(id, "file", number="A-2026-001", organ="County", document="D-1")
        self.assertEqual(asked["state"], "checking")
        self.ann.word(id, expect=403)
        digest = asked["asking"]["digest"]
        self.cem.step(id, "add", loss=100)  # the item is another one now
        self.ben.word(id, expect=412 if self.ben.item(id).get("asking") else 409, digest=digest)
        self.ann.step(id, "file", number="A-2026-001", organ="County", document="D-1")
        self.assertEqual(self.ben.word(id)["state"], "filed")
        log = self.ann.get(f"/v1/work/{id}/log")
        self.assertIn("file", json.dumps(log))

    def suspect(self, case, number, **more):
        return self.ann.new("suspect", about=case, document=f"53010019900101{number:04d}", **more)["id"]

    def test_a_handover_counts_and_its_attributes_overlap(self):
        case = self.ann.new("case", title="跨境移交")["id"]
        roles = ["financier", "organiser", "backbone", "member", "accessory"]
        ids = [self.suspect(case, n, role=roles[n % 5]) for n in range(10)]
        for id in ids[:4]:
            self.ann.step(id, "mark", basis="list 7", fugitive=True)
            self.ben.word(id)
        batch = self.ann.new("handover", counterpart="neighbouring police")["id"]
        wrong = {"count": 11, "at": "2026-03-02T10:00:00+08:00", "suspects": [{"id": id} for id in ids]}
        self.ann.step(batch, "receive", expect=422, **wrong)
        self.ann.step(batch, "receive", **dict(wrong, count=10))
        self.assertEqual(self.ben.word(batch)["state"], "received")
        marked = [self.ann.item(id)["fields"] for id in ids]
        self.assertTrue(all(fields["handed_over"] is True for fields in marked))
        self.assertEqual(sum(fields.get("fugitive") is True for fields in marked), 4)
        self.assertEqual(self.ann.step(batch, "give_receipt", receipt="R-1")["state"], "receipted")
        counts = self.ann.get("/v1/work/counts?kind=suspect")["counts"]
        self.assertEqual(counts["role"], {**{role: 2 for role in roles}, "unknown": 0})
        self.assertEqual((counts["handed_over"]["true"], counts["fugitive"]["true"]), (10, 4))  # they overlap
        told = self.ann.get("/v1/work/counts?kind=suspect&publish=1")
        self.assertTrue(told["published"])
        self.assertEqual((told["counts"]["handed_over"]["true"], told["counts"]["fugitive"]["true"],
                          told["counts"]["wanted"]["true"]), (10, None, 0))
        police = self.organisation("police", "Elsewhere")
        nobody = Person(self.house, "elsewhere", ["duty"], police).get("/v1/work/counts?kind=suspect")["counts"]
        self.assertEqual(nobody["handed_over"]["true"], 0)
        self.assertEqual(self.ann.ask("GET", "/v1/work/counts?kind=king")[0], 422)
        self.ann.token(["work:read"])
        self.says(self.ann.cli("case", "suspects"), "fugitive")
        self.assertIn('"fugitive":{"true":null', self.ann.cli("case", "suspects", "publish", "--json"))
        self.ann.cli("case", "suspects", "all", code=2)

    def test_nobody_lists_other_peoples_suspects(self):
        police = self.organisation("police", "County")
        officer = Person(self.house, "officer", ["duty"], police)
        theirs = officer.new("suspect", about="w_0000000000000000", document="530100199001019999")["id"]
        batch = self.ann.new("handover", counterpart="x")["id"]
        self.ann.step(batch, "receive", count=1, at="2026-03-02T10:00:00+08:00", suspects=[{"id": theirs}])
        status, answer = self.ben.ask("POST", f"/v1/work/{batch}/approve", {
            "digest": self.ben.item(batch)["asking"]["digest"]})
        self.assertGreaterEqual(status, 400, answer)
        self.assertNotIn("handed_over", officer.item(theirs)["fields"])

    def test_found_by_any_identifier_and_by_nobody_else(self):
        case = self.ann.new("case", title="x", account="6222020000002001")["id"]
        victim = self.ann.new("victim", about=case, account="6222020000002001", name="张三")["id"]
        bank = self.organisation("bank", "Bank")
        teller = Person(self.house, "teller", ["liaison"], bank)
        body = {"identifier": "6222020000002001", "reason": "asked by the court"}
        status, answer = self.cem.ask("POST", "/v1/work/search", body)
        self.assertEqual(status, 200, answer)
        self.assertEqual({item["id"] for item in answer["work"]}, {case, victim})
        self.assertEqual(teller.ask("POST", "/v1/work/search", body)[1]["work"], [])

    def test_files_of_other_types_are_not_taken(self):
        id = self.ann.new("case", title="x")["id"]
        headers = dict(self.ann.session)
        for body, expected in [(b"%PDF-1.7\n1 0 obj", 201), (b"MZ\x90\x00", 415), (b"", 415)]:
            status, _, answer = self.house.ask("POST", f"/v1/work/{id}/attachments?name=scan", body, headers)
            self.assertEqual(status, expected, answer)
            if status == 201:
                sha256 = answer["sha256"]
        status, _, answer = self.house.ask("GET", f"/v1/work/{id}/attachments/{sha256}", None, headers)
        self.assertEqual((status, answer), (200, b"%PDF-1.7\n1 0 obj"))
        self.assertTrue(self.audit("work.attachment"))


if __name__ == "__main__":
    main()
