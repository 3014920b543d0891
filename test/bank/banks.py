"""banks.py -- a centre and banks, each a process of its own: orders travel as signed letters, the core takes its time,
the answers move the orders, and a stop is lifted when the term is over or the desk says so.

usage: banks.py PATH_OF_CUTLINE SOURCE_ROOT
"""
# SPDX-License-Identifier: Apache-2.0
import http.server
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
import threading
import time
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "casework"))
from people import CUTLINE, House, Person, main  # noqa: E402

PG = "/usr/lib/postgresql/15/bin"
# Made up: no number of these is anybody's whom we know.
VICTIM, MULE, NEXT, OTHER = ("62220200000000%02d" % n for n in (1, 3, 4, 5))
CSV = f"""\
books: 1
from: csv
accounts: {{file: accounts.csv, number: no, name: name, balance: bal}}
transfers: {{file: transfers.csv, payer: src, payee: dst, amount: amt, time: at, payee_name: dname, payee_bank: dbank}}
"""
ACCOUNTS = [("no", "name", "bal"), (MULE, "钱六", "1000.00"), (NEXT, "孙七", "39800.00"), (OTHER, "李八", "0.00")]
TRANSFERS = [("src", "dst", "amt", "at", "dname", "dbank"),
             (VICTIM, MULE, "49800.00", "2026-03-02T10:28:00+08:00", "钱六", "甲银行"),
             (MULE, NEXT, "39800.00", "2026-03-02T10:31:00+08:00", "孙七", "甲银行")]


def until(what, seconds=60):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        got = what()
        if got:
            return got
        time.sleep(0.1)
    raise AssertionError("it did not happen")


class Bank:
    """`cutline answer` with books and a core."""

    def __init__(self, name, core, books=CSV, policy="by: machine"):
        self.name = name
        self.folder = tempfile.mkdtemp(prefix="cutline-bank-")
        self.data = os.path.join(self.folder, "data")
        self.key = subprocess.run([CUTLINE, "answer", "key", "--data", self.data], capture_output=True, text=True,
                                  check=True).stdout.strip()
        self.put("books.yaml", books)
        self.put("orders.yaml", f"orders: 1\nfrom: [centre]\nbooks: books.yaml\n{policy}\ncore: {core}\n")
        self.csv("accounts.csv", ACCOUNTS)
        self.csv("transfers.csv", TRANSFERS)
        self.process, self.port = None, 0

    def put(self, name, text):
        path = os.path.join(self.folder, name)
        with open(path + ".new", "w", encoding="utf-8") as file:
            file.write(text)
        os.rename(path + ".new", path)
        return path

    def csv(self, name, rows):
        self.put(name, "".join(",".join(row) + "\n" for row in rows))

    def start(self, centre_key=None, url=None):
        if centre_key:
            more = f", url: '{url}'" if url else ""
            self.config = self.put("answer.yaml", f"answer: 1\nname: {self.name}\nport: {self.port}\norders: orders.yaml\n"
                                   f"askers:\n  - {{name: centre, key: {centre_key}{more}}}\nanswers: []\n")
        self.errors = open(os.path.join(self.folder, "log"), "ab")
        self.process = subprocess.Popen([CUTLINE, "answer", "--data", self.data, "--config", self.config, "--lang", "en"],
                                        stdout=subprocess.PIPE, stderr=self.errors)
        hello = b""
        while b"key " not in hello or not hello.endswith(b"\n"):
            ready, _, _ = select.select([self.process.stdout], [], [], 60)
            more = os.read(self.process.stdout.fileno(), 4096) if ready else b""
            if not more:
                raise AssertionError(self.log())
            hello += more
        self.port = int(re.search(rb"http://127\.0\.0\.1:(\d+)", hello).group(1))
        if centre_key:
            with open(self.config, encoding="utf-8") as file:
                text = file.read()
            self.put("answer.yaml", text.replace("port: 0\n", f"port: {self.port}\n"))
        return self

    def log(self):
        with open(os.path.join(self.folder, "log"), encoding="utf-8") as file:
            return file.read()

    def kill(self, how=signal.SIGKILL):
        self.process.send_signal(how)
        code = self.process.wait(60)
        self.process.stdout.close()
        self.errors.close()
        self.process = None
        return code

    def rows(self, sql, file="store.db"):
        db = sqlite3.connect(f"file:{self.data}/{file}?mode=ro", uri=True)
        try:
            return db.execute(sql).fetchall()
        finally:
            db.close()

    def end(self):
        if self.process is not None:
            self.kill()
        shutil.rmtree(self.folder)


class Centre(unittest.TestCase):
    def served(self, config):
        return House(config).start()

    def centre(self, bank, url=False):
        """A served centre whose partner the bank's machine is."""
        self.bank = bank
        self.addCleanup(bank.end)
        said = "{{id: {0.name}, key: {0.key}, way: http, url: 'http://127.0.0.1:{1}/v1/letters'{2}}}"
        config = "letters: {organisation: centre}\npartners:\n- "
        self.house = self.served(config + said.format(bank, 1, "") + "\n")
        self.addCleanup(self.house.end)
        with open(os.path.join(self.house.data, "letter.pub"), encoding="ascii") as file:
            key = file.read().strip()
        bank.start(key, f"http://127.0.0.1:{self.house.port}/v1/letters" if url else None)
        self.house.enrol()
        self.ann = Person(self.house, "ann", ["duty"])
        self.ben = Person(self.house, "ben", ["supervisor"])
        status, _, answer = self.house.ask("POST", "/v1/organisations", {
            "kind": "bank", "name": "Bank", "reason": "test"}, self.house.session)
        self.assertEqual(status, 201, answer)
        self.id = answer["id"]
        with open(self.house.config, encoding="utf-8") as file:
            text = file.read()
        mine = said.format(bank, bank.port, f", organisation: {self.id}")
        text = re.sub(r"(?m)^- \{id: .*\}$", "- " + mine, text)
        text = re.sub(r"port: 0\b", f"port: {self.house.port}", text)
        with open(self.house.config, "w", encoding="utf-8") as file:
            file.write(text)
        self.house.stop()
        self.house.start()
        return self

    def order(self, payee=MULE, name="钱六", amount=4980000, paid_at="2026-03-02T10:28:00+08:00", level=1):
        id = self.ann.new("stop_order", payee=payee, payee_name=name, amount=amount, paid_at=paid_at, level=level,
                          payer=VICTIM)["id"]
        self.ann.step(id, "order", executor=self.id, document="ZF-1")
        self.assertEqual(self.ben.word(id)["state"], "ordered")
        return id

    def becomes(self, id, state, seconds=30):
        def look():
            item = self.ann.item(id)
            return item if item["state"] == state else None
        try:
            return until(look, seconds)
        except AssertionError:
            raise AssertionError(f"{self.ann.item(id)}\n{self.bank.rows('SELECT * FROM partner_letter')}\n{self.bank.log()}\n{self.house.read_log()[-3000:]}") from None

    def say(self, id):
        return [row["step"] for row in self.ann.get(f"/v1/work/{id}/log")["log"] if row.get("step")]


class Banks(Centre):
    def test_an_order_is_stopped_by_machine_followed_extended_and_lifted(self):
        self.centre(Bank("bank-a", "{way: simulated, seed: 1, delay_min_ms: 500, delay_max_ms: 1500, loses: 300}"))
        began = time.monotonic()
        id = self.order()
        item = self.becomes(id, "stopped")
        took = time.monotonic() - began
        self.assertIn("stop_in", self.say(id))
        self.assertEqual(item["fields"]["balance"], 100000)
        levels = self.ann.get("/v1/work?kind=stop_order")["work"]
        self.assertEqual(sorted(one["fields"]["level"] for one in levels), [1, 2])
        deeper = next(one for one in levels if one["fields"]["level"] == 2)
        self.assertEqual((deeper["fields"]["amount"], deeper["fields"]["about"]), (3980000, id))
        self.ann.step(deeper["id"], "order", executor=self.id, document="ZF-2")
        self.ben.word(deeper["id"])
        self.becomes(deeper["id"], "stopped")
        self.ann.step(id, "again", document="ZF-3")
        self.ben.word(id)
        self.becomes(id, "stopped_again")
        self.ann.step(id, "lift", why="it was the wrong account")
        self.becomes(id, "lifted")
        self.assertIn("lift_in", self.say(id))
        self.assertEqual(self.bank.rows("SELECT COUNT(*) FROM teller_order WHERE state = 3"), [(2,)])
        self.assertEqual(self.bank.kill(signal.SIGTERM), 0)
        checked = subprocess.run([CUTLINE, "audit", "verify", self.bank.data], capture_output=True, text=True)
        self.assertEqual(checked.returncode, 0, checked.stdout + checked.stderr)
        for name in os.listdir(self.bank.data):
            path = os.path.join(self.bank.data, name)
            if os.path.isfile(path) and not name.startswith("core.db"):
                with open(path, "rb") as file:
                    kept = file.read()
                for secret in (MULE, VICTIM, "钱六"):
                    self.assertNotIn(secret.encode(), kept, name)
        print(f"from the second person's yes to stopped, over two processes and a core of 0.5 to 1.5 s: {took:.2f} s",
              file=sys.stderr)

    def test_a_mismatch_is_told_with_its_field_and_nothing_is_stopped(self):
        self.centre(Bank("bank-a", "{way: simulated, delay_min_ms: 0, delay_max_ms: 10}"))
        for field, wrong in (("name", {"name": "钱七"}), ("amount", {"amount": 4980001}),
                             ("time", {"paid_at": "2026-03-02T11:28:00+08:00"}), ("no_account", {"payee": "6222020000000099"})):
            item = self.becomes(self.order(**wrong), "rejected")
            self.assertEqual(item["fields"]["fault"], field)
        self.assertEqual(self.bank.rows("SELECT COUNT(*) FROM op", "core.db"), [(0,)])

    def test_a_bank_that_is_killed_again_and_again_stops_once_and_lifts(self):
        self.centre(Bank("bank-a", "{way: simulated, seed: 3, delay_min_ms: 800, delay_max_ms: 2000, loses: 200}"), url=True)
        ids = [self.order(), self.order(payee=NEXT, name="孙七", amount=3980000, paid_at="2026-03-02T10:31:00+08:00")]
        for pause in (0.05, 0.3, 0.5, 0.9):
            time.sleep(pause)
            self.bank.kill()
            self.bank.start()
        for id in ids:
            self.becomes(id, "stopped", 120)
        self.assertEqual(self.bank.rows("SELECT COUNT(*), COUNT(DISTINCT account) FROM op WHERE lift = 0", "core.db"), [(2, 2)])
        for id in ids:
            self.ann.step(id, "lift", why="over")
        time.sleep(0.4)
        self.house.kill()  # the centre is gone; the bank lifts all the same
        until(lambda: self.bank.rows("SELECT COUNT(*) FROM teller_order WHERE state = 3") == [(2,)]
              or self.house.process is None and self.back())
        for id in ids:
            self.becomes(id, "lifted", 120)

    def back(self):
        self.house.start()
        return False

    def test_a_person_of_the_bank_decides_where_its_terms_say_so(self):
        self.centre(Bank("bank-a", "{way: simulated}", policy="by: person"))
        id = self.order()
        until(lambda: "held_in" in self.say(id))
        teller = Person(self.house, "teller", ["liaison"], self.id)
        now = time.strftime("%Y-%m-%dT%H:%M:%S+08:00", time.gmtime(time.time() + 8 * 3600))
        self.assertEqual(teller.step(id, "stop", stopped_at=now, balance=1)["state"], "stopped")

    def test_a_core_behind_files_and_one_behind_http(self):
        ops = []

        class Core(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                op = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                ops.append(op)
                late = len(ops) < 3
                said = {"done": True, "at": "2026-03-02T02:40:00Z", "balance": 7}
                self.send_response(202 if late else 200)
                self.end_headers()
                self.wfile.write(b"" if late else json.dumps(said).encode())

            def log_message(self, *words):
                pass

        server = http.server.HTTPServer(("127.0.0.1", 0), Core)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.shutdown)
        bank = Bank("bank-a", f"{{way: http, url: 'http://127.0.0.1:{server.server_port}/stop'}}")
        self.centre(bank)
        id = self.order()
        until(lambda: "stop_in" in self.say(id))
        self.assertEqual({op["op"] for op in ops if op["act"] == "stop"}.__len__(), 1)
        self.assertEqual(ops[0]["term_ms"], 48 * 3600 * 1000)
        bank.kill()
        bank.put("orders.yaml", "orders: 1\nfrom: [centre]\nbooks: books.yaml\nby: machine\ncore: {way: folder, folder: core}\n")
        bank.start()
        id = self.order(payee=NEXT, name="孙七", amount=3980000, paid_at="2026-03-02T10:31:00+08:00")
        out, back = os.path.join(bank.folder, "core", "out"), os.path.join(bank.folder, "core", "in")
        name = until(lambda: os.path.isdir(out) and next(iter(os.listdir(out)), None))
        with open(os.path.join(out, name), encoding="utf-8") as file:
            self.assertEqual(json.load(file)["account"], NEXT)
        bank.put(os.path.join("core", "in", name), '{"refused":"the branch is closed"}')
        self.becomes(id, "rejected")
        self.assertTrue(os.path.exists(os.path.join(back, name)))

    def test_no_answer_is_an_alarm(self):
        self.centre(Bank("bank-a", "{way: simulated}"))
        self.bank.kill()
        id = self.order()
        item = self.ann.item(id)
        clock = next(one for one in item["clocks"] if one["clock"] == "answer")
        shown = subprocess.run([CUTLINE, "law", "show", "cutline-defaults-2026", "--json"], capture_output=True, text=True,
                               check=True)
        minutes = json.loads(shown.stdout)["values"]["stop.answer"]["value"]
        self.assertLessEqual(clock["left_ms"], minutes * 60000)
        self.assertGreater(clock["left_ms"], minutes * 60000 - 60000)
        self.bank.start()
        self.becomes(id, "stopped", 120)


class OtherBooks(Centre):
    def test_sqlite(self):
        bank = Bank("bank-a", "{way: simulated, delay_min_ms: 0, delay_max_ms: 10}", "books: 1\nfrom: sqlite\nfile: b.db\n"
                    "amounts: fen\naccounts: {table: a, number: no, name: name, balance: bal}\ntransfers: {table: t, payer: src, "
                    "payee: dst, amount: amt, time: at, payee_name: dname}\n")
        db = sqlite3.connect(os.path.join(bank.folder, "b.db"))
        db.execute("CREATE TABLE a (no TEXT PRIMARY KEY, name TEXT, bal INTEGER)")
        db.execute("CREATE TABLE t (src TEXT, dst TEXT, amt INTEGER, at TEXT, dname TEXT)")
        db.execute("INSERT INTO a VALUES (?, '钱六', 100000)", (MULE,))
        db.execute("INSERT INTO t VALUES (?, ?, 4980000, '2026-03-02 10:28:00', '钱六')", (VICTIM, MULE))
        db.commit()
        db.close()
        self.centre(bank)
        self.assertEqual(self.becomes(self.order(), "stopped")["fields"]["balance"], 100000)

    @unittest.skipUnless(os.path.exists(PG), "no PostgreSQL here")
    def test_postgres(self):
        folder = tempfile.mkdtemp(prefix="cutline-pg-")
        self.addCleanup(shutil.rmtree, folder)
        os.chmod(folder, 0o777)
        user = ["setpriv", "--reuid", "postgres", "--regid", "postgres", "--clear-groups"] if os.getuid() == 0 else []
        run = {"check": True, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        data = os.path.join(folder, "db")
        subprocess.run([*user, f"{PG}/initdb", "-A", "trust", "-U", "bank", data], **run)
        subprocess.run([*user, f"{PG}/pg_ctl", "-w", "-D", data, "-o", f"-k {folder} -c listen_addresses=''", "start"], **run)
        self.addCleanup(subprocess.run, [*user, f"{PG}/pg_ctl", "-D", data, "-m", "immediate", "stop"], **run)
        psql = [f"{PG}/psql", "-h", folder, "-U", "bank", "-d", "postgres", "-v", "ON_ERROR_STOP=1", "-c"]
        subprocess.run([*psql, f"CREATE TABLE a (no TEXT PRIMARY KEY, name TEXT, bal NUMERIC(12,2)); "
                        f"CREATE TABLE t (src TEXT, dst TEXT, amt NUMERIC(12,2), at TIMESTAMPTZ); "
                        f"INSERT INTO a VALUES ('{MULE}', '钱六', 1000.00); "
                        f"INSERT INTO t VALUES ('{VICTIM}', '{MULE}', 49800.00, '2026-03-02T10:28:00+08:00')"], **run)
        bank = Bank("bank-a", "{way: simulated, delay_min_ms: 0, delay_max_ms: 10}", "books: 1\nfrom: postgres\n"
                    "connection: db.conn\naccounts: {table: a, number: no, name: name, balance: bal}\n"
                    "transfers: {table: t, payer: src, payee: dst, amount: amt, time: at}\n")
        os.chmod(bank.put("db.conn", f"host={folder} user=bank dbname=postgres"), 0o600)
        self.centre(bank)
        self.assertEqual(self.becomes(self.order(), "stopped")["fields"]["balance"], 100000)


if __name__ == "__main__":
    main()
