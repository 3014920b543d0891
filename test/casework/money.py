"""money.py -- money followed in a running service: across kills, masked, revealed, turned into orders once.

usage: money.py CUTLINE SOURCE [KILLS]
"""
# SPDX-License-Identifier: Apache-2.0
import http.client
import json
import os
import random
import sys
import threading
import time

KILLS = int(sys.argv.pop(3)) if len(sys.argv) > 3 else 8

import people  # noqa: E402
from people import House, Person  # noqa: E402

ACCOUNTS, ROWS, DELIVERIES = 400, 250, 48
CONFIG = "money: {memory: 1M}\nsnapshot: {interval: 1s}\nlimits: {traces: 0}\n"
BASE = int(time.time()) - 3600 - DELIVERIES * ROWS


def card(number):
    return f"622202{number:013d}"  # nineteen digits: a name that does not fit in eight bytes


def name(number):
    """What its bank numbers a payment with: ten digits, or for two in three thirty, which do not fit in eight bytes."""
    return f"{10**9 + number}" if number % 3 == 0 else f"2026030211000{number:017d}"


def payment(number, **more):
    """One payment of a made-up world; every number is another, one after another in time."""
    chance = random.Random(number)
    payer = chance.randrange(ACCOUNTS)
    row = {"kind": "payment", "id": name(number), "time": stamp(BASE + number), "payer": card(payer),
           "payee": card((payer + 1 + chance.randrange(7)) % ACCOUNTS), "amount": f"{1 + chance.randrange(5000)}.{number % 100:02d}",
           "currency": "CNY", "payer_bank": "ICBKCNBJ", "payee_bank": "ABOCCNBJ"}
    if chance.randrange(10) == 0:
        row["balance"] = f"{chance.randrange(9000)}.00"
    return json.dumps({**row, **more}) + "\n"


def stamp(seconds):
    return time.strftime("%Y-%m-%dT%H:%M:%S+08:00", time.gmtime(seconds + 8 * 3600))


def bare(answer):
    """A trace without what differs between two lives: ids, and positions, between which heartbeats lie."""
    trace = json.loads(json.dumps(answer["trace"]))
    for row in trace["payments"]:
        del row["record"]
    for row in trace["stops"] or []:
        del row["age_ms"], row["stays"], row["expected"], row["reason"]  # they speak of now
    if trace["stops"]:
        trace["stops"].sort(key=lambda row: row["account"])
    return trace


class Money(people.Case):
    CONFIG = CONFIG

    def setUp(self):
        super().setUp()
        self.house.enrol()

    def wait_for_money(self, house, payments):
        """Until the index is where the journal ends."""
        until = time.monotonic() + 60
        while time.monotonic() < until:
            figures = house.figures()
            kept = sum(figures[f'cutline_money_kept_payments{{where="{where}"}}'] for where in ("memory", "files"))
            if figures["cutline_money_behind_entries"] == 0 and kept == payments:
                return figures
            time.sleep(0.1)
        self.fail(f"the index has {kept} of {payments} payments")

    def questions(self):
        chance = random.Random(5)
        for method in ("timestamp", "fifo", "lifo", "pro_rata", "poison"):
            for direction in ("forward", "backward"):
                number = chance.randrange(ROWS * DELIVERIES)
                yield {"from": f"payment:{name(number)}", "method": method, "direction": direction, "depth": 4, "payments": 300,
                       "reason": "test"}
        yield {"from": f"account:{card(7)}", "until": stamp(BASE + 900), "depth": 3, "reason": "test"}

    def traces(self, person):
        answers = []
        for question in self.questions():
            status, answer = person.ask("POST", "/v1/traces", question)
            self.assertEqual(status, 201, (question, answer))
            answers.append(bare(answer))
        return answers

    def named(self, person):
        """Payments go by the ids that they came with, long ones too, from memory and from files; masked where the rest is."""
        told = {name(number): json.loads(payment(number)) for number in range(ROWS * DELIVERIES)}
        short = long = 0
        for question in self.questions():
            status, answer = person.ask("POST", "/v1/traces", question)
            masked = answer["trace"]["payments"]
            shown = person.ask("POST", f"/v1/traces/{answer['id']}/reveal", {"reason": "test"})[1]["trace"]["payments"]
            self.assertEqual(len(masked), len(shown))
            for row, hidden in zip(shown, masked):
                self.assertEqual(told[row["id"]]["amount"], row["amount"])
                self.assertNotEqual(hidden["id"], row["id"])
                short += len(row["id"]) == 10
                long += len(row["id"]) == 30
        self.assertGreater(min(short, long), 50)

    def deliver(self, house, killed=lambda: False):
        for number in range(DELIVERIES):
            body = "".join(payment(number * ROWS + i) for i in range(ROWS))
            while True:
                try:
                    status, _, answer = house.send(body, key=f"delivery-{number}")
                except (OSError, http.client.HTTPException):
                    time.sleep(0.02)
                    continue
                if status == 200:
                    break
                time.sleep(0.02)

    def test_traces_after_kills_are_those_of_an_uninterrupted_life(self):
        self.deliver(self.house)
        self.wait_for_money(self.house, ROWS * DELIVERIES)
        ann = Person(self.house, "ann", ["analyst"])
        whole = self.traces(ann)
        self.assertTrue(any(len(trace["payments"]) > 20 for trace in whole))
        self.named(ann)
        killed = House(CONFIG).start().enrol()
        chance = random.Random(3)
        try:
            client = threading.Thread(target=self.deliver, args=(killed,))
            client.start()
            for _ in range(KILLS):
                time.sleep(0.2 + chance.random() / 2)
                killed.kill()
                killed.start()
            client.join()
            for _ in range(2):  # and while it seals and merges what it has
                time.sleep(chance.random())
                killed.kill()
                killed.start()
            figures = self.wait_for_money(killed, ROWS * DELIVERIES)
            self.assertEqual(figures["cutline_money_missing_entries"], 0)
            self.assertEqual(figures["cutline_money_damaged_files"], 0)
            self.assertGreaterEqual(figures["cutline_money_files"], 1)
            self.assertEqual(self.traces(Person(killed, "ann", ["analyst"])), whole)
            print(f"{KILLS + 2} kills, {ROWS * DELIVERIES} payments, {len(whole)} traces alike", file=sys.stderr)
        finally:
            killed.end()

    def chain(self):
        """A victim's 10,000 goes on in two steps, and half of it to a shop; one account is the victim's own."""
        now = int(time.time()) - 600
        rows = [{"kind": "list", "list": "merchant", "value": card(900004)}]
        moves = [("V1", 900001, 900002, 10000), ("P2", 900002, 900003, 7000), ("P3", 900003, 900004, 2500), ("P4", 900003, 900005, 3000)]
        for number, (id, payer, payee, amount) in enumerate(moves):
            rows.append({"kind": "payment", "id": id, "time": stamp(now + 20 * number), "payer": card(payer), "payee": card(payee),
                         "amount": f"{amount}.00", "currency": "CNY", "payer_bank": "CCBKCNBJ" if number else "ICBKCNBJ", "payee_bank": "CCBKCNBJ"})
        status, _, answer = self.house.send("".join(json.dumps(row) + "\n" for row in rows))
        self.assertEqual((status, answer["accepted"]), (200, 5), answer)
        self.wait_for_money(self.house, 4)
        return now

    def test_a_trace_is_masked_revealed_and_becomes_orders_once(self):
        now = self.chain()
        ann, otto = Person(self.house, "ann", ["analyst"]), Person(self.house, "otto", ["operator"])
        question = {"from": "V1", "reason": "report 17"}
        status, answer = ann.ask("POST", "/v1/traces", question)
        self.assertEqual(status, 201, answer)
        trace = answer["trace"]
        self.assertTrue(trace["masked"])
        self.assertNotIn(card(900003), json.dumps(answer))
        self.assertEqual(trace["sums"]["ends"], {"merchant": "2500.00"})
        held = {row["level"]: row["held"] for row in trace["accounts"]}
        self.assertEqual(trace["sums"]["held"], "7500.00")
        self.assertEqual(sorted(held), [1, 2, 3])
        self.assertEqual({row["account"] for row in trace["stops"]}, {0, 1, 2})
        self.assertGreater(answer["position"], 4)
        # again, by id; and unmasked, with a reason
        id = answer["id"]
        self.assertEqual(ann.get(f"/v1/traces/{id}")["trace"], trace)
        self.assertEqual(otto.ask("GET", f"/v1/traces/{id}")[0], 403)
        self.assertEqual(ann.ask("POST", f"/v1/traces/{id}/reveal", {})[0], 400)
        status, shown = ann.ask("POST", f"/v1/traces/{id}/reveal", {"reason": "the bank asks"})
        self.assertEqual((status, shown["trace"]["masked"]), (200, False))
        self.assertEqual([row["account"] for row in shown["trace"]["accounts"]], [card(900002), card(900003), card(900005)])
        self.assertEqual({row["bank"] for row in shown["trace"]["accounts"]}, {"CCBKCNBJ"})
        # orders, filled from the trace, each once
        for _ in range(2):
            status, made = ann.ask("POST", f"/v1/traces/{id}/orders", {"accounts": ["2", "1"], "reason": "stop"})
            self.assertEqual(status, 200, made)
        items = {row["account"]: row["item"] for row in made["orders"]}
        orders = ann.get("/v1/work?kind=stop_order")["work"]
        self.assertEqual({row["id"] for row in orders}, set(items.values()))
        fields = ann.item(items[2])["fields"]
        self.assertEqual((fields["amount"], fields["level"], fields["payee_bank"], fields["about"]), (300000, 3, "CCBKCNBJ", id), fields)
        self.assertNotIn(card(900005), json.dumps(fields))
        status, item = ann.ask("POST", f"/v1/work/{items[2]}/reveal", {"fields": ["payee", "payer"], "reason": "check"})
        self.assertEqual((item["fields"]["payee"], item["fields"]["payer"]), (card(900005), card(900003)))
        self.assertEqual(ann.ask("POST", f"/v1/traces/{id}/orders", {"accounts": ["77"], "reason": "stop"})[0], 404)
        self.assertEqual({row["account"]: row["item"] for row in ann.get(f"/v1/traces/{id}")["orders"]}, items)
        # nothing of it stands in the store unsealed
        self.house.kill()
        for name in os.listdir(self.house.data):
            if name.startswith("store.db"):
                with open(os.path.join(self.house.data, name), "rb") as file:
                    self.assertNotIn(card(900003).encode(), file.read(), name)
        self.house.start()
        self.assertEqual(ann.get(f"/v1/traces/{id}")["trace"], trace)
        self.assertGreater(now, 0)

    def test_wrong_questions_are_refused(self):
        self.chain()
        ann = Person(self.house, "ann", ["analyst"])
        for body, expected in (({"from": "V1"}, 400), ({"from": "nobody", "reason": "x"}, 404), ({"from": "V1", "reason": "x", "method": "luck"}, 422),
                               ({"from": "V1", "reason": "x", "until": "2020-01-01T00:00:00Z"}, 422),
                               ({"from": "V1", "reason": "x", "depth": 0}, 422), ({"from": "V1", "reason": "x", "since": "soon"}, 422)):
            status, answer = ann.ask("POST", "/v1/traces", body)
            self.assertEqual(status, expected, (body, answer))

    def test_the_command_line_traces_proposes_and_orders(self):
        self.chain()
        ann = Person(self.house, "ann", ["analyst"]).token(
            ["traces:ask", "traces:read", "traces:order", "traces:reveal", "work:read"])
        why = ["--reason", "report 17"]
        page = os.path.join(self.house.folder, "trace.html")
        tree = ann.cli("trace", "V1", *why, "--html", page)
        for word in ("10000.00", "merchant", "CCBKCNBJ", "2500.00", "trace T"):
            self.assertIn(word, tree)
        self.assertNotIn(card(900003), tree)
        with open(page, encoding="utf-8") as file:
            self.assertIn("7000.00", file.read())
        self.assertIn(card(900003), ann.cli("trace", "V1", *why, "--unmask"))
        self.assertEqual(json.loads(ann.cli("trace", "V1", *why, "--json"))["trace"]["sums"]["held"], "7500.00")
        ranked = ann.cli("stop", "propose", "V1", *why)
        self.assertIn("expected", ranked)
        id = ranked.split("trace ")[-1].split(":")[0]
        self.assertEqual(ann.cli("stop", "propose", id), ranked)
        self.assertIn("w_", ann.cli("stop", "order", id, "2", *why))
        ann.cli("trace", "V1", code=2)  # why is not said
        self.assertEqual(len(ann.get("/v1/work?kind=stop_order")["work"]), 1)


if __name__ == "__main__":
    people.main()
