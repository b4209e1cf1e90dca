"""What varve says of itself and of the machine, and without a broker."""

import json
import os
import socket
import subprocess
import tempfile
import threading
import time

from command_line.program import Varve
from harness import tap
from harness.broker import Broker, free_port


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
