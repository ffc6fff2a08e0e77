"""Says which documents have no current Report, and which Reports have no document. Changes nothing.

usage: reconcile.py [--prefix PREFIX] [--stack NAME]      `make reconcile`, `make reconcile PREFIX=2026/ STACK=fapiao`

It ends with 1 if there are any. A `failed` Report of the newest version is current: its event waits in the dead letters. A
withdrawn one needs no document. What is just being read has no Report yet: ask again when the queue is empty.
"""

import argparse
import collections
import sys

from botocore.exceptions import BotoCoreError, ClientError

import account
import stacks
from folders import shown
from objects import CURRENT, FAILED, MISSING, REFUSED, STALE, SUFFIX, Buckets, ahead, report_key, state

# So many of each kind are named; all of them are counted.
NAMED = 100


def main(prefix, stack):
    buckets = Buckets(stack)
    expected, counts, wrong = set(), collections.Counter(), []
    for found, report in buckets.with_reports(prefix):
        expected.add(report_key(found.key))
        what = state(found, report)
        counts[what] += 1
        if what in (MISSING, STALE):
            wrong.append((found.key, what))
    orphans = [key for key, report in without_object(buckets, prefix, expected) if report]
    print(summary(counts, wrong, orphans))
    return 1 if wrong or orphans else 0


def without_object(buckets, prefix, expected):
    """(key, Report) of those that nobody expects and that are not withdrawn."""
    unexpected = (key for key in buckets.report_keys(prefix) if key not in expected)
    for key, report in ahead(unexpected, lambda key: (key, buckets.report(key))):
        if report and report.get("status") != "withdrawn" and not still_there(buckets, key, report):
            yield key, report


def still_there(buckets, key, report):
    """Whether the document came while we looked."""
    refused = key.startswith(REFUSED)
    return buckets.exists((report.get("source") or {}).get("key") if refused else key.removesuffix(SUFFIX))


def summary(counts, wrong, orphans):
    lines = [f"{sum(counts.values())} documents: {counts[CURRENT] + counts[FAILED]} have a current Report"
             + (f", {counts[FAILED]} of these failed" if counts[FAILED] else "")]
    lines += named([f"{shown(key)}: {what}" for key, what in wrong], "documents have none")
    lines += named(list(map(shown, orphans)), "Reports have no document")
    return "\n".join(lines)


def named(entries, what):
    if not entries:
        return []
    more = [f"  and {len(entries) - NAMED} more"] if len(entries) > NAMED else []
    return [f"{len(entries)} {what}:", *("  " + entry for entry in entries[:NAMED]), *more]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--prefix", default="")
    parser.add_argument("--stack")
    options = parser.parse_args()
    try:
        sys.exit(main(options.prefix, stacks.find(options.stack)))
    except (stacks.NoStack, account.AccountError, BotoCoreError, ClientError) as error:
        print(f"cannot be told: {error}", file=sys.stderr)
        sys.exit(2)
    except KeyboardInterrupt:
        sys.exit(130)
