"""traces.py -- `cutline trace`: the same money in a tree, JSON, GraphML and a page; masked; limits that say what they cut."""
# SPDX-License-Identifier: Apache-2.0
import json
import os
import xml.etree.ElementTree
from decimal import Decimal

import ask
from ask import SOURCE

HEAD = "time,id,payer,payee,amount,currency,channel,payer_bank,payee_bank,balance,reverses\n"
V, A, B, C, F = ("62220200000000000%02d" % number for number in (1, 11, 21, 22, 33))
PAYMENTS = HEAD + "".join(f"2026-03-02T{row}\n" for row in (
    f"09:00:00+08:00,P0,{V},{A},50000.00,CNY,mobile,ICBCCNBJ,ABOCCNBJ,100.00,",
    f"09:03:00+08:00,P1,{A},{B},30000.00,CNY,mobile,ABOCCNBJ,BKCHCNBJ,20000.00,",
    f"09:04:00+08:00,P2,{A},{C},19000.00,CNY,mobile,ABOCCNBJ,BKCHCNBJ,1000.00,",
    f"09:10:00+08:00,P3,{B},,10000.00,CNY,atm,BKCHCNBJ,,20000.00,",
    f"09:11:00+08:00,P4,{B},shop=X,5000.00,CNY,pos,BKCHCNBJ,CIBKCNBJ,,",
    f"09:12:00+08:00,P5,{C},{F},19000.00,CNY,web,BKCHCNBJ,HSBCHKHH,0.00,",
    f"09:30:00+08:00,P6,shop=X,{B},1000.00,CNY,pos,CIBKCNBJ,BKCHCNBJ,,P4"))


class Traces(ask.Case):
    def setUp(self):
        super().setUp()
        self.write("payments.csv", PAYMENTS)

    def trace(self, *words):
        return json.loads(self.ask("trace", *words, "--json", "-q", code=0).out)

    def test_json_is_as_the_schema_says(self):
        try:
            import jsonschema
        except ImportError:
            self.skipTest("python3-jsonschema is not installed")
        with open(os.path.join(SOURCE, "src", "money", "trace.schema.json"), encoding="utf-8") as file:
            schema = json.load(file)
        jsonschema.Draft202012Validator.check_schema(schema)
        validator = jsonschema.Draft202012Validator(schema)
        for more in ([], ["--backward"], ["--depth", "1"], ["--unmask"], ["--until", "2026-03-02T09:05:00+08:00"]):
            for start in ("P0", "P5", "account:" + A):
                if start == "P5" and "--until" in more:
                    continue
                for method in ("timestamp", "fifo", "lifo", "pro_rata", "poison"):
                    errors = list(validator.iter_errors(self.trace(start, "payments.csv", "--method", method, *more)))
                    self.assertEqual(errors, [])

    def test_no_cent_is_lost(self):
        for more in ([], ["--depth", "1"], ["--until", "2026-03-02T09:05:00+08:00"], ["--backward"]):
            for method in ("timestamp", "fifo", "lifo", "pro_rata", "poison"):
                sums = self.trace("P0", "payments.csv", "--method", method, *more)["sums"]
                right = Decimal(sums["held"]) + sum(map(Decimal, sums["ends"].values()))
                right += sum(Decimal(cut["amount"]) for cut in sums["cuts"].values())
                self.assertEqual(Decimal(sums["started"]) + Decimal(sums["touched"]), right)

    def test_where_it_went(self):
        trace = self.trace("P0", "--records", "payments.csv", "--unmask")
        self.assertEqual(trace["sums"]["ends"], {"cash": "10000.00", "merchant": "4000.00", "foreign": "19000.00"})
        self.assertEqual({account["account"]: account["held"] for account in trace["accounts"]},
                         {A: "1000.00", B: "16000.00", C: "0.00"})
        self.assertEqual([stop["account"] for stop in trace["stops"]], [1, 0])
        self.assertEqual(trace["payments"][1]["delay_ms"], 180000)
        self.assertEqual(trace["payments"][1]["record"], {"file": "payments.csv", "line": 3})

    def test_whose_it_is(self):
        trace = self.trace("P5", "payments.csv", "--backward", "--unmask")
        self.assertEqual({account["account"]: account["held"] for account in trace["accounts"]},
                         {C: "0.00", A: "0.00", V: "19000.00"})
        self.assertIsNone(trace["stops"])

    def test_a_limit_says_what_it_cut(self):
        trace = self.trace("P0", "payments.csv", "--depth", "1")
        self.assertEqual(trace["sums"]["cuts"], {"depth": {"amount": "49000.00", "payments": 2}})
        self.assertIn("more levels than asked for 49000.00", self.ask("trace", "P0", "payments.csv", "--depth", "1", "--lang", "en",
                                                                      code=0).out)

    def test_accounts_of_one_holder_are_one_step(self):
        self.write("accounts.csv", "time,account,event,person\n"
                   f"2026-01-01T00:00:00+08:00,{A},opened,p1\n2026-01-01T00:00:00+08:00,{B},opened,p1\n")
        trace = self.trace("P0", "payments.csv", "accounts.csv", "--depth", "1", "--unmask")
        self.assertEqual({account["account"]: account["level"] for account in trace["accounts"]}, {A: 1, B: 1})
        self.assertEqual(trace["sums"]["cuts"]["depth"]["amount"], "19000.00")
        self.assertTrue(trace["payments"][1]["own"])

    def test_lists_name_ends(self):
        self.write("lists.csv", f"list,value\ngold,{C}\nexchange,{B}\n")
        ends = self.trace("P0", "payments.csv", "lists.csv")["sums"]["ends"]
        self.assertEqual(ends, {"gold": "19000.00", "exchange": "30000.00"})

    def test_names_are_masked_unless_asked(self):
        for more in ([], ["--json"]):
            answer = self.ask("trace", "P0", "payments.csv", "--html", "t.html", "--graphml", "t.graphml", *more, code=0)
            shown = answer.out + answer.err + self.read("t.html") + self.read("t.graphml")
            for name in (V, A, B, C, F, "shop=X"):
                self.assertNotIn(name, shown)
        self.assertIn(B, self.ask("trace", "P0", "payments.csv", "--unmask", code=0).out)

    def test_page_and_graph_are_well_formed(self):
        self.write("payments.csv", PAYMENTS.replace("shop=X", "<b>&\"'x"))
        self.ask("trace", "P0", "payments.csv", "--unmask", "--html", "t.html", "--graphml", "t.graphml", code=0)
        page = self.read("t.html")
        self.assertNotIn("<b>&", page)
        for word in ("资金追踪", "Trace of payments", "建议优先止付"):
            self.assertIn(word, page)
        for outside in ("http:", "https:", "<script", "src="):
            self.assertNotIn(outside, page)
        tree = xml.etree.ElementTree.parse(self.path("t.graphml"))
        space = "{http://graphml.graphdrawing.org/xmlns}"
        nodes = {node.get("id") for node in tree.iter(space + "node")}
        for edge in tree.iter(space + "edge"):
            self.assertIn(edge.get("source"), nodes)
            self.assertIn(edge.get("target"), nodes)

    def test_order_of_files_and_rows_does_not_matter(self):
        rows = PAYMENTS.splitlines(keepends=True)
        self.write("late.csv", rows[0] + "".join(reversed(rows[1:])))
        one = self.trace("P0", "payments.csv", "--method", "pro_rata")
        two = self.trace("P0", "late.csv", "--kind", "payment", "--method", "pro_rata")
        for trace in (one, two):
            for payment in trace["payments"]:
                del payment["record"]
        self.assertEqual(one, two)

    def test_what_is_wrong_is_said(self):
        self.assertIn("know no payment or account", self.ask("trace", "P99", "payments.csv", "--lang", "en", code=3).err)
        self.assertIn("--depth", self.ask("trace", "P0", "payments.csv", "--depth", "0", code=2).err)
        self.assertIn("--since", self.ask("trace", "P0", "payments.csv", "--since", "noon", code=2).err)
        self.ask("trace", "P0", "payments.csv", "--until", "2026-03-01T09:05:00+08:00", code=2)
        self.ask("trace", "P0", code=2)
        self.ask("trace", "P0", "missing.csv", code=3)

    def test_both_tongues(self):
        english = self.ask("trace", "P0", "payments.csv", "--lang", "en", code=0).out
        chinese = self.ask("trace", "P0", "payments.csv", "--lang", "zh", code=0).out
        self.assertIn("stoppable now 16000.00", english)
        self.assertIn("当前可止付 16000.00", chinese)


ask.main()
