"""people.py -- a served house with people in it: a centre with its desk, and other organisations.

usage of a script: SCRIPT.py PATH_OF_CUTLINE SOURCE_ROOT
"""
# SPDX-License-Identifier: Apache-2.0
import os
import re
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "serve"))
from house import CUTLINE, SOURCE, Case, House, main  # noqa: E402,F401


class Person:
    """Somebody who has logged in; every request is theirs."""

    def __init__(self, house, login, roles, organisation=None):
        self.house, self.login = house, login
        body = {"login": login, "name": login, "roles": roles, "reason": "test"}
        if organisation:
            body["organisation"] = organisation
        status, _, answer = house.ask("POST", "/v1/users", body, house.session)
        assert status == 201, answer
        self.id = answer["id"]
        status, _, answer = house.ask("POST", "/v1/enrol", {
            "code": answer["code"], "password": house.PASSWORD}, token=False)
        assert status == 200, answer
        self.key = answer["totp"]["key"]
        self.token_file = None
        self.log_in()

    def log_in(self):
        status, headers, answer = self.house.ask("POST", "/v1/login", {
            "login": self.login, "password": self.house.PASSWORD, "code": self.house.totp(self.key)}, token=False)
        assert status == 200, answer
        self.session = {"Cookie": headers["Set-Cookie"].split(";")[0], "X-CSRF-Token": answer["csrf"]}

    def ask(self, method, path, body=None, version=None):
        headers = dict(self.session)
        if version is not None:
            headers["If-Match"] = f'"{version}"'
        status, _, answer = self.house.ask(method, path, body, headers)
        return status, answer

    def get(self, path):
        status, answer = self.ask("GET", path)
        assert status == 200, answer
        return answer

    def new(self, kind, place=None, **fields):
        body = {"kind": kind, "fields": fields}
        if place:
            body["place"] = place
        status, answer = self.ask("POST", "/v1/work", body)
        assert status in (200, 201), answer
        return answer

    def item(self, id):
        return self.get(f"/v1/work/{id}")

    def step(self, id, step, expect=200, reason=None, version=None, **fields):
        if version is None:
            version = self.item(id)["version"]
        body = {"step": step, "fields": fields}
        if reason:
            body["reason"] = reason
        status, answer = self.ask("POST", f"/v1/work/{id}/step", body, version)
        assert status == expect, (step, status, answer)
        return answer

    def take(self, id):
        status, answer = self.ask("POST", f"/v1/work/{id}/take", {}, self.item(id)["version"])
        assert status == 200, answer
        return answer

    def word(self, id, yes=True, expect=200, digest=None):
        digest = digest or self.item(id)["asking"]["digest"]
        status, answer = self.ask("POST", f"/v1/work/{id}/" + ("approve" if yes else "decline"),
                                  {"digest": digest, "reason": "seen"})
        assert status == expect, answer
        return answer

    def token(self, scopes):
        """A personal token in a file, for the command line."""
        status, answer = self.ask("POST", "/v1/me/tokens", {"name": "cli", "scopes": scopes, "days": 1})
        assert status == 201, answer
        self.token_file = os.path.join(self.house.folder, self.login + ".token")
        with open(os.open(self.token_file, os.O_CREAT | os.O_WRONLY, 0o600), "w", encoding="ascii") as file:
            file.write(answer["secret"])
        return self

    def cli(self, *words, code=0):
        done = subprocess.run([CUTLINE, *words, "--to", f"http://127.0.0.1:{self.house.port}", "--token",
                               self.token_file, "--lang", "en"], capture_output=True, text=True, timeout=60)
        assert done.returncode == code, (words, done.returncode, done.stdout, done.stderr)
        return done.stdout + done.stderr


WORK = ["work:read", "work:write", "work:approve", "work:reveal"]


class Desk(Case):
    """A centre (ann and cem at the desk, ben its head), police of a county, a bank."""

    def setUp(self):
        super().setUp()
        self.house.enrol()
        self.ann = Person(self.house, "ann", ["duty"])
        self.ben = Person(self.house, "ben", ["supervisor"])
        self.cem = Person(self.house, "cem", ["analyst"])

    def organisation(self, kind, name, level=None):
        body = {"kind": kind, "name": name, "reason": "test"}
        if level or kind == "police":
            body["level"] = level or "county"
        status, _, answer = self.house.ask("POST", "/v1/organisations", body, self.house.session)
        assert status == 201, answer
        return answer["id"]

    def audit(self, action):
        auditor = getattr(self, "auditor", None) or Person(self.house, "aud", ["auditor"])
        self.auditor = auditor
        return auditor.get(f"/v1/audit?action={action}&limit=500")["entries"]

    @staticmethod
    def says(text, pattern):
        assert re.search(pattern, text), text
