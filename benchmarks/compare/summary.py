"""Medians of rounds, how far apart the rounds lay, and ratios."""

import statistics

from model import KAFKA, LIMIT, number_at


def row_of(run):
    """The only row of a run."""
    if len(run["rows"]) != 1:
        raise SystemExit(f"one row was expected: {[row['label'] for row in run['rows']]}")
    return run["rows"][0]


class Compared:
    """What the rounds of one scenario found, by contender."""

    def __init__(self, scenario, runs):
        self._scenario = scenario
        self._rows = {name: [row_of(run) for run in found] for name, found in runs.items()}

    def figures(self, name, path):
        found = [number_at(row, path) for row in self._rows[name]]
        return [one for one in found if one is not None]

    def median(self, name, path):
        found = self.figures(name, path)
        return statistics.median(found) if found else None

    def spread(self, name):
        """How far apart the rounds lay: largest by smallest."""
        found = self.figures(name, self._scenario.figure)
        return max(found) / min(found) if found and min(found) > 0 else None

    def of_limit(self, name):
        """What part of the limit it reaches, of the figure that is compared."""
        mine, limit = (self.median(one, self._scenario.figure) if one in self._rows else None
                       for one in (name, LIMIT))
        if not mine or not limit or name == LIMIT:
            return None
        return limit / mine if self._scenario.better == "less" else mine / limit

    def added(self, name, peer=KAFKA):
        """How many times what this one adds to the limit the peer adds."""
        path = self._scenario.figure
        three = [self.median(one, path) if one in self._rows else None
                 for one in (peer, name, LIMIT)]
        if None in three or name in (peer, LIMIT) or three[1] <= three[2]:
            return None
        return (three[0] - three[2]) / (three[1] - three[2])

    def of_peer(self, name, peer=KAFKA):
        path = self._scenario.figure
        if peer not in self._rows or name in (peer, LIMIT):
            return None
        mine, theirs = self.median(name, path), self.median(peer, path)
        if not mine or not theirs:
            return None
        return theirs / mine if self._scenario.better == "less" else mine / theirs

    def facts(self):
        facts = {"scenario": self._scenario.name, "about": self._scenario.about,
                 "figure": ".".join(self._scenario.figure), "contenders": {}}
        for name in self._rows:
            facts["contenders"][name] = {
                "median": self.median(name, self._scenario.figure), "spread": self.spread(name),
                "rounds": self.figures(name, self._scenario.figure),
                "mib_per_second": self.median(name, ("mib_per_second",)),
                "records_per_second": self.median(name, ("records_per_second",)),
                "generator_cpu_seconds": self.median(name, ("own", "cpu_seconds")),
                "memory_bytes_peak": self.median(name, ("broker", "memory_bytes_peak")),
                "of_limit": self.of_limit(name), "of_kafka": self.of_peer(name),
                "kafka_adds_times": self.added(name)}
        return facts

    def text(self):
        facts = self.facts()
        lines = [f"{self._scenario.name}: {self._scenario.about}",
                 f"  {'':16}{'.'.join(self._scenario.figure):>28}{'spread':>8}{'MiB/s':>9}"
                 f"{'records/s':>12}{'memory MiB':>12}{'of limit':>10}{'by Kafka':>10}{'adds':>8}"]
        for name, one in facts["contenders"].items():
            memory = one["memory_bytes_peak"]
            lines.append(
                f"  {name:16}{_number(one['median'], 28, 3)}{_number(one['spread'], 8, 2)}"
                f"{_number(one['mib_per_second'], 9, 0)}{_number(one['records_per_second'], 12, 0)}"
                f"{_number(memory / (1 << 20) if memory else None, 12, 0)}"
                f"{_number(one['of_limit'], 10, 2)}{_number(one['of_kafka'], 10, 2)}"
                f"{_number(one['kafka_adds_times'], 8, 2)}")
        return "\n".join(lines) + "\n"


def _number(value, width, digits):
    return f"{'-' if value is None else format(value, f'.{digits}f'):>{width}}"
