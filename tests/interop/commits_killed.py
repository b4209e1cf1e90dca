#!/usr/bin/env python3
"""Members of a group read and commit while varved is killed again and again, many times in the
middle of a rebalance: no acknowledged commit is lost, and they go on by themselves to the end."""

import itertools
import pathlib
import random
import sys
import tempfile

from harness import cache, tap
from harness.broker import Broker, free_port
from harness.crowd import Crowd

HERE = pathlib.Path(__file__).resolve().parent
cache.enter_python_environment(__file__, HERE / "requirements.txt")

import confluent_kafka as ck  # noqa: E402
from clients import Record, confluent  # noqa: E402

ROUNDS, ROUNDS_IN_SHORT = 50, 10
PARTITIONS = 4
RECORDS_A_ROUND = 100  # of a partition
BATCH = 5  # records to a commit
COMMITS_A_ROUND_MAX = 40
SESSION_MS = 6000
TIMEOUT_SECONDS = 120


class Run:
    """One group and one broker through all rounds. Runs inside a `with`."""

    def __init__(self, options, library, backend, seed):
        self._folder = tempfile.TemporaryDirectory()
        self._broker = Broker(options.varved, f"{self._folder.name}/data", backend,
                              listeners=f"PLAINTEXT://127.0.0.1:{free_port()}",
                              properties={"offsets.topic.num.partitions": 1,
                                          "group.initial.rebalance.delay.ms": 100})
        self._library, self._random = library, random.Random(seed)
        self._made, self._count, self.rebalances = set(), 0, 0

    def __enter__(self):
        self._broker.__enter__()
        self._client = confluent.Client(self._broker.address)
        self._client.create_topic("t", PARTITIONS)
        self._looker = ck.Consumer({"bootstrap.servers": self._broker.address, "group.id": "g",
                                    "enable.auto.commit": False, "log_level": 0})
        self._crowd = Crowd(self._library, self._broker.address, self._folder.name)
        self._live = [self._join() for _ in range(2)]
        return self

    def __exit__(self, *how):
        self._crowd.__exit__(*how)
        self._looker.close()
        self._client.close()
        self._broker.__exit__(*how)
        self._folder.cleanup()

    def _join(self):
        self._count += 1
        return self._crowd.join(f"member {self._count}", batch=BATCH, session_ms=SESSION_MS)

    def produce(self):
        made = [Record(b"%d" % number, partition=partition)
                for partition in range(PARTITIONS) for number in range(RECORDS_A_ROUND)]
        self._made |= set(self._client.produce("t", made))

    def acknowledged(self):
        """By partition, the highest offset that any member was told is committed."""
        with self._crowd.changed:
            offsets = [each for member in self._crowd.members
                       for event in member.told("committed") for each in event["offsets"]]
        return {partition: max(offset for at, offset in offsets if at == partition)
                for partition, _ in offsets}

    def commits(self):
        return sum(len(member.told("committed")) for member in self._crowd.members)

    def moves(self):
        return sum(len(member.moves()) for member in self._crowd.members)

    def await_commits(self, more):
        """Some, or all that can be until new records come."""
        goal = self.commits() + more
        self._crowd.wait("they commit", lambda: self.commits() >= goal or
                         sum(self.acknowledged().values()) >= len(self._made))

    def rebalance(self):
        """Begins one; returns before anybody knows."""
        self.rebalances += 1
        if len(self._live) < 3:
            self._live.append(self._join())
        else:
            leaver = self._live.pop(self._random.randrange(len(self._live)))
            if self._random.random() < 0.5:
                leaver.kill()
            else:
                leaver.tell("close")

    def await_moves(self, more):
        goal = self.moves() + more
        self._crowd.wait("they are told of a rebalance", lambda: self.moves() >= goal)

    def kill(self):
        self._broker.kill()
        self._broker.start()

    def check_committed(self):
        """What a client is told now is never below what a member was told before."""
        acknowledged = self.acknowledged()
        asked = [ck.TopicPartition("t", partition) for partition in range(PARTITIONS)]
        found = self._looker.committed(asked, TIMEOUT_SECONDS)
        for each in found:
            tap.check(not each.error, f"{each}")
            told = acknowledged.get(each.partition, ck.OFFSET_INVALID)
            tap.check(each.offset >= told, f"partition {each.partition}: {told} was acknowledged, "
                      f"and {each.offset} is committed")

    def round(self, number):
        self.produce()
        self.await_commits(self._random.randrange(COMMITS_A_ROUND_MAX))
        if number % 2:
            self.rebalance()
            self.await_moves(self._random.randrange(3))
        self.kill()
        self.check_committed()

    def finish(self):
        self._crowd.await_read(self._crowd.members, self._made)
        ends = {partition: len(self._made) // PARTITIONS for partition in range(PARTITIONS)}
        self._crowd.wait("all is committed", lambda: self.acknowledged() == ends)
        self.check_committed()
        for member in self._live:
            tap.check(not member.ended, f"{member.name} gave up")


def killed(options, library, backend, rounds):
    def run():
        with Run(options, library, backend, seed=rounds) as group:
            for number in range(rounds):
                group.round(number)
            group.finish()
            tap.note(f"{group.commits()} commits, {group.moves()} moves of partitions, "
                     f"{group.rebalances} members came or went")
    return f"{library}, {backend}, {rounds} kills", run


def main():
    parser = tap.parser(__doc__)
    parser.add_argument("--all", action="store_true", help="every client, and all rounds")
    options = parser.parse_args()
    ways = list(itertools.product(["confluent-kafka", "kafka-python"], ["uring", "epoll"]))
    some = [ways[0], ways[3]]
    cases = [killed(options, *way, ROUNDS if options.all else ROUNDS_IN_SHORT)
             for way in (ways if options.all else some)]
    sys.exit(tap.run(cases, options))


if __name__ == "__main__":
    main()
