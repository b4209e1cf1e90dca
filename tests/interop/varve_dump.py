#!/usr/bin/env python3
"""varve-dump finds no fault with what varved writes: while it does, killed, and stopped."""

import json
import pathlib
import subprocess
import sys
import tempfile
import threading

from harness import kcat, log_files, tap, text
from harness.broker import Broker

BACKENDS = ["uring", "epoll"]
LINES = 30_000
LIVE_RUNS = 5
PROPERTIES = {"internal.log.segment.bytes": 200_000, "log.index.interval.bytes": 1024}


def dump(options, *arguments):
    """Runs it; returns its status and the objects that it prints, a line each."""
    done = subprocess.run([options.varve_dump, "--json", *map(str, arguments)],
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
    tap.check(not done.stderr, f"varve-dump says: {done.stderr.decode(errors='replace')}")
    return done.returncode, [json.loads(line) for line in done.stdout.splitlines()]


def check_clean(options, directory):
    """Returns the summary."""
    status, rows = dump(options, "--verify", directory)
    faults = [row for row in rows if row["type"] == "fault"]
    tap.check(status == 0 and not faults, f"status {status}, faults: {faults[:5]}")
    tap.note(rows[-1])
    return rows[-1]


class Data:
    """A directory that one broker after the other writes to."""

    def __init__(self, options, backend, folder):
        self._options = options
        self._directory = pathlib.Path(folder) / "data"
        self._broker = Broker(options.varved, self._directory, backend, properties=PROPERTIES)
        self._lines = text.collect(LINES, 1)[:LINES]
        self._input = pathlib.Path(folder) / "input"
        self._input.write_bytes(b"\n".join(self._lines) + b"\n")

    def _fill(self):
        for codec in log_files.CODECS:
            kcat.produce(self._broker.address, codec, self._input, codec=codec,
                         options=["-X", "batch.num.messages=500"])

    def live(self):
        """Checked again and again while all topics grow."""
        with self._broker as broker:
            writer = threading.Thread(target=self._fill)
            writer.start()
            for _ in range(LIVE_RUNS):
                check_clean(self._options, self._directory)
            writer.join()
            check_clean(self._options, self._directory)
            broker.kill()
        check_clean(self._options, self._directory)

    def stopped(self):
        with self._broker:
            self._fill()
        summary = check_clean(self._options, self._directory)
        tap.check(summary["notes"] == 0, f"after a clean stop: {summary}")
        wanted = 2 * LINES * len(log_files.CODECS)
        tap.check(summary["records"] >= wanted, f"{wanted} records produced: {summary}")

    def contents(self):
        """Its records are the lines that went in."""
        _, rows = dump(self._options, "--records", "--to-offset", LINES - 1,
                       self._directory / "zstd-0")
        values = [row["value"].encode() for row in rows if row["type"] == "record"]
        tap.check(values == self._lines, f"{len(values)} records, not the {LINES} lines")

    def metadata(self):
        _, rows = dump(self._options, "--records", self._directory / "__cluster_metadata-0")
        topics = {row["value"]["name"] for row in rows if row.get("kind") == "TopicRecord"}
        tap.check_equal(topics, set(log_files.CODECS), "topics in the metadata log")
        tap.check(not any("undecoded" in row for row in rows), "a record was not decoded")


def cases_of(options, backend, folder):
    data = Data(options, backend, folder)
    yield f"{backend}: clean while varved writes, and after a kill", data.live
    yield f"{backend}: clean after a stop, without a note", data.stopped
    yield f"{backend}: shows the records that were produced", data.contents
    yield f"{backend}: shows the metadata log", data.metadata


def main():
    parser = tap.parser(__doc__)
    parser.add_argument("varve_dump", help="the program under test")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as first, tempfile.TemporaryDirectory() as second:
        cases = [case for backend, folder in zip(BACKENDS, (first, second))
                 for case in cases_of(options, backend, folder)]
        sys.exit(tap.run(cases, options))


if __name__ == "__main__":
    main()
