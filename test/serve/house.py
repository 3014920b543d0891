"""house.py -- a running `cutline serve`, somebody who may hand in records, and what they can ask.

usage of a script: SCRIPT.py PATH_OF_CUTLINE SOURCE_ROOT
"""
# SPDX-License-Identifier: Apache-2.0
import base64
import hashlib
import hmac
import http.client
import json
import os
import re
import select
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import time
import unittest

CUTLINE = os.path.abspath(sys.argv[1])
SOURCE = os.path.abspath(sys.argv[2])

RULES = """\
profile line by call.caller { callees = distinct callee over 1h "different callees in 1h" "1 小时内不同被叫数" }
rule fan_out on call {
  title "many strangers" "大量呼叫"
  when line.callees >= 3
  subject caller typology scam_caller
  grade high when line.callees >= 5, low
  quiet 1h
}
"""


def call(number, caller=0, at=0):
    """One call as a JSON line; every number is another record."""
    second = at if at else number
    return json.dumps({
        "kind": "call", "time": f"2026-03-02T{second // 3600 % 24:02d}:{second // 60 % 60:02d}:{second % 60:02d}+08:00",
        "caller": f"+86138{caller:08d}", "callee": f"+86139{number:08d}"}) + "\n"


class House:
    """One data directory, and the processes that serve from it one after another."""

    PASSWORD = "correct horse battery"

    def __init__(self, config="", rules=RULES):
        self.folder = tempfile.mkdtemp(prefix="cutline-serve-")
        self.data = os.path.join(self.folder, "data")
        self.config = os.path.join(self.folder, "cutline.yaml")
        with open(os.path.join(self.folder, "rules.cut"), "w", encoding="utf-8") as file:
            file.write(rules)
        with open(self.config, "w", encoding="utf-8") as file:
            file.write("detect: {rules: rules.cut, memory: 64M}\nlisten: {port: 0}\n"
                       "disk: {reserve: 1M, floor: 8M}\njournal: {segment: 1M}\n" + config)
        self.process = None
        self.token = None
        self.log = b""

    def start(self):
        self.errors = open(os.path.join(self.folder, "log"), "ab")
        self.process = subprocess.Popen(
            [CUTLINE, "serve", "--data", self.data, "--config", self.config, "--lang", "en"],
            stdout=subprocess.PIPE, stderr=self.errors)
        self.hello = self.read_hello()
        self.port = int(re.search(r"listening on http://127\.0\.0\.1:(\d+)", self.hello).group(1))
        return self

    def read_hello(self):
        text = b""
        until = time.monotonic() + 60
        while b"listening on" not in text or not text.endswith(b"\n"):
            ready, _, _ = select.select([self.process.stdout], [], [], max(0, until - time.monotonic()))
            more = os.read(self.process.stdout.fileno(), 4096) if ready else b""
            if not more:
                raise AssertionError("it did not start:\n" + self.read_log())
            text += more
        return text.decode()

    def read_log(self):
        with open(os.path.join(self.folder, "log"), encoding="utf-8") as file:
            return file.read()

    def events(self):
        return [json.loads(line) for line in self.read_log().splitlines() if line.startswith("{")]

    def kill(self):
        self.process.kill()
        self.process.wait()
        self.close_pipes()

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(60)
        self.close_pipes()
        return code

    def close_pipes(self):
        self.process.stdout.close()
        self.errors.close()
        self.process = None

    def end(self):
        if self.process is not None:
            self.kill()
        shutil.rmtree(self.folder)

    # ---- asking ----

    def ask(self, method, path, body=None, headers=None, token=True):
        """(status, headers, body); the body as JSON if it is that."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        sent = dict(headers or {})
        if token and self.token and "Authorization" not in sent and "Cookie" not in sent:
            sent["Authorization"] = "Bearer " + self.token
        if isinstance(body, (dict, list)):
            body = json.dumps(body)
            sent["Content-Type"] = "application/json"
        try:
            connection.request(method, path, body, sent)
            answer = connection.getresponse()
            text = answer.read()
        finally:
            connection.close()
        type = answer.getheader("Content-Type") or ""
        if "json" in type and "ndjson" not in type:
            text = json.loads(text)
        return answer.status, answer.headers, text

    @staticmethod
    def totp(key):
        secret = base64.b32decode(key + "=" * (-len(key) % 8))
        digest = hmac.new(secret, struct.pack(">Q", int(time.time()) // 30), hashlib.sha1).digest()
        at = digest[-1] & 15
        return f"{(struct.unpack('>I', digest[at:at + 4])[0] & 0x7FFFFFFF) % 1000000:06d}"

    def enrol(self):
        """The first administrator, and a token of a service that may do what a machine does."""
        code = re.search(r"enrolment code \(one use\) (\S+)", self.hello).group(1)
        status, _, answer = self.ask("POST", "/v1/enrol", {
            "code": code, "password": self.PASSWORD, "login": "root", "name": "Root",
            "organisation": "Home", "kind": "centre"})
        assert status == 200, answer
        key = answer["totp"]["key"]
        used = self.totp(key)
        status, headers, answer = self.ask("POST", "/v1/login", {
            "login": "root", "password": self.PASSWORD, "code": used})
        assert status == 200, answer
        session = {"Cookie": headers["Set-Cookie"].split(";")[0], "X-CSRF-Token": answer["csrf"]}
        status, _, answer = self.ask("POST", "/v1/tokens", {
            "name": "feed", "days": 7, "reason": "test",
            "scopes": ["records:write", "screen:ask", "system:read", "alerts:read"]}, session)
        if status == 403:  # the second factor again: a code is good once
            while self.totp(key) == used:
                time.sleep(0.5)
            status, headers, answer = self.ask("POST", "/v1/session/step-up", {"code": self.totp(key)}, session)
            assert status == 200, answer
            session = {"Cookie": headers["Set-Cookie"].split(";")[0], "X-CSRF-Token": answer["csrf"]}
            status, _, answer = self.ask("POST", "/v1/tokens", {
                "name": "feed", "days": 7, "reason": "test",
                "scopes": ["records:write", "screen:ask", "system:read", "alerts:read"]}, session)
        assert status in (200, 201), answer
        self.token = answer.get("secret") or answer.get("token")
        self.session = session
        return self

    def send(self, body, key=None, query="", headers=None):
        sent = dict(headers or {})
        if key:
            sent["Idempotency-Key"] = key
        return self.ask("POST", "/v1/records" + query, body, sent)

    def figures(self):
        status, _, text = self.ask("GET", "/metrics")
        assert status == 200, text
        found = {}
        for line in text.decode().splitlines():
            if not line.startswith("#"):
                name, value = line.rsplit(" ", 1)
                found[name] = float(value)
        return found

    def wait_for(self, name, value, seconds=20):
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            now = self.figures()
            if now.get(name) == value:
                return now
            time.sleep(0.05)
        raise AssertionError(f"{name} is {self.figures().get(name)}, not {value}\n" + self.read_log()[-2000:])


class Case(unittest.TestCase):
    """A test with a house of its own."""

    maxDiff = None
    CONFIG = ""

    def setUp(self):
        self.house = House(self.CONFIG)
        self.addCleanup(self.house.end)
        self.house.start()


def main():
    unittest.main(argv=sys.argv[:1], verbosity=1)
