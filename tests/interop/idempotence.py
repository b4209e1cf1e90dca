#!/usr/bin/env python3
"""Idempotent producers with five requests in flight, while varved is killed again and again, and
over a network that loses answers: no line twice, none missing, none out of order."""

import itertools
import pathlib
import subprocess
import sys
import tempfile

from harness import cache, kafka, kcat, tap
from harness.broker import Broker, free_port
from harness.process import PATIENCE_SECONDS
from harness.proxy import Proxy

BACKENDS = ["uring", "epoll"]
LINES = 1_000_000
KILLS = 20
CUT_ONE_IN, DELAY_ONE_IN = 30, 10
TOPIC = "numbers"


def librdkafka(address):
    """A queue far shorter than what is sent between two kills: they meet work in flight."""
    properties = {"enable.idempotence": "true", "max.in.flight": 5, "linger.ms": 1,
                  "batch.num.messages": 500, "queue.buffering.max.messages": 10_000,
                  "reconnect.backoff.max.ms": 200}
    command = ["kcat", "-b", address, "-P", "-t", TOPIC, "-q", "-E"]  # outlives a lost broker
    for key, value in properties.items():
        command += ["-X", f"{key}={value}"]
    return command


def java(address):
    """Idempotent by itself."""
    properties = {"batch.size": 8192, "buffer.memory": 1 << 20, "linger.ms": 1,
                  "reconnect.backoff.max.ms": 200, "delivery.timeout.ms": 300_000,
                  "request.timeout.ms": 10_000, "retries": 1_000_000_000,
                  "max.in.flight.requests.per.connection": 5, "enable.idempotence": "true"}
    command = [*kafka.JAVA, f"-Dlog4j2.configurationFile={kafka.LOGGING}",
               "-cp", f"{cache.maven_jars(kafka.POM)}/*", "org.apache.kafka.tools.ConsoleProducer",
               "--bootstrap-server", address, "--topic", TOPIC]
    for key, value in properties.items():
        command += ["--producer-property", f"{key}={value}"]
    return command


PRODUCERS = {"librdkafka": librdkafka, "java": java}


class Producer:
    """A client that is fed numbers, a line each; what it says is shown if it fails."""

    def __init__(self, command, folder):
        self._said = open(folder / "producer", "w+b")
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE,
                                         stdout=subprocess.DEVNULL, stderr=self._said)

    def feed(self, first, end):
        lines = "".join(f"{number}\n" for number in range(first, end))
        try:
            self._process.stdin.write(lines.encode())
            self._process.stdin.flush()
        except BrokenPipeError:
            self._check_end()
            raise

    def finish(self):
        self._process.stdin.close()
        self._check_end()

    def _check_end(self):
        status = self._process.wait(5 * PATIENCE_SECONDS)
        self._said.seek(0)
        said = self._said.read().decode(errors="replace")
        tap.check(status == 0, f"the producer ended with status {status}: {said[-2000:]}")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._process.kill()
        self._process.wait()
        self._said.close()


def check_numbers(address, partitions):
    found = []
    for partition in range(partitions):
        part = [int(line) for line in kcat.consume(address, TOPIC, partition=partition).split()]
        for before, after in zip(part, part[1:]):
            tap.check(before < after, f"partition {partition}: {after} follows {before}")
        found += part
    tap.check_equal(len(found), LINES, "how many lines there are")
    tap.check_equal(sorted(found), list(range(LINES)), "all lines")


def killed(options, producer, backend, partitions):
    def run():
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            listeners = f"PLAINTEXT://127.0.0.1:{free_port()}"
            properties = {"num.partitions": partitions}
            with Broker(options.varved, folder / "data", backend, listeners, properties) as broker:
                with Producer(PRODUCERS[producer](broker.address), folder) as running:
                    step = LINES // (KILLS + 1)
                    for kill in range(KILLS):
                        running.feed(kill * step, (kill + 1) * step)
                        broker.kill()
                        broker.start()
                    running.feed(KILLS * step, LINES)
                    running.finish()
                check_numbers(broker.address, partitions)
    return f"{producer}, {backend}, {partitions} partitions, {KILLS} kills", run


def cut(options, producer, backend, partitions):
    def run():
        with tempfile.TemporaryDirectory() as name, Proxy(1, CUT_ONE_IN, DELAY_ONE_IN) as proxy:
            folder = pathlib.Path(name)
            properties = {"num.partitions": partitions,
                          "advertised.listeners": f"PLAINTEXT://127.0.0.1:{proxy.port}"}
            with Broker(options.varved, folder / "data", backend, properties=properties) as broker:
                proxy.lead_to(broker.ports[0])
                address = f"127.0.0.1:{proxy.port}"
                with Producer(PRODUCERS[producer](address), folder) as running:
                    running.feed(0, LINES)
                    running.finish()
                tap.note(f"{proxy.cuts} answers were lost")
                tap.check(proxy.cuts > 10, "the network was too good")
            listeners = f"PLAINTEXT://127.0.0.1:{free_port()}"
            with Broker(options.varved, folder / "data", backend, listeners) as broker:
                check_numbers(broker.address, partitions)
    return f"{producer}, {backend}, {partitions} partitions, answers lost", run


def main():
    parser = tap.parser(__doc__)
    parser.add_argument("--all", action="store_true", help="every client in every way")
    options = parser.parse_args()
    some = [(killed, "librdkafka", "uring", 4), (cut, "java", "epoll", 1)]
    every = itertools.product((killed, cut), PRODUCERS, BACKENDS, (1, 4))
    cases = [what(options, *how) for what, *how in (every if options.all else some)]
    sys.exit(tap.run(cases, options))


if __name__ == "__main__":
    main()
