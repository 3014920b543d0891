"""live.py -- a report of a running service: from its work, from files it was given, and from both.

    live.py CUTLINE SOURCE
"""
# SPDX-License-Identifier: Apache-2.0
import csv
import datetime
import io
import json
import os
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "casework"))
import areas  # noqa: E402
import dissuade  # noqa: E402
import inspections  # noqa: E402
import penalties  # noqa: E402
import sanction  # noqa: E402
from people import CUTLINE, Desk, Person, main  # noqa: E402

SCAMS = ["T01", "T02", "T08"]


def today(back=0):
    now = datetime.datetime.now(datetime.timezone(datetime.timedelta(hours=8)))
    return (now.date() - datetime.timedelta(days=back)).isoformat()


def year_before(day):
    return str(int(day[:4]) - 1) + (day[4:] if day[4:] != "-02-29" else "-02-28")


class Live(Desk):
    def counted(self, who=None, **words):
        """The report, once everything that was done is counted."""
        words = {"from": today(), "to": today(), "view": "internal"} | words
        query = "&".join(f"{name}={value}" for name, value in words.items())
        for _ in range(200):
            made = (who or self.ben).get("/v1/reports?" + query)
            if made["live"]["counted"] == made["live"]["log"]:
                return made | {line["figure"]: line for line in made["figures"]}
            time.sleep(0.05)
        self.fail(made["live"])

    def met(self, phone, scam, place="530114"):
        id = self.ann.new("dissuasion", place=place, source="hotline", grade="high", phone=phone, scam=scam)["id"]
        self.ann.take(id)
        for step in "sign", "visit", "meet":
            self.ann.step(id, step)
        return id

    def case(self, number, place="530102", loss=100000):
        id = self.ann.new("case", place=place, title="x", scam="T08", loss=loss)["id"]
        self.ann.step(id, "check")
        self.ann.step(id, "file", number=f"A-{number}", organ="County", document=f"D-{number}")
        self.ben.word(id)
        return id

    def test_person_times_persons_and_times(self):
        for n in range(11):
            self.met(f"138000030{n:02d}", SCAMS[n % 3])
        self.met("13800003000", "T02")  # the first again, another scam: one more time, no more person
        made = self.counted()
        self.assertEqual((made["A2"]["exact"], made["D1"]["exact"]), ("12", "11"))
        self.assertEqual(made["A2"]["text"], {"en": "12 person-times", "zh": "12人次"})
        self.assertEqual((made["A2"]["source"], made["A2"]["open"]), ("live", True))
        self.assertEqual(made["D5"]["exact"], "12/12")
        self.assertEqual(made["D5"]["number"], 100.0)
        for figure in "D4a", "D4b", "D4c":
            self.assertEqual((made[figure]["exact"], made[figure]["rows"]), ("1", 12))
        self.assertEqual(made["L3a"]["text"]["en"], "–")  # no lead, no time
        parts = {part["key"]: part["exact"] for part in self.counted(by="type")["A2"]["parts"]}
        self.assertEqual(parts, {"T01": "4", "T02": "5", "T08": "3"})
        # for publication each is too few, and 4 + 3 withheld would tell nothing but that they are few
        public = self.counted(by="type", view="public")["A2"]
        self.assertFalse(public["withheld"])
        self.assertTrue(all(part["withheld"] and part["number"] is None for part in public["parts"]))

    def test_cases_by_city_and_county_and_their_rows(self):
        ids = [self.case(n, place) for n, place in enumerate(["530102", "530103", "530302", "110105"])]
        by = {"city": ["110100", "530100", "530300"], "county": ["110105", "530102", "530103", "530302"],
              "region": ["110000", "530000"], "month": [today()[:7]]}
        for word, keys in by.items():
            line = self.counted(by=word)["A1"]
            self.assertEqual([part["key"] for part in line["parts"]], keys)
            self.assertEqual(sum(int(part["exact"]) for part in line["parts"]), 4)
        made = self.counted()
        self.assertEqual((made["C2"]["exact"], made["C2"]["text"]["en"]), ("4000.00", "4,000 yuan"))
        self.assertEqual(made["C1"]["exact"], "4")
        path = f"/v1/reports/A1/rows?from={today()}&to={today()}"
        rows = self.ben.get(path)
        self.assertEqual({row["item"] for row in rows["rows"]}, set(ids))
        self.assertEqual({(row["kind"], row["step"], row["type"]) for row in rows["rows"]}, {("case", "file", "T08")})
        seen, after = [], ""
        while True:  # a page at a time
            page = self.ben.get(path + "&limit=1" + after)
            seen += [row["item"] for row in page["rows"]]
            if page["next"] is None:
                break
            after = "&after=" + page["next"]
        self.assertEqual(seen, [row["item"] for row in rows["rows"]])
        self.assertEqual([row["item"] for row in self.ben.get(path + "&region=5303")["rows"]], [ids[2]])
        self.assertEqual(self.ben.get(path + "&type=T01")["rows"], [])
        self.assertEqual(self.ben.get(f"/v1/reports/C2/rows?from={today()}&to={today()}")["rows"][0]["yuan"], "1000.00")
        for wrong in "&region=x", "&type=T77", "&after=zz", "&edition=2026-01-01":
            self.assertEqual(self.ben.ask("GET", path + wrong)[0], 422, wrong)
        self.assertIn(self.ben.ask("GET", f"/v1/reports/Q9/rows?from={today()}&to={today()}")[0], (404, 422))
        self.assertTrue(self.audit("report.make") and self.audit("report.rows"))

    def test_each_is_counted_once_whatever_is_killed(self):
        for n in range(3):
            self.case(n)
        self.house.kill()
        self.house.start()
        self.case(3)
        made = self.counted()
        self.assertEqual((made["A1"]["exact"], made["A1"]["rows"]), ("4", 4))
        self.house.kill()
        self.house.start()
        self.assertEqual(self.counted()["A1"]["exact"], "4")

    def test_suspects_are_attributes_and_a_person_is_dealt_with_once(self):
        case = self.case(1)
        ids = [self.ann.new("suspect", place="460100", about=case, document=f"53010019900101{n:04d}",
                            role="organiser" if n < 2 else "member")["id"] for n in range(6)]
        for id in ids[:4]:
            self.ann.step(id, "hold", basis="decision 1")
        for id in ids[:1]:
            self.ann.step(id, "mark", basis="indictment 1", prosecuted=True)
            self.ben.word(id)
        made = self.counted()
        self.assertEqual((made["C4"]["exact"], made["C5"]["exact"]), ("4", "1"))
        self.assertEqual((made["P5a"]["exact"], made["P5b"]["exact"]), ("4/4", "0/4"))
        self.ann.step(ids[0], "clear", why="not involved")  # what was counted stays: it happened
        self.ben.word(ids[0])
        self.assertEqual(self.counted()["C4"]["exact"], "4")
        self.assertEqual(self.counted(view="public")["C4"]["text"]["en"], "fewer than 10")
        self.assertIsNone(self.counted(view="public")["C4"]["rows"])

    def test_who_sees_what(self):
        police = self.organisation("police", "County")
        officer = Person(self.house, "officer", ["supervisor"], police)
        self.case(1)
        theirs = officer.new("case", place="530114", title="y", scam="T01")["id"]
        mine = self.counted(officer)
        self.assertEqual((mine["C1"]["exact"], mine["live"]["own"]), ("1", True))
        self.assertEqual(self.counted()["C1"]["exact"], "2")
        rows = officer.get(f"/v1/reports/C1/rows?from={today()}&to={today()}")["rows"]
        self.assertEqual([row["item"] for row in rows], [theirs])
        self.assertEqual(self.ann.ask("GET", f"/v1/reports?from={today()}&to={today()}")[0], 403)
        clerk = Person(self.house, "clerk", ["statistician"])
        self.assertEqual(self.counted(clerk)["C1"]["exact"], "2")
        self.assertEqual(clerk.ask("GET", f"/v1/work/{theirs}")[0], 403)  # figures, and no item

    def imported(self, *rows):
        path = os.path.join(self.house.folder, "rows.csv")
        with open(path, "w", encoding="utf-8") as file:
            file.write("series,day,until,region,type,marks,count,amount\n" + "".join(row + "\n" for row in rows))
        ledger = os.path.join(self.house.data, "ledger")
        done = subprocess.run([CUTLINE, "report", "import", ledger, path], capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_files_and_work_never_mix_unseen(self):
        first, last = today(40), today()
        before = year_before(first), year_before(last)
        self.imported(f"case_handled,{first},{last},,,covers,,", f"case_handled,{today(3)},,110105,T01,,7,",
                      f"case_handled,{last},,110105,T01,,5,",
                      f"case_handled,{before[0]},{before[1]},,,covers,,", f"case_handled,{before[1]},,110105,T01,,4,",
                      f"person_dealt,{first},{today(1)},,,covers,,")
        made = self.counted(**{"from": first})
        self.assertEqual((made["A1"]["exact"], made["A1"]["source"]), ("12", "imported"))  # no case here yet
        self.case(1)
        made = self.counted(**{"from": first})
        line = made["A1"]  # today is counted from work alone
        self.assertEqual((line["exact"], line["source"], line["live_from"]), ("8", "both", today()))
        self.assertIn("1 rows of files not added", line["source_text"]["en"])
        self.assertEqual(line["before"], 4)
        self.assertIn("up on the year by 100%", line["comparison"]["en"])
        self.assertEqual(self.counted(source="imported", **{"from": first})["A1"]["exact"], "12")
        alone = self.counted(source="live", **{"from": first})["A1"]
        self.assertEqual((alone["missing"], alone["source"]), (first, None))
        self.assertEqual(made["M3"]["missing"], first)  # never a figure of part of a period
        self.assertNotIn("12", made["M3"]["exact"])
        self.assertEqual(self.counted(**{"from": first})["D1"]["missing"], first)
        rows = self.ben.get(f"/v1/reports/A1/rows?from={first}&to={last}")["rows"]
        self.assertEqual([row["source"] for row in rows], ["imported", "live"])
        page = self.paper("html", first)
        self.assertIn("files before " + today(), page)
        self.assertIn("(files and work of this service)", page)
        self.assertIn("lacks " + first, page)

    def paper(self, form, first):
        status, headers, body = self.house.ask("GET", f"/v1/reports?from={first}&to={today()}&form={form}&tongue=en",
                                               None, self.ben.session)
        self.assertEqual(status, 200, body)
        self.assertIn("attachment", headers["Content-Disposition"])
        return body.decode() if form in ("html", "csv") else body

    def test_papers_and_the_command_line(self):
        self.case(1)
        self.counted()
        self.assertIn("Leads and their times", self.paper("html", today()))
        self.assertTrue(self.paper("pdf", today()).startswith(b"%PDF-"))
        lines = list(csv.DictReader(io.StringIO(self.paper("csv", today()))))
        self.assertEqual([line["exact"] for line in lines if line["figure"] == "A1"], ["1"])
        self.ben.token(["reports:read"])
        made = json.loads(self.ben.cli("report", f"from={today()}", f"to={today()}", "form=json"))
        self.assertIn("A1", {line["figure"] for line in made["figures"]})
        self.says(self.ben.cli("report", f"from={today()}", f"to={today()}"), "Sanctions and appeals")
        self.says(self.ben.cli("report", f"from={today()}", code=2), "needs from")
        for wrong in f"from={today()}", "edition=x", f"from={today()}&to={today()}&by=week", "":
            self.assertEqual(self.ben.ask("GET", "/v1/reports?" + wrong)[0], 422, wrong)


def of(person, counted=Live.counted):
    """The figures that this person may see, once everything is counted."""
    class Asked(Live):
        ben = person

        def runTest(self):
            pass

    made = counted(Asked())
    return {line["figure"]: line["exact"] for line in made["figures"]}, made


def story(base, name):
    """The class of another script, with that one story of it, which is told and then counted."""
    def told(self):
        getattr(base, name)(self)
        self.counts()
    others = {other: None for other in dir(base) if other.startswith("test_") and other != name}
    return type("Story", (base,), others | {name: told})


class Sanctioned(story(sanction.Sanction, "test_from_three_cards_rented_out_to_nothing_left")):
    """One sanction, two appeals: one amends it, the other revokes it."""

    def counts(self):
        made, whole = of(self.ben)
        self.assertEqual([made[figure] for figure in ("S1", "S2", "S3", "S4", "S5", "S6")], ["1", "1", "0", "1", "1", "1"])
        self.assertEqual([made[figure] for figure in ("S7", "S8", "S9", "S10", "S11")], ["2", "0", "0", "1", "2/2"])
        self.assertEqual((made["S12a"], made["S12c"]), ("1", "1"))  # days begun
        theirs, _ = of(self.zhou)  # a province that nobody asked
        self.assertEqual((theirs["S1"], theirs["S7"]), ("0", "0"))
        theirs, _ = of(self.zhao)
        self.assertEqual((theirs["S2"], theirs["S10"]), ("1", "1"))
        self.assertNotIn("张三", json.dumps(whole, ensure_ascii=False))


class Stopped(story(dissuade.Dissuasion, "test_who_has_paid_becomes_a_stop_order_that_nobody_types_again")):
    """What was stopped is the balance, which was less than the transfer; a second stop is no second sum."""

    def counts(self):
        made, _ = of(self.ben)
        self.assertEqual((made["A3"], made["M1"], made["M2d"]), ("10000.00", "1", "1/1"))
        self.assertEqual((made["D2"], made["D3"], made["A2"]), ("1", "1", "0"))
        self.assertEqual((made["M3"], made["M5"]), ("0.00", "0.00"))


class Inspected(story(inspections.Inspections, "test_from_the_batch_to_the_penalties")):
    def counts(self):
        made, _ = of(self.ben)
        self.assertEqual([made[figure] for figure in ("A15a", "A15b", "A16")], ["1", "1", "0"])
        self.assertEqual([made[figure] for figure in ("I1", "I2", "I3")], ["2", "1", "1"])


class Areas(story(areas.Areas, "test_victims_have_a_register_of_their_own")):
    """Areas stand in the report with both numbers of people; what is too little for a rate has none."""

    def counts(self):
        ids = [self.ann.ask("POST", "/v1/work", {"kind": "source_area", "fields": {"place": place, "name": name}})[1]["id"]
               for place, name in (("530102", "甲区"), ("530103", "乙区"))]
        for back in 3, 2:
            self.figures(ids[0], back, 90, 10)
            self.figures(ids[1], back, 1, 0)
        self.ann.step(ids[0], "warn", why="x")
        made, whole = of(self.ben)
        self.assertEqual((made["R1"], made["R2"], made["A14"]), ("1", "0", "0"))
        (area,) = whole["areas"]  # the other is watched alone
        self.assertEqual((area["place"], area["state"]["zh"], area["month"]), ("530102", "已警示", areas.month(2)))
        fields = self.ann.item(ids[0])["fields"]
        self.assertEqual((area["by_resident"], area["by_registered"], area["ranked"]),
                         (fields["both_by_resident"], fields["both_by_registered"], True))
        self.assertRegex(area["by_resident"], r"^27\.500 \(")
        status, _, page = self.house.ask("GET", f"/v1/reports?from={today()}&to={today()}&form=html&tongue=zh", None,
                                         self.ben.session)
        self.assertEqual(status, 200)
        for said in area["by_resident"], area["by_registered"], "按户籍人口", "甲区":
            self.assertIn(said, page.decode())


class Dealt(penalties.Penalties):
    """A10 is counted from penalties and from suspects: a person of both is one person."""

    def test_criminal_and_administrative(self):
        ben = Person(self.house, "head", ["supervisor"])
        same = "11010519900307123X"
        case = self.li.new("case", title="x")["id"]
        id = self.li.new("suspect", place="460105", about=case, document=same)["id"]
        self.li.step(id, "hold", basis="decision 1")
        other = self.li.new("suspect", place="460106", about=case, document="530100199001010001")["id"]
        self.li.step(other, "hold", basis="decision 2")
        id = self.filed(document=same)
        self.notice(id)
        self.ready(id)
        self.li.step(id, "decide", decision="D-1", reasons="proved", evidence=[{"what": "contract"}])
        self.wang.word(id)
        query = f"/v1/reports?from={today()}&to={today()}&view=internal"
        for _ in range(200):
            made = ben.get(query)
            if made["live"]["counted"] == made["live"]["log"]:
                break
            time.sleep(0.05)
        lines = {line["figure"]: line for line in made["figures"]}
        self.assertEqual((lines["P5a"]["exact"], lines["P5b"]["exact"], lines["P5a"]["rows"]), ("2/2", "1/2", 2))
        self.assertEqual((lines["A9"]["exact"], lines["P1"]["exact"]), ("1", "1"))
        self.assertEqual(lines["P2"]["exact"], "50000.00")
        self.assertEqual(lines["A10a"]["exact"], "2/2")  # of the region 4601 alone

    test_from_the_notice_to_the_fine = None
    test_a_company_sees_its_own_and_defends_itself_from_the_command_line = None
    test_a_late_hearing_a_barred_act_and_a_minor = None


if __name__ == "__main__":
    main()
