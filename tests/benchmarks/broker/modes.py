#!/usr/bin/env python3
"""varve-bench against varved: each mode for a moment, and what it says when something is wrong."""

import json
import pathlib
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "interop"))

from harness import tap  # noqa: E402
from harness.broker import Broker, free_port  # noqa: E402
from harness.process import PATIENCE_SECONDS  # noqa: E402

# Ends when there is something to show, however long that takes.
SHORT = ["--duration", "60s", "--warm-up", "0ms", "--requests", "20"]


class Scene:
    def __init__(self, options, broker, folder):
        self.bench = str(pathlib.Path(options.bench).resolve())
        self.address = broker.address
        self.pid = broker.process.pid
        self.folder = folder

    def run(self, *arguments, address=None):
        """Returns the exit status, standard output and standard error."""
        command = [self.bench, arguments[0], *SHORT, *arguments[1:], "-b", address or self.address]
        done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=self.folder,
                              timeout=PATIENCE_SECONDS)
        return done.returncode, done.stdout, done.stderr

    def rows(self, *arguments):
        """Runs it well; the rows of its figures, which have no errors."""
        status, out, said = self.run(*arguments, "--json", "-", "--broker-pid", str(self.pid))
        tap.check_equal(status, 0, f"status of {arguments}, which says {said}")
        run = json.loads(out)
        tap.check_equal(run["mode"], arguments[0], "the mode")
        for row in run["rows"]:
            tap.check_equal(row["errors"], {}, f"errors of {row['label']}")
            tap.check(row["seconds"] > 0, f"no time passed: {row}")
        return run["rows"]

    def measured(self, *arguments, rows=1, records=True, latency=True):
        """Likewise; each has measured something."""
        found = self.rows(*arguments)
        tap.check_equal(len(found), rows, f"rows of {arguments}")
        for row in found:
            tap.check(row["requests"] > 0, f"no requests: {row}")
            tap.check(not records or row["records"] > 0, f"no records: {row}")
            tap.check(not latency or row["latency_us"]["count"] > 0, f"no latencies: {row}")
        return found


def produce(scene):
    scene.measured("produce", "--recreate")
    scene.measured("produce", "--acks", "0", latency=False)
    scene.measured("produce", "--acks", "all", "--codec", "zstd", "--io-backend", "auto")
    scene.measured("produce", "--rate", "500", "--threads", "2")
    scene.measured("produce", "--keys", "50", "--partitions", "5", "--recreate")
    scene.measured("produce", "--bytes", "1MiB")


def consume(scene):
    scene.measured("consume", "--recreate", "--partitions", "3", "--fill", "1MiB")
    scene.measured("consume", "--max-bytes", "16KiB", "--consumers", "3", "--connections", "2")
    scene.measured("consume", "--mode", "tail", "--consumers", "2", latency=False)


def read_once(scene):
    scene.measured("produce", "--recreate", "--partitions", "3")
    once = ["consume", "--once", "--requests", "0", "--max-bytes", "16KiB", "--connections", "3"]
    found = [scene.measured(*once, "--consumers", count, "--threads", threads)[0]["records"]
             for count, threads in (("1", "1"), ("4", "2"), ("1", "5"))]
    tap.check_equal(found, [found[0], 4 * found[0], found[0]], "records that one, four, one read")


def nothing_to_consume(scene):
    status, _, said = scene.run("consume", "--recreate")
    tap.check_equal(status, 1, "status")
    tap.check("--fill" in said, said)


def limit(scene):
    scene.measured("limit", "--size", "4KiB", "--file-size", "1MiB", rows=8, records=False,
                   latency=False)


def latency(scene):
    scene.measured("latency", "--recreate", rows=2)
    scene.measured("latency", "--rate", "500", "--records-per-batch", "3", "--threads", "2", rows=2)
    scene.measured("echo")


def others(scene):
    scene.measured("batch-curve", "--records", "1,20", rows=2)
    scene.measured("partitions", "--counts", "1,20", "--remove", rows=2)
    scene.measured("churn", records=False)
    alone, beside, backfill = scene.rows("cold", "--recreate", "--fill", "1MiB",
                                         "--record-rate", "20000")
    tap.check(alone["requests"] > 0 and beside["requests"] > 0, "nothing was produced")
    tap.check(backfill["label"] == "backfill", f"{backfill}")
    opened = scene.measured("connections", "--requests", "0", "--connections", "20", "--hold-ms", "0",
                            records=False)
    tap.check_equal(opened[0]["requests"], 20, "connections")


def beside_a_flood(scene):
    alone, beside, flood = scene.rows("fairness", "--recreate", "--partitions", "2",
                                      "--flood-records-per-batch", "7")
    tap.check_equal([row["label"] for row in (alone, beside, flood)],
                    ["alone", "beside the flood", "flood"], "rows")
    for row, records in (alone, 10), (beside, 10), (flood, 7):
        tap.check_equal(row["records"], records * row["requests"], f"records of {row['label']}")
    tap.check(alone["requests"] > 0 and beside["requests"] > 0, "nothing was produced")


def told_in_a_file(scene):
    path = pathlib.Path(scene.folder) / "run.json"
    status, out, _ = scene.run("produce", "--create", "--json", str(path))
    tap.check_equal(status, 0, "status")
    tap.check("REQUESTS/S" in out, out)
    tap.check_equal(json.loads(path.read_text(encoding="utf-8"))["name"], "varve-bench", "name")


def report(scene):
    for name, arguments in ("one", ["produce", "--create"]), ("other", ["echo"]):
        status, _, said = scene.run(*arguments, "--json", f"{name}.json")
        tap.check_equal(status, 0, f"status, with {said}")
    command = [scene.bench, "report", "one.json", "other.json", "--html", "report.html"]
    subprocess.run(command, check=True, cwd=scene.folder, timeout=PATIENCE_SECONDS)
    page = (pathlib.Path(scene.folder) / "report.html").read_text(encoding="utf-8")
    tap.check("produce: one" in page and "<svg" in page, page)
    done = subprocess.run([scene.bench, "report", "nowhere.json"], capture_output=True, text=True,
                          check=False, cwd=scene.folder, timeout=PATIENCE_SECONDS)
    tap.check_equal(done.returncode, 1, "status without a file")
    tap.check("nowhere.json" in done.stderr, done.stderr)


def errors_of_the_broker(scene):
    """They are counted by name, and decide about the exit status."""
    too_large = ["produce", "--recreate", "--records-per-batch", "10000"]
    for more, expected in ([], 1), (["--errors-allowed"], 0):
        status, out, _ = scene.run(*too_large, "--duration", "50ms", *more)
        tap.check_equal(status, expected, f"status: {out}")
        tap.check("error MESSAGE_TOO_LARGE" in out, out)


def wrong_usage(scene):
    for arguments, status, named in [
            (["produce", "--topic", "nowhere"], 1, "nowhere"),
            (["produce", "--broker-pid", "many"], 2, "many"),
            (["produce", "--create", "--config", "retention"], 2, "NAME=VALUE"),
            (["produce", "--recreate", "--config", "no.such=1"], 1, "INVALID_CONFIG"),
            (["produce", "--acks", "5"], 2, "--acks"),
            (["fairness", "--create", "--rate", "0", "--record-rate", "0"], 2, "exclude"),
            (["fairness", "--create", "--record-rate", "0"], 2, "--record-rate"),
            (["consume", "--mode", "tail", "--once"], 2, "--once"),
    ]:
        found, _, said = scene.run(*arguments)
        tap.check_equal(found, status, f"status of {arguments}, which says {said}")
        tap.check(named in said, f"{named} is not in {said}")
    found, _, said = scene.run("produce", address=f"127.0.0.1:{free_port()}")
    tap.check_equal(found, 1, "status without a broker")
    tap.check("cannot reach a broker" in said, said)


def main():
    parser = tap.parser(__doc__)
    parser.add_argument("bench", help="the program varve-bench")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, \
            Broker(options.varved, pathlib.Path(folder) / "data") as broker:
        scene = Scene(options, broker, folder)
        cases = [(case.__name__.replace("_", " "), lambda case=case: case(scene))
                 for case in (produce, consume, read_once, nothing_to_consume, limit, latency,
                              others, beside_a_flood, told_in_a_file, report,
                              errors_of_the_broker, wrong_usage)]
        sys.exit(tap.run(cases, options))


if __name__ == "__main__":
    main()
