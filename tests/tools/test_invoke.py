"""Single events: whom they are for, what is put where, what is told when something is missing."""

import hashlib
import io
import json
import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import events
from runtime_api import FunctionError, RuntimeApi, RuntimeApiError

TOOLS = Path(__file__).parent
# A function that does what its event says.
FUNCTION = f"""#!{sys.executable}
import json, os, sys, time, urllib.request
address = "http://" + os.environ["AWS_LAMBDA_RUNTIME_API"] + "/2018-06-01/runtime/"
def post(path, value):
    urllib.request.urlopen(urllib.request.Request(address + path, data=json.dumps(value).encode()))
if os.environ.get("BROKEN"):
    post("init/error", {{"errorType": "broken", "errorMessage": "no models"}})
    sys.exit(1)
while True:
    answer = urllib.request.urlopen(address + "invocation/next")
    event, number = json.load(answer), answer.headers["Lambda-Runtime-Aws-Request-Id"]
    print("got", event, flush=True)
    if event.get("die"): os._exit(3)
    time.sleep(event.get("sleep", 0))
    left = int(answer.headers["Lambda-Runtime-Deadline-Ms"]) / 1000 - time.time()
    told = {{"event": event, "left": left, "folder": os.getcwd(), "variables": dict(os.environ)}}
    failed = {{"errorType": "kind", "errorMessage": "words"}}
    post(f"invocation/{{number}}/" + ("error" if event.get("fail") else "response"), failed if event.get("fail") else told)
"""


class FunctionTest(unittest.TestCase):
    def test_an_event_tells_whom_it_is_for_and_nobody_else_gets_it(self):
        record, request, strange = {"Records": []}, {"requestContext": {}}, {}
        self.assertEqual(events.function_for(record, None), events.INGEST)
        self.assertEqual(events.function_for(request, "api"), events.API)
        self.assertEqual(events.function_for(strange, "ingest"), events.INGEST)
        for event, wanted in ((record, "api"), (request, "ingest"), (strange, None)):
            with self.assertRaises(events.EventError):
                events.function_for(event, wanted)


class RuntimeApiTest(unittest.TestCase):
    def setUp(self):
        folder = Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.binary = folder / "bootstrap"
        self.binary.write_text(FUNCTION)
        self.binary.chmod(0o755)
        self.runtime = self.enterContext(RuntimeApi())

    def test_a_function_gets_its_events_in_an_environment_of_its_own(self):
        os.environ["FAPIAO_NOT_PASSED_ON"] = "1"
        self.addCleanup(os.environ.pop, "FAPIAO_NOT_PASSED_ON")
        self.runtime.start(self.binary, {"GIVEN": "1"}, cwd="/", memory_mb=512)
        self.assertGreater(self.runtime.cold_start_seconds, 0)
        for event in ({"a": "票"}, {"b": 2}):
            told = self.runtime.invoke(event, deadline_seconds=30)
            self.assertEqual((told["event"], told["folder"], told["variables"]["GIVEN"]), (event, "/", "1"))
            self.assertEqual(told["variables"]["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"], "512")
            self.assertNotIn("FAPIAO_NOT_PASSED_ON", told["variables"])
            self.assertTrue(25 < told["left"] <= 30, told["left"])

    def test_a_failure_is_told_in_the_functions_own_words_and_the_next_event_goes_on(self):
        self.runtime.start(self.binary, {})
        with self.assertRaises(FunctionError) as failed:
            self.runtime.invoke({"fail": True})
        self.assertEqual((failed.exception.kind, failed.exception.message), ("kind", "words"))
        self.assertIn("got {'fail': True}", str(failed.exception))
        self.assertEqual(self.runtime.invoke({})["event"], {})

    def test_a_function_that_dies_is_late_or_does_not_start_is_told(self):
        with self.assertRaisesRegex(FunctionError, "no models"):
            self.runtime.start(self.binary, {"BROKEN": "1"})
        for event, seconds, told in (({"die": True}, 30, "ended with 3"), ({"sleep": 60}, 0.5, "did not answer within 0.5 s")):
            with RuntimeApi() as runtime:
                process = runtime.start(self.binary, {})
                with self.assertRaisesRegex(RuntimeApiError, told):
                    runtime.invoke(event, deadline_seconds=seconds)
            self.assertIsNotNone(process.poll())


class Bucket:
    """As much of S3 as events need."""

    class exceptions:
        NoSuchKey = NoSuchBucket = KeyError

    def __init__(self, objects):
        self.objects = objects

    def get_object(self, Bucket, Key):
        return {"Body": io.BytesIO(self.objects[Bucket, Key])}

    def put_object(self, Bucket, Key, Body):
        self.objects[Bucket, Key] = Body


def s3_event(bucket, key):
    return {"Records": [{"s3": {"bucket": {"name": bucket}, "object": {"key": key, "versionId": "old", "size": 1}}}]}


class EventTest(unittest.TestCase):
    def settle(self, event, objects):
        return events.settle(event, Bucket(objects), lambda _: None)

    def test_every_event_of_the_folder_is_for_a_function_and_speaks_of_what_it_says(self):
        for path in sorted(events.EVENTS.glob("*.json")):
            if path.name == "env.json":
                continue
            event = events.load(path)
            self.assertEqual(events.function_of(event), events.API if path.name.startswith("api") else events.INGEST)
            # As it stands there, it is right for what `make up` puts into the bucket: sam needs no other.
            before = [json.loads(json.dumps(record)) for _, record in events.records(event)]
            self.settle(event, {})
            self.assertEqual([record for _, record in events.records(event)], before, path.name)

    def test_a_fixture_is_put_there_and_the_event_says_so(self):
        objects, event = {}, s3_event("somebody-elses", "%E7%A5%A8+1/roll.jpg")
        self.assertEqual(self.settle(event, objects), ["票 1/roll.jpg"])
        content = (events.FIXTURES / "roll.jpg").read_bytes()
        self.assertEqual(objects, {(events.INPUT, "票 1/roll.jpg"): content})
        spoken = event["Records"][0]["s3"]
        self.assertEqual(spoken["bucket"]["name"], events.INPUT)
        self.assertEqual((spoken["object"]["size"], spoken["object"]["eTag"]), (len(content), hashlib.md5(content).hexdigest()))
        self.assertNotIn("versionId", spoken["object"])

    def test_a_queues_message_is_written_anew(self):
        body = json.dumps(s3_event("mine", "a.jpg"))
        event = {"Records": [{"body": body}, {"body": "no event"}, {"body": "[1]"}]}
        self.settle(event, {("mine", "a.jpg"): b"content"})
        message = event["Records"][0]
        self.assertEqual(json.loads(message["body"])["Records"][0]["s3"]["bucket"]["name"], events.INPUT)
        self.assertEqual(message["md5OfBody"], hashlib.md5(message["body"].encode()).hexdigest())
        self.assertEqual(event["Records"][1:], [{"body": "no event"}, {"body": "[1]"}])

    def test_what_is_malformed_is_left_to_the_function(self):
        for records in (None, 1, [], [1], [{"s3": {}}], [{"s3": {"bucket": {"name": "b"}, "object": {"key": 1}}}], [{"body": 1}]):
            self.assertEqual(self.settle({"Records": records}, {}), [])

    def test_what_is_nowhere_is_told(self):
        with self.assertRaisesRegex(events.EventError, "a.jpg"):
            self.settle(s3_event("mine", "a.jpg"), {})

    def test_only_a_documents_own_reports_are_its_reports(self):
        names = ["a.jpg.json", "a.jpg.json.json", "a.jpgs.json"]
        s3 = Bucket({(events.OUTPUT, name): name.encode() for name in names})
        self.assertEqual(events.reports(s3, ["a.jpg", "missing.jpg"]), ["a.jpg.json"])

    def test_files_that_are_no_events_are_told(self):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "event.json"
            for content in (None, b"{", b"[]", b"\xff"):
                if content is not None:
                    path.write_bytes(content)
                with self.assertRaisesRegex(events.EventError, "event.json"):
                    events.load(path)
        with self.assertRaisesRegex(events.EventError, "FUNCTION="):
            events.function_of({"hello": 1})


class ContainerEngineTest(unittest.TestCase):
    def test_without_an_engine_it_says_what_is_missing_and_what_does_without(self):
        environment = os.environ | {"DOCKER_HOST": "unix:///nowhere/docker.sock"}
        done = subprocess.run([sys.executable, "container_engine.py"], cwd=TOOLS, env=environment, capture_output=True, text=True)
        if done.returncode == 0:
            self.skipTest("Finch answers here")
        for said in ("/nowhere/docker.sock", "Docker", "Podman", "make invoke"):
            self.assertIn(said, done.stderr)


if __name__ == "__main__":
    unittest.main()
