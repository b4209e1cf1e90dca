"""Client libraries behind one interface, so that each goes through the same cases.

A client has: name, version, codecs, cannot (what its library has no call for: {operation: reason}),
and

    produce(topic, records, codec="none")   -> [(partition, offset)]
    read(topic, partition, offset, count)   -> [Record]
    use_without_creating(topic)
    topics()                                -> {name: partitions}
    create_topic(topic, partitions), delete_topic(topic), create_partitions(topic, partitions)
    topic_config(topic)                     -> {name: value}
    set_topic_config(topic, name, value)
    bounds(topic, partition)                -> (first offset, end offset)
    offset_at(topic, partition, timestamp)  -> offset, or None behind the last
    groups()                                -> [name]
    group(group)                            -> {"state", "members": how many}
    delete_group(group)
    committed(group, topic, partition)      -> offset, or None
    acls()                                  asks for what a broker without an authorizer refuses
    speak_old()                             asks in a version that no broker of today knows
    close()

and it is a member of one group at most:

    join(group, topic, reset, at_most)      at_most: records that a poll returns; commits by hand
    poll(ms)                                -> [Record], what came until then
    assigned()                              -> [partition]
    commit()                                what poll returned
    leave()
    kill()                                  ends it at once; nobody is told

Where polls have to be longer than others' it says so in poll_ms. What the broker refuses raises
Refused with Kafka's name of the error.
"""

import base64
import dataclasses


@dataclasses.dataclass
class Record:
    value: bytes
    key: bytes = None
    headers: list = dataclasses.field(default_factory=list)  # (name, bytes)
    timestamp: int = None  # ms
    partition: int = 0
    offset: int = dataclasses.field(default=None, compare=False)

    def told(self):
        """As drivers are told of it, in JSON."""
        return {**dataclasses.asdict(self), "value": encoded(self.value), "key": encoded(self.key),
                "headers": [[name, encoded(value)] for name, value in self.headers]}

    @staticmethod
    def of(told):
        headers = [(name, decoded(value)) for name, value in told["headers"]]
        return Record(decoded(told["value"]), decoded(told["key"]), headers, told["timestamp"],
                      told["partition"], told.get("offset"))


def encoded(data):
    return None if data is None else base64.b64encode(data).decode()


def decoded(text):
    return None if text is None else base64.b64decode(text)


class Refused(Exception):
    """The first argument is the error's name: UNKNOWN_TOPIC_OR_PARTITION."""
