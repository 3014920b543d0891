"""receipts.py -- a text to a person is followed to the telephone: a gateway in a folder, with the letter tool of a partner,
that answers, is silent, fails, repeats itself, and lies."""
# SPDX-License-Identifier: Apache-2.0
import datetime
import json
import os
import shutil
import subprocess
import sys
import time

from people import SOURCE, Desk, House, Person, main

TOOL = os.path.join(SOURCE, "tools", "partner", "letter.mjs")


def node(*words, text=""):
    return subprocess.run(["node", TOOL, *words], input=text, capture_output=True, text=True, timeout=60, check=True).stdout


class Gateway:
    """What stands in the folder is opened and answered as the test says."""

    def __init__(self, folder):
        self.folder = folder
        lines = dict(line.split(maxsplit=1) for line in node("key").splitlines())
        self.seed, self.key, self.seen = lines["seed"].strip(), lines["key"].strip(), []

    def know(self, data):
        with open(os.path.join(data, "letter.pub"), encoding="ascii") as file:
            ours = file.read().strip()
        self.keys = os.path.join(self.folder, "keys.json")
        with open(self.keys, "w", encoding="ascii") as file:
            json.dump({"centre": [ours]}, file)

    def next(self, seconds=20):
        """The next message that was not seen before; its file is left where it is, as by one that was killed."""
        until = time.monotonic() + seconds
        out = os.path.join(self.folder, "out")
        while time.monotonic() < until:
            for name in sorted(os.listdir(out)):
                if name in self.seen or not name.endswith(".letter"):
                    continue
                try:
                    with open(os.path.join(out, name), encoding="ascii") as file:
                        letter = json.loads(node("open", self.keys, "gate", text=file.read()))
                except (FileNotFoundError, subprocess.CalledProcessError):
                    continue
                self.seen.append(name)
                return letter
            time.sleep(0.05)
        raise AssertionError("no message came")

    def lay(self, name, envelope):
        path = os.path.join(self.folder, "in", name)
        with open(path + ".new", "w", encoding="ascii") as file:
            file.write(envelope)
        os.rename(path + ".new", path + ".letter")

    def say(self, letter, state, answer=None, **more):
        """A receipt; the last word answers the letter, any other names it."""
        last = state in ("acknowledged", "failed") if answer is None else answer
        now = datetime.datetime.now(datetime.timezone.utc)
        written = {"id": os.urandom(16).hex(), "kind": "contact.receipt", "from": "gate", "to": "centre",
                   "expires": (now + datetime.timedelta(minutes=3)).strftime("%Y-%m-%dT%H:%M:%SZ"),
                   "body": {"state": state, **({} if last else {"message": letter["id"]}), **more}}
        if last:
            written["reply_to"] = letter["id"]
        envelope = node("write", self.seed, text=json.dumps(written))
        self.lay(written["id"], envelope)
        return envelope


class Receipts(Desk):
    WAIT = 20

    def setUp(self):
        self.house = House()
        self.addCleanup(self.house.end)
        folder = os.path.join(self.house.folder, "gate")
        self.gate = Gateway(folder)
        with open(self.house.config, "a", encoding="utf-8") as file:
            file.write(f"contact: {{gateway: gate, receipt: {self.WAIT}s, tries: 2, tongue: en}}\n"
                       f"letters: {{organisation: centre}}\npartners:\n"
                       f"- {{id: gate, kind: gateway, way: folder, folder: gate, key: {self.gate.key}}}\n")
        self.house.start().enrol()
        self.gate.know(self.house.data)
        self.ann = Person(self.house, "ann", ["duty"])

    def contact(self, phone, channel="sms", grade="high", **more):
        id = self.ann.new("dissuasion", source="hotline", grade=grade, phone=phone, scam="T08")["id"]
        self.ann.take(id)
        self.ann.step(id, "sign")
        self.ann.step(id, "contact", channel=channel, **more)
        return id

    def waits(self, id, seconds=20, **wanted):
        until = time.monotonic() + seconds
        while True:
            item = self.ann.item(id)
            have = {name: item["fields"].get(name) if name != "state" else item["state"] for name in wanted}
            if have == wanted:
                return item
            assert time.monotonic() < until, (have, wanted, self.house.read_log()[-1500:])
            time.sleep(0.1)

    def test_a_text_is_delivered_read_and_acknowledged_and_then_the_person_is_reached(self):
        id = self.contact("13800002201")
        letter = self.gate.next()
        self.assertEqual(letter["body"]["channel"], "sms")
        self.assertIn("safe account", letter["body"]["text"])
        self.assertEqual(letter["body"]["to"], "+8613800002201")
        self.waits(id, receipt="waiting", tries=1, state="contacting")
        self.gate.say(letter, "read")
        self.waits(id, receipt="read", state="contacting")
        self.gate.say(letter, "delivered")  # the line turned them round
        envelope = self.gate.say(letter, "acknowledged", at="2026-03-02T01:02:03Z")
        item = self.waits(id, receipt="acknowledged", state="reached")
        self.gate.lay("again", envelope)
        time.sleep(self.WAIT + 2)  # nothing of it is silent now, and nothing happens twice
        self.assertEqual(self.ann.item(id)["version"], item["version"])
        steps = [row.get("step") for row in self.ann.get(f"/v1/work/{id}/log")["log"]]
        self.assertEqual([step for step in steps if step in ("sent", "heard", "acknowledge", "unheard")],
                         ["sent", "heard", "acknowledge"])
        self.assertNotIn("letter", item["fields"])  # which letter it was is nobody's business
        self.ann.step(id, "outcome", outcome="D01")

    def test_nobody_but_the_gateway_is_heard_and_no_word_that_it_may_not_say(self):
        id = self.contact("13800002204")
        letter = self.gate.next()
        self.gate.say(letter, "delivered", answer=True)  # no last word: it may not answer
        self.gate.say(letter, "silent", answer=True)
        self.gate.say(letter, "acknowledged", answer=False)
        self.gate.say({"id": "0" * 32}, "read")
        self.gate.say(letter, "read", secret="x")
        refused = os.path.join(self.gate.folder, "refused")
        until = time.monotonic() + 20
        while len(os.listdir(refused)) < 5 and time.monotonic() < until:
            time.sleep(0.05)
        self.assertEqual(len(os.listdir(refused)), 5)
        steps = [row.get("step") for row in self.ann.get(f"/v1/work/{id}/log")["log"]]
        self.assertEqual({"heard", "acknowledge"} & set(steps), set())


class Silence(Receipts):
    WAIT = 8
    test_a_text_is_delivered_read_and_acknowledged_and_then_the_person_is_reached = None
    test_nobody_but_the_gateway_is_heard_and_no_word_that_it_may_not_say = None

    def test_silence_sends_again_failure_goes_to_the_next_way_and_at_last_somebody_goes_there(self):
        id = self.contact("13800002202", message="Hang up and pay nothing.")
        first = self.gate.next()
        self.gate.say(first, "delivered")
        self.waits(id, receipt="delivered")
        second = self.gate.next()  # delivered is not acknowledged: the same way once more
        self.assertEqual((second["body"]["channel"], second["body"]["text"]), ("sms", "Hang up and pay nothing."))
        self.waits(id, tries=2, receipt="waiting")
        self.gate.say(first, "failed")  # of the text before: nothing
        third = self.gate.next()
        self.assertEqual(third["body"]["channel"], "flash_sms")
        self.gate.say(third, "failed", why="off")
        fourth = self.gate.next(seconds=6)  # at once
        self.assertEqual(fourth["body"]["channel"], "voice")
        self.assertEqual(fourth["body"]["text"], "Hang up and pay nothing.")
        self.gate.say(fourth, "failed")
        self.waits(id, state="unreached", receipt="failed")
        steps = [row.get("step") for row in self.ann.get(f"/v1/work/{id}/log")["log"]]
        self.assertEqual(steps.count("escalate"), 1)
        self.gate.say(first, "acknowledged")  # late, and still welcome
        self.waits(id, state="reached", receipt="acknowledged")

    def test_nothing_is_lost_when_it_is_killed_while_a_word_is_awaited(self):
        id = self.contact("13800002203", channel="voice", grade="low")
        self.gate.next()
        self.house.kill()
        time.sleep(self.WAIT)
        self.house.start()  # its time ran out meanwhile: once more, once
        again = self.gate.next()
        self.assertEqual(again["body"]["channel"], "voice")
        self.assertEqual(self.ann.item(id)["fields"]["tries"], 2)
        # Of the lowest grade nobody goes there: it stays for the desk, and says so.
        self.gate.say(again, "failed")
        self.waits(id, state="contacting", receipt="failed")
        self.assertNotIn("13800002203", self.house.read_log())


if shutil.which("node") is None:
    print("skipped: node is not installed")
    sys.exit(77)
if __name__ == "__main__":
    main()
