"""A varved process: started on a port of its own, watched by what it logs, ended with the test."""

import random
import re
import signal
import socket
import subprocess
import threading
import time

from harness import tap

# How long anything may take before the test gives up on it; no test waits for time to pass.
PATIENCE_SECONDS = 120

# Linux hands ports above this one to outgoing connections.
EPHEMERAL_MIN = 32768

LISTENING = re.compile(r"listening on (\S+):(\d+), advertised as (\S+):(\d+)$")


def free_port():
    """A port that can be bound, and that no outgoing connection will take."""
    while True:
        port = random.randrange(20000, EPHEMERAL_MIN)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
                return port
            except OSError:
                continue


class Broker:
    """Runs inside a `with`; on an exception there, its log is shown.

    properties  Kafka's names: {"log.segment.bytes": 1048576}
    prefix      a command to run varved by, such as ip netns exec NAME
    """

    def __init__(self, program, directory, backend=None, listeners="PLAINTEXT://127.0.0.1:0",
                 properties=None, prefix=()):
        self.directory = str(directory)
        self.log = []
        self.ports = []
        self._listener_count = listeners.count("://")
        everything = {"log.dirs": self.directory, "listeners": listeners, **(properties or {})}
        self._command = [*prefix, str(program)]
        for key, value in everything.items():
            self._command += ["--override", f"{key}={value}"]
        if backend:
            self._command += ["--io-backend", backend]
        self._changed = threading.Condition()
        self._ended = False  # the log is complete
        self.process = None

    def __enter__(self):
        try:
            return self.start()
        except Exception:
            self.abandon()
            raise

    def __exit__(self, kind, *_):
        if kind is not None:
            self.abandon()
        elif self.is_running():
            try:
                self.stop()
            except Exception:
                self.abandon()
                raise

    def start(self):
        """Returns when it listens. It may be started again after a stop or a kill."""
        self.launch()
        lines = [self.wait_line(LISTENING, count) for count in range(self._listener_count)]
        self.ports = [int(found.group(2)) for found in lines]
        return self

    def launch(self):
        """Starts the process and waits for nothing."""
        self.log, self._ended = [], False
        self.process = subprocess.Popen(self._command, stdin=subprocess.DEVNULL,
                                        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                                        text=True, errors="replace")
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    @property
    def address(self):
        return f"127.0.0.1:{self.ports[0]}"

    def wait_line(self, pattern, skip=0):
        """Returns the match of the first line with the pattern, after `skip` others with it."""
        matches = re.compile(pattern).search
        deadline = time.monotonic() + PATIENCE_SECONDS
        with self._changed:
            while True:
                found = [match for match in map(matches, self.log) if match]
                if len(found) > skip:
                    return found[skip]
                if self._ended:
                    raise AssertionError(f"varved ended before it logged {pattern}; its last line: "
                                         f"{self.log[-1:]}")
                left = deadline - time.monotonic()
                tap.check(left > 0, f"varved did not log: {pattern}")
                self._changed.wait(left)

    def stop(self, how=signal.SIGTERM):
        """Asks it to end, and requires that it ends well."""
        self.process.send_signal(how)
        tap.check_equal(self.wait_end(), 0, "exit status of varved")

    def is_running(self):
        return self.process is not None and self.process.poll() is None

    def kill(self):
        self.process.kill()
        self.wait_end()

    def wait_end(self):
        status = self.process.wait(PATIENCE_SECONDS)
        self._reader.join(PATIENCE_SECONDS)
        return status

    def _read(self):
        for line in self.process.stderr:
            with self._changed:
                self.log.append(line.rstrip("\n"))
                self._changed.notify_all()
        with self._changed:
            self._ended = True
            self._changed.notify_all()

    def abandon(self):
        """For a test that failed: shows the log, leaves no process behind."""
        self._show()
        self._end()

    def _end(self):
        if self.process is not None:
            self.kill()

    def _show(self):
        with self._changed:
            for line in self.log:
                tap.note(f"varved: {line}")
