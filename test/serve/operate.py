"""operate.py -- top, doctor and the log of a service: right, and without personal data."""
# SPDX-License-Identifier: Apache-2.0
import json
import os
import shutil
import subprocess

import house
from house import CUTLINE, SOURCE, call


def run(*words):
    return subprocess.run([CUTLINE, *words, "--lang", "en"], capture_output=True, text=True, timeout=120)


class Operate(house.Case):
    def test_top_shows_what_the_service_says(self):
        self.house.enrol()
        self.house.send(call(1) + call(2) + "x\n")
        token = os.path.join(self.house.folder, "token")
        with open(token, "w", encoding="utf-8") as file:
            file.write(self.house.token)
        os.chmod(token, 0o644)
        words = ("top", "--to", f"http://127.0.0.1:{self.house.port}", "--token", token)
        refused = run(*words, "--once")
        self.assertEqual(refused.returncode, 3)
        self.assertIn("chmod 600", refused.stderr)
        os.chmod(token, 0o600)
        shown = run(*words, "--once")
        self.assertEqual(shown.returncode, 0, shown.stderr)
        self.assertRegex(shown.stdout, r"(?m)^accepted +2 ")
        figures = json.loads(run(*words, "--json").stdout)
        self.assertEqual(figures['cutline_ingest_events_total{outcome="rejected"}'], 1)
        chinese = subprocess.run([CUTLINE, *words, "--once", "--lang", "zh"], capture_output=True, text=True)
        self.assertIn("已接受", chinese.stdout)
        self.house.kill()
        self.assertEqual(run(*words, "--once").returncode, 75)
        self.house.start()

    def test_doctor_says_what_is_wrong_and_what_to_do(self):
        data = ("doctor", "--data", self.house.data, "--config", self.house.config)
        served = run(*data)
        self.assertEqual(served.returncode, 0, served.stdout)
        self.assertIn("a process serves from it", served.stdout)
        self.assertEqual(self.house.stop(), 0)
        still = run(*data)
        self.assertEqual(still.returncode, 0, still.stdout)
        self.assertIn("journal, tables and audit log are whole", still.stdout)
        self.assertIn("note  a backup", still.stdout)
        os.chmod(self.house.data, 0o755)
        journal = os.path.join(self.house.data, "journal")
        os.rename(journal, journal + ".aside")
        wrong = run(*data)
        self.assertEqual(wrong.returncode, 1)
        self.assertIn("chmod 700", wrong.stdout)
        self.assertIn("BAD   journal", wrong.stdout)
        os.rename(journal + ".aside", journal)
        os.chmod(self.house.data, 0o700)
        self.house.start()

    def test_the_law_in_force_is_named_and_a_wrong_pack_refuses_the_start(self):
        named = [event["pack"] for event in self.house.events() if event["event_type"] == "law_loaded"]
        self.assertTrue(any(stamp.startswith("cn-final-2024-12 sha256:") for stamp in named), named)
        packs = os.path.join(self.house.folder, "packs")
        shutil.copytree(os.path.join(SOURCE, "law"), packs)
        path = os.path.join(packs, "cn-stop-2016.yaml")
        with open(path, encoding="utf-8") as file:
            text = file.read()
        with open(path, "w", encoding="utf-8") as file:
            file.write(text.replace("value: 48,", "value: 48h,"))
        config = os.path.join(self.house.folder, "law.yaml")
        with open(config, "w", encoding="utf-8") as file:
            file.write("law: {packs: packs}\nlisten: {port: 0}\n")
        data = os.path.join(self.house.folder, "other")
        refused = run("serve", "--data", data, "--config", config)
        self.assertEqual(refused.returncode, 3, refused.stderr)
        self.assertIn("`48h` is no whole number", refused.stderr)
        looked = run("doctor", "--data", self.house.data, "--config", config)
        self.assertIn("BAD   the law packs", looked.stdout)

    def test_every_line_of_the_log_is_as_the_schema_says(self):
        self.house.enrol()
        self.house.send(call(1))
        self.house.stop()
        with open(os.path.join(SOURCE, "src", "vitals", "log.schema.json"), encoding="utf-8") as file:
            schema = json.load(file)
        kinds = {"string": str, "integer": int}
        lines = self.house.events()
        self.assertGreater(len(lines), 5)
        for line in lines:
            self.assertEqual(set(schema["required"]) - set(line), set())
            for name, value in line.items():
                self.assertIn(name, schema["properties"])
                said = schema["properties"][name]
                if "enum" in said:
                    self.assertIn(value, said["enum"])
                else:
                    self.assertIsInstance(value, kinds[said["type"]])
            self.assertNotIn("+86", json.dumps(line))
        self.house.start()


if __name__ == "__main__":
    house.main()
