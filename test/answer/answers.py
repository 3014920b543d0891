"""answers.py -- real `cutline answer` processes: a CSV file, SQLite and PostgreSQL as registers, letters that must not
be believed, what is not answered, what the log holds, and how long an answer takes.

usage: answers.py CUTLINE ASK [SECONDS]
"""
# SPDX-License-Identifier: Apache-2.0
import json
import os
import re
import select
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
import unittest

CUTLINE, ASK = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
PG = "/usr/lib/postgresql/15/bin"

FIELDS = """\
number: msisdn
document: cert
carried_to: np
fields:
  network: {always: telecom}
  line_status: {column: st, words: {"1": active, "2": suspended}}
  contract_date: opened
  address: addr
  place: area
  imei: imei
  holder_kind: kind
  cards: {of_holder: yes}
"""
# Made up: no number of these is anybody's whom we know.
ROWS = [(f"1330000{i:04d}", f"5301141990{i:08d}", "", "1", "2023-02-01", f"呈贡区春融街{i}号", "530114",
         f"8601234500{i:05d}", "unit" if i == 9 else "person") for i in range(1000)]
SECRETS = ["1330000", "13300000", "5301141990", "春融街", "8601234500"]


def ask(*words, stdin=b""):
    done = subprocess.run([ASK, *map(str, words)], input=stdin, capture_output=True, timeout=120)
    assert done.returncode == 0, (words[0], done.returncode, done.stderr)
    return done.stdout.decode().strip()


class Carrier:
    def __init__(self, mapping, person="", a_minute=100000):
        self.folder = tempfile.mkdtemp(prefix="cutline-answer-")
        os.chmod(self.folder, 0o755)
        self.data = os.path.join(self.folder, "data")
        self.config = self.put("answer.yaml", f"""\
answer: 1
name: telecom-km
port: 0
lines: lines.yaml
notices: notices
askers:
  - {{name: kunming, key: {ask("key", "centre")}, a_minute: {a_minute}, a_day: 1000000}}
answers:
  - purpose: fraud_lead
    basis: [anti_fraud_law, criminal_procedure]
    fields: [network, line_status, holder, holder_key, address, place, cards]
person:
  - {{field: holder_kind, is: unit}}
{person}""")
        self.put("lines.yaml", mapping + FIELDS)
        self.process = None

    def put(self, name, text):
        path = os.path.join(self.folder, name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return path

    def start(self):
        self.errors = open(os.path.join(self.folder, "log"), "ab")
        self.process = subprocess.Popen([CUTLINE, "answer", "--data", self.data, "--config", self.config, "--lang", "en"],
                                        stdout=subprocess.PIPE, stderr=self.errors)
        text = ""
        until = time.monotonic() + 30
        while text.count("\n") < 2:
            ready, _, _ = select.select([self.process.stdout], [], [], max(0, until - time.monotonic()))
            more = os.read(self.process.stdout.fileno(), 4096).decode() if ready else ""
            assert more, "it did not start: " + self.log()
            text += more
        self.url = re.search(r"(http://\S+)", text).group(1)
        self.key = text.split("key ")[1].strip()
        return self

    def log(self):
        with open(os.path.join(self.folder, "log"), encoding="utf-8") as file:
            return file.read()

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(20)
        self.process.stdout.close()
        self.errors.close()
        self.process = None
        return code

    def end(self):
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process.stdout.close()
            self.errors.close()
        shutil.rmtree(self.folder)

    def many(self, numbers, count, threads=1, seed="centre", sender="kunming"):
        path = self.put("numbers", "\n".join(numbers) + "\n")
        return json.loads(ask("many", self.url, seed, sender, "telecom-km", self.key, path, count, threads))

    def post(self, envelope):
        path = self.put("envelope", envelope)
        status, body = ask("post", self.url, path).split(" ", 1)
        return int(status), json.loads(body)

    def letter(self, body, seed="centre", sender="kunming", to="telecom-km", kind="lead.ask", hours=1):
        return ask("put", seed, sender, to, kind, hours, stdin=json.dumps(
            body, separators=(",", ":"), sort_keys=True, ensure_ascii=False).encode())


def question(number="13300000001", **more):
    return {"check": 1, "id": "w_1", "number": number, "purpose": "fraud_lead", "basis": "anti_fraud_law",
            "document": "18", **more}


def csv_register(carrier, rows):
    text = "msisdn,cert,np,st,opened,addr,area,imei,kind\n" + "".join(",".join(row) + "\n" for row in rows)
    carrier.put("lines.csv", text)


class Answers(unittest.TestCase):
    def carrier(self, *words, **more):
        carrier = Carrier(*words, **more)
        self.addCleanup(carrier.end)
        return carrier

    def csv(self, **more):
        carrier = self.carrier("lines: 1\nfrom: csv\nfile: lines.csv\n", **more)
        csv_register(carrier, ROWS)
        return carrier.start()

    def look_over(self, carrier, name):
        numbers = [row[0] for row in ROWS if row[8] == "person"]
        told = carrier.many(numbers, 500)
        self.assertEqual((told["failed"], told["answered"]), (0, 500), told)
        self.assertEqual(told["fields"], 500 * 7)
        self.assertEqual(carrier.many([ROWS[9][0]], 1)["held"], 1)  # a unit's line
        self.assertEqual(carrier.many(["13311110000"], 1)["absent"], 1)
        print(f"{name}: {json.dumps(told)}")
        self.assertLess(told["p50_ms"], 1000)

    def test_a_file_answers(self):
        carrier = self.csv()
        self.look_over(carrier, "csv")
        told = carrier.many([row[0] for row in ROWS if row[8] == "person"], 2000, threads=8)
        self.assertEqual(told["failed"], 0)
        print(f"csv, 8 at once: {json.dumps(told)}")
        self.assertEqual(carrier.stop(), 0)

    def test_sqlite_answers(self):
        carrier = self.carrier("lines: 1\nfrom: sqlite\nfile: lines.db\ntable: subscriber\n")
        with sqlite3.connect(os.path.join(carrier.folder, "lines.db")) as database:
            database.execute("CREATE TABLE subscriber (msisdn TEXT, cert TEXT, np TEXT, st INTEGER, opened TEXT, "
                             "addr TEXT, area TEXT, imei TEXT, kind TEXT)")
            database.execute("CREATE INDEX by_number ON subscriber (msisdn)")
            database.execute("CREATE INDEX by_cert ON subscriber (cert)")
            database.executemany("INSERT INTO subscriber VALUES (?,?,?,?,?,?,?,?,?)", ROWS)
        database.close()
        carrier.start()
        self.look_over(carrier, "sqlite")
        self.assertNotIn("warning", carrier.log())

    @unittest.skipUnless(os.path.exists(PG + "/initdb") and shutil.which("runuser"), "no PostgreSQL here")
    def test_postgres_answers_and_is_found_again(self):
        folder = tempfile.mkdtemp(prefix="cutline-pg-")
        self.addCleanup(shutil.rmtree, folder, ignore_errors=True)
        user = ["runuser", "-u", "postgres", "--"] if os.getuid() == 0 else []
        if user:
            shutil.chown(folder, "postgres")
        data = os.path.join(folder, "data")

        def run(*words, **more):
            return subprocess.run([*user, *words], check=True, capture_output=True, timeout=120, cwd=folder, **more)

        run(PG + "/initdb", "-D", data, "-A", "trust", "-U", "postgres")
        options = f"-c listen_addresses='' -c unix_socket_directories={folder} -c fsync=off"
        start = [PG + "/pg_ctl", "-D", data, "-w", "-o", options, "-l", os.path.join(folder, "pg.log")]
        run(*start, "start")
        self.addCleanup(lambda: subprocess.run([*user, PG + "/pg_ctl", "-D", data, "-m", "immediate", "stop"],
                                               capture_output=True, cwd=folder))
        sql = ("CREATE TABLE subscriber (msisdn TEXT PRIMARY KEY, cert TEXT, np TEXT, st INTEGER, opened TEXT, "
               "addr TEXT, area TEXT, imei TEXT, kind TEXT);\n")
        sql += "".join("INSERT INTO subscriber VALUES ('" + "','".join(row) + "');\n" for row in ROWS)
        run(PG + "/psql", "-h", folder, "-U", "postgres", "-q", input=sql.encode())
        carrier = self.carrier("lines: 1\nfrom: postgres\nconnection: db.conn\ntable: subscriber\n")
        path = carrier.put("db.conn", f"host={folder} user=postgres dbname=postgres\n")
        os.chmod(path, 0o600)
        carrier.start()
        self.look_over(carrier, "postgres")
        run(PG + "/pg_ctl", "-D", data, "-m", "immediate", "stop")
        self.assertEqual(carrier.many([ROWS[1][0]], 1)["held"], 1)  # not there at the moment: nothing is made up
        run(*start, "start")
        self.assertEqual(carrier.many([ROWS[1][0]], 1)["answered"], 1)

    def test_letters_that_must_not_be_believed_are_refused_by_name(self):
        carrier = self.csv()
        fine = carrier.letter(question())
        status, answer = carrier.post(fine)
        self.assertEqual(status, 200, answer)
        self.assertEqual(set(answer), {"key", "letter", "signature"})
        again, same = carrier.post(fine)
        self.assertEqual((again, same), (200, answer))  # the same letter, the same answer
        damaged = json.loads(fine)
        damaged["signature"] = damaged["signature"][:-6] + ("AAAA==" if damaged["signature"][-6:-2] != "AAAA" else "BBBB==")
        cases = {
            "signature": json.dumps(damaged),
            "key": carrier.letter(question(), seed="somebody else"),
            "sender": carrier.letter(question(), sender="beijing"),
            "self": carrier.letter(question(), to="unicom-km"),
            "expired": carrier.letter(question(), hours=-1),
            "kind": carrier.letter(question(), kind="stop.order"),
            "body": carrier.letter({**question(), "content": "what did they say"}),
            "envelope": "{}",
        }
        for fault, envelope in cases.items():
            status, answer = carrier.post(envelope)
            self.assertEqual(status, 422, (fault, answer))
            self.assertEqual(answer["fault"].lower(), fault)
            self.assertTrue(answer["en"] and answer["zh"])

    def test_more_than_the_terms_allow_is_refused(self):
        carrier = self.csv(a_minute=20)
        told = carrier.many([ROWS[1][0]], 40)
        self.assertEqual(told["failed"], 0)
        self.assertLessEqual(told["answered"], 40)
        self.assertGreaterEqual(told["refused"], 1)

    def test_a_changed_file_is_read_again(self):
        carrier = self.csv()
        row = list(ROWS[1])
        row[0] = "13399990000"
        self.assertEqual(carrier.many([row[0]], 1)["absent"], 1)
        csv_register(carrier, ROWS + [row])
        until = time.monotonic() + 15
        while carrier.many([row[0]], 1)["answered"] == 0:
            self.assertLess(time.monotonic(), until, carrier.log())
            time.sleep(0.3)

    def test_a_notice_is_put_down_and_logged(self):
        carrier = self.csv()
        notice = {"notice": 1, "id": "w_1", "number": "+8613300000001", "what": "cleared", "document": "18"}
        self.assertEqual(carrier.post(carrier.letter(notice, kind="lead.notice"))[0], 202)
        names = os.listdir(os.path.join(carrier.folder, "notices"))
        self.assertEqual(len(names), 1)
        with open(os.path.join(carrier.folder, "notices", names[0]), encoding="utf-8") as file:
            self.assertEqual(json.load(file)["what"], "cleared")

    def test_the_log_knows_every_answer_and_no_line(self):
        carrier = self.csv()
        carrier.many([row[0] for row in ROWS], 50)
        self.assertEqual(carrier.stop(), 0)
        checked = subprocess.run([CUTLINE, "audit", "verify", carrier.data, "--json"], capture_output=True, text=True)
        self.assertEqual(checked.returncode, 0, checked.stdout + checked.stderr)
        with sqlite3.connect(os.path.join(carrier.data, "store.db")) as database:
            tables = [row[0] for row in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
            whole = "".join(repr(row) for table in tables for row in database.execute(f"SELECT * FROM {table}"))
        database.close()
        self.assertGreaterEqual(whole.count("check.answer"), 50)
        whole += carrier.log()
        for secret in SECRETS:
            self.assertNotIn(secret, whole)
        for folder, _, names in os.walk(carrier.data):
            for name in names:
                with open(os.path.join(folder, name), "rb") as file:
                    bytes_ = file.read()
                for secret in SECRETS:
                    self.assertNotIn(secret.encode(), bytes_, name)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=1)
