#!/usr/bin/env python3
"""Groups of the newer protocol (KIP-848), by librdkafka and by Kafka's own Java clients: members
share, take over from one that was killed, and go on by themselves over a kill -9 of the broker."""

import pathlib
import re
import subprocess
import sys
import tempfile
import time

from harness import cache, kafka, kcat, tap
from harness.broker import Broker, free_port
from harness.process import PATIENCE_SECONDS

HERE = pathlib.Path(__file__).resolve().parent
PARTITIONS = 6
PROPERTIES = {"num.partitions": PARTITIONS,
              "group.consumer.min.session.timeout.ms": 1000,
              "group.consumer.session.timeout.ms": 6000,
              "group.consumer.min.heartbeat.interval.ms": 100,
              "group.consumer.heartbeat.interval.ms": 500}
CONSOLE = "org.apache.kafka.tools.consumer.ConsoleConsumer"
GROUPS = "org.apache.kafka.tools.consumer.group.ConsumerGroupCommand"


class Member:
    """A consumer that runs until it is ended; what it reads goes to a file, a line a record."""

    def __init__(self, command, path):
        self.path = path
        self._file = open(path, "wb")
        self.process = subprocess.Popen([str(part) for part in command], stdout=self._file,
                                        stderr=subprocess.DEVNULL)

    def lines(self):
        return self.path.read_bytes().split(b"\n")[:-1]

    def leave(self):
        self.process.terminate()
        self.process.wait(PATIENCE_SECONDS)
        return self.lines()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        self._file.close()


def librdkafka(broker, path, topic="t", *more):
    python = cache.python_environment(HERE / "requirements.txt")
    script = HERE / "clients" / "consumer_protocol_member.py"
    return Member([python, script, broker.address, "g", topic, *more], path)


def java(broker, path):
    options = ["--command-property", "group.protocol=consumer", "--command-property",
               "auto.offset.reset=earliest", "--command-property", "auto.commit.interval.ms=100"]
    return Member([*kafka.JAVA, f"-Dlog4j2.configurationFile={kafka.LOGGING}",
                   "-cp", f"{cache.maven_jars(kafka.POM)}/*", CONSOLE, "--bootstrap-server",
                   broker.address, "--topic", "t", "--group", "g", *options], path)


def wait_until(what, check):
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not check():
        tap.check(time.monotonic() < deadline, f"in vain: {what}")
        time.sleep(0.05)


class Lines:
    """What was produced so far, by number."""

    def __init__(self, broker, folder, topic="t"):
        self.all = []
        self._broker, self._path, self._topic = broker, folder / "lines", topic

    def add(self, count):
        """Into all partitions in turn; returns what is new."""
        first = len(self.all)
        made = [b"line %07d" % number for number in range(first, first + count)]
        for partition in range(PARTITIONS):
            self._path.write_bytes(b"\n".join(made[partition::PARTITIONS]) + b"\n")
            kcat.produce(self._broker.address, self._topic, self._path, partition=partition)
        self.all += made
        return made

    def until_all_have_some(self, members):
        """Until each member has read of what was produced last."""
        for _ in range(300):
            made = set(self.add(PARTITIONS * 5))
            if all(made & set(member.lines()) for member in members):
                return
            time.sleep(0.2)
        tap.check(False, f"somebody gets nothing: {[len(m.lines()) for m in members]}")


def read(members):
    return set().union(*(member.lines() for member in members))


def shares_and_takes_over(broker, folder):
    """Three members share; one is killed, and the others get its share."""
    lines = Lines(broker, folder)
    lines.add(600)
    with librdkafka(broker, folder / "a") as first, librdkafka(broker, folder / "b") as second, \
            librdkafka(broker, folder / "c") as third:
        lines.until_all_have_some([first, second, third])
        wait_until("all is read", lambda: read([first, second, third]) >= set(lines.all))
        third.process.kill()
        more = lines.add(600)
        wait_until("two read all", lambda: read([first, second]) >= set(more))
        second.leave()
        more = lines.add(600)
        wait_until("one reads all", lambda: set(first.lines()) >= set(more))


def goes_on_over_a_kill(broker, folder):
    """The broker is killed; members go on by themselves, and who comes later reads nothing twice."""
    lines = Lines(broker, folder)
    with librdkafka(broker, folder / "a") as first, librdkafka(broker, folder / "b") as second:
        lines.until_all_have_some([first, second])
        for _ in range(3):
            broker.kill()
            broker.start()
            lines.add(600)
            wait_until("all is read", lambda: read([first, second]) >= set(lines.all))
        lines.until_all_have_some([first, second])
        wait_until("all is read", lambda: read([first, second]) >= set(lines.all))
        first.leave()
        second.leave()
    known = set(lines.all)
    with librdkafka(broker, folder / "c") as third:
        more = lines.add(60)
        wait_until("the rest is read", lambda: set(third.lines()) >= set(more))
        tap.check(not known & set(third.lines()), "what was committed is read again")


def follows_an_expression(broker, folder):
    """A topic that comes later, and that an expression names, is read."""
    lines = Lines(broker, folder, "topic-one")
    lines.add(60)
    with librdkafka(broker, folder / "a", "^topic-.*") as member:
        wait_until("the first is read", lambda: set(member.lines()) >= set(lines.all))
        other = Lines(broker, folder, "topic-two")
        other.all = [b""] * 1000  # numbers of its own
        made = other.add(60)
        wait_until("the second is read", lambda: set(member.lines()) >= set(made))


def keeps_a_static_place(broker, folder):
    """A static member that comes again has its share at once."""
    lines = Lines(broker, folder)
    with librdkafka(broker, folder / "a", "t", "one") as first, \
            librdkafka(broker, folder / "b", "t", "two") as second:
        lines.until_all_have_some([first, second])
        second.leave()
        before = len(first.lines())
        with librdkafka(broker, folder / "c", "t", "two") as third:
            more = lines.add(600)
            wait_until("all is read", lambda: read([first, third]) >= set(more))
            tap.check(len(third.lines()) >= 200, f"it read {len(third.lines())} lines")
            tap.check(len(first.lines()) - before <= 400, "the other one took its share")


def groups(broker, *arguments):
    return kafka.java(GROUPS, "--bootstrap-server", broker.address, *arguments)


def speaks_java(broker, folder):
    """The Java consumer shares with librdkafka; kafka-consumer-groups shows and deletes."""
    lines = Lines(broker, folder)
    lines.add(60)
    with java(broker, folder / "a") as first, librdkafka(broker, folder / "b") as second:
        lines.until_all_have_some([first, second])
        wait_until("all is read", lambda: read([first, second]) >= set(lines.all))
        told = groups(broker, "--describe", "--group", "g", "--state")
        tap.check(re.search(r"g\s+\S+:\d+.*uniform\s+Stable\s.*\b2\b", told), told)
        told = groups(broker, "--describe", "--group", "g", "--members", "--verbose")
        tap.check_equal(len(re.findall(r"^g\s.*\s3\s", told, re.MULTILINE)), 2, f"members: {told}")
        told = groups(broker, "--describe", "--group", "g")
        tap.check_equal(len(re.findall(r"^g\s+t\s+\d\s+\d+\s+\d+\s+\d+\s", told, re.MULTILINE)),
                        PARTITIONS, f"partitions: {told}")
        told = groups(broker, "--list", "--state")
        tap.check(re.search(r"g\s+Consumer\s+Stable|g\s+Stable", told), told)
        broker.kill()
        broker.start()
        more = lines.add(600)
        wait_until("both go on", lambda: read([first, second]) >= set(more))
        second.process.kill()
        more = lines.add(600)
        wait_until("the Java client reads all", lambda: set(first.lines()) >= set(more))
        first.leave()
    wait_until("the group is empty", lambda: "Empty" in groups(
        broker, "--describe", "--group", "g", "--state"))
    groups(broker, "--delete", "--group", "g")
    tap.check("g" not in groups(broker, "--list").split(), "the group is there still")


def case(options, backend, function):
    def run():
        with tempfile.TemporaryDirectory() as folder:
            folder = pathlib.Path(folder)
            with Broker(options.varved, folder / "data", backend, properties=PROPERTIES,
                        listeners=f"PLAINTEXT://127.0.0.1:{free_port()}") as broker:
                function(broker, folder)
    return f"{backend}, {function.__name__}", run


def main():
    options = tap.parser(__doc__).parse_args()
    both = [shares_and_takes_over, goes_on_over_a_kill]
    cases = [case(options, backend, function) for backend in ("uring", "epoll")
             for function in both]
    cases += [case(options, "uring", function)
              for function in (follows_an_expression, keeps_a_static_place, speaks_java)]
    sys.exit(tap.run(cases, options))


if __name__ == "__main__":
    main()
