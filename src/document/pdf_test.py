"""pdf_test.py -- the PDF of the sample, read back with poppler: its words, its pages, its dates, its fonts, its picture.

usage: pdf_test.py PATH_OF_DOCUMENT_TEST
"""
# SPDX-License-Identifier: Apache-2.0
import os
import re
import subprocess
import sys
import tempfile
import unittest

TEST = os.path.abspath(sys.argv[1])


def run(*words):
    return subprocess.run(words, capture_output=True, check=True, text=True).stdout


class Paper(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        subprocess.run([TEST, "write", self.folder], check=True)

    def path(self, name):
        return os.path.join(self.folder, name)

    def test_every_word_and_figure_is_there_as_text(self):
        for tongue, title in (("zh", "冻结资金返还决定书"), ("en", "Decision on return")):
            text = run("pdftotext", "-layout", self.path(tongue + ".pdf"), "-")
            flat = re.sub(r"\s+", "", text)
            self.assertIn(title.replace(" ", ""), flat)
            for word in ("某市公安局" if tongue == "zh" else "Policeofacity", "〔2016〕41号", "622202******0001张*", "1,200.00",
                         "Returnedbymonth各月返还", "二〇二六年三月二日", "4711"):
                self.assertIn(word, flat)
            self.assertEqual(flat.count("622202******0001张*"), 120)  # no row is lost at a page's end

    def test_pages_are_counted_and_repeat_heads_and_digest(self):
        info = run("pdfinfo", self.path("zh.pdf"))
        pages = int(re.search(r"Pages:\s+(\d+)", info).group(1))
        self.assertGreaterEqual(pages, 4)
        with open(self.path("zh.html"), encoding="utf-8") as file:
            digest = re.search(r"SHA-256：([0-9a-f]{64})", file.read()).group(1)
        heads = 0
        for page in range(1, pages + 1):
            text = run("pdftotext", "-f", str(page), "-l", str(page), "-layout", self.path("zh.pdf"), "-")
            self.assertRegex(text, rf"{page} ?/ ?{pages}\b")
            self.assertIn(digest, text)
            heads += "Account 账户" in text
        self.assertEqual(heads, pages - 1)  # the last has the charts

    def test_the_dates_are_the_callers_and_the_page_is_a4(self):
        info = run("pdfinfo", "-isodates", self.path("en.pdf"))
        self.assertRegex(info, r"CreationDate:\s+2026-03-02T")
        self.assertRegex(info, r"Page size:.*A4")
        self.assertRegex(info, r"JavaScript:\s+no")
        self.assertRegex(info, r"Encrypted:\s+no")

    def test_fonts_are_ours_and_inside(self):
        rows = run("pdffonts", self.path("zh.pdf")).splitlines()[2:]
        self.assertTrue(rows)
        for row in rows:
            self.assertRegex(row, r"DejaVu|Droid")
            self.assertRegex(row, r"yes yes (yes|no)")  # embedded, a subset

    def test_the_picture_has_ink_and_no_boxes_at_the_margins(self):
        subprocess.run(["pdftoppm", "-gray", "-r", "50", self.path("zh.pdf"), self.path("page")], check=True)
        names = sorted(name for name in os.listdir(self.folder) if name.endswith(".pgm"))
        self.assertTrue(names)
        for name in names:
            with open(self.path(name), "rb") as file:
                magic, size, _, pixels = file.read().split(b"\n", 3)
            self.assertEqual(magic, b"P5")
            width, height = map(int, size.split())
            rows = [pixels[y * width:(y + 1) * width] for y in range(height)]
            self.assertLess(min(min(row) for row in rows), 128)
            self.assertTrue(all(row[:20] == b"\xff" * 20 and row[-20:] == b"\xff" * 20 for row in rows))


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
