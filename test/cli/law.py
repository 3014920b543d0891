"""law.py -- `cutline law …`, from outside."""
# SPDX-License-Identifier: Apache-2.0
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys

import ask
from ask import SOURCE

LAW = os.path.join(SOURCE, "law")
PACKS = sorted(name[:-5] for name in os.listdir(LAW) if name.endswith(".yaml") and not name.startswith("calendar"))


class Law(ask.Case):
    def law(self, *words, **more):
        return self.ask("law", *words, "--law", LAW, **more)

    def test_check(self):
        answer = self.law("check", code=0)
        self.assertIn(f"{len(PACKS)} packs", answer.out)
        self.assertIn("没有错误", self.law("check", "--lang", "zh", code=0).out)
        report = json.loads(self.law("check", "--json", code=0).out)
        self.assertEqual(report["packs"], len(PACKS))
        self.assertIsNone(report["error"])
        self.assertEqual(self.ask("law", "check", LAW, code=0).out, answer.out)
        self.assertIn("1 packs", self.ask("law", "check", os.path.join(LAW, "cn-stop-2016.yaml"), code=0).out)
        self.assertIn("calendar of 5 years", self.ask("law", "check", os.path.join(LAW, "calendar-cn.yaml"),
                                                      code=0).out)

    def test_the_program_carries_the_packs_of_the_source(self):
        carried = self.ask("law", "list", "--json", code=0).out
        self.assertEqual(carried, self.law("list", "--json", code=0).out)
        shutil.copytree(LAW, self.path("law"))
        os.remove(self.path("law/cn-stop-2016.yaml"))
        self.assertNotIn("cn-stop-2016", self.ask("law", "list", code=0).out)
        self.assertIn("nowhere", self.ask("law", "list", "--law", "nowhere", code=3).err)

    def test_a_mistake_is_named_with_its_place_in_both_tongues(self):
        shutil.copytree(LAW, self.path("law"))
        path = "law/cn-stop-2016.yaml"
        text = self.read(path)
        self.write(path, text.replace("unit: hour", "unit: hours"))
        answer = self.ask("law", "check", code=3)
        self.assertRegex(answer.err, r"law/cn-stop-2016.yaml:\d+:\d+: there is no `hours`; did you mean `hour`")
        self.assertRegex(self.ask("law", "check", "--lang", "zh", code=3).err, "没有 `hours`")
        report = json.loads(self.ask("law", "check", "--json", code=3).out)
        self.assertIn("did you mean", report["error"]["en"])
        self.assertRegex(report["error"]["zh"], "[一-鿿]")
        self.write(path, re.sub(r"\n  count.max: .*", "", text))
        self.assertIn("does not say what it knows of `count.max`", self.ask("law", "check", code=3).err)
        self.ask("law", "list", code=3)
        self.write(path, b"\xff\xfe")
        self.ask("law", "check", code=3)
        self.ask("law", "check", "law/nothing.yaml", code=3)

    def test_list_of_a_day(self):
        everything = self.law("list", code=0).out
        for name in PACKS:
            self.assertIn(name, everything)
        self.assertIn("国办发明电〔2023〕7号", everything)
        for day, name, other in (("2025-03-01", "cn-final-2024-12", "cn-pboc-2019"),
                                 ("2023-12-25", "cn-pboc-2019", "cn-final-2024-12"),
                                 ("2018-05-01", "cn-pboc-2017", "cn-pboc-2019")):
            names = [pack["pack"] for pack in json.loads(self.law("list", "--on", day, "--json", code=0).out)["packs"]]
            self.assertIn(name, names)
            self.assertNotIn(other, names)
            self.assertNotIn("cn-draft-2023-11", names)
        self.law("list", "--on", "2025-02-30", code=2)

    def test_show_names_article_source_mark_and_hash(self):
        answer = self.law("show", "cn-final-2024-12", "kept.phone_cards", code=0)
        self.assertIn(" = 1 card\n", answer.out)
        self.assertIn("[M] from memory", answer.out)
        with open(os.path.join(LAW, "cn-final-2024-12.yaml"), "rb") as file:
            digest = hashlib.sha256(file.read()).hexdigest()
        self.assertIn(f"cn-final-2024-12 sha256:{digest}", answer.out)
        entry = json.loads(self.law("show", "cn-stop-2016", "term", "--json", code=0).out)["entry"]
        self.assertEqual((entry["value"], entry["unit"], entry["mark"], entry["doubtful"]), (48, "hour", "V2", False))
        self.assertIn("凭记忆", self.law("show", "cn-final-2024-12", "kept.phone_cards", "--lang", "zh", code=0).out)

    def test_show_of_what_is_open_says_why(self):
        answer = self.law("show", "cn-final-2024-12", "appeal.accept", code=3)
        self.assertEqual(answer.out, "")
        self.assertIn("found in no readable copy", answer.err)
        self.assertIn("did you mean `term.cap`", self.law("show", "cn-final-2024-12", "term.cpa", code=3).err)
        self.assertIn("did you mean `cn-final-2024-12`", self.law("show", "cn-final-2024-21", code=3).err)

    def test_every_pack_shows_in_both_tongues_and_as_json(self):
        for name in PACKS:
            english = self.law("show", name, code=0).out
            chinese = self.law("show", name, "--lang", "zh", code=0).out
            self.assertNotEqual(english, chinese)
            whole = json.loads(self.law("show", name, "--json", code=0).out)
            self.assertEqual(whole["entries"], len(whole["values"]))
            self.assertEqual(whole["open"], len(whole["open_questions"]))
            for entry, value in whole["values"].items():
                self.assertIn(f"  {entry} = ", english)
                self.assertIn(f"  {entry} = ", chinese)
                self.assertIn(value["source"], whole["sources"])
                self.assertTrue(value["mark"] == "P" or value["article"])
                self.assertEqual(value["doubtful"], value["mark"] not in ("V", "V2"))

    def test_diff(self):
        answer = self.law("diff", "cn-draft-2023-11", "cn-final-2024-12", code=0)
        self.assertIn("- domain name", answer.out)
        self.assertRegex(answer.out, r"\n\d+ differences\n$")
        report = json.loads(self.law("diff", "cn-draft-2023-11", "cn-final-2024-12", "--json", code=0).out)
        self.assertIn("item.list", [entry["entry"] for entry in report["entries"]])
        self.assertEqual(f"\n{len(report['entries']) + len(report['measures']) + len(report['fines'])} differences\n",
                         re.search(r"\n\d+ differences\n$", answer.out).group(0))
        self.assertIn("\n0 differences", self.law("diff", "cn-stop-2016", "cn-stop-2016", code=0).out)
        self.assertIn("different subjects", self.law("diff", "cn-stop-2016", "cn-freeze", code=3).err)

    def test_terms_are_counted_under_both_readings(self):
        for words, last in ((("2025-01-10", "2", "year"), ("2027-01-10", "2027-01-09")),
                            (("2028-02-29", "3", "year"), ("2031-02-28", "2031-02-28")),
                            (("2024-01-31", "1", "month"), ("2024-02-29", "2024-02-29")),
                            (("2025-09-30", "3", "working_day"), ("2025-10-11", "2025-10-10"))):
            lines = self.law("term", *words, code=0).out.split("\n")
            self.assertEqual(tuple(line[:16] for line in lines[:2]), tuple(f"{day} 24:00" for day in last), words)
        exact = self.law("term", "2024-02-09T14:20:07+08:00", "48", "hour", code=0).out
        self.assertEqual(exact, "2024-02-11T14:20:07.000+08:00\n")
        both = json.loads(self.law("term", "2025-01-10", "2", "year", "--json", code=0).out)
        self.assertEqual(both["next_day"], "2027-01-11T00:00:00.000+08:00")
        self.assertEqual(self.law("term", "2025-01-10", "48", "hour", "--json", code=0).out,
                         '{"exact":"2025-01-12T00:00:00.000+08:00"}\n')
        refused = self.law("term", "2027-03-01", "3", "working_day", code=3)
        self.assertEqual(refused.out, "")
        self.assertIn("2027-03-02: the calendar lacks the State Council's notice for 2027", refused.err)
        self.assertIn("不推算", self.law("term", "2027-03-01", "3", "working_day", "--lang", "zh", code=3).err)
        for words in (("2025-02-30", "2", "year"), ("2025-01-10", "0", "year"), ("2025-01-10", "2", "yaer"),
                      ("2025-01-10", "-2", "year"), ("2025-01-10", "100001", "day"), ("1736438400", "2", "year")):
            self.law("term", *words, code=2)
        self.law("term", "9999-01-01", "2", "year", code=3)

    def test_fines_are_ranges_with_their_article(self):
        answer = self.law("fine", "art44", "basic", "35000.50", "--on", "2024-05-01", code=0).out
        self.assertIn("fine 35000.50 to 350005.00 yuan\n", answer)
        self.assertIn("art. 44", answer)
        self.assertIn("cn-administrative-penalties sha256:", answer)
        below = json.loads(self.law("fine", "art44", "basic", "19999.99", "--on", "2024-05-01", "--json", code=0).out)
        self.assertEqual((below["least"], below["most"], below["confiscated"]), ("0.00", "200000.00", "19999.99"))
        self.assertIn("50000.00 至 500000.00 元", self.law("fine", "art39", "minor", "--on", "2024-05-01", "--lang",
                                                       "zh", code=0).out)
        self.assertIn("no pack of penalties", self.law("fine", "art44", "basic", "--on", "2022-11-30", code=3).err)
        self.assertIn("did you mean `art44`", self.law("fine", "rat44", "basic", code=2).err)
        self.law("fine", "art44", "basic", "1e6", code=2)
        self.assertIn("has no fine for `art38`", self.law("fine", "art38", "persons", "--on", "2024-05-01", code=3).err)

    def test_the_commands_of_the_page_run(self):
        shutil.copytree(LAW, self.path("law"))
        with open(os.path.join(SOURCE, "docs", "law.md"), encoding="utf-8") as file:
            block = re.search(r"```sh\n(.*?)```", file.read(), re.S).group(1)
        commands = [line.split("#")[0].split() for line in block.strip().split("\n")]
        self.assertGreater(len(commands), 5)
        for words in commands:
            self.assertEqual(words[0], "cutline")
            self.assertNotEqual(self.ask(*words[1:], code=0).out, "")

    def clauses(self, root):
        run = subprocess.run([sys.executable, os.path.join(SOURCE, "tools", "clauses"), ask.CUTLINE, root],
                             stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False, env=self.environment())
        return run.returncode, run.stdout.decode("utf-8"), run.stderr.decode("utf-8")

    def test_every_number_is_traced_from_its_clause_to_its_test(self):
        code, out, err = self.clauses(SOURCE)
        self.assertEqual((code, err), (0, ""))
        self.assertIn("S13 2(1)2 [V2] -> cn-stop-2016 term -> ", out)

    def test_a_gap_in_the_trace_is_named(self):
        shutil.copytree(LAW, self.path("tree/law"))
        os.makedirs(self.path("tree/src/law"))
        os.makedirs(self.path("tree/test"))
        shutil.copy(os.path.join(SOURCE, "src", "law", "entries.inc"), self.path("tree/src/law"))
        self.write("tree/src/stop.c", '#include "law/law.h"\nTRY(law_span_of(pack, "term.cap", &cap, NULL));\n')
        code, _, err = self.clauses(self.path("tree"))
        self.assertEqual(code, 1)
        self.assertIn("src/stop.c:2: relies on `term.cap`, and no test speaks of it", err)
        self.write("tree/src/stop_test.c", 'cap_is("term.cap", 5);\n')
        self.assertEqual(self.clauses(self.path("tree"))[0], 0)
        self.write("tree/src/more.c", '#include "law/law.h"\nlaw_count(law_find(law, s, on),\n "term.cpa", &n, NULL);\n')
        code, _, err = self.clauses(self.path("tree"))
        self.assertEqual(code, 1)
        self.assertIn("src/more.c:3: no list knows the entry `term.cpa`", err)


ask.main()
