"""Apache Kafka itself: one broker that is its own controller, on a data directory."""

import pathlib
import subprocess

from harness import cache, tap
from harness.broker import free_port
from harness.process import Process

FILES = pathlib.Path(__file__).resolve().parents[1] / "kafka"
POM = FILES / "pom.xml"
LOGGING = FILES / "log4j2.properties"

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

    def __init__(self, directory, folder, properties=(), command=JAVA):
        self.directory = pathlib.Path(directory)
        self._port, self._controller = free_port(), free_port()
        self._file = pathlib.Path(folder) / "kafka.properties"
        self._file.write_text(PROPERTIES.format(
            port=self._port, controller=self._controller, directory=self.directory,
            more="\n".join(properties)), encoding="utf-8")
        self._process = Process("Kafka", [
            *command, f"-Dlog4j2.configurationFile={LOGGING}",
            "-cp", f"{cache.maven_jars(POM)}/*", "kafka.Kafka", self._file])

    @property
    def address(self):
        return f"127.0.0.1:{self._port}"

    @property
    def pid(self):
        return self._process.process.pid

    def format(self):
        identity = java("kafka.tools.StorageTool", "random-uuid").strip()
        java("kafka.tools.StorageTool", "format", "-t", identity, "-c", self._file)

    def __enter__(self):
        try:
            self._process.launch()
            self._process.wait_line(r"Kafka Server started")
        except Exception:
            self._process.abandon()
            raise
        return self

    def __exit__(self, kind, *_):
        if kind is not None:
            self._process.abandon()
        else:
            self._process.stop(status=143)  # what Java makes of SIGTERM
