"""kcat: librdkafka's command line."""

import subprocess

from harness import tap
from harness.process import PATIENCE_SECONDS


def _run(command, **more):
    """Runs kcat; anything on its stderr fails the test."""
    done = subprocess.run(command, stderr=subprocess.PIPE, timeout=5 * PATIENCE_SECONDS,
                          check=False, **more)
    complaint = done.stderr.decode(errors="replace").strip()
    tap.check(done.returncode == 0 and not complaint,
              f"{' '.join(command)}: status {done.returncode}: {complaint}")
    return done.stdout


def produce(address, topic, path, partition=None, codec="none", prefix=(), options=()):
    """Sends each line of a file. Returns when all are acknowledged."""
    command = [*prefix, "kcat", "-b", address, "-P", "-t", topic, "-z", codec, "-q", *options]
    if partition is not None:
        command += ["-p", str(partition)]
    _run([*command, "-l", str(path)])


def consume(address, topic, partition=None, prefix=(), options=()):
    """Returns what is there, a line a record."""
    command = [*prefix, "kcat", "-b", address, "-C", "-t", topic, "-o", "beginning", "-e", "-q"]
    if partition is not None:
        command += ["-p", str(partition)]
    return _run([*command, *options], stdout=subprocess.PIPE)


def list_topics(address, prefix=()):
    return _run([*prefix, "kcat", "-b", address, "-L"], stdout=subprocess.PIPE).decode()
