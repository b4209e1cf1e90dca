"""confluent-kafka: librdkafka."""

import confluent_kafka as ck
from confluent_kafka import admin

from clients import Record, Refused

TIMEOUT_SECONDS = 60

# librdkafka's own names of what Kafka calls otherwise.
NAMES = {"_UNKNOWN_TOPIC": "UNKNOWN_TOPIC_OR_PARTITION", "_MSG_TIMED_OUT": "REQUEST_TIMED_OUT",
         "UNKNOWN_TOPIC_OR_PART": "UNKNOWN_TOPIC_OR_PARTITION",
         "MSG_SIZE_TOO_LARGE": "MESSAGE_TOO_LARGE", "_AUTO_OFFSET_RESET": "NO_OFFSET"}


def _refuse(error):
    raise Refused(NAMES.get(error.name(), error.name()), error.str())


def _wait(futures):
    """The result of the last of them."""
    result = None
    for future in futures.values():
        try:
            result = future.result(TIMEOUT_SECONDS)
        except ck.KafkaException as problem:
            _refuse(problem.args[0])
    return result


def _record(message):
    return Record(message.value(), message.key(), message.headers() or [], message.timestamp()[1],
                  message.partition(), message.offset())


class Client:
    def __init__(self, address):
        self._base = {"bootstrap.servers": address, "log_level": 2}
        self._admin = admin.AdminClient(self._base)
        self._consumer = ck.Consumer({**self._base, "group.id": "none",
                                      "enable.auto.commit": False, "check.crcs": True,
                                      "enable.partition.eof": False})
        self._producers = {}
        self._member = None

    def close(self):
        self._consumer.close()

    def _producer(self, codec):
        if codec not in self._producers:
            self._producers[codec] = ck.Producer(
                {**self._base, "compression.type": codec, "message.max.bytes": 10_000_000,
                 "linger.ms": 20})
        return self._producers[codec]

    def use_without_creating(self, topic):
        producer = ck.Producer({**self._base, "allow.auto.create.topics": False,
                                "topic.metadata.propagation.max.ms": 1000})
        return self._send(producer, topic, [Record(b"value")])

    def produce(self, topic, records, codec="none"):
        return self._send(self._producer(codec), topic, records)

    def _send(self, producer, topic, records):
        reports = []
        for record in records:
            more = {"timestamp": record.timestamp} if record.timestamp is not None else {}
            producer.produce(topic, record.value, record.key, partition=record.partition,
                             headers=record.headers, **more,
                             on_delivery=lambda error, sent: reports.append((error, sent)))
        producer.flush(TIMEOUT_SECONDS)
        for error, _ in reports:
            if error:
                _refuse(error)
        return [(sent.partition(), sent.offset()) for _, sent in reports]

    def read(self, topic, partition, offset, count):
        self._consumer.assign([ck.TopicPartition(topic, partition, offset)])
        found = []
        while len(found) < count:
            message = self._consumer.poll(TIMEOUT_SECONDS)
            if message is None:
                raise RuntimeError(f"{len(found)} of {count} records came")
            if message.error():
                _refuse(message.error())
            found.append(_record(message))
        self._consumer.unassign()
        return found

    def topics(self):
        listed = self._admin.list_topics(timeout=TIMEOUT_SECONDS)
        return {name: len(topic.partitions) for name, topic in listed.topics.items()}

    def create_topic(self, topic, partitions):
        _wait(self._admin.create_topics([admin.NewTopic(topic, partitions, 1)]))

    def delete_topic(self, topic):
        _wait(self._admin.delete_topics([topic]))

    def create_partitions(self, topic, partitions):
        _wait(self._admin.create_partitions([admin.NewPartitions(topic, partitions)]))

    def bounds(self, topic, partition):
        where = ck.TopicPartition(topic, partition)
        return self._consumer.get_watermark_offsets(where, TIMEOUT_SECONDS, cached=False)

    def offset_at(self, topic, partition, timestamp_ms):
        asked = [ck.TopicPartition(topic, partition, timestamp_ms)]
        offset = self._consumer.offsets_for_times(asked, TIMEOUT_SECONDS)[0].offset
        return offset if offset >= 0 else None

    def topic_config(self, topic):
        found = _wait(self._admin.describe_configs([admin.ConfigResource("topic", topic)]))
        return {name: entry.value for name, entry in found.items()}

    def set_topic_config(self, topic, name, value):
        change = admin.ConfigEntry(name, value, incremental_operation=admin.AlterConfigOpType.SET)
        _wait(self._admin.incremental_alter_configs(
            [admin.ConfigResource("topic", topic, incremental_configs=[change])]))

    def groups(self):
        found = self._admin.list_consumer_groups().result(TIMEOUT_SECONDS)
        return [group.group_id for group in found.valid]

    def group(self, group):
        found = _wait(self._admin.describe_consumer_groups([group]))
        return {"state": found.state.name, "members": len(found.members)}

    def delete_group(self, group):
        _wait(self._admin.delete_consumer_groups([group]))

    def committed(self, group, topic, partition):
        asked = ck.ConsumerGroupTopicPartitions(group, [ck.TopicPartition(topic, partition)])
        found = _wait(self._admin.list_consumer_group_offsets([asked])).topic_partitions[0]
        return found.offset if found.offset >= 0 else None

    def acls(self):
        """It does not tell the error of an answer to the question which there are: a new one."""
        _wait(self._admin.create_acls([admin.AclBinding(
            admin.ResourceType.TOPIC, "t", admin.ResourcePatternType.LITERAL, "User:u", "*",
            admin.AclOperation.READ, admin.AclPermissionType.ALLOW)]))

    def speak_old(self):
        producer = ck.Producer({**self._base, "api.version.request": False,
                                "broker.version.fallback": "0.8.2.2", "message.timeout.ms": 3000})
        try:
            self._send(producer, "old", [Record(b"value")])
        except Refused as refused:
            return str(refused)
        return None

    def join(self, group, topic, reset, at_most, session_ms, heartbeat_ms):
        self._at_most = at_most
        self._member = ck.Consumer({
            **self._base, "group.id": group, "enable.auto.commit": False,
            "auto.offset.reset": "error" if reset == "none" else reset,
            "session.timeout.ms": session_ms, "heartbeat.interval.ms": heartbeat_ms})
        self._member.subscribe([topic])

    def poll(self, ms):
        found = []
        for message in self._member.consume(self._at_most, ms / 1000):
            if message.error() is None:
                found.append(_record(message))
            elif message.error().name() == "_AUTO_OFFSET_RESET":
                _refuse(message.error())
        return found

    def assigned(self):
        return [one.partition for one in self._member.assignment()]

    def commit(self):
        try:
            self._member.commit(asynchronous=False)
        except ck.KafkaException as problem:
            if problem.args[0].name() != "_NO_OFFSET":
                raise

    def leave(self):
        self._member.close()
