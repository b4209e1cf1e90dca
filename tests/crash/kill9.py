#!/usr/bin/env python3
"""Kills varved under load, again and again; every acknowledged record is there afterwards."""

import pathlib
import random
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "interop"))

from harness import log_files, tap  # noqa: E402
from harness.broker import Broker  # noqa: E402
from harness.process import PATIENCE_SECONDS  # noqa: E402

TOPIC = "crash"
BACKENDS = ["uring", "epoll"]
REPORTS_MIN = 10_000  # delivery reports before a kill
REPORTS_MORE = 30_000  # at most so many more, so that the kill comes at any moment
ROUNDS_CHECKED_WHOLE = 10  # the whole log is read after so many rounds, and at the end
PROPERTIES = {
    "num.partitions": 4,
    "log.segment.bytes": 1 << 20,
    "log.retention.bytes": 16 << 20,
    "log.retention.check.interval.ms": 500,
    "log.flush.offset.checkpoint.interval.ms": 200,
}


class Test:
    def __init__(self, options, folder):
        self.options = options
        self.folder = pathlib.Path(folder)
        self.random = random.Random(options.seed)
        self.all_reports = self.folder / "all.reports"
        self.total = 0

    def broker(self, backend):
        return Broker(self.options.varved, self.folder / "data", backend, properties=PROPERTIES)

    def round(self, number):
        """Load, kill, restart on the other backend, check what this round acknowledged."""
        backend = BACKENDS[number % 2]
        reports = self.folder / f"round{number}.reports"
        codec = self.random.choice(log_files.CODECS)
        with self.broker(backend) as broker:
            self.no_errors(broker)
            told = self.load_until_killed(broker, codec, reports)
        acknowledged = sum(1 for _ in open(reports, "rb"))
        tap.check(acknowledged >= REPORTS_MIN, f"only {acknowledged} delivery reports")
        self.total += acknowledged
        with open(self.all_reports, "ab") as everything:
            everything.write(reports.read_bytes())
        with self.broker(BACKENDS[(number + 1) % 2]) as broker:
            self.no_errors(broker)
            figures = self.check(broker, reports)
            tap.note(f"{backend}, {codec}: {told}; after the restart: {figures}")
            if (number + 1) % ROUNDS_CHECKED_WHOLE == 0:
                self.check_whole(broker)
            broker.kill()
        reports.unlink()

    def load_until_killed(self, broker, codec, reports):
        ready = REPORTS_MIN + self.random.randrange(REPORTS_MORE)
        producer = subprocess.Popen(
            [self.options.client, "produce", broker.address, TOPIC, reports, "--codec", codec,
             "--ready", str(ready), "--seed", str(self.random.getrandbits(63))],
            stdout=subprocess.PIPE, text=True)
        try:
            tap.check_equal(producer.stdout.readline(), "ready\n", "the producer")
            broker.kill()
            producer.terminate()
            told, _ = producer.communicate(timeout=PATIENCE_SECONDS)
            tap.check_equal(producer.returncode, 0, "exit status of the producer")
            return told.strip()
        finally:
            producer.kill()
            producer.wait()

    def check(self, broker, reports, *more):
        done = subprocess.run([self.options.client, "check", broker.address, TOPIC, reports, *more],
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                              timeout=5 * PATIENCE_SECONDS, check=False)
        tap.check(done.returncode == 0, done.stdout)
        return done.stdout.strip()

    def check_whole(self, broker):
        tap.note(f"the whole log: {self.check(broker, self.all_reports, '--whole')}")

    def no_errors(self, broker):
        wrong = [line for line in broker.log if " error " in line]
        tap.check(not wrong, f"varved complains at its start: {wrong[:1]}")

    def end(self):
        with self.broker(BACKENDS[0]) as broker:
            self.check_whole(broker)
            broker.stop()
        tap.note(f"{self.options.rounds} rounds, {self.total} acknowledged records, lost: 0")


def main():
    parser = tap.parser(__doc__)
    parser.add_argument("client", help="the program crash_client")
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 32))
    options = parser.parse_args()
    tap.note(f"--seed={options.seed}")
    with tempfile.TemporaryDirectory() as folder:
        test = Test(options, folder)
        cases = [(f"round {number + 1}", lambda number=number: test.round(number))
                 for number in range(options.rounds)]
        sys.exit(tap.run([*cases, ("everything at the end", test.end)], options))


if __name__ == "__main__":
    main()
