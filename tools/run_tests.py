"""Builds one lane and runs its tests. Started by tools/test, which installs packages first."""

import argparse
import os
import re
import sys
import time

from testrun import build, execute, plan, scratch


def pattern(text):
    try:
        return re.compile(text)
    except re.error as error:
        raise argparse.ArgumentTypeError(f"{text}: {error}") from error


def parse_options(arguments):
    parser = argparse.ArgumentParser(
        prog="tools/test",
        description="Builds and runs the tests. The last line is 'N passed, N failed'; the exit "
        "status is 0 only if something ran and nothing failed.",
    )
    choice = parser.add_mutually_exclusive_group()
    choice.add_argument("--quick", action="store_true",
                        help="leave out the suites slow, interop and long")
    choice.add_argument("--long", action="store_true", help="add the suite long")
    parser.add_argument("--compiler", choices=["gcc", "clang"], help="default: gcc")
    parser.add_argument("--sanitize", choices=build.SANITIZERS, metavar="NAMES",
                        help="address,undefined or thread; builds with clang")
    parser.add_argument("--fuzz", type=int, metavar="SECONDS",
                        help="run each fuzz target for so long, instead of the tests")
    parser.add_argument("--filter", type=pattern, metavar="REGEX",
                        help="only what matches: a test's name, or name/Suite.Case")
    parser.add_argument("-j", "--jobs", type=int, default=min(2, os.cpu_count() or 1),
                        help="tests at a time (default: %(default)s)")
    options = parser.parse_args(arguments)
    if options.compiler == "gcc" and (options.sanitize or options.fuzz):
        parser.error("sanitizers and fuzz targets are built with clang")
    return options


def report(results):
    """Prints the last lines; returns the exit status."""
    passed = sum(result.passed for result in results)
    failed = sum(result.failed for result in results)
    for result in results:
        if result.failed:
            print(f"FAILED {result.name}: {result.failed} of {result.failed + result.passed}")
    if not passed and not failed:
        print("nothing ran")
    print(f"{passed} passed, {failed} failed", flush=True)
    return 0 if passed and not failed else 1


def main(arguments):
    options = parse_options(arguments)
    started = time.monotonic()
    lane = build.Lane(options.compiler, options.sanitize, fuzz=bool(options.fuzz))
    print(f"building {lane.directory}", flush=True)
    if not lane.build():
        return report([execute.Result("build", failed=1)])
    print(f"built in {time.monotonic() - started:.0f} s", flush=True)
    tests = plan.fuzz_runs(lane, options) if options.fuzz else plan.tests(lane, options)
    with scratch.folder() as folder:
        return report(execute.run_all(tests, options.jobs, folder))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
