"""callmine.py -- the shipped rules find CallMine's ten planted callers through its mapping alone, and nobody else.

usage: callmine.py PATH_OF_CUTLINE SOURCE_ROOT FOLDER_OF_DATA

The calls are in no order of time; formats/callmine.yaml says so, and no flag is given here.
"""
# SPDX-License-Identifier: Apache-2.0
import json
import os
import subprocess
import sys

SKIPPED = 77


def main():
    cutline, source, folder = sys.argv[1:4]
    calls = os.path.join(folder, "callmine", "sample_raw_data.csv")
    if not os.path.exists(calls):
        print(f"skipped: {calls} is not there")
        return SKIPPED
    with open(os.path.join(folder, "callmine", "expected_top10_sources.txt"), encoding="utf-8") as file:
        planted = set(file.read().split())
    run = subprocess.run([cutline, "detect", "-r", os.path.join(source, "rules"), "--map", "callmine", "--json",
                          "--unmask", "--lang", "en", calls],
                         check=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8")
    found = {json.loads(line)["subject"] for line in run.stdout.splitlines()}
    print(run.stderr)
    for said in ("read 11000 = accepted 11000 + rejected 0", "late 0,"):
        if said not in run.stderr:
            print(f"the summary does not say: {said}")
            return 1
    print(f"found {len(found & planted)} of {len(planted)} planted callers, {len(found - planted)} others")
    return 0 if found == planted else 1


sys.exit(main())
