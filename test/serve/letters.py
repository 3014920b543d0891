"""letters.py -- partners' letters at the door of a real service: who is believed, what is answered, what is counted."""
# SPDX-License-Identifier: Apache-2.0
import datetime
import json
import os
import shutil
import subprocess
import sys
import time

import house
from house import CUTLINE, SOURCE

TOOL = os.path.join(SOURCE, "tools", "partner", "letter.mjs")
CANARY = "+8613911112222"


def node(*words, text=""):
    return subprocess.run(["node", TOOL, *words], input=text, capture_output=True, text=True, timeout=60, check=True).stdout


def pair():
    lines = dict(line.split(maxsplit=1) for line in node("key").splitlines())
    return lines["seed"], lines["key"]


def config(key, more=""):
    return (f"letters: {{organisation: centre}}\npartners:\n- {{id: carrier-a, key: {key}}}\n"
            f"- {{id: bank-b, key: {pair()[1]}, way: folder, folder: bank}}\n" + more)


class Letters(house.Case):
    def setUp(self):
        self.seed, self.key = pair()
        self.house = house.House(config(self.key)).start()
        self.addCleanup(self.house.end)
        self.house.enrol()

    def letter(self, **said):
        now = datetime.datetime.now(datetime.timezone.utc)
        written = {"id": os.urandom(16).hex(), "kind": "nothing.here", "from": "carrier-a", "to": "centre",
                   "expires": (now + datetime.timedelta(minutes=3)).strftime("%Y-%m-%dT%H:%M:%SZ"),
                   "body": {"number": CANARY}, **said}
        return node("write", self.seed, text=json.dumps(written))

    def post(self, envelope):
        status, _, answer = self.house.ask("POST", "/v1/letters", envelope, {"Content-Type": "application/json"},
                                           token=False)
        return status, answer

    def test_only_letters_of_partners_are_looked_at_and_each_fault_is_told(self):
        for envelope, fault in (("{}", "ENVELOPE"), ("nonsense", "ENVELOPE"), (self.letter(), "KIND"),
                                (self.letter(to="somebody"), "SELF"), (self.letter(**{"from": "carrier-b"}), "SENDER"),
                                (self.letter(**{"from": "bank-b"}), "KEY"),
                                (self.letter(expires="2020-01-01T00:00:00Z", issued="2019-12-31T00:00:00Z"), "EXPIRED")):
            status, answer = self.post(envelope)
            self.assertEqual((status, answer["detail"].split(":")[0]), (422, fault))
        figures = self.house.figures()
        self.assertEqual(figures['cutline_letters_taken_total{outcome="refused"}'], 7)
        self.assertEqual(figures['cutline_letters_taken_total{outcome="taken"}'], 0)
        self.assertNotIn(CANARY, self.house.read_log())

    def test_our_key_is_there_to_be_given_to_partners_and_stays(self):
        with open(os.path.join(self.house.data, "letter.pub"), encoding="ascii") as file:
            key = file.read()
        self.assertEqual(len(key), 45)
        self.assertEqual(sorted(os.listdir(os.path.join(self.house.folder, "bank"))), ["in", "out", "refused"])
        self.assertEqual(self.house.stop(), 0)
        self.house.start()
        with open(os.path.join(self.house.data, "letter.pub"), encoding="ascii") as file:
            self.assertEqual(file.read(), key)

    def rotate(self, *words, code=0):
        done = subprocess.run([CUTLINE, "keys", "rotate", *words, "--data", self.house.data, "--lang", "en"],
                              capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, code, done.stderr)
        return done.stdout

    def public(self):
        with open(os.path.join(self.house.data, "letter.pub"), encoding="ascii") as file:
            return file.read()

    def test_our_next_key_is_shown_before_it_is_used_and_then_it_is_ours(self):
        before = self.public()
        self.rotate("letter", code=5)  # it is served
        self.assertEqual(self.house.stop(), 0)
        self.rotate("letter", "now", code=5)  # there is none
        self.rotate("letters", code=2)
        next = self.rotate("letter")
        self.assertEqual(len(next), 45)
        self.assertNotEqual(next, before)
        self.assertEqual(self.rotate("letter"), next)  # asked again, it is the same
        self.house.start()
        self.assertEqual(self.public(), before)
        self.assertEqual(self.house.stop(), 0)
        self.rotate("letter", "now")
        keys = os.path.join(self.house.data, "keys")
        self.assertEqual(sorted(name for name in os.listdir(keys) if name.startswith("letter")), ["letter", "letter.old"])
        self.assertEqual({os.stat(os.path.join(keys, name)).st_mode & 0o777 for name in os.listdir(keys)}, {0o600})
        self.house.start()
        self.assertEqual(self.public(), next)

    def test_a_file_that_is_laid_into_a_folder_and_not_believed_is_set_aside(self):
        inbox = os.path.join(self.house.folder, "bank", "in")
        with open(os.path.join(inbox, "x.new"), "w", encoding="ascii") as file:
            file.write(self.letter())
        os.rename(os.path.join(inbox, "x.new"), os.path.join(inbox, "x.letter"))
        refused = os.path.join(self.house.folder, "bank", "refused")
        until = time.monotonic() + 30
        while os.listdir(refused) != ["x.letter"] and time.monotonic() < until:
            time.sleep(0.05)
        self.assertEqual((os.listdir(inbox), os.listdir(refused)), ([], ["x.letter"]))

    def test_a_wrong_partner_is_told_before_the_start(self):
        with open(self.house.config, "a", encoding="utf-8") as file:
            file.write("- {id: carrier-a, key: abc}\n")
        run = subprocess.run([CUTLINE, "config", "check", self.house.config], capture_output=True, text=True, timeout=60,
                             check=False)
        self.assertEqual(run.returncode, 3)
        self.assertIn("two partners have this id", run.stderr)


class NoPartners(house.Case):
    def test_without_partners_there_is_no_door(self):
        status, _, _ = self.house.ask("POST", "/v1/letters", "{}", {"Content-Type": "application/json"}, token=False)
        self.assertEqual(status, 503)


if shutil.which("node") is None:
    print("skipped: node is not installed")
    sys.exit(77)
house.main()
