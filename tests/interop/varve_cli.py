#!/usr/bin/env python3
"""varve, the command line: every command against varved on both backends, and against Kafka."""

import json
import os
import pathlib
import random
import signal
import socket
import subprocess
import tempfile
import threading
import time

from harness import cache, kafka, kcat, tap
from harness.broker import Broker, free_port
from harness.process import PATIENCE_SECONDS

HERE = pathlib.Path(__file__).resolve().parent

BACKENDS = ["uring", "epoll"]
CODECS = ["none", "gzip", "snappy", "lz4", "zstd"]
LINES = 50_000


class Varve:
    """The program, told where a broker is."""

    def __init__(self, program, address):
        self.program, self.address = program, address

    def command(self, *arguments):
        return [str(self.program), "-b", self.address, *map(str, arguments)]

    def ends(self, *arguments, given=b"", **more):
        """Runs it to its end; returns its status, and what it wrote to stdout and stderr."""
        done = subprocess.run(self.command(*arguments), input=given, capture_output=True,
                              timeout=PATIENCE_SECONDS, check=False, **more)
        return done.returncode, done.stdout, done.stderr.decode(errors="replace")

    def __call__(self, *arguments, given=b""):
        """What it wrote to stdout; anything but success, and any complaint, fails the test."""
        status, out, complaint = self.ends(*arguments, given=given)
        tap.check(status == 0 and not complaint, f"{arguments}: status {status}: {complaint}")
        return out

    def text(self, *arguments, given=b""):
        return self(*arguments, given=given).decode()

    def json(self, *arguments, given=b""):
        return json.loads(self(*arguments, "--json", given=given))

    def rows(self, *arguments):
        """The lines of a JSON stream."""
        return [json.loads(line) for line in self(*arguments, "--json").splitlines()]

    def refused(self, status, *words, arguments, given=b""):
        """It ends with this status and one message that has all these words."""
        found, _, said = self.ends(*arguments, given=given)
        tap.check_equal(found, status, f"status of {arguments}: {said}")
        for word in words:
            tap.check(word in said, f"{arguments}: no {word!r} in {said!r}")


def eventually(look, expected, what):
    """Brokers learn of settings a little after the controller."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while (found := look()) != expected:
        tap.check(time.monotonic() < deadline, f"{what}: expected {expected}, found {found}")


def settings(varve, kind, name):
    """What is set, with who set it."""
    found = varve.json("config", "describe", kind, name)["configs"]
    return {one["name"]: (one["value"], one["source"]) for one in found}


def topics(varve):
    tap.check("created topic plain" in varve.text("topic", "create", "plain"), "create tells")
    varve("topic", "create", "orders", "-p", 3, "-r", 1, "-c", "retention.ms=1000000",
          "--config", "cleanup.policy=compact")
    varve.refused(1, "TOPIC_ALREADY_EXISTS", "--if-not-exists",
                  arguments=["topic", "create", "orders"])
    varve("topic", "create", "orders", "--if-not-exists")
    varve("topic", "create", "never", "--dry-run")
    listed = {topic["topic"]: topic for topic in varve.json("topic", "list")}
    tap.check_equal(sorted(listed), ["orders", "plain"], "topics")
    tap.check_equal(listed["orders"]["partitions"], 3, "partitions")
    table = varve.text("topic", "list").splitlines()
    tap.check(table[0].split() == ["TOPIC", "PARTITIONS", "REPLICATION", "SIZE"], table)
    tap.check_equal([line.split()[0] for line in table[1:]], ["orders", "plain"], "table")

    varve.refused(1, "have a key", arguments=["produce", "orders"], given=b"a\n")
    varve("produce", "orders", "-p", 1, "-K", ":", given=b"a:1\nb:2\nc:3\n")
    described = varve.json("topic", "describe", "orders")[0]
    tap.check_equal(described["configs"], {"cleanup.policy": "compact", "retention.ms": "1000000"},
                    "configs that are no defaults")
    ends = [(one["startOffset"], one["endOffset"]) for one in described["partitions"]]
    tap.check_equal(ends, [(0, 0), (0, 3), (0, 0)], "offsets")
    tap.check(described["partitions"][1]["sizeBytes"] > 0, f"no size in {described}")
    tap.check_equal(described["partitions"][0]["isr"], described["partitions"][0]["replicas"],
                    "in sync")
    text = varve.text("topic", "describe", "orders")
    for word in ("Topic orders", "retention.ms=1000000", "PARTITION", "LEADER", described["id"]):
        tap.check(word in text, f"no {word} in {text}")

    varve("topic", "alter", "orders", "-p", 5, "-c", "segment.ms=1000000", "--unset",
          "retention.ms")
    described = varve.json("topic", "describe", "orders")[0]
    tap.check_equal(len(described["partitions"]), 5, "partitions after alter")
    eventually(lambda: varve.json("topic", "describe", "orders")[0]["configs"],
               {"cleanup.policy": "compact", "segment.ms": "1000000"}, "configs after alter")
    varve.refused(1, "INVALID_PARTITIONS", arguments=["topic", "alter", "orders", "-p", 2])
    varve.refused(1, "INVALID_CONFIG", arguments=["topic", "alter", "orders", "-c", "x=y"])
    varve.refused(2, "nothing to change", arguments=["topic", "alter", "orders"])
    varve.refused(1, "did you mean orders?", arguments=["topic", "delete", "order"])
    varve.refused(1, "did you mean plain?", arguments=["topic", "describe", "plian"])
    varve("topic", "delete", "nothing", "--if-exists")
    varve("topic", "delete", "orders", "plain")
    tap.check_equal(varve.json("topic", "list"), [], "topics after delete")


def lines_by(varve, codec):
    given = b"".join(b"line %d\n" % number for number in range(LINES))
    topic = f"lines-{codec}"
    varve("produce", topic, "--create", "-z", codec, given=given)
    tap.check(varve("consume", topic, "-e") == given, f"{codec}: not what was produced")
    tap.check(kcat.consume(varve.address, topic) == given, f"{codec}: kcat sees something else")


def lines(varve):
    for codec in CODECS:
        lines_by(varve, codec)
    varve("topic", "create", "acks", "-p", 1)
    for acks in ("0", "1", "all"):
        varve("produce", "acks", "--acks", acks, given=b"acks %s\n" % acks.encode())
    varve("produce", "acks", "--idempotent", given=b"idempotent\n")
    deadline = time.monotonic() + PATIENCE_SECONDS
    while len(varve("consume", "acks", "-e").splitlines()) < 4:  # acks=0 may still be on its way
        tap.check(time.monotonic() < deadline, "acks=0 did not arrive")


def binary(varve):
    """Bytes of any kind, as files, in JSON, in base64 and hex, and null."""
    varve("topic", "create", "binary", "copy", "-p", 1)
    content = random.Random(7).randbytes(300_000) + b"\n\n" + bytes(range(256))
    with tempfile.NamedTemporaryFile() as file:
        file.write(content)
        file.flush()
        varve("produce", "binary", "--whole", "-k", "file", "-H", "a=b", "-H", "empty=", "-H",
              "null", file.name)
    tap.check(varve("consume", "binary", "-e", "-D", "") == content, "the file came back changed")
    varve("produce", "binary", "-K", ":", "--key-format", "hex", "--value-format", "base64",
          given=b"00ff:/w==\n")
    varve("produce", "binary", "-Z", "-k", "gone", given=b"\n")
    varve("produce", "copy", "--json", given=varve("consume", "binary", "-e", "--json"))
    for topic in ("binary", "copy"):
        rows = varve.rows("consume", topic, "-e")
        tap.check_equal([row.get("key", row.get("keyBase64")) for row in rows],
                        ["file", "AP8=", "gone"], f"keys of {topic}")
        tap.check_equal(rows[0]["headers"], [{"name": "a", "value": "b"},
                                             {"name": "empty", "value": ""},
                                             {"name": "null", "value": None}], "headers")
        tap.check_equal(rows[1]["valueBase64"], "/w==", "value")
        tap.check_equal(rows[2]["value"], None, "tombstone")
        tap.check(varve("consume", topic, "-e", "-n", 1, "-f", "%s") == content, topic)
    before, after = (varve("consume", topic, "-e", "-f", "%T %k %h %S\\n")
                     for topic in ("binary", "copy"))
    tap.check_equal(after, before, "times, keys, headers and sizes of the copy")
    seen = kcat.consume(varve.address, "copy", options=["-f", "%k|%h|%S\\n"])
    tap.check(seen.startswith(b"file|a=b,empty=,null=NULL|%d\n" % len(content)), seen)
    varve.refused(1, "record 2", "\"vale\"", arguments=["produce", "copy", "--json"],
                  given=b'{"value":"x"}\n{"vale":"y"}\n')
    varve.refused(1, "no key", arguments=["produce", "copy", "-K", ":"], given=b"abc\n")


def places(varve):
    """Where consume begins and ends."""
    varve("topic", "create", "places", "-p", 2)
    rows = [{"value": str(number), "timestamp": 1_700_000_000_000 + number * 60_000,
             "partition": number % 2} for number in range(20)]
    varve("produce", "places", "--json", given="\n".join(map(json.dumps, rows)).encode())

    def read(*arguments):
        return sorted(int(line) for line in varve("consume", "places", "-e", *arguments).split())
    tap.check_equal(read(), list(range(20)), "all")
    tap.check_equal(read("--from", "end"), [], "from the end")
    tap.check_equal(read("-p", 1), list(range(1, 20, 2)), "one partition")
    tap.check_equal(read("-p", "0,1", "--from", "-1"), [18, 19], "the last of each")
    tap.check_equal(read("-p", 0, "--from", 7), [14, 16, 18], "from an offset")
    tap.check_equal(read("-t", 1_700_000_000_000 + 15 * 60_000), list(range(15, 20)), "from ms")
    tap.check_equal(read("-t", "2023-11-14T22:30:20Z"), [17, 18, 19], "from an ISO time")
    tap.check_equal(read("-t", "-1h"), [], "from an hour ago")
    tap.check_equal(len(read("-n", 3)), 3, "a count")
    out = varve.text("consume", "places", "-e", "-p", 0, "-n", 1, "-f", "%t %p %o %D %%\\x41\\n")
    tap.check_equal(out, "places 0 0 2023-11-14T22:13:20.000Z %A\n", "a format")
    varve.refused(1, "partitions 0 to 1", arguments=["consume", "places", "-p", 2])
    varve.refused(2, "no place to begin", arguments=["consume", "places", "-o", "middle"])
    varve.refused(2, "behind a %", arguments=["consume", "places", "-f", "%q"])


def ends(varve):
    """Pipes that close, and Ctrl-C."""
    varve("produce", "ends", "--create", given=b"x" * 100 + b"\n" + b"y\n" * 200_000)
    with subprocess.Popen(varve.command("consume", "ends"), stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE) as process:
        tap.check_equal(process.stdout.read(100), b"x" * 100, "the beginning")
        process.stdout.close()
        tap.check_equal(process.wait(PATIENCE_SECONDS), 0, "status after the pipe was closed")
        tap.check_equal(process.stderr.read(), b"", "what it said then")
    with subprocess.Popen(varve.command("consume", "ends"), stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE) as process:
        process.stdout.read(100)
        threading.Thread(target=process.stdout.read, daemon=True).start()
        process.send_signal(signal.SIGINT)
        tap.check_equal(process.wait(PATIENCE_SECONDS), 0, "status after SIGINT")
    with subprocess.Popen(varve.command("produce", "ends"), stdin=subprocess.PIPE,
                          stderr=subprocess.PIPE) as process:
        process.stdin.write(b"z\n" * 100_000)
        process.stdin.flush()
        deadline = time.monotonic() + PATIENCE_SECONDS
        while varve.json("topic", "describe", "ends")[0]["partitions"][0]["endOffset"] <= 200_001:
            tap.check(time.monotonic() < deadline, "nothing was produced")
        process.send_signal(signal.SIGINT)
        tap.check_equal(process.wait(PATIENCE_SECONDS), 1, "status of produce after SIGINT")
        said = process.stderr.read().decode()
        tap.check("interrupted" in said, said)


class Member:
    """A consumer that goes on until it is told to end."""

    def __init__(self, varve, *arguments):
        self.process = subprocess.Popen(varve.command("consume", *arguments),
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGINT)
        self.process.communicate(timeout=PATIENCE_SECONDS)


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


def configs(varve):
    varve("topic", "create", "set", "-p", 1)
    tap.check("nothing is set" in varve.text("config", "describe", "topic", "set"), "nothing set")
    varve("config", "set", "topic", "set", "retention.ms=5000000", "cleanup.policy=compact,delete")
    eventually(lambda: settings(varve, "topic", "set"),
               {"retention.ms": ("5000000", "topic"), "cleanup.policy": ("compact,delete", "topic")},
               "what is set")
    everything = varve.json("config", "describe", "topic", "set", "--all", "--docs")["configs"]
    tap.check(len(everything) > 20 and all("documentation" in one for one in everything), "docs")
    varve("config", "unset", "topic", "set", "cleanup.policy")
    eventually(lambda: settings(varve, "topic", "set"), {"retention.ms": ("5000000", "topic")},
               "what is left")
    varve.refused(1, "did you mean set?", arguments=["config", "set", "topic", "sett", "a=b"])
    varve.refused(1, "INVALID_CONFIG", arguments=["config", "set", "topic", "set",
                                                  "retention.ms=x"])
    varve.refused(2, "NAME=VALUE", arguments=["config", "set", "topic", "set", "retention.ms"])

    broker = varve.json("cluster")["brokers"][0]["id"]
    for name, source in ((str(broker), "broker"), ("all", "all brokers")):
        varve("config", "set", "broker", name, "log.retention.ms=86400000")
        eventually(lambda: settings(varve, "broker", name).get("log.retention.ms"),
                   ("86400000", source), f"the setting of {source}")
        varve("config", "unset", "broker", name, "log.retention.ms")
        eventually(lambda: settings(varve, "broker", name).get("log.retention.ms"), None, "unset")
    varve.refused(1, "there is no broker 77", arguments=["config", "describe", "broker", "77"])
    varve.refused(2, "no id", arguments=["config", "describe", "broker", "first"])


def cluster(varve):
    found = varve.json("cluster", "--api-versions")
    tap.check(len(found["clusterId"]) == 22, found["clusterId"])
    broker = found["brokers"][0]
    tap.check_equal(broker["id"], found["controller"], "controller")
    tap.check(broker["logDirs"][0]["totalBytes"] > 0, broker["logDirs"])
    tap.check("Metadata" in [one["name"] for one in broker["apiVersions"]], "versions")
    text = varve.text("cluster", "--api-versions")
    for word in (found["clusterId"], "LOG DIRECTORY", varve.address, "ApiVersions"):
        tap.check(word in text, f"no {word} in {text}")


def everything(varve):
    for part in (topics, lines, binary, places, ends, groups, configs, cluster):
        part(varve)
        left = [topic["topic"] for topic in varve.json("topic", "list")]
        if left:
            varve("topic", "delete", *left)


def newer_group(varve):
    """A member of a group of the newer protocol is shown as well."""
    varve("topic", "create", "newer", "-p", 3)
    python = cache.python_environment(HERE / "requirements.txt")
    command = [python, HERE / "clients" / "newer_member.py", varve.address, "newer", "newer-group"]
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


def on_varved(options, backend, part):
    def run():
        with tempfile.TemporaryDirectory() as folder:
            properties = {"group.initial.rebalance.delay.ms": 0}
            with Broker(options.varved, folder, backend, properties=properties) as broker:
                part(Varve(options.varve, broker.address))
    return f"{backend}: {part.__name__}", run


def on_kafka(options):
    with tempfile.TemporaryDirectory() as folder:
        broker = kafka.Kafka(pathlib.Path(folder) / "data", folder)
        broker.format()
        with broker:
            varve = Varve(options.varve, broker.address)
            everything(varve)
            newer_group(varve)


def usage(options):
    varve = Varve(options.varve, f"127.0.0.1:{free_port()}")
    varve.refused(2, arguments=["topic"])
    varve.refused(2, "did you mean topic?", arguments=["topics", "list"])
    varve.refused(2, "--no-such", arguments=["topic", "list", "--no-such"])
    varve.refused(2, arguments=["topic", "create", "t", "-p", "0"])
    varve.refused(2, "HOST:PORT", arguments=["-b", "a:b", "topic", "list"])
    tap.check(varve.text("--version").startswith("varve "), "--version")
    for command in ([], ["topic"], ["topic", "create"], ["produce"], ["consume"], ["group"],
                    ["group", "reset-offsets"], ["config"], ["cluster"], ["doctor"]):
        tap.check("Usage:" in varve.text(*command, "--help"), f"help of {command}")


def nobody_there(options):
    varve = Varve(options.varve, f"127.0.0.1:{free_port()}")
    for command in (["topic", "list"], ["produce", "t"], ["consume", "t"], ["cluster"]):
        varve.refused(1, "cannot reach a broker", "VARVE_BOOTSTRAP_SERVER", arguments=command)
    with socket.create_server(("127.0.0.1", 0)) as other:
        def answer():
            connection, _ = other.accept()
            with connection:
                connection.recv(1000)
                connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        threading.Thread(target=answer, daemon=True).start()
        port = other.getsockname()[1]
        Varve(options.varve, f"127.0.0.1:{port}").refused(1, "no Kafka broker?",
                                                          arguments=["topic", "list"])
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        Varve(options.varve, f"127.0.0.1:{port}").refused(
            1, "did not answer in time", arguments=["--timeout-ms", 300, "topic", "list"])


def environment(options):
    with tempfile.TemporaryDirectory() as folder, Broker(options.varved, folder) as broker:
        done = subprocess.run([options.varve, "topic", "list"], capture_output=True, text=True,
                              env={**os.environ, "VARVE_BOOTSTRAP_SERVER": broker.address},
                              check=False)
        tap.check_equal((done.returncode, done.stderr), (0, ""), "by the environment")


def doctor(options):
    varve = Varve(options.varve, "127.0.0.1:1")
    with tempfile.TemporaryDirectory() as folder:
        _, out, _ = varve.ends("doctor", "--data-dir", folder, "--json")
        found = {one["subject"]: one for one in json.loads(out)}
        for subject in ("kernel", "io_uring", "open files", "memory", "filesystem", "disk space"):
            tap.check(found[subject]["verdict"] in ("ok", "warn", "fail"), found)
        _, out, _ = varve.ends("doctor", "--data-dir", folder)
        tap.check(folder in out.decode(), out)
    varve.refused(1, "/no/such", arguments=["doctor", "--data-dir", "/no/such"])


def completion(options):
    """bash completes commands and options as the script says."""
    varve = Varve(options.varve, "127.0.0.1:1")
    script = varve.text("completion", "bash")

    def complete(*words):
        line = " ".join(f"'{word}'" for word in ("varve", *words))
        program = (f"{script}\nCOMP_WORDS=({line}); COMP_CWORD={len(words)}; _varve; "
                   "printf '%s\\n' \"${COMPREPLY[@]}\"")
        return subprocess.run(["bash", "-c", program], capture_output=True, text=True,
                              check=True).stdout.split()
    tap.check_equal(complete("to"), ["topic"], "a command")
    tap.check_equal(sorted(complete("topic", "")[:5]),
                    ["alter", "create", "delete", "describe", "list"], "commands below it")
    tap.check_equal(complete("topic", "create", "--par"), ["--partitions"], "an option")
    tap.check_equal(complete("-b", "host:1", "group", "desc"), ["describe"], "behind an option")
    tap.check_equal(complete("topic", "list", "--js"), ["--json"], "an option of all commands")
    for shell in ("zsh", "fish"):
        tap.check("reset-offsets" in varve.text("completion", shell), shell)
    varve.refused(2, "csh", arguments=["completion", "csh"])


def start(options):
    """How soon it is there; figures, no limits."""
    with tempfile.TemporaryDirectory() as folder, Broker(options.varved, folder) as broker:
        varve = Varve(options.varve, broker.address)
        for arguments in (["--version"], ["topic", "list"]):
            times = []
            for _ in range(20):
                begun = time.monotonic()
                varve(*arguments)
                times.append(time.monotonic() - begun)
            tap.note(f"{' '.join(arguments)}: {min(times) * 1000:.1f} ms at best, "
                     f"{sorted(times)[10] * 1000:.1f} in the middle")


def main():
    parser = tap.parser(__doc__)
    parser.add_argument("varve", help="the command line")
    options = parser.parse_args()
    cases = [
        ("wrong usage, and help", lambda: usage(options)),
        ("nobody there, or somebody else", lambda: nobody_there(options)),
        ("the address in the environment", lambda: environment(options)),
        ("doctor", lambda: doctor(options)),
        ("completion", lambda: completion(options)),
        ("how soon it starts", lambda: start(options)),
    ]
    cases += [on_varved(options, backend, part) for backend in BACKENDS
              for part in (topics, lines, binary, places, ends, groups, configs, cluster)]
    cases.append(("all of it against Apache Kafka", lambda: on_kafka(options)))
    tap.main(cases, options)


if __name__ == "__main__":
    main()
