"""What the rounds of a contrast found: medians of its rows, and how they stand to its bars."""

import statistics

from model import KAFKA, LIMIT


class Contrasted:
    """runs: of each contender, by name, what varve-bench said in each round."""

    def __init__(self, contrast, runs, full_speed=None):
        self._contrast = contrast
        self._full_speed = full_speed
        self._rows = {name: [{row["label"]: row for row in run["rows"]} for run in rounds]
                      for name, rounds in runs.items()}

    def values(self, name, label, figure):
        """Of each round; None for one that does not tell."""
        return [figure.of(rows.get(label)) for rows in self._rows.get(name, [])]

    def median(self, name, label, figure):
        found = known(self.values(name, label, figure))
        return statistics.median(found) if found else None

    def held(self, bar, name):
        """How a contender stands to a bar; None if there is nothing to hold against it."""
        if bar.whose and name in (bar.whose, LIMIT):
            return None
        mine = self.values(name, bar.row, bar.figure)
        base = self.values(bar.whose or name, bar.of, bar.figure) if bar.of else [1] * len(mine)
        return standing(mine, base)

    def labels(self, name):
        """In the order of telling."""
        return list(dict.fromkeys(label for rows in self._rows[name] for label in rows))

    def facts(self):
        contrast = self._contrast
        return {
            "scenario": contrast.name, "about": contrast.about,
            "kafka_full_speed_requests_per_second": self._full_speed,
            "rows": [self._row_facts(name, label) for name in self._rows
                     for label in self.labels(name)],
            "bars": [self._bar_facts(bar) for bar in contrast.bars]}

    def _row_facts(self, name, label):
        figures = [{"name": figure.name, "unit": figure.unit,
                    "median": self.median(name, label, figure),
                    "spread": spread(self.values(name, label, figure)),
                    "rounds": self.values(name, label, figure)}
                   for figure in self._contrast.figures]
        return {"contender": name, "row": label, "figures": figures}

    def _bar_facts(self, bar):
        held = {name: self.held(bar, name) for name in self._rows}
        return {"about": bar.about, "bar": bar.text(),
                "contenders": {name: one for name, one in held.items() if one}}

    def text(self):
        facts = self.facts()
        lines = [f"{facts['scenario']}: {facts['about']}"]
        if self._full_speed:
            lines.append(f"  full speed of {KAFKA}: {self._full_speed:.0f} requests/s")
        lines += self._table(facts["rows"])
        for bar in facts["bars"]:
            lines.append(f"  {bar['about']}; bar: {bar['bar']}")
            lines += [f"    {name:16}{one['median']:10.3f}   rounds {one['least']:.3f} to "
                      f"{one['most']:.3f}" for name, one in bar["contenders"].items()]
        return "\n".join(lines) + "\n"

    def _table(self, rows):
        heads = [f"{figure.name}, {figure.unit}" for figure in self._contrast.figures]
        width = max(len(row["row"]) for row in rows) + 2
        lines = [f"  {'':16}{'':{width}}" + "".join(f"{head:>{len(head) + 2}}{'spread':>8}"
                                                    for head in heads)]
        for row in rows:
            cells = [f"{shown(one['median'], figure.digits):>{len(head) + 2}}"
                     f"{shown(one['spread'], 2):>8}"
                     for one, figure, head in zip(row["figures"], self._contrast.figures, heads)]
            lines.append(f"  {row['contender']:16}{row['row']:{width}}{''.join(cells)}")
        return lines


def known(values):
    return [value for value in values if value is not None]


def spread(values):
    """How far apart the rounds lay: largest by smallest."""
    found = known(values)
    return max(found) / min(found) if found and min(found) > 0 else None


def standing(mine, base):
    """Values by those of the same rounds: of the medians, and from the least round to the most.
    None if there is nothing to divide."""
    pairs = [(one, by) for one, by in zip(mine, base) if one is not None and by]
    if not pairs:
        return None
    rounds = [one / by for one, by in pairs]
    medians = [statistics.median(values) for values in zip(*pairs)]
    return {"median": medians[0] / medians[1], "least": min(rounds), "most": max(rounds)}


def shown(value, digits):
    return "-" if value is None else format(value, f".{digits}f")
