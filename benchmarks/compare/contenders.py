"""Who is measured: brokers that are started for it, peers that run elsewhere, the bare machine."""

import os
import pathlib
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "interop"))

from harness import kafka  # noqa: E402
from harness.broker import Broker  # noqa: E402
from model import KAFKA, LIMIT  # noqa: E402

KAFKA_HEAP_MAX = 1 << 30  # what Kafka's own start script gives it

# Of Kafka's own start script.
KAFKA_JAVA = ["java", "-server", "-XX:+UseG1GC", "-XX:MaxGCPauseMillis=20",
              "-XX:InitiatingHeapOccupancyPercent=35", "-XX:+ExplicitGCInvokesConcurrent",
              "-Djava.awt.headless=true"]

# What of Kafka's defaults one node cannot have, and no more.
KAFKA_PROPERTIES = ["num.partitions=1"]


def touch_memory(folder, gib):
    """Writes a file and removes it, so that whoever is next finds memory that the machine has in
    hand: a virtual one gets its pages from the host on their first use, at ten times the price."""
    piece = bytes(1 << 20)
    with tempfile.TemporaryFile(dir=folder) as file:
        for _ in range(min(gib << 30, memory_bytes() // 4) // len(piece)):
            file.write(piece)


def memory_bytes():
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


def kafka_java():
    heap = min(KAFKA_HEAP_MAX, memory_bytes() // 4) >> 20
    return [*KAFKA_JAVA, f"-Xms{heap}m", f"-Xmx{heap}m"]


class Machine:
    """No broker: the same bytes by bare system calls."""

    name = LIMIT
    is_broker = False
    is_here = True

    def __init__(self, folder):
        self._folder = folder

    def start(self, _properties):
        return _Running(self.name, self._folder, None)


class Varved:
    is_broker = True
    is_here = True

    def __init__(self, program, backend, folder):
        self.name = f"varved, {backend}"
        self._program, self._backend, self._folder = program, backend, folder

    def start(self, properties):
        def make(data):
            return Broker(self._program, data, self._backend, properties=properties)
        return _Running(self.name, self._folder, make)


class Kafka:
    is_broker = True
    is_here = True
    name = KAFKA

    def __init__(self, folder):
        self._folder = folder

    def start(self, properties):
        def make(data):
            more = [*KAFKA_PROPERTIES, *(f"{name}={value}" for name, value in properties.items())]
            pathlib.Path(data).mkdir()
            broker = kafka.Kafka(pathlib.Path(data) / "logs", data, more, command=kafka_java())
            broker.format()
            return broker
        return _Running(self.name, self._folder, make)


class Peer:
    """A broker that somebody else runs."""

    is_broker = True
    is_here = False

    def __init__(self, name, address):
        self.name, self._address = name, address

    def start(self, _properties):
        return _Elsewhere(self.name, self._address)


class _Running:
    """Inside a `with`: a broker on an empty directory, or just that directory."""

    def __init__(self, name, folder, make):
        self.name, self._make = name, make
        self._place = tempfile.TemporaryDirectory(prefix="varve-compare-", dir=folder)
        self._broker = None

    @property
    def folder(self):
        return self._place.name

    def arguments(self, mode):
        """What varve-bench has to know of it in that mode."""
        if self._broker is None:
            return ["--directory", self.folder] if mode == "limit" else []
        return ["-b", self._broker.address, "--broker-pid", str(self._broker.pid)]

    def __enter__(self):
        try:
            if self._make:
                broker = self._make(os.path.join(self.folder, "data"))
                self._broker = broker.__enter__()
        except BaseException:
            self._place.cleanup()
            raise
        return self

    def __exit__(self, *why):
        try:
            if self._broker:
                self._broker.__exit__(*why)
        finally:
            self._place.cleanup()


class _Elsewhere:
    folder = None

    def __init__(self, name, address):
        self.name, self._address = name, address

    def arguments(self, _mode):
        return ["-b", self._address]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass
