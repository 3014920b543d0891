"""penalties.py -- three rented cards, from the notice to the fine, with everybody who may not do it."""
# SPDX-License-Identifier: Apache-2.0
import datetime
import time

from people import WORK, Desk, Person, main

SAID = [{"item": item} for item in ("facts", "reason", "basis", "rights")]


def at(**ago):
    return (datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(**ago)).isoformat(timespec="seconds")


def day(days):
    return at(days=days, hours=-8)[:10]


class Penalties(Desk):
    def setUp(self):
        super().setUp()
        county = self.organisation("police", "County")
        self.li = Person(self.house, "li", ["duty"], county)
        self.wang = Person(self.house, "wang", ["supervisor"], county)

    def filed(self, **more):
        fields = {"target": "person", "act": "art44", "name": "张三", "document": "11010519900307123X", "gains": 3500000,
                  "last_act": day(20), "discovered_on": day(12), "facts": "rented out three cards",
                  "reason": "art. 31(1)", "phone": "13800002001", "filed_at": at(days=10)}
        fields.update(more)
        return self.li.new("penalty", **{key: value for key, value in fields.items() if value is not None})["id"]

    def notice(self, id, expect=200, **more):
        fields = {"noticed_at": at(days=7), "noticed_how": "in_person", "proof": "P-1", "said": SAID, "grade": "basic",
                  "fine": 5000000, "confiscated": 3500000}
        fields.update(more)
        return self.li.step(id, "notice", expect, **fields)

    def ready(self, id):
        """The days to ask for a hearing went by before: the machine sees it."""
        for _ in range(100):
            if self.li.item(id)["state"] == "ready":
                return
            time.sleep(0.1)
        self.fail(self.li.item(id))

    def test_from_the_notice_to_the_fine(self):
        case = self.li.new("case", title="租借电话卡")["id"]
        id = self.filed(case_id=case)
        self.assertEqual([link["item"] for link in self.li.get(f"/v1/work/{id}/log")["links"]], [case])
        decides = {"decision": "D-1", "reasons": "proved", "evidence": [{"what": "contract"}]}
        self.li.step(id, "decide", 409, **decides)
        self.assertIn("notice", str(self.notice(id, 409, said=SAID[:3])["detail"]))
        refused = self.notice(id, 409, fine=100)
        self.says(refused["detail"], r"fine: .*Art. 44: fine 35000\.00 to 350000\.00 yuan; confiscated 35000\.00 yuan")
        self.assertEqual(self.notice(id)["state"], "noticed")
        self.ready(id)
        self.li.step(id, "defend", defence="only two cards")
        self.li.step(id, "decide", 409, **decides)
        self.li.step(id, "check_defence", defence_found="three, by the contract", defence_taken="refused")
        self.says(self.li.step(id, "decide", 409, fine=5000001, **decides)["detail"], "harsher")
        self.li.step(id, "decide", **decides)
        self.li.word(id, expect=403)
        item = self.wang.word(id)
        self.assertEqual(item["state"], "decided")
        self.assertEqual(item["fields"]["article"], "44")
        self.says(item["fields"]["law"], r"^cn-administrative-penalties sha256:[0-9a-f]{64}$")
        self.says(item["fields"]["range"], "罚款35000.00至350000.00元")
        self.li.step(id, "serve", served_at=at(seconds=0), noticed_how="in_person", proof="P-2")
        self.li.step(id, "pay", 422, paid=8500001)
        self.assertEqual(self.li.step(id, "finish", why="paid", paid=8500000)["state"], "done")
        self.assertEqual(self.ann.ask("GET", f"/v1/work/{id}")[0], 404)

    def test_a_company_sees_its_own_and_defends_itself_from_the_command_line(self):
        carrier = self.organisation("carrier", "Carrier")
        other = Person(self.house, "other", ["liaison"], self.organisation("carrier", "Other"))
        theirs = Person(self.house, "theirs", ["liaison"], carrier).token(["work:read", "work:write"])
        id = self.filed(target="unit", act="art42", document=None, company=carrier, gains=0)
        self.assertEqual(theirs.ask("GET", f"/v1/work/{id}")[0], 404)
        self.notice(id, fine=100, confiscated=0, noticed_at=at(days=1))
        self.assertEqual(other.ask("GET", f"/v1/work/{id}")[0], 404)
        shown = theirs.cli("penalty", "show", id)
        self.says(shown, r"state: +noticed")
        self.assertNotIn("investigator", shown)
        theirs.cli("penalty", "do", id, "defend", "defence=it was sold before")
        theirs.cli("penalty", "do", id, "ask_hearing", f"asked_at={at(hours=1)}")
        self.li.token(WORK)
        said = self.li.cli("penalty", "do", id, "call", f"called_at={at(seconds=0)}", f"hearing_at={at(days=-7)}", code=5)
        self.says(said, r"hearing_at: It is sooner than the law allows\. Not before 20")
        self.li.cli("penalty", "do", id, "call", f"called_at={at(seconds=0)}", f"hearing_at={at(days=-8)}")
        self.says(theirs.cli("penalty", "show", id), r"state: +called")

    def test_a_late_hearing_a_barred_act_and_a_minor(self):
        id = self.filed(last_act=day(1000), discovered_on=day(12))
        self.says(self.notice(id, 409)["detail"], "too late")
        id = self.filed(document=None, born=day(15 * 366), gains=0)
        self.notice(id, grade="serious", detention=5, first_time=False, nursing=False, fine=100000, confiscated=0)
        self.ready(id)
        self.says(self.li.step(id, "ask_hearing", 409, asked_at=at(seconds=0))["detail"], "until 20")
        self.li.step(id, "decide", decision="D-2", reasons="proved", evidence=[{"what": "x"}])
        fields = self.wang.word(id)["fields"]
        self.assertIs(fields["executes"], False)
        self.says(fields["doubt"], "detention.exceptions")
        self.li.step(id, "serve", served_at=at(seconds=0), noticed_how="in_person", proof="P-2")
        self.li.step(id, "pay", 409, paid=0, detained=1)


if __name__ == "__main__":
    main()
