"""run.py -- durable ingest over HTTP with the shipped rules, the client on the same machine.

usage: run.py CUTLINE SOURCE LOAD CITY [CONNECTIONS [BATCH [SECONDS [RATE]]]]

CITY is a folder that `cutline simulate` made.  Prints one JSON object: what the client saw, and what the service says
of itself.  RATE 0: as fast as it is let.
"""
# SPDX-License-Identifier: Apache-2.0
import glob
import json
import os
import subprocess
import sys

LOAD, CITY = sys.argv[3], sys.argv[4]
connections, batch, seconds, rate = (sys.argv[5:9] + ["16", "1000", "20", "0"][len(sys.argv[5:9]):])
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "test", "serve"))
import house  # noqa: E402  (it reads the first two words)


def quantile(figures, share):
    """The bucket bound below which so much of the latency lies, in ms."""
    name = "cutline_detect_latency_seconds"
    count = figures[f"{name}_count"]
    bounds = sorted((float(key.split('le="')[1].split('"')[0]), value) for key, value in figures.items()
                    if key.startswith(name + "_bucket"))
    return next((1000 * bound for bound, value in bounds if count and value >= share * count), None)


def main():
    one = house.House("disk: {reserve: 1M, floor: 8M}\n")
    with open(one.config, "w", encoding="utf-8") as file:
        file.write(f"detect: {{rules: {os.path.join(house.SOURCE, 'rules')}, memory: 2G}}\nlisten: {{port: 0}}\n")
    try:
        one.start().enrol()
        secret = os.path.join(one.folder, "token")
        with open(secret, "w", encoding="utf-8") as file:
            file.write(one.token)
        files = sorted(glob.glob(os.path.join(CITY, "*.csv")))
        run = subprocess.run([LOAD, str(one.port), secret, connections, batch, seconds, rate, *files],
                             capture_output=True, text=True)
        sys.stderr.write(run.stderr[-2000:])
        result = json.loads(run.stdout)
        at_end = one.figures()
        result["behind_at_end"] = (at_end['cutline_journal_position{point="durable"}']
                                   - at_end['cutline_journal_position{point="thought"}'])
        outcome = {name: at_end[f'cutline_ingest_events_total{{outcome="{name}"}}']
                   for name in ("accepted", "rejected", "refused")}
        result["sums_hold"] = (sum(outcome.values()) + at_end["cutline_ingest_waiting_events"]
                               == at_end["cutline_ingest_offered_events_total"])
        result["service"] = outcome
        result["syncs"] = at_end["cutline_journal_syncs_total"]
        result["detect_p50_ms"] = quantile(at_end, 0.5)
        result["detect_p99_ms"] = quantile(at_end, 0.99)
        result["resident_mib"] = round(at_end["cutline_process_resident_memory_bytes"] / 2**20)
        result["alerts"] = at_end['cutline_detect_alerts_total{outcome="alert"}']
        result["rejects"] = {key: value for key, value in at_end.items()
                             if key.startswith("cutline_ingest_dropped") and value}
        print(json.dumps(result, indent=1))
    finally:
        one.end()


main()
