#!/usr/bin/env python3
"""Two client libraries, confluent-kafka and kafka-python, do without groups what they can."""

import os
import pathlib
import sys
import tempfile
import time

from harness import cache, log_files, tap
from harness.broker import Broker, free_port

HERE = pathlib.Path(__file__).resolve().parent
BACKENDS = {"confluent-kafka": "uring", "kafka-python": "epoll"}
START_MS = int(time.time() * 1000) - 3_600_000
STEP_MS = 10


cache.enter_python_environment(__file__, HERE / "requirements.txt")

import clients  # noqa: E402
from clients import confluent, kafka_python  # noqa: E402
from clients import Record  # noqa: E402


def made(count, partition=0, size=20):
    return [Record(value=b"%08d" % number + os.urandom(size), key=b"key %d" % number,
                   headers=[("first", b"1"), ("number", b"%d" % number)],
                   timestamp=START_MS + number * STEP_MS, partition=partition)
            for number in range(count)]


def check_refused(name, function, *arguments):
    try:
        function(*arguments)
    except clients.Refused as refused:
        tap.check_equal(refused.args[0], name, f"the error ({refused})")
        return
    tap.check(False, f"this was to be refused with {name}")


class Cases:
    """What a client goes through; each method is a case, in this order, on one broker."""

    def __init__(self, options, module, folder):
        self.name = module.Client.name
        self._open = module.Client
        self._broker = Broker(options.varved, folder, BACKENDS[self.name],
                              listeners=f"PLAINTEXT://127.0.0.1:{free_port()}",
                              properties={"message.max.bytes": 1_000_000})

    def start(self):
        self._broker.start()
        self.client = self._open(self._broker.address)

    def each_codec(self):
        given = made(500)
        for codec in self.client.codecs:
            told = self.client.produce(codec, given, codec)
            tap.check_equal(told, [(0, number) for number in range(500)], f"offsets of {codec}")
            tap.check_equal(self.client.read(codec, 0, 0, 500), given, f"what came of {codec}")
            sizes = log_files.codecs(pathlib.Path(self._broker.directory) / f"{codec}-0")
            tap.check(sizes[codec] > 0.9 * sum(sizes.values()), f"{codec} is stored as {sizes}")

    def absent_and_empty(self):
        given = [Record(b"", None, [], START_MS), Record(None, b"", [("h", b"")], START_MS),
                 Record("žluťoučký".encode(), b"\0\xff", [("h", b"1"), ("h", b"2")], START_MS)]
        self.client.produce("edges", given)
        tap.check_equal(self.client.read("edges", 0, 0, 3), given, "what came")

    def large_values(self):
        given = made(5, size=900 << 10)
        self.client.produce("large", given)
        found = self.client.read("large", 0, 0, 5)
        tap.check(found == given, f"{[len(one.value) for one in found]} bytes came, or others")

    def administration(self):
        client = self.client
        client.create_topic("three", 3)
        tap.check_equal(client.topics().get("three"), 3, "partitions of the new topic")
        check_refused("TOPIC_ALREADY_EXISTS", client.create_topic, "three", 3)
        for partition in range(3):
            client.produce("three", made(partition + 1, partition))
        client.create_partitions("three", 5)
        tap.check_equal(client.topics().get("three"), 5, "partitions after adding")
        check_refused("INVALID_PARTITIONS", client.create_partitions, "three", 4)
        ends = [client.bounds("three", partition) for partition in range(5)]
        tap.check_equal(ends, [(0, 1), (0, 2), (0, 3), (0, 0), (0, 0)], "first and end offsets")
        client.delete_topic("three")
        tap.check_equal(client.topics().get("three"), None, "the deleted topic")

    def times(self):
        self.client.produce("times", made(300))
        for number in (0, 1, 150, 299):
            at = START_MS + number * STEP_MS
            tap.check_equal(self.client.offset_at("times", 0, at), number, f"offset at {at}")
            tap.check_equal(self.client.offset_at("times", 0, at - STEP_MS + 1), number,
                            f"offset just before {at}")
        tap.check_equal(self.client.offset_at("times", 0, START_MS + 300 * STEP_MS), None,
                        "offset behind the last")

    def seeking(self):
        given = made(300)
        self.client.produce("seek", given)
        for offset in (299, 0, 137):
            tap.check_equal(self.client.read("seek", 0, offset, 1), [given[offset]],
                            f"what is at {offset}")

    def refused(self):
        check_refused("UNKNOWN_TOPIC_OR_PARTITION", self.client.use_without_creating,
                      "no-such-topic")
        tap.check("no-such-topic" not in self.client.topics(), "asking created it")
        check_refused("MESSAGE_TOO_LARGE", self.client.produce, "large", made(1, size=1_100_000))
        self.client.produce("large", made(1))  # and goes on

    def restart(self):
        """The same client goes on with a broker that was killed, and one that was stopped."""
        given = made(100)
        self.client.produce("again", given)
        for end in (self._broker.kill, self._broker.stop):
            end()
            self._broker.start()
            tap.check_equal(self.client.read("again", 0, 0, len(given)), given, "what was there")
            more = made(100)
            self.client.produce("again", more)
            given += more
        tap.check_equal(self.client.read("again", 0, 0, 300), given, "everything")

    def end(self):
        self.client.close()
        self._broker.stop()

    def all(self):
        for method in (self.start, self.each_codec, self.absent_and_empty, self.large_values,
                       self.administration, self.times, self.seeking, self.refused, self.restart,
                       self.end):
            yield f"{self.name}: {method.__name__}", method

    def abandon(self):
        if self._broker.is_running():
            self._broker.abandon()


def main():
    options = tap.parser(__doc__).parse_args()
    with tempfile.TemporaryDirectory() as folder:
        both = [Cases(options, module, pathlib.Path(folder) / module.__name__)
                for module in (confluent, kafka_python)]
        status = tap.run([case for one in both for case in one.all()], options)
        for one in both:
            one.abandon()
        sys.exit(status)


if __name__ == "__main__":
    main()
