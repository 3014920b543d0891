"""files.py -- files as the world hands them over: missing, forbidden, empty, binary, endless, cut."""
# SPDX-License-Identifier: Apache-2.0
import csv
import gzip
import io
import json
import os
import re
import resource
import subprocess

import ask
from ask import CUTLINE, HEAD, calls

GIB = 1 << 30


class Files(ask.Case):
    def one_sentence(self, *words, **more):
        """Refused with one line on standard error that names the file."""
        answer = self.ask(*words, code=3, **more)
        self.assertEqual(answer.out, "")
        self.assertEqual(answer.err.count("\n"), 1, answer.err)
        self.assertIn(words[-1] if words[-1] != "-" else "", answer.err)
        return answer

    def test_missing(self):
        self.one_sentence("detect", "absent.csv")
        self.assertRegex(self.one_sentence("detect", "--lang", "zh", "absent.csv").err, "[一-鿿]")

    def test_unreadable(self):
        self.write("calls.csv", HEAD)
        os.chmod(self.path("calls.csv"), 0)
        if os.geteuid() != 0:  # root may read everything
            self.one_sentence("detect", "calls.csv")

    def test_directory(self):
        os.mkdir(self.path("day"))
        answer = self.one_sentence("detect", "day")
        self.assertIn("director", answer.err)

    def test_empty(self):
        self.write("calls.csv", "")
        self.one_sentence("detect", "calls.csv")
        self.one_sentence("detect", "--kind", "call", "-", stdin=b"")

    def test_header_only(self):
        self.write("calls.csv", HEAD)
        answer = self.ask("detect", "calls.csv", code=0)
        self.assertIn("read 0 = accepted 0 + rejected 0", answer.out)

    def test_binary(self):
        self.write("calls.csv", bytes(range(256)) * 64)
        self.one_sentence("detect", "calls.csv")
        with open(CUTLINE, "rb") as file:
            self.write("calls_2.csv", file.read(100000))
        self.one_sentence("detect", "calls_2.csv")

    def test_unknown_kind(self):
        self.write("things.csv", "a,b,c\n1,2,3\n")
        self.one_sentence("detect", "things.csv")

    def test_standard_input_and_packed(self):
        rows = (HEAD + "".join(calls(10))).encode()
        plain = self.ask("detect", "--json", "--kind", "call", "-", stdin=rows, code=0)
        self.assertEqual(plain.out.count("\n"), 2)
        packed = self.ask("detect", "--json", "--kind", "call", "-", stdin=gzip.compress(rows), code=0)
        self.assertEqual(plain.out, packed.out)

    def test_cut_in_the_middle(self):
        rows = (HEAD + "".join(calls(20000))).encode()
        self.write("calls.csv.gz", gzip.compress(rows)[:-20000])
        answer = self.ask("detect", "calls.csv.gz", code=3)
        self.assertIn("calls.csv.gz", answer.err)
        self.assertIn("accepted", answer.out)  # what was read before counts

    def test_rejects(self):
        self.write("calls.csv", HEAD + "".join(calls(5)) + "2026-03-02T00:00:09+08:00,=cmd|x,+8613900000000,1,,,,\n"
                   + "soon,13800000000,13900000000,1,,,,\n" + "1,2\n")
        answer = self.ask("detect", "calls.csv", "--rejects", "bad.csv", code=0)
        self.assertIn("read 8 = accepted 5 + rejected 3", answer.out)
        self.assertRegex(answer.out, r"\n +1  is not a time\n")
        self.assertRegex(self.ask("detect", "--lang", "zh", "calls.csv", code=0).out, r"\n +1  不是有效时间\n")
        text = self.read("bad.csv")
        rows = list(csv.DictReader(io.StringIO(text)))
        self.assertEqual(list(rows[0]), ["file", "line", "column", "reason", "value", "row"])
        self.assertEqual([row["line"] for row in rows], ["7", "8", "9"])
        self.assertEqual(rows[0]["value"], "'=cmd|x")
        self.assertEqual(rows[1]["column"], "time")
        for row in rows:
            self.assertNotRegex(row["row"], r"^[=+\-@]")

    def test_rejects_cannot_be_written(self):
        self.write("calls.csv", HEAD + "soon,1,2,,,,,\n" + "".join(calls(5)))
        self.ask("detect", "--kind", "call", "calls.csv", "--rejects", "no/such/bad.csv", code=1)

    def test_a_line_of_a_gibibyte(self):
        """One line of 1 GiB, through a pipe, in bounded memory; the rows around it count."""
        before = (HEAD + "".join(calls(3))).encode()
        after = "".join(calls(3, start=3)).encode()
        with subprocess.Popen([CUTLINE, "intake", "check", "--kind", "call", "-"], stdin=subprocess.PIPE,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=self.folder.name,
                              env=self.environment()) as run:
            run.stdin.write(before)
            piece = b"a" * (1 << 20)
            for _ in range(GIB // len(piece)):
                run.stdin.write(piece)
            run.stdin.write(b"\n" + after)
            run.stdin.close()
            out = run.stdout.read().decode()
            run.wait(timeout=600)
        self.assertEqual(run.returncode, 0)
        self.assertIn("read 7 = accepted 6 + rejected 1", out)
        peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
        self.assertLess(peak, 512 * 1024, "KiB at the peak")

    def test_nothing_but_a_line_of_a_gibibyte(self):
        with subprocess.Popen(
                ["/bin/sh", "-c", "head -c 1G /dev/zero | tr '\\0' a | \"$0\" detect --kind call -", CUTLINE],
                stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=self.folder.name,
                env=self.environment()) as run:
            out, err = run.communicate(timeout=600)
        self.assertEqual(run.returncode, 3)
        self.assertEqual(out, b"")
        self.assertEqual(err.count(b"\n"), 1, err)

    def test_files_in_no_order_are_sorted(self):
        rows = calls(2000, callers=40)
        self.write("calls.csv", HEAD + "".join(rows))
        self.write("mixed.csv", HEAD + "".join(rows[i * 7 % 2000] for i in range(2000)))
        self.write("mixed.yaml", "kind: call\norder: none\nfields: {time: time, caller: caller, callee: callee, "
                                 "duration: duration, result: result, imei: imei}\n")

        def alerts(*words):
            answer = self.ask("detect", "--json", *words, code=0)
            self.assertIn("read 2000 = accepted 2000 + rejected 0", answer.err)
            seen = [json.loads(line) for line in answer.out.splitlines()]
            return [(alert["time"], alert["rule"], alert["subject"], alert["evidence"]) for alert in seen]

        ordered = alerts("calls.csv")
        self.assertGreater(len(ordered), 10)
        self.assertEqual(alerts("--sort", "mixed.csv"), ordered)
        self.assertEqual(alerts("--map", "mixed.yaml", "mixed.csv"), ordered)
        self.assertEqual(alerts("--sort", "--kind", "call", "--threads", "2", "calls.csv"), ordered)
        self.assertIn("read 2000", self.ask("intake", "check", "--map", "mixed.yaml", "mixed.csv", code=0).out)

    def test_too_many_records_to_sort(self):
        self.write("calls.csv", HEAD + "".join(calls(300000)))
        memory = re.search(r"at least (\d+)M", self.ask("detect", "--memory", "1M", "calls.csv", code=2).err).group(1)
        for tongue, word in (("en", "sort"), ("zh", "排序")):
            answer = self.ask("detect", "--sort", "--memory", memory + "M", "--lang", tongue, "-o", "out", "calls.csv",
                              code=1)
            said = [line for line in answer.err.splitlines() if "calls.csv" in line]
            self.assertEqual(len(said), 1, answer.err)
            self.assertIn(word, said[0])
            self.assertIn("--memory", said[0])
            self.assertFalse(os.path.exists(self.path("out")))

    def test_truth_is_not_detected_upon(self):
        self.write("calls.csv", HEAD + "".join(calls(5)))
        self.write("truth.csv", "subject_kind,subject,label\nphone,+8613800000000,scam_caller\n")
        answer = self.ask("detect", "calls.csv", "truth.csv", code=0)
        self.assertIn("truth.csv", answer.err)

    def test_operands_behind_dashes(self):
        self.write("--calls.csv", HEAD + "".join(calls(5)))
        self.ask("detect", "--kind", "call", "--", "--calls.csv", code=0)


ask.main()
