"""varve as a program that tests run."""

import json
import signal
import subprocess
import time

from harness import tap
from harness.process import PATIENCE_SECONDS


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


def eventually(look, expected, what):
    """Brokers learn of settings a little after the controller."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while (found := look()) != expected:
        tap.check(time.monotonic() < deadline, f"{what}: expected {expected}, found {found}")
