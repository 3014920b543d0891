"""rules.py -- rules of another person come into force while the service runs, and stay after a kill."""
# SPDX-License-Identifier: Apache-2.0
import json
import os
import subprocess
import time

import house
from house import RULES, call

OTHER = RULES.replace("rule fan_out on", "rule fan_out_two on").replace("callees >= 3", "callees >= 2")
WRONG = RULES.replace("line.callees", "line.calles")


class Rules(house.Case):
    def person(self, login, role):
        """A session of somebody new with this role, made by the administrator."""
        status, _, answer = self.house.ask("POST", "/v1/users", {
            "login": login, "name": login, "roles": [role], "reason": "test"}, self.house.session)
        self.assertEqual(status, 201, answer)
        status, _, answer = self.house.ask("POST", "/v1/enrol", {
            "code": answer["code"], "password": self.house.PASSWORD}, token=False)
        self.assertEqual(status, 200, answer)
        status, headers, answer = self.house.ask("POST", "/v1/login", {
            "login": login, "password": self.house.PASSWORD,
            "code": self.house.totp(answer["totp"]["key"])}, token=False)
        self.assertEqual(status, 200, answer)
        return {"Cookie": headers["Set-Cookie"].split(";")[0], "X-CSRF-Token": answer["csrf"]}

    def submit(self, session, text, note="test"):
        return self.house.ask("POST", "/v1/rules", {
            "note": note, "files": [{"path": "fan/fan.cut", "text": text}]}, session)

    def approve(self, session, version, role):
        return self.house.ask("POST", f"/v1/rules/{version['version']}/approve", {
            "image": version["image"], "role": role, "reason": "read"}, session)

    def becomes(self, session, version, state, seconds=30):
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            _, _, answer = self.house.ask("GET", f"/v1/rules/{version['version']}", headers=session)
            if answer.get("state") == state:
                return answer
            time.sleep(0.1)
        raise AssertionError(f"not {state}: {answer}\n{self.house.read_log()[-3000:]}")

    def alerts(self, query=""):
        until = time.monotonic() + 10
        while time.monotonic() < until:
            status, _, answer = self.house.ask("GET", "/v1/alerts" + query)
            self.assertEqual(status, 200, answer)
            if answer["alerts"]:
                return answer["alerts"]
            time.sleep(0.1)
        return []

    def test_a_version_goes_live_and_survives(self):
        house_ = self.house.enrol()
        engineer = self.person("engineer", "engineer")
        supervisor = self.person("supervisor", "supervisor")
        self.house.send("".join(call(n, caller=1) for n in range(2)), query="?kind=call")
        status, _, answer = self.submit(engineer, WRONG)
        self.assertEqual(status, 422)
        self.assertIn("calles", json.dumps(answer["diagnostics"]))
        status, _, version = self.submit(engineer, OTHER)
        self.assertEqual(status, 201, version)
        status, _, answer = self.approve(engineer, version, "live")
        self.assertEqual(status, 403, answer)
        status, _, answer = self.approve(supervisor, version, "live")
        self.assertEqual(status, 200, answer)
        shown = self.becomes(supervisor, version, "live")
        self.assertGreater(shown["position"], 2)
        # The caller's two strangers of before are remembered: the profile did not change.
        self.house.send(call(7, caller=1), query="?kind=call")
        rows = self.alerts("?q=rule:fan_out_two")
        self.assertEqual(len(rows), 1)
        self.assertEqual(rows[0]["alert"]["image"], version["image"])
        house_.kill()
        house_.start()
        loaded = [e for e in house_.events() if e["event_type"] == "rules_loaded"]
        self.assertEqual(loaded[-1]["image"], version["image"])
        self.assertEqual(len(self.alerts("?q=rule:fan_out_two")), 1)

    def test_what_the_old_rules_spoke_about_stays_theirs_after_a_kill(self):
        house_ = self.house.enrol()
        engineer = self.person("engineer", "engineer")
        supervisor = self.person("supervisor", "supervisor")
        self.house.send("".join(call(n, caller=1) for n in range(2)), query="?kind=call")
        _, _, version = self.submit(engineer, OTHER)
        self.assertEqual(self.approve(supervisor, version, "live")[0], 200)
        shown = self.becomes(supervisor, version, "live")
        # As if it had been killed before the snapshot behind the change had its name.
        folder = os.path.join(house_.data, "snapshot")
        later = []
        until = time.monotonic() + 30
        while not later and time.monotonic() < until:
            names = [name for name in os.listdir(folder) if name.endswith(".snap")]
            later = [name for name in names if int(name.split("-")[1].split(".")[0]) >= shown["position"]]
            time.sleep(0.1)
        house_.kill()
        self.assertTrue(later)
        for name in later:
            os.remove(os.path.join(folder, name))
        house_.start()
        loaded = [e for e in house_.events() if e["event_type"] == "rules_loaded"]
        self.assertEqual(loaded[-1]["image"], version["image"])
        self.assertFalse([e for e in house_.events() if e["event_type"] == "rules_lost"])
        _, _, answer = self.house.ask("GET", "/v1/alerts?q=rule:fan_out_two")
        self.assertEqual(answer["alerts"], [])
        self.house.send(call(7, caller=1), query="?kind=call")
        self.assertEqual(len(self.alerts("?q=rule:fan_out_two")), 1)

    def test_a_shadow_speaks_to_nobody_who_does_not_ask(self):
        self.house.enrol()
        engineer = self.person("engineer", "engineer")
        supervisor = self.person("supervisor", "supervisor")
        _, _, version = self.submit(engineer, OTHER)
        self.assertEqual(self.approve(supervisor, version, "shadow")[0], 200)
        self.becomes(supervisor, version, "shadow")
        self.house.send("".join(call(n, caller=2) for n in range(2)), query="?kind=call")
        rows = self.alerts("?q=shadow:yes")
        self.assertEqual(len(rows), 1)
        self.assertTrue(rows[0]["shadow"])
        status, _, answer = self.house.ask("POST", f"/v1/rules/{version['version']}/retire", {
            "image": version["image"], "reason": "seen enough"}, supervisor)
        self.assertEqual(status, 200, answer)
        self.becomes(supervisor, version, "retired")
        self.assertEqual(self.house.stop(), 0)

    def test_the_command_line_hands_in_and_lets_in(self):
        house_ = self.house.enrol()
        tokens = {}
        for name, role, scopes in (("engineer", "engineer", ["rules:write", "rules:read"]),
                                   ("supervisor", "supervisor", ["rules:approve", "rules:read"])):
            session = self.person(name, role)
            status, headers, answer = self.step_up(session, name, scopes)
            self.assertIn(status, (200, 201), answer)
            tokens[name] = os.path.join(house_.folder, name)
            with open(os.open(tokens[name], os.O_CREAT | os.O_WRONLY, 0o600), "w", encoding="utf-8") as file:
                file.write(answer.get("secret") or answer.get("token"))
        path = os.path.join(house_.folder, "other.cut")
        with open(path, "w", encoding="utf-8") as file:
            file.write(OTHER)
        to = f"http://127.0.0.1:{house_.port}"
        pushed = self.run_cutline("rules", "push", "-r", path, "--to", to, "--token", tokens["engineer"],
                                  "--reason", "fewer strangers are enough")
        self.assertEqual(pushed.returncode, 0, pushed.stderr)
        version = str(json.loads(pushed.stdout)["version"])
        own = self.run_cutline("rules", "approve", version, "--as", "live", "--to", to,
                               "--token", tokens["engineer"], "--reason", "mine")
        self.assertEqual(own.returncode, 5, own.stderr)
        let_in = self.run_cutline("rules", "approve", version, "--as", "live", "--to", to,
                                  "--token", tokens["supervisor"], "--reason", "read it")
        self.assertEqual(let_in.returncode, 0, let_in.stderr)

    def run_cutline(self, *words):
        return subprocess.run([house.CUTLINE, *words, "--lang", "en"], capture_output=True, text=True, timeout=60)

    def step_up(self, session, name, scopes):
        """A personal token; a session of a moment ago counts as stepped up."""
        return self.house.ask("POST", "/v1/me/tokens", {"name": name, "days": 1, "scopes": scopes}, session)


if __name__ == "__main__":
    house.main()
