#!/usr/bin/python3
"""validate.py -- every line that a command writes is an alert as alert.schema.json says.

usage: validate.py SCHEMA COMMAND [ARGUMENT...]      exit 77: python3-jsonschema is not installed
"""
# SPDX-License-Identifier: Apache-2.0
import json
import subprocess
import sys

try:
    import jsonschema
except ImportError:
    print("SKIP: python3-jsonschema is not installed")
    sys.exit(77)


def no_doubles(pairs):
    """A member named twice is valid JSON to most readers, and a lie to some."""
    names = [name for name, _ in pairs]
    if len(names) != len(set(names)):
        raise ValueError(f"a member stands twice in {names}")
    return dict(pairs)


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        schema = json.load(file)
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    run = subprocess.run(sys.argv[2:], stdout=subprocess.PIPE, check=True)
    lines = run.stdout.decode("utf-8").split("\n")
    if lines.pop() != "":
        sys.exit("the last line does not end")
    for number, line in enumerate(lines, 1):
        for error in validator.iter_errors(json.loads(line, object_pairs_hook=no_doubles)):
            sys.exit(f"line {number}: {error.json_path}: {error.message}\n{line}")
    if not lines:
        sys.exit("nothing was written")
    print(f"{len(lines)} alerts are as the schema says")


main()
