"""kills.py -- `kill -9` under load: nothing that was acknowledged is lost, nothing is doubled.

usage: kills.py CUTLINE SOURCE [ROUNDS]

A client sends deliveries with keys, one after another, and repeats whatever was not answered.  The process is killed at
random moments, most of them while a delivery is under way.  In the end every delivery was answered once with positions of
its own, and the journal holds exactly what was answered.
"""
# SPDX-License-Identifier: Apache-2.0
import http.client
import json
import os
import random
import sys
import threading
import time

import house
from house import call

ROUNDS = int(sys.argv.pop(3)) if len(sys.argv) > 3 else 12
ROWS = 20


class Kills(house.Case):
    CONFIG = "snapshot: {interval: 1s}\nalerts: {file: alerts.ndjson}\n"

    def setUp(self):
        super().setUp()
        self.house.enrol()

    def deliver(self):
        """Until told to stop: the next delivery, again and again until it is answered."""
        while not self.enough:
            number = len(self.answers)
            body = "".join(call(number * ROWS + i, caller=number % 50) for i in range(ROWS))
            self.under_way = True
            try:
                status, headers, answer = self.house.send(body, key=f"delivery-{number}")
            except (OSError, http.client.HTTPException):
                self.under_way = False
                time.sleep(0.02)
                continue
            self.under_way = False
            if status == 200:
                self.answers.append(answer)
                self.repeated += headers.get("Idempotent-Replayed") == "true"
            else:
                time.sleep(0.02)

    def test_nothing_acknowledged_is_lost_or_doubled(self):
        self.answers, self.enough, self.under_way, self.repeated = [], False, False, 0
        chance = random.Random(1)
        inside = 0
        client = threading.Thread(target=self.deliver)
        client.start()
        for _ in range(ROUNDS):
            time.sleep(0.1 + chance.random() / 4)
            inside += self.under_way
            self.house.kill()
            self.house.start()
        time.sleep(0.5)
        self.enough = True
        client.join()
        positions = set()
        for number, answer in enumerate(self.answers):
            self.assertEqual(answer["accepted"], ROWS, number)
            mine = set(range(answer["first"], answer["last"] + 1))
            self.assertEqual(len(mine), ROWS)
            self.assertFalse(positions & mine, "a position was given twice")
            positions |= mine
        # asked once more after all this, each answers the same
        for number in random.Random(2).sample(range(len(self.answers)), min(40, len(self.answers))):
            body = "".join(call(number * ROWS + i, caller=number % 50) for i in range(ROWS))
            status, _, answer = self.house.send(body, key=f"delivery-{number}")
            self.assertEqual((status, answer), (200, self.answers[number]))
        self.assertEqual(self.house.stop(), 0)
        with open(os.path.join(self.house.folder, "alerts.ndjson"), encoding="utf-8") as file:
            alerts = [json.loads(line) for line in file]
        ids = [alert["id"] for alert in alerts]
        self.assertEqual(len(ids), len(set(ids)), "an alert was told twice")
        self.assertEqual(len({alert["subject"] for alert in alerts}), 50)
        held = self.journal_records()
        self.assertEqual(held, len(positions), "the journal holds other records than were answered")
        print(f"{ROUNDS} kills, {inside} while a delivery was under way, {len(self.answers)} deliveries, "
              f"{self.repeated} answered again after a kill, {len(positions)} records: 0 lost, 0 doubled",
              file=sys.stderr)
        self.assertGreaterEqual(inside, ROUNDS * 8 // 10)

    def journal_records(self):
        """How many records the segments hold, read without the program: frames of entries."""
        count = 0
        folder = os.path.join(self.house.data, "journal")
        for name in sorted(os.listdir(folder)):
            if not name.endswith(".seg"):
                continue
            with open(os.path.join(folder, name), "rb") as file:
                count += house_frames(file.read())
        return count


def house_frames(data):
    """Counts the entries that begin with R in the frames of a segment, as src/journal/journal_inside.h lays them out."""
    count, at = 0, 64
    while data[at:at + 4] == b"CUTF":
        size, entries = (int.from_bytes(data[at + place:at + place + 4], "little") for place in (4, 16))
        payload = data[at + 40:at + 40 + size]
        offset = 0
        for _ in range(entries):
            length = int.from_bytes(payload[offset:offset + 4], "little")
            count += payload[offset + 4:offset + 5] == b"R"
            offset += 4 + length
        at += 40 + size
    return count


if __name__ == "__main__":
    house.main()
