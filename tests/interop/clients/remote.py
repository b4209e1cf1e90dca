"""Clients that are programs: one process each, told in JSON what to do."""

import pathlib
import re

from clients import Record
from harness import cache, kafka, kafka_tools
from harness.driver import Driver

HERE = pathlib.Path(__file__).resolve().parent
CODECS = ["none", "gzip", "snappy", "lz4", "zstd"]

# Short, so that a dead member is missed soon.
SESSION_MS = 3000
HEARTBEAT_MS = 300

NO_VERSION = "it asks which versions the broker knows, always"
NO_RESET = "it starts at one end or the other, always"


def _pinned(path, pattern):
    """The version that a file asks for."""
    return re.search(pattern, (HERE / path).read_text(encoding="utf-8"))[1]


class Remote:
    """A client whose operations its program does."""

    codecs = CODECS
    cannot = {}

    def __init__(self, address):
        self._driver = Driver(self.name, [*self.command(), address])

    def __getattr__(self, do):
        """Any operation that needs nothing done here."""
        if do not in ARGUMENTS:
            raise AttributeError(do)
        return lambda *arguments: self._driver.call(do, **dict(zip(ARGUMENTS[do], arguments)))

    def produce(self, topic, records, codec="none"):
        told = [record.told() for record in records]
        found = self._driver.call("produce", topic=topic, records=told, codec=codec)
        return [tuple(one) for one in found]

    def read(self, topic, partition, offset, count):
        found = self._driver.call("read", topic=topic, partition=partition, offset=offset,
                                  count=count)
        if len(found) != count:
            raise RuntimeError(f"{len(found)} of {count} records came")
        return [Record.of(one) for one in found]

    def bounds(self, topic, partition):
        return tuple(self._driver.call("bounds", topic=topic, partition=partition))

    def join(self, group, topic, reset="earliest", at_most=500):
        self._driver.call("join", group=group, topic=topic, reset=reset, at_most=at_most,
                          session_ms=SESSION_MS, heartbeat_ms=HEARTBEAT_MS)

    def poll(self, ms):
        return [Record.of(one) for one in self._driver.call("poll", ms=ms)]

    def kill(self):
        self._driver.kill()

    def close(self):
        self._driver.close()


ARGUMENTS = {
    "use_without_creating": ["topic"],
    "topics": [],
    "create_topic": ["topic", "partitions"],
    "delete_topic": ["topic"],
    "create_partitions": ["topic", "partitions"],
    "topic_config": ["topic"],
    "set_topic_config": ["topic", "name", "value"],
    "offset_at": ["topic", "partition", "timestamp_ms"],
    "groups": [],
    "group": ["group"],
    "delete_group": ["group"],
    "committed": ["group", "topic", "partition"],
    "acls": [],
    "speak_old": [],
    "assigned": [],
    "commit": [],
    "leave": [],
}


class Java(Remote):
    name = "Java"
    version = "4.3.1"
    cannot = {"speak_old": NO_VERSION}

    def command(self):
        pom = kafka_tools.VERSIONS[self.version][0]
        classes = cache.java_classes(HERE / "java", pom)
        return [*kafka.JAVA, f"-Dlog4j2.configurationFile={kafka_tools.LOGGING}", "-cp",
                f"{classes}:{cache.maven_jars(pom)}/*", "Driver"]


class OlderJava(Java):
    version = "2.8.2"


class Go(Remote):
    """One of the programs in go/."""

    cannot = {"reset none": NO_RESET}

    def command(self):
        return [cache.go_programs(HERE / "go") / self.program]


class FranzGo(Go):
    name = "franz-go"
    version = _pinned("go/go.mod", r"twmb/franz-go v(\S+)")
    program = "franz"


class Sarama(Go):
    name = program = "sarama"
    version = _pinned("go/go.mod", r"IBM/sarama v(\S+)")


class KafkaJs(Remote):
    name = "kafkajs"
    version = _pinned("javascript/package.json", r'"kafkajs": "(\S+)"')
    cannot = {"reset none": NO_RESET, "speak_old": NO_VERSION}

    def command(self):
        modules = cache.npm_modules(HERE / "javascript" / "package.json")
        return ["env", f"NODE_MODULES={modules}", "node", HERE / "javascript" / "driver.js"]


class Python(Remote):
    """One that serve.py serves."""

    def command(self):
        python = cache.python_environment(HERE.parent / "requirements.txt")
        return [python, HERE / "serve.py", self.module]


class Confluent(Python):
    name = "confluent-kafka"
    version = _pinned("../requirements.txt", r"confluent-kafka==(\S+)")
    module = "confluent"


class KafkaPython(Python):
    name = "kafka-python"
    version = _pinned("../requirements.txt", r"kafka-python==(\S+)")
    module = "kafka_python"
    poll_ms = 1000  # a poll that ends too soon gives up joining, and the next one begins again


class Librdkafka(Remote):
    name = "librdkafka, C API"
    version = "2.0.2"

    def command(self):
        return [cache.c_program(HERE / "c", ["rdkafka", "jansson"])]
