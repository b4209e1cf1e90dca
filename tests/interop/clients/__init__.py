"""Client libraries behind one interface, so that each goes through the same cases.

A client has: name, codecs, and

    produce(topic, records, codec="none")   -> [(partition, offset)]
    read(topic, partition, offset, count)   -> [Record]
    use_without_creating(topic)
    topics()                                -> {name: partitions}
    create_topic(topic, partitions), delete_topic(topic), create_partitions(topic, partitions)
    bounds(topic, partition)                -> (first offset, end offset)
    offset_at(topic, partition, timestamp)  -> offset, or None behind the last
    close()

No groups and no idempotence. What the broker refuses raises Refused with Kafka's name of the error.
"""

import dataclasses


@dataclasses.dataclass
class Record:
    value: bytes
    key: bytes = None
    headers: list = dataclasses.field(default_factory=list)  # (name, bytes)
    timestamp: int = None  # ms
    partition: int = 0


class Refused(Exception):
    """The first argument is the error's name: UNKNOWN_TOPIC_OR_PARTITION."""
