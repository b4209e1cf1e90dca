#!/usr/bin/env python3
"""varved on an ext4 and an xfs image that run full: a named error, and producing resumes."""

import contextlib
import os
import pathlib
import subprocess
import sys
import tempfile
import time

from harness import cache, tap
from harness.broker import Broker
from harness.process import PATIENCE_SECONDS

HERE = pathlib.Path(__file__).resolve().parent
IMAGE_BYTES = 304 << 20  # xfs makes none smaller than 300 MiB
LEFT_BYTES = 96 << 20
SIZES = [100_000, 1000, 10]  # of records; the smaller ones still fit when the larger do not
TOPIC = "full"
PROPERTIES = {"internal.log.segment.bytes": 4 << 20, "log.retention.bytes": 32 << 20,
              "log.retention.check.interval.ms": 3_600_000, "message.max.bytes": 200_000}


def enter_environment():
    """Goes on in an interpreter that has the client."""
    python = cache.python_environment(HERE / "requirements.txt")
    if pathlib.Path(sys.prefix) != python.parent.parent:
        os.execv(python, [python, __file__, *sys.argv[1:]])


enter_environment()

import confluent_kafka as ck  # noqa: E402


@contextlib.contextmanager
def mounted(kind, folder):
    """A file system of that kind in a file, which can be filled."""
    image, point = folder / f"{kind}.image", folder / kind
    point.mkdir()
    with open(image, "wb") as file:
        file.truncate(IMAGE_BYTES)
    subprocess.run([f"mkfs.{kind}", "-q", str(image)], check=True)
    subprocess.run(["mount", "-o", "loop", str(image), str(point)], check=True)
    try:
        yield point
    finally:
        subprocess.run(["umount", str(point)], check=True)


def leave_free(point, size):
    """Takes what is free but for `size` bytes."""
    stat = os.statvfs(point)
    with open(point / "ballast", "wb") as ballast:
        os.posix_fallocate(ballast.fileno(), 0, stat.f_bavail * stat.f_frsize - size)


class Disk:
    """A broker and its clients while the disk fills up; each method is a case, in this order."""

    def __init__(self, options, point):
        self._point = point
        self._broker = Broker(options.varved, point / "data", properties=PROPERTIES)
        self._acknowledged = {}  # offset: value
        self._refused = None

    def _note(self, error, message):
        if error:
            self._refused = error.name()
        else:
            tap.check(message.offset() not in self._acknowledged, f"twice: {message.offset()}")
            self._acknowledged[message.offset()] = message.value()

    def _producer(self):
        return ck.Producer({"bootstrap.servers": self._broker.address, "acks": "all", "retries": 0,
                            "linger.ms": 0, "message.max.bytes": 200_000, "log_level": 2})

    def _send(self, producer, size):
        """True once the record was acknowledged."""
        self._refused = None
        producer.produce(TOPIC, os.urandom(size), partition=0, on_delivery=self._note)
        left = producer.flush(PATIENCE_SECONDS)
        tap.check(left == 0, "no answer")
        return self._refused is None

    def _read(self):
        """Every record that is served, by offset; and where the log begins by then."""
        consumer = ck.Consumer({"bootstrap.servers": self._broker.address, "group.id": "none",
                                "enable.auto.commit": False, "check.crcs": True,
                                "auto.offset.reset": "earliest", "enable.partition.eof": True,
                                "log_level": 2})
        partition = ck.TopicPartition(TOPIC, 0, ck.OFFSET_BEGINNING)
        consumer.assign([partition])
        found = {}
        while True:
            message = consumer.poll(PATIENCE_SECONDS)
            tap.check(message is not None, "nothing came")
            if message.error():
                tap.check_equal(message.error().code(), ck.KafkaError._PARTITION_EOF, "error")
                break
            found[message.offset()] = message.value()
        start, _ = consumer.get_watermark_offsets(partition, PATIENCE_SECONDS)
        consumer.close()
        return found, start

    def _check_nothing_lost(self):
        """Retention may take the oldest meanwhile, and nothing else."""
        found, start = self._read()
        for offset, value in self._acknowledged.items():
            gone = offset < start and offset not in found
            tap.check(gone or found.get(offset) == value, f"offset {offset} is lost or another")
        tap.note(f"{len(self._acknowledged)} acknowledged, {len(found)} read, from {start} on")
        return start

    def fills_up(self):
        self._broker.start()
        producer = self._producer()
        tap.check(self._send(producer, 10), "the first record")
        leave_free(self._point, LEFT_BYTES)
        for size in SIZES:
            while self._send(producer, size):
                pass
            tap.check_equal(self._refused, "KAFKA_STORAGE_ERROR", "the error of a full disk")
        tap.note(f"{os.statvfs(self._point).f_bavail} blocks are free")

    def consumers_go_on(self):
        self._check_nothing_lost()

    def producing_resumes(self):
        self._broker.wait_line(rf"{TOPIC}-0 begins at offset [1-9]\d*: [1-9]\d* segments deleted")
        producer = self._producer()
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not self._send(producer, 1000):
            tap.check(time.monotonic() < deadline, f"still {self._refused}")
        for _ in range(50):
            tap.check(self._send(producer, 100_000), f"after space was there: {self._refused}")
        tap.check(self._check_nothing_lost() > 0, "nothing was deleted")

    def nothing_is_lost(self):
        self._broker.kill()
        self._broker.start()
        self._check_nothing_lost()
        self._broker.stop()


    def abandon(self):
        if self._broker.is_running():
            self._broker.abandon()

    def cases(self, kind):
        return [(f"{kind}: a full disk has a name", self.fills_up),
                (f"{kind}: consumers go on", self.consumers_go_on),
                (f"{kind}: retention frees space, and producing resumes", self.producing_resumes),
                (f"{kind}: nothing that was acknowledged is lost", self.nothing_is_lost)]


def main():
    options = tap.parser(__doc__).parse_args()
    with contextlib.ExitStack() as stack:
        folder = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="varve-")))
        cases = []
        for kind in ("ext4", "xfs"):
            disk = Disk(options, stack.enter_context(mounted(kind, folder)))
            stack.callback(disk.abandon)
            cases += disk.cases(kind)
        return tap.run(cases, options)


if __name__ == "__main__":
    sys.exit(main())
