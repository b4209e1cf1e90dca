#!/usr/bin/env python3
"""Kafka's own command-line tools, of today's version and of an older one."""

import datetime
import json
import pathlib
import re
import sys
import tempfile

from harness import tap
from harness.broker import Broker, free_port
from harness.kafka_tools import VERSIONS, Tools

BACKENDS = ["uring", "epoll"]
PARTITIONS = 3


def rows(said, *names):
    """A tool's table: the columns of those names, a list per line."""
    lines = [line.split() for line in said.splitlines() if line.strip()]
    head = next(number for number, line in enumerate(lines) if names[0] in line)
    columns = [lines[head].index(name) for name in names]
    return [[line[column] for column in columns] for line in lines[head + 1:]]


def commits_new(said):
    """((group, topic, partition), offset) of what today's formatter makes of __consumer_offsets:
    one object of JSON behind the other."""
    said, decoder = said.strip(), json.JSONDecoder()
    while said:
        told, end = decoder.raw_decode(said)
        key, value = told["key"]["data"], told["value"]
        yield (key["group"], key["topic"], key["partition"]), value and value["data"]["offset"]
        said = said[end:].lstrip()


def commits_old(said):
    for line in said.splitlines():
        told = re.fullmatch(r"\[(.*),(.*),(\d+)\]::(?:NULL|OffsetAndMetadata\(offset=(\d+),.*\))",
                            line)
        tap.check(told, f"not understood: {line}")
        yield (told[1], told[2], int(told[3])), told[4] and int(told[4])


class Cases:
    """Each method is a case, in this order; the broker goes on from one to the next."""

    def __init__(self, tools, broker, folder):
        self._tools = tools
        self._broker = broker
        self._folder = folder
        self._is_new = not tools.version.startswith("2.")

    def _run(self, tool, *arguments, given=""):
        return self._tools.run(tool, self._broker.address, *arguments, given=given)

    def _shows(self, said, *parts):
        for part in parts:
            tap.check(part in said, f"{part!r} is not in: {said}")

    def _refuses(self, expected, tool, *arguments):
        status, out, err = self._tools.attempt(tool, self._broker.address, *arguments)
        tap.check(status != 0 and expected in out + err,
                  f"{tool} {arguments}: status {status}, expected {expected!r}: {out}\n{err}")

    def _groups(self, *arguments):
        return self._run("kafka-consumer-groups", *arguments)

    def _lag(self, group):
        """{partition: (current offset, end offset, lag)}"""
        told = self._groups("--describe", "--group", group)
        found = rows(told, "TOPIC", "PARTITION", "CURRENT-OFFSET", "LOG-END-OFFSET", "LAG")
        return {int(partition): tuple(map(int, more)) for _, partition, *more in found}

    def _produce(self, topic, lines, *options):
        self._run("kafka-console-producer", "--topic", topic, *options,
                  given="".join(f"{line}\n" for line in lines))

    def _consume(self, topic, count, *options):
        said = self._run("kafka-console-consumer", "--topic", topic, "--max-messages", count,
                         "--timeout-ms", 60000, *options)
        return said.splitlines()

    def topics(self):
        self._run("kafka-topics", "--create", "--topic", "t", "--partitions", PARTITIONS,
                  "--replication-factor", 1, "--config", "retention.ms=-1")
        self._refuses("already", "kafka-topics", "--create", "--topic", "t")
        self._shows(self._run("kafka-topics", "--describe", "--topic", "t"),
                    "PartitionCount: 3", "ReplicationFactor: 1", "retention.ms=-1",
                    "Partition: 2\tLeader: 1\tReplicas: 1\tIsr: 1")
        self._run("kafka-topics", "--create", "--topic", "other")
        tap.check_equal(self._run("kafka-topics", "--list").split(), ["other", "t"], "topics")
        self._run("kafka-topics", "--alter", "--topic", "other", "--partitions", 4)
        self._shows(self._run("kafka-topics", "--describe", "--topic", "other"),
                    "PartitionCount: 4")
        self._refuses("partitions", "kafka-topics", "--alter", "--topic", "other",
                      "--partitions", 2)
        self._run("kafka-topics", "--delete", "--topic", "other")
        tap.check_equal(self._run("kafka-topics", "--list").split(), ["t"], "topics")
        self._refuses("does not exist", "kafka-topics", "--describe", "--topic", "other")

    def console_producer_and_consumer(self):
        for codec in ["none", "gzip", "snappy", "lz4", "zstd"]:
            self._produce("lines", [f"{codec} {number}" for number in range(100)],
                          "--compression-codec", codec)
        found = self._consume("lines", 500, "--from-beginning")
        tap.check_equal(found, [f"{codec} {number}"
                                for codec in ["none", "gzip", "snappy", "lz4", "zstd"]
                                for number in range(100)], "lines")
        self._produce("lines", ["key:value"], "--property", "parse.key=true",
                      "--property", "key.separator=:")
        found = self._consume("lines", 1, "--partition", 0, "--offset", 500,
                              "--property", "print.key=true", "--property", "print.timestamp=true")
        tap.check(re.fullmatch(r"CreateTime:\d{13}\tkey\tvalue", found[-1]), f"came: {found}")

    def console_consumer_in_a_group(self):
        self._produce("t", [f"{number}:{number}" for number in range(300)],
                      "--property", "parse.key=true", "--property", "key.separator=:")
        found = self._consume("t", 300, "--from-beginning", "--group", "g")
        tap.check_equal(sorted(map(int, found)), list(range(300)), "all lines")
        self._produce("t", ["a", "b", "c"])
        tap.check_equal(sorted(self._consume("t", 3, "--group", "g")), ["a", "b", "c"],
                        "what came later")

    def offsets_topic(self):
        formatter = ("org.apache.kafka.tools.consumer.OffsetsMessageFormatter" if self._is_new else
                     "kafka.coordinator.group.GroupMetadataManager$OffsetsMessageFormatter")
        ends = {partition: end for partition, (_, end, _) in self._lag("g").items()}
        said = self._run("kafka-console-consumer", "--topic", "__consumer_offsets",
                         "--from-beginning", "--formatter", formatter, "--timeout-ms", 10000)
        found = {}
        for where, offset in (commits_new if self._is_new else commits_old)(said):
            found[where] = offset
        tap.check_equal({where: offset for where, offset in found.items() if where[0] == "g"},
                        {("g", "t", partition): end for partition, end in ends.items()},
                        "the group's commits")

    def consumer_groups(self):
        self._shows(self._groups("--list"), "g\n")
        found = self._lag("g")
        tap.check_equal(sum(end for _, end, _ in found.values()), 303, "sum of the ends")
        tap.check_equal([lag for _, _, lag in found.values()], [0] * PARTITIONS, "lag")
        self._produce("t", ["more"] * 5)
        tap.check_equal(sum(lag for _, _, lag in self._lag("g").values()), 5, "lag")
        state = self._groups("--describe", "--group", "g", "--state")
        self._shows(state, "Empty")
        self._groups("--describe", "--group", "g", "--members")
        self._refuses_unknown_group()

    def _refuses_unknown_group(self):
        _, out, err = self._tools.attempt("kafka-consumer-groups", self._broker.address,
                                          "--describe", "--group", "no-such-group")
        tap.check(re.search("no-such-group'? (not found|does not exist)", out + err), out + err)

    def _reset(self, *how):
        said = self._groups("--reset-offsets", "--group", "g", *how, "--execute")
        return {int(partition): int(offset)
                for _, partition, offset in rows(said, "TOPIC", "PARTITION", "NEW-OFFSET")}

    def reset_offsets(self):
        ends = {partition: end for partition, (_, end, _) in self._lag("g").items()}
        said = self._groups("--reset-offsets", "--group", "g", "--topic", "t", "--to-earliest",
                            "--dry-run")
        self._shows(said, "NEW-OFFSET")
        tap.check_equal(sum(now for now, _, _ in self._lag("g").values()), 303, "after a dry run")
        for how, expected in [
                (["--topic", "t", "--to-earliest"], dict.fromkeys(ends, 0)),
                (["--topic", "t", "--to-latest"], ends),
                (["--topic", "t", "--shift-by", "-3"], {p: end - 3 for p, end in ends.items()}),
                (["--topic", "t:1", "--to-offset", "7"], {1: 7}),
                (["--all-topics", "--to-offset", "7"], dict.fromkeys(ends, 7)),
                (["--topic", "t", "--to-datetime", "2020-01-01T00:00:00.000"],
                 dict.fromkeys(ends, 0)),
                (["--topic", "t", "--by-duration", "PT0S"], ends)]:
            tap.check_equal(self._reset(*how), expected, f"reset {how}")
            now = {partition: now for partition, (now, _, _) in self._lag("g").items()}
            tap.check_equal({p: now[p] for p in expected}, expected, f"offsets after {how}")
        self._reset("--topic", "t", "--to-earliest")
        found = self._consume("t", 308, "--group", "g")
        tap.check_equal(len(found), 308, "lines after a reset")

    def delete_groups(self):
        self._groups("--delete-offsets", "--group", "g", "--topic", "t:1")
        told = self._groups("--describe", "--group", "g")
        tap.check_equal(sorted(line[0] for line in rows(told, "PARTITION")), ["0", "2"],
                        "partitions with offsets")
        self._shows(self._groups("--delete", "--group", "g"), "successful")
        tap.check("g" not in self._groups("--list").split(), "it is still listed")

    def configs(self):
        topic = ["--entity-type", "topics", "--entity-name", "t"]
        self._shows(self._run("kafka-configs", "--alter", *topic, "--add-config",
                              "segment.bytes=2000000,cleanup.policy=[compact,delete]"),
                    "Completed updating config for topic t.")
        self._shows(self._run("kafka-configs", "--describe", *topic), "segment.bytes=2000000",
                    "cleanup.policy=compact,delete")
        self._run("kafka-configs", "--alter", *topic, "--delete-config", "cleanup.policy")
        tap.check("cleanup" not in self._run("kafka-configs", "--describe", *topic), "is there")
        broker = ["--entity-type", "brokers", "--entity-name", 1]
        self._run("kafka-configs", "--alter", *broker, "--add-config", "log.retention.ms=7000000")
        self._shows(self._run("kafka-configs", "--describe", *broker), "log.retention.ms=7000000")
        self._run("kafka-configs", "--alter", *broker, "--delete-config", "log.retention.ms")
        self._shows(self._run("kafka-configs", "--describe", *broker, "--all"),
                    "message.max.bytes=1048588")

    def _offsets(self, time):
        said = self._run("kafka-get-offsets", "--topic", "lines", "--time", time)
        return [line for line in said.splitlines() if line.startswith("lines:")]

    def get_offsets(self):
        tap.check_equal(self._offsets(-1), ["lines:0:501"], "latest")
        tap.check_equal(self._offsets(-2), ["lines:0:0"], "earliest")
        hour_ago = datetime.datetime.now() - datetime.timedelta(hours=1)
        tap.check_equal(self._offsets(int(hour_ago.timestamp() * 1000)), ["lines:0:0"], "by time")
        if self._is_new:
            tap.check_equal(self._offsets("max-timestamp"), ["lines:0:500"], "by max-timestamp")

    def delete_records(self):
        path = self._folder / "delete.json"
        path.write_text(json.dumps({"version": 1, "partitions": [
            {"topic": "lines", "partition": 0, "offset": 100}]}), encoding="utf-8")
        self._shows(self._run("kafka-delete-records", "--offset-json-file", path),
                    "low_watermark: 100")
        tap.check_equal(self._offsets(-2), ["lines:0:100"], "earliest")
        tap.check_equal(self._consume("lines", 1, "--from-beginning"), ["gzip 0"], "the first line")

    def log_dirs(self):
        said = self._run("kafka-log-dirs", "--describe", "--topic-list", "lines")
        told = json.loads(next(line for line in said.splitlines() if line.startswith("{")))
        folder, = told["brokers"][0]["logDirs"]
        tap.check_equal(folder["error"], None, "error")
        tap.check_equal([one["partition"] for one in folder["partitions"]], ["lines-0"],
                        "partitions")
        tap.check(folder["partitions"][0]["size"] > 0, "no size")

    def perf_tests(self):
        said = self._run("kafka-producer-perf-test", "--topic", "perf", "--num-records", 20000,
                         "--record-size", 100, "--throughput", -1, "--producer-props",
                         f"bootstrap.servers={self._broker.address}", "compression.type=lz4")
        self._shows(said, "20000 records sent")
        said = self._run("kafka-consumer-perf-test", "--topic", "perf", "--messages", 20000)
        head, figures = (line.split(", ") for line in said.splitlines()[-2:])
        tap.check_equal(figures[head.index("data.consumed.in.nMsg")], "20000", "records read")

    def verifiable_clients(self):
        self._run("kafka-topics", "--create", "--topic", "verify", "--partitions", PARTITIONS)
        said = self._run("kafka-verifiable-producer", "--topic", "verify", "--max-messages", 1000)
        told = [json.loads(line) for line in said.splitlines() if line.startswith("{")]
        tap.check_equal(sum(one["name"] == "producer_send_success" for one in told), 1000, "sent")
        said = self._run("kafka-verifiable-consumer", "--topic", "verify", "--group-id", "v",
                         "--max-messages", 1000, "--reset-policy", "earliest")
        told = [json.loads(line) for line in said.splitlines() if line.startswith("{")]
        read = sum(one["count"] for one in told if one["name"] == "records_consumed")
        tap.check_equal(read, 1000, "records read")
        committed = [one for one in told if one["name"] == "offsets_committed"]
        tap.check(committed and all(one["success"] for one in committed), f"commits: {committed}")

    def broker_api_versions(self):
        said = self._run("kafka-broker-api-versions")
        self._shows(said, f"{self._broker.address} (id: 1 rack: null", "Produce(0): ", "Fetch(1): ")
        tap.check("UNKNOWN" not in said if self._is_new else "Produce(0): UNSUPPORTED" not in said,
                  said)

    def cluster(self):
        self._shows(self._run("kafka-cluster", "cluster-id"), "Cluster ID: ")
        if self._is_new:
            self._shows(self._run("kafka-cluster", "list-endpoints"), "127.0.0.1")

    def all(self):
        for method in (self.topics, self.console_producer_and_consumer,
                       self.console_consumer_in_a_group, self.offsets_topic, self.consumer_groups,
                       self.reset_offsets, self.delete_groups, self.configs, self.get_offsets,
                       self.delete_records, self.log_dirs, self.perf_tests, self.verifiable_clients,
                       self.broker_api_versions, self.cluster):
            yield method.__name__.replace("_", " "), method


class Run:
    """The cases of one version on one backend; the first one that runs starts what they need."""

    def __init__(self, options, version, backend, folder):
        self._label = f"{version}, {backend}"
        folder.mkdir()
        properties = {"group.initial.rebalance.delay.ms": 0, "offsets.topic.num.partitions": 1}
        self._broker = Broker(options.varved, folder / "data", backend, properties=properties,
                              listeners=f"PLAINTEXT://127.0.0.1:{free_port()}")
        self._tools = Tools(version)
        self._cases = Cases(self._tools, self._broker, folder)

    def _start(self):
        self._tools.__enter__()
        self._broker.start()

    def _end(self):
        self._tools.__exit__()
        self._broker.stop()

    def all(self):
        yield f"{self._label}: start", self._start
        for name, function in self._cases.all():
            yield f"{self._label}: {name}", function
        yield f"{self._label}: end", self._end

    def abandon(self):
        if self._broker.is_running():
            self._broker.abandon()


def main():
    parser = tap.parser(__doc__)
    parser.add_argument("--all", action="store_true", help="both versions on both backends")
    options = parser.parse_args()
    chosen = [(version, backend) for number, version in enumerate(VERSIONS)
              for other, backend in enumerate(BACKENDS) if options.all or number == other]
    with tempfile.TemporaryDirectory(prefix="varve-tools-") as name:
        runs = [Run(options, version, backend, pathlib.Path(name) / f"{version}-{backend}")
                for version, backend in chosen]
        status = tap.run([case for one in runs for case in one.all()], options)
        for one in runs:
            one.abandon()
    sys.exit(status)


if __name__ == "__main__":
    main()
