#!/usr/bin/env python3
"""Makes the ledger of the article: the rows behind the figures A1 to A16 of 2023, all made up.

    seed.py FILE [SCALE]      writes FILE ("-": standard output), as docs/report.md describes it

At SCALE 1 (the default) every case and every dissuasion is a row of its own: 15.5 million rows, 670 MB.
At SCALE 100 a row stands for a hundred, and what does not divide by it stays single; the sums are
the same.  No row names anybody; regions are code points of provinces, drawn evenly.

The article gives rounded figures.  Where it says "more than" (3.4万余) or "nearly" (近52%) a value
was chosen that reads so; the years before follow from the growth that it states.
"""
import datetime
import random
import sys

# series, from, to, region or "", marks, number, sum of amounts in fen, small enough to be single
DAY = datetime.date
ROWS = [
    ("case_handled", DAY(2023, 1, 1), DAY(2023, 9, 30), "", "", 689_000, None),
    ("dissuasion_visit", DAY(2023, 1, 1), DAY(2023, 9, 30), "", "", 13_890_000, None),
    ("money_intercepted", DAY(2023, 1, 1), DAY(2023, 9, 30), "", "", 300_000, 32_880_000_000_000),
    # 31,000 handed over; 63 of them key members, 1,531 fugitives, and 20 of these are both
    ("suspect_handed_over", DAY(2023, 9, 1), DAY(2023, 12, 25), "5328", "key_member fugitive", 20, None),
    ("suspect_handed_over", DAY(2023, 9, 1), DAY(2023, 12, 25), "5328", "key_member", 43, None),
    ("suspect_handed_over", DAY(2023, 9, 1), DAY(2023, 12, 25), "5308", "fugitive", 1_511, None),
    ("suspect_handed_over", DAY(2023, 9, 1), DAY(2023, 12, 25), "5309", "", 29_426, None),
    ("head_wanted", DAY(2023, 1, 1), DAY(2023, 12, 25), "530000", "", 13, None),
    ("prosecuted_fraud", DAY(2023, 1, 1), DAY(2023, 10, 31), "", "", 34_048, None),
    ("prosecuted_fraud", DAY(2022, 1, 1), DAY(2022, 10, 31), "", "", 22_415, None),
    ("prosecuted_aid", DAY(2023, 1, 1), DAY(2023, 10, 31), "", "", 115_372, None),
    ("prosecuted_aid", DAY(2022, 1, 1), DAY(2022, 10, 31), "", "", 102_133, None),
    ("prosecuted_aid", DAY(2021, 1, 1), DAY(2021, 10, 31), "", "", 88_664, None),
    ("penalty_given", DAY(2022, 12, 1), DAY(2023, 11, 30), "", "", 210_500, None),
    # Haikou: 500 persons a year before the law, 400 in its first year
    ("person_dealt", DAY(2021, 12, 1), DAY(2022, 11, 30), "460100", "criminal_measure", 240, None),
    ("person_dealt", DAY(2021, 12, 1), DAY(2022, 11, 30), "460100", "penalised", 29, None),
    ("person_dealt", DAY(2021, 12, 1), DAY(2022, 11, 30), "460100", "", 231, None),
    ("person_dealt", DAY(2022, 12, 1), DAY(2023, 11, 30), "460100", "criminal_measure", 132, None),
    ("person_dealt", DAY(2022, 12, 1), DAY(2023, 11, 30), "460100", "penalised", 108, None),
    ("person_dealt", DAY(2022, 12, 1), DAY(2023, 11, 30), "460100", "", 160, None),
    # Kunming, 20 February: in the newspaper, so the small number of suspects is public already
    ("lead_checked", DAY(2023, 2, 20), DAY(2023, 2, 20), "530114", "released", 2, (175, 150)),
    ("site_searched", DAY(2023, 2, 20), DAY(2023, 2, 20), "530114", "released", 1, None),
    ("suspect_caught", DAY(2023, 2, 20), DAY(2023, 2, 20), "530114", "released", 4, None),
    ("goip_seized", DAY(2023, 2, 20), DAY(2023, 2, 20), "530114", "released", 3, None),
    ("router_seized", DAY(2023, 2, 20), DAY(2023, 2, 20), "530114", "released", 3, None),
    ("area_listed", DAY(2023, 1, 1), DAY(2023, 12, 25), "", "", 8, None),
    ("inspection_batch", DAY(2023, 1, 1), DAY(2023, 12, 25), "110000", "", 5, None),
    ("company_inspected", DAY(2023, 1, 1), DAY(2023, 12, 25), "", "", 22, None),
    ("institution_inspected", DAY(2023, 1, 1), DAY(2023, 12, 25), "", "", 17, None),
]
PROVINCES = [11, 12, 13, 14, 15, 21, 22, 23, 31, 32, 33, 34, 35, 36, 37, 41, 42, 43, 44, 45, 46, 50,
             51, 52, 53, 54, 61, 62, 63, 64, 65]
TYPED = {"case_handled", "dissuasion_visit", "money_intercepted"}
TYPES = ["T01", "T02", "T03", "T04", "T05", "T06", "T07", "T08", "T09", "T10", "other"]


def amounts(rows, total, draw):
    """So many amounts in fen, none zero, that come to the total exactly."""
    if isinstance(total, tuple):
        return [str(seconds) for seconds in total]
    fen = [draw.randrange(1, 2 * total // rows) for _ in range(rows)]
    off = total - sum(fen)
    for i in range(rows):  # the rest is spread evenly
        step = off // (rows - i)
        step = max(step, 1 - fen[i])
        fen[i] += step
        off -= step
    assert off == 0 and min(fen) > 0
    return [f"{f // 100}.{f % 100:02}" for f in fen]


def write(out, scale):
    out.write("series,day,until,region,type,marks,count,amount\n")
    for series, first, last, *_ in ROWS:
        out.write(f"{series},{first},{last},,,covers,,\n")
    for series, first, last, region, marks, number, total in ROWS:
        draw = random.Random(f"{series}{first}{marks}")
        days = [str(first + datetime.timedelta(i)) for i in range((last - first).days + 1)]
        single = number % scale if number >= scale else number
        rows = number // scale + single if number >= scale else number
        many = "" if scale == 1 else str(scale)
        regions = [region.ljust(6, "0")] if region else [f"{p}0100" for p in PROVINCES]
        types = TYPES if series in TYPED else [""]
        if series == "penalty_given":
            types = ["art42", "art44"]
        money = amounts(rows, total, draw) if total else [""] * rows
        for i in range(rows):
            count = many if i < rows - single else ""
            # Evenly over the days in their order, as an export would be.
            day = days[i * len(days) // rows]
            out.write(f"{series},{day},,{regions[draw.getrandbits(20) % len(regions)]},"
                      f"{types[draw.getrandbits(20) % len(types)]},{marks},{count},{money[i]}\n")


def main():
    scale = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    if sys.argv[1] == "-":
        write(sys.stdout, scale)
    else:
        with open(sys.argv[1], "w", encoding="ascii", newline="\n") as out:
            write(out, scale)


if __name__ == "__main__":
    main()
