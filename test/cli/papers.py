"""papers.py -- help, man page and completions: complete, clean, and the same as those that are committed."""
# SPDX-License-Identifier: Apache-2.0
import os
import re
import shutil
import subprocess

import ask
from ask import SOURCE


class Papers(ask.Case):
    def verbs(self):
        text = self.ask("help", code=0).out
        block = text[text.index("verbs:\n") + 7:text.index("\nexit codes:")]
        return re.findall(r"^  ((?:(?:rules|intake|config|journal|audit|law|screen|keys) )?[a-z]+)", block, re.M)

    def test_every_verb_has_help(self):
        verbs = self.verbs()
        self.assertIn("detect", verbs)
        self.assertIn("rules test", verbs)
        for verb in verbs:
            for lang in ("en", "zh"):
                by_flag = self.ask(*verb.split(), "--help", "--lang", lang, code=0).out
                by_verb = self.ask("help", *verb.split(), "--lang", lang, code=0).out
                self.assertEqual(by_flag, by_verb)
                self.assertIn("--lang", by_flag)
                self.assertIn(f"cutline {verb}", by_flag)
                self.assertEqual(bool(re.search("[一-鿿]", by_flag)), lang == "zh")

    def test_groups_have_help(self):
        self.assertIn("rules check", self.ask("rules", "--help", code=0).out)
        self.assertIn("intake guess", self.ask("help", "intake", code=0).out)

    def test_man_page_is_clean(self):
        for lang in ("en", "zh"):
            page = self.ask("man", "--lang", lang, code=0).out
            self.write("cutline.1", page)
            if shutil.which("mandoc") is None:
                self.skipTest("mandoc is not installed")
            run = subprocess.run(["mandoc", "-T", "lint", "-W", "warning", "cutline.1"], cwd=self.folder.name,
                                 stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
            self.assertEqual(run.stdout, b"")
            self.assertEqual(run.returncode, 0)

    def test_committed_papers_are_fresh(self):
        for words, name in ((("man",), "cutline.1"), (("completion", "bash"), "cutline.bash"),
                            (("completion", "zsh"), "_cutline")):
            with open(os.path.join(SOURCE, "src", "main", "papers", name), encoding="utf-8") as file:
                self.assertEqual(self.ask(*words, code=0).out, file.read(),
                                 f"make src/main/papers/{name} anew: cutline {' '.join(words)}")

    def complete(self, line):
        """What bash offers at the end of the line."""
        self.write("cutline.bash", self.ask("completion", "bash", code=0).out)
        words = line.split(" ")
        script = (". ./cutline.bash; COMP_WORDS=(" + " ".join(f"'{word}'" for word in words)
                  + f"); COMP_CWORD={len(words) - 1}; _cutline; printf '%s\\n' \"${{COMPREPLY[@]}}\"")
        run = subprocess.run(["bash", "-c", script], cwd=self.folder.name, stdout=subprocess.PIPE,
                             stderr=subprocess.STDOUT, check=True)
        return run.stdout.decode().split("\n")[:-1]

    def test_bash_completes(self):
        if shutil.which("bash") is None:
            self.skipTest("bash is not installed")
        self.assertEqual(self.complete("cutline de"), ["detect", "demo"])
        self.assertEqual(self.complete("cutline rules ch"), ["check"])
        self.assertEqual(self.complete("cutline detect --fail"), ["--fail-on-alert"])
        self.assertEqual(self.complete("cutline detect --tru"), [""])
        self.assertEqual(self.complete("cutline backtest --tru"), ["--truth"])
        self.assertEqual(self.complete("cutline detect --lang "), ["zh", "en"])
        self.assertIn("payment", self.complete("cutline detect --kind p"))
        self.assertEqual(self.complete("cutline detect rul"), ["rules"])
        self.assertEqual(self.complete("cutline completion "), ["bash", "zsh"])

    def test_zsh_reads_its_script(self):
        self.write("_cutline", self.ask("completion", "zsh", code=0).out)
        if shutil.which("zsh") is None:
            self.skipTest("zsh is not installed")
        subprocess.run(["zsh", "-n", "_cutline"], cwd=self.folder.name, check=True)

    def test_version(self):
        with open(os.path.join(SOURCE, "meson.build"), encoding="utf-8") as file:
            version = re.search(r"version: '([0-9.]+)'", file.read()).group(1)
        self.assertEqual(self.ask("version", code=0).out, f"cutline {version}\n")
        self.assertEqual(self.ask("--version", code=0).out, f"cutline {version}\n")


ask.main()
