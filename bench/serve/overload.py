"""overload.py -- more records than it can take, for a minute: memory, losses, sums, and screening meanwhile.

usage: overload.py CUTLINE SOURCE LOAD ASK SECONDS TIMES CITY...

One client for each CITY (folders that `cutline simulate` made with different seeds, so that no record comes twice), each
with 64 connections and batches of at most 1,000: together they have TIMES 150,000 records a second to hand in, by the clock, and send
what is due as soon as a connection is free; what is refused they try again after 20 ms, whatever Retry-After says. Another client asks
1,000 times a second whether a call or a payment may go on. In the end it says whether what was promised holds, and exits with 1 if it
does not:

  memory    the most that was ever resident is under the limits that the configuration sets
  lost      what the clients were told is accepted is what the service counts, and a sound journal holds at least as many
            entries (what it notes of its own is in it, too)
  sums      offered = accepted + rejected + refused, as the service counts; no client failed
  overload  more than half of what was due had to wait at the clients, or was refused
  screening 99 of 100 answers within 20 ms
"""
# SPDX-License-Identifier: Apache-2.0
import glob
import json
import os
import re
import subprocess
import sys
import time

LOAD, ASK, SECONDS, TIMES = sys.argv[3:7]
CITIES = sys.argv[7:]
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "test", "serve"))
import house  # noqa: E402  (it reads the first two words)

PROMISED = 150_000
DUE = int(float(TIMES) * PROMISED)
MEMORY, QUEUE, PROGRAM = 1024, 64, 256  # MiB: detect.memory, ingest.queue, and everything else
CONFIG = f"""\
detect: {{rules: {os.path.join(house.SOURCE, 'rules')}, memory: {MEMORY}M}}
ingest: {{queue: {QUEUE}M}}
listen: {{port: 0, threads: 2}}
disk: {{reserve: 1M, floor: 8M}}
"""


def most_resident(process):
    with open(f"/proc/{process}/status", encoding="ascii") as file:
        return int(re.search(r"VmHWM:\s*(\d+)", file.read()).group(1)) / 1024


def in_journal(one):
    """Records that `cutline journal verify` finds, after the service has ended."""
    run = subprocess.run([house.CUTLINE, "journal", "verify", one.data, "--json"], capture_output=True, text=True)
    if run.returncode != 0:
        raise SystemExit(run.stdout + run.stderr)
    return json.loads(run.stdout)


def overload(one):
    secret = os.path.join(one.folder, "token")
    with open(secret, "w", encoding="utf-8") as file:
        file.write(one.token)
    loads = [subprocess.Popen([LOAD, str(one.port), secret, "64", "1000", SECONDS, str(DUE // len(CITIES)), *sorted(glob.glob(f"{city}/*.csv"))],
                              stdout=subprocess.PIPE, text=True) for city in CITIES]
    time.sleep(2)
    asked = subprocess.run([ASK, str(one.port), secret, "16", "1000", str(int(SECONDS) - 4), f"{CITIES[0]}/calls.csv",
                            f"{CITIES[0]}/payments.csv"], capture_output=True, text=True)
    return [json.loads(load.communicate()[0]) for load in loads], json.loads(asked.stdout)


def main():
    one = house.House()
    with open(one.config, "w", encoding="utf-8") as file:
        file.write(CONFIG)
    try:
        one.start().enrol()
        clients, screening = overload(one)
        memory = most_resident(one.process.pid)
        figures = one.figures()
        counts = {name: figures[f'cutline_ingest_events_total{{outcome="{name}"}}']
                  for name in ("accepted", "rejected", "refused")}
        offered = figures["cutline_ingest_offered_events_total"]
        told = sum(client["accepted"] for client in clients)
        took = max(client["seconds"] for client in clients)
        due = DUE * float(SECONDS)
        refused = sum(client["refused"] for client in clients)
        one.stop()
        verified = in_journal(one)
        result = {
            "seconds": took, "due_per_second": DUE, "accepted_per_second": round(told / took), "due": round(due), **counts,
            "refused_unread": figures["cutline_ingest_turned_away_total"], "waited_at_clients": round(due - told - refused),
            "resident_mib": round(memory), "resident_limit_mib": MEMORY + QUEUE + PROGRAM,
            "told_accepted": told, "journal": verified["journal"]["entries"], "screening": screening}
        print(json.dumps(result, indent=1))
        good = {"memory": memory < MEMORY + QUEUE + PROGRAM, "lost": told == counts["accepted"] and verified["sound"] and verified["journal"]["entries"] >= told,
                "sums": offered == sum(counts.values()) and not sum(client["failed"] for client in clients),
                "overload": told < due / 2, "screening": screening["p99_ms"] <= 20}
        print(json.dumps(good))
        return 0 if all(good.values()) else 1
    finally:
        one.end()


sys.exit(main())
