"""output.py -- what comes out: JSON, CSV, lines; in two languages; the same for any number of threads."""
# SPDX-License-Identifier: Apache-2.0
import csv
import io
import json
import os
import pty
import re
import subprocess

import ask
from ask import CUTLINE, HEAD, SOURCE, calls

IMEI = "35209900176148"


class Output(ask.Case):
    def setUp(self):
        super().setUp()
        self.write("calls.csv", HEAD + "".join(calls(40, callers=4))
                   + "2026-03-02T01:00:00+08:00,13812345678,13900000001,12,answered,460001234567890," + IMEI + "0,C1\n")

    def test_json_is_as_the_schema_says(self):
        schema = os.path.join(SOURCE, "src", "alert", "alert.schema.json")
        for more in ([], ["--unmask"], ["--lang", "zh"]):
            run = subprocess.run([os.path.join(SOURCE, "test", "cli", "validate.py"), schema, CUTLINE, "detect",
                                  "--json", "-q", "calls.csv", *more], cwd=self.folder.name, check=False,
                                 env=self.environment(), stdout=subprocess.PIPE)
            self.assertIn(run.returncode, (0, 77))

    def test_json_alone_goes_to_standard_output(self):
        answer = self.ask("detect", "--json", "calls.csv", code=0)
        alerts = [json.loads(line) for line in answer.out.splitlines()]
        self.assertEqual({alert["rule"] for alert in alerts}, {"fan_out", "box"})
        self.assertIn("read 41 = accepted 41 + rejected 0", answer.err)
        first = alerts[0]
        self.assertEqual(first["subject"], "+86138****0000")
        self.assertEqual(first["evidence"][0]["value"], "3")
        self.assertEqual(first["evidence"][0]["label"]["zh"], "1 小时内不同被叫数")
        self.assertEqual(first["records"][0], {"file": "calls.csv", "line": 10})
        self.assertIn("different callees in 1h 3 (≥ 3)", first["reason"]["en"])
        self.assertTrue(first["first"])
        raised = [alert for alert in alerts if alert["repeat"]]
        self.assertEqual({alert["grade"] for alert in raised}, {"high"})

    def test_names_are_masked_unless_asked(self):
        names = ["+8613800000000", "+8613812345678", IMEI, "460001234567890"]
        for form in ("--json", "--csv", "--table"):
            answer = self.ask("detect", form, "calls.csv", code=0)
            for name in names:
                self.assertNotIn(name, answer.out + answer.err)
        answer = self.ask("detect", "--json", "--unmask", "calls.csv", code=0)
        self.assertIn("+8613800000000", answer.out)
        self.assertIn(IMEI, answer.out)

    def test_csv(self):
        answer = self.ask("detect", "--csv", "-q", "calls.csv", code=0)
        rows = list(csv.DictReader(io.StringIO(answer.bytes.decode(), newline="")))
        self.assertEqual(rows[0]["subject"], "'+86138****0000")
        self.assertEqual(rows[0]["file"], "calls.csv")
        for row in rows:
            self.assertNotIn(None, row)
            for cell in row.values():
                self.assertNotRegex(cell, r"^[=+\-@]")
        self.assertEqual(answer.bytes.count(b"\r\n"), len(rows) + 1)

    def test_csv_of_a_formula(self):
        self.write("rules/test.cut", 'rule f on payment { title "=1+1" "=1+1" when amount >= 1 CNY '
                   'subject payee typology mule }')
        self.write("payments.csv", "time,payer,payee,amount\n2026-03-02T00:00:00+08:00,a,=HYPERLINK(x),5\n")
        answer = self.ask("detect", "--csv", "--unmask", "-q", "payments.csv", code=0)
        row = list(csv.DictReader(io.StringIO(answer.out)))[0]
        self.assertEqual(row["subject"], "'=HYPERLINK(x)")
        self.assertEqual(row["title_en"], "'=1+1")

    def test_no_colour_in_a_pipe(self):
        for form in ("--json", "--csv", "--table"):
            answer = self.ask("detect", form, "calls.csv", code=0)
            self.assertNotIn("\x1b", answer.out + answer.err)

    def on_terminal(self, *words, **env):
        leader, follower = pty.openpty()
        with subprocess.Popen([CUTLINE, *words], cwd=self.folder.name, stdin=subprocess.DEVNULL,
                              stdout=follower, stderr=follower, env=self.environment(**env)) as run:
            os.close(follower)
            shown = b""
            while True:
                try:
                    piece = os.read(leader, 65536)
                except OSError:
                    break
                if not piece:
                    break
                shown += piece
            run.wait()
        os.close(leader)
        return shown.decode()

    def test_colour_on_a_terminal(self):
        self.assertIn("\x1b[31m", self.on_terminal("detect", "calls.csv"))
        for words, env in ((["--no-color"], {}), ([], {"NO_COLOR": "1"}), ([], {"TERM": "dumb"})):
            self.assertNotRegex(self.on_terminal("detect", "-q", "calls.csv", *words, **env), "\x1b\\[[0-9;]*m")

    def test_lines_fit_the_terminal(self):
        for line in self.on_terminal("detect", "calls.csv", "--no-color", COLUMNS="60").splitlines():
            if line.startswith("2026-"):
                self.assertLessEqual(len(line), 80)

    def test_both_languages(self):
        english = self.ask("detect", "calls.csv", code=0)
        chinese = self.ask("detect", "--lang", "zh", "calls.csv", code=0)
        self.assertNotRegex(english.out, "[一-鿿]")
        self.assertIn("大量呼叫：1 小时内不同被叫数 3（≥ 3）", chinese.out)
        self.assertIn("读入 41 = 接受 41 + 拒绝 0", chinese.out)
        by_locale = self.ask("detect", "calls.csv", env={"LANG": "zh_CN.UTF-8"}, code=0)
        self.assertEqual(by_locale.out, chinese.out)

    def test_threads_change_nothing(self):
        self.write("many.csv", HEAD + "".join(calls(60000, callers=700)))
        for form in ("--json", "--csv", "--table"):
            one = self.ask("detect", form, "--kind", "call", "many.csv", "--threads", "1", code=0)
            two = self.ask("detect", form, "--kind", "call", "many.csv", "--threads", "2", code=0)
            self.assertEqual(one.out, two.out)
            self.assertGreater(one.out.count("\n"), 700)

    def test_output_file_is_what_would_have_been_shown(self):
        shown = self.ask("detect", "--json", "calls.csv", code=0)
        answer = self.ask("detect", "--json", "calls.csv", "-o", "alerts.json", code=0)
        self.assertEqual(self.read("alerts.json"), shown.out)
        self.assertNotIn("{", answer.out)
        self.assertIn("accepted", answer.out)

    def test_counts_add_up(self):
        answer = self.ask("detect", "calls.csv", code=0)
        numbers = re.search(r"alerts (\d+), repeats (\d+), merged (\d+)", answer.out)
        alerts, repeats, merged = (int(number) for number in numbers.groups())
        rows = re.findall(r"^(?:fan_out|box) +(\d+) +(\d+) +(\d+) +(\d+)$", answer.out, re.M)
        self.assertEqual(len(rows), 2)
        self.assertEqual(sum(int(row[0]) for row in rows), alerts + repeats + merged)
        for found, *parts in rows:
            self.assertEqual(int(found), sum(int(part) for part in parts))

    def test_quiet(self):
        answer = self.ask("detect", "--json", "-q", "calls.csv", code=0)
        self.assertEqual(answer.err, "")

    def test_full_memory_is_told(self):
        self.write("many.csv", HEAD + "".join(calls(400000, callers=400000)))
        answer = self.ask("detect", "--json", "--kind", "call", "many.csv", "--memory", "16M", "-o", "out", code=1)
        self.assertIn("--memory", answer.err)
        self.assertFalse(os.path.exists(self.path("out")))


ask.main()
