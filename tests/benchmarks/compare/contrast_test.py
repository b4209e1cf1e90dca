#!/usr/bin/env python3
"""What is held against bars: what is asked, what is made of the answers, and some, for a moment."""

import json
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[3]
COMPARE = ROOT / "benchmarks" / "compare"
sys.path[:0] = [str(ROOT / "tests" / "interop"), str(COMPARE)]

import page_cache  # noqa: E402
import turn  # noqa: E402
from contrast_summary import Contrasted, standing  # noqa: E402
from contrasts import CONTRASTS  # noqa: E402
from harness import tap  # noqa: E402
from harness.process import PATIENCE_SECONDS  # noqa: E402
from model import KAFKA, LIMIT, Bar, Contrast, Figure, Run  # noqa: E402

SPEED = Figure("speed", "km/h", ("speed",))
SHARE = Figure("share", "%", ("speed",), per=("more", "top"), scale=100)
EXAMPLE = Contrast(
    "example", "something", runs=(Run(("produce",)),), figures=(SPEED, SHARE),
    bars=(Bar("loaded by empty", SPEED, "loaded", of="empty", at_least=0.7),
          Bar("loaded by Kafka empty", SPEED, "loaded", of="empty", whose=KAFKA, at_least=10),
          Bar("loaded by the machine", SPEED, "loaded", of="free", whose=LIMIT, at_most=2),
          Bar("itself", SPEED, "loaded", at_most=50)))


def runs(*rounds):
    """What was said in as many rounds: a speed by label in each."""
    return [{"rows": [{"label": label, "speed": speed, "more": {"top": 200}}
                      for label, speed in speeds.items()]} for speeds in rounds]


def contrasted():
    return Contrasted(EXAMPLE, {
        "varved": runs({"empty": 100, "loaded": 40}, {"empty": 80, "loaded": 60},
                       {"empty": 50, "loaded": 50}),
        KAFKA: runs({"empty": 10, "loaded": 2}, {"empty": 10, "loaded": 2}, {"empty": 5}),
        LIMIT: runs({"free": 100}, {"free": 100}, {"free": 100})})


def bars_by_rounds_and_medians(_options):
    own, kafka, machine, itself = (bar["contenders"] for bar in contrasted().facts()["bars"])
    tap.check_equal(own["varved"], {"median": 50 / 80, "least": 0.4, "most": 1.0}, "by its own")
    tap.check_equal(own[KAFKA], {"median": 0.2, "least": 0.2, "most": 0.2}, "Kafka by its own")
    tap.check_equal(kafka, {"varved": {"median": 5, "least": 4, "most": 10}}, "by Kafka's")
    tap.check_equal(machine["varved"]["median"], 0.5, "by the machine's")
    tap.check_equal(itself["varved"], {"median": 50, "least": 40, "most": 60}, "the figure itself")
    tap.check(LIMIT not in own and LIMIT not in itself, "the machine has no such row")


def nothing_to_divide(_options):
    for mine, base in ([], []), ([None], [1]), ([1], [None]), ([1], [0]):
        tap.check_equal(standing(mine, base), None, f"{mine} by {base}")
    tap.check_equal(SHARE.of({"speed": 50, "more": {}}), None, "by what nobody told")
    tap.check_equal(SHARE.of({"speed": 50, "more": {"top": 0}}), None, "by nothing")
    tap.check_equal(SHARE.of({"speed": 50, "more": None}), None, "by what was not looked at")
    tap.check_equal(SHARE.of(None), None, "of a row that is not there")


def told_with_units_and_bars(_options):
    facts = contrasted().facts()
    found = {(row["contender"], row["row"]): row["figures"] for row in facts["rows"]}
    tap.check_equal(len(found), 5, "rows")
    speed, share = found["varved", "empty"]
    tap.check_equal((speed["median"], speed["spread"], speed["unit"]), (80, 2.0, "km/h"), "speed")
    tap.check_equal(share["rounds"], [50, 40, 25], "share of each round")
    text = contrasted().text()
    for words in ("speed, km/h", "bar: at least 0.7 times", "bar: at most 50 km/h",
                  "0.625   rounds 0.400 to 1.000"):
        tap.check(words in text, f"{words} is not in {text}")
    tap.check("full speed" not in text, "there is none")
    paced = Contrasted(EXAMPLE, {"varved": runs({"empty": 1})}, 1234.4).text()
    tap.check("full speed of Apache Kafka: 1234 requests/s" in paced, paced)


def what_varve_bench_is_asked(_options):
    bench = turn.Bench("varve-bench", "5s", "8s", 3)
    for run, expected in [
            (Run(("echo",)), "echo --duration 5s --warm-up 8s --topic varve-bench"),
            (Run(("echo",), rate_part=0.1, topic="other", warm_up="1s"),
             "echo --rate 100 --duration 5s --warm-up 1s --topic other"),
            (Run(("produce", "--bytes", "{fill}"), own_end=True),
             "produce --bytes 3GiB --topic varve-bench")]:
        tap.check_equal(" ".join(bench.command(run, full_speed=1000)), f"varve-bench {expected}",
                        "command")


def rows_get_the_name_of_their_run(_options):
    rows = [{"label": "catch-up"}]
    tap.check_equal(turn.labelled(rows, Run((), "eight"), {"rate": 7}),
                    [{"label": "eight", "rate": 7}], "one row")
    tap.check_equal(turn.labelled(rows * 2, Run(()), {})[1]["label"], "catch-up", "its own name")
    try:
        turn.labelled(rows * 2, Run((), "eight"), {})
    except SystemExit as told:
        tap.check("one row was expected" in str(told), f"{told}")
    else:
        tap.check(False, "two rows got one name")


def files_of_a_topic(_options):
    with tempfile.TemporaryDirectory() as folder:
        for name, size in [("logs/topic-0/00.log", 10), ("logs/topic-12/00.log", 5),
                           ("logs/topic-0/00.index", 90), ("logs/topic-0/00.log.deleted", 90),
                           ("logs/topic-more-0/00.log", 90), ("topic/00.log", 90)]:
            path = pathlib.Path(folder, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(bytes(size))
        page_cache.forget(folder)  # which leaves what is in them
        tap.check_equal(page_cache.log_bytes(folder, "topic"), 15, "bytes of the topic")
        tap.check_equal(page_cache.log_bytes(folder, "none"), 0, "bytes of no topic")


def contrasts_are_complete(_options):
    for contrast in CONTRASTS:
        for bar in contrast.bars:
            tap.check((bar.at_most is None) != (bar.at_least is None),
                      f"{contrast.name}, {bar.about}: at most, or at least")
            tap.check(bar.figure in contrast.figures, f"{contrast.name}, {bar.about} is not told")
        paced = any(run.rate_part for run in (*contrast.runs, *contrast.machine))
        tap.check_equal(paced, bool(contrast.full_speed), f"a full speed for {contrast.name}")


def compare(options, folder, *arguments):
    command = [sys.executable, COMPARE / "compare.py", "--varved", options.varved, "--bench",
               options.bench, "--directory", folder, "--output", folder, "--without-kafka",
               "--duration", "200ms", "--warm-up", "0ms", "--touch-gib", "0", *arguments]
    return subprocess.run(list(map(str, command)), capture_output=True, text=True, check=False,
                          timeout=PATIENCE_SECONDS)


def whole_ones(options):
    names = ["batch-curve", "fairness", "latency-tenth", "many-keys"]
    with tempfile.TemporaryDirectory() as folder:
        done = compare(options, folder, "--rounds", "1", "--full-speed", "2000",
                       *(word for name in names for word in ("--only", name)))
        tap.check_equal(done.returncode, 0, f"status; it says {done.stderr}")
        for name in names:
            text = pathlib.Path(folder, f"{name}.json").read_text(encoding="utf-8")
            for bar in json.loads(text)["bars"]:
                others = "Kafka" in bar["about"]  # who takes no part
                tap.check_equal(len(bar["contenders"]), 0 if others else 2,
                                f"who is held against {bar['about']}")


def wrong_usage(options):
    with tempfile.TemporaryDirectory() as folder:
        for arguments, status, named in [
                (["--only", "latency-half"], 1, "--full-speed"),
                (["--only", "latency-half", "--full-speed", "0"], 2, "--full-speed"),
                (["--only", "cold", "--fill-gib", "0"], 2, "--fill-gib"),
                (["--only", "nothing"], 2, "nothing")]:
            done = compare(options, folder, *arguments)
            tap.check_equal(done.returncode, status, f"status of {arguments}: {done.stderr}")
            tap.check(named in done.stderr, f"{named} is not in {done.stderr}")


def main():
    parser = tap.parser(__doc__)
    parser.add_argument("bench", help="varve-bench")
    options = parser.parse_args()
    cases = (bars_by_rounds_and_medians, nothing_to_divide, told_with_units_and_bars,
             what_varve_bench_is_asked, rows_get_the_name_of_their_run, files_of_a_topic,
             contrasts_are_complete, whole_ones, wrong_usage)
    tap.main([(case.__name__.replace("_", " "), lambda case=case: case(options))
              for case in cases], options)


if __name__ == "__main__":
    main()
