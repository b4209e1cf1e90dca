"""The table of clients and cases in README.md: written from a run, and compared with one."""

import collections
import pathlib

from harness import tap

README = pathlib.Path(__file__).resolve().parents[1] / "README.md"
BEGIN = "<!-- The table: written by client_matrix.py --write-readme, checked by all other runs. -->"
END = "<!-- The end of the table. -->"
PASSED = "pass"
ABSENT = "–"


class Table:
    """What each client did with each case."""

    def __init__(self, kinds, cases):
        self._kinds = kinds
        self._cases = cases
        self._found = {}  # (client, case): what to show
        self._runs = collections.Counter()  # (client, case)
        self._reasons = {}  # reason: [client: case]

    def passed(self, kind, case):
        self._found[_title(kind), case] = PASSED
        self._runs[_title(kind), case] += 1

    def absent(self, kind, case, reason):
        self._found[_title(kind), case] = ABSENT
        self._runs[_title(kind), case] += 1
        told = self._reasons.setdefault(reason, [])
        entry = f"{kind.name}: {case.replace('_', ' ')}"
        if entry not in told:
            told.append(entry)

    def _lines(self):
        titles = list(dict.fromkeys(map(_title, self._kinds)))
        yield "| case | " + " | ".join(titles) + " |"
        yield "|---|" + "---|" * len(titles)
        for case in self._cases:
            cells = [self._found[title, case] for title in titles]
            yield f"| {case.replace('_', ' ')} | " + " | ".join(cells) + " |"
        yield ""
        for reason, told in self._reasons.items():
            yield f"- {reason} ({'; '.join(told)})"

    def write(self, backends):
        """All cells are needed, on each of so many backends."""
        missing = [(_title(kind), case) for kind in self._kinds for case in self._cases
                   if self._runs[_title(kind), case] < backends]
        tap.check(not missing, f"not run, or failed: {missing}")
        before, _, rest = README.read_text(encoding="utf-8").partition(BEGIN)
        _, _, after = rest.partition(END)
        text = "\n".join([BEGIN, "", *self._lines(), "", END])
        README.write_text(before + text + after, encoding="utf-8")

    def check(self):
        """What was run is what is written; no row or column more or less is written."""
        written = _read()
        titles, cases = set(map(_title, self._kinds)), {one.replace("_", " ")
                                                        for one in self._cases}
        tap.check_equal({title for title, _ in written}, titles, "clients in README.md")
        tap.check_equal({case for _, case in written}, cases, "cases in README.md")
        for (title, case), found in self._found.items():
            tap.check_equal(found, written[title, case.replace("_", " ")],
                            f"{title}, {case}: run, and in README.md")


def _title(kind):
    return f"{kind.name} {kind.version}"


def _read():
    _, _, rest = README.read_text(encoding="utf-8").partition(BEGIN)
    rows = [[cell.strip() for cell in line.strip("|").split("|")]
            for line in rest.partition(END)[0].splitlines() if line.startswith("|")]
    tap.check(len(rows) > 2, "README.md has no table")
    return {(title, row[0]): cell for row in rows[2:]
            for title, cell in zip(rows[0][1:], row[1:])}
