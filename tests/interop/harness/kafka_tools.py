"""Kafka's command-line tools, of two versions, each version in one virtual machine."""

import pathlib
import subprocess
import time

from harness import cache, kafka, tap
from harness.driver import Driver
from harness.process import PATIENCE_SECONDS

FILES = pathlib.Path(__file__).resolve().parents[1] / "kafka"

LOGGING = FILES / "tools-log4j2.properties"

# What the scripts in Kafka's bin folder start, by the name of the script.
NEW = {
    "kafka-broker-api-versions": "org.apache.kafka.tools.BrokerApiVersionsCommand",
    "kafka-cluster": "org.apache.kafka.tools.ClusterTool",
    "kafka-configs": "kafka.admin.ConfigCommand",
    "kafka-console-consumer": "org.apache.kafka.tools.consumer.ConsoleConsumer",
    "kafka-console-producer": "org.apache.kafka.tools.ConsoleProducer",
    "kafka-consumer-groups": "org.apache.kafka.tools.consumer.group.ConsumerGroupCommand",
    "kafka-consumer-perf-test": "org.apache.kafka.tools.ConsumerPerformance",
    "kafka-delete-records": "org.apache.kafka.tools.DeleteRecordsCommand",
    "kafka-get-offsets": "org.apache.kafka.tools.GetOffsetShell",
    "kafka-log-dirs": "org.apache.kafka.tools.LogDirsCommand",
    "kafka-producer-perf-test": "org.apache.kafka.tools.ProducerPerformance",
    "kafka-topics": "org.apache.kafka.tools.TopicCommand",
    "kafka-verifiable-consumer": "org.apache.kafka.tools.VerifiableConsumer",
    "kafka-verifiable-producer": "org.apache.kafka.tools.VerifiableProducer",
}
OLD = {
    **NEW,
    "kafka-broker-api-versions": "kafka.admin.BrokerApiVersionsCommand",
    "kafka-cluster": "kafka.tools.ClusterTool",
    "kafka-console-consumer": "kafka.tools.ConsoleConsumer",
    "kafka-console-producer": "kafka.tools.ConsoleProducer",
    "kafka-consumer-groups": "kafka.admin.ConsumerGroupCommand",
    "kafka-consumer-perf-test": "kafka.tools.ConsumerPerformance",
    "kafka-delete-records": "kafka.admin.DeleteRecordsCommand",
    "kafka-get-offsets": "kafka.tools.GetOffsetShell",
    "kafka-log-dirs": "kafka.admin.LogDirsCommand",
    "kafka-topics": "kafka.admin.TopicCommand",
}

# Where the older tools call it otherwise.
OLD_BOOTSTRAP = {"kafka-get-offsets": "--broker-list", "kafka-verifiable-producer": "--broker-list"}

# These need a process of their own: by what they leave to its end, or keep from call to call.
ALONE = {"kafka-verifiable-consumer", "kafka-verifiable-producer"}
OLD_ALONE = ALONE | {"kafka-console-consumer"}

VERSIONS = {"4.3.1": (FILES / "pom.xml", NEW, {}, ALONE),
            "2.8.2": (FILES / "older" / "pom.xml", OLD, OLD_BOOTSTRAP, OLD_ALONE)}

# A tool that takes longer is named.
SLOW_SECONDS = 5


class Tools:
    """Runs inside a `with`."""

    def __init__(self, version):
        self.version = version
        self._pom, self._classes, self._bootstrap, self._alone = VERSIONS[version]

    def __enter__(self):
        classes = cache.java_classes(FILES, self._pom)
        jars = cache.maven_jars(self._pom)
        self._driver = Driver(f"tools {self.version}", [
            *kafka.JAVA, f"-Dlog4j2.configurationFile={LOGGING}", "-cp",
            f"{classes}:{jars}/*", "Tools"])
        return self

    def __exit__(self, *_):
        self._driver.kill()

    def attempt(self, tool, address, *arguments, given=""):
        """Returns its status, what it printed, and what it said besides."""
        if tool != "kafka-producer-perf-test":  # that one takes it as a property
            arguments = [self._bootstrap.get(tool, "--bootstrap-server"), address, *arguments]
            if tool == "kafka-cluster":
                arguments = [arguments[2], *arguments[:2], *arguments[3:]]
        started = time.monotonic()
        if tool in self._alone:
            return self._attempt_alone(tool, arguments)
        done = self._driver.call(self._classes[tool], arguments=list(map(str, arguments)),
                                 input=given)
        took = time.monotonic() - started
        if took > SLOW_SECONDS:
            tap.note(f"{tool} {arguments}: {took:.1f} s")
        return done["status"], done["out"], done["err"]

    def _attempt_alone(self, tool, arguments):
        command = [*kafka.JAVA, "-cp", f"{cache.maven_jars(self._pom)}/*", self._classes[tool],
                   *map(str, arguments)]
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                              timeout=PATIENCE_SECONDS, check=False)
        return done.returncode, done.stdout, done.stderr

    def run(self, tool, address, *arguments, given=""):
        """Returns what it printed. Anything but status 0 fails."""
        status, out, err = self.attempt(tool, address, *arguments, given=given)
        tap.check(status == 0, f"{tool} {arguments}: status {status}: {out}\n{err}")
        return out
