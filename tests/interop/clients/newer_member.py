"""A member of a group of the newer protocol: prints what it was given, and ends with its input.

Runs where confluent-kafka is installed: newer_member.py ADDRESS TOPIC GROUP
"""

import sys
import threading

import confluent_kafka


def main():
    address, topic, group = sys.argv[1:]
    consumer = confluent_kafka.Consumer({"bootstrap.servers": address, "group.id": group,
                                         "group.protocol": "consumer"})

    def assigned(_, partitions):
        numbers = ",".join(str(number) for number in sorted(one.partition for one in partitions))
        if numbers:
            print(f"{topic}:{numbers}", flush=True)
    consumer.subscribe([topic], on_assign=assigned)
    ended = threading.Event()
    threading.Thread(target=lambda: (sys.stdin.read(), ended.set()), daemon=True).start()
    while not ended.is_set():
        consumer.poll(0.1)
    consumer.close()


if __name__ == "__main__":
    main()
