"""returns.py -- frozen money goes back to two victims: a real process, killed between the steps, whose clocks are moved
over thirty days of notice and a week of holidays; whoever is the wrong one, too low, too early or too late is refused.

usage: returns.py PATH_OF_CUTLINE SOURCE_ROOT SKEW_LIBRARY
"""
# SPDX-License-Identifier: Apache-2.0
import hashlib
import json
import os
import re
import subprocess
import time
from datetime import timedelta

from moved import Moved, at
from people import Desk, Person, WORK, main

NAMES = ("王小明", "赵大山")
ACCOUNTS = ("6222020000000101", "6222020000000102")
FROZEN = "6222020000000003"


class Story(Desk):
    def setUp(self):
        self.house = Moved(at("2026-08-31T12:00:00"))
        self.addCleanup(self.house.end)
        self.house.start().enrol()
        self.county = self.organisation("police", "山水县公安局", "county")
        self.city = self.organisation("police", "山水市公安局", "city")
        self.bank = self.organisation("bank", "Bank")
        self.people = [Person(self.house, login, [role], organisation) for login, role, organisation in (
            ("officer", "duty", self.county), ("chief", "supervisor", self.county), ("mayor", "supervisor", self.city),
            ("teller", "liaison", self.bank), ("aud", "auditor", None))]
        self.officer, self.chief, self.mayor, self.teller, self.auditor = self.people

    def go(self, to):
        """Time passes until then; everybody logs in again."""
        self.house.go(at(to))
        for person in self.people:
            person.log_in()

    def killed(self):
        self.house.kill()
        self.house.start()

    def now(self, seconds=0):
        return (self.house.now() + timedelta(seconds=seconds)).isoformat(timespec="seconds")

    def both(self, id, step, **fields):
        self.officer.step(id, step, **fields)
        self.officer.word(id, expect=403)  # not one's own
        return self.chief.word(id)

    def frozen(self, case, amount):
        id = self.officer.new("freeze", case_id=case, asset="deposits", account_name="钱六", account=FROZEN, bank="Bank",
                              amount=amount, months=6, scope="全部", method="limited", document="DJ-1",
                              executor=self.bank, **{"yields": True})["id"]
        self.both(id, "order")
        self.teller.step(id, "freeze", frozen_at=self.now(), frozen_amount=amount, balance=amount)
        return id

    def claim(self, case, n, loss):
        id = self.officer.new("return_claim", about=case, name=NAMES[n], document=f"53010019900101000{n}",
                              account=ACCOUNTS[n], loss=loss, paid_at=self.now(-86400 + n))["id"]
        self.both(id, "verify", proof="当面核验身份证与账户流水")
        return id

    def paper(self, person, id, name, form="html", reason=None, expect=200):
        path, headers = f"/v1/work/{id}/documents/{name}", dict(person.session)
        if reason:
            status, got, body = self.house.ask("POST", path, {"form": form, "tongue": "zh", "reason": reason}, headers)
        else:
            status, got, body = self.house.ask("GET", path + f"?form={form}&tongue=zh", None, headers)
        self.assertEqual(status, expect, body)
        if status == 200:
            self.assertIn("attachment", got["Content-Disposition"])
        return body

    def text_of(self, pdf):
        path = os.path.join(self.house.folder, "paper.pdf")
        with open(path, "wb") as file:
            file.write(pdf)
        return re.sub(r"\s+", "", subprocess.run(["pdftotext", "-layout", path, "-"], capture_output=True, check=True,
                                                  text=True).stdout)

    def wait_fired(self, id, clock, seconds=30):
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            item = self.officer.item(id)
            if [c for c in item["clocks"] if c["clock"] == clock and c["state"] == "expired"]:
                return item
            time.sleep(0.2)
        raise AssertionError(self.officer.item(id))

    def due(self, id, clock):
        return [c["due"] for c in self.officer.item(id)["clocks"] if c["clock"] == clock][0][:23]

    def test_two_victims_get_back_what_is_theirs_to_the_last_cent(self):
        case = self.officer.new("case", title="投资诈骗")["id"]
        id = self.officer.new("fund_return", about=case, freeze="w_0000000000000000", account=FROZEN, frozen=5000001)["id"]
        refused = self.officer.step(id, "verify", expect=409, claims=[{"id": "w_0000000000000000"}])
        self.assertIn("filed", refused["detail"])
        self.both(case, "file", number="A-2026-17", organ="County", document="D-17")
        self.officer.step(id, "verify", expect=409, claims=[{"id": "w_0000000000000000"}])  # nothing is frozen
        freeze = self.frozen(case, 5000001)
        claims = [self.claim(case, 0, 6000000), self.claim(case, 1, 4000000)]
        self.officer.step(id, "suspend", why="wrong freeze")
        id = self.officer.new("fund_return", about=case, freeze=freeze, account=FROZEN, account_name="钱六", bank="Bank",
                              frozen=5000001)["id"]
        self.officer.step(id, "verify", claims=[{"id": claim} for claim in claims])
        self.paper(self.officer, id, "flow_table", expect=409)  # nothing is computed
        self.officer.step(id, "trace", expect=409)  # nothing is traced
        self.killed()
        done = self.officer.step(id, "pro_rata", untraceable="资金在一分钟内混同")
        self.assertIn("cn-return-2016", self.officer.item(id)["fields"]["law"])
        self.assertEqual([self.officer.item(claim)["fields"]["share"] for claim in claims], [3000001, 2000000])
        self.assertEqual(done["state"], "needs_pro_rata")
        self.officer.step(id, "report", expect=409, report="B-1", approver=self.city)  # no notice yet
        notice = self.paper(self.officer, id, "public_notice", reason="我要看").decode()
        for word in NAMES + ACCOUNTS:
            self.assertNotIn(word, notice)
        self.officer.step(id, "publish", notice_place="县公安局网站")
        self.assertEqual(self.due(id, "notice"), "2026-10-01T00:00:00.000")
        self.officer.step(id, "object", objection="也有我的钱")
        self.officer.step(id, "report", expect=409, report="B-1", approver=self.city)
        self.both(id, "dismiss", finding="该款汇入另一账户")
        # The wall alone jumps forty days, and back: the notice runs on.
        self.house.set(self.house.wall + 40 * 86400000, self.house.ticks)
        time.sleep(2.5)
        self.house.set(self.house.wall - 40 * 86400000, self.house.ticks)
        self.go("2026-09-30T23:58:00")
        refused = self.officer.step(id, "report", expect=409, report="B-1", approver=self.city)
        self.assertIn("notice", refused["detail"])
        self.house.kill()
        self.house.go(at("2026-10-01T09:00:00"))  # it stands still over the end
        self.house.start()
        for person in self.people:
            person.log_in()
        self.assertGreater([c for c in self.wait_fired(id, "notice")["clocks"] if c["clock"] == "notice"][0]["late_ms"], 0)
        self.approve_and_pay(id, claims)

    def approve_and_pay(self, id, claims):
        self.assertEqual(self.mayor.ask("GET", f"/v1/work/{id}")[0], 404)
        self.officer.step(id, "report", expect=422, report="B-1", approver=self.bank)  # no organ
        self.assertIn("level", self.officer.step(id, "report", expect=403, report="B-1", approver=self.county)["detail"])
        self.officer.step(id, "report", report="B-1", approver=self.city)
        self.officer.step(id, "approve", expect=403)  # no head
        self.chief.step(id, "approve", expect=403)  # not the organ that was asked
        self.officer.step(id, "decide", expect=409, decision="J-1")
        self.killed()
        report = self.text_of(self.paper(self.mayor, id, "return_report", "pdf"))
        for word in ("呈请返还资金报告书", "山水县公安局", "呈请山水市公安局批准", "资金在一分钟内混同", "50,000.01", "30,000.01"):
            self.assertIn(word, report)
        for word in NAMES + ACCOUNTS:
            self.assertNotIn(word, report)
        approved = self.mayor.step(id, "approve")
        self.assertEqual((approved["state"], approved["fields"]["rank"]), ("approved", "city"))
        self.paper(self.officer, id, "return_decision", expect=409)  # not decided yet
        self.both(id, "decide", decision="返〔2026〕1号")
        self.assertEqual(self.teller.ask("GET", f"/v1/work/{id}")[0], 404)
        self.officer.step(id, "deliver", executor=self.bank)
        # 1 to 7 October are holidays; Saturday the 10th is worked: three working days end with it.
        self.assertEqual(self.due(id, "execute"), "2026-10-11T00:00:00.000")
        self.papers_hold(id)
        self.go("2026-10-11T09:00:00")
        self.wait_fired(id, "execute")  # late: an alarm, and still to be done
        self.assertIn("bank_late", json.dumps(self.officer.get(f"/v1/work/{id}/log")))
        self.teller.step(id, "execute", expect=409, executed_at=self.now(), paid=5000000, serial="S-1")  # a cent short
        self.teller.step(id, "execute", expect=422, executed_at=self.now(7200), paid=5000001, serial="S-1")  # to come
        self.teller.step(id, "execute", expect=422, executed_at=self.now(-20 * 86400), paid=5000001, serial="S-1")
        self.officer.step(id, "execute", expect=403, executed_at=self.now(), paid=5000001, serial="S-1")
        self.killed()
        self.assertEqual(self.teller.step(id, "execute", executed_at=self.now(), paid=5000001, serial="S-1")["state"], "returned")
        self.killed()
        told = [self.officer.item(claim) for claim in claims]
        self.assertEqual([(item["state"], item["fields"]["returned"]) for item in told],
                         [("verified", 3000001), ("verified", 2000000)])
        again = self.officer.new("fund_return", about=told[0]["fields"]["about"], account=FROZEN, frozen=5000001,
                                 freeze=self.officer.item(id)["fields"]["freeze"])["id"]
        self.officer.step(again, "verify", claims=[{"id": claims[0]}])
        self.officer.step(again, "pro_rata", expect=409, untraceable="x")  # nothing is left of the freeze

    def papers_hold(self, id):
        """The bank's paper: masked, in full with a reason, and what the audit log says of both."""
        masked = self.text_of(self.paper(self.teller, id, "return_decision", "pdf"))
        self.assertIn("返〔2026〕1号", masked)
        self.assertIn("2026年10月10日前办理完毕", masked)
        for word in NAMES + ACCOUNTS:
            self.assertNotIn(word, masked)
        full = self.text_of(self.paper(self.teller, id, "return_decision", "pdf", reason="据以划付"))
        for word in NAMES + ACCOUNTS + ("30,000.01", "20,000.00", "50,000.01"):
            self.assertIn(word, full)
        html = self.paper(self.officer, id, "flow_table").decode()
        digest = hashlib.sha256(re.search("<main>.*</main>", html, re.S).group().encode()).hexdigest()
        number = int(re.search(r"审计记录号：(\d+)", html).group(1))
        self.assertIn("SHA-256：" + digest, html)
        entries = self.auditor.get("/v1/audit?action=work.document&limit=50")["entries"]
        entry = [entry for entry in entries if entry["sequence"] == number][0]
        self.assertIn(digest, json.dumps(entry))
        looks = [entry for entry in entries if entry.get("reason") == "据以划付"]
        self.assertEqual(len(looks), 1)
        self.assertEqual(self.house.ask("GET", f"/v1/work/{id}/documents/flow_table", None, dict(self.auditor.session))[0], 404)
        self.officer.token(WORK)
        path = os.path.join(self.house.folder, "flow.pdf")
        self.officer.cli("return", "document", id, "flow_table", "form=pdf", "tongue=en", "--output", path)
        with open(path, "rb") as file:
            self.assertIn("Tableoftheflowoffunds", self.text_of(file.read()))
        self.assertIn("not in a state", self.officer.cli("return", "document", id, "public_notice", code=5))
        self.says(self.officer.cli("return", "show", id), "state: executing")
        log = self.house.read_log()
        for word in NAMES + ACCOUNTS:
            self.assertNotIn(word, log)


if __name__ == "__main__":
    main()
