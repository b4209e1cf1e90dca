"""kafka-python: a client in Python alone, with its own encoding of everything."""

import kafka
from kafka import admin, errors

from clients import Record, Refused

TIMEOUT_MS = 60_000


def _refuse(error):
    name = {"UnknownTopicOrPartitionError": "UNKNOWN_TOPIC_OR_PARTITION",
            "MessageSizeTooLargeError": "MESSAGE_TOO_LARGE",
            "TopicAlreadyExistsError": "TOPIC_ALREADY_EXISTS",
            "InvalidPartitionsError": "INVALID_PARTITIONS"}.get(type(error).__name__)
    raise Refused(name or type(error).__name__, str(error)) from error


class Client:
    name = "kafka-python"
    codecs = ["none", "gzip", "snappy", "lz4", "zstd"]

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
            found += [Record(one.value, one.key, list(one.headers), one.timestamp, one.partition)
                      for one in got]
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
