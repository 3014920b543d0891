"""streams.py -- events of work as they happen: Last-Event-ID, nothing of others, and an end for whoever is shut out."""
# SPDX-License-Identifier: Apache-2.0
import http.client
import json
import time

from people import Desk, Person, main


class Listener:
    def __init__(self, person, last=None, query=""):
        self.connection = http.client.HTTPConnection("127.0.0.1", person.house.port, timeout=30)
        headers = dict(person.session, Accept="text/event-stream")
        if last is not None:
            headers["Last-Event-ID"] = str(last)
        self.connection.request("GET", "/v1/work/events" + query, headers=headers)
        self.answer = self.connection.getresponse()
        self.status, self.type = self.answer.status, self.answer.getheader("Content-Type")

    def line(self):
        return self.answer.readline().decode().rstrip("\n")

    def event(self):
        """The next one: its number and what it tells; None: the stream has ended."""
        number = None
        while True:
            line = self.answer.readline()
            if line == b"":
                return None
            line = line.decode().rstrip("\n")
            if line.startswith("id: "):
                number = int(line[4:])
            elif line.startswith("data: "):
                return number, json.loads(line[6:])

    def close(self):
        self.connection.close()


class Streams(Desk):
    def test_events_come_as_they_happen_and_go_on_behind_a_number(self):
        self.ann.new("dissuasion", source="hotline", grade="high", phone="13800005500")  # was before
        stream = Listener(self.ann)
        self.addCleanup(stream.close)
        self.assertEqual((stream.status, stream.type), (200, "text/event-stream"))
        self.assertEqual(stream.line(), ": cutline")
        id = self.cem.new("dissuasion", source="hotline", grade="high", phone="13800005501")["id"]
        begun = time.monotonic()
        number, told = stream.event()
        self.assertLess(time.monotonic() - begun, 10)
        self.assertEqual((told["item"], told["what"]), (id, "added"))
        self.assertNotIn("13800005501", json.dumps(told))
        self.cem.take(id)
        self.cem.step(id, "sign")
        self.assertEqual([stream.event()[1]["what"] for _ in range(2)], ["taken", "step"])
        again = Listener(self.ben, last=number)
        self.addCleanup(again.close)
        self.assertEqual([again.event()[0] for _ in range(2)], [number + 1, number + 2])
        page = self.ann.get(f"/v1/work/events?after={number}")  # the same as a page
        self.assertEqual(len(page["events"]), 2)
        wrong = Listener(self.ann, last="x")
        self.addCleanup(wrong.close)
        self.assertEqual(wrong.status, 400)

    def test_more_than_one_round_holds_is_told_once_and_in_order(self):
        id = self.ann.new("dissuasion", source="hotline", grade="high", phone="13800005502")["id"]
        for n in range(150):
            status, answer = self.ann.ask("POST", f"/v1/work/{id}/note", {"text": f"note {n}"})
            self.assertEqual(status, 204, answer)
        stream = Listener(self.ann, query="?after=0")
        self.addCleanup(stream.close)
        self.assertEqual([stream.event()[0] for _ in range(151)], list(range(1, 152)))

    def test_nothing_of_others_and_an_end_for_whoever_is_shut_out(self):
        bank = self.organisation("bank", "Bank")
        teller = Person(self.house, "teller", ["liaison"], bank)
        stream = Listener(teller, query="?after=0")
        self.addCleanup(stream.close)
        self.ann.new("dissuasion", source="hotline", grade="high", phone="13800005503")
        hold = self.ann.new("hold", executor=bank, account="6222020000005503", basis="art. 32", notice="you may object")["id"]
        self.ann.step(hold, "place")
        number, told = stream.event()
        self.assertEqual((number, told["item"]), (1, hold))  # its own numbers, and only what it was sent
        status, _, answer = self.house.ask("POST", f"/v1/users/{teller.id}/disable", {"reason": "left"}, self.house.session)
        self.assertEqual(status, 200, answer)
        until = time.monotonic() + 28
        while stream.event() is not None:
            self.assertLess(time.monotonic(), until)


if __name__ == "__main__":
    main()
