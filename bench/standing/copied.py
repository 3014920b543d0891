"""copied.py -- a register of so many entries, exported by a served house and kept by an executor's own process, which is killed on the way.

usage: copied.py CUTLINE SOURCE STANDING_BENCH [ENTRIES [NUMBERS]]      5000000 entries, 32768 numbers a part, if unsaid

`cutline sanction sync` is killed with SIGKILL some seconds after it began and started again, asked while the second export comes, cut
off from the house, and asked about an entry that ends then.  Prints lines.
"""
# SPDX-License-Identifier: Apache-2.0
import hashlib
import json
import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time

BENCH = sys.argv[3]
entries, numbers = (int(word) for word in (sys.argv[4:6] + ["5000000", "32768"][len(sys.argv[4:6]):]))
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "..", "..", "test", "casework")]
import people  # noqa: E402  (it reads the first two words)
import filled  # noqa: E402


class Executor:
    def __init__(self, house, teller, chief):
        self.house, self.teller, self.folder = house, teller, os.path.join(house.folder, "copy")
        keys = chief.get("/v1/sanctions/key")
        self.files = {}
        for name in ("key", "join", "export"):
            self.files[name] = self.put(name, keys[name])

    def put(self, name, text):
        path = os.path.join(self.house.folder, name)
        with open(os.open(path, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "w", encoding="ascii") as file:
            file.write(text)
        return path

    def begin(self, *words):
        return subprocess.Popen([people.CUTLINE, "sanction", "sync", f"register={self.folder}", f"key=@{self.files['key']}", *words,
                                 f"numbers={numbers}", "--to", f"http://127.0.0.1:{self.house.port}", "--token", self.teller.token_file,
                                 "--lang", "en"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def sync(self, *words, label):
        """To its end: seconds, peak memory of both sides."""
        pid = self.house.process.pid
        used, peak, start = filled.processor_time(pid), {"here": 0, "house": 0}, time.monotonic()
        process = self.begin(*words)
        over = threading.Event()

        def watch():
            while not over.wait(0.05):
                try:
                    peak["here"] = max(peak["here"], filled.memory_mb(process.pid, "VmHWM"))
                    peak["house"] = max(peak["house"], filled.memory_mb(pid))
                except (OSError, StopIteration):
                    pass

        watcher = threading.Thread(target=watch)
        watcher.start()
        out, err = process.communicate()
        over.set()
        watcher.join()
        took = time.monotonic() - start
        assert process.returncode == 0, err
        bytes_ = sum(os.path.getsize(os.path.join(self.folder, name)) for name in os.listdir(self.folder))
        print(f"copy, {label}: {took:.1f} s, {filled.processor_time(pid) - used:.1f} s of a processor of the house; peak memory "
              f"{peak['here']} MB here, {peak['house']} MB the house; {bytes_ / 1e6:.0f} MB on the disk: {out.strip()}", flush=True)

    def check(self, document):
        start = time.monotonic()
        document = self.put("document", document)
        done = subprocess.run([people.CUTLINE, "sanction", "check", f"register={self.folder}", f"join=@{self.files['join']}",
                               f"export=@{self.files['export']}", f"document=@{document}", "act=transfer", "object=bank_account"],
                              capture_output=True, text=True)
        return (json.loads(done.stdout) if done.returncode == 0 else done.stderr.strip()), time.monotonic() - start


SOMEBODY, LAST = "110105199003071234", "110105199003071242"


def last_enters(house, key, ends):
    """One more, in a stopped house, which ends then."""
    store = sqlite3.connect(os.path.join(house.data, "store.db"))
    number, pack, chain = store.execute("SELECT version + 1, pack, chain FROM standing_delta ORDER BY version DESC LIMIT 1").fetchone()
    row = f"{number} 1 {number} {key.hex()} 0 {ends - 1000} {ends} 0 0 0 {pack}"
    change = (number, key, ends - 1000, ends, pack)
    with store:
        store.execute("INSERT INTO standing_delta (version, enters, number, key, card, from_s, until_s, dropped, pack, criminal, suspended, "
                      "chain) VALUES (?1, 1, ?1, ?2, 0, ?3, ?4, 0, ?5, 0, 0, ?6)", (*change, hashlib.sha256(chain + row.encode()).digest()))
        store.execute("INSERT INTO standing_entry (number, item, key, card, from_s, until_s, dropped, pack, criminal, suspended, stands) "
                      "VALUES (?1, 'b_last', ?2, 0, ?3, ?4, 0, ?5, 0, 0, 1)", change)
    store.close()


def main():
    house, teller, chief = filled.bank()
    try:
        executor = Executor(house, teller, chief)
        join = chief.get("/v1/sanctions/key")["join"]
        took, start = filled.filled(house, BENCH, entries, {7: filled.key_of(join, SOMEBODY).hex()})
        print(f"copy: {entries:,} entries filled in {took:.0f} s, served {start:.0f} s after the start, "
              f"{filled.memory_mb(house.process.pid)} MB", flush=True)
        cut = executor.begin()
        time.sleep(4)
        cut.send_signal(signal.SIGKILL)
        cut.wait()
        print(f"copy: killed after 4 s; asked then: {executor.check(SOMEBODY)[0]}", flush=True)
        executor.sync(label="what was left")
        answer, seconds = executor.check(SOMEBODY)
        assert answer["answer"]["stands"], answer
        print(f"copy: asked without a line: stands, register {answer['register']}, {seconds * 1000:.0f} ms with the process", flush=True)
        assert not executor.check(LAST)[0]["answer"]["stands"]
        again = threading.Thread(target=executor.sync, args=("anew=1",), kwargs={"label": "all anew"})
        again.start()
        asked = 0
        while again.is_alive():
            assert executor.check(SOMEBODY)[0]["answer"]["stands"]
            asked += 1
        again.join()
        print(f"copy: asked {asked} times while the new one came, and answered each time", flush=True)
        executor.sync(label="nothing new")
        house.stop()
        ends = int(time.time()) + 40
        last_enters(house, filled.key_of(join, LAST), ends)
        house.start()
        executor.sync(label="one change")
        house.stop()  # the line is cut
        assert executor.check(LAST)[0]["answer"]["stands"]
        while executor.check(LAST)[0]["answer"]["stands"]:
            assert time.time() < ends + 60
        print(f"copy: with the line cut, what ended was answered from for {max(0.0, time.time() - ends):.1f} s more at most", flush=True)
    finally:
        house.end()


main()
