#!/usr/bin/env python3
"""Consumer groups as people know them: idle members, shares, failures, members that stop polling,
static members, cooperative rebalances, and a hundred members at once."""

import itertools
import pathlib
import sys
import tempfile
import time

from harness import cache, tap
from harness.broker import Broker, free_port
from harness.crowd import Crowd

HERE = pathlib.Path(__file__).resolve().parent
cache.enter_python_environment(__file__, HERE / "requirements.txt")

from confluent_kafka import admin  # noqa: E402
from clients import Record, confluent  # noqa: E402
from harness import offsets_topic  # noqa: E402

BACKENDS = {"confluent-kafka": "uring", "kafka-python": "epoll", "java": "uring"}
SESSION_MS = 6000
TIMEOUT_SECONDS = 60


class Scene:
    """A broker with one topic, and members that come and go. Runs inside a `with`."""

    def __init__(self, options, library, partitions, **properties):
        self._folder = tempfile.TemporaryDirectory()
        properties = {name.replace("_", "."): value for name, value in properties.items()}
        self.broker = Broker(options.varved, f"{self._folder.name}/data", BACKENDS[library],
                             listeners=f"PLAINTEXT://127.0.0.1:{free_port()}",
                             properties={"offsets.topic.num.partitions": 1,
                                         "group.initial.rebalance.delay.ms": 500, **properties})
        self.partitions, self._library = partitions, library

    def __enter__(self):
        self.broker.__enter__()
        self._client = confluent.Client(self.broker.address)
        self._client.create_topic("t", self.partitions)
        self._admin = admin.AdminClient({"bootstrap.servers": self.broker.address, "log_level": 2})
        self.crowd = Crowd(self._library, self.broker.address, self._folder.name)
        return self

    def __exit__(self, *how):
        self.crowd.__exit__(*how)
        self._client.close()
        self.broker.__exit__(*how)
        self._folder.cleanup()

    def produce(self, count=100):
        """So many records into each partition; returns their partitions and offsets."""
        made = [Record(b"%d" % number, partition=partition)
                for partition in range(self.partitions) for number in range(count)]
        return set(self._client.produce("t", made))

    def settle(self, *names, least=1, **config):
        """Returns members that share the partitions."""
        members = [self.crowd.join(name, **config) for name in names]
        self.crowd.await_shares(members, self.partitions, least)
        return members

    def check_reads(self, *members):
        """What comes now is read by these."""
        self.crowd.await_read(members, self.produce())

    def state(self, group="g"):
        described = self._admin.describe_consumer_groups([group])[group]
        return described.result(TIMEOUT_SECONDS).state.name

    def generations(self, group="g"):
        return offsets_topic.generations(self.broker.address, group)


def more_members_than_partitions(options, library):
    """One has nothing to do, until another one fails."""
    with Scene(options, library, 2) as scene:
        members = scene.settle("a", "b", "c", least=0)
        scene.check_reads(*members)
        idle = [member for member in members if not member.partitions]
        tap.check_equal(len(idle), 1, "members without a partition")
        tap.check_equal(idle[0].read, set(), "what the idle member read")
        victim, survivor = (member for member in members if member.partitions)
        victim.kill()
        scene.crowd.await_shares([*idle, survivor], 2)
        scene.check_reads(*idle, survivor)
        tap.check(idle[0].read, "the idle member has a partition, and reads nothing")


def fewer_members_than_partitions(options, library):
    with Scene(options, library, 5) as scene:
        members = scene.settle("a", "b")
        tap.check_equal(sorted(len(member.partitions) for member in members), [2, 3], "shares")
        scene.check_reads(*members)
        tap.check_equal(members[0].read & members[1].read, set(), "what both have read")


def several_groups(options, library):
    """Each group reads everything."""
    with Scene(options, library, 4) as scene:
        groups = [[scene.crowd.join(f"{group}{number}", group) for number in range(count)]
                  for group, count in (("g", 1), ("h", 1), ("i", 2))]
        for members in groups:
            scene.crowd.await_shares(members, 4)
        records = scene.produce()
        for members in groups:
            scene.crowd.await_read(members, records)


def a_member_killed(options, library):
    """When its session ends, and not before, the other one goes on where it was."""
    with Scene(options, library, 4) as scene:
        victim, other = scene.settle("a", "b")
        scene.check_reads(victim, other)
        scene.crowd.wait("it commits", lambda: sum(
            len(event["offsets"]) for event in victim.told("committed")) >= 2)
        already, beginning = set(other.read), time.monotonic()
        victim.kill()
        scene.crowd.await_shares([other], 4)
        passed_ms = (time.monotonic() - beginning) * 1000
        tap.check(passed_ms > SESSION_MS / 2, f"its session lasted {passed_ms:.0f} ms")
        scene.check_reads(other)
        committed = {}
        for event in victim.told("committed"):
            committed.update(event["offsets"])
        again = {(partition, offset) for partition, offset in other.read - already
                 if offset < committed.get(partition, 0)}
        tap.check_equal(again, set(), "what was committed, and read again")


def a_member_stops_polling(options, library):
    """It loses its share after max.poll.interval.ms, and has one again when it goes on."""
    with Scene(options, library, 4) as scene:
        stuck, other = scene.settle("a", "b", poll_ms=8000)
        scene.check_reads(stuck, other)
        stuck.tell("pause")
        scene.crowd.await_shares([other], 4)
        scene.check_reads(other)
        mark = len(stuck.events)
        stuck.tell("resume")
        scene.crowd.wait("it has lost its share", lambda: stuck.told("lost", mark))
        scene.crowd.await_shares([stuck, other], 4)
        scene.check_reads(stuck, other)


def a_static_member_restarts(options, library):
    """It was killed, or closed: whoever comes under its name has its share, and nobody else hears
    of it. There is no new generation."""
    with Scene(options, library, 3) as scene:
        members = [scene.crowd.join(name, instance=name, session_ms=60_000) for name in "abc"]
        scene.crowd.await_shares(members, 3)
        scene.check_reads(*members)
        generation, marks = scene.generations()[-1], [len(member.events) for member in members]
        for which, end in ((1, "kill"), (0, "close"), (2, "kill")):
            before = members[which]
            share = set(before.partitions)
            getattr(before, end)()
            again = scene.crowd.join(before.name + "'", instance=before.name, session_ms=60_000)
            scene.crowd.wait("it has its share again", lambda: again.partitions == share)
            members[which], marks[which] = again, len(again.events)
            scene.check_reads(*members)
        for member, mark in zip(members, marks):
            tap.check_equal(member.moves(mark), [], f"what {member.name} noticed")
        tap.check_equal(scene.generations()[-1], generation, "generation")
        a_name_is_taken(scene, members)


def a_name_is_taken(scene, members):
    """Two of the same name: the elder has to go."""
    before = members[1]
    share = set(before.partitions)
    heir = scene.crowd.join("heir", instance="b", session_ms=60_000)
    scene.crowd.wait("the heir has its share", lambda: heir.partitions == share)
    records = scene.produce()
    if scene.crowd.library != "java":  # whose tool ends without a word
        scene.crowd.wait("it is fenced", lambda: before.told("failed"))
        error = before.told("failed")[0]["error"].lower()
        tap.check("fenced" in error or "static consumer" in error, f"it failed with: {error}")
    scene.crowd.wait("it ends", lambda: before.ended)
    scene.crowd.await_read([members[0], heir, members[2]], records)


def cooperative(options, library):
    """Partitions that stay with their members are never revoked, and are read on while the group
    waits for one that was killed."""
    with Scene(options, library, 6) as scene:
        how = {"strategy": "cooperative-sticky", "session_ms": 15_000}
        if library != "java":
            # A commit waits behind the member's own JoinGroup, which is answered when all have
            # joined, and so would what it reads after it.
            how["commits"] = False
        first = scene.settle("a", **how)[0]
        scene.check_reads(first)
        second = scene.crowd.join("b", **how)
        scene.crowd.await_shares([first, second], 6, least=3)
        kept = set(first.partitions)
        check_never_revoked(first, kept)
        scene.check_reads(first, second)
        mark = len(first.events)
        second.kill()
        third = scene.crowd.join("c", **how)
        while scene.state() != "PREPARING_REBALANCING":
            tap.check(not first.moves(mark) and not third.ended, "no rebalance was seen")
        records = {each for each in scene.produce() if each[0] in kept}
        scene.crowd.await_read([first], records)
        tap.check_equal(scene.state(), "PREPARING_REBALANCING", "state while records are read")
        scene.crowd.await_shares([first, third], 6, least=3)
        check_never_revoked(first, kept & first.partitions)
        scene.check_reads(first, third)


def check_never_revoked(member, partitions):
    for event in member.told("revoked") + member.told("lost"):
        tap.check(not partitions & set(event["partitions"]), f"{member.name}: {event}")


def a_hundred_at_once(options, library):
    """They settle in one rebalance: the first generation is the last."""
    with Scene(options, library, 100, group_initial_rebalance_delay_ms=3000) as scene:
        crowd = scene.crowd.join("hundred", count=100)
        scene.crowd.wait("all are told", lambda: len(crowd.owned) == 100)
        scene.crowd.await_shares([crowd], 100)
        scene.check_reads(crowd)
        tap.check_equal(scene.generations(), [1], "generations")
        tap.check_equal([len(share) for share in crowd.owned.values()], [1] * 100, "shares")
        tap.check_equal(len(crowd.moves()), 100, "what they were told of partitions")


EVERYWHERE = [more_members_than_partitions, fewer_members_than_partitions, several_groups,
              a_member_killed, a_member_stops_polling, a_static_member_restarts, cooperative]
IN_JAVA = [a_member_killed, a_static_member_restarts, cooperative]


def main():
    options = tap.parser(__doc__).parse_args()
    chosen = [*itertools.product(["confluent-kafka", "kafka-python"], EVERYWHERE),
              ("confluent-kafka", a_hundred_at_once),
              *itertools.product(["java"], IN_JAVA)]
    cases = [(f"{library}: {function.__name__}", lambda how=(function, library): how[0](
        options, how[1])) for library, function in chosen]
    sys.exit(tap.run(cases, options))


if __name__ == "__main__":
    main()
