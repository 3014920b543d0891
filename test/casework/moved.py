"""moved.py -- a house whose clocks are moved: half a year passes in a moment, or the wall alone is pushed about.

A script that imports it is called with the library of skew.c as its third argument.
"""
# SPDX-License-Identifier: Apache-2.0
import os
import struct
import sys
import time
from datetime import datetime, timedelta, timezone

from people import House

SKEW = os.path.abspath(sys.argv[3])
CHINA = timezone(timedelta(hours=8))
offset = 0.0  # seconds by which the house is away from us


def at(text):
    return datetime.fromisoformat(text + "+08:00")


class Moved(House):
    """A house whose clocks are moved, both alike or the wall alone."""

    def __init__(self, begin, *config):
        global offset
        super().__init__(*config)
        offset = 0.0  # of an earlier house
        self.wall = self.ticks = 0
        self.skew = os.path.join(self.folder, "skew")
        self.set(int((begin - self.now()).total_seconds() * 1000), 0)

    def set(self, wall, ticks):
        global offset
        self.wall, self.ticks, offset = wall, ticks, wall / 1000
        with open(self.skew, "r+b" if os.path.exists(self.skew) else "wb") as file:
            file.write(struct.pack("qq", wall, ticks))

    def go(self, to):
        """Time passes until then."""
        ms = int((to - self.now()).total_seconds() * 1000)
        self.set(self.wall + ms, self.ticks + ms)

    @staticmethod
    def now():
        return datetime.fromtimestamp(time.time() + offset, CHINA)

    def start(self):
        return self.with_clocks(super().start)

    def with_clocks(self, start):
        """Whatever `start` starts lives at the house's time."""
        options = os.environ.get("ASAN_OPTIONS", "")
        os.environ.update(LD_PRELOAD=SKEW, CUTLINE_SKEW=self.skew,
                          ASAN_OPTIONS=options + ":verify_asan_link_order=0")
        try:
            return start()
        finally:
            del os.environ["LD_PRELOAD"]
            os.environ["ASAN_OPTIONS"] = options

    @staticmethod
    def totp(key):
        real, time.time = time.time, lambda: real() + offset
        try:
            return House.totp(key)
        finally:
            time.time = real
