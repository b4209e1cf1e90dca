"""A program that does what it is told in lines of JSON, and that does not outlive the test.

A request is {"do": name, ...}; the answer is {"result": ...}, {"refused": Kafka's name of an error,
"text": ...} or {"broken": text}.
"""

import atexit
import json
import queue
import subprocess
import tempfile
import threading

from clients import Refused
from harness import tap
from harness.process import PATIENCE_SECONDS

TOLD_MAX = 4000


class Driver:
    def __init__(self, name, command, **more):
        self.name = name
        self._said = tempfile.TemporaryFile()
        self._process = subprocess.Popen(list(map(str, command)), stdin=subprocess.PIPE,
                                         stdout=subprocess.PIPE, stderr=self._said, **more)
        atexit.register(self._process.kill)  # a case that fails leaves it behind
        self._answers = queue.Queue(16)
        threading.Thread(target=self._read, daemon=True).start()

    def call(self, do, **arguments):
        request = json.dumps({"do": do, **arguments})
        try:
            self._process.stdin.write(request.encode() + b"\n")
            self._process.stdin.flush()
            line = self._answers.get(timeout=PATIENCE_SECONDS)
        except queue.Empty:
            line = None
        except BrokenPipeError:
            line = b""
        tap.check(line, f"{self.name}, {do}: {'no answer' if line is None else 'it ended'}; "
                  f"it said: {self._last_words()}")
        answer = json.loads(line)
        if "refused" in answer:
            raise Refused(answer["refused"], answer.get("text", ""))
        tap.check("result" in answer, f"{self.name}, {do}: {answer.get('broken')}")
        return answer["result"]

    def kill(self):
        self._process.kill()
        self._process.wait()

    def close(self):
        """Ends its input, and waits until it has ended for it."""
        self._process.stdin.close()
        try:
            status = self._process.wait(PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()
            raise
        tap.check(status == 0, f"{self.name} ended with status {status}: {self._last_words()}")

    def _read(self):
        for line in self._process.stdout:
            self._answers.put(line)
        self._answers.put(b"")

    def _last_words(self):
        self._said.seek(0)
        return self._said.read().decode(errors="replace")[-TOLD_MAX:]
