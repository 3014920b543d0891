"""policies.py -- `cutline screen check`: a policy is told what is wrong with it, and what it does."""
# SPDX-License-Identifier: Apache-2.0
import os

import ask

HEAD = "screening: 1\npolicies:\n"
LINE = '      - {{answer: {answer}, reason: r, en: "stop", zh: "停", list: blocked, of: {of}}}\n'


def policy(answer="block", of="caller", organisation='"*"'):
    return f"  - organisation: {organisation}\n    call:\n" + LINE.format(answer=answer, of=of)


class Policies(ask.Case):
    def test_what_is_wrong_has_line_column_and_what_was_meant(self):
        self.write("p.yaml", HEAD + policy(answer="blok"))
        answer = self.ask("screen", "check", "p.yaml", code=3)
        self.assertEqual(answer.out, "")
        self.assertIn("p.yaml:5:18", answer.err)
        self.assertIn("did you mean `block`?", answer.err)
        self.assertIn("是不是 `block`", self.ask("screen", "check", "p.yaml", "--lang", "zh", code=3).err)

    def test_every_file_is_looked_at_and_one_that_is_wrong_decides(self):
        self.write("good.yaml", HEAD + policy())
        self.write("bad.yaml", HEAD + policy(of="colour"))
        answer = self.ask("screen", "check", "good.yaml", "bad.yaml", "absent.yaml", "good.yaml", code=3)
        self.assertEqual(answer.out.count("good.yaml: nothing is wrong"), 2)
        self.assertIn("bad.yaml:5:", answer.err)
        self.assertIn("absent.yaml", answer.err)
        self.ask("screen", "check", "good.yaml", code=0)

    def test_a_policy_that_blocks_on_a_score_alone_is_warned_of(self):
        self.write("p.yaml", HEAD + '  - organisation: "*"\n    call:\n'
                   '      - {answer: block, reason: r, en: "stop", zh: "停", score: 0.5}\n')
        answer = self.ask("screen", "check", "p.yaml", code=0)
        self.assertIn("p.yaml:5:", answer.err)
        self.assertEqual(answer.out, "")

    def test_what_it_does_is_said_in_both_tongues(self):
        self.write("p.yaml", HEAD + policy() + policy(organisation="org-1", answer="warn"))
        said = self.ask("screen", "check", "--explain", "p.yaml", code=0).out
        self.assertIn("do not let it go on [r]\n      if its caller is on the list `blocked`\n      \"stop\"\n", said)
        self.assertIn("organisation org-1\n", said)
        said = self.ask("screen", "check", "--explain", "p.yaml", "--lang", "zh", code=0).out
        self.assertIn("拦截［r］\n      条件：其 caller 在名单 `blocked` 中\n", said)

    def test_without_a_file_the_shipped_one_is_checked_and_blocks_on_lists_alone(self):
        self.assertIn("nothing is wrong", self.ask("screen", "check", code=0).out)
        said = self.ask("screen", "check", "--explain", code=0).out.split("\n")
        blocks = [i for i, line in enumerate(said) if "do not let it go on" in line]
        self.assertTrue(blocks)
        for i in blocks:
            self.assertIn("is on the list", said[i + 1])
        path = os.path.join(ask.SOURCE, "screening", "default.yaml")
        self.assertEqual(self.ask("screen", "check", "--explain", path, code=0).out.split("\n"), said)


ask.main()
