"""reloads.py -- number plan, directory and law packs are read again on SIGHUP; what is wrong leaves the old in force."""
# SPDX-License-Identifier: Apache-2.0
import json
import os
import shutil
import signal
import subprocess
import time

from people import CUTLINE, SOURCE, Desk, House, Person, main

PLAN = "prefix,digits,carrier,region,type\n+86139,13,{carrier},,mobile\n"


class Reloads(Desk):
    def setUp(self):
        self.house = House()
        self.addCleanup(self.house.end)
        shutil.copytree(os.path.join(SOURCE, "law"), self.path("packs"))
        os.mkdir(self.path("plan"))
        self.write("plan/a.csv", PLAN.format(carrier="mobile"))
        self.write("directory.yaml", "directory: 1\ncarriers: []\n")
        with open(self.house.config, "a", encoding="utf-8") as file:
            file.write("lead: {plan: plan, directory: directory.yaml}\nlaw: {packs: packs}\n")
        self.house.start().enrol()
        self.ann = Person(self.house, "ann", ["duty", "analyst"])

    def path(self, name):
        return os.path.join(self.house.folder, name)

    def write(self, name, text):
        with open(self.path(name), "w", encoding="utf-8") as file:
            file.write(text)

    def reload(self, event, count=1):
        """Says it, and waits for so many more of these events."""
        before = sum(one["event_type"] == event for one in self.house.events())
        self.house.process.send_signal(signal.SIGHUP)
        until = time.monotonic() + 20
        while True:
            now = [one for one in self.house.events() if one["event_type"] == event]
            if len(now) >= before + count:
                return now[before:]
            assert time.monotonic() < until, self.house.read_log()[-2000:]
            time.sleep(0.05)

    def carrier_of(self, number):
        """The carrier that a new lead on this number would be asked of."""
        item = self.ann.new("lead_check", number=number, origin="hotline")
        return self.ann.item(item["id"])["fields"].get("carrier")

    def test_another_plan_holds_for_the_next_lead_and_a_wrong_one_changes_nothing(self):
        self.assertEqual(self.carrier_of("13900003301"), "mobile")
        self.write("plan/a.csv", PLAN.format(carrier="unicom"))
        self.assertEqual(self.carrier_of("13900003302"), "mobile")  # nobody has said so yet
        self.reload("reloaded")
        self.assertEqual(self.carrier_of("13900003303"), "unicom")
        self.write("plan/a.csv", "nonsense\n")
        said = self.reload("reload_failed")[0]
        self.assertIn("a.csv", said["what"])
        self.assertEqual(self.carrier_of("13900003304"), "unicom")
        self.write("plan/a.csv", PLAN.format(carrier="mobile"))
        self.write("directory.yaml", "directory: 1\nkings: []\n")
        self.assertIn("directory", self.reload("reload_failed")[0]["what"])
        self.write("directory.yaml", "directory: 1\ncarriers: []\n")
        self.reload("reloaded")
        self.assertEqual(self.carrier_of("13900003305"), "mobile")
        outcomes = [entry["outcome"] for entry in self.audit("service.reload")]
        self.assertEqual(sorted(outcomes), ["done", "done", "partly", "partly"])

    def first_contact(self, phone):
        item = self.ann.new("dissuasion", source="hotline", grade="extreme", phone=phone)
        clock = [one for one in item["clocks"] if one["clock"] == "first_contact"][0]
        begun, due = (clock[name][17:23] for name in ("started", "due"))
        return round(float(due) - float(begun)) % 60

    def test_law_packs_change_as_a_whole_or_not_at_all(self):
        path = "packs/cutline-defaults-2026.yaml"
        with open(self.path(path), encoding="utf-8") as file:
            text = file.read()
        entry = [line for line in text.splitlines() if line.strip().startswith("dissuasion.extreme.contact:")][0]
        self.assertEqual(self.first_contact("13800003301"), 0)  # a minute
        other = entry.replace("value: 1,", "value: 30,").replace("unit: minute", "unit: second")
        self.assertNotEqual(other, entry)
        self.write(path, text.replace(entry, entry.replace("value: 1,", "value: soon,")))
        self.assertIn("cutline-defaults-2026.yaml", self.reload("reload_failed")[0]["what"])
        self.assertEqual(self.first_contact("13800003302"), 0)
        self.write(path, text.replace(entry, other))
        self.assertEqual(self.reload("reloaded")[0]["count"], 1)
        self.assertEqual(self.first_contact("13800003303"), 30)
        self.assertEqual(self.reload("reloaded")[0]["count"], 0)  # the same again is no change
        named = [one["pack"] for one in self.house.events() if one["event_type"] == "law_loaded"]
        self.assertEqual(len({stamp for stamp in named if stamp.startswith("cutline-defaults-2026")}), 2)

    def test_many_at_once_while_leads_are_made(self):
        for n in range(20):
            self.house.process.send_signal(signal.SIGHUP)
            self.assertEqual(self.carrier_of(f"139000034{n:02d}"), "mobile")
        self.assertEqual(self.house.stop(), 0)
        shown = subprocess.run([CUTLINE, "audit", "verify", self.house.data, "--json"], capture_output=True, text=True)
        self.assertEqual(shown.returncode, 0, shown.stdout + shown.stderr)
        json.loads(shown.stdout)


if __name__ == "__main__":
    main()
