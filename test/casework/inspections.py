"""inspections.py -- a batch of two companies, to the penalties of the one; each company sees its own."""
# SPDX-License-Identifier: Apache-2.0
import datetime

from people import WORK, Desk, Person, main


def at(**ago):
    return (datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(**ago)).isoformat(timespec="seconds")


class Inspections(Desk):
    def setUp(self):
        super().setUp()
        authority = self.organisation("regulator", "Authority")
        self.clerk = Person(self.house, "clerk", ["duty"], authority).token(WORK)
        self.head = Person(self.house, "head", ["supervisor"], authority).token(WORK)
        self.carrier = self.organisation("carrier", "Carrier")
        self.bank = self.organisation("bank", "Bank")
        self.lin = Person(self.house, "lin", ["liaison"], self.carrier).token(["work:read", "work:write"])
        self.teller = Person(self.house, "teller", ["liaison"], self.bank)

    def started(self):
        batch = self.clerk.new("inspection_batch", number="2026-1", title="第一批")["id"]
        self.clerk.step(batch, "start", basis="《反电信网络诈骗法》第28条",
                        companies=[{"id": self.carrier}, {"id": self.bank}],
                        checklist=[{"key": key} for key in ("real_name", "domain_logs", "due_diligence", "appeals")])
        self.assertEqual(self.clerk.get("/v1/work?kind=inspection")["work"], [])
        self.assertEqual(self.head.word(batch)["fields"]["count"], 2)
        items = self.clerk.get("/v1/work?kind=inspection")["work"]
        self.assertEqual(len(items), 2)
        return batch, next(item for item in items if item["fields"]["company"] == self.carrier)["id"]

    def test_from_the_batch_to_the_penalties(self):
        batch, id = self.started()
        self.assertEqual([check["key"] for check in self.clerk.item(id)["fields"]["checklist"]],
                         ["real_name", "domain_logs", "appeals"])
        self.assertEqual(self.lin.ask("GET", f"/v1/work/{id}")[0], 404)
        self.clerk.cli("inspect", "do", id, "visit", "notice=N-1", f"visited_at={at(days=1)}", "team=甲、乙")
        findings = [{"key": "real_name", "result": "breach", "fact": "200 张抽查卡中 40 张\"无照片\""},
                    {"key": "domain_logs", "result": "breach", "fact": "none kept"}, {"key": "appeals", "result": "pass"}]
        self.clerk.step(id, "find", 422, findings=findings[:2])
        self.clerk.step(id, "find", findings=findings)
        self.assertNotIn("findings", self.lin.item(id)["fields"])
        self.head.cli("inspect", "approve", id, "--reason", "read")
        seen = self.lin.item(id)["fields"]
        self.assertEqual((len(seen["findings"]), seen["breaches"]), (3, 2))
        for hidden in ("team", "draft", "batch", "evidence"):
            self.assertNotIn(hidden, seen)
        self.assertEqual(self.teller.ask("GET", f"/v1/work/{id}")[0], 404)
        self.assertEqual(self.lin.ask("GET", f"/v1/work/{batch}")[0], 404)
        self.assertEqual(len(self.lin.get("/v1/work")["work"]), 1)
        self.clerk.step(id, "propose", 409, grade="minor", grounds="arts 9, 24")
        self.lin.cli("inspect", "do", id, "answer", "reply=40 张已补录", "agrees=partly")
        day = at(days=-10)[:10]
        self.clerk.step(id, "demand", demanded="补齐登记", rectify_until=day)
        self.lin.cli("inspect", "do", id, "report", "rectified=done")
        self.clerk.step(id, "propose", 422, grade="minor", grounds="arts 9, 24")
        self.clerk.step(id, "propose", grade="minor", grounds="arts 9, 24", rechecked="logs are still not kept")
        proposed = self.head.word(id)
        ids = [penalty["id"] for penalty in proposed["fields"]["penalties"]]
        found = {}
        for penalty in ids:
            fields = self.clerk.item(penalty)["fields"]
            found[fields["act"]] = fields["facts"]
            self.assertEqual((fields["inspection"], fields["company"], fields["target"], fields["grade"]),
                             (id, self.carrier, "unit", "minor"))
            self.assertEqual(self.lin.ask("GET", f"/v1/work/{penalty}")[0], 404)
        self.assertEqual(found, {"art39": '实名登记 (real_name): 200 张抽查卡中 40 张"无照片"',
                                 "art41": "域名解析、跳转日志留存 (domain_logs): none kept"})
        self.assertNotIn("penalties", self.lin.item(id)["fields"])
        said = [{"item": item} for item in ("facts", "reason", "basis", "rights")]
        told = {"noticed_at": at(seconds=0), "noticed_how": "by_post", "proof": "P-1", "said": said}
        refused = self.clerk.step(ids[0], "notice", 409, fine=100, **told)
        self.says(refused["detail"], r"fine 50000\.00 to 500000\.00 yuan, or a warning or criticism")
        self.clerk.step(ids[0], "notice", warning=True, **told)
        self.assertEqual(self.lin.item(ids[0])["state"], "noticed")
        self.clerk.step(id, "finish", why="the penalties go their own way")
        self.head.step(batch, "close", 409, why="over")
        other = next(item["id"] for item in self.clerk.get("/v1/work?kind=inspection")["work"])
        self.head.step(other, "drop", why="next year")
        self.assertEqual(self.head.step(batch, "close", why="over")["state"], "closed")

    def test_nobody_else_inspects_and_nobody_but_companies(self):
        status, answer = self.ann.ask("POST", "/v1/work", {"kind": "inspection_batch", "fields": {"number": "x"}})
        self.assertEqual(status, 403, answer)
        status, answer = self.clerk.ask("POST", "/v1/work", {"kind": "inspection", "fields": {
            "batch": "w_1", "company": self.bank, "company_kind": "bank", "checklist": [{"key": "appeals"}]}})
        self.assertEqual(status, 403, answer)


if __name__ == "__main__":
    main()
