"""inspections.py -- a batch of two companies, to the penalties of the one; each company sees its own."""
# SPDX-License-Identifier: Apache-2.0
import datetime
import hashlib

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

    def pool(self):
        """Twenty-two companies of telecommunications and the internet, as in the article, and two that are not drawn."""
        return [self.organisation("carrier" if n % 2 else "internet", f"Company {n:02d}") for n in range(24)]

    def drawn(self, batch, pool, count, seed):
        self.clerk.step(batch, "draw", pool=[{"id": id} for id in pool], draw_count=count, seed=seed)
        return [company["id"] for company in self.head.word(batch)["fields"]["companies"]]

    def test_companies_are_drawn_by_lots_that_anybody_can_draw_again(self):
        pool = self.pool()
        batch = self.clerk.new("inspection_batch", number="2026-L", title="抽查")["id"]
        self.clerk.step(batch, "draw", 422, pool=[{"id": id} for id in pool], draw_count=31, seed="双色球 2026131")
        self.clerk.step(batch, "draw", 422, pool=[{"id": id} for id in pool], draw_count=3, seed="x")
        self.clerk.step(batch, "draw", 422, pool=[{"id": pool[0]}, {"id": pool[0]}], draw_count=1, seed="双色球 2026131")
        companies = self.drawn(batch, pool, 5, "双色球 2026131")
        again = sorted(pool, key=lambda id: hashlib.sha256(f"inspection lots\n双色球 2026131\n{id}".encode()).digest())
        self.assertEqual(companies, again[:5])
        self.clerk.step(batch, "draw", 409, pool=[{"id": id} for id in pool], draw_count=5, seed="another try")
        self.clerk.step(batch, "edit", 409, companies=[{"id": pool[0]}])
        start = {"basis": "第28条", "checklist": [{"key": "real_name"}, {"key": "appeals"}, {"key": "domain_logs"}]}
        self.clerk.step(batch, "start", 409, companies=[{"id": pool[0]}], **start)
        self.clerk.step(batch, "start", companies=[{"id": id} for id in companies], **start)
        self.assertEqual(self.head.word(batch)["fields"]["count"], 5)

    def test_five_batches_of_twenty_two_companies_come_to_figures_and_are_published(self):
        pool, at_once = self.pool(), [5, 5, 4, 4, 4]
        visited = 0
        for number, count in enumerate(at_once):
            batch = self.clerk.new("inspection_batch", number=f"2023-{number + 1}")["id"]
            companies = self.drawn(batch, pool, count, f"seed of {number}")
            pool = [id for id in pool if id not in companies]
            self.clerk.step(batch, "start", basis="第28条", checklist=[{"key": "appeals"}],
                            companies=[{"id": id} for id in companies])
            self.head.word(batch)
            items = [item for item in self.clerk.get("/v1/work?kind=inspection&all=1")["work"]
                     if item["fields"]["batch"] == batch]
            self.assertEqual(len(items), count)
            if number == 0:
                self.clerk.step(batch, "publish", publication="网站", published_on=at(days=0)[:10])
                self.head.word(batch, expect=409)  # not before every inspection has ended
                self.clerk.step(items[0]["id"], "visit", notice="N-1", visited_at=at(seconds=1), team="甲、乙")
                visited += 1
                for item in items[1:]:
                    self.head.step(item["id"], "drop", why="next year")
                self.clerk.step(items[0]["id"], "find", findings=[{"key": "appeals", "result": "pass"}])
                self.head.word(items[0]["id"])
                self.clerk.step(items[0]["id"], "no_answer", why="none")
                self.clerk.step(items[0]["id"], "close", why="nothing found")
                self.head.word(items[0]["id"])
                results = self.head.word(batch)["fields"]["results"]
                self.assertEqual(sorted(row["result"] for row in results), ["closed"] + ["dropped"] * 4)
                self.assertEqual({tuple(sorted(row)) for row in results}, {("breaches", "company", "result")})
                self.assertNotIn("甲", str(results))
        batches = self.clerk.get("/v1/work?kind=inspection_batch&all=1")["work"]
        self.assertEqual((len(batches), sum(batch["fields"]["count"] for batch in batches)), (5, 22))
        tally = self.clerk.get("/v1/work/tally?kind=inspection&step=visit")
        self.assertEqual(tally["times"], visited)

    def test_nobody_else_inspects_and_nobody_but_companies(self):
        status, answer = self.ann.ask("POST", "/v1/work", {"kind": "inspection_batch", "fields": {"number": "x"}})
        self.assertEqual(status, 403, answer)
        status, answer = self.clerk.ask("POST", "/v1/work", {"kind": "inspection", "fields": {
            "batch": "w_1", "company": self.bank, "company_kind": "bank", "checklist": [{"key": "appeals"}]}})
        self.assertEqual(status, 403, answer)


if __name__ == "__main__":
    main()
