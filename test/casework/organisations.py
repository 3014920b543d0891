"""organisations.py -- levels of police, from the command line and over HTTP."""
# SPDX-License-Identifier: Apache-2.0
import os
import sqlite3
import subprocess
import time

from people import CUTLINE, Desk, Person, main


class Organisations(Desk):
    def setUp(self):
        super().setUp()
        body = {"login": "admin2", "name": "admin2", "roles": ["administrator"], "reason": "test"}
        _, _, answer = self.house.ask("POST", "/v1/users", body, self.house.session)
        _, _, answer = self.house.ask("POST", "/v1/enrol", {
            "code": answer["code"], "password": self.house.PASSWORD}, token=False)
        self.key, self.used = answer["totp"]["key"], None
        self.password = os.path.join(self.house.folder, "password")
        with open(os.open(self.password, os.O_CREAT | os.O_WRONLY, 0o600), "w", encoding="ascii") as file:
            file.write(self.house.PASSWORD + "\n")

    def code(self):
        while self.house.totp(self.key) == self.used:
            time.sleep(0.5)
        self.used = self.house.totp(self.key)
        return self.used

    def cli(self, *words, code=0, lang="en"):
        done = subprocess.run([CUTLINE, "organisation", *words, "--to", f"http://127.0.0.1:{self.house.port}",
                               "--lang", lang], capture_output=True, text=True, timeout=60)
        assert done.returncode == code, (words, done.returncode, done.stdout, done.stderr)
        return done.stdout + done.stderr

    def change(self, *words, code=0):
        return self.cli(*words, "login=admin2", "password=@" + self.password, "code=" + self.code(),
                        "--reason", "as the office says", code=code)

    def test_police_are_made_with_their_level_and_it_is_set_from_the_command_line(self):
        refused = self.change("add", "kind=police", "name=昆明市公安局", code=5)
        self.assertIn("level", refused)
        made = self.change("add", "kind=police", "name=昆明市公安局", "level=city")
        self.assertIn("city", made)
        id = [o for o in self.organisations() if o["level"] == "city"][0]["id"]
        self.assertIn("province", self.change("level", id, "province"))
        officer = Person(self.house, "officer", ["liaison"], id)
        self.assertEqual(officer.get("/v1/whoami")["level"], "province")
        self.assertEqual(self.ann.get("/v1/whoami")["level"], None)
        self.assertIn("请", self.cli("list", code=5, lang="zh"))  # no token
        self.ann = Person(self.house, "sue", ["supervisor"]).token(["organisations:read"])
        self.assertIn("province", self.ann.cli("organisation", "list"))
        self.assertEqual(len(self.audit("organisation.level")), 1)

    def test_what_is_missing_is_said_and_a_password_that_others_may_read_is_not_read(self):
        self.assertIn("login=NAME", self.cli("add", "kind=bank", "name=x", code=2))
        os.chmod(self.password, 0o644)
        self.assertIn("chmod 600", self.cli("add", "kind=bank", "name=x", "login=admin2", "password=@" + self.password,
                                            "code=000000", code=3))
        os.chmod(self.password, 0o600)
        self.cli("add", "kind=bank", "name=x", "login=admin2", "password=@" + self.password, "code=000000", code=5)
        self.assertIn("list, add or level", self.cli("remove", code=2))

    def test_police_of_before_there_were_levels_have_none_until_it_is_set(self):
        id = self.organisation("police", "Old", "city")
        self.house.stop()
        store = sqlite3.connect(os.path.join(self.house.data, "store.db"))
        store.execute("UPDATE access_organisation SET level = '' WHERE id = ?", (id,))  # what the migration makes
        store.commit()
        store.close()
        self.house.start()
        self.assertEqual([o["level"] for o in self.organisations() if o["id"] == id], [None])
        self.change("level", id, "county")
        self.assertEqual([o["level"] for o in self.organisations() if o["id"] == id], ["county"])

    def organisations(self):
        status, _, answer = self.house.ask("GET", "/v1/organisations", None, self.house.session)
        assert status == 200, answer
        return answer["organisations"]


if __name__ == "__main__":
    main()
