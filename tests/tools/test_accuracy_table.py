"""What an accuracy run tells of the figures that were recorded before."""

import unittest

from accuracy_table import HEAD, differences, line


def table(*rows):
    return "\n".join([line(HEAD), line(["---"] * len(HEAD)), *map(line, rows)])


class DifferencesTest(unittest.TestCase):
    def test_only_what_changed_is_told_and_only_of_rows_that_both_have(self):
        same = ["25", "100.0 %", "99.0 %", "100.0 %", "73.6 %", "32.0 %", "88.9 % of 9"]
        recorded = "| another | table |\n| --- | --- |\n| real | 1 |\n\n" + table(["real", *same, "0"], ["gone", *same, "0"])
        now = table(["real", *same[:5], "36.0 %", same[6], "1"], ["new", *same, "0"])
        self.assertEqual(differences(recorded, now), ["real: documents verified 32.0 % -> 36.0 %", "real: verified and wrong 0 -> 1"])

    def test_nothing_new_is_told_too(self):
        self.assertEqual(len(differences(table(), table())), 1)


if __name__ == "__main__":
    unittest.main()
