"""Has documents read again that stand in the input bucket without a Report, or with a failed or stale one.

usage: reprocess.py [--prefix PREFIX] [--provider NAME] [--engine older] [--rate N] [--stack NAME]
       `make reprocess`, `make reprocess PREFIX=2026/ PROVIDER=textin ENGINE=older RATE=10 STACK=fapiao`

It sends an event for each of them to the inbox, at most N a second (10). It may be stopped at any time and started again:
what has its Report meanwhile is passed over, and an event that is sent twice is answered once. With `--engine older`
what was read by another release than the deployed one is read again too; with `--provider` that provider reads.
"""

import argparse
import json
import sys
import time
import urllib.parse

from botocore.exceptions import BotoCoreError, ClientError

import account
import stacks
from folders import shown
from objects import CURRENT, Buckets, state

SAY_SECONDS = 2


class Pace:
    """At most so many a second, without a burst after a pause."""

    def __init__(self, rate, sleep=time.sleep, clock=time.monotonic):
        self.gap, self.sleep, self.clock = 1 / rate, sleep, clock
        self.next = clock()

    def wait(self):
        now = self.clock()
        if now < self.next:
            self.sleep(self.next - now)
        self.next = max(self.next, now) + self.gap


class Progress:
    """Says from time to time how far it is, and where it is, so that a stop can be judged."""

    def __init__(self, clock=time.monotonic):
        self.clock, self.said = clock, clock()
        self.looked_at = self.sent = 0

    def step(self, key, sent):
        self.looked_at += 1
        self.sent += sent
        if self.clock() - self.said >= SAY_SECONDS:
            self.said = self.clock()
            print(f"{self.summary()}; at {shown(key)}", flush=True)

    def summary(self):
        return f"{self.looked_at} documents looked at, {self.sent} sent to be read"


def main(options, stack):
    buckets, queue, url = Buckets(stack), stack.client("sqs"), stack["InboxUrl"]
    engine = stack["Engine"] if options.engine else None
    pace, progress = Pace(options.rate), Progress()
    try:
        for found, report in buckets.with_reports(options.prefix):
            wanted = state(found, report, engine) != CURRENT
            if wanted:
                pace.wait()
                queue.send_message(QueueUrl=url, MessageBody=event(buckets.input, found, options.provider, engine))
            progress.step(found.key, wanted)
    except KeyboardInterrupt:
        print(f"{progress.summary()}; stopped. The same command goes on.", flush=True)
        return 130
    print(f"{progress.summary()}.", flush=True)
    return 0


def event(bucket, found, provider, engine):
    """As S3 would send it, with what only we ask for in a member of its own. It has no sequencer: it is no newer than
    what stands there."""
    ours = {name: value for name, value in (("provider", provider), ("engine", engine)) if value}
    record = {
        "eventSource": "aws:s3",
        "eventName": "ObjectCreated:Reprocess",
        "s3": {"bucket": {"name": bucket},
               "object": {"key": urllib.parse.quote_plus(found.key, safe="/"), "size": found.size, "eTag": found.etag}},
    }
    return json.dumps({"Records": [record | ({"fapiao": ours} if ours else {})]})


def rate(text):
    value = float(text)
    if not 0 < value <= 1000:
        raise argparse.ArgumentTypeError("more than 0 and at most 1000 a second")
    return value


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--prefix", default="")
    parser.add_argument("--provider")
    parser.add_argument("--engine", choices=["older"])
    parser.add_argument("--rate", type=rate, default=10)
    parser.add_argument("--stack")
    options = parser.parse_args()
    try:
        sys.exit(main(options, stacks.find(options.stack)))
    except (stacks.NoStack, account.AccountError, BotoCoreError, ClientError) as error:
        sys.exit(f"nothing more was sent: {error}")
