"""Runs tests, counts their cases, shows what failed."""

import concurrent.futures
import dataclasses
import json
import os
import re
import signal
import subprocess
import tempfile
import threading
import time

MESON_SKIPPED = 77  # the exit status by which a script says that it could not run here

SANITIZER_ENVIRONMENT = {
    "ASAN_OPTIONS": "detect_stack_use_after_return=1:strict_string_checks=1",
    "UBSAN_OPTIONS": "print_stacktrace=1:halt_on_error=1",
    "TSAN_OPTIONS": "halt_on_error=1:second_deadlock_stack=1",
}


@dataclasses.dataclass
class Result:
    name: str
    passed: int = 0
    failed: int = 0
    skipped: int = 0
    seconds: float = 0
    output: str = ""


@dataclasses.dataclass
class Ended:
    """How a process ended. No status: it ran out of time and was killed."""

    status: int
    output: str


def run_process(command, environment, directory, timeout_seconds):
    """Runs a command in a group of its own; the group dies with it."""
    process = subprocess.Popen(command, env=environment, cwd=directory, start_new_session=True,
                               stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                               stderr=subprocess.STDOUT)
    try:
        output, _ = process.communicate(timeout=timeout_seconds)
        return Ended(process.returncode, output.decode(errors="replace"))
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        output, _ = process.communicate()
        text = output.decode(errors="replace")
        return Ended(None, f"{text}\nkilled after {timeout_seconds:.0f} s\n")


def count_gtest(ended, report_path):
    """Counts cases by the report; by the output, if the program died before writing one."""
    try:
        with open(report_path, encoding="utf-8") as file:
            report = json.load(file)
    except (OSError, ValueError):
        passed = len(re.findall(r"^\[ +OK \]", ended.output, re.MULTILINE))
        return passed, 1, 0
    cases = [case for suite in report["testsuites"] for case in suite["testsuite"]]
    failed = sum("failures" in case for case in cases)
    ran = [case for case in cases if case["status"] == "RUN"]
    skipped = sum(case["result"] == "SKIPPED" for case in ran)
    if ended.status != 0 and failed == 0:
        failed = 1  # all cases went well, and then the program did not
        return len(ran) - skipped, failed, skipped
    return len(ran) - failed - skipped, failed, skipped


def count_tap(ended):
    lines = re.findall(r"^(not )?ok\b(.*)$", ended.output, re.MULTILINE)
    skipped = sum("# SKIP" in rest for _, rest in lines)
    failed = sum(bool(bad) for bad, rest in lines if "# SKIP" not in rest)
    passed = len(lines) - failed - skipped
    planned = re.search(r"^1\.\.(\d+)", ended.output, re.MULTILINE)
    complete = planned and int(planned.group(1)) == len(lines)
    if (ended.status != 0 or not complete) and failed == 0:
        failed = 1
    return passed, failed, skipped


def count_exit(ended):
    if ended.status == MESON_SKIPPED:
        return 0, 0, 1
    return (1, 0, 0) if ended.status == 0 else (0, 1, 0)


def run_test(test, folder):
    started = time.monotonic()
    with tempfile.TemporaryDirectory(dir=folder, ignore_cleanup_errors=True) as own:
        environment = {**SANITIZER_ENVIRONMENT, **os.environ, "TMPDIR": own, **test.environment}
        report_path = os.path.join(own, "report.json")
        command = list(test.command)
        if test.protocol == "gtest":
            command.append(f"--gtest_output=json:{report_path}")
        ended = run_process(command, environment, test.directory, test.timeout_seconds)
        if test.protocol == "gtest":
            counts = count_gtest(ended, report_path)
        elif test.protocol == "tap":
            counts = count_tap(ended)
        else:
            counts = count_exit(ended)
    passed, failed, skipped = counts
    return Result(test.name, passed, failed, skipped, time.monotonic() - started, ended.output)


def show(result):
    """One line for what passed, everything for what did not."""
    if result.failed:
        print(f"---- {result.name} ----\n{result.output.rstrip()}")
    word = "FAIL" if result.failed else "ok" if result.passed else "none"
    counts = f"{result.passed} passed"
    if result.failed:
        counts += f", {result.failed} failed"
    if result.skipped:
        counts += f", {result.skipped} could not run here"
    print(f"{word:<5}{result.name:<28}{counts:<24}{result.seconds:7.1f} s", flush=True)


def run_all(tests, jobs, folder):
    """Those that may share the machine first, some at a time; then the others one by one. They
    write into a folder."""
    results = []
    lock = threading.Lock()

    def run_and_show(test):
        result = run_test(test, folder)
        with lock:
            show(result)
            results.append(dataclasses.replace(result, output=""))

    with concurrent.futures.ThreadPoolExecutor(max_workers=max(jobs, 1)) as pool:
        list(pool.map(run_and_show, [test for test in tests if test.parallel]))
    for test in tests:
        if not test.parallel:
            run_and_show(test)
    return results
