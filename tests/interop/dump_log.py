#!/usr/bin/env python3
"""Kafka's own kafka-dump-log finds no fault with what varved wrote."""

import collections
import pathlib
import re
import subprocess
import sys
import tempfile

from harness import dump_log, kcat, log_files, tap, text
from harness.broker import Broker

BACKENDS = ["uring", "epoll"]
LINES = 60_000  # produced twice to each topic, with a kill between
PROPERTIES = {"internal.log.segment.bytes": 300_000, "log.index.interval.bytes": 1024}
SMALL_BATCHES = ["-X", "batch.num.messages=500", "-X", "linger.ms=1000"]
LOADED = "loaded"  # the topic that is written to while varved is killed


class Data:
    """A data directory written through all codecs, a kill under load, and a clean stop."""

    def __init__(self, options, backend, folder):
        self.folder = pathlib.Path(folder)
        self.directory = self.folder / "data"
        self._broker = Broker(options.varved, self.directory, backend, properties=PROPERTIES)
        self._input = self.folder / "input"
        lines = text.collect(LINES, 1)[:LINES]
        self._input.write_bytes(b"\n".join(lines) + b"\n")

    def write(self):
        with self._broker as broker:
            self._fill(broker)
            self._kill_under_load(broker)
            broker.start()
            self._fill(broker)
            broker.stop()

    def _fill(self, broker):
        for codec in log_files.CODECS:
            kcat.produce(broker.address, codec, self._input, codec=codec, options=SMALL_BATCHES)
        kcat.produce(broker.address, "keyed", self._input,
                     options=[*SMALL_BATCHES, "-K", ":", "-H", "header=value", "-H", "empty"])

    def _kill_under_load(self, broker):
        endless = subprocess.Popen(["kcat", "-b", broker.address, "-P", "-t", LOADED, "-q"],
                                   stdin=subprocess.PIPE, stderr=subprocess.DEVNULL)
        line = b"x" * 99 + b"\n"
        try:
            while not self._segments(LOADED)[1:]:
                endless.stdin.write(line * 100)
            broker.kill()
        finally:
            endless.kill()
            endless.wait()

    def _segments(self, topic):
        return self.files(topic, "log")

    def files(self, topic, *suffixes):
        """In the order of their offsets; indexes after their log."""
        found = sorted((self.directory / f"{topic}-0").glob("*"))
        return [path for suffix in suffixes for path in found if path.suffix == f".{suffix}"]


def check_topic(data, topic, count, codec="none"):
    logs = data.files(topic, "log")
    tap.check(len(logs) >= 2, f"{topic}: only {len(logs)} segments")
    lines = dump_log.run(logs, "--deep-iteration", "--print-data-log")
    batches, records = dump_log.check_records(lines)
    tap.note(f"{topic}: {len(logs)} segments, {batches} batches, {records} records")
    told = collections.Counter(re.findall(r"compresscodec: (\S+)", "\n".join(lines)))
    tap.check(told[codec] > 0.9 * batches, f"codecs of {topic}: {told}")
    if count is not None:
        tap.check_equal(records, count, f"records in {topic}")


def check_indexes(data, topics):
    files = [path for topic in topics for path in data.files(topic, "index", "timeindex")]
    entries = [line for line in dump_log.run(files) if re.match("offset: |timestamp: ", line)]
    tap.note(f"{len(files)} index files, {len(entries)} entries")
    tap.check(len(entries) > len(files), "the indexes are nearly empty")
    for options in ([], ["--verify-index-only"], ["--index-sanity-check"]):
        dump_log.check_silent(dump_log.run(files, *options))


def check_metadata(data, topics):
    files = data.files("__cluster_metadata", "log", "index", "timeindex")
    lines = dump_log.run(files, "--cluster-metadata-decoder", "--deep-iteration",
                         "--print-data-log")
    dump_log.check_records(lines)
    kinds = collections.Counter(re.findall(r'"type":"([A-Z_]+)"', "\n".join(lines)))
    tap.note(dict(kinds))
    tap.check_equal(kinds["TOPIC_RECORD"], len(topics), "topic records")
    tap.check_equal(kinds["PARTITION_RECORD"], len(topics), "partition records")
    tap.check(not re.search("unknown|could not|error", "\n".join(lines), re.IGNORECASE),
              "the decoder complains")


def cases_of(options, backend, folder):
    data = Data(options, backend, folder)
    full = [*log_files.CODECS, "keyed"]
    topics = [*full, LOADED]
    yield f"{backend}: written, killed, stopped", data.write
    for topic in full:
        codec = topic if topic in log_files.CODECS else "none"
        yield (f"{backend}: topic {topic}",
               lambda arguments=(topic, 2 * LINES, codec): check_topic(data, *arguments))
    yield f"{backend}: killed under load", lambda: check_topic(data, LOADED, None)
    yield f"{backend}: indexes", lambda: check_indexes(data, topics)
    yield f"{backend}: cluster metadata", lambda: check_metadata(data, topics)


def main():
    options = tap.parser(__doc__).parse_args()
    with tempfile.TemporaryDirectory() as first, tempfile.TemporaryDirectory() as second:
        cases = [case for backend, folder in zip(BACKENDS, (first, second))
                 for case in cases_of(options, backend, folder)]
        sys.exit(tap.run(cases, options))


if __name__ == "__main__":
    main()
