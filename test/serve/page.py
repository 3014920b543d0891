"""page.py -- every command of docs/api.md works as it stands there, in order."""
# SPDX-License-Identifier: Apache-2.0
import os
import re
import subprocess

import house
from house import CUTLINE, SOURCE, House


class Page(house.Case):
    def test_every_command_of_the_page_works(self):
        with open(os.path.join(SOURCE, "docs", "api.md"), encoding="utf-8") as file:
            blocks = re.findall(r"^```sh\n(.*?)^```", file.read(), re.S | re.M)
        self.assertGreater(len(blocks), 7)
        tools = os.path.join(self.house.folder, "tools")
        os.mkdir(tools)
        os.symlink(CUTLINE, os.path.join(tools, "cutline"))
        with open(os.path.join(tools, "totp"), "w", encoding="utf-8") as file:
            file.write("#!/usr/bin/python3\nimport base64, hashlib, hmac, struct, sys, time\n"
                       "key = base64.b32decode(sys.argv[1])\n"
                       "digest = hmac.new(key, struct.pack('>Q', int(time.time()) // 30), hashlib.sha1).digest()\n"
                       "at = digest[-1] & 15\n"
                       "print('%06d' % ((struct.unpack('>I', digest[at:at + 4])[0] & 0x7FFFFFFF) % 1000000))\n")
        os.chmod(os.path.join(tools, "totp"), 0o755)
        with open(os.path.join(self.house.folder, "hello"), "w", encoding="utf-8") as file:
            file.write(self.house.hello)
        # The page's own start would take a fixed port; ours runs already, on the page's directory.
        script = "".join(blocks[1:]).replace("http://127.0.0.1:8470", f"http://127.0.0.1:{self.house.port}")
        ran = subprocess.run(["/bin/bash", "-euo", "pipefail", "-x", "-c", script], cwd=self.house.folder,
                             capture_output=True, text=True, timeout=120,
                             env={**os.environ, "PATH": tools + ":" + os.environ["PATH"]})
        self.assertEqual(ran.returncode, 0, ran.stderr[-3000:] + ran.stdout[-1500:])
        self.assertEqual(blocks[0], "cutline serve --data data > hello &\n")
        self.assertTrue(House.PASSWORD in script)


if __name__ == "__main__":
    house.main()
