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
import turn
from contrast_summary import Contrasted
from model import KAFKA, Contrast
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
    parser.add_argument("--everyone", action="store_true",
                        help="those too whom a scenario leaves out because they take minutes")
    parser.add_argument("--full-speed", type=float, metavar="N",
                        help="requests/s that count as Apache Kafka's full speed; else it is "
                             "measured where a scenario needs it")
    parser.add_argument("--fill-gib", type=int, default=8, metavar="N",
                        help="what a backfill reads: more than it can in --duration (default 8)")
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
    if chosen.fill_gib < 1 or (chosen.full_speed is not None and chosen.full_speed <= 0):
        parser.error("--fill-gib: at least 1; --full-speed: more than 0")
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


def those_who_take_part(everybody, scenario, without):
    """Files of a broker that runs elsewhere cannot be made cold."""
    cold = any(run.cold for run in scenario.runs)
    return [contender for contender in everybody
            if (contender.is_broker or scenario.machine) and contender.name not in without
            and (contender.is_here or not cold)]


def find_full_speed(chosen, bench, scenario, everybody):
    """In requests a second; None if the scenario needs none."""
    if not scenario.full_speed or chosen.full_speed:
        return chosen.full_speed if scenario.full_speed else None
    kafka = next(contender for contender in everybody if contender.name == KAFKA)
    print(f"{scenario.name}, full speed: {KAFKA}", file=sys.stderr, flush=True)
    contenders.touch_memory(chosen.directory, chosen.touch_gib)
    stem = pathlib.Path(chosen.output) / f"{scenario.name}-full-speed"
    return turn.full_speed(bench, scenario, kafka, stem)


def compare(chosen, bench, scenario):
    output = pathlib.Path(chosen.output)
    output.mkdir(parents=True, exist_ok=True)
    everybody = everyone(chosen)
    speed = find_full_speed(chosen, bench, scenario, everybody)
    turns = those_who_take_part(everybody, scenario, () if chosen.everyone else scenario.without)
    found = {contender.name: [] for contender in turns}
    for number in range(1, chosen.rounds + 1):
        for contender in turns[number % len(turns):] + turns[:number % len(turns)]:
            print(f"{scenario.name}, round {number} of {chosen.rounds}: {contender.name}",
                  file=sys.stderr, flush=True)
            contenders.touch_memory(chosen.directory, chosen.touch_gib)
            stem = output / f"{scenario.name}-{number}-{contender.name.replace(', ', '-')}"
            found[contender.name].append(turn.take(bench, scenario, contender, stem, speed))
    if isinstance(scenario, Contrast):
        return Contrasted(scenario, found, speed)
    return summary.Compared(scenario, found)


def wanted(chosen):
    """Those that were chosen, or all that can be measured."""
    scenarios = [one for one in SCENARIOS if not chosen.only or one.name in chosen.only]
    paced = [one for one in scenarios if one.full_speed]
    if not chosen.without_kafka or chosen.full_speed or not paced:
        return scenarios
    names = ", ".join(one.name for one in paced)
    if chosen.only:
        raise SystemExit(f"{names}: without {KAFKA}, its full speed has to be given: --full-speed")
    print(f"left out, as --full-speed is not given: {names}", file=sys.stderr)
    return [one for one in scenarios if not one.full_speed]


def main():
    chosen = options()
    scenarios = wanted(chosen)
    if not (chosen.varved and chosen.bench):
        build()
    bench = turn.Bench(chosen.bench or BUILD / "benchmarks" / "broker" / "varve-bench",
                       chosen.duration, chosen.warm_up, chosen.fill_gib)
    for scenario in scenarios:
        compared = compare(chosen, bench, scenario)
        print(compared.text(), flush=True)
        path = pathlib.Path(chosen.output) / f"{scenario.name}.json"
        path.write_text(json.dumps(compared.facts(), indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
