"""What there is to run, from meson's list, and what of it was asked for."""

import dataclasses
import json
import subprocess

# Tests without a suite are the quick ones.
NOT_QUICK = {"slow", "interop", "long"}
FUZZ = "fuzz"

TIMEOUT_SECONDS_MIN = 120


@dataclasses.dataclass
class Test:
    name: str
    command: list
    protocol: str = "exitcode"  # or gtest, tap
    environment: dict = dataclasses.field(default_factory=dict)
    directory: str = None
    parallel: bool = True
    timeout_seconds: float = TIMEOUT_SECONDS_MIN


def introspect(lane):
    listed = subprocess.run(["meson", "introspect", "--tests", lane.path], check=True,
                            stdout=subprocess.PIPE)
    return json.loads(listed.stdout)


def suites(entry):
    """Meson says "varve" or "varve:slow"."""
    return {suite.partition(":")[2] for suite in entry["suite"]} - {""}


def wanted(entry, options):
    found = suites(entry)
    if FUZZ in found:
        return False
    if options.quick:
        return not found & NOT_QUICK
    return options.long or "long" not in found


def make_test(entry, lane):
    return Test(
        name=entry["name"],
        command=list(entry["cmd"]),
        protocol=entry["protocol"],
        environment=entry["env"],
        directory=entry["workdir"] or str(lane.path),
        parallel=entry["is_parallel"],
        timeout_seconds=max(entry["timeout"], TIMEOUT_SECONDS_MIN) * lane.slowness(),
    )


def gtest_cases(test):
    """The names of a gtest program's cases."""
    listed = subprocess.run([*test.command, "--gtest_list_tests"], check=True, text=True,
                            cwd=test.directory, stdout=subprocess.PIPE).stdout
    cases, suite = [], ""
    for line in listed.splitlines():
        name = line.partition("#")[0].rstrip()
        if line.startswith("  "):
            cases.append(suite + name.strip())
        elif name.endswith("."):
            suite = name
    return cases


def narrow(test, pattern):
    """The test with only the cases that match, or None."""
    if pattern.search(test.name):
        return test
    if test.protocol != "gtest":
        return None
    cases = [case for case in gtest_cases(test) if pattern.search(f"{test.name}/{case}")]
    if not cases:
        return None
    command = [*test.command, "--gtest_filter=" + ":".join(cases)]
    return dataclasses.replace(test, command=command)


def tests(lane, options):
    chosen = [make_test(entry, lane) for entry in introspect(lane) if wanted(entry, options)]
    if options.filter:
        chosen = [test for test in (narrow(test, options.filter) for test in chosen) if test]
    return chosen


def fuzz_runs(lane, options):
    """Each fuzz target, on its own for the seconds asked for."""
    runs = []
    for entry in introspect(lane):
        if FUZZ not in suites(entry):
            continue
        if options.filter and not options.filter.search(entry["name"]):
            continue
        test = make_test(entry, lane)
        test.command = [test.command[0], f"-max_total_time={options.fuzz}", "-rss_limit_mb=2048",
                        "-timeout=10", "-print_final_stats=1",
                        f"-artifact_prefix={lane.path}/{test.name}-"]
        test.timeout_seconds += options.fuzz
        runs.append(test)
    return runs
