"""A varved process: started on a port of its own, watched by what it logs, ended with the test."""

import random
import re
import socket

from harness.process import Process

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


class Broker(Process):
    """Runs inside a `with`; on an exception there, its log is shown.

    properties  Kafka's names: {"log.segment.bytes": 1048576}
    prefix      a command to run varved by, such as ip netns exec NAME
    """

    def __init__(self, program, directory, backend=None, listeners="PLAINTEXT://127.0.0.1:0",
                 properties=None, prefix=()):
        self.directory = str(directory)
        self.ports = []
        self._listener_count = listeners.count("://")
        everything = {"log.dirs": self.directory, "listeners": listeners, **(properties or {})}
        command = [*prefix, program]
        for key, value in everything.items():
            command += ["--override", f"{key}={value}"]
        if backend:
            command += ["--io-backend", backend]
        super().__init__("varved", command)

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

    @property
    def pid(self):
        return self.process.pid

    @property
    def address(self):
        return f"127.0.0.1:{self.ports[0]}"
