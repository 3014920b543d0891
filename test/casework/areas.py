"""areas.py -- a place from its first figures to its listing, from the command line; two registers apart."""
# SPDX-License-Identifier: Apache-2.0
import datetime

from people import WORK, Desk, main


def month(back):
    now = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(hours=8)
    number = now.year * 12 + now.month - 1 - back
    return f"{number // 12:04d}-{number % 12 + 1:02d}"


def day(days):
    return (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(hours=8, days=days)).date().isoformat()


class Areas(Desk):
    def figures(self, id, back, here, elsewhere, expect=200):
        return self.ann.step(id, "figures", expect, period=month(back), resident=400000, registered=500000,
                             population_year=int(month(12)[:4]), threshold=20, cards_here=here, cards_elsewhere=elsewhere,
                             cards_strangers=7000, accounts_here=10, accounts_elsewhere=0)

    def test_a_place_is_warned_talked_to_and_not_listed_too_soon(self):
        self.ann.token(WORK)
        self.ben.token(WORK)
        self.says(self.ann.cli("area", "new", "place=530102", "name=某区"), r"state: +monitored")
        id = self.ann.get("/v1/work?kind=source_area")["work"][0]["id"]
        self.figures(id, 3, 90, 10)
        self.says(self.ann.cli("area", "do", id, "warn", "why=x", code=5), r"over: The figures do not bear it")
        fields = self.figures(id, 2, 60, 40)["fields"] or self.ann.item(id)["fields"]
        fields = self.ann.item(id)["fields"]
        self.assertEqual(fields["cards_by_resident"], "25.000 (20.557-30.403)")
        self.assertEqual(fields["cards_by_registered"], "20.000 (16.445-24.323)")
        self.assertEqual((fields["over"], fields["elsewhere_share"]), (2, 363))
        self.figures(id, 2, 1, 0, expect=422)
        self.ann.cli("area", "do", id, "warn", "why=连续两月超阈值")
        self.ben.cli("area", "do", id, "talk", f"talk_at={day(0)}T00:00:00+08:00", "minutes=M-1", f"improve_until={day(0)}")
        self.ann.step(id, "list", 409, decision="L-1", leader="区长", targets="减半", until=day(300))
        self.figures(id, 1, 10, 20)
        self.says(self.ann.cli("area", "do", id, "improve", "why=已下降"), r"state: +monitored")

    def test_victims_have_a_register_of_their_own(self):
        status, answer = self.ann.ask("POST", "/v1/work", {"kind": "victim_area", "fields": {
            "place": "530102", "name": "某区"}})
        self.assertEqual(status, 201, answer)
        id = answer["id"]
        status, answer = self.ann.ask("POST", f"/v1/work/{id}/step", {"step": "figures", "fields": {"cards_here": 1}}, 1)
        self.assertEqual(status, 422, answer)
        self.ann.step(id, "list", 422)
        self.ann.step(id, "figures", period=month(1), resident=400000, registered=500000,
                      population_year=int(month(12)[:4]), victims=100, loss=1000000)
        self.assertEqual(self.ann.item(id)["fields"]["victims_by_resident"], "25.000 (20.557-30.403)")
        self.assertEqual(self.ann.get("/v1/work?kind=source_area")["work"], [])


if __name__ == "__main__":
    main()
