"""Records: by codec, by format, from where, to where."""

import json
import random
import signal
import subprocess
import tempfile
import threading
import time

from harness import kcat, tap
from harness.process import PATIENCE_SECONDS

CODECS = ["none", "gzip", "snappy", "lz4", "zstd"]
LINES = 50_000


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
