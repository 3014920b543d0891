"""backtests.py -- a planted truth comes back with exact counts, twice the same, and on one page."""
# SPDX-License-Identifier: Apache-2.0
import html.parser
import json
import re

import ask
from ask import HEAD, calls

TRUTH = ("subject_kind,subject,label,time_first,time_last\n"
         "phone,+8613800000000,scam_caller,2026-03-02T00:00:00+08:00,\n"
         "phone,+8613800000001,scam_caller,2026-03-02T00:00:00+08:00,\n"
         "phone,+8613777777777,scam_caller,2026-03-02T00:00:00+08:00,\n")


class Page(html.parser.HTMLParser):
    """Elements that are opened and not closed, and whatever would leave the page."""

    EMPTY = {"meta", "input", "br", "line", "rect"}

    def __init__(self):
        super().__init__()
        self.open = []
        self.outside = []

    def handle_starttag(self, tag, attrs):
        if tag not in self.EMPTY:
            self.open.append(tag)
        self.outside += [name for name, _ in attrs if name in ("src", "href", "action", "srcset")]

    def handle_startendtag(self, tag, attrs):
        pass

    def handle_endtag(self, tag):
        assert self.open and self.open[-1] == tag, (tag, self.open)
        self.open.pop()


class Backtests(ask.Case):
    def setUp(self):
        super().setUp()
        self.write("calls.csv", HEAD + "".join(calls(40, callers=4)))
        self.write("truth.csv", TRUTH)
        self.write("strict.cut", self.read("rules/test.cut").replace(">= 3", ">= 30"))

    def report(self, *words):
        return json.loads(self.ask("backtest", "--json", "--truth", "truth.csv", "calls.csv", *words, code=0).out)

    def label(self, report, name):
        return next(label for label in report["labels"] if label["label"] == name)

    def test_exact_counts(self):
        caller = self.label(self.report(), "scam_caller")
        self.assertEqual((caller["found"], caller["false"], caller["missed"]), (2, 2, 1))
        self.assertEqual(caller["precision"]["value"], 0.5)
        self.assertLess(caller["precision"]["low"], 0.5)
        self.assertEqual(caller["delay"]["median_s"], 8.0)

    def test_twice_the_same(self):
        words = ("backtest", "--truth", "truth.csv", "calls.csv", "--html", "page.html", "--against", "strict.cut")
        for form in ("--json", "--table"):
            first = self.ask(*words, form, code=0)
            page = self.read("page.html")
            second = self.ask(*words, form, "--threads", "2", code=0)
            self.assertEqual(first.bytes, second.bytes)
            self.assertEqual(page, self.read("page.html"))

    def test_truth_among_the_files(self):
        alone = self.report()
        both = json.loads(self.ask("backtest", "--json", "truth.csv", "calls.csv", code=0).out)
        named_twice = json.loads(self.ask("backtest", "--json", "--truth", "truth.csv", "truth.csv", "calls.csv",
                                          code=0).out)
        self.assertEqual(alone["labels"], both["labels"])
        self.assertEqual(named_twice["truth_rows"], 3)

    def test_against(self):
        report = self.report("--against", "strict.cut")["against"]
        self.assertEqual(report["new"]["count"], 4)
        self.assertEqual(report["new"]["in_truth"], 2)
        self.assertEqual(report["lost"]["count"], 0)
        self.assertEqual(report["unchanged"]["count"], 0)
        self.assertEqual(report["new"]["examples"][0]["subject"], "+86138****0000")
        same = self.report("--against", "rules")["against"]
        self.assertEqual((same["new"]["count"], same["lost"]["count"], same["unchanged"]["count"]), (0, 0, 4))

    def test_masked(self):
        answer = self.ask("backtest", "--truth", "truth.csv", "calls.csv", "--against", "strict.cut", "--html",
                          "page.html", code=0)
        self.assertNotIn("+8613800000000", answer.out + self.read("page.html"))
        answer = self.ask("backtest", "--truth", "truth.csv", "calls.csv", "--against", "strict.cut", "--html",
                          "page.html", "--unmask", code=0)
        self.assertIn("+8613800000000", answer.out)
        self.assertIn("+8613800000000", self.read("page.html"))

    def test_page(self):
        self.ask("backtest", "--truth", "truth.csv", "calls.csv", "--against", "strict.cut", "--html", "page.html",
                 code=0)
        text = self.read("page.html")
        page = Page()
        page.feed(text)
        page.close()
        self.assertEqual(page.open, [])
        self.assertEqual(page.outside, [])
        self.assertNotRegex(text, r"url\(|@import|<script|https?:")
        for tongue, letters in (("en", "[A-Za-z]"), ("zh", "[一-鿿]")):
            spans = re.findall(rf'<span class="{tongue}" lang="{tongue}">(.*?)</span>', text)
            self.assertGreater(len(spans), 50)
            self.assertTrue(all(re.search(letters, span) for span in spans if span != "F1"))
        self.assertEqual(text.count('class="en"'), text.count('class="zh"'))

    def test_languages(self):
        self.assertIn("宏平均 F1", self.ask("backtest", "--lang", "zh", "--truth", "truth.csv", "calls.csv",
                                         code=0).out)

    def test_bad_truth(self):
        self.write("truth.csv", TRUTH + "phone,+8613800000003,nonsense,,\n")
        answer = self.ask("backtest", "--json", "--truth", "truth.csv", "calls.csv", code=0)
        self.assertIn("truth.csv: 1 ", answer.err)
        self.ask("backtest", "--truth", "absent.csv", "calls.csv", code=3)


ask.main()
