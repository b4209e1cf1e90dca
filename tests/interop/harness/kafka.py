"""Apache Kafka itself: one broker that is its own controller, on a data directory."""

import pathlib
import socket
import subprocess
import time

from harness import cache, tap
from harness.broker import PATIENCE_SECONDS, free_port

POM = pathlib.Path(__file__).resolve().parents[1] / "kafka" / "pom.xml"

PROPERTIES = """\
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:{controller}
listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller}
advertised.listeners=PLAINTEXT://127.0.0.1:{port}
controller.listener.names=CONTROLLER
log.dirs={directory}
offsets.topic.replication.factor=1
offsets.topic.num.partitions=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=1
share.coordinator.state.topic.replication.factor=1
group.initial.rebalance.delay.ms=0
log.initial.task.delay.ms=500
log.cleaner.backoff.ms=200
{more}
"""

# Small, and quick to start: what it does here is little.
JAVA = ["java", "-Xmx384m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"]


def java(main, *arguments, **more):
    """Runs one of Kafka's programs; returns what it printed. Anything but status 0 fails."""
    command = [*JAVA, "-cp", f"{cache.maven_jars(POM)}/*", main, *map(str, arguments)]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                          check=False, **more)
    tap.check(done.returncode == 0, f"{main}: status {done.returncode}: {done.stderr}")
    return done.stdout


class Kafka:
    """Runs inside a `with`, from the moment it answers to a clean stop."""

    def __init__(self, directory, folder, properties=()):
        self.directory = pathlib.Path(directory)
        self._port, self._controller = free_port(), free_port()
        self._file = pathlib.Path(folder) / "kafka.properties"
        self._file.write_text(PROPERTIES.format(
            port=self._port, controller=self._controller, directory=self.directory,
            more="\n".join(properties)), encoding="utf-8")
        self._output = pathlib.Path(folder) / "kafka.log"
        self._process = None

    @property
    def address(self):
        return f"127.0.0.1:{self._port}"

    def format(self):
        identity = java("kafka.tools.StorageTool", "random-uuid").strip()
        java("kafka.tools.StorageTool", "format", "-t", identity, "-c", self._file)

    def __enter__(self):
        with open(self._output, "ab") as output:
            self._process = subprocess.Popen(
                [*JAVA, "-cp", f"{cache.maven_jars(POM)}/*", "kafka.Kafka", str(self._file)],
                stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT)
        try:
            self._await_port()
        except Exception:
            self._process.kill()
            raise
        return self

    def _await_port(self):
        """It says nothing when it is ready, so it is asked; the client then waits for leaders."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            tap.check(self._process.poll() is None, f"Kafka ended: {self._tail()}")
            tap.check(time.monotonic() < deadline, f"Kafka did not listen: {self._tail()}")
            with socket.socket() as probe:
                probe.settimeout(1)
                if probe.connect_ex(("127.0.0.1", self._port)) == 0:
                    return
            time.sleep(0.1)

    def _tail(self):
        return self._output.read_text(errors="replace")[-2000:]

    def __exit__(self, kind, *_):
        if kind is not None:
            self._process.kill()
            tap.note(self._tail())
        else:
            self._process.terminate()
        self._process.wait(PATIENCE_SECONDS)
