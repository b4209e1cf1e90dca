#!/usr/bin/env python3
"""Kafka's own kafka-configs and kafka-topics set and show properties of topics and brokers."""

import subprocess
import sys
import tempfile

from harness import cache, kafka, tap
from harness.broker import Broker

CONFIGS = "kafka.admin.ConfigCommand"
TOPICS = "org.apache.kafka.tools.TopicCommand"


def run(main, address, *arguments):
    """Runs a tool to its end; returns its status and what it said."""
    command = [*kafka.JAVA, "-cp", f"{cache.maven_jars(kafka.POM)}/*", main,
               "--bootstrap-server", address, *arguments]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          check=False)
    return done.returncode, done.stdout


class Configs:
    """Each method is a case, in this order; the broker goes on from one to the next."""

    def __init__(self, broker):
        self._broker = broker

    def _run(self, main, *arguments):
        status, said = run(main, self._broker.address, *arguments)
        tap.check(status == 0, f"{arguments}: status {status}: {said}")
        return said

    def _alter(self, kind, *arguments):
        return self._run(CONFIGS, "--alter", "--entity-type", kind, *arguments)

    def _describe(self, kind, *arguments):
        return self._run(CONFIGS, "--describe", "--entity-type", kind, *arguments)

    def _shows(self, said, *lines):
        for line in lines:
            tap.check(line in said, f"{line!r} is not in: {said}")

    def _refuses(self, expected, *arguments):
        status, said = run(CONFIGS, self._broker.address, "--alter", *arguments)
        tap.check(status != 0, f"{arguments}: not refused: {said}")
        self._shows(said, expected)

    def topics_take_properties(self):
        self._run(TOPICS, "--create", "--topic", "t", "--config", "segment.bytes=2000000")
        said = self._alter("topics", "--entity-name", "t", "--add-config",
                           "retention.ms=1000,cleanup.policy=[compact,delete]")
        self._shows(said, "Completed updating config for topic t.")
        said = self._describe("topics", "--entity-name", "t")
        self._shows(said, "Dynamic configs for topic t are:",
                    "  cleanup.policy=compact,delete sensitive=false synonyms={"
                    "DYNAMIC_TOPIC_CONFIG:cleanup.policy=compact,delete, "
                    "DEFAULT_CONFIG:log.cleanup.policy=delete}",
                    "  retention.ms=1000 sensitive=false synonyms={"
                    "DYNAMIC_TOPIC_CONFIG:retention.ms=1000,", "  segment.bytes=2000000 ")
        self._shows(self._run(TOPICS, "--describe", "--topic", "t"),
                    "Configs: cleanup.policy=compact,delete,", "retention.ms=1000")

    def topics_give_them_back(self):
        self._alter("topics", "--entity-name", "t", "--delete-config", "retention.ms")
        said = self._describe("topics", "--entity-name", "t")
        tap.check("retention.ms" not in said, said)
        self._shows(self._describe("topics", "--entity-name", "t", "--all"),
                    "All configs for topic t are:", "  retention.ms=86400000 ")

    def what_is_wrong_is_refused(self):
        topic = ["--entity-type", "topics", "--entity-name", "t", "--add-config"]
        self._refuses("permitted is an integer from 1048576", *topic, "segment.bytes=5")
        self._refuses("did you mean retention.ms?", *topic, "retention.mss=5")

    def brokers_take_properties(self):
        self._alter("brokers", "--entity-default", "--add-config", "log.retention.ms=7000")
        self._alter("brokers", "--entity-name", "1", "--add-config", "message.max.bytes=5000")
        said = self._describe("brokers", "--entity-name", "1")
        self._shows(said, "Dynamic configs for broker 1 are:",
                    "  message.max.bytes=5000 sensitive=false synonyms={"
                    "DYNAMIC_BROKER_CONFIG:message.max.bytes=5000, "
                    "DEFAULT_CONFIG:message.max.bytes=1048588}")
        said = self._describe("brokers", "--entity-default")
        self._shows(said, "Default configs for brokers in the cluster are:",
                    "  log.retention.ms=7000 sensitive=false synonyms={"
                    "DYNAMIC_DEFAULT_BROKER_CONFIG:log.retention.ms=7000}")
        said = self._describe("topics", "--entity-name", "t", "--all")
        self._shows(said, "  retention.ms=7000 ", "  max.message.bytes=5000 ")

    def what_needs_a_start_is_refused(self):
        self._refuses("auto.create.topics.enable cannot be changed while the broker runs",
                      "--entity-type", "brokers", "--entity-name", "1", "--add-config",
                      "auto.create.topics.enable=false")

    def other_kinds_are_described(self):
        self._describe("groups", "--entity-name", "g")
        self._describe("client-metrics")
        self._describe("broker-loggers", "--entity-name", "1")

    def all_of_it_outlives_the_process(self):
        self._broker.stop()
        self._broker.start()
        said = self._describe("brokers", "--entity-name", "1", "--all")
        self._shows(said, "  log.retention.ms=7000 ", "  message.max.bytes=5000 ",
                    "STATIC_BROKER_CONFIG:log.retention.hours=24")
        self._shows(self._describe("topics", "--entity-name", "t"),
                    "  cleanup.policy=compact,delete ")

    def cases(self):
        return [(name.replace("_", " "), getattr(self, name))
                for name in ["topics_take_properties", "topics_give_them_back",
                             "what_is_wrong_is_refused", "brokers_take_properties",
                             "what_needs_a_start_is_refused", "other_kinds_are_described",
                             "all_of_it_outlives_the_process"]]


def main():
    options = tap.parser(__doc__).parse_args()
    with tempfile.TemporaryDirectory(prefix="varve-configs-") as folder:
        with Broker(options.varved, f"{folder}/data",
                    properties={"log.retention.hours": 24}) as broker:
            return tap.run(Configs(broker).cases(), options)


if __name__ == "__main__":
    sys.exit(main())
