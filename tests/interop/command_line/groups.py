"""Groups of both protocols, and where they are."""

import json
import pathlib
import subprocess

from command_line.program import Member
from harness import cache, tap
from harness.process import PATIENCE_SECONDS

INTEROP = pathlib.Path(__file__).resolve().parents[1]


def groups(varve):
    varve("topic", "create", "read", "-p", 2)
    rows = [{"value": str(number), "timestamp": 1_700_000_000_000 + number * 60_000,
             "partition": number % 2} for number in range(40)]
    varve("produce", "read", "--json", given="\n".join(map(json.dumps, rows)).encode())
    first = varve("consume", "read", "-g", "readers", "-e").split()
    tap.check_equal(sorted(map(int, first)), list(range(40)), "what the group read")
    tap.check_equal(varve("consume", "read", "-g", "readers", "-e"), b"", "what it read again")

    listed = {group["group"]: group for group in varve.json("group", "list")}
    tap.check_equal(listed["readers"]["state"], "Empty", "state")
    tap.check_equal(varve.json("group", "list", "--state", "stable"), [], "stable groups")
    tap.check("readers" in varve.text("group", "list"), "the table of groups")
    described = varve.json("group", "describe", "readers")[0]
    tap.check_equal([(one["committed"], one["lag"]) for one in described["offsets"]],
                    [(20, 0), (20, 0)], "offsets")
    resets(varve)

    with Member(varve, "read", "-g", "readers") as member:
        tap.check(member.process.stdout.read(1), "the member reads nothing")
        described = varve.json("group", "describe", "readers")[0]
        tap.check_equal(described["state"], "Stable", "state with a member")
        shares = [(one["topic"], one["partition"]) for one in described["members"][0]["partitions"]]
        tap.check_equal(shares, [("read", 0), ("read", 1)], "its share")
        tap.check("read:0,1" in varve.text("group", "describe", "readers"), "the table of members")
        varve.refused(1, "has 1 member", arguments=["group", "reset-offsets", "readers",
                                                    "--all-topics", "--to-latest", "--execute"])
        varve.refused(1, "NON_EMPTY_GROUP", arguments=["group", "delete", "readers"])
    varve.refused(1, "did you mean readers?", arguments=["group", "describe", "reader"])
    varve.refused(1, "did you mean readers?", arguments=["group", "delete", "reader"])
    varve("group", "delete", "readers")
    tap.check_equal(varve.json("group", "list"), [], "groups after delete")


def resets(varve):
    def reset(*arguments, topic=("--all-topics",)):
        done = varve.json("group", "reset-offsets", "readers", *topic, *arguments)
        return [one["to"] for one in done["offsets"]]

    def committed():
        return [one["committed"] for one in varve.json("group", "describe", "readers")[0]["offsets"]]
    tap.check_equal(reset("--to-earliest"), [0, 0], "to earliest")
    tap.check_equal(committed(), [20, 20], "offsets after a dry run")
    tap.check("nothing was changed" in varve.text("group", "reset-offsets", "readers",
                                                  "--all-topics", "--to-earliest"), "it says so")
    tap.check_equal(reset("--to-offset", 5, "--execute"), [5, 5], "to an offset")
    tap.check_equal(committed(), [5, 5], "offsets then")
    tap.check_equal(reset("--shift-by", 3, topic=("--topic", "read:1")), [8], "a shift")
    tap.check_equal(reset("--shift-by", -100), [0, 0], "a shift past the beginning")
    tap.check_equal(reset("--to-time", "2023-11-14T22:23:20Z"), [5, 5], "to a time")
    tap.check_equal(reset("--by-duration", "1h"), [20, 20], "by a duration")
    tap.check_equal(reset("--to-current"), [5, 5], "to where it is")
    tap.check_equal(reset("--to-latest"), [20, 20], "to the end")
    varve.refused(2, "--to-earliest", arguments=["group", "reset-offsets", "readers",
                                                 "--all-topics"])
    varve.refused(1, "did you mean read?", arguments=["group", "reset-offsets", "readers",
                                                      "--topic", "raed", "--to-latest"])
    lag = varve.json("group", "describe", "readers")[0]["lag"]
    tap.check_equal(lag, 30, "lag")


def newer_group(varve):
    """A member of a group of the newer protocol is shown as well."""
    varve("topic", "create", "newer", "-p", 3)
    python = cache.python_environment(INTEROP / "requirements.txt")
    script = INTEROP / "clients" / "newer_member.py"
    command = [python, script, varve.address, "newer", "newer-group"]
    with subprocess.Popen(list(map(str, command)), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                          text=True) as member:
        tap.check_equal(member.stdout.readline(), "newer:0,1,2\n", "what the member was given")
        described = varve.json("group", "describe", "newer-group")[0]
        tap.check_equal((described["type"], described["state"], described["assignor"]),
                        ("consumer", "Stable", "uniform"), "the group")
        shares = [(one["topic"], one["partition"]) for one in described["members"][0]["partitions"]]
        tap.check_equal(shares, [("newer", 0), ("newer", 1), ("newer", 2)], "its share")
        varve.refused(1, "has 1 member", arguments=["group", "reset-offsets", "newer-group",
                                                    "--topic", "newer", "--to-latest"])
        member.stdin.close()
        tap.check_equal(member.wait(PATIENCE_SECONDS), 0, "status of the member")
    varve("group", "reset-offsets", "newer-group", "--topic", "newer", "--to-latest", "--execute")
    varve("group", "delete", "newer-group")
