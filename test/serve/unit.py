"""unit.py -- the systemd unit exposes little, where systemd can say so; and a manager is told what it waits for."""
# SPDX-License-Identifier: Apache-2.0
import os
import re
import shutil
import socket
import subprocess
import unittest

import house
from house import SOURCE


class Unit(unittest.TestCase):
    @unittest.skipUnless(shutil.which("systemd-analyze"), "no systemd-analyze here")
    def test_the_exposure_is_at_most_two(self):
        unit = os.path.join(SOURCE, "packaging", "systemd", "cutline.service")
        said = subprocess.run(["systemd-analyze", "security", "--offline=true", unit], capture_output=True, text=True)
        level = re.search(r"Overall exposure level for \S+: ([\d.]+)", said.stdout)
        if level is None:
            self.skipTest("this systemd cannot judge a file")
        self.assertLessEqual(float(level.group(1)), 2.0)

    def test_the_manager_is_told_ready_alive_and_stopping(self):
        one = house.House()
        self.addCleanup(one.end)
        path = os.path.join(one.folder, "notify")
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
            manager.bind(path)
            manager.settimeout(20)
            os.environ.update(NOTIFY_SOCKET=path, WATCHDOG_USEC="1500000")
            try:
                one.start()
            finally:
                del os.environ["NOTIFY_SOCKET"], os.environ["WATCHDOG_USEC"]
            told = ""
            while "WATCHDOG=1" not in told:
                told += manager.recv(4096).decode() + "\n"
            self.assertLess(told.index("READY=1"), told.index("WATCHDOG=1"))
            self.assertEqual(one.stop(), 0)
            while "STOPPING=1" not in told:
                told += manager.recv(4096).decode() + "\n"


if __name__ == "__main__":
    house.main()
