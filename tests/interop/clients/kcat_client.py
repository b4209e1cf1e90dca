"""kcat: librdkafka's command line. Each operation is a process of its own."""

import itertools
import re
import subprocess
import tempfile
import threading
import time

from clients import Record, Refused
from clients.remote import CODECS, HEARTBEAT_MS, SESSION_MS

TIMEOUT_SECONDS = 120
NO_ADMIN = "it has no admin calls"

# Lengths first: what follows may have any bytes.
FORMAT = "%p %o %T %K %S\\n%k%s\\n%h\\n"
KEY_END = "\x1f"
VALUE_END = "\x1e"

REFUSED = {"Unknown topic": "UNKNOWN_TOPIC_OR_PARTITION",
           "Message size too large": "MESSAGE_TOO_LARGE",
           "no previously committed offset": "NO_OFFSET"}


def _options(properties):
    return [part for name, value in properties.items() for part in ("-X", f"{name}={value}")]


def _refuse(said):
    for text, name in REFUSED.items():
        if text in said:
            raise Refused(name, said)
    raise RuntimeError(said)



def _records(out):
    """Reads what kcat writes, one record after the other, to the end."""
    while head := out.readline():
        partition, offset, timestamp, key_size, size = map(int, head.split())
        key = out.read(key_size) if key_size >= 0 else None
        value = out.read(size) if size >= 0 else None
        out.readline()
        pairs = [pair for pair in out.readline().strip().split(b",") if pair]
        headers = [tuple(pair.split(b"=", 1)) for pair in pairs]
        yield Record(value, key, [(name.decode(), data) for name, data in headers], timestamp,
                     partition, offset)


def _like(record):
    """What one process sends has this in common."""
    return record.partition, record.key is None, record.value is None, tuple(record.headers)


class Member:
    """A kcat that reads in a group, and all that came of it."""

    def __init__(self, address, group, topic, reset):
        properties = {"auto.offset.reset": "error" if reset == "none" else reset,
                      "session.timeout.ms": SESSION_MS, "heartbeat.interval.ms": HEARTBEAT_MS,
                      "auto.commit.interval.ms": 100}
        self.process = subprocess.Popen(
            ["kcat", "-b", address, "-G", group, "-u", "-f", FORMAT, *_options(properties), topic],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.found, self.assigned, self.said = [], [], ""
        self._threads = [threading.Thread(target=read, daemon=True)
                         for read in (self._read, self._listen)]
        for thread in self._threads:
            thread.start()

    def _read(self):
        for record in _records(self.process.stdout):
            self.found.append(record)

    def _listen(self):
        for line in self.process.stderr:
            text = line.decode(errors="replace")
            self.said += text
            if "assigned:" in text or "revoked:" in text:
                self.assigned = ([int(one) for one in re.findall(r"\[(\d+)\]", text)]
                                 if " assigned:" in text else [])

    def end(self, send):
        send()
        self.process.wait(TIMEOUT_SECONDS)
        for thread in self._threads:
            thread.join(TIMEOUT_SECONDS)


class Kcat:
    name = "kcat"
    version = "1.7.1"
    codecs = CODECS
    cannot = {
        "timestamps": "it sets none",
        "headers of each": "they are the same for all that one process sends",
        "restart": "each call is a process of its own; idempotence.py has it produce over restarts",
        **dict.fromkeys(["create_topic", "set_topic_config", "groups", "committed", "acls"],
                        NO_ADMIN),
    }

    def __init__(self, address):
        self._address = address
        self._member = None
        self._read_so_far = 0

    def _run(self, *options, given=b""):
        command = ["kcat", "-b", self._address, *map(str, options)]
        done = subprocess.run(command, input=given, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              timeout=TIMEOUT_SECONDS, check=False)
        if done.returncode != 0:
            _refuse(done.stderr.decode(errors="replace"))
        return done.stdout

    def _send(self, topic, some, options):
        partition, has_no_key, is_null, headers = _like(some[0])
        for name, value in headers:
            options = [*options, "-H", b"%s=%s" % (name.encode(), value)]
        options += [] if has_no_key else ["-K", KEY_END]
        options += ["-Z"] if is_null else []
        lines = [(b"" if has_no_key else one.key + KEY_END.encode()) + (one.value or b"")
                 for one in some]
        with tempfile.NamedTemporaryFile() as file:
            file.write(VALUE_END.encode().join(lines))
            file.flush()
            self._run_raw(["-P", "-t", topic, "-p", str(partition), "-D", VALUE_END, *options, "-l",
                           file.name])

    def _run_raw(self, options):
        done = subprocess.run(["kcat", "-b", self._address, *options], stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, timeout=TIMEOUT_SECONDS, check=False)
        said = done.stderr.decode(errors="replace")
        if done.returncode != 0 or "Delivery failed" in said:
            _refuse(said)
        return done.stdout

    def produce(self, topic, records, codec="none"):
        """It does not tell offsets."""
        options = ["-z", codec, *_options({"message.max.bytes": 10_000_000})]
        for _, some in itertools.groupby(records, _like):
            self._send(topic, list(some), options)

    def use_without_creating(self, topic):
        properties = {"allow.auto.create.topics": "false",
                      "topic.metadata.propagation.max.ms": 1000}
        self._send(topic, [Record(b"value")], _options(properties))

    def read(self, topic, partition, offset, count):
        done = subprocess.Popen(
            ["kcat", "-b", self._address, "-C", "-t", topic, "-p", str(partition), "-o",
             str(offset), "-c", str(count), "-q", "-f", FORMAT], stdout=subprocess.PIPE)
        found = list(_records(done.stdout))
        if done.wait(TIMEOUT_SECONDS) != 0 or len(found) != count:
            raise RuntimeError(f"{len(found)} of {count} records came")
        return found

    def topics(self):
        listed = self._run("-L").decode()
        return {name: int(count)
                for name, count in re.findall(r'topic "(.*)" with (\d+) partitions', listed)}

    def offset_at(self, topic, partition, timestamp_ms):
        told = self._run("-Q", "-t", f"{topic}:{partition}:{timestamp_ms}").decode()
        offset = int(re.search(r"offset (-?\d+)", told)[1])
        return offset if offset >= 0 else None

    def bounds(self, topic, partition):
        return tuple(self.offset_at(topic, partition, which) for which in (-2, -1))

    def speak_old(self):
        old = {"api.version.request": "false", "broker.version.fallback": "0.8.2.2",
               "message.timeout.ms": 3000, "log_level": 2}
        try:
            self._send("old", [Record(b"value")], _options(old))
        except RuntimeError as error:
            return str(error)
        return None

    def join(self, group, topic, reset="earliest", at_most=None):
        self._member = Member(self._address, group, topic, reset)
        self._read_so_far = 0

    def poll(self, ms):
        deadline = time.monotonic() + ms / 1000
        while True:
            found = self._member.found[self._read_so_far:]
            ended = self._member.process.poll() is not None
            if found or ended or time.monotonic() > deadline:
                break
            time.sleep(0.01)
        if ended and not found:
            _refuse(self._member.said)
        self._read_so_far += len(found)
        return found

    def assigned(self):
        return self._member.assigned

    def commit(self):
        """It commits by itself: what it wrote, often, and at its end."""

    def read_in_group(self, group, topic, count):
        done = self._run("-G", group, "-u", "-q", "-f", "%s\\n", "-c", count,
                         *_options({"auto.offset.reset": "earliest"}), topic)
        return done.split(b"\n")[:-1]

    def leave(self):
        self._member.end(self._member.process.terminate)

    def kill(self):
        if self._member is not None:
            self._member.end(self._member.process.kill)

    def close(self):
        pass
