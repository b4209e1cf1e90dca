"""What every client goes through by itself. Groups are in group_cases.py."""

import os
import pathlib
import time

from clients import Record, Refused, remote
from harness import log_files, tap
from harness.process import PATIENCE_SECONDS

START_MS = int(time.time() * 1000) - 3_600_000
STEP_MS = 10
PARTITIONS = 4


def made(count, partition=0, size=20):
    return [Record(value=b"%08d" % number + os.urandom(size).hex()[:size].encode(),
                   key=b"key %d" % number,
                   headers=[("first", b"1"), ("number", b"%d" % number)],
                   timestamp=START_MS + number * STEP_MS, partition=partition)
            for number in range(count)]


def check_refused(name, function, *arguments):
    try:
        function(*arguments)
    except Refused as refused:
        tap.check_equal(refused.args[0], name, f"the error ({refused})")
        return
    tap.check(False, f"this was to be refused with {name}")


def wait_until(what, check):
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not check():
        tap.check(time.monotonic() < deadline, f"in vain: {what}")


class NotInClient(Exception):
    """The library has no call for what the case is about."""


class Helper:
    """A client that fills topics for those under test."""

    def __init__(self, broker):
        self._broker = broker

    def __enter__(self):
        self._client = remote.Librdkafka(self._broker.address)
        return self._client

    def __exit__(self, *_):
        self._client.kill()


class Cases:
    """What a client goes through; each method is a case, in this order, on one broker."""

    def __init__(self, kind, broker):
        self._kind = kind
        self._broker = broker
        self.client = kind(broker.address)
        self._idle = []

    def _same(self, found, given, what):
        """What the client has no way to give is not asked back."""
        if "timestamps" in self._kind.cannot:
            found = [Record(one.value, one.key, one.headers, START_MS) for one in found]
            given = [Record(one.value, one.key, one.headers, START_MS) for one in given]
        tap.check_equal(len(found), len(given), f"records, {what}")
        for one, other in zip(found, given):
            tap.check_equal(one, other, what)

    def _made(self, count, partition=0, size=20):
        records = made(count, partition, size)
        if "headers of each" in self._kind.cannot:
            for record in records:
                record.headers = [("first", b"1")]
        return records

    def _needs(self, operation):
        if operation in self._kind.cannot:
            raise NotInClient(self._kind.cannot[operation])

    def _fill(self, topic, count):
        """Some records in each of the partitions of a topic; returns all values."""
        with Helper(self._broker) as helper:
            if topic not in helper.topics():
                helper.create_topic(topic, PARTITIONS)
            values = []
            for partition in range(PARTITIONS):
                records = made(count, partition)
                helper.produce(topic, records)
                values += [record.value for record in records]
        return values

    def _check_codec(self, codec):
        if codec not in self.client.codecs:
            raise NotInClient(f"codec {codec}")
        given = self._made(300)
        told = self.client.produce(codec, given, codec)
        if told is not None:
            tap.check_equal(told, [(0, number) for number in range(300)], f"offsets of {codec}")
        self._same(self.client.read(codec, 0, 0, 300), given, f"what came of {codec}")
        sizes = log_files.codecs(pathlib.Path(self._broker.directory) / f"{codec}-0")
        tap.check(sizes[codec] > 0.9 * sum(sizes.values()), f"{codec} is stored as {sizes}")

    def not_compressed(self):
        self._check_codec("none")

    def gzip(self):
        self._check_codec("gzip")

    def snappy(self):
        self._check_codec("snappy")

    def lz4(self):
        self._check_codec("lz4")

    def zstd(self):
        self._check_codec("zstd")

    def keys_and_headers(self):
        given = [Record(b"empty key", b"", [("h", b"")], START_MS),
                 Record("žluťoučký".encode(), b"key", [("h", b"1"), ("h", b"2")], START_MS),
                 Record(b"no key", None, [], START_MS)]
        self.client.produce("edges", given)
        self._same(self.client.read("edges", 0, 0, 3), given, "what came")

    def empty_and_null(self):
        given = [Record(b"", b"a", [], START_MS), Record(None, b"b", [("h", b"1")], START_MS)]
        self.client.produce("null", given)
        self._same(self.client.read("null", 0, 0, 2), given, "what came")

    def timestamps(self):
        self._needs("timestamps")
        given = made(100)
        self.client.produce("timestamps", given)
        found = self.client.read("timestamps", 0, 0, 100)
        tap.check_equal([one.timestamp for one in found], [one.timestamp for one in given],
                        "timestamps")

    def seek_by_time(self):
        self._fill_times()
        for number in (0, 1, 150, 299):
            at = START_MS + number * STEP_MS
            for time_asked in (at, at - STEP_MS + 1):
                offset = self.client.offset_at("times", 0, time_asked)
                tap.check_equal(offset, number, f"offset at {time_asked}")
            found = self.client.read("times", 0, number, 1)
            tap.check_equal(found[0].timestamp, at, "the timestamp there")
        tap.check_equal(self.client.offset_at("times", 0, START_MS + 300 * STEP_MS), None,
                        "offset behind the last")

    def _fill_times(self):
        """By a client that sets them, if this one does not."""
        if "timestamps" not in self._kind.cannot:
            self.client.produce("times", made(300))
            return
        other = remote.Librdkafka(self._broker.address)
        other.produce("times", made(300))
        other.close()

    def large_messages(self):
        given = self._made(4, size=990_000)
        for record in given:  # some send in one batch what they get at once
            self.client.produce("large", [record])
        self._same(self.client.read("large", 0, 0, 4), given, "what came")

    def topics(self):
        self._needs("create_topic")
        client = self.client
        client.create_topic("three", 3)
        tap.check_equal(client.topics().get("three"), 3, "partitions of the new topic")
        check_refused("TOPIC_ALREADY_EXISTS", client.create_topic, "three", 3)
        client.create_partitions("three", 5)
        wait_until("five partitions", lambda: client.topics().get("three") == 5)
        for partition in range(3):
            client.produce("three", made(partition + 1, partition))
        check_refused("INVALID_PARTITIONS", client.create_partitions, "three", 4)
        ends = [client.bounds("three", partition) for partition in range(5)]
        tap.check_equal(ends, [(0, 1), (0, 2), (0, 3), (0, 0), (0, 0)], "first and end offsets")
        client.delete_topic("three")
        wait_until("it is deleted", lambda: "three" not in client.topics())

    def configs(self):
        self._needs("set_topic_config")
        client = self.client
        client.create_topic("configured", 1)
        wait_until("it is there", lambda: "configured" in client.topics())
        client.set_topic_config("configured", "retention.ms", "123456789")
        found = client.topic_config("configured")
        tap.check_equal(found["retention.ms"], "123456789", "retention.ms")
        tap.check_equal(found["cleanup.policy"], "delete", "cleanup.policy")
        check_refused("INVALID_CONFIG", client.set_topic_config, "configured", "retention.ms", "x")

    def unknown_topic(self):
        self._needs("use_without_creating")
        check_refused("UNKNOWN_TOPIC_OR_PARTITION", self.client.use_without_creating,
                      "no-such-topic")
        tap.check("no-such-topic" not in self.client.topics(), "asking created it")

    def too_large(self):
        check_refused("MESSAGE_TOO_LARGE", self.client.produce, "limits",
                      self._made(1, size=1_100_000))
        given = self._made(1)
        self.client.produce("limits", given)  # and goes on
        self._same(self.client.read("limits", 0, 0, 1), given, "what came")

    def not_enabled(self):
        """Asks for access control lists: an API that the broker declines."""
        self._needs("acls")
        check_refused("SECURITY_DISABLED", self.client.acls)

    def old_version(self):
        self._needs("speak_old")
        said = self.client.speak_old()
        tap.check(said, "a request from long ago was answered")
        tap.note(f"it says: {said}")
        self.client.produce("after-old", self._made(1))

    def restart(self):
        """The same client goes on with a broker that was killed, and one that was stopped."""
        self._needs("restart")
        given = self._made(100)
        self.client.produce("again", given)
        for end in (self._broker.kill, self._broker.stop):
            end()
            self._broker.start()
            self._same(self.client.read("again", 0, 0, len(given)), given, "what was there")
            more = self._made(100)
            self.client.produce("again", more)
            given = given + more
        self._same(self.client.read("again", 0, 0, 300), given, "everything")

    def _open(self):
        """Another client, for what it is a member of."""
        return self._idle.pop() if self._idle else self._kind(self._broker.address)

    def _keep(self, *others):
        """For the cases to come."""
        self._idle += others

    def close(self):
        for client in [self.client, *self._idle]:
            client.close()
