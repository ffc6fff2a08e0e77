"""What `make up` says and hands on to the functions."""

import json
import os
import re
import string
import unittest
from pathlib import Path
from unittest import mock

import up
from up_words import WORDS

STACK = {"ApiUrl": "http://127.0.0.1:1", "Endpoint": "http://127.0.0.1:2", "Region": "r", "InputBucket": "in",
         "OutputBucket": "out", "Log": "/log", "Pid": 1}


def gaps(text):
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


class UpTest(unittest.TestCase):
    def test_both_languages_say_the_same_things(self):
        self.assertEqual(WORDS["en"].keys(), WORDS["zh"].keys())
        for name, english in WORDS["en"].items():
            self.assertEqual(gaps(english), gaps(WORDS["zh"][name]), name)

    def test_the_introduction_names_the_page_first_in_either_language(self):
        for lang in ("en", "zh", ""):
            with mock.patch.dict(os.environ, {"FAPIAO_LANG": lang}):
                text = up.introduction(STACK, Path("/in"), Path("/out"))
            self.assertEqual(re.search(r"https?://\S+", text).group(), STACK["ApiUrl"])
            self.assertIn("Ctrl-C", text)
            self.assertEqual("\u6d4f" in text, lang == "zh")

    def test_a_report_is_told_in_two_words(self):
        report = json.dumps({"status": "read", "verdict": "review", "error": None})
        refused = json.dumps({"status": "rejected", "verdict": None, "error": {"code": "empty"}})
        with mock.patch.dict(os.environ, {"FAPIAO_LANG": "zh"}):
            self.assertEqual([up.verdict(report), up.verdict(refused)], [", \u5df2\u8bc6\u522b, \u5f85\u590d\u6838", ", \u5df2\u62d2\u7edd, empty"])
        self.assertEqual(up.verdict("no JSON"), "")

    def test_language_and_buyers_reach_the_functions(self):
        with mock.patch.dict(os.environ, {"FAPIAO_LANG": "zh", "FAPIAO_BUYERS": ""}):
            self.assertEqual(up.parameters(), {"Lang": "zh"})


if __name__ == "__main__":
    unittest.main()
