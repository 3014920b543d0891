"""demo.py -- `cutline demo` as a newcomer starts it: how soon there is something to see, that everybody can log in, that it
leaves nothing behind, and that all of it ends, however it ends.

usage: demo.py CUTLINE SOURCE_ROOT FACTOR     bounds are 8 s and 20 s, times FACTOR
"""
# SPDX-License-Identifier: Apache-2.0
import base64
import hashlib
import hmac
import http.client
import json
import os
import re
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
import unittest

CUTLINE, SOURCE = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
FACTOR = float(sys.argv[3]) if len(sys.argv) > 3 else 1
ALERT_S, ANSWER_S = 8, 20


def processes(folder):
    """Ids of the processes whose words name the folder."""
    found = []
    for name in os.listdir("/proc"):
        if name.isdigit() and int(name) != os.getpid():
            try:
                with open(f"/proc/{name}/cmdline", "rb") as file:
                    words = file.read()
            except OSError:
                continue
            if folder.encode() in words:
                found.append(int(name))
    return found


def files(folder):
    return sorted(os.path.join(at, name) for at, _, names in os.walk(folder) for name in names)


def totp(key, ago=0):
    secret = base64.b32decode(key + "=" * (-len(key) % 8))
    digest = hmac.new(secret, struct.pack(">Q", int(time.time()) // 30 - ago), hashlib.sha1).digest()
    at = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[at:at + 4])[0] & 0x7FFFFFFF) % 1000000:06d}"


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


class Demo:
    """A running demo; what it says is kept by line, with the second."""

    def __init__(self, folder, *words, tongue="en"):
        self.folder = folder
        self.began = time.monotonic()
        self.process = subprocess.Popen([CUTLINE, "demo", f"folder={folder}", f"port={free_port()}", *words, "--lang", tongue], cwd=SOURCE,
                                        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self.said = []
        threading.Thread(target=self.listen, daemon=True).start()

    def listen(self):
        for line in self.process.stdout:
            self.said.append((time.monotonic() - self.began, line))

    def text(self):
        return "".join(line for _, line in self.said)

    def when(self, word, seconds=120):
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            for at, line in self.said:
                if word in line:
                    return at
            if self.process.poll() is not None:
                break
            time.sleep(0.05)
        raise AssertionError(f"nothing says `{word}`:\n{self.text()}{self.logs()}")

    def logs(self):
        said = ""
        for path in files(os.path.join(self.folder, "log")):
            with open(path, encoding="utf-8") as file:
                said += f"== {path}\n" + "".join(file.readlines()[-5:])
        return said

    def port(self):
        return int(re.search(r"http://127\.0\.0\.1:(\d+)/", self.text()).group(1))

    def ask(self, method, path, body=None, headers=None):
        line = http.client.HTTPConnection("127.0.0.1", self.port(), timeout=30)
        sent = dict(headers or {}, **{"Content-Type": "application/json"} if body else {})
        line.request(method, path, json.dumps(body) if body else None, sent)
        answer = line.getresponse()
        said = answer.read()
        line.close()
        return answer.status, json.loads(said) if said else {}

    def users(self):
        with open(os.path.join(self.folder, "users"), encoding="utf-8") as file:
            return [line.rstrip("\n").split("\t") for line in file if not line.startswith("#")]

    def end(self, how=signal.SIGINT):
        self.process.send_signal(how)
        return self.process.wait(60)

    def gone(self, seconds=30):
        """Nothing of it is left."""
        until = time.monotonic() + seconds
        while processes(self.folder):
            if time.monotonic() > until:
                raise AssertionError([open(f"/proc/{id}/cmdline", "rb").read() for id in processes(self.folder)])
            time.sleep(0.1)


class Newcomer(unittest.TestCase):
    def setUp(self):
        self.home = tempfile.mkdtemp(prefix="cutline-demo-")
        self.addCleanup(shutil.rmtree, self.home)
        self.folder = os.path.join(self.home, "d")
        self.demos = []
        self.addCleanup(self.end_all)

    def end_all(self):
        for demo in self.demos:
            if demo.process.poll() is None:
                demo.process.kill()
                demo.process.wait()
            demo.gone()
            demo.process.stdout.close()

    def demo(self, *words, **more):
        self.demos.append(Demo(self.folder, *words, **more))
        return self.demos[-1]

    def test_there_is_something_to_see_soon_everybody_logs_in_and_all_ends(self):
        tree = files(os.path.join(SOURCE, "src"))
        demo = self.demo()
        alert = demo.when("the first alert is there")
        answer = demo.when("the first answer of a carrier is there")
        print(f"first alert {alert:.1f} s (at most {ALERT_S} x {FACTOR:g}), first answer of a carrier {answer:.1f} s "
              f"(at most {ANSWER_S} x {FACTOR:g}) after the start", file=sys.stderr)
        self.assertLessEqual(alert, ALERT_S * FACTOR)
        self.assertLessEqual(answer, ANSWER_S * FACTOR)
        demo.when("users (only you may read it)")
        self.everybody_logs_in(demo)
        for path in files(self.folder):
            self.assertEqual(os.stat(path).st_mode & 0o077, 0, path)
        self.assertEqual(demo.end(), 0)
        demo.gone(1)
        self.assertEqual(os.listdir(self.home), ["d"])
        self.assertEqual(files(os.path.join(SOURCE, "src")), tree)

    def everybody_logs_in(self, demo):
        roles = set()
        users = demo.users()
        for login, password, key, role, _ in users:
            if not login.startswith("auto-"):
                self.assertIn(password, demo.text())
            said = subprocess.run([CUTLINE, "demo", "code", login, f"folder={self.folder}"], capture_output=True, text=True,
                                  check=True).stdout.strip()
            self.assertIn(said, (totp(key), totp(key, 1)))
            status, answer = demo.ask("POST", "/v1/login", {"login": login, "password": password, "code": said})
            self.assertEqual(status, 200, (login, answer))
            roles.update(json.loads(role))
        self.assertLessEqual({"administrator", "engineer", "analyst", "duty", "supervisor", "auditor", "operator", "liaison"},
                             roles)
        with open(os.path.join(self.folder, "token", "duty"), encoding="ascii") as file:
            token = file.read().strip()
        status, answer = demo.ask("GET", "/v1/work?limit=5", headers={"Authorization": "Bearer " + token})
        self.assertEqual(status, 200, answer)
        self.assertTrue(answer["work"])

    def test_every_step_of_the_tour_can_be_gone(self):
        demo = self.demo()
        demo.when("tour 10 of 10", 150 * FACTOR)
        with open(os.path.join(SOURCE, "docs", "tour.md"), encoding="utf-8") as file:
            page = file.read()
        shown = subprocess.run([CUTLINE, "demo", "tour", "--json", f"folder={self.folder}"], capture_output=True, text=True,
                               check=True).stdout
        steps = json.loads(shown)
        self.assertEqual(len(steps), 10)
        paths = dict(os.environ, PATH=os.path.dirname(CUTLINE) + ":" + os.environ["PATH"])
        for step in steps:
            self.assertTrue(step["ready"], step)
            self.assertIn(step["en"], page)
            self.assertIn(step["zh"], page)
            self.assertIn(step["en"], demo.text())
            run = subprocess.run(step["command"], shell=True, cwd=SOURCE, env=paths, capture_output=True, text=True)
            self.assertEqual(run.returncode, 0, (step, run.stdout, run.stderr))
            if step["page"] == "alerts":
                self.assertTrue(json.loads(run.stdout)["alerts"])
        self.there_is_work_of_every_kind(demo)
        self.there_is_a_past(demo)
        self.assertEqual(demo.end(), 0)

    def there_is_work_of_every_kind(self, demo):
        """What the console's pages show, asked as the desks would."""
        desks = {"duty": ["lead_check", "site_task", "dissuasion", "stop_order", "case", "victim", "suspect", "freeze",
                          "return_claim", "fund_return", "source_area", "victim_area"],
                 "police": ["sanction", "penalty"], "auto-clerk": ["inspection_batch", "inspection"],
                 "auto-city": ["appeal"], "auto-bank-a": ["sanction_order"]}
        for login, kinds in desks.items():
            with open(os.path.join(self.folder, "token", login), encoding="ascii") as file:
                token = {"Authorization": "Bearer " + file.read().strip()}
            for kind in kinds:
                status, answer = demo.ask("GET", f"/v1/work?kind={kind}&all=1&limit=100", headers=token)
                self.assertEqual(status, 200, answer)
                self.assertTrue(answer["work"], f"no {kind}\n{demo.logs()}")

    def there_is_a_past(self, demo):
        with open(os.path.join(self.folder, "token", "supervisor"), encoding="ascii") as file:
            token = {"Authorization": "Bearer " + file.read().strip()}
        day = time.strftime("%Y-%m-%d", time.gmtime(time.time() - 40 * 86400))
        end = time.strftime("%Y-%m-%d", time.gmtime(time.time() - 10 * 86400))
        status, answer = demo.ask("GET", f"/v1/reports?from={day}&to={end}&form=json", headers=token)
        self.assertEqual(status, 200, answer)
        self.assertIn("imported", json.dumps(answer))

    def test_after_kill_9_nothing_is_left_and_it_begins_anew(self):
        demo = self.demo()
        demo.when("the first alert is there")
        self.assertGreaterEqual(len(processes(self.folder)), 7)
        with open(os.path.join(self.folder, "cutline.yaml"), encoding="utf-8") as file:
            before = file.read()
        demo.end(signal.SIGKILL)
        demo.gone()
        again = self.demo("for=1s", tongue="zh")
        self.assertEqual(again.process.wait(120), 0, again.text())
        self.assertIn("已全部结束", again.text())
        with open(os.path.join(self.folder, "cutline.yaml"), encoding="utf-8") as file:
            self.assertNotEqual(file.read(), before)  # other keys

    def test_ctrl_c_while_it_is_set_up(self):
        for pause in (0.1, 0.5, 1.5):
            demo = self.demo()
            time.sleep(pause * FACTOR)
            self.assertIn(demo.end(), (0, 130), demo.text())
            demo.gone(1)

    def test_what_is_not_its_own_is_not_touched(self):
        os.mkdir(self.folder)
        with open(os.path.join(self.folder, "thesis"), "w", encoding="ascii") as file:
            file.write("ten years")
        demo = self.demo()
        self.assertEqual(demo.process.wait(30), 3)
        demo.when("is not a demo's", 5)
        self.assertEqual(os.listdir(self.folder), ["thesis"])

    def test_one_at_a_time_in_one_directory(self):
        demo = self.demo("actors=no")
        demo.when("the first alert is there")
        other = self.demo()
        self.assertEqual(other.process.wait(30), 3)
        other.when("is running here", 5)
        self.assertEqual(demo.end(), 0)

    def test_wrong_words_are_refused(self):
        for word in ("speed=0", "speed=fast", "for=x", "colour=red", "people=3"):
            run = subprocess.run([CUTLINE, "demo", f"folder={self.folder}", word], capture_output=True, text=True)
            self.assertEqual(run.returncode, 2, run.stderr)
            self.assertFalse(os.path.exists(self.folder))


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=1)
