"""http.py -- a served register of so many entries, asked over HTTP: single checks and batches.

usage: http.py CUTLINE SOURCE STANDING_BENCH ASK [ENTRIES [SECONDS]]      5000000 entries, 10 seconds each, if unsaid

The store of a stopped house is filled from `standing_bench csv`, the house is started again, and `ask` asks it as the token of a
bank.  Beside the wall time stands the processor time of the service: on two cores that do other things, too, a second of a
processor says more.  Prints lines.
"""
# SPDX-License-Identifier: Apache-2.0
import hashlib
import json
import os
import sqlite3
import subprocess
import sys
import time

BENCH, ASK = sys.argv[3:5]
entries, seconds = (sys.argv[5:7] + ["5000000", "10"][len(sys.argv[5:7]):])
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "test", "casework"))
import people  # noqa: E402  (it reads the first two words)

LINES = 262144


def processor_time(process):
    with open(f"/proc/{process}/stat", encoding="ascii") as file:
        words = file.read().rsplit(")", 1)[1].split()
    return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")


def memory_mb(process):
    with open(f"/proc/{process}/status", encoding="ascii") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("VmRSS")) // 1024


def fill(house):
    """As sanctions that are in force fill it, but for the items that they are of."""
    name = "cn-final-2024-12"
    with open(os.path.join(people.SOURCE, "law", name + ".yaml"), "rb") as file:
        pack = f"{name} sha256:{hashlib.sha256(file.read()).hexdigest()}"
    store = sqlite3.connect(os.path.join(house.data, "store.db"))
    made = subprocess.Popen([BENCH, "csv", entries], stdout=subprocess.PIPE, text=True)

    def rows():
        for number, line in enumerate(made.stdout, 1):
            key, begins, ends = line.split(",")
            yield number, f"b_{number:016x}", bytes.fromhex(key), int(begins), int(ends) + 100000000, pack

    with store:
        store.executemany("INSERT INTO standing_entry (number, item, key, card, from_s, until_s, dropped, pack, criminal, suspended, "
                          "stands) VALUES (?, ?, ?, 0, ?, ?, 0, ?, 0, 0, 1)", rows())
    store.close()
    assert made.wait() == 0


def asked(house, token, connections, keys, *how):
    before = processor_time(house.process.pid)
    run = subprocess.run([ASK, str(house.port), token, str(connections), seconds, keys, *how], capture_output=True, text=True)
    if run.returncode != 0:
        raise SystemExit(run.stderr[-2000:])
    found = json.loads(run.stdout)
    used = processor_time(house.process.pid) - before
    many = "identifiers" if how[0] == "batch" else "answers"
    count = found[f"{many}_a_second"] * found["seconds"]
    print(f"http {how[0]}, {connections} connections: {found[f'{many}_a_second']:,} {many} a second "
          f"({count / used:,.0f} a second of one processor of the service, {used / found['seconds']:.2f} of them busy; the client took "
          f"{found['client_cpu_s'] / found['seconds']:.2f}), p50 {found['p50_ms']} ms, p99 {found['p99_ms']} ms, p99.9 {found['p999_ms']} ms",
          flush=True)


def main():
    house = people.House("limits: {screening: 0, screening_organisation: 0, requests: 0}\n")
    try:
        house.start().enrol()
        status, _, bank = house.ask("POST", "/v1/organisations", {"kind": "bank", "name": "Bank", "reason": "bench"}, house.session)
        assert status == 201, bank
        teller = people.Person(house, "teller", ["liaison"], bank["id"]).token(["sanctions:ask"])
        house.stop()
        start = time.monotonic()
        fill(house)
        filled = time.monotonic() - start
        keys = os.path.join(house.folder, "keys")
        with open(keys, "wb") as file:
            subprocess.run([BENCH, "keys", entries, str(4 * LINES)], check=True, stdout=file)
        start = time.monotonic()
        house.start()
        print(f"http: {int(entries):,} entries filled in {filled:.0f} s, served {time.monotonic() - start:.0f} s after the start, "
              f"{memory_mb(house.process.pid)} MB", flush=True)
        for connections in (1, 16, 64):
            asked(house, teller.token_file, connections, keys, "single")
        for connections in (1, 16, 64):
            asked(house, teller.token_file, connections, keys, "counted")
        for connections in (1, 4):
            asked(house, teller.token_file, connections, keys, "batch", str(LINES))
    finally:
        house.end()


main()
