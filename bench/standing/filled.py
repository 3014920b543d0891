"""filled.py -- a house whose register holds so many entries, for the measurements beside it.

The store of a stopped house is filled from `standing_bench csv`, as sanctions that came into force one after the other fill it: a row of
what stands and a change in the chain for each.
"""
# SPDX-License-Identifier: Apache-2.0
import hashlib
import os
import sqlite3
import subprocess
import time

import people


def processor_time(process):
    with open(f"/proc/{process}/stat", encoding="ascii") as file:
        words = file.read().rsplit(")", 1)[1].split()
    return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")


def memory_mb(process, what="VmRSS"):
    with open(f"/proc/{process}/status", encoding="ascii") as file:
        return next(int(line.split()[1]) for line in file if line.startswith(what)) // 1024


def key_of(join, document):
    """A person under the house's join key, as src/standing/key.c names them."""
    return hashlib.blake2b(b"standing person\0" + document.encode(), key=bytes.fromhex(join), digest_size=32).digest()[:16]


def fill(house, bench, entries, known):
    name = "cn-final-2024-12"
    with open(os.path.join(people.SOURCE, "law", name + ".yaml"), "rb") as file:
        pack = f"{name} sha256:{hashlib.sha256(file.read()).hexdigest()}"
    made = subprocess.Popen([bench, "csv", str(entries)], stdout=subprocess.PIPE, text=True)
    chain = bytes(32)

    def changes():
        nonlocal chain
        for number, line in enumerate(made.stdout, 1):
            key, begins, ends = line.split(",")
            key = known.get(number, key)
            begins, ends = int(begins), int(ends) + 100000000
            row = f"{number} 1 {number} {key} 0 {begins} {ends} 0 0 0 {pack}"
            chain = hashlib.sha256(chain + row.encode()).digest()
            yield number, bytes.fromhex(key), begins, ends, pack, chain

    store = sqlite3.connect(os.path.join(house.data, "store.db"))
    store.execute("PRAGMA synchronous = OFF")
    with store:
        store.execute("DROP INDEX standing_delta_number")
        store.executemany("INSERT INTO standing_delta (version, enters, number, key, card, from_s, until_s, dropped, pack, criminal, "
                          "suspended, chain) VALUES (?1, 1, ?1, ?2, 0, ?3, ?4, 0, ?5, 0, 0, ?6)", changes())
        store.execute("INSERT INTO standing_entry (number, item, key, card, from_s, until_s, dropped, pack, criminal, suspended, stands) "
                      "SELECT number, printf('b_%016x', number), key, 0, from_s, until_s, 0, pack, 0, 0, 1 FROM standing_delta")
        store.execute("CREATE INDEX standing_delta_number ON standing_delta (number, version)")
    store.close()
    assert made.wait() == 0


def bank(more=""):
    """A house that was started once, with a bank in it; the bank's liaison, and its administrator."""
    house = people.House("limits: {screening: 0, screening_organisation: 0, requests: 0}\n" + more)
    house.start().enrol()
    status, _, made = house.ask("POST", "/v1/organisations", {"kind": "bank", "name": "Bank", "reason": "bench"}, house.session)
    assert status == 201, made
    teller = people.Person(house, "teller", ["liaison"], made["id"])
    teller.token(["sanctions:ask"])
    chief = people.Person(house, "chief", ["administrator"], made["id"])
    return house, teller, chief


def filled(house, bench, entries, known=None):
    """Stopped, filled, started again; seconds of filling and of starting.  `known`: keys of some numbers."""
    house.stop()
    start = time.monotonic()
    fill(house, bench, entries, known or {})
    after = time.monotonic()
    house.start()
    return after - start, time.monotonic() - after
