"""kafka-python: a client in Python alone, with its own encoding of everything."""

import re

import kafka
from kafka import admin, errors

from clients import Record, Refused

TIMEOUT_MS = 60_000


def _refuse(error):
    name = {"UnknownTopicOrPartitionError": "UNKNOWN_TOPIC_OR_PARTITION",
            "MessageSizeTooLargeError": "MESSAGE_TOO_LARGE",
            "TopicAlreadyExistsError": "TOPIC_ALREADY_EXISTS",
            "NoOffsetForPartitionError": "NO_OFFSET"}.get(type(error).__name__)
    raise Refused(name or getattr(error, "message", None) or type(error).__name__,
                  str(error)) from error


def _check(result):
    """Of calls that tell OK, or a text with the name of an error's class."""
    if result != "OK":
        _refuse(getattr(errors, re.search(r"\w+Error", result)[0])(result))


def _record(one):
    return Record(one.value, one.key, list(one.headers), one.timestamp, one.partition, one.offset)


class Client:
    def __init__(self, address):
        self._base = {"bootstrap_servers": address}
        self._admin = kafka.KafkaAdminClient(**self._base)
        self._consumer = kafka.KafkaConsumer(**self._base, group_id=None, check_crcs=True,
                                             enable_auto_commit=False)
        self._producers = {}

    def close(self):
        for producer in self._producers.values():
            producer.close()
        self._consumer.close()
        self._admin.close()

    def _producer(self, codec):
        if codec not in self._producers:
            self._producers[codec] = kafka.KafkaProducer(
                **self._base, compression_type=None if codec == "none" else codec,
                enable_idempotence=False, acks=1, linger_ms=20, max_request_size=10_000_000)
        return self._producers[codec]

    def use_without_creating(self, topic):
        """By its admin client: this version's producer forgets allow_auto_create_topics."""
        for told in self._admin.describe_topics([topic]):
            if told["error_code"]:
                _refuse(errors.for_code(told["error_code"])())

    def produce(self, topic, records, codec="none"):
        try:
            producer = self._producer(codec)
            sent = [producer.send(topic, record.value, record.key, record.headers,
                                  record.partition, record.timestamp) for record in records]
            told = [future.get(TIMEOUT_MS / 1000) for future in sent]
        except errors.KafkaError as error:
            _refuse(error)
        return [(report.partition, report.offset) for report in told]

    def read(self, topic, partition, offset, count):
        where = kafka.TopicPartition(topic, partition)
        self._consumer.assign([where])
        self._consumer.seek(where, offset)
        found = []
        while len(found) < count:
            got = self._consumer.poll(TIMEOUT_MS).get(where, [])
            if not got:
                raise RuntimeError(f"{len(found)} of {count} records came")
            found += map(_record, got)
        return found[:count]

    def topics(self):
        listed = self._admin.describe_topics()
        return {topic["name"]: len(topic["partitions"]) for topic in listed}

    def _administer(self, function, *arguments):
        try:
            function(*arguments)
        except errors.KafkaError as error:
            _refuse(error)

    def create_topic(self, topic, partitions):
        self._administer(self._admin.create_topics, [admin.NewTopic(topic, partitions, 1)])

    def delete_topic(self, topic):
        self._administer(self._admin.delete_topics, [topic])

    def create_partitions(self, topic, partitions):
        self._administer(self._admin.create_partitions, {topic: admin.NewPartitions(partitions)})

    def bounds(self, topic, partition):
        where = kafka.TopicPartition(topic, partition)
        return (self._consumer.beginning_offsets([where])[where],
                self._consumer.end_offsets([where])[where])

    def offset_at(self, topic, partition, timestamp_ms):
        where = kafka.TopicPartition(topic, partition)
        found = self._consumer.offsets_for_times({where: timestamp_ms})[where]
        return found.offset if found else None

    def topic_config(self, topic):
        asked = admin.ConfigResource("topic", topic)
        found = self._admin.describe_configs([asked], config_filter="all")
        return {name: entry["value"] for name, entry in found["topic"][topic].items()}

    def set_topic_config(self, topic, name, value):
        changed = admin.ConfigResource("topic", topic, {name: value})
        try:
            done = self._admin.alter_configs([changed])
        except errors.KafkaError as error:
            _refuse(error)
        _check(done["topic"][topic])

    def groups(self):
        return [group["group_id"] for group in self._admin.list_groups()]

    def group(self, group):
        found = self._admin.describe_groups([group])[group]
        return {"state": found["group_state"], "members": len(found["members"])}

    def delete_group(self, group):
        _check(self._admin.delete_groups([group])[group])

    def committed(self, group, topic, partition):
        found = self._admin.list_group_offsets([group])[group]
        offset = found.get(kafka.TopicPartition(topic, partition))
        return offset.offset if offset else None

    def acls(self):
        every = admin.ACLFilter(None, None, admin.ACLOperation.ANY, admin.ACLPermissionType.ANY,
                                admin.ResourcePatternFilter(admin.ResourceType.ANY, None,
                                                            admin.ACLResourcePatternType.ANY))
        self._administer(self._admin.describe_acls, every)

    def speak_old(self):
        try:
            producer = kafka.KafkaProducer(**self._base, api_version=(0, 9), acks=1,
                                           enable_idempotence=False, delivery_timeout_ms=3000,
                                           request_timeout_ms=2000, max_block_ms=3000)
            producer.send("old", b"value", partition=0).get(10)
        except errors.KafkaError as error:
            return str(error)
        return None

    def join(self, group, topic, reset, at_most, session_ms, heartbeat_ms):
        self._member = kafka.KafkaConsumer(
            topic, **self._base, group_id=group, auto_offset_reset=reset, max_poll_records=at_most,
            enable_auto_commit=False, session_timeout_ms=session_ms,
            heartbeat_interval_ms=heartbeat_ms)

    def poll(self, ms):
        try:
            found = self._member.poll(ms)
        except errors.NoOffsetForPartitionError as error:
            _refuse(error)
        return [_record(one) for some in found.values() for one in some]

    def assigned(self):
        return [one.partition for one in self._member.assignment()]

    def commit(self):
        self._member.commit()

    def leave(self):
        self._member.close()
