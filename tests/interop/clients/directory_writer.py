"""Fills a broker with what a data directory can hold. Runs where confluent-kafka is installed."""

import json
import sys

import confluent_kafka as ck
from confluent_kafka import admin

TIMEOUT_SECONDS = 60
CODECS = ["none", "gzip", "snappy", "lz4", "zstd"]
START_MS = 1_750_000_000_000

# Kafka 4 takes segments of 1 MiB at least.
TOPICS = {
    "codecs": (1, {"segment.bytes": "1048576", "retention.ms": "-1"}),
    "spread": (3, {"retention.ms": "-1", "max.message.bytes": "500000"}),
    "beheaded": (1, {"retention.ms": "-1"}),
    "compacted": (1, {"cleanup.policy": "compact", "min.cleanable.dirty.ratio": "0.01",
                      "segment.bytes": "1048576", "min.compaction.lag.ms": "0"}),
    "transactions": (1, {"retention.ms": "-1"}),
    "retained": (1, {"retention.ms": "-1", "retention.bytes": "2097152",
                     "segment.bytes": "1048576"}),
}


def client(address, **more):
    return ck.Producer({"bootstrap.servers": address, "linger.ms": 5, "acks": "all",
                        "batch.num.messages": 200, "log_level": 2, **more})


def send(producer, topic, first, count, partition=0, size=100, keys=None):
    for number in range(first, first + count):
        key = b"key %d" % (number % keys) if keys else None
        value = (b"%d " % number).ljust(size, b"x")
        headers = [("n", b"%d" % number), ("null", None)] if number % 10 == 0 else None
        while True:
            try:
                producer.produce(topic, value, key, partition, timestamp=START_MS + number,
                                 headers=headers)
                break
            except BufferError:
                producer.poll(0.1)
    left = producer.flush(TIMEOUT_SECONDS)
    assert left == 0, f"{left} records were not acknowledged"


def create(address):
    wanted = [admin.NewTopic(name, partitions, 1, config=config)
              for name, (partitions, config) in TOPICS.items()]
    creator = admin.AdminClient({"bootstrap.servers": address})
    for future in creator.create_topics(wanted).values():
        future.result(TIMEOUT_SECONDS)


def append(address, first, idempotent):
    """Every codec, keys, headers, a tombstone; half of it idempotent if the broker knows how."""
    for index, codec in enumerate(CODECS):
        producer = client(address, **{"compression.codec": codec,
                                      "enable.idempotence": idempotent and index % 2 == 0})
        send(producer, "codecs", first + index * 6000, 6000, size=300)
    for partition in range(3):
        send(client(address), "spread", first + partition * 100, 100, partition)
    producer = client(address, **{"enable.idempotence": idempotent})
    send(producer, "compacted", first, 12000, keys=200)
    send(producer, "compacted", first, 1, size=0, keys=1)
    send(producer, "beheaded", first, 1000)


def retain(address, first):
    """More than the topic may keep."""
    send(client(address), "retained", first, 5000, size=1000)


def transact(address):
    producer = client(address, **{"transactional.id": "writer"})
    producer.init_transactions(TIMEOUT_SECONDS)
    for number in range(6):
        producer.begin_transaction()
        send(producer, "transactions", number * 50, 50)
        end = producer.commit_transaction if number % 2 == 0 else producer.abort_transaction
        end(TIMEOUT_SECONDS)
    send(client(address), "transactions", 1000, 10)


def behead(address):
    deleter = admin.AdminClient({"bootstrap.servers": address})
    for future in deleter.delete_records([ck.TopicPartition("beheaded", 0, 400)]).values():
        future.result(TIMEOUT_SECONDS)


def read(address, topic, partition, isolation):
    """Every record, as text."""
    consumer = ck.Consumer({"bootstrap.servers": address, "group.id": "none", "log_level": 2,
                            "enable.auto.commit": False, "check.crcs": True,
                            "isolation.level": isolation, "enable.partition.eof": True})
    consumer.assign([ck.TopicPartition(topic, partition, ck.OFFSET_BEGINNING)])
    records = []
    try:
        while True:
            message = consumer.poll(TIMEOUT_SECONDS)
            assert message is not None, f"nothing came of {topic}-{partition}"
            if message.error():
                assert message.error().code() == ck.KafkaError._PARTITION_EOF, message.error()
                return records
            records.append(repr((message.offset(), message.timestamp(), message.key(),
                                 message.value(), message.headers())))
    finally:
        consumer.close()


def served(address):
    """All there is to read: {"topic-partition isolation": [records]}, and where each log begins."""
    found = {}
    bounds = ck.Consumer({"bootstrap.servers": address, "group.id": "none", "log_level": 2})
    for topic, (partitions, _) in TOPICS.items():
        for partition in range(partitions):
            for isolation in ["read_committed", "read_uncommitted"]:
                found[f"{topic}-{partition} {isolation}"] = read(address, topic, partition,
                                                                 isolation)
            where = ck.TopicPartition(topic, partition)
            found[f"{topic}-{partition} bounds"] = [
                repr(bounds.get_watermark_offsets(where, TIMEOUT_SECONDS))]
    bounds.close()
    return found


def main(address, *steps):
    for step in steps:
        name, _, argument = step.partition("=")
        if name == "create":
            create(address)
        elif name == "append":
            append(address, int(argument), idempotent=True)
        elif name == "append-plain":
            append(address, int(argument), idempotent=False)
        elif name == "retain":
            retain(address, int(argument))
        elif name == "transact":
            transact(address)
        elif name == "behead":
            behead(address)
        elif name == "served":
            with open(argument, "w", encoding="utf-8") as output:
                json.dump(served(address), output)
        else:
            raise ValueError(name)


if __name__ == "__main__":
    main(*sys.argv[1:])
