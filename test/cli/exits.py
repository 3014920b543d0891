"""exits.py -- each exit code of `cutline help` is given when, and only when, it should be."""
# SPDX-License-Identifier: Apache-2.0
import os
import re

import ask
from ask import HEAD, calls


class Exits(ask.Case):
    def setUp(self):
        super().setUp()
        self.write("calls.csv", HEAD + "".join(calls(10)))
        self.write("calm.csv", HEAD + "".join(calls(2)))
        self.write("broken.cut", "rule x on call { when caler = 1 }\n")

    def test_done(self):
        self.ask("detect", "calls.csv", code=0)
        self.ask("detect", "calm.csv", "--fail-on-alert", code=0)
        self.ask("rules", "check", code=0)
        self.ask("intake", "check", "calls.csv", code=0)
        self.ask("version", code=0)
        self.ask("--version", code=0)
        self.ask("help", code=0)

    def test_failed(self):
        self.write("untidy.cut", "rule x on call{when duration>=0s subject caller\ntypology wangiri title \"a\" \"b\"}")
        self.ask("rules", "fmt", "--check", "untidy.cut", code=1)
        self.ask("detect", "calls.csv", "-o", "no/such/folder/out", code=1)
        if os.path.exists("/dev/full"):
            answer = self.ask("detect", "calls.csv", "--json", "-o", "/dev/full", code=1)
            self.assertIn("/dev/full", answer.err)

    def test_usage(self):
        for words in ([], ["detec"], ["detect"], ["detect", "--jsn", "x"], ["detect", "x", "-o"],
                      ["detect", "calls.csv", "--threads", "0"], ["detect", "calls.csv", "--threads", "65"],
                      ["detect", "calls.csv", "--threads", "two"], ["detect", "calls.csv", "--zone", "8"],
                      ["detect", "calls.csv", "--memory", "1K"], ["detect", "calls.csv", "--memory", "many"],
                      ["detect", "calls.csv", "--max-rejects", "-1"], ["detect", "calls.csv", "--home", "0086"],
                      ["detect", "calls.csv", "--currency", "yuan"], ["detect", "calls.csv", "--kind", "fax"],
                      ["detect", "calls.csv", "--lang", "fr"], ["simulate"],
                      ["simulate", "--out", "x", "--people", "3"], ["completion", "fish"],
                      ["help", "fly"], ["version", "now"], ["rules"], ["rules", "chek"],
                      ["simulate", "--out", "x", "--start", "2026-02-30"],
                      ["simulate", "--out", "x", "--fraud", "1e9"]):
            answer = self.ask(*words, code=2)
            self.assertEqual(answer.out, "", words)
            self.assertEqual(answer.err.count("\n"), 1, answer.err)

    def test_input(self):
        self.ask("detect", "absent.csv", code=3)
        self.ask("detect", "-r", "broken.cut", "calls.csv", code=3)
        self.ask("detect", "-r", "absent", "calls.csv", code=3)
        self.ask("rules", "check", "broken.cut", code=3)
        self.write("bad.csv", HEAD + "yesterday,1,2,,,,,\n" * 3)
        self.ask("detect", "bad.csv", code=3)
        self.write("mixed.csv", HEAD + "yesterday,1,2,,,,,\n" * 3 + "".join(calls(3)))
        self.ask("detect", "--kind", "call", "mixed.csv", code=0)
        self.ask("detect", "--kind", "call", "mixed.csv", "--max-rejects", "3", code=0)
        answer = self.ask("detect", "--kind", "call", "mixed.csv", "--max-rejects", "2", "-o", "out", code=3)
        self.assertIn("--max-rejects", answer.err)
        self.assertFalse(os.path.exists(self.path("out")))
        self.ask("backtest", "calls.csv", code=3)  # no truth

    def test_findings(self):
        self.ask("detect", "calls.csv", "--fail-on-alert", code=4)

    def test_no_rules_anywhere(self):
        os.rename(self.path("rules"), self.path("elsewhere"))
        answer = self.ask("detect", "calls.csv")
        if answer.code != 0:  # an installed program has rules of its own
            self.assertEqual(answer.code, 3)
            self.assertIn("--rules", answer.err)

    def test_all_are_documented(self):
        manual = self.ask("man", code=0).out
        status = manual[manual.index(".SH EXIT STATUS"):]
        status = status[:status.index(".SH ", 5)]
        self.assertEqual(re.findall(r"\\fB(\d+)\\fR", status), ["0", "1", "2", "3", "4", "5", "75", "130"])

    def test_slips_are_understood(self):
        self.assertIn("did you mean `cutline detect`", self.ask("detcet", "x", code=2).err)
        self.assertIn("did you mean --rejects", self.ask("detect", "--reject", "x", "calls.csv", code=2).err)
        self.assertIn("是否想用 --json", self.ask("detect", "--lang", "zh", "--jsn", "x", code=2).err)


ask.main()
