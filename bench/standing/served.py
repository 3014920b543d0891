"""served.py -- a served register of so many entries, asked over HTTP: single checks and batches.

usage: served.py CUTLINE SOURCE STANDING_BENCH ASK [ENTRIES [SECONDS [ROUNDS]]]      5000000 entries, 3 times 10 seconds each, if unsaid

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
entries, seconds, rounds = sys.argv[5:8] + ["5000000", "10", "3"][len(sys.argv[5:8]):]
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "..", "..", "test", "casework")]
import people  # noqa: E402,F401  (it reads the first two words)
import filled  # noqa: E402

LINES = 131072  # of which one in ten may stand: an answer has 12 MB at most


def once(house, token, connections, keys, how):
    before = filled.processor_time(house.process.pid)
    run = subprocess.run([ASK, str(house.port), token, str(connections), seconds, keys, *how], capture_output=True, text=True)
    if run.returncode != 0:
        raise SystemExit(run.stderr[-2000:])
    found = json.loads(run.stdout)
    found["used"] = filled.processor_time(house.process.pid) - before
    return found


def asked(house, token, connections, keys, *how, one_in=10):
    """Several times; the median of their rates is told with all else of that run, and the least and the most beside it."""
    many = "identifiers" if how[0] == "batch" else "answers"
    rate = f"{many}_a_second"
    runs = sorted((once(house, token, connections, keys, how) for _ in range(int(rounds))), key=lambda run: run[rate])
    found = runs[len(runs) // 2]
    says = f"one in {one_in} stands" if how[0] == "batch" else f"{found['depth']} at once"
    print(f"http {how[0]}, {connections} connections, {says}: {found[rate]:,} {many} a second of {runs[0][rate]:,} to {runs[-1][rate]:,} "
          f"({found[rate] * found['seconds'] / found['used']:,.0f} a second of one processor of the service, "
          f"{found['used'] / found['seconds']:.2f} of them busy; the client took {found['client_cpu_s'] / found['seconds']:.2f}), "
          f"p50 {found['p50_ms']} ms, p99 {found['p99_ms']} ms of {min(run['p99_ms'] for run in runs)} to "
          f"{max(run['p99_ms'] for run in runs)}, p99.9 {found['p999_ms']} ms", flush=True)


def main():
    house, teller, _ = filled.bank()
    try:
        took, start = filled.filled(house, BENCH, int(entries))
        keys = {}
        for one_in in (10, 1000):
            keys[one_in] = os.path.join(house.folder, f"keys{one_in}")
            with open(keys[one_in], "wb") as file:
                subprocess.run([BENCH, "keys", entries, str(4 * LINES), str(one_in)], check=True, stdout=file)
        print(f"http: {int(entries):,} entries filled in {took:.0f} s, served {start:.0f} s after the start, "
              f"{filled.memory_mb(house.process.pid)} MB", flush=True)
        for how in ("single", "counted"):
            for connections, depth in ((1, 1), (4, 1), (16, 1), (4, 16)):
                asked(house, teller.token_file, connections, keys[10], how, str(depth))
        for one_in in (1000, 10):
            for connections in (1, 2, 4):
                asked(house, teller.token_file, connections, keys[one_in], "batch", str(LINES), one_in=one_in)
    finally:
        house.end()


main()
