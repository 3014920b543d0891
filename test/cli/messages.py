"""messages.py -- payments told in XML (ISO 20022) are the same payments: same alerts, same trace, and refusals in words."""
# SPDX-License-Identifier: Apache-2.0
import csv
import json
import os
from xml.sax.saxutils import escape

import ask
from ask import SOURCE

SPACE = "urn:iso:std:iso:20022:tech:xsd:pacs.%s"
FIELDS = ["time", "id", "payer", "payee", "amount", "currency", "payer_bank", "payee_bank"]


def account(side, value):
    return f"<{side}Acct><Id><Othr><Id>{escape(value)}</Id></Othr></Id></{side}Acct>" if value else ""


def agent(side, value):
    return (f"<{side}Agt><FinInstnId><ClrSysMmbId><MmbId>{escape(value)}</MmbId></ClrSysMmbId></FinInstnId></{side}Agt>"
            if value else "")


def transfer(row):
    """One payment on one line, as the rows of a CSV file stand."""
    return (f"<CdtTrfTxInf><PmtId><EndToEndId>NOTPROVIDED</EndToEndId><TxId>{escape(row['id'])}</TxId></PmtId>"
            f"<IntrBkSttlmAmt Ccy=\"{row['currency']}\">{row['amount']}</IntrBkSttlmAmt>"
            f"<AccptncDtTm>{row['time']}</AccptncDtTm>{account('Dbtr', row['payer'])}{agent('Dbtr', row['payer_bank'])}"
            f"{agent('Cdtr', row['payee_bank'])}{account('Cdtr', row['payee'])}</CdtTrfTxInf>\n")


def transfers(rows):
    return (f'<?xml version="1.0" encoding="UTF-8"?><Document xmlns="{SPACE % "008.001.08"}"><FIToFICstmrCdtTrf><GrpHdr>'
            "<MsgId>M</MsgId><CreDtTm>2026-03-02T00:00:00+08:00</CreDtTm></GrpHdr>\n"
            + "".join(transfer(row) for row in rows) + "</FIToFICstmrCdtTrf></Document>\n")


class Messages(ask.Case):
    def test_a_city_in_xml_gives_the_same_alerts(self):
        self.ask("simulate", "--out", "city", "--people", "3000", "--fraud", "5", "--seed", "5", code=0)
        with open(self.path("city/payments.csv"), encoding="utf-8", newline="") as file:
            rows = [{field: row[field] for field in FIELDS} for row in csv.DictReader(file)]
        os.remove(self.path("city/payments.csv"))
        with open(self.path("payments.csv"), "w", encoding="utf-8", newline="") as file:
            table = csv.DictWriter(file, FIELDS)
            table.writeheader()
            table.writerows(rows)
        self.write("payments.xml", transfers(rows))
        others = sorted(os.path.join("city", name) for name in os.listdir(self.path("city")) if name != "truth.csv")
        said = {}
        for form in ("csv", "xml"):
            answer = self.ask("detect", "-r", os.path.join(SOURCE, "rules"), "--json", "--unmask", f"payments.{form}", *others,
                              code=0)
            said[form] = answer.out.replace(f"payments.{form}", "payments")
        self.assertEqual(said["csv"], said["xml"])
        self.assertIn("\"file\":\"payments\"", said["xml"])  # payments are among what they rest on

    def test_money_that_came_back_is_traced_back(self):
        def row(name, minute, payer, payee, amount):
            return {"time": f"2026-03-02T09:{minute:02d}:00+08:00", "id": name, "payer": payer, "payee": payee, "amount": amount,
                    "currency": "CNY", "payer_bank": "ICBCCNBJ", "payee_bank": "ABOCCNBJ"}
        self.write("transfers.xml", transfers([row("P0", 0, "v", "a", "50000.00"), row("P1", 3, "a", "b", "30000.00")]))
        self.write("returns.xml", f'<Document xmlns="{SPACE % "004.001.09"}"><PmtRtr><GrpHdr><MsgId>R</MsgId>'
                   "<CreDtTm>2026-03-02T09:30:00+08:00</CreDtTm></GrpHdr><TxInf><RtrId>R1</RtrId><OrgnlTxId>P1</OrgnlTxId>"
                   '<RtrdIntrBkSttlmAmt Ccy="CNY">12000.50</RtrdIntrBkSttlmAmt><OrgnlTxRef>'
                   + account("Dbtr", "a") + account("Cdtr", "b") + "</OrgnlTxRef></TxInf></PmtRtr></Document>")
        trace = json.loads(self.ask("trace", "P0", "transfers.xml", "returns.xml", "--json", "--unmask", "-q", code=0).out)
        self.write("payments.csv", "time,id,payer,payee,amount,currency,payer_bank,payee_bank,reverses\n"
                   "2026-03-02T09:00:00+08:00,P0,v,a,50000.00,CNY,ICBCCNBJ,ABOCCNBJ,\n"
                   "2026-03-02T09:03:00+08:00,P1,a,b,30000.00,CNY,ICBCCNBJ,ABOCCNBJ,\n"
                   "2026-03-02T09:30:00+08:00,R1,b,a,12000.50,CNY,,,P1\n")
        same = json.loads(self.ask("trace", "P0", "payments.csv", "--json", "--unmask", "-q", code=0).out)
        for told in (trace, same):  # where a record stands is another matter
            for edge in told["payments"]:
                del edge["record"]
        self.assertEqual(trace, same)
        self.assertIn("12000.5", json.dumps(trace))

    def test_what_is_refused_says_where_and_why(self):
        for lang, words in (("en", "line 2: declares a document type (DOCTYPE lolz)"), ("zh", "第 2 行：含有文档类型声明（DOCTYPE lolz）")):
            self.write("laughs.xml", '<?xml version="1.0"?>\n<!DOCTYPE lolz [<!ENTITY a "b"><!ENTITY c "&a;&a;">]><lolz>&c;</lolz>')
            answer = self.ask("intake", "check", "laughs.xml", "--lang", lang)
            self.assertNotEqual(answer.code, 0)
            self.assertIn(words, answer.err)
        self.write("version.xml", transfers([]).replace("008.001.08", "008.001.99").replace("</GrpHdr>", "</GrpHdr><CdtTrfTxInf/>"))
        answer = self.ask("intake", "check", "version.xml", "--rejects", "r.csv", "--lang", "en")
        self.assertNotEqual(answer.code, 0)
        with open(self.path("r.csv"), encoding="utf-8") as file:
            self.assertIn("pacs.008.001.99", file.read())
        answer = self.ask("intake", "check", "version.xml", "--kind", "call", "--lang", "en")
        self.assertIn("whose messages are payments, not of kind call", answer.err)
        answer = self.ask("intake", "guess", "version.xml", "--lang", "en")
        self.assertIn("need no mapping", answer.err)


ask.main()
