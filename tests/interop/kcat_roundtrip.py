#!/usr/bin/env python3
"""A million lines of real text through kcat and back, with every codec and both backends."""

import collections
import pathlib
import subprocess
import sys
import tempfile
import time

from harness import kcat, log_files, tap, text
from harness.broker import Broker

BACKENDS = ["uring", "epoll"]
PARTITIONS = 4
SEGMENT_BYTES = 16 << 20  # some segments a partition


def write_lines(path, lines):
    path.write_bytes(b"\n".join(lines) + b"\n")


class Input:
    """The text: whole, and in one slice a partition; as lines and as files."""

    def __init__(self, folder):
        self.lines = text.collect()
        self.whole = folder / "whole"
        write_lines(self.whole, self.lines)
        size = self.whole.stat().st_size
        tap.note(f"{len(self.lines)} lines, {size} bytes")
        tap.check(len(self.lines) >= 1_000_000 and size >= 100_000_000, "too little text")
        self.slices = []
        for number in range(PARTITIONS):
            path = folder / f"slice{number}"
            write_lines(path, self.lines[number::PARTITIONS])
            self.slices.append(path)


def check_same(path, found, what):
    expected = path.read_bytes()
    if found == expected:
        return
    pairs = zip(expected.split(b"\n"), found.split(b"\n"))
    first = next((number for number, (a, b) in enumerate(pairs) if a != b), "the end")
    tap.check(False, f"{what}: {len(expected)} bytes in, {len(found)} out, not the same from "
              f"line {first}")


def is_in_order(part, whole):
    """Whether `part` is what remains of `whole` when some lines are left out."""
    rest = iter(whole)
    return all(line in rest for line in part)


def check_codec(broker, topic, codec):
    """Clients may send a batch uncompressed that compressing does not make smaller; no others."""
    sizes = log_files.codecs(pathlib.Path(broker.directory) / f"{topic}-0")
    tap.check(sizes[codec] > 0.9 * sum(sizes.values()), f"asked for {codec}, stored is {sizes}")


def one_partition(broker, given, codec):
    started = time.monotonic()
    kcat.produce(broker.address, "whole", given.whole, codec=codec)
    produced = time.monotonic()
    check_same(given.whole, kcat.consume(broker.address, "whole"), "topic whole")
    check_codec(broker, "whole", codec)
    tap.note(f"in {produced - started:.1f} s, out {time.monotonic() - produced:.1f} s")


def known_partitions(broker, given, codec):
    """A producer for each partition, all at once."""
    running = [subprocess.Popen(["kcat", "-b", broker.address, "-P", "-t", "slices", "-z", codec,
                                 "-p", str(number), "-l", str(path)])
               for number, path in enumerate(given.slices)]
    statuses = [process.wait() for process in running]
    tap.check_equal(statuses, [0] * PARTITIONS, "exit status of each kcat")
    for number, path in enumerate(given.slices):
        found = kcat.consume(broker.address, "slices", partition=number)
        check_same(path, found, f"partition {number}")
    check_codec(broker, "slices", codec)


def any_partition(broker, given, codec):
    """The client chooses the partition of each line."""
    kcat.produce(broker.address, "any", given.whole, codec=codec)
    counts = collections.Counter(given.lines)
    for number in range(PARTITIONS):
        found = kcat.consume(broker.address, "any", partition=number).split(b"\n")[:-1]
        tap.check(found, f"partition {number} got nothing")
        tap.check(is_in_order(found, given.lines), f"partition {number} is not in order")
        counts.subtract(found)
    wrong = [line for line, count in counts.items() if count != 0]
    tap.check(not wrong, f"{len(wrong)} lines lost or doubled, such as {wrong[:1]}")


def case(options, given, backend, codec, partitions):
    def run():
        properties = {"num.partitions": partitions, "log.segment.bytes": SEGMENT_BYTES}
        with tempfile.TemporaryDirectory() as folder:
            with Broker(options.varved, folder, backend, properties=properties) as broker:
                if partitions == 1:
                    one_partition(broker, given, codec)
                else:
                    known_partitions(broker, given, codec)
                    any_partition(broker, given, codec)
    return f"{backend}, {codec}, partitions: {partitions}", run


def main():
    options = tap.parser(__doc__).parse_args()
    with tempfile.TemporaryDirectory() as folder:
        given = Input(pathlib.Path(folder))
        cases = [case(options, given, backend, codec, partitions) for backend in BACKENDS
                 for codec in log_files.CODECS for partitions in (1, PARTITIONS)]
        sys.exit(tap.run(cases, options))


if __name__ == "__main__":
    main()
