#!/usr/bin/env python3
"""Every client library goes through the same cases. What was run is what the table in README.md
says: --write-readme writes it from a run of everything, any other run checks it."""

import functools
import pathlib
import sys
import tempfile

from clients import kcat_client, remote
from clients.cases import NotInClient
from clients.group_cases import Cases
from harness import matrix_table, tap
from harness.broker import Broker, free_port

BACKENDS = ["uring", "epoll"]
CLIENTS = [remote.Java, remote.OlderJava, remote.Librdkafka, kcat_client.Kcat, remote.Confluent,
           remote.KafkaPython, remote.KafkaJs, remote.FranzGo, remote.Sarama]
PROPERTIES = {"message.max.bytes": 1_000_000, "group.initial.rebalance.delay.ms": 0,
              "group.min.session.timeout.ms": 1000, "offsets.topic.num.partitions": 4}

# The rows of the table.
NAMES = ["not_compressed", "gzip", "snappy", "lz4", "zstd", "keys_and_headers", "empty_and_null",
         "timestamps", "seek_by_time", "large_messages", "topics", "configs", "groups",
         "offset_reset", "no_offset_reset", "shared_group", "dead_member", "commit_and_resume",
         "unknown_topic", "too_large", "not_enabled", "old_version", "restart"]


class Run:
    """One client on one backend."""

    def __init__(self, options, kind, backend, folder, table):
        self._label = f"{kind.name} {kind.version}, {backend}"
        self._kind = kind
        self._table = table
        self._cases = None
        self._broker = Broker(options.varved, folder, backend, properties=PROPERTIES,
                              listeners=f"PLAINTEXT://127.0.0.1:{free_port()}")

    def _start(self):
        if not self._broker.is_running():
            self._broker.start()
        self._cases = Cases(self._kind, self._broker)

    def _case(self, name):
        def run():
            if self._cases is None:
                self._start()
            try:
                getattr(self._cases, name)()
                self._table.passed(self._kind, name)
            except NotInClient as reason:
                tap.note(f"not in this client: {reason}")
                self._table.absent(self._kind, name, str(reason))
        return f"{self._label}: {name.replace('_', ' ')}", run

    def end(self):
        if self._cases is not None:
            self._cases.close()
        if self._broker.is_running():
            self._broker.stop()

    def all(self):
        yield from (self._case(name) for name in NAMES)
        yield f"{self._label}: end", self.end

    def abandon(self):
        if self._broker.is_running():
            self._broker.abandon()


def chosen(options):
    """Each client on one backend, or on both."""
    for number, kind in enumerate(CLIENTS):
        for other, backend in enumerate(BACKENDS):
            if options.all or options.write_readme or (number + other) % len(BACKENDS) == 0:
                yield kind, backend


def main():
    parser = tap.parser(__doc__)
    parser.add_argument("--all", action="store_true", help="every client on both backends")
    parser.add_argument("--write-readme", action="store_true",
                        help="run all, and write the table of README.md")
    options = parser.parse_args()
    table = matrix_table.Table(CLIENTS, NAMES)
    with tempfile.TemporaryDirectory(prefix="varve-matrix-") as name:
        runs = [Run(options, kind, backend, pathlib.Path(name) / f"{number}", table)
                for number, (kind, backend) in enumerate(chosen(options))]
        cases = [case for one in runs for case in one.all()]
        at_the_end = table.check
        if options.write_readme:
            at_the_end = functools.partial(table.write, len(BACKENDS))
        cases.append(("the table in README.md", at_the_end))
        status = tap.run(cases, options)
        for one in runs:
            one.abandon()
    sys.exit(status)


if __name__ == "__main__":
    main()
