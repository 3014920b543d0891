"""served.py -- a served register of so many entries, asked over HTTP: single checks and batches.

usage: served.py CUTLINE SOURCE STANDING_BENCH ASK [ENTRIES [SECONDS]]      5000000 entries, 10 seconds each, if unsaid

The store of a stopped house is filled from `standing_bench csv`, the house is started again, and `ask` asks it as the token of a
bank.  Beside the wall time stands the processor time of the service: on two cores that do other things, too, a second of a
processor says more.  Prints lines.
"""
# SPDX-License-Identifier: Apache-2.0
import json
import os
import subprocess
import sys

BENCH, ASK = sys.argv[3:5]
entries, seconds = (sys.argv[5:7] + ["5000000", "10"][len(sys.argv[5:7]):])
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "..", "..", "test", "casework")]
import people  # noqa: E402,F401  (it reads the first two words)
import filled  # noqa: E402

LINES = 262144


def asked(house, token, connections, keys, *how):
    before = filled.processor_time(house.process.pid)
    run = subprocess.run([ASK, str(house.port), token, str(connections), seconds, keys, *how], capture_output=True, text=True)
    if run.returncode != 0:
        raise SystemExit(run.stderr[-2000:])
    found = json.loads(run.stdout)
    used = filled.processor_time(house.process.pid) - before
    many = "identifiers" if how[0] == "batch" else "answers"
    count = found[f"{many}_a_second"] * found["seconds"]
    print(f"http {how[0]}, {connections} connections: {found[f'{many}_a_second']:,} {many} a second "
          f"({count / used:,.0f} a second of one processor of the service, {used / found['seconds']:.2f} of them busy; the client took "
          f"{found['client_cpu_s'] / found['seconds']:.2f}), p50 {found['p50_ms']} ms, p99 {found['p99_ms']} ms, p99.9 {found['p999_ms']} ms",
          flush=True)


def main():
    house, teller, _ = filled.bank()
    try:
        took, start = filled.filled(house, BENCH, int(entries))
        keys = os.path.join(house.folder, "keys")
        with open(keys, "wb") as file:
            subprocess.run([BENCH, "keys", entries, str(4 * LINES)], check=True, stdout=file)
        print(f"http: {int(entries):,} entries filled in {took:.0f} s, served {start:.0f} s after the start, "
              f"{filled.memory_mb(house.process.pid)} MB", flush=True)
        for how in ("single", "counted"):
            for connections in (1, 4, 16):
                asked(house, teller.token_file, connections, keys, how)
        for connections in (1, 2, 4):
            asked(house, teller.token_file, connections, keys, "batch", str(LINES))
    finally:
        house.end()


main()
