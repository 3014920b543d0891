"""canary.py -- personal data stands only where the inventory says: made-up numbers, accounts, documents and names go
through everything, and are then looked for where they must not be.

usage: canary.py PATH_OF_CUTLINE SOURCE_ROOT [CANARIES]      a few hundred by default, 10000 by hand

Where they may be: the journal and its snapshots (under lock, docs/decision/0001), and nowhere else in the clear: not in the
log, not in figures, not in the tables of the store (values are sealed), not in file names, not in temporary files, not in
what a refusal says.  What somebody types as the reason of a search stands in the audit log as it was typed: an auditor has
to read it.
"""
# SPDX-License-Identifier: Apache-2.0
import json
import os
import sys

from people import Case, House, Person, main

COUNT = int(sys.argv[3]) if len(sys.argv) > 3 else 240


def canary(n):
    return {"phone": f"+86199{n:08d}", "account": f"62229{n:011d}", "document": f"53010019800101{n:04d}"[:18],
            "person": f"金丝雀{n}号"}


class Canary(Case):
    def setUp(self):
        self.house = House("limits: {requests: 0}\n")
        self.addCleanup(self.house.end)
        self.temporary = os.path.join(self.house.folder, "tmp")
        os.mkdir(self.temporary)
        os.environ["TMPDIR"] = self.temporary
        self.house.start().enrol()
        self.ann = Person(self.house, "ann", ["duty"])
        self.refusals = []

    def records(self, n):
        bird = canary(n)
        return "".join(json.dumps(row) + "\n" for row in (
            {"kind": "person", "person": f"CANARY{n:06d}", "phone": bird["phone"], "account": bird["account"]},
            {"kind": "call", "time": "2026-03-02T10:00:00+08:00", "caller": bird["phone"], "callee": canary(n + 1)["phone"]},
            {"kind": "payment", "time": "2026-03-02T10:00:01+08:00", "payer": bird["account"],
             "payee": canary(n + 1)["account"], "amount": "1.00"},
            {"kind": "call", "time": "not a time", "caller": bird["phone"], "callee": bird["phone"]}))

    def work(self, n):
        bird = canary(n)
        kinds = [("dissuasion", dict(bird, source="hotline", grade="low", reason=f"told by {bird['phone']}")),
                 ("suspect", dict(document=bird["document"], name=bird["person"], phone=bird["phone"], about="x")),
                 ("victim", dict(account=bird["account"], name=bird["person"], about="x")),
                 ("lead_check", dict(number=bird["phone"])),
                 ("case", dict(title="x", phone=bird["phone"], account=bird["account"])),
                 ("freeze", dict(case_id="w_0000000000000000", asset="deposits", account=bird["account"],
                                 account_name=bird["person"])),
                 ("query", dict(what="accounts", person=bird["document"]))]
        kind, fields = kinds[n % len(kinds)]
        status, answer = self.ann.ask("POST", "/v1/work", {"kind": kind, "fields": fields})
        if status in (200, 201):
            self.ann.ask("POST", f"/v1/work/{answer['id']}/note", {"text": f"{bird['person']} {bird['phone']}"})
        else:
            self.refusals.append(answer)
        for body in ({"kind": "dissuasion", "fields": {"grade": bird["phone"]}},
                     {"kind": bird["phone"], "fields": {}}, {"kind": "case", "fields": {bird["document"]: "x"}}):
            self.refusals.append(self.ann.ask("POST", "/v1/work", body)[1])
        self.ann.ask("POST", "/v1/work/search", {"identifier": bird["phone"], "reason": "asked by the court"})
        self.house.ask("POST", "/v1/screen/call", {"caller": bird["phone"], "callee": canary(n + 1)["phone"]})
        self.refusals.append(self.house.ask("POST", "/v1/screen/payment", {"payer": bird["account"], "amount": "x"})[2])

    def test_no_canary_is_where_it_must_not_be(self):
        for start in range(0, COUNT, 100):
            self.house.send("".join(self.records(n) for n in range(start, min(start + 100, COUNT))))
        for n in range(COUNT):
            self.work(n)
        _, _, figures = self.house.ask("GET", "/metrics")
        with open(f"/proc/{self.house.process.pid}/cmdline", "rb") as file:
            command = file.read()
        self.house.kill()
        self.house.start()
        self.house.stop()
        places = {"figures": figures, "command line": command, "log": self.house.read_log().encode(),
                  "refusals": json.dumps(self.refusals, ensure_ascii=False).encode()}
        for folder, _, files in os.walk(self.house.folder):
            for name in files:
                path = os.path.join(folder, name)
                places["name of " + name] = name.encode()
                inside = os.path.relpath(path, self.house.data).split(os.sep)[0]
                if inside in ("journal", "snapshot"):
                    continue
                with open(path, "rb") as file:
                    places[os.path.relpath(path, self.house.folder)] = file.read()
        looked = 0
        for n in range(COUNT + 1):
            bird = canary(n)
            for value in (bird["phone"], bird["phone"][1:], bird["account"], bird["document"], bird["person"]):
                for place, held in places.items():
                    if value.encode() in held:
                        self.fail(f"{value} in {place}")
                    looked += 1
        print(f"{COUNT} canaries, {len(places)} places, {looked} looks, {sum(map(len, places.values())):,} bytes")


if __name__ == "__main__":
    main()
