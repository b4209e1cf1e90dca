#!/usr/bin/env python3
"""The comparison of brokers: what it makes of figures, and a whole one, for a moment."""

import json
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[3]
COMPARE = ROOT / "benchmarks" / "compare"
sys.path[:0] = [str(ROOT / "tests" / "interop"), str(COMPARE)]

import scenarios  # noqa: E402
import summary  # noqa: E402
from harness import tap  # noqa: E402
from harness.process import PATIENCE_SECONDS  # noqa: E402

LESS = scenarios.Scenario("some", "something", ("produce",), ("limit",))


def runs(*figures):
    """What varve-bench said in as many rounds."""
    return [{"rows": [{"label": "any", "mib_per_second": 1.0, "records_per_second": 1.0,
                       "own": {"cpu_seconds": 1.0},
                       "broker": {"cpu_seconds_per_gib": figure, "memory_bytes_peak": 1 << 20}}]}
            for figure in figures]


def ratios(_options):
    compared = summary.Compared(LESS, {"limit": runs(2.0, 1.0, 1.5),
                                       "varved, uring": runs(2.0, 2.0, 9.0),
                                       "Apache Kafka": runs(5.5, 5.5, 5.5)})
    facts = compared.facts()["contenders"]
    tap.check_equal(facts["limit"]["median"], 1.5, "median of the limit")
    tap.check_equal(facts["limit"]["spread"], 2.0, "spread of the limit")
    tap.check_equal(facts["varved, uring"]["of_limit"], 0.75, "part of the limit")
    tap.check_equal(facts["varved, uring"]["of_kafka"], 2.75, "times as good as Kafka")
    tap.check_equal(facts["varved, uring"]["kafka_adds_times"], 8.0, "what Kafka adds")
    tap.check_equal(facts["limit"]["of_limit"], None, "the limit itself")
    tap.check_equal(facts["Apache Kafka"]["of_kafka"], None, "Kafka itself")
    for word in ("varved, uring", "0.75", "8.00"):
        tap.check(word in compared.text(), compared.text())


def without_a_limit(_options):
    facts = summary.Compared(LESS, {"varved, uring": runs(2.0)}).facts()["contenders"]
    tap.check_equal(facts["varved, uring"]["of_limit"], None, "part of no limit")
    tap.check_equal(facts["varved, uring"]["kafka_adds_times"], None, "what nobody adds")


def a_whole_one(options):
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, COMPARE / "compare.py", "--varved", options.varved, "--bench",
                   options.bench, "--directory", folder, "--output", folder, "--rounds", "2",
                   "--without-kafka", "--only", "one-record", "--only", "produce-16",
                   "--duration", "500ms", "--warm-up", "0ms", "--touch-gib", "0"]
        done = subprocess.run(list(map(str, command)), capture_output=True, text=True, check=False,
                              timeout=PATIENCE_SECONDS)
        tap.check_equal(done.returncode, 0, f"status; it says {done.stderr}")
        for name, contenders in (("one-record", 2), ("produce-16", 3)):
            text = pathlib.Path(folder, f"{name}.json").read_text(encoding="utf-8")
            found = json.loads(text)["contenders"]
            tap.check_equal(len(found), contenders, f"who took part in {name}")
            for contender, one in found.items():
                tap.check_equal(len(one["rounds"]), 2, f"rounds of {contender} in {name}")
                tap.check(one["median"] > 0, f"{contender} took nothing in {name}: {one}")
        left = [path.name for path in pathlib.Path(folder).iterdir()
                if path.name.startswith("varve-compare-")]
        tap.check_equal(left, [], "data that was left behind")


def main():
    parser = tap.parser(__doc__)
    parser.add_argument("bench", help="varve-bench")
    options = parser.parse_args()
    tap.main([(case.__name__.replace("_", " "), lambda case=case: case(options))
              for case in (ratios, without_a_limit, a_whole_one)], options)


if __name__ == "__main__":
    main()
