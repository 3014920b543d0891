"""run.py -- how soon screening answers while records come in, the clients on the same machine.

usage: run.py CUTLINE SOURCE LOAD ASK CITY [RATE [INGEST [SECONDS [CONNECTIONS]]]]

RATE is requests a second, INGEST records a second (0: none).  Prints one JSON object.
"""
# SPDX-License-Identifier: Apache-2.0
import glob
import json
import os
import resource
import subprocess
import sys
import time

LOAD, ASK, CITY = sys.argv[3:6]
threads = os.environ.get("THREADS", "4")  # that speak HTTP
rate, ingest, seconds, connections = (sys.argv[6:10] + ["20000", "50000", "20", "64"][len(sys.argv[6:10]):])
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "test", "serve"))
import house  # noqa: E402  (it reads the first two words)


def processor_time(process):
    """Seconds of processor that the service has had so far; what it does for records is in it."""
    with open(f"/proc/{process}/stat", encoding="ascii") as file:
        words = file.read().rsplit(")", 1)[1].split()
    return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")


def main():
    one = house.House()
    with open(one.config, "w", encoding="utf-8") as file:
        file.write(f"detect: {{rules: {os.path.join(house.SOURCE, 'rules')}, memory: 2G}}\nlisten: {{port: 0, threads: {threads}}}\n"
                   "disk: {reserve: 1M, floor: 8M}\n")
    try:
        one.start().enrol()
        secret = os.path.join(one.folder, "token")
        with open(secret, "w", encoding="utf-8") as file:
            file.write(one.token)
        files = sorted(glob.glob(os.path.join(CITY, "*.csv")))
        load = None
        if ingest != "0":
            load = subprocess.Popen([LOAD, str(one.port), secret, "8", "200", "600", ingest, *files],
                                    stdout=subprocess.PIPE, text=True)
            time.sleep(4)
        before = processor_time(one.process.pid)
        run = subprocess.run([ASK, str(one.port), secret, connections, rate, seconds,
                              os.path.join(CITY, "calls.csv"), os.path.join(CITY, "payments.csv")],
                             capture_output=True, text=True)
        sys.stderr.write(run.stderr)
        if run.returncode != 0:
            raise SystemExit(f"the client that asks ended early, with code {run.returncode}")
        used = processor_time(one.process.pid) - before
        result = {"screening": json.loads(run.stdout)}
        client = resource.getrusage(resource.RUSAGE_CHILDREN)
        if load is not None and load.poll() is None:
            load.terminate()  # it says what it did
        elif load is not None:
            sys.stderr.write("the client that hands in records ended before the other\n")
        result["client_us_per_request"] = round((client.ru_utime + client.ru_stime) * 1e6 / max(1, result["screening"]["asked"]), 1)
        result["service_us_per_request"] = round(used * 1e6 / max(1, result["screening"]["asked"]), 1)
        if load is not None:
            result["ingest"] = json.loads(load.communicate()[0])
        print(json.dumps(result, indent=1))
    finally:
        if one.process.poll() is not None:
            sys.stderr.write(one.read_log()[-1500:])
        one.end()


main()
