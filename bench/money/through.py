"""through.py -- payments handed to a running service over HTTP: when are they durable, when does the money index have them?

usage: through.py CUTLINE SOURCE LOAD [PAYMENTS [SECONDS]]      3000000, 0: until they are all there

LOAD is bench/serve/load.c.  Made-up payments of 600,000 accounts, ids and cards as banks write them, one rule that looks at
payments.  With SECONDS the same payments happen again, days later and with other ids.  Then the index is thrown away and
made again from the journal, with nobody else at work.  Prints one JSON object.
"""
# SPDX-License-Identifier: Apache-2.0
import json
import os
import random
import shutil
import subprocess
import sys
import time

LOAD = sys.argv[3]
COUNT, SECONDS = (sys.argv[4:6] + ["3000000", "0"][len(sys.argv[4:6]):])
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "test", "serve"))
import house  # noqa: E402  (it reads the first two words)

ACCOUNTS, RECENT, FIRST, HOURS = 600000, 4096, 1772380800, 20
RULE = 'rule large on payment {\n  title "a large payment" "大额"\n  when amount > 900000000 CNY\n  subject payer typology mule\n}\n'


def make(path, count):
    """One payment in three comes from an account that was paid just before."""
    chance, recent = random.Random(3), [0] * RECENT
    with open(path, "w", encoding="ascii") as file:
        file.write("time,id,payer,payee,amount,currency\n")
        for i in range(count):
            at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(FIRST + i * HOURS * 3600 // count))
            payer = recent[chance.randrange(RECENT)] if i > RECENT and chance.randrange(3) == 0 else chance.randrange(ACCOUNTS)
            payee = recent[i % RECENT] = chance.randrange(ACCOUNTS)
            file.write(f"{at},P{i},6222020000{payer:09d},6222020000{payee:09d},{1 + chance.randrange(5000)}.{i % 100:02d},CNY\n")


def indexed(one):
    while one.figures()["cutline_money_behind_entries"] != 0:
        time.sleep(0.02)


def busiest(pid):
    """Processor seconds of the busiest threads."""
    seconds = []
    for thread in os.listdir(f"/proc/{pid}/task"):
        with open(f"/proc/{pid}/task/{thread}/stat", encoding="ascii") as file:
            words = file.read().rsplit(")", 1)[1].split()
        seconds.append((int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK"))
    return sorted(seconds, reverse=True)[:4]


def main():
    one = house.House("disk: {reserve: 1M, floor: 8M}\n")
    rules, rows, token = (os.path.join(one.folder, name) for name in ("large.cut", "payments.csv", "token"))
    with open(rules, "w", encoding="utf-8") as file:
        file.write(RULE)
    with open(one.config, "w", encoding="utf-8") as file:
        file.write(f"detect: {{rules: {rules}, memory: 2G}}\nlisten: {{port: 0}}\nlimits: {{records: 0}}\nmoney: {{memory: 4G}}\n")
    make(rows, int(COUNT))
    try:
        one.start().enrol()
        with open(token, "w", encoding="utf-8") as file:
            file.write(one.token)
        begun = time.monotonic()
        run = subprocess.run([LOAD, str(one.port), token, "16", "2000", SECONDS, "0", rows], capture_output=True, text=True, check=True)
        loaded = json.loads(run.stdout)
        behind = one.figures()["cutline_money_behind_entries"]
        indexed(one)
        whole = time.monotonic() - begun
        result = {"accepted": loaded["accepted"], "durable_per_second": loaded["records_per_second"], "behind_then": behind,
                  "indexed_per_second": round(loaded["accepted"] / whole), "threads_cpu_s": busiest(one.process.pid)}
        one.stop()
        shutil.rmtree(os.path.join(one.data, "money"))
        begun = time.monotonic()
        one.start()
        indexed(one)
        result["again_per_second"] = round(loaded["accepted"] / (time.monotonic() - begun))
        result["again_threads_cpu_s"] = busiest(one.process.pid)
        result["files"] = one.figures()["cutline_money_files"]
        print(json.dumps(result, indent=1))
    finally:
        one.end()


main()
