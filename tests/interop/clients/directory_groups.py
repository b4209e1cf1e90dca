"""Groups and their offsets, as a data directory can hold them: committed and told. Runs where
confluent-kafka is installed.

    directory_groups.py ADDRESS commit=NUMBER      offsets that the number tells apart
    directory_groups.py ADDRESS offsets=FILE       all that are committed, as JSON
"""

import json
import sys
import time

import confluent_kafka as ck
from confluent_kafka import admin

TIMEOUT_SECONDS = 60
TOPIC, PARTITIONS = "spread", 3


NEWER = {"group.protocol": "consumer"}  # whose sessions are the broker's matter


def consumer(address, group, **more):
    session = {} if NEWER.items() <= more.items() else {"session.timeout.ms": 6000}
    return ck.Consumer({"bootstrap.servers": address, "group.id": group, "log_level": 2,
                        "enable.auto.commit": False, "auto.offset.reset": "earliest",
                        **session, **more})


def commit(member, first, text):
    offsets = [ck.TopicPartition(TOPIC, number, first + number, metadata=f"{text} {first}")
               for number in range(PARTITIONS)]
    for each in member.commit(offsets=offsets, asynchronous=False):
        assert not each.error, each


def by_member(address, group, first, **more):
    """By a member of a generation; returns it, still in the group."""
    member = consumer(address, group, **more)
    assigned = []
    member.subscribe([TOPIC], on_assign=lambda _, partitions: assigned.append(partitions))
    late = time.monotonic() + TIMEOUT_SECONDS
    while not any(assigned):
        told = member.poll(0.1)
        assert not (told and told.error() and told.error().fatal()), told.error()
        assert time.monotonic() < late, f"{group}: nothing was assigned"
    commit(member, first, "žluťoučký kůň")
    return member


def commit_all(address, first):
    by_member(address, "left", first).close()
    by_member(address, "newer, left", first, **NEWER).close()
    static = [by_member(address, group, first, **{"group.instance.id": "one"}, **protocol)
              for group, protocol in [("static", {}), ("newer, static", NEWER)]]
    for number in range(10):
        nobody = consumer(address, f"nobody {number}")
        commit(nobody, first + 10 * number, "")
        nobody.close()
    once = consumer(address, f"once {first}")
    commit(once, first, "x" * 3000)
    once.close()
    gone = consumer(address, "gone")
    commit(gone, first, "gone")
    gone.close()
    deleter = admin.AdminClient({"bootstrap.servers": address})
    for future in deleter.delete_consumer_groups(["gone"]).values():
        future.result(TIMEOUT_SECONDS)
    for member in static:
        member.close()  # which leaves it in its place


def committed(address):
    """By group its type; by group and partition offset, leader epoch, metadata."""
    asker = admin.AdminClient({"bootstrap.servers": address})
    listed = asker.list_consumer_groups(request_timeout=TIMEOUT_SECONDS).result(TIMEOUT_SECONDS)
    assert not listed.errors, listed.errors
    found = {}
    for group in listed.valid:
        found[group.group_id] = group.type.name
        asked = [ck.ConsumerGroupTopicPartitions(group.group_id)]
        for future in asker.list_consumer_group_offsets(asked).values():
            for each in future.result(TIMEOUT_SECONDS).topic_partitions:
                assert not each.error, each
                found[f"{group.group_id}, {each.topic}-{each.partition}"] = [
                    each.offset, each.leader_epoch, each.metadata]
    return found


def main(address, *steps):
    for step in steps:
        name, _, argument = step.partition("=")
        if name == "commit":
            commit_all(address, int(argument))
        elif name == "offsets":
            with open(argument, "w", encoding="utf-8") as output:
                json.dump(committed(address), output)
        else:
            raise ValueError(name)


if __name__ == "__main__":
    main(*sys.argv[1:])
