"""One turn of one contender: its runs of varve-bench, on one start of it."""

import dataclasses
import json
import pathlib
import subprocess

import page_cache
from model import Run

PATIENCE_SECONDS = 1800  # with one run: making many partitions takes minutes


@dataclasses.dataclass(frozen=True)
class Bench:
    """varve-bench, and what all runs are told."""

    program: str
    duration: str
    warm_up: str
    fill_gib: int

    def command(self, run, rest=(), full_speed=0):
        """What is run; without the place that figures go to."""
        words = [word.replace("{fill}", f"{self.fill_gib}GiB") for word in run.asked]
        if run.rate_part:
            words += ["--rate", f"{rate_of(run, full_speed):.0f}"]
        if not run.own_end:
            words += ["--duration", self.duration, "--warm-up", run.warm_up or self.warm_up]
        return [str(self.program), *words, "--topic", run.topic, *map(str, rest)]

    def measure(self, run, file, rest=(), full_speed=0):
        """The rows, which stay in the file."""
        command = [*self.command(run, rest, full_speed), "--json", str(file)]
        try:
            done = subprocess.run(command, stdout=subprocess.DEVNULL, check=False,
                                  timeout=PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            raise SystemExit(f"no end in {PATIENCE_SECONDS} s: {' '.join(command)}") from None
        if done.returncode != 0:
            raise SystemExit(f"status {done.returncode}: {' '.join(command)}")
        return json.loads(pathlib.Path(file).read_text(encoding="utf-8"))["rows"]


def take(bench, scenario, contender, stem, full_speed=0):
    """One turn: the rows of all its runs, which also stay in files that begin with `stem`."""
    rows = []
    with contender.start(scenario.properties) as running:
        runs = scenario.runs if contender.is_broker else scenario.machine
        for number, run in enumerate(runs, 1):
            if run.cold:
                page_cache.forget(running.folder)
            file = f"{stem}.json" if len(runs) == 1 else f"{stem}-{number}.json"
            found = bench.measure(run, file, running.arguments(run.asked[0]), full_speed)
            if run.told:
                facts = {"log_bytes": log_bytes_of(running, run), "rate": rate_of(run, full_speed)}
                rows += labelled(found, run, facts)
    return {"rows": rows}


def log_bytes_of(running, run):
    return page_cache.log_bytes(running.folder, run.topic) if running.folder else None


def rate_of(run, full_speed):
    """In requests a second; None if it is not by the full speed."""
    return run.rate_part * full_speed if run.rate_part else None


def labelled(rows, run, facts):
    """The rows of a run as they are told, with what varve-bench does not know of it."""
    if run.row and len(rows) != 1:
        raise SystemExit(f"one row was expected: {[row['label'] for row in rows]}")
    return [{**row, "label": run.row or row["label"], **facts} for row in rows]


def full_speed(bench, scenario, kafka, stem):
    """How many requests a second Apache Kafka answers, of what the scenario asks."""
    run = Run(scenario.full_speed)
    with kafka.start(scenario.properties) as running:
        rows = bench.measure(run, f"{stem}.json", running.arguments(run.asked[0]))
    return rows[0]["requests_per_second"]
