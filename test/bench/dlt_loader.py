"""Loads the rows of a query as a pipeline of dlt does, the library that users of
Python take for it: pages as they come, flattened, the days that are read again
replaced.  Started by test/bench/refresh.py in an environment that has dlt; says how
many seconds the load took, on its last line."""

import argparse
import datetime
import json
import os
import sys
import time

# Before dlt is there: it reports each run to its makers otherwise.
os.environ["RUNTIME__DLTHUB_TELEMETRY"] = "false"
os.environ["RUNTIME__LOG_LEVEL"] = "ERROR"

import dlt      # noqa: E402

import client   # noqa: E402

COUNTS = ("impressions", "clicks", "interactions", "costMicros",
          "viewThroughConversions")


def typed(row):
    """The row with numbers and days in place of their texts."""
    numbers = row["metrics"]
    for name in COUNTS:
        if name in numbers:
            numbers[name] = int(numbers[name])
    row["segments"]["date"] = datetime.date.fromisoformat(
        row["segments"]["date"])
    return row


def rows_of(found):
    """A resource of all rows, by whose day and account a load replaces."""
    @dlt.resource(write_disposition="merge",
                  merge_key=("customer__id", "segments__date"))
    def rows():
        for body in client.Client(found.url, found.query,
                                  found.token_url).pages():
            page = json.loads(body)["results"]
            for row in page:
                row.setdefault("customer", {})["id"] = found.account
                typed(row)
            yield page
    return rows


def main():
    """Reads options, loads."""
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("url", "query", "token-url", "account", "folder", "database"):
        parser.add_argument("--" + name, required=True)
    found = parser.parse_args()
    pipeline = dlt.pipeline(
        "adpipe_bench", pipelines_dir=found.folder, dataset_name="dlt",
        destination=dlt.destinations.postgres(found.database))
    start = time.perf_counter()
    pipeline.run(rows_of(found)).raise_on_failed_jobs()
    print("%.3f" % (time.perf_counter() - start))


sys.exit(main())
