"""stops.py -- kill -9 leaves nothing half-written, Ctrl-C tells what was done, a closed pipe is no trouble."""
# SPDX-License-Identifier: Apache-2.0
import json
import os
import signal
import subprocess
import threading
import time

import ask
from ask import CUTLINE, HEAD, calls


class Stops(ask.Case):
    def begin(self, *words):
        return subprocess.Popen([CUTLINE, *words], cwd=self.folder.name, stdin=subprocess.PIPE,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=self.environment())

    def feed(self, run, until, limit=60):
        """Rows without end, until `until()`; gives how many."""
        run.stdin.write(HEAD.encode())
        sent = 0
        end = time.monotonic() + limit
        while not until() and time.monotonic() < end:
            run.stdin.write("".join(calls(2000, callers=50, start=sent)).encode())
            run.stdin.flush()
            sent += 2000
            time.sleep(0.002)
        self.assertTrue(until(), "it did not come so far")
        return sent

    def leftovers(self):
        return sorted(name for name in os.listdir(self.folder.name) if name not in ("rules", "old"))

    def test_kill_9_leaves_no_output(self):
        with self.begin("detect", "--json", "-o", "alerts.json", "--rejects", "bad.csv", "--kind", "call", "-") as run:
            self.feed(run, lambda: any("cutline-tmp" in name and os.path.getsize(self.path(name)) > 0
                                       for name in self.leftovers()))
            run.send_signal(signal.SIGKILL)
            run.wait()
        self.assertNotIn("alerts.json", self.leftovers())
        self.assertNotIn("bad.csv", self.leftovers())

    def test_kill_9_keeps_what_was_there(self):
        self.write("alerts.json", "yesterday's\n")
        with self.begin("detect", "--json", "-o", "alerts.json", "--kind", "call", "-") as run:
            self.feed(run, lambda: any("cutline-tmp" in name and os.path.getsize(self.path(name)) > 0
                                       for name in self.leftovers()))
            run.send_signal(signal.SIGKILL)
            run.wait()
        self.assertEqual(self.read("alerts.json"), "yesterday's\n")

    def interrupt(self, number, *words):
        """Feeds until there are alerts, interrupts, and goes on feeding until the program ends."""
        heard = {}
        with self.begin(*words) as run:
            ears = [threading.Thread(target=lambda name=name, pipe=pipe: heard.update({name: pipe.read().decode()}))
                    for name, pipe in (("out", run.stdout), ("err", run.stderr))]
            for ear in ears:
                ear.start()
            run.stdin.write((HEAD + "".join(calls(5000, callers=50))).encode())
            run.stdin.flush()
            time.sleep(1)
            run.send_signal(number)
            sent = 5000
            try:
                while run.poll() is None:
                    run.stdin.write("".join(calls(200, callers=50, start=sent)).encode())
                    run.stdin.flush()
                    sent += 200
                    time.sleep(0.01)
                run.stdin.close()
            except BrokenPipeError:
                pass
            for ear in ears:
                ear.join()
            return run.wait(), heard["out"], heard["err"]

    def test_ctrl_c_tells_what_was_done(self):
        code, out, err = self.interrupt(signal.SIGINT, "detect", "--json", "--kind", "call", "-")
        self.assertEqual(code, 130)
        self.assertIn("stopped", err)
        self.assertIn("accepted", err)
        self.assertTrue(out.endswith("\n"))
        self.assertGreater(len([json.loads(line) for line in out.splitlines()]), 10)

    def test_ctrl_c_commits_whole_lines(self):
        code, out, err = self.interrupt(signal.SIGINT, "detect", "--json", "-o", "alerts.json", "--kind", "call", "-")
        self.assertEqual(code, 130)
        self.assertIn("stopped", err)
        self.assertIn("accepted", out)
        text = self.read("alerts.json")
        self.assertTrue(text.endswith("\n"))
        self.assertGreater(len([json.loads(line) for line in text.splitlines()]), 10)
        self.assertEqual(self.leftovers(), ["alerts.json"])

    def test_term_is_like_ctrl_c(self):
        code, _, err = self.interrupt(signal.SIGTERM, "detect", "--kind", "call", "-")
        self.assertEqual(code, 130)
        self.assertIn("stopped", err)

    def test_the_second_press_forces(self):
        with self.begin("detect", "--kind", "call", "-o", "out", "-") as run:
            run.stdin.write((HEAD + "".join(calls(5000))).encode())
            run.stdin.flush()
            time.sleep(0.5)
            run.send_signal(signal.SIGINT)
            time.sleep(0.5)
            run.send_signal(signal.SIGINT)
            self.assertEqual(run.wait(timeout=10), -signal.SIGINT)
        self.assertFalse(os.path.exists(self.path("out")))

    def test_a_closed_pipe_is_quiet(self):
        self.write("calls.csv", HEAD + "".join(calls(100000, callers=50)))
        with self.begin("detect", "--json", "-q", "calls.csv") as run:
            run.stdin.close()
            run.stdout.readline()
            run.stdout.close()
            err = run.stderr.read()
            self.assertEqual(run.wait(), -signal.SIGPIPE)
        self.assertEqual(err, b"")


ask.main()
