"""A member of a group of the newer protocol, by librdkafka: prints the values that it reads, a line
each, until it is told to end.

    python consumer_protocol_member.py ADDRESS GROUP TOPIC [INSTANCE]
"""

import signal
import sys

import confluent_kafka as ck


def main(address, group, topic, instance=None):
    options = {"bootstrap.servers": address, "group.id": group, "group.protocol": "consumer",
               "auto.offset.reset": "earliest", "auto.commit.interval.ms": 100,
               "topic.metadata.refresh.interval.ms": 1000, "log_level": 2,
               "reconnect.backoff.max.ms": 500}
    if instance:
        options["group.instance.id"] = instance
    consumer = ck.Consumer(options)
    consumer.subscribe([topic])
    ending = []
    signal.signal(signal.SIGTERM, lambda *_: ending.append(True))
    while not ending:
        message = consumer.poll(0.1)
        if message is not None and not message.error():
            print(message.value().decode(), flush=True)
    consumer.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
