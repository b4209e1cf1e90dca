#!/usr/bin/env python3
"""How soon varved answers after a clean stop, and what memory it takes then: figures in the notes."""

import os
import pathlib
import re
import signal
import statistics
import sys
import tempfile
import time

from harness import kcat, tap, wire
from harness.broker import Broker, free_port

TOPIC = "startup"
PARTITIONS = 100


def fill(options, folder):
    """A topic with data in each partition, and a clean stop."""
    lines = folder / "lines"
    lines.write_text("".join(f"key{number}:value {number}\n" for number in range(20_000)))
    with Broker(options.varved, folder / "data",
                properties={"num.partitions": PARTITIONS}) as broker:
        kcat.produce(broker.address, TOPIC, lines, options=["-K", ":"])
        for partition in range(PARTITIONS):
            some = kcat.consume(broker.address, TOPIC, partition, options=["-c", "1"])
            tap.check(some, f"partition {partition} is empty")
        broker.stop()


def spawn(options, folder, backend, port):
    """By the quickest way there is; its log goes to a file."""
    command = [options.varved, "--override", f"log.dirs={folder / 'data'}", "--override",
               f"listeners=PLAINTEXT://127.0.0.1:{port}", "--io-backend", backend]
    log = (os.POSIX_SPAWN_OPEN, 2, str(folder / "log"), os.O_WRONLY | os.O_CREAT | os.O_APPEND,
           0o600)
    return os.posix_spawn(options.varved, command, os.environ, file_actions=[log])


def memory_kib(process):
    """Resident, proportional and anonymous memory."""
    text = pathlib.Path(f"/proc/{process}/smaps_rollup").read_text(encoding="ascii")
    return [int(re.search(rf"^{name}: +(\d+) kB", text, re.MULTILINE).group(1))
            for name in ("Rss", "Pss", "Anonymous")]


def scheduled_ms(process):
    """How long its threads together ran, and how long they waited for a processor."""
    figures = [path.read_text(encoding="ascii").split()
               for path in pathlib.Path(f"/proc/{process}/task").glob("*/schedstat")]
    return [sum(int(figure[i]) for figure in figures) / 1e6 for i in range(2)]


class Start:
    """One start: milliseconds from exec to the answers, and the memory after them."""

    def __init__(self, options, folder, backend):
        port = free_port()
        asked = [wire.metadata(TOPIC), wire.produce(TOPIC, 0, wire.batch(b"one more")),
                 wire.fetch(TOPIC, 1, 0)]
        self._began = time.monotonic_ns()
        self.process = spawn(options, folder, backend, port)
        try:
            with wire.connect_at_once(port) as connection:
                self._ask(connection, asked)
                self.scheduled = scheduled_ms(self.process)
                self.memory = memory_kib(self.process)
            os.kill(self.process, signal.SIGTERM)
        except Exception:
            os.kill(self.process, signal.SIGKILL)
            raise
        finally:
            _, status = os.waitpid(self.process, 0)
        tap.check_equal(status, 0, "status of varved")

    def _ask(self, connection, asked):
        self.connected = self._now()
        answer = wire.ask(connection, asked[0])
        self.metadata = self._now()
        tap.check_equal(wire.leaders(answer), PARTITIONS, "partitions with a leader")
        tap.check_equal(wire.produced(wire.ask(connection, asked[1])), 0, "error of Produce")
        error, size = wire.fetched(wire.ask(connection, asked[2]))
        self.done = self._now()
        tap.check(error == 0 and size > 0, f"Fetch: error {error}, {size} bytes")

    def _now(self):
        return (time.monotonic_ns() - self._began) / 1e6


def measure(options, folder, backend):
    starts = [Start(options, folder, backend) for _ in range(options.starts)]

    def median(figure):
        return statistics.median(figure(start) for start in starts)
    best = min(start.done for start in starts)
    tap.note(f"{backend}: from exec, median of {len(starts)}: connected after "
             f"{median(lambda start: start.connected):.1f} ms, {PARTITIONS} leaders after "
             f"{median(lambda start: start.metadata):.1f} ms, produced and fetched after "
             f"{median(lambda start: start.done):.1f} ms (best {best:.1f} ms)")
    ran, waited = (median(lambda start, i=i: start.scheduled[i]) for i in range(2))
    tap.note(f"{backend}: until then its threads together ran {ran:.1f} ms and waited {waited:.1f} "
             "ms for a processor")
    rss, pss, anonymous = (median(lambda start, i=i: start.memory[i]) / 1024 for i in range(3))
    tap.note(f"{backend}: resident {rss:.1f} MiB, proportional {pss:.1f} MiB, anonymous "
             f"{anonymous:.1f} MiB")


def main():
    parser = tap.parser(__doc__)
    parser.add_argument("--starts", type=int, default=5)
    options = parser.parse_args()
    options.varved = str(pathlib.Path(options.varved).resolve())
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        cases = [("filled and stopped", lambda: fill(options, folder))]
        cases += [(f"started on {backend}", lambda backend=backend: measure(options, folder, backend))
                  for backend in ("uring", "epoll")]
        sys.exit(tap.run(cases, options))


if __name__ == "__main__":
    main()
