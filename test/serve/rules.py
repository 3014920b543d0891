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
        # The folder's rules, with which it began, are those that whoever writes begins with.
        status, _, folder = self.house.ask("GET", "/v1/rules/0", headers=engineer)
        self.assertEqual((status, folder["state"], len(folder["files"])), (200, "folder", 1), folder)
        self.assertEqual(folder["files"][0]["text"], RULES)
        self.assertEqual(folder["files"][0]["path"].count("/"), 1)  # no path of the machine
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
        self.assertEqual(self.house.ask("GET", "/v1/rules/0", headers=engineer)[0], 404)

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

    def thought(self, seconds=60):
        """Everything that was sent has been thought about."""
        position = 'cutline_journal_position{point="%s"}'
        durable = self.house.figures()[position % "durable"]
        until = time.monotonic() + seconds
        while self.house.figures()[position % "thought"] < durable:
            self.assertLess(time.monotonic(), until)
            time.sleep(0.05)

    def task(self, session, answer, wanted="done", seconds=60):
        until = time.monotonic() + seconds
        while answer.get("state") == "running" and time.monotonic() < until:
            time.sleep(0.1)
            status, _, answer = self.house.ask("GET", f"/v1/tasks/{answer['id']}", headers=session)
            self.assertEqual(status, 200, answer)
        self.assertEqual(answer.get("state"), wanted, answer)
        return answer

    def backtest(self, session, text, hours=1, **more):
        return self.house.ask("POST", "/v1/rules/backtest", {
            "hours": hours, "files": [{"path": "fan/fan.cut", "text": text}], **more}, session)

    def test_rules_are_tried_on_history(self):
        house_ = self.house.enrol()
        engineer = self.person("engineer", "engineer")
        # 1 calls three strangers, 2 calls two, 3 calls one: the rules in force speak of 1 alone.
        self.house.send("".join(call(10 * caller + n, caller=caller) for caller in (1, 2, 3)
                                for n in range(4 - caller)), query="?kind=call")
        self.thought()
        self.assertEqual([row["alert"]["rule"] for row in self.alerts()], ["fan_out"])

        status, _, answer = self.backtest(engineer, OTHER)
        self.assertEqual(status, 202, answer)
        task = self.task(engineer, answer)
        result = task["result"]
        self.assertEqual((task["done"], task["hours"]), (task["of"], 1))
        self.assertEqual((result["records"], result["alerts"], result["alerts_live"]), (6, 2, 1), result)
        self.assertEqual((result["new"], result["gone"], result["same"]), (1, 0, 1), result)
        self.assertIsNone(result["cut"])
        self.assertEqual(result["reached"], result["to"])
        rows = {row["rule"]: row for row in result["rules"]}
        self.assertEqual((rows["fan_out_two"]["new"], rows["fan_out_two"]["same"]), (1, 1))
        self.assertEqual((rows["fan_out"]["alerts_live"], rows["fan_out"]["gone"]), (1, 0))
        self.assertEqual(result["days"], [{"day": "2026-03-02", "alerts": 2, "alerts_live": 1}])
        self.assertEqual([len(result["examples"][kind]) for kind in ("new", "gone", "same")], [1, 0, 1])
        self.assertNotIn("13800000002", json.dumps(result))  # masked
        self.assertIsNone(result["examples"]["new"][0]["live"])
        live = result["examples"]["same"][0]["live"]
        self.assertEqual([row["alert"]["id"] for row in self.alerts()], [live])
        self.assertEqual(result["decided_live"], {"confirmed": 0, "false_alarm": 0})
        status, _, listed = self.house.ask("GET", "/v1/tasks", headers=engineer)
        self.assertEqual((status, listed["tasks"]), (200, [{**task, "result": None}]))

        # What somebody decided of the alert counts for both sides, or is lost with it.
        analyst = self.person("analyst", "analyst")
        status, _, answer = self.house.ask("POST", f"/v1/alerts/{live}/decide", {
            "outcome": "confirmed", "reason": "test"}, analyst)
        self.assertEqual(status, 200, answer)

        status, _, answer = self.backtest(engineer, RULES.replace(">= 3", ">= 4"))
        self.assertEqual(status, 202, answer)
        result = self.task(engineer, answer)["result"]
        self.assertEqual((result["new"], result["gone"], result["same"]), (0, 1, 0), result)
        self.assertEqual([row["live"] for row in result["examples"]["gone"]], [live])
        self.assertEqual(result["decided_live"], {"confirmed": 1, "false_alarm": 0})
        self.assertEqual(result["decided"], {"confirmed": 0, "false_alarm": 0})

        # Those in force, over the same records: nothing new, nothing gone.
        status, _, answer = self.backtest(engineer, RULES)
        result = self.task(engineer, answer)["result"]
        self.assertEqual((result["new"], result["gone"], result["same"]), (0, 0, 1), result)

        # What runs live has heard nothing of all this, and the log knows who asked.
        _, _, alerts = self.house.ask("GET", "/v1/alerts")
        self.assertEqual(len(alerts["alerts"]), 1)
        auditor = self.person("auditor", "auditor")
        _, _, audit = self.house.ask("GET", "/v1/audit?action=rules.backtest", headers=auditor)
        self.assertEqual(len(audit["entries"]), 3, audit)
        tried = [event for event in house_.events() if event["event_type"] == "rules_tried"]
        self.assertEqual([event["what"] for event in tried], ["done"] * 3)

        # A task is the process's, and gone with it.
        house_.kill()
        house_.start()
        self.assertEqual(self.house.ask("GET", "/v1/tasks", headers=engineer)[2]["tasks"], [])
        self.assertEqual(self.house.ask("GET", f"/v1/tasks/{task['id']}", headers=engineer)[0], 404)
        self.assertEqual(self.house.stop(), 0)

    def test_what_cannot_be_tried_is_said(self):
        self.house.enrol()
        engineer = self.person("engineer", "engineer")
        self.assertEqual(self.backtest(engineer, WRONG)[0], 422)
        self.assertEqual(self.backtest(engineer, OTHER, hours=0)[0], 422)
        self.assertIn(self.backtest(engineer, OTHER, hours=721)[0], (400, 422))
        self.assertEqual(self.backtest(self.person("auditor", "auditor"), OTHER)[0], 403)
        self.assertEqual(self.house.ask("GET", "/v1/tasks/t_0", headers=engineer)[0], 404)
        self.assertEqual(self.house.ask("POST", "/v1/tasks/t_0/stop", {}, engineer)[0], 404)

    def test_a_trial_is_stopped_by_whose_it_is_and_ends_with_the_service(self):
        self.house.enrol()
        engineer, other = self.person("engineer", "engineer"), self.person("analyst", "analyst")
        for part in range(20):
            self.house.send("".join(call(2000 * part + n, caller=n % 997) for n in range(2000)), query="?kind=call")
        self.thought()
        status, _, answer = self.backtest(engineer, OTHER)
        self.assertEqual(status, 202, answer)
        stop = f"/v1/tasks/{answer['id']}/stop"
        status, headers, second = self.backtest(engineer, OTHER)
        self.assertEqual(status, 429, second)
        self.assertIn("Retry-After", headers)
        self.assertEqual(self.house.ask("GET", f"/v1/tasks/{answer['id']}", headers=other)[0], 200)
        self.assertEqual(self.house.ask("POST", stop, {}, other)[0], 403)
        self.assertEqual(self.house.ask("POST", stop, {}, engineer)[0], 200)
        self.assertIsNone(self.task(engineer, answer, wanted="stopped")["result"])
        status, _, answer = self.backtest(engineer, OTHER)
        self.assertEqual(status, 202, answer)
        self.assertEqual(self.house.stop(), 0)

    def test_a_trial_that_fills_its_memory_says_where_it_ended(self):
        self.house.enrol()
        engineer = self.person("engineer", "engineer")
        for part in range(20):
            self.house.send("".join(call(2000 * part + n, caller=2000 * part + n) for n in range(2000)),
                            query="?kind=call")
        self.thought()
        many = "".join(f"profile p{n} by call.caller {{ c{n} = distinct callee over 1h }}\n" for n in range(24))
        conditions = " and ".join(f"p{n}.c{n} >= 2" for n in range(24))
        greedy = many + RULES[RULES.index("rule"):].replace("line.callees >= 3", conditions).replace(
            "high when line.callees >= 5, low", "low")
        status, _, answer = self.backtest(engineer, greedy)
        self.assertEqual(status, 202, answer)
        result = self.task(engineer, answer)["result"]
        self.assertEqual(result["cut"]["by"], "memory", result)
        self.assertLess(result["reached"], result["to"])
        self.assertLess(result["records"], 40000)
        _, _, ready = self.house.ask("GET", "/readyz", token=False)
        self.assertTrue(ready["ready"], ready)  # detection noticed nothing

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
