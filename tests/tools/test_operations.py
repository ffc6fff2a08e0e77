"""What reconcile, reprocess and erase decide; what they do to a stack is tested on a local AWS."""

import argparse
import hashlib
import json
import unittest

import erase
import reconcile
import reprocess
from objects import CURRENT, FAILED, MISSING, OLDER, STALE, Object, ahead, report_key, state

FOUND = Object("2026/发票 1+1%.jpg", "e1", 7)


def report(**members):
    return {"schema": "fapiao/1", "status": "read", "engine": "2", "source": {"etag": "e1"}} | members


class StateTest(unittest.TestCase):
    def test_a_report_is_worth_what_its_version_status_and_engine_say(self):
        for given, engine, expected in (
            (None, None, MISSING),
            (report(), None, CURRENT),
            (report(), "2", CURRENT),
            (report(engine="1"), None, CURRENT),
            (report(engine="1"), "2", OLDER),
            ({"schema": "fapiao/1", "status": "read", "source": {"etag": "e1"}}, "2", OLDER),
            (report(status="failed", engine="1"), "2", FAILED),
            (report(status="withdrawn"), None, STALE),
            (report(source={"etag": "e0"}), None, STALE),
            (report(status="postponed"), "2", CURRENT),
        ):
            self.assertEqual(state(FOUND, given, engine), expected, given)

    def test_a_key_that_leaves_no_room_has_its_report_elsewhere_as_the_function_has_it(self):
        self.assertEqual(report_key("a/b.jpg"), "a/b.jpg.json")
        self.assertEqual(len(report_key("a" * 1019)), 1024)
        for key in ("发" * 340, ".fapiao/x"):
            self.assertEqual(report_key(key), f".fapiao/refused/{hashlib.sha256(key.encode()).hexdigest()}.json")

    def test_results_come_in_order_however_many_there_are(self):
        self.assertEqual(list(ahead(range(1000), lambda number: number * 2)), list(range(0, 2000, 2)))


class ReconcileTest(unittest.TestCase):
    def test_every_kind_is_counted_and_named_without_letters_that_steer_a_terminal(self):
        text = reconcile.summary({CURRENT: 3, FAILED: 1, MISSING: 1}, [("a\x1b[2J.jpg", MISSING)], ["ghost.json"])
        self.assertEqual(text.splitlines()[0], "5 documents: 4 have a current Report, 1 of these failed")
        self.assertIn("1 documents have none:\n  a\\x1b[2J.jpg: no Report", text)
        self.assertIn("1 Reports have no document:\n  ghost.json", text)

    def test_of_many_only_some_are_named(self):
        lines = reconcile.named([str(number) for number in range(250)], "documents have none")
        self.assertEqual((len(lines), lines[0], lines[-1]), (102, "250 documents have none:", "  and 150 more"))


class ReprocessTest(unittest.TestCase):
    def test_an_event_says_what_s3_would_and_what_is_asked_for(self):
        record = json.loads(reprocess.event("in", FOUND, "textin", "2"))["Records"][0]
        self.assertEqual(record["s3"]["object"]["key"], "2026/%E5%8F%91%E7%A5%A8+1%2B1%25.jpg")
        self.assertEqual(record["fapiao"], {"provider": "textin", "engine": "2"})
        self.assertNotIn("sequencer", record["s3"]["object"])
        self.assertNotIn("fapiao", json.loads(reprocess.event("in", FOUND, None, None))["Records"][0])

    def test_the_pace_is_kept_and_a_pause_is_not_made_up_for(self):
        now, slept = [0.0], []

        def sleep(seconds):
            slept.append(round(seconds, 3))
            now[0] += seconds

        pace = reprocess.Pace(10, sleep=sleep, clock=lambda: now[0])
        for _ in range(4):
            pace.wait()
        now[0] += 60
        for _ in range(3):
            pace.wait()
        self.assertEqual(slept, [0.1, 0.1, 0.1, 0.1, 0.1])

    def test_a_rate_that_would_be_none_or_a_flood_is_refused(self):
        for text in ("0", "-1", "5000"):
            self.assertRaises(argparse.ArgumentTypeError, reprocess.rate, text)


def asked(*answers):
    return {"attempts": [{"answer": answer} for answer in answers]}


class EraseTest(unittest.TestCase):
    def test_a_report_tells_its_answers_and_its_places_in_the_index(self):
        told = report(
            invoices=[
                {"provider": asked(".fapiao/answers/a"), "invoice": {"invoice_code": "031", "invoice_number": "77"}},
                {"provider": asked(None), "invoice": {"invoice_number": None}},
            ],
            others=[{"provider": asked("a.json", ".fapiao/answers/b")}, {"provider": None}, {"provider": {}}],
            source={"etag": "e1", "earlier_invoices": ["99"]},
        )
        self.assertEqual(erase.answers_in(told), {".fapiao/answers/a", ".fapiao/answers/b"})
        names = {"77", "031-77", "99"}
        self.assertEqual(erase.entries_in(told), {".fapiao/identities/" + name for name in names})

    def test_an_entry_of_the_index_loses_the_document_and_keeps_the_others(self):
        entry = json.dumps({"claims": [{"key": "a.jpg"}, {"key": "b.jpg", "since": 1}], "novelty": 2}).encode()
        self.assertEqual(json.loads(erase.without(entry, "a.jpg")), {"claims": [{"key": "b.jpg", "since": 1}], "novelty": 2})
        self.assertIsNone(erase.without(entry, "c.jpg"))
        for strange in (b"", b"[]", b"{", b'{"claims": 3}'):
            self.assertIsNone(erase.without(strange, "a.jpg"))
