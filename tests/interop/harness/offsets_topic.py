"""What __consumer_offsets says about groups, read as any consumer of that topic would."""

import struct

import confluent_kafka as ck

TOPIC = "__consumer_offsets"
TIMEOUT_SECONDS = 60
GROUP_KEY_VERSION = 2
VALUE_VERSION_MAX = 3  # later ones are written otherwise


def _text(data, at):
    length = struct.unpack_from(">h", data, at)[0]
    at += 2
    return (None, at) if length < 0 else (data[at:at + length].decode(), at + length)


def _generation(value):
    version = struct.unpack_from(">h", value)[0]
    if not 0 <= version <= VALUE_VERSION_MAX:
        raise ValueError(f"a group's record of version {version}")
    _, at = _text(value, 2)  # the protocol's type
    return struct.unpack_from(">i", value, at)[0]


def generations(address, group, partition=0):
    """Returns the generation in each record about the group, oldest first."""
    consumer = ck.Consumer({"bootstrap.servers": address, "group.id": "none", "log_level": 2,
                            "enable.auto.commit": False, "enable.partition.eof": True})
    consumer.assign([ck.TopicPartition(TOPIC, partition, ck.OFFSET_BEGINNING)])
    found = []
    try:
        while True:
            message = consumer.poll(TIMEOUT_SECONDS)
            if message is None or message.error():
                if message is None or message.error().code() != ck.KafkaError._PARTITION_EOF:
                    raise RuntimeError(f"{TOPIC}: {message and message.error()}")
                return found
            key, value = message.key(), message.value()
            if struct.unpack_from(">h", key)[0] == GROUP_KEY_VERSION and value is not None \
                    and _text(key, 2)[0] == group:
                found.append(_generation(value))
    finally:
        consumer.close()
