"""amlgentex.py -- from one payment of each labelled alert: how much of the alert does a trace find?

usage: amlgentex.py CUTLINE DATA_FOLDER [WORK_FOLDER]     exit 77: the data is not there

DATA_FOLDER holds AMLGentex's transactions.csv and labels_tx.csv (70 alerts of seven shapes).  Forward starts from the
earliest payment of an alert, backward from its latest; depth 5, 30 days.  Nothing else of the alert is told.  Printed per
shape and method, means over its ten alerts:

  accounts   accounts of the alert that the trace reached, of all its accounts (the start included)
  money      traced money in the alert's own payments, of all money in them
  pure       accounts of the alert, of all accounts that the trace reached
  possible   accounts that can be reached at all from that payment along the alert's own payments, in order of time: the
             ceiling of `accounts` for whoever follows money and guesses nothing
"""
# SPDX-License-Identifier: Apache-2.0
import collections
import csv
import datetime
import json
import os
import subprocess
import sys
import tempfile

METHODS = ("timestamp", "fifo", "lifo", "pro_rata", "poison")
SHAPES = ("fan_out", "fan_in", "cycle", "bipartite", "stack", "scatter_gather", "gather_scatter")
START = datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone(datetime.timedelta(hours=8)))
DAYS = 30


def moment(step):
    return (START + datetime.timedelta(days=step)).isoformat()


def outside(name):
    return "" if name in ("-1", "-2") else name


def read(folder, name):
    with open(os.path.join(folder, name), encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def write_payments(rows, path):
    with open(path, "w", encoding="utf-8") as file:
        file.write("time,id,payer,payee,amount\n")
        for row in rows:
            file.write(f"{moment(int(row['step']))},T{row['tx_id']},{outside(row['nameOrig'])},"
                       f"{outside(row['nameDest'])},{row['amount']}\n")


def possible(payments, backward):
    """Accounts reached from the first payment, along the alert's own payments."""
    order = payments[::-1] if backward else payments
    giver, getter = ("nameDest", "nameOrig") if backward else ("nameOrig", "nameDest")
    reached = {order[0][giver], order[0][getter]}
    carries = {order[0][getter]}
    for payment in order[1:]:
        if payment[giver] in carries:
            carries.add(payment[getter])
            reached.add(payment[getter])
    return reached


def trace(cutline, path, payment, method, backward):
    bound = ["--until", moment(int(payment["step"]) + DAYS)]
    if backward:
        bound = ["--since", moment(int(payment["step"]) - DAYS), "--backward"]
    run = subprocess.run([cutline, "trace", f"payment:T{payment['tx_id']}", path, "--json", "--unmask", "-q", "--depth", "5",
                          "--method", method, *bound], check=True, stdout=subprocess.PIPE)
    return json.loads(run.stdout)


def measure(answer, payments):
    accounts = {payment[side] for payment in payments for side in ("nameOrig", "nameDest")} - {"-1", "-2"}
    reached = {account["account"] for account in answer["accounts"]} | {answer["start"]}
    mine = {f"T{payment['tx_id']}" for payment in payments}
    traced = sum(float(edge["traced"]) for edge in answer["payments"] if edge["id"] in mine)
    return (len(accounts & reached) / len(accounts), traced / sum(float(payment["amount"]) for payment in payments),
            len(accounts & reached) / len(reached))


def main():
    cutline, folder = sys.argv[1:3]
    if not os.path.exists(os.path.join(folder, "transactions.csv")):
        print("SKIP: no AMLGentex data there")
        return 77
    rows = read(folder, "transactions.csv")
    by_id = {row["tx_id"]: dict(row, order=number) for number, row in enumerate(rows)}
    alerts = collections.defaultdict(list)
    shape = {}
    for label in read(folder, "labels_tx.csv"):
        alerts[label["patternID"]].append(by_id[label["tx_id"]])
        shape[label["patternID"]] = label["pattern"]
    with tempfile.TemporaryDirectory() as work:
        path = os.path.join(sys.argv[3] if len(sys.argv) > 3 else work, "payments.csv")
        write_payments(rows, path)
        print(f"{len(rows)} payments, {len(alerts)} alerts; depth 5, {DAYS} days; means: accounts / money / pure")
        for backward in (False, True):
            print(f"{'backward' if backward else 'forward':15} possible  " + "  ".join(f"{method:^17}" for method in METHODS))
            for name in SHAPES:
                cells = []
                ceiling = []
                for method in METHODS:
                    figures = []
                    for number in sorted(alerts):
                        if shape[number] != name:
                            continue
                        payments = sorted(alerts[number], key=lambda row: (int(row["step"]), row["order"]))
                        answer = trace(cutline, path, payments[-1 if backward else 0], method, backward)
                        figures.append(measure(answer, payments))
                        if method == METHODS[0]:
                            accounts = {row[side] for row in payments for side in ("nameOrig", "nameDest")} - {"-1", "-2"}
                            ceiling.append(len(possible(payments, backward) & accounts) / len(accounts))
                    means = [sum(column) / len(figures) for column in zip(*figures)]
                    cells.append("/".join(f"{mean * 100:5.1f}" for mean in means))
                print(f"{name:15} {sum(ceiling) / len(ceiling) * 100:7.1f}   " + "  ".join(cells), flush=True)
    return 0


sys.exit(main())
