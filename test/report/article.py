"""The article as a test: the made ledger, taken in by the program, reports the article's figures.

    article.py CUTLINE SOURCE [SCALE]

SCALE is 100 in every test run; 1 is the full size, by hand: 15.5 million rows, report in 10 s.
"""
import csv
import io
import json
import os
import subprocess
import sys
import tempfile
import time

CUTLINE, SOURCE = sys.argv[1:3]
SCALE = int(sys.argv[3]) if len(sys.argv) > 3 else 100
ENV = dict(os.environ, LC_ALL="C.UTF-8")

# figure: text in Chinese, text in English, period, comparison in Chinese
FIGURES = {
    "A1": ("68.9万起", "689,000 cases", "2023-01-01", "2023-09-30", ""),
    "A2": ("1389万人次", "13.89 million person-times", "2023-01-01", "2023-09-30", ""),
    "A3": ("3288亿元", "328.8 billion yuan", "2023-01-01", "2023-09-30", ""),
    "A4": ("3.1万名", "31,000 persons", "2023-09-01", "2023-12-25", ""),
    "A5a": ("63名", "63 persons", "2023-09-01", "2023-12-25", ""),
    "A5b": ("1531名", "1,531 persons", "2023-09-01", "2023-12-25", ""),
    "A6": ("10余名", "more than 10 persons", "2023-01-01", "2023-12-25", ""),
    "A7": ("3.4万余名", "more than 34,000 persons", "2023-01-01", "2023-10-31",
           "同比上升近52%（上年同期22415）"),
    "A8": ("11.5万余名", "more than 115,000 persons", "2023-01-01", "2023-10-31",
           "同比上升近13%（上年同期102133），涨幅同比下降2.2个百分点"),
    "A9": ("21.05万人次", "210,500 person-times", "2022-12-01", "2023-11-30", ""),
    "A10a": ("33%", "33%", "2022-12-01", "2023-11-30", "由48%下降至33%（−15个百分点）"),
    "A10b": ("27%", "27%", "2022-12-01", "2023-11-30", "由5.8%上升至27%（+21.2个百分点）"),
    "A13a": ("3分钟", "3 minutes", "2023-02-20", "2023-02-20", ""),
    "A13b": ("2条", "2 leads", "2023-02-20", "2023-02-20", ""),
    "A13c": ("1处", "1 site", "2023-02-20", "2023-02-20", ""),
    "A13d": ("4名", "4 persons", "2023-02-20", "2023-02-20", ""),
    "A13e": ("3台", "3 devices", "2023-02-20", "2023-02-20", ""),
    "A13f": ("3台", "3 devices", "2023-02-20", "2023-02-20", ""),
    "A14": ("8个", "8 areas", "2023-01-01", "2023-12-25", ""),
    "A15a": ("5批次", "5 batches", "2023-01-01", "2023-12-25", ""),
    "A15b": ("22家", "22 companies", "2023-01-01", "2023-12-25", ""),
    "A16": ("17家", "17 companies", "2023-01-01", "2023-12-25", ""),
}
FACTS = {"A11a": "4种", "A11b": "3", "A11c": "2", "A12a": "是", "A12b": "1", "A17a": "2022-12-01",
         "A17b": "2023-11"}
HEADINGS = ["看点一：缅北向我移交3.1万名电诈犯罪嫌疑人", "看点二：依法对21.05万人次进行行政处罚",
            "看点三：联合惩戒措施正在制定", "看点四：协同治理、源头治理迈上新台阶"]


def run(*words, fails=False):
    done = subprocess.run([CUTLINE, *words], env=ENV, capture_output=True, cwd=SOURCE, check=False)
    assert (done.returncode != 0) == fails, (words, done.returncode, done.stderr.decode())
    return done


def seeded(folder):
    ledger, rows = folder + "/ledger", folder + "/rows.csv"
    subprocess.run([sys.executable, SOURCE + "/test/report/seed.py", rows, str(SCALE)], check=True)
    begun = time.monotonic()
    print(run("report", "import", ledger, rows).stdout.decode().strip())
    print(f"import: {time.monotonic() - begun:.1f} s")
    again = run("report", "import", ledger, rows, fails=True)
    assert b"in the ledger already" in again.stderr, again.stderr
    return ledger


def the_article(ledger):
    begun = time.monotonic()
    made = json.loads(run("report", ledger, "edition=2023-12-25", "form=json").stdout)
    spent = time.monotonic() - begun
    print(f"report: {spent:.1f} s")
    assert SCALE != 1 or spent <= 10, spent
    assert {line["figure"] for line in made["figures"]} == set(FIGURES)
    for line in made["figures"]:
        zh, en, first, last, comparison = FIGURES[line["figure"]]
        found = (line["text"]["zh"], line["text"]["en"], line["from"], line["to"],
                 line["comparison"]["zh"])
        assert found == (zh, en, first, last, comparison), (line["figure"], found)
        assert line["rows"] > 0 and line["query"].endswith(f"day={first}..{last}"), line
    for fact in made["law"]:
        assert fact["text"]["zh"].startswith(FACTS[fact["fact"]]), fact
    assert len(made["law"]) == len(FACTS)
    rows = {line["figure"]: line["rows"] for line in made["figures"]}
    assert rows["A1"] == 689_000 // SCALE and rows["A2"] == 13_890_000 // SCALE, rows


def the_papers(ledger, folder):
    page = run("--lang", "zh", "report", ledger, "edition=2023-12-25").stdout.decode()
    places = [page.index(heading) for heading in HEADINGS]
    assert places == sorted(places)
    for zh, *_, comparison in FIGURES.values():
        assert zh in page and comparison in page, (zh, comparison)
    page = run("--lang", "en", "report", ledger, "edition=2023-12-25").stdout.decode()
    for _, en, *_ in FIGURES.values():
        assert en in page, en
    assert "One: 31,000 persons suspected" in page and "2.2 percentage points" in page
    for tongue in "zh", "en":
        path = f"{folder}/{tongue}.pdf"
        run("--lang", tongue, "report", ledger, "edition=2023-12-25", "form=pdf", "-o", path)
        with open(path, "rb") as paper:
            assert paper.read(5) == b"%PDF-"


def the_parts(ledger):
    """By month, region, type: the parts come to the figure."""
    span = ("from=2023-01-01", "to=2023-09-30", "figures=A1,A2,A3")
    for by, parts in ("month", 9), ("region", 31), ("type", 11):
        out = run("report", ledger, *span, f"by={by}", "form=csv").stdout.decode()
        sums = {}
        for row in csv.DictReader(io.StringIO(out)):
            whole, cells = sums.setdefault(row["figure"], ([], []))
            (cells if row["part"] else whole).append(round(float(row["exact"]) * 100))
        assert set(sums) == {"A1", "A2", "A3"}
        for figure, (whole, cells) in sums.items():
            assert len(cells) == parts and sum(cells) == whole[0], (figure, by)
        page = run("report", ledger, *span, f"by={by}").stdout
        assert page.count(b"<svg") == 3


def nothing_is_mixed(ledger):
    """A period that some figure has not in whole is an error that says so, in both tongues."""
    wide = run("report", ledger, "from=2023-01-01", "to=2023-10-31", fails=True)
    assert b"not mixed" in wide.stderr and b"2023-10-01" in wide.stderr, wide.stderr
    wide = run("--lang", "zh", "report", ledger, "from=2023-01-01", "to=2023-10-31", fails=True)
    assert "不得混用" in wide.stderr.decode()
    assert run("report", ledger, "from=2023-01-01", "to=2023-10-31", "figures=A7,A8").stdout
    both = run("report", ledger, "from=2023-01-01", "to=2023-10-31", "edition=2023-12-25",
               fails=True)
    assert b"not mixed" in both.stderr
    for word in "by=week", "figures=A99", "from=2023-02-30", "nonsense", "form=docx":
        assert b"is not understood" in run("report", ledger, word, "to=2023-10-31",
                                           fails=True).stderr


def few_are_hidden(ledger):
    span = ("from=2023-09-01", "to=2023-09-09", "figures=A5a", "form=json")  # a few of the 63
    public = json.loads(run("report", ledger, *span).stdout)["figures"][0]
    inside = json.loads(run("report", ledger, *span, "view=internal").stdout)["figures"][0]
    law = json.loads(run("law", "show", "cutline-defaults-2026", "--json").stdout)
    least = law["values"]["publication.least"]["value"]
    assert not inside["withheld"] and 0 < int(inside["exact"]) < least, inside
    assert public["withheld"] and public["text"]["zh"] == f"少于{least}" and public["rows"] is None


def main():
    with tempfile.TemporaryDirectory() as folder:
        ledger = seeded(folder)
        the_article(ledger)
        the_papers(ledger, folder)
        the_parts(ledger)
        nothing_is_mixed(ledger)
        few_are_hidden(ledger)
        with open(ledger + "/000001.part", "r+b") as part:
            part.seek(5000)
            byte = part.read(1)[0]
            part.seek(5000)
            part.write(bytes([byte ^ 1]))
        broken = run("report", ledger, "edition=2023-12-25", fails=True)
        assert b"damaged" in broken.stderr, broken.stderr


main()
