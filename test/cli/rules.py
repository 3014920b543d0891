"""rules.py -- `cutline rules …` and `cutline intake …`, from outside."""
# SPDX-License-Identifier: Apache-2.0
import json
import os
import re
import shutil
import subprocess

import ask
from ask import HEAD, SOURCE, calls

BROKEN = 'rule x on call {\n  title "试" "试"\n  when caler = callee\n  subject caller typology wangiri\n}\n'


class Rules(ask.Case):
    def test_check(self):
        answer = self.ask("rules", "check", code=0)
        self.assertIn("1 files", answer.out)
        self.write("rules/broken.cut", BROKEN)
        answer = self.ask("rules", "check", code=3)
        self.assertRegex(answer.err, r"C\d{4}")
        self.assertIn("broken.cut:3:8", answer.err)
        self.assertIn("caller", answer.err)
        self.assertRegex(self.ask("rules", "check", "--lang", "zh", code=3).err, "[一-鿿]")

    def test_a_program_that_was_built_finds_the_rules_of_its_tree(self):
        program = self.path("tree/build/cutline")
        os.makedirs(self.path("tree/build"))
        os.makedirs(self.path("elsewhere"))
        os.mkdir(self.path("tree/rules"))
        shutil.copy(ask.CUTLINE, program)
        self.write("tree/rules/one.cut", ask.RULES)
        for name in ("tree/meson.build", "tree/build/build.ninja"):
            self.write(name, "")

        def run(*words):
            return subprocess.run([program, *words, "--lang", "en"], cwd=self.path("elsewhere"), capture_output=True,
                                  text=True, env=self.environment(), timeout=60)
        found = run("rules", "check")
        self.assertEqual((found.returncode, "1 files" in found.stdout), (0, True), found)
        os.remove(self.path("tree/build/build.ninja"))  # a folder of that name, and no build
        gone = run("rules", "check")
        self.assertEqual(gone.returncode, 3, gone)
        self.assertIn("tree/share/cutline/rules; name some with --rules.", gone.stderr)
        served = run("serve", "--data", self.path("data"))
        self.assertEqual(served.returncode, 3, served)
        self.assertIn("as detect.rules.", served.stderr)
        self.assertNotIn("--rules", served.stderr)

    def test_check_json(self):
        self.write("broken.cut", BROKEN)
        report = json.loads(self.ask("rules", "check", "--json", "broken.cut", code=3).out)
        self.assertEqual(report["errors"], len(report["diagnostics"]))
        self.assertEqual(report["diagnostics"][0]["line"], 3)
        good = json.loads(self.ask("rules", "check", "--json", code=0).out)
        self.assertEqual((good["errors"], good["diagnostics"]), (0, []))

    def test_fmt(self):
        self.write("untidy.cut", "-- kept\nrule   x on call{when duration>=0s\nsubject caller typology wangiri "
                   "title \"a\" \"b\"}")
        shown = self.ask("rules", "fmt", "untidy.cut", code=0).out
        self.assertIn("-- kept", shown)
        answer = self.ask("rules", "fmt", "--check", "untidy.cut", "rules", code=1)
        self.assertIn("untidy.cut", answer.out)
        self.ask("rules", "fmt", "--write", "untidy.cut", "rules", code=0)
        self.assertEqual(self.read("untidy.cut"), shown)
        self.assertEqual(self.ask("rules", "fmt", "--check", "untidy.cut", "rules", code=0).out, "")
        self.write("broken.cut", "rule rule rule")
        self.ask("rules", "fmt", "--write", "broken.cut", code=3)
        self.assertEqual(self.read("broken.cut"), "rule rule rule")

    def test_explain(self):
        answer = self.ask("rules", "explain", code=0)
        self.assertIn("fan_out", answer.out)
        self.assertIn("box", answer.out)
        answer = self.ask("rules", "explain", "fan_out", code=0)
        self.assertNotIn("box", answer.out)
        self.assertIn("did you mean", self.ask("rules", "explain", "fan_uot", code=3).err)
        self.write("broken.cut", BROKEN)
        code = re.search(r"C\d{4}", self.ask("rules", "check", "broken.cut", code=3).err).group(0)
        english = self.ask("rules", "explain", code, code=0).out
        chinese = self.ask("rules", "explain", code, "--lang", "zh", code=0).out
        self.assertIn(code, english)
        self.assertRegex(chinese, "[一-鿿]")
        self.ask("rules", "explain", "C0000", code=3)

    def test_cost(self):
        self.assertIn("line", self.ask("rules", "cost", code=0).out)

    def test_scenes(self):
        self.write("rules/good.scene", 'scene "three strangers"\n'
                   "repeat 3 every 5m from 09:00 call from +861380000000{n%1} to +86139000000{n:2} seconds 9 "
                   "result answered\nexpect alert scam_caller phone +8613800000000\nallow others\n")
        answer = self.ask("rules", "test", code=0)
        self.assertIn("1 scenes: 1 passed, 0 failed", answer.out)
        self.write("rules/bad.scene", 'scene "nobody"\nat 09:00 call from +8613800000000 to +8613900000000 seconds 9\n'
                   "expect alert scam_caller phone +8613800000000\n")
        answer = self.ask("rules", "test", code=1)
        self.assertIn("2 scenes: 1 passed, 1 failed", answer.out)
        self.write("rules/worse.scene", 'scene "x"\nfly me to the moon\n')
        self.assertIn("worse.scene", self.ask("rules", "test", code=3).err)

    def test_shipped_rules(self):
        shipped = os.path.join(SOURCE, "rules")
        self.ask("rules", "check", shipped, code=0)


class Intake(ask.Case):
    def test_check(self):
        self.write("calls.csv", HEAD + "".join(calls(5)) + "soon,1,2,,,,,\n")
        answer = self.ask("intake", "check", "calls.csv", "--rejects", "bad.csv", code=0)
        self.assertIn("read 6 = accepted 5 + rejected 1", answer.out)
        self.assertIn("kind call", answer.out)
        self.assertEqual(self.read("bad.csv").count("\r\n"), 2)

    def test_guess(self):
        rows = [f"{number},1380000{number:04d},1390000{number:04d},2026-03-02 09:{number % 60:02d}:00,{number % 90}\n"
                for number in range(200)]
        self.write("strange.csv", "serial,a_number,b_number,start_time,seconds\n" + "".join(rows))
        answer = self.ask("intake", "guess", "strange.csv", "-o", "strange.yaml", code=0)
        self.assertTrue(self.read("strange.yaml"))
        self.ask("detect", "--map", "strange.yaml", "strange.csv", code=0)
        self.assertIn("+8613800000000", answer.err)


class Simulate(ask.Case):
    def test_same_seed_same_bytes(self):
        for name in ("a", "deep/er/b"):
            answer = self.ask("simulate", "--out", name, "--people", "500", "--seed", "3", code=0)
            self.assertIn("calls.csv", answer.out)
        for name in os.listdir(self.path("a")):
            self.assertEqual(self.read(f"a/{name}"), self.read(f"deep/er/b/{name}"))
        files = [f"a/{name}" for name in os.listdir(self.path("a")) if name != "truth.csv"]
        answer = self.ask("detect", "--json", *sorted(files), code=0)
        self.assertIn("rejected 0", answer.err)
        self.ask("backtest", "--truth", "a/truth.csv", *sorted(files), code=0)


ask.main()
