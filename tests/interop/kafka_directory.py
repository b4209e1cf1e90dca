#!/usr/bin/env python3
"""A data directory goes from Apache Kafka to varved, back, and there again; both serve the same
records, and find the same offsets of groups."""

import ast
import json
import pathlib
import subprocess
import sys
import tempfile

from harness import cache, dump_log, kafka, tap
from harness.broker import Broker

HERE = pathlib.Path(__file__).resolve().parent

# Every append adds 12,001 records, and each look at them takes some seconds.
RECORDS_UNCOMPACTED = 12_000
COMPACTION_LOOKS = 20


def essence(name, records):
    """What must not change: every record, or the last one of each key where others may go."""
    if not name.startswith("compacted") or "read_" not in name:
        return records
    last = {}
    for record in records:
        _, _, key, value, _ = ast.literal_eval(record)
        last[key] = record if value is not None else None
    return [record for record in last.values() if record is not None]


class Directory:
    """The directory on its way; each method is a case, in this order."""

    def __init__(self, options, folder):
        self.folder = pathlib.Path(folder)
        self.data = self.folder / "data"
        self._varved = options.varved
        self._varve_dump = options.varve_dump
        self._kafka = kafka.Kafka(self.data, self.folder)
        self._python = cache.python_environment(HERE / "requirements.txt")
        self._served = None
        self._offsets = None
        self._configs = None

    def _client(self, address, *steps, program="directory_writer.py"):
        command = [self._python, HERE / "clients" / program, address, *steps]
        done = subprocess.run(list(map(str, command)), stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, check=False)
        tap.check(done.returncode == 0, f"{steps}: {done.stdout}")

    def _reads(self, address):
        path = self.folder / "served.json"
        self._client(address, f"served={path}")
        return json.loads(path.read_text(encoding="utf-8"))

    def _commit(self, address, first):
        self._client(address, f"commit={first}", program="directory_groups.py")

    def _committed(self, address):
        path = self.folder / "offsets.json"
        self._client(address, f"offsets={path}", program="directory_groups.py")
        return json.loads(path.read_text(encoding="utf-8"))

    def _check_same(self, address):
        """What is served now is what was served last, record for record and offset for offset."""
        tap.check_equal(self._committed(address), self._offsets, "offsets of groups")
        found = self._reads(address)
        for name, before in self._served.items():
            expected, now = sorted(essence(name, before)), sorted(essence(name, found[name]))
            for was, is_now in zip(expected, now):
                tap.check_equal(is_now, was, name)
            tap.check_equal(len(now), len(expected), f"records of {name}")

    def _note(self, address):
        self._served, self._offsets = self._reads(address), self._committed(address)
        count = sum(len(records) for name, records in self._served.items() if "read_" in name)
        tap.note(f"{count} records served, {len(self._offsets)} groups and offsets")

    def _broker(self, **more):
        properties = {name.replace("_", "."): value for name, value in more.items()}
        return Broker(self._varved, self.data, properties={"node.id": 1, **properties})

    def _verify(self):
        """varve-dump finds no fault in the whole directory."""
        command = [self._varve_dump, "--json", "--verify", self.data]
        done = subprocess.run(list(map(str, command)), stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, check=False)
        tap.check(done.returncode == 0, f"varve-dump: status {done.returncode}: {done.stdout}")
        tap.note(done.stdout.splitlines()[-1])

    def _describe_configs(self, address):
        return sorted(
            line for line in kafka.java("org.apache.kafka.tools.TopicCommand", "--describe",
                                        "--bootstrap-server", address).splitlines()
            if "PartitionCount" in line)

    def _dump(self):
        """Kafka's own reader finds no fault in any log, index, snapshot or transaction index."""
        for suffix in ["log", "index", "timeindex", "txnindex", "snapshot"]:
            files = [path for path in sorted(self.data.glob(f"*-[0-9]*/*.{suffix}"))
                     if not path.parent.name.startswith("__") and path.stat().st_size > 0]
            # It takes what compaction left out for a fault.
            whole = [path for path in files if not path.parent.name.startswith("compacted")]
            lines = dump_log.run(whole, *(["--deep-iteration"] if suffix == "log" else []))
            lines += dump_log.run([path for path in files if path not in whole]) \
                if len(whole) < len(files) else []
            for line in lines:
                bad = "isvalid: false" in line or "mismatch" in line.lower()
                tap.check(not bad, f"kafka-dump-log says: {line}")

    def kafka_writes(self):
        self._kafka.format()
        with self._kafka as broker:
            self._client(broker.address, "create", "append=0", "transact", "behead")
            self._commit(broker.address, 1000)
            self._note(broker.address)
            self._configs = self._describe_configs(broker.address)

    def varved_serves_the_same(self):
        with self._broker() as broker:
            self._check_same(broker.address)

    def varved_appends(self):
        with self._broker() as broker:
            self._client(broker.address, "append-plain=100000")
            self._commit(broker.address, 2000)
            self._note(broker.address)

    def varved_is_killed_and_appends(self):
        broker = self._broker()
        with broker:
            broker.kill()
        with broker:
            self._check_same(broker.address)
            self._client(broker.address, "append-plain=200000")
            self._commit(broker.address, 3000)
            self._note(broker.address)

    def varved_retains(self):
        quickly = {"log_retention_check_interval_ms": 500, "log_initial_task_delay_ms": 100}
        with self._broker(**quickly) as broker:
            self._client(broker.address, "retain=0")
            broker.wait_line(r"retained-0 begins at offset [1-9]\d*: [1-9]\d* segments deleted")
            self._note(broker.address)
        first = ast.literal_eval(self._served["retained-0 bounds"][0])[0]
        tap.check(first > 0, "nothing was deleted")

    def varved_compacts(self):
        with self._broker(log_cleaner_backoff_ms=50) as broker:
            self._client(broker.address, "append-plain=250000")
            for _ in range(COMPACTION_LOOKS):
                self._note(broker.address)
                if len(self._served["compacted-0 read_uncommitted"]) < RECORDS_UNCOMPACTED:
                    return
        tap.check(False, "the compacted topic is as large as it was")

    def kafka_finds_no_fault(self):
        self._dump()

    def kafka_serves_the_same(self):
        with self._kafka as broker:
            self._check_same(broker.address)
            tap.check_equal(self._describe_configs(broker.address), self._configs, "topics")

    def kafka_appends(self):
        with self._kafka as broker:
            self._client(broker.address, "append=300000", "transact")
            self._commit(broker.address, 4000)
            self._note(broker.address)

    def varved_serves_that_too(self):
        with self._broker() as broker:
            self._check_same(broker.address)

    def _then_verify(self, step):
        def run():
            step()
            self._verify()
        return run

    def cases(self):
        return [(name.replace("_", " "), self._then_verify(getattr(self, name)))
                for name in ["kafka_writes", "varved_serves_the_same", "varved_appends",
                             "varved_is_killed_and_appends", "varved_retains", "varved_compacts",
                             "kafka_finds_no_fault", "kafka_serves_the_same", "kafka_appends",
                             "varved_serves_that_too"]]


def main():
    parser = tap.parser(__doc__)
    parser.add_argument("varve_dump", help="varve's own reader of log files")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="varve-kafka-") as folder:
        return tap.run(Directory(options, folder).cases(), options)


if __name__ == "__main__":
    sys.exit(main())
