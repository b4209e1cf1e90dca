"""A process that a test watches by what it logs, and that does not outlive the test."""

import re
import signal
import subprocess
import threading
import time

from harness import tap

# How long anything may take before the test gives up on it; no test waits for time to pass.
PATIENCE_SECONDS = 120


class Process:
    """Starts when told to, and again after it ended; its log is what it writes to stderr.

    name  what it is called in messages
    """

    def __init__(self, name, command):
        self.name = name
        self.log = []
        self._command = [str(part) for part in command]
        self._changed = threading.Condition()
        self._ended = False  # the log is complete
        self.process = None

    def launch(self):
        """Starts the process and waits for nothing."""
        self.log, self._ended = [], False
        self.process = subprocess.Popen(self._command, stdin=subprocess.DEVNULL,
                                        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                                        text=True, errors="replace")
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

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
                    raise AssertionError(f"{self.name} ended before it logged {pattern}; its last "
                                         f"line: {self.log[-1:]}")
                left = deadline - time.monotonic()
                tap.check(left > 0, f"{self.name} did not log: {pattern}")
                self._changed.wait(left)

    def stop(self, how=signal.SIGTERM, status=0):
        """Asks it to end, and requires that it ends well."""
        self.process.send_signal(how)
        tap.check_equal(self.wait_end(), status, f"exit status of {self.name}")

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
        with self._changed:
            for line in self.log:
                tap.note(f"{self.name}: {line}")
        if self.process is not None:
            self.kill()
