#!/usr/bin/env python3
"""varved's command line: what it refuses, what it warns about, how it ends."""

import pathlib
import re
import signal
import socket
import subprocess
import tempfile

from harness import tap
from harness.broker import Broker, free_port
from harness.process import PATIENCE_SECONDS

CLEAN_MARKER = ".kafka_cleanshutdown"

# Of each: what is set, and what the refusal has to name beside it.
REFUSED = [
    ("log.segment.bytes=5", "from 1048576 to 2147483647"),
    ("num.partitions=many", "from 1 to"),
    ("message.max.bytes=-1", "from 0 to"),
    ("auto.create.topics.enable=maybe", "true"),
    ("compression.type=rar", "uncompressed,zstd,lz4,snappy,gzip,producer"),
    ("log.cleanup.policy=keep", "compact,delete"),
    ("varve.io.backend=kqueue", "auto,uring,epoll"),
    ("listeners=PLAINTEXT://127.0.0.1:70000", "65535"),
    ("varve.http.listener=9404", "permitted is host:port"),
]


def run(options, *arguments):
    """Runs varved to its end; returns its status and what it said."""
    done = subprocess.run([options.varved, *arguments], stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, timeout=PATIENCE_SECONDS,
                          check=False)
    return done.returncode, done.stdout


def check_refused(options, arguments, *names):
    """It ends with an error, in one line, that has all of these in it."""
    status, said = run(options, *arguments)
    tap.check(status not in (0, None) and status > 0, f"status {status}: {said}")
    lines = [line for line in said.splitlines() if all(name in line for name in names)]
    tap.check(len(lines) == 1, f"no line with all of {names} in: {said}")


def wrong_values(options):
    with tempfile.TemporaryDirectory() as folder:
        data = pathlib.Path(folder) / "data"
        for setting, permitted in REFUSED:
            check_refused(options, ["--override", f"log.dirs={data}", "--override", setting],
                          " error ", setting, permitted)
        tap.check(not data.exists(), "a refused start made its directory")


def wrong_value_in_file(options):
    with tempfile.NamedTemporaryFile("w", suffix=".properties") as file:
        file.write("# comment\nnum.io.threads = 0\n")
        file.flush()
        check_refused(options, [file.name], "num.io.threads=0", "from 1 to")


def no_such_file(options):
    check_refused(options, ["/no/such/server.properties"], "/no/such/server.properties")


def unknown_key(options):
    with tempfile.TemporaryDirectory() as folder:
        properties = {"no.such.key": "1", "log.retention.bites": "5"}
        with Broker(options.varved, folder, properties=properties) as broker:
            warnings = [line for line in broker.log if " warning " in line]
            tap.check_equal(len(warnings), 2, f"warnings in {broker.log}")
            for key in properties:
                tap.check(any(key in line for line in warnings), f"{key} is not in {warnings}")


def same_directory(options):
    with tempfile.TemporaryDirectory() as folder:
        with Broker(options.varved, folder) as broker:
            check_refused(options, ["--override", f"log.dirs={folder}", "--override",
                                    "listeners=PLAINTEXT://127.0.0.1:0"],
                          " error ", f"{folder}/.lock", "another process")
            with socket.create_connection(("127.0.0.1", broker.ports[0])):
                pass  # the first does not mind


def busy_port(options):
    with tempfile.TemporaryDirectory() as folder, socket.create_server(("127.0.0.1", 0)) as taken:
        listener = f"PLAINTEXT://127.0.0.1:{taken.getsockname()[1]}"
        check_refused(options, ["--override", f"log.dirs={folder}", "--override",
                                f"listeners={listener}"], " error ", listener, "in use")


def ends_cleanly(options, how):
    with tempfile.TemporaryDirectory() as folder:
        marker = pathlib.Path(folder) / CLEAN_MARKER
        with Broker(options.varved, folder) as broker:
            tap.check(not marker.exists(), "the marker is there while varved runs")
            broker.stop(how)
            tap.check(marker.exists(), "no marker after the stop")
        with Broker(options.varved, folder) as broker:
            tap.check(not marker.exists(), "the marker survived the next start")
            broker.kill()
        tap.check(not marker.exists(), "a marker after a kill")


def restart_after_kill(options, backend):
    """At once and on the same port, with connections open: the kernel may not have let go of it."""
    with tempfile.TemporaryDirectory() as folder:
        listener = f"PLAINTEXT://127.0.0.1:{free_port()}"
        with Broker(options.varved, folder, backend, listener) as broker:
            for _ in range(10):
                clients = [socket.create_connection(("127.0.0.1", broker.ports[0]))
                           for _ in range(3)]
                broker.kill()
                broker.start()
                for client in clients:
                    client.close()


def backends(options):
    with tempfile.TemporaryDirectory() as folder:
        for backend, said in (("uring", "io_uring"), ("epoll", "epoll"), ("auto", "shards on")):
            with Broker(options.varved, folder, backend) as broker:
                tap.check(any(said in line for line in broker.log), f"{backend}: {broker.log}")


def help_and_version(options):
    status, said = run(options, "--help")
    tap.check(status == 0, f"--help: status {status}")
    for word in ("properties", "--override", "--io-backend", "--io-features", "--version"):
        tap.check(word in said, f"--help does not tell {word}")
    status, said = run(options, "--version")
    tap.check(status == 0 and re.fullmatch(r"varved \d+\.\d+\.\d+\n", said), f"--version: {said}")
    status, said = run(options, "--config-reference")
    tap.check(status == 0 and "log.segment.bytes" in said, f"--config-reference: {said[:200]}")


def unknown_option(options):
    check_refused(options, ["--no-such-option"], "--no-such-option")


def main():
    options = tap.parser(__doc__).parse_args()
    cases = [
        ("a wrong value is refused, with key, value and range", lambda: wrong_values(options)),
        ("so it is in a file", lambda: wrong_value_in_file(options)),
        ("a file that is not there is named", lambda: no_such_file(options)),
        ("an unknown key is warned about", lambda: unknown_key(options)),
        ("a directory in use is refused", lambda: same_directory(options)),
        ("a port in use is named", lambda: busy_port(options)),
        ("SIGTERM ends it cleanly", lambda: ends_cleanly(options, signal.SIGTERM)),
        ("SIGINT ends it cleanly", lambda: ends_cleanly(options, signal.SIGINT)),
        ("a restart right after a kill, uring", lambda: restart_after_kill(options, "uring")),
        ("a restart right after a kill, epoll", lambda: restart_after_kill(options, "epoll")),
        ("either backend", lambda: backends(options)),
        ("help and version", lambda: help_and_version(options)),
        ("an unknown option is refused", lambda: unknown_option(options)),
    ]
    tap.main(cases, options)


if __name__ == "__main__":
    main()
