"""Cases of a test script, told in TAP: 'ok 1 - name', and what went wrong behind '#'."""

import argparse
import re
import sys
import time
import traceback


def parser(description):
    """What every test script understands."""
    made = argparse.ArgumentParser(description=description)
    made.add_argument("varved", help="the broker's program")
    made.add_argument("--only", type=re.compile, default=re.compile(""), metavar="REGEX",
                      help="only the cases whose name matches")
    return made


def note(text):
    """Something to know about a run; no verdict."""
    for line in str(text).splitlines():
        print(f"# {line}", flush=True)


def check(condition, message):
    if not condition:
        raise AssertionError(message)


def check_equal(found, expected, what):
    check(found == expected, f"{what}: expected {expected!r}, found {found!r}")


def run(cases, options):
    """Runs (name, function) pairs one after the other; returns the script's exit status."""
    chosen = [(name, function) for name, function in cases if options.only.search(name)]
    print(f"1..{len(chosen)}", flush=True)
    failed = 0
    for number, (name, function) in enumerate(chosen, 1):
        started = time.monotonic()
        try:
            function()
            verdict = "ok"
        except Exception:  # a case that breaks is a case that fails
            note(traceback.format_exc())
            verdict = "not ok"
            failed += 1
        print(f"{verdict} {number} - {name}", flush=True)
        note(f"{time.monotonic() - started:.1f} s")
    return 1 if failed or not chosen else 0


def main(cases, options):
    sys.exit(run(cases, options))
