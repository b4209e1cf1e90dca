#!/usr/bin/env python3
"""Measures varved on each backend, Apache Kafka, and the bare machine, with one load generator.

They take turns, each on an empty directory of the same disk, for several rounds; what is told is
the median of the rounds. Builds what it needs into build/bench.

    benchmarks/compare/compare.py                             all scenarios
    benchmarks/compare/compare.py --only consume-16KiB --rounds 3
    benchmarks/compare/compare.py --peer elsewhere=10.0.0.7:9092
"""

import argparse
import json
import pathlib
import subprocess
import sys

import contenders
import summary
from scenarios import SCENARIOS

BUILD = contenders.ROOT / "build" / "bench"


def options():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5, help="turns of each (default 5)")
    parser.add_argument("--duration", default="5s", help="that is measured, of each turn")
    parser.add_argument("--warm-up", default="8s",
                        help="that is not, before: a JVM needs it (default 8s)")
    parser.add_argument("--touch-gib", type=int, default=6, metavar="N",
                        help="memory that is written to before each turn, a quarter of all at most "
                             "(default 6)")
    parser.add_argument("--only", action="append", metavar="NAME",
                        choices=[scenario.name for scenario in SCENARIOS],
                        help="a scenario; may be given again: %(choices)s")
    parser.add_argument("--peer", action="append", default=[], metavar="NAME=HOST:PORT",
                        help="a broker that runs elsewhere; may be given again")
    parser.add_argument("--without-kafka", action="store_true", help="leave Apache Kafka out")
    parser.add_argument("--directory", default=str(contenders.ROOT / "build"),
                        help="where the data goes: the disk to be measured")
    parser.add_argument("--output", default=str(BUILD / "compared"), help="where figures go")
    parser.add_argument("--varved", help="a varved that is built already")
    parser.add_argument("--bench", help="a varve-bench that is built already")
    chosen = parser.parse_args()
    if any("=" not in peer for peer in chosen.peer):
        parser.error("--peer: NAME=HOST:PORT")
    if chosen.rounds < 1 or chosen.touch_gib < 0:
        parser.error("--rounds: at least 1; --touch-gib: not less than 0")
    return chosen


def build():
    if not (BUILD / "build.ninja").exists():
        subprocess.run(["meson", "setup", BUILD, contenders.ROOT,
                        "-Dbenchmarks=true", "-Dtests=false"], check=True)
    subprocess.run(["ninja", "-C", BUILD, "server/varved", "benchmarks/broker/varve-bench"],
                   check=True)


def everyone(chosen):
    varved = chosen.varved or BUILD / "server" / "varved"
    folder = chosen.directory
    known = [contenders.Machine(folder), contenders.Varved(varved, "uring", folder),
             contenders.Varved(varved, "epoll", folder)]
    if not chosen.without_kafka:
        known.append(contenders.Kafka(folder))
    return known + [contenders.Peer(*peer.split("=", 1)) for peer in chosen.peer]


def measure(chosen, scenario, contender, file):
    """One turn; varve-bench's own words about it."""
    bench = chosen.bench or BUILD / "benchmarks" / "broker" / "varve-bench"
    with contender.start({}) as running:
        if contender.is_broker:
            command = [bench, *scenario.asked, *running.arguments()]
        else:
            command = [bench, *scenario.limit, "--directory", running.folder]
        command += ["--duration", chosen.duration, "--warm-up", chosen.warm_up, "--json", file]
        subprocess.run(list(map(str, command)), check=True, stdout=subprocess.DEVNULL)
    return json.loads(pathlib.Path(file).read_text(encoding="utf-8"))


def compare(chosen, scenario):
    output = pathlib.Path(chosen.output)
    output.mkdir(parents=True, exist_ok=True)
    turns = [contender for contender in everyone(chosen) if contender.is_broker or scenario.limit]
    found = {contender.name: [] for contender in turns}
    for number in range(1, chosen.rounds + 1):
        for contender in turns[number % len(turns):] + turns[:number % len(turns)]:
            print(f"{scenario.name}, round {number} of {chosen.rounds}: {contender.name}",
                  file=sys.stderr, flush=True)
            contenders.touch_memory(chosen.directory, chosen.touch_gib)
            file = output / f"{scenario.name}-{number}-{contender.name.replace(', ', '-')}.json"
            found[contender.name].append(measure(chosen, scenario, contender, file))
    return summary.Compared(scenario, found)


def main():
    chosen = options()
    if not (chosen.varved and chosen.bench):
        build()
    wanted = [scenario for scenario in SCENARIOS
              if not chosen.only or scenario.name in chosen.only]
    for scenario in wanted:
        compared = compare(chosen, scenario)
        print(compared.text(), flush=True)
        path = pathlib.Path(chosen.output) / f"{scenario.name}.json"
        path.write_text(json.dumps(compared.facts(), indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
