#!/usr/bin/env python3
"""Consumers of one group, by kcat: they share, take over from each other, and go on where they
were after a kill -9 of the broker."""

import pathlib
import subprocess
import sys
import tempfile
import time

from harness import kcat, tap
from harness.broker import Broker, free_port
from harness.process import PATIENCE_SECONDS

BACKENDS = ["uring", "epoll"]
PARTITIONS = 4
OPTIONS = ["-X", "auto.offset.reset=earliest", "-X", "session.timeout.ms=6000",
           "-X", "heartbeat.interval.ms=500", "-X", "auto.commit.interval.ms=100",
           "-X", "topic.metadata.refresh.interval.ms=1000"]


class Consumer:
    """A member of a group; what it reads goes to a file, a line a record."""

    def __init__(self, address, group, topic, path, options=()):
        self.path = path
        self._file = open(path, "wb")
        self.process = subprocess.Popen(
            ["kcat", "-b", address, "-G", group, "-q", "-u", *OPTIONS, *options, topic],
            stdout=self._file, stderr=subprocess.DEVNULL)

    def lines(self):
        return self.path.read_bytes().split(b"\n")[:-1]

    def wait(self):
        tap.check_equal(self.process.wait(PATIENCE_SECONDS), 0, "exit status of kcat")
        return self.lines()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        self._file.close()


def wait_until(what, check):
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not check():
        tap.check(time.monotonic() < deadline, f"in vain: {what}")
        time.sleep(0.05)


def produce(broker, folder, first, count, topic="t"):
    """Some lines, by number, into all partitions."""
    made = [b"line %07d" % number for number in range(first, first + count)]
    for partition in range(PARTITIONS):
        path = folder / "lines"
        path.write_bytes(b"\n".join(made[partition::PARTITIONS]) + b"\n")
        kcat.produce(broker.address, topic, path, partition=partition)
    return made


def goes_on(broker, folder):
    """Who left after some records, and the one who comes after, read each record once; the broker
    is killed in between."""
    made = produce(broker, folder, 0, 2000)
    with Consumer(broker.address, "g", "t", folder / "a", ["-c", "700"]) as first:
        found = first.wait()
    tap.check_equal(len(found), 700, "records that the first consumer read")
    broker.kill()
    broker.start()
    with Consumer(broker.address, "g", "t", folder / "b", ["-c", "1300"]) as second:
        found += second.wait()
    tap.check_equal(sorted(found), made, "all records, each once")


def takes_over(broker, folder):
    """Two consumers share; one is killed, and the other one reads everything."""
    made = produce(broker, folder, 0, 400)
    with Consumer(broker.address, "g", "t", folder / "a") as first, \
            Consumer(broker.address, "g", "t", folder / "b") as second:
        wait_until("all is read", lambda: set(first.lines() + second.lines()) >= set(made))
        number = 400
        while not (set(first.lines()) & set(made[-40:]) and set(second.lines()) & set(made[-40:])):
            made += produce(broker, folder, number, 40)  # until both have a share
            number += 40
            tap.check(number < 100_000, "one of two consumers gets nothing")
            time.sleep(0.2)
        second.process.kill()
        last = produce(broker, folder, number, 400)
        wait_until("the first one reads all", lambda: set(first.lines()) >= set(last))


def misses_nothing(broker, folder):
    """The broker is killed while a consumer reads. kcat gives up then; the next one may read again
    what was not committed, but leaves nothing out."""
    made, found = [], set()
    for number in range(3):
        made += produce(broker, folder, len(made), 400)
        with Consumer(broker.address, "g", "t", folder / f"out{number}") as consumer:
            wait_until("it reads", lambda: len(consumer.lines()) > 100)
            broker.kill()
            consumer.process.wait(PATIENCE_SECONDS)
            found |= set(consumer.lines())
        broker.start()
    with Consumer(broker.address, "g", "t", folder / "last") as consumer:
        wait_until("all is read", lambda: found | set(consumer.lines()) >= set(made))


def case(options, backend, function):
    def run():
        properties = {"num.partitions": PARTITIONS, "group.initial.rebalance.delay.ms": 200}
        with tempfile.TemporaryDirectory() as folder:
            folder = pathlib.Path(folder)
            with Broker(options.varved, folder / "data", backend, properties=properties,
                        listeners=f"PLAINTEXT://127.0.0.1:{free_port()}") as broker:
                function(broker, folder)
    return f"{backend}, {function.__name__}", run


def main():
    options = tap.parser(__doc__).parse_args()
    cases = [case(options, backend, function) for backend in BACKENDS
             for function in (goes_on, takes_over, misses_nothing)]
    sys.exit(tap.run(cases, options))


if __name__ == "__main__":
    main()
