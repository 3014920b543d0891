"""recalls.py -- a request for return leaves a served house by a folder or by HTTP, and its answers come back to the cent.

usage: recalls.py PATH_OF_CUTLINE SOURCE_ROOT
"""
# SPDX-License-Identifier: Apache-2.0
from datetime import datetime
import http.server
import json
import os
import re
import subprocess
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "casework"))
from people import CUTLINE, Desk, House, Person, main  # noqa: E402

UETR = "8a562c67-ca16-48ba-b074-65581be6f011"


def law(name):
    """What the pack in force says, as the program tells it."""
    shown = subprocess.run([CUTLINE, "law", "show", "cutline-defaults-2026", "--json"], capture_output=True, text=True, check=True)
    return json.loads(shown.stdout)["values"][name]["value"]


def resolution(conf):
    return (f'<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.029.001.09"><RsltnOfInvstgtn><Assgnmt><Id>{conf}1</Id>'
            "<Assgnr><Agt><FinInstnId><BICFI>DEUTDEFFXXX</BICFI></FinInstnId></Agt></Assgnr><Assgne><Agt><FinInstnId>"
            "<BICFI>ICBKCNBJXXX</BICFI></FinInstnId></Agt></Assgne><CreDtTm>2026-03-03T10:00:00+01:00</CreDtTm></Assgnmt>"
            f"<Sts><Conf>{conf}</Conf></Sts><CxlDtls><TxInfAndSts><OrgnlUETR>{UETR}</OrgnlUETR></TxInfAndSts></CxlDtls>"
            "</RsltnOfInvstgtn></Document>")


def back(part, amount, uetr=UETR):
    return (f'<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pacs.004.001.09"><PmtRtr><GrpHdr><MsgId>M{part}</MsgId>'
            "<CreDtTm>2026-03-04T10:00:00+01:00</CreDtTm><NbOfTxs>1</NbOfTxs></GrpHdr><TxInf>"
            f"<RtrId>{part}</RtrId><OrgnlUETR>{uetr}</OrgnlUETR><RtrdIntrBkSttlmAmt Ccy=\"EUR\">{amount}</RtrdIntrBkSttlmAmt>"
            "<IntrBkSttlmDt>2026-03-04</IntrBkSttlmDt><RtrRsnInf><Rsn><Cd>FOCR</Cd></Rsn></RtrRsnInf></TxInf></PmtRtr></Document>")


class Recalls(Desk):
    def setUp(self):  # the house is made with its configuration, below
        pass

    def house_with(self, config):
        self.house = House(config)
        self.addCleanup(self.house.end)
        self.house.start()
        self.house.enrol()
        self.ann = Person(self.house, "ann", ["duty"])
        self.ben = Person(self.house, "ben", ["supervisor"])

    def sent(self):
        id = self.ann.new("recall", amount=4980001, currency="EUR", to_bank="DEUTDEFFXXX", uetr=UETR, day="2026-03-02",
                          payee_account="DE89370400440532013000", payee_name="Max Muster")["id"]
        self.ann.step(id, "send")
        self.assertEqual(self.ben.word(id)["state"], "sent")
        return id

    def until(self, what, seconds=30):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            got = what()
            if got:
                return got
            time.sleep(0.1)
        raise AssertionError("it did not happen\n" + self.house.read_log()[-3000:])

    def test_by_a_folder_and_across_a_restart(self):
        self.house_with("recall: {folder: swift, bank: ICBKCNBJXXX}\n")
        folder = os.path.join(self.house.folder, "swift")
        id = self.sent()
        name = self.until(lambda: next(iter(os.listdir(os.path.join(folder, "out"))), None))
        clock = self.ann.item(id)["clocks"][0]
        lasts = datetime.fromisoformat(clock["due"]) - datetime.fromisoformat(clock["started"])
        self.assertAlmostEqual(lasts.total_seconds(), law("recall.answer") * 86400, delta=3)
        with open(os.path.join(folder, "out", name), encoding="utf-8") as file:
            xml = file.read()
        self.assertIn("camt.056.001.08", xml)
        self.assertIn("<Cd>FRAD</Cd>", xml)
        self.assertIn("49800.01", xml)
        self.assertTrue(re.search(r"<Id>R[0-9A-F]{16}</Id>", xml))

        def drop(name, text):
            with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
                file.write(text)
            os.rename(os.path.join(folder, name), os.path.join(folder, "in", name))

        drop("1.xml", resolution("CNCL"))
        self.until(lambda: self.ann.item(id)["state"] == "accepted")
        drop("2.xml", back("P1", "16600.00"))
        drop("3.xml", back("P2", "16600.00") + back("P1", "16600.00"))
        self.until(lambda: self.ann.item(id)["fields"].get("returned") == 3320000)
        self.house.kill()
        drop("4.xml", back("P3", "16600.01"))
        drop("5.xml", back("P4", "1.00", "11111111-1111-4111-8111-111111111111"))
        drop("6.xml", "<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>")
        self.house.start()
        self.until(lambda: self.ann.item(id)["state"] == "matched")
        self.assertEqual(self.ann.item(id)["fields"]["returned"], 4980001)
        self.until(lambda: sorted(os.listdir(os.path.join(folder, "refused"))) == ["5.xml", "6.xml"])
        self.assertEqual(os.listdir(os.path.join(folder, "in")), [])
        self.assertTrue(any(event["event_type"] == "recall_unused" for event in self.house.events()))

    def test_by_http_tried_again_until_it_is_taken(self):
        heard = []

        class Gateway(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                heard.append(self.rfile.read(int(self.headers["Content-Length"])).decode())
                self.send_response(503 if len(heard) < 2 else 200)
                self.end_headers()
                if len(heard) >= 2:
                    self.wfile.write(resolution("RJCR").encode())

            def log_message(self, *words):
                pass

        server = http.server.HTTPServer(("127.0.0.1", 0), Gateway)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        self.house_with(f"recall: {{url: 'http://127.0.0.1:{server.server_port}/', bank: ICBKCNBJXXX}}\n")
        id = self.sent()
        self.until(lambda: self.ann.item(id)["state"] == "refused")
        self.assertEqual(len(heard), 2)
        self.assertEqual(heard[0], heard[1])
        self.ann.step(id, "appeal", why="by the court")
        self.assertEqual(self.ben.word(id)["state"], "appealed")


if __name__ == "__main__":
    main()
