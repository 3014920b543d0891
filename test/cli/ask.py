"""ask.py -- what every script in this folder begins with: the program, a fresh folder, and small records.

usage of a script: SCRIPT.py PATH_OF_CUTLINE SOURCE_ROOT
"""
# SPDX-License-Identifier: Apache-2.0
import os
import subprocess
import sys
import tempfile
import unittest

CUTLINE = os.path.abspath(sys.argv[1])
SOURCE = os.path.abspath(sys.argv[2])

HEAD = "time,caller,callee,duration,result,imsi,imei,cell\n"

RULES = """\
profile line by call.caller { callees = distinct callee over 1h "different callees in 1h" "1 小时内不同被叫数" }
rule fan_out on call {
  title "many strangers" "大量呼叫"
  when line.callees >= 3 and callee != "+8613812345678"
  subject caller typology scam_caller
  grade high when line.callees >= 5, low
  against duration > 60s "long talks" "通话时间长"
  quiet 1h
}
rule box on call {
  title "box" "设备"
  when imei is known
  subject imei typology gateway
}
"""


def calls(count, callers=1, start=0):
    """So many calls, a second apart, each to somebody else."""
    rows = []
    for i in range(start, start + count):
        hour, minute, second = i // 3600 % 24, i // 60 % 60, i % 60
        rows.append(f"2026-03-{2 + i // 86400:02d}T{hour:02d}:{minute:02d}:{second:02d}+08:00,"
                    f"+86138{i % callers:08d},+86139{i % 99999989:08d},12,answered,,,\n")
    return rows


class Answer:
    """What came of a run."""

    def __init__(self, code, out, err):
        self.code = code
        self.out = out.decode("utf-8")
        self.err = err.decode("utf-8")
        self.bytes = out


class Case(unittest.TestCase):
    """A test in a folder of its own, with rules in it and the language settled."""

    maxDiff = None

    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        os.mkdir(self.path("rules"))
        self.write("rules/test.cut", RULES)

    def path(self, name):
        return os.path.join(self.folder.name, name)

    def write(self, name, content):
        mode = "wb" if isinstance(content, bytes) else "w"
        with open(self.path(name), mode, **({} if mode == "wb" else {"encoding": "utf-8"})) as file:
            file.write(content)
        return name

    def read(self, name):
        with open(self.path(name), encoding="utf-8", newline="") as file:
            return file.read()

    def environment(self, **more):
        kept = {name: value for name, value in os.environ.items()
                if name.startswith(("ASAN", "UBSAN", "LSAN", "TSAN", "PATH", "HOME", "TMP", "LLVM"))}
        return {**kept, "LANG": "C.UTF-8", "TERM": "xterm", **more}

    def ask(self, *words, stdin=b"", env=None, code=None):
        """Runs `cutline WORDS`; the code must be `code`, if one is given."""
        run = subprocess.run([CUTLINE, *words], cwd=self.folder.name, input=stdin, check=False,
                             stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=600,
                             env=self.environment(**(env or {})))
        answer = Answer(run.returncode, run.stdout, run.stderr)
        if code is not None:
            self.assertEqual(answer.code, code, f"{words}\n{answer.out[-2000:]}\n{answer.err[-4000:]}")
        for trouble in ("AddressSanitizer", "runtime error:", "LeakSanitizer", "must_failed"):
            self.assertNotIn(trouble, answer.err)
        return answer


def main():
    unittest.main(argv=[sys.argv[0], *sys.argv[3:]])
