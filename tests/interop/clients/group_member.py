"""Members of a consumer group that tell what happens to them, a line of JSON each time, and do what
they are told. Runs where confluent-kafka and kafka-python are installed.

The argument is JSON: library, address, group, topic, count (how many members, 1), instance (static
id), strategy, commits (whether each batch is committed), batch (records at a time), session_ms and
poll_ms (the longest pause between polls).

What they tell, each with "member", which of them:
  assigned, revoked, lost  "partitions"
  read                     "ranges": [partition, first offset, last offset]
  committed, refused       "offsets": [partition, offset]; refused: "error"
  failed                   "error": it can go no further
  paused, closed
What they are told: pause (poll no more), resume, close.
"""

import json
import queue
import sys
import threading

import confluent_kafka as ck
import kafka
from kafka import errors
from kafka.coordinator.assignors.cooperative_sticky import CooperativeStickyAssignor
from kafka.coordinator.assignors.range import RangePartitionAssignor

HEARTBEAT_MS = 300
STRATEGIES = {"range": RangePartitionAssignor, "cooperative-sticky": CooperativeStickyAssignor}

_lock = threading.Lock()


def tell(member, what, **more):
    with _lock:
        print(json.dumps({"member": member, "what": what, **more}), flush=True)


def numbers(partitions):
    return sorted(each.partition for each in partitions)


def ranges_of(found):
    """Of (partition, offset) pairs: first and last of each partition."""
    bounds = {}
    for partition, offset in found:
        first, last = bounds.get(partition, (offset, offset))
        bounds[partition] = (min(first, offset), max(last, offset))
    return [[partition, first, last] for partition, (first, last) in sorted(bounds.items())]


class Confluent:
    POLL_SECONDS = 0.2

    def __init__(self, number, config):
        self.number, self._topic = number, config["topic"]
        self._batch = config["batch"]
        more = {"group.instance.id": config["instance"]} if config["instance"] else {}
        self._consumer = ck.Consumer({
            "bootstrap.servers": config["address"], "group.id": config["group"], "log_level": 0,
            "enable.auto.commit": False, "auto.offset.reset": "earliest",
            "session.timeout.ms": config["session_ms"], "heartbeat.interval.ms": HEARTBEAT_MS,
            "max.poll.interval.ms": config["poll_ms"], "reconnect.backoff.max.ms": 200,
            "partition.assignment.strategy": config["strategy"], **more})

    def subscribe(self):
        def teller(what):
            return lambda _, partitions: tell(self.number, what, partitions=numbers(partitions))
        self._consumer.subscribe([self._topic], on_assign=teller("assigned"),
                                 on_revoke=teller("revoked"), on_lost=teller("lost"))

    def read(self, seconds):
        """Returns (partition, offset) pairs."""
        found = []
        message = self._consumer.poll(seconds)
        while message:
            if not message.error():
                found.append((message.partition(), message.offset()))
            elif message.error().code() == ck.KafkaError._FATAL:
                raise RuntimeError(message.error().str())
            message = self._consumer.poll(0) if len(found) < self._batch else None
        return found

    def commit(self, offsets):
        """Returns the error's name, or nothing."""
        asked = [ck.TopicPartition(self._topic, *each) for each in offsets]
        try:
            done = self._consumer.commit(offsets=asked, asynchronous=False)
        except ck.KafkaException as problem:
            return problem.args[0].name()
        return next((each.error.name() for each in done if each.error), None)

    def close(self):
        self._consumer.close()


class KafkaPython:
    POLL_SECONDS = 2  # a poll that ends while it joins throws away what it was told, and joins anew

    def __init__(self, number, config):
        self.number, self._topic = number, config["topic"]
        self._batch = config["batch"]
        self._consumer = kafka.KafkaConsumer(
            bootstrap_servers=config["address"], group_id=config["group"],
            group_instance_id=config["instance"], enable_auto_commit=False,
            auto_offset_reset="earliest", session_timeout_ms=config["session_ms"],
            heartbeat_interval_ms=HEARTBEAT_MS, max_poll_interval_ms=config["poll_ms"],
            reconnect_backoff_max_ms=200,
            partition_assignment_strategy=[STRATEGIES[config["strategy"]]])

    def subscribe(self):
        number = self.number

        class Listener(kafka.ConsumerRebalanceListener):
            def on_partitions_assigned(self, assigned):
                tell(number, "assigned", partitions=numbers(assigned))

            def on_partitions_revoked(self, revoked):
                tell(number, "revoked", partitions=numbers(revoked))

            def on_partitions_lost(self, lost):
                tell(number, "lost", partitions=numbers(lost))
        self._consumer.subscribe([self._topic], listener=Listener())

    def read(self, seconds):
        got = self._consumer.poll(int(seconds * 1000), max_records=self._batch)
        return [(one.partition, one.offset) for batch in got.values() for one in batch]

    def commit(self, offsets):
        asked = {kafka.TopicPartition(self._topic, partition):
                 kafka.structs.OffsetAndMetadata(offset, "", -1) for partition, offset in offsets}
        try:
            self._consumer.commit(asked, timeout_ms=30_000)
        except errors.FencedInstanceIdError as problem:  # that its heartbeat keeps to itself
            raise RuntimeError(str(problem)) from problem
        except errors.KafkaError as problem:
            return type(problem).__name__
        return None

    def close(self):
        self._consumer.close()


LIBRARIES = {"confluent-kafka": Confluent, "kafka-python": KafkaPython}


def turn(member, commits, seconds):
    found = ranges_of(member.read(seconds))
    if not found:
        return
    tell(member.number, "read", ranges=found)
    if not commits:
        return
    offsets = [[partition, last + 1] for partition, _, last in found]
    error = member.commit(offsets)
    if error:
        tell(member.number, "refused", offsets=offsets, error=error)
    else:
        tell(member.number, "committed", offsets=offsets)


def commands():
    """What is told by and by; "close" when nobody tells any more."""
    told = queue.SimpleQueue()

    def listen():
        for line in sys.stdin:
            told.put(line.strip())
        told.put("close")
    threading.Thread(target=listen, daemon=True).start()
    return told


def obey(command, told, members):
    """Returns whether they go on."""
    if command == "pause":
        for member in members:
            tell(member.number, "paused")
        command = told.get()
    return command != "close"


def main(config):
    config = {"count": 1, "instance": None, "strategy": "range", "commits": True, "batch": 500,
              "session_ms": 6000, "poll_ms": 300_000, **config}
    members = [LIBRARIES[config["library"]](number, config) for number in range(config["count"])]
    for member in members:
        member.subscribe()
    told = commands()
    while told.empty() or obey(told.get(), told, members):
        for member in members:
            try:
                turn(member, config["commits"], member.POLL_SECONDS / len(members))
            except RuntimeError as problem:
                return tell(member.number, "failed", error=str(problem))
    for member in members:
        member.close()
        tell(member.number, "closed")


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
