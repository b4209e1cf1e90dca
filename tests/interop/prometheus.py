#!/usr/bin/env python3
"""Prometheus scrapes varved while kcat produces and consumes; what it then answers is right."""

import json
import pathlib
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request

from harness import cache, kcat, tap
from harness.broker import Broker, free_port
from harness.process import PATIENCE_SECONDS, Process

BACKENDS = ["uring", "epoll"]
PARTITIONS = 3
FIRST, SECOND = 3000, 700  # lines in a partition: read by the group, and not
OPTIONS = ["-X", "auto.offset.reset=earliest", "-X", "session.timeout.ms=6000"]

CONFIGURATION = """
global:
  scrape_interval: 1s
  scrape_timeout: 1s
scrape_configs:
  - job_name: kafka
    static_configs:
      - targets: ["{target}"]
"""


def get(url):
    """The status and the text of an answer."""
    try:
        with urllib.request.urlopen(url, timeout=PATIENCE_SECONDS) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


class Prometheus(Process):
    """Scrapes one target every second; port and data are its own."""

    def __init__(self, folder, target):
        package = cache.debian_package("prometheus")
        self.url = f"http://127.0.0.1:{free_port()}"
        configuration = folder / "prometheus.yml"
        configuration.write_text(CONFIGURATION.format(target=target))
        super().__init__("prometheus", [
            package / "usr/bin/prometheus", f"--config.file={configuration}",
            f"--storage.tsdb.path={folder / 'tsdb'}",
            f"--web.listen-address={self.url.removeprefix('http://')}"])

    def __enter__(self):
        self.launch()
        try:
            self.wait_line("Server is ready to receive web requests")
        except Exception:
            self.abandon()
            raise
        return self

    def __exit__(self, kind, *_):
        if kind is not None:
            self.abandon()
        elif self.is_running():
            self.stop()

    def ask(self, query):
        """The value of a query with one result; None without a result."""
        _, text = get(f"{self.url}/api/v1/query?" + urllib.parse.urlencode({"query": query}))
        answer = json.loads(text)
        tap.check_equal(answer["status"], "success", query)
        result = answer["data"]["result"]
        tap.check(len(result) <= 1, f"{query}: {len(result)} results")
        return float(result[0]["value"][1]) if result else None

    def wait_for(self, query, check):
        """Asks until the value is as it has to be; returns it."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            value = self.ask(query)
            if value is not None and check(value):
                return value
            tap.check(time.monotonic() < deadline, f"{query} stays {value}")
            time.sleep(0.2)

    def expect(self, query, expected):
        self.wait_for(query, lambda value: value == expected)


def produce(broker, folder, count):
    path = folder / "lines"
    path.write_text("".join(f"a line with the number {number}\n" for number in range(count)))
    for partition in range(PARTITIONS):
        kcat.produce(broker.address, "t", path, partition=partition)


def consume(broker, count):
    """A group reads that many records, commits, and leaves."""
    done = subprocess.run(["kcat", "-b", broker.address, "-G", "g", "-q", *OPTIONS,
                           "-c", str(count), "t"], stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL, timeout=PATIENCE_SECONDS, check=False)
    tap.check_equal(done.returncode, 0, "exit status of kcat")
    tap.check_equal(done.stdout.count(b"\n"), count, "records that the group read")


def topic(name):
    return f'kafka_server_brokertopicmetrics_{name}_total{{topic="t"}}'


def check_traffic(prometheus):
    """What was written and read, as counters and as rates."""
    everything = PARTITIONS * FIRST
    prometheus.expect(topic("messagesin"), everything)
    prometheus.expect('kafka_server_brokertopicmetrics_messagesin_total{topic=""} - on() '
                      f'{topic("messagesin")} >= bool 0', 1)
    written = prometheus.ask('sum(kafka_log_log_size{topic="t"})')
    prometheus.expect(topic("bytesin"), written)
    prometheus.wait_for(topic("bytesout"), lambda value: value >= written)
    prometheus.wait_for(f'rate({topic("bytesout")}[1m])', lambda value: value >= 0)
    prometheus.expect('kafka_server_replicamanager_partitioncount', PARTITIONS + 4)
    prometheus.expect('kafka_server_replicamanager_underreplicatedpartitions', 0)


def check_times(prometheus):
    times = "kafka_network_requestmetrics_totaltimems"
    for quantile in ("0.5", "0.95", "0.99", "0.999"):
        prometheus.wait_for(f'{times}{{request="Produce",quantile="{quantile}"}}',
                            lambda value: 0 < value < 60_000)
    requests = prometheus.wait_for(
        'sum(kafka_network_requestmetrics_requests_total{request="Produce"})',
        lambda value: value >= PARTITIONS)
    prometheus.wait_for(f'{times}_count{{request="Produce"}}', lambda value: value >= requests)
    prometheus.wait_for(f'{times}_sum{{request="FetchConsumer"}}', lambda value: value > 0)


def check_lag(prometheus, lag):
    group = 'group_id="g",topic_name="t"'
    name = "kminion_kafka_consumer_group_topic"
    prometheus.expect(f"{name}_lag{{{group}}}", lag)
    prometheus.expect(f"sum({name}_partition_lag{{{group}}})", lag)
    prometheus.expect(f'kminion_kafka_topic_high_water_mark_sum{{topic_name="t"}} - '
                      f'on(topic_name) {name}_offset_sum{{{group}}}', lag)


def scraped(broker, http, folder):
    with Prometheus(folder, http) as prometheus:
        prometheus.expect('up{job="kafka"}', 1)
        produce(broker, folder, FIRST)
        consume(broker, PARTITIONS * FIRST)
        check_traffic(prometheus)
        check_times(prometheus)
        check_lag(prometheus, 0)
        produce(broker, folder, SECOND)
        check_lag(prometheus, PARTITIONS * SECOND)
        consume(broker, PARTITIONS * SECOND)
        check_lag(prometheus, 0)
        prometheus.expect('kminion_kafka_consumer_group_members{group_id="g"}', 0)


def names_are_fine(broker, http, folder):
    produce(broker, folder, 10)
    consume(broker, PARTITIONS * 10)
    status, text = get(f"http://{http}/metrics")
    tap.check_equal(status, 200, "status")
    promtool = cache.debian_package("prometheus") / "usr/bin/promtool"
    done = subprocess.run([promtool, "check", "metrics"], input=text.encode(), check=False,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          timeout=PATIENCE_SECONDS)
    tap.check_equal((done.returncode, done.stdout), (0, b""), "promtool's verdict")
    tap.note(f"{text.count(chr(10))} lines, {len(text)} bytes")


def probes(_broker, http, _folder):
    tap.check_equal(get(f"http://{http}/livez"), (200, "ok\n"), "/livez")
    status, text = get(f"http://{http}/readyz")
    tap.check_equal((status, json.loads(text)["status"]), (200, "ready"), "/readyz")
    tap.check_equal(get(f"http://{http}/nothing")[0], 404, "status of another path")


def case(options, backend, function):
    def run():
        with tempfile.TemporaryDirectory() as folder:
            folder = pathlib.Path(folder)
            http = f"127.0.0.1:{free_port()}"
            properties = {"num.partitions": PARTITIONS, "group.initial.rebalance.delay.ms": 100,
                          "offsets.topic.num.partitions": 4, "varve.http.listener": http}
            with Broker(options.varved, folder / "data", backend,
                        properties=properties) as broker:
                function(broker, http, folder)
    return f"{backend}, {function.__name__}", run


def main():
    options = tap.parser(__doc__).parse_args()
    cases = [case(options, backend, function) for backend in BACKENDS
             for function in (scraped, names_are_fine, probes)]
    sys.exit(tap.run(cases, options))


if __name__ == "__main__":
    main()
