"""What scenarios are made of."""

import dataclasses

KAFKA = "Apache Kafka"
LIMIT = "limit"  # the bare machine


@dataclasses.dataclass(frozen=True)
class Run:
    """One run of varve-bench.

    asked      what it is asked for; {fill} is the volume of --fill-gib
    row        what its only row is told as; "": rows have varve-bench's labels
    topic      that it measures with
    told       False: it prepares, and its figures are left out
    own_end    its words tell when it ends: --duration and --warm-up are not added
    warm_up    instead of --warm-up
    cold       the page cache has nothing of the broker's files when it begins
    rate_part  its rate is this part of the full speed, where the scenario has one; 0: as asked
    """

    asked: tuple
    row: str = ""
    topic: str = "varve-bench"
    told: bool = True
    own_end: bool = False
    warm_up: str = ""
    cold: bool = False
    rate_part: float = 0


@dataclasses.dataclass(frozen=True)
class Figure:
    """Something of a row: the number at `path`, by that at `per` if there is one, times `scale`."""

    name: str
    unit: str
    path: tuple
    per: tuple = ()
    scale: float = 1
    digits: int = 0

    def of(self, row):
        """None if the row does not tell."""
        value = number_at(row, self.path)
        if value is None:
            return None
        if self.per:
            by = number_at(row, self.per)
            if not by:
                return None
            value /= by
        return value * self.scale


@dataclasses.dataclass(frozen=True)
class Bar:
    """How large a figure of a row may be, or has to be: told beside it, never required.

    of     the row whose figure it is divided by; "": the figure itself, in its own unit
    whose  row that is: of this contender, or of KAFKA, or LIMIT
    """

    about: str
    figure: Figure
    row: str
    of: str = ""
    whose: str = ""
    at_most: float | None = None
    at_least: float | None = None

    def text(self):
        unit = "times" if self.of else self.figure.unit
        if self.at_most is not None:
            return f"at most {self.at_most:g} {unit}"
        return f"at least {self.at_least:g} {unit}"


@dataclasses.dataclass(frozen=True)
class Contrast:
    """Rows that are held against each other, and against bars.

    name        also of the files with its figures
    runs        of each broker, one after the other, on one start of it
    figures     what is told of each row
    bars        what is held against what
    machine     runs of varve-bench without a broker, if there are any
    properties  of brokers, by Kafka's names
    full_speed  what Apache Kafka is asked for once, first; its requests a second are the full speed
    without     contenders that take no part, by name: they would take minutes
    """

    name: str
    about: str
    runs: tuple
    figures: tuple
    bars: tuple
    machine: tuple = ()
    properties: dict = dataclasses.field(default_factory=dict)
    full_speed: tuple = ()
    without: tuple = ()


@dataclasses.dataclass(frozen=True)
class Scenario:
    """One row of each contender, held against the bare machine and Apache Kafka.

    name    also of the files with its figures
    asked   what varve-bench does to a broker, and how
    limit   likewise without one
    figure  what is compared, by a path in a row of varve-bench's JSON
    better  whether more of it is better, or less
    """

    name: str
    about: str
    asked: tuple
    limit: tuple = ()
    figure: tuple = ("broker", "cpu_seconds_per_gib")
    better: str = "less"

    properties = {}
    full_speed = ()
    without = ()

    @property
    def runs(self):
        return (Run(self.asked),)

    @property
    def machine(self):
        return (Run(self.limit),) if self.limit else ()


def number_at(row, path):
    for name in path:
        row = row.get(name) if row is not None else None
    return row
