"""Members of consumer groups as processes, watched by the lines in which they tell what happens."""

import json
import pathlib
import subprocess
import sys
import tempfile
import threading
import time

from harness import cache, kafka, tap
from harness.process import PATIENCE_SECONDS

PROGRAM = pathlib.Path(__file__).resolve().parents[1] / "clients" / "group_member.py"
ASSIGNORS = {"range": "org.apache.kafka.clients.consumer.RangeAssignor",
             "cooperative-sticky": "org.apache.kafka.clients.consumer.CooperativeStickyAssignor"}
NAMES_OF_JAVA = {"partitions_assigned": "assigned", "partitions_revoked": "revoked",
                 "records_consumed": "read", "shutdown_complete": "closed"}


def of_java(told):
    """What Kafka's verifiable consumer tells, in our words; nothing of what has none."""
    if told["name"] == "offsets_committed":
        offsets = [[each["partition"], each["offset"]] for each in told["offsets"]]
        error = {} if told["success"] else {"error": told.get("error")}
        what = "committed" if told["success"] else "refused"
        return {"member": 0, "what": what, "offsets": offsets, **error}
    if told["name"] not in NAMES_OF_JAVA:
        return None
    partitions = told.get("partitions", [])
    made = {"member": 0, "what": NAMES_OF_JAVA[told["name"]]}
    if made["what"] == "read":
        made["ranges"] = [[each["partition"], each["minOffset"], each["maxOffset"]]
                          for each in partitions if each["count"]]
    else:
        made["partitions"] = sorted(each["partition"] for each in partitions)
    return made


class Member:
    """A process with one member of a group, or several that began together.

    events  all that was told
    owned   by member: the partitions that it has now; None before it was told for the first time
    read    (partition, offset) of all records
    """

    def __init__(self, crowd, name, command, translate=None):
        self.name, self.events, self.owned, self.read = name, [], {}, set()
        self.ended = False
        self._crowd, self._translate = crowd, translate
        self._said = tempfile.TemporaryFile("w+", errors="replace")
        self.process = subprocess.Popen(list(map(str, command)), stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, stderr=self._said, text=True)
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self):
        for line in self.process.stdout:
            event = json.loads(line)
            event = self._translate(event) if self._translate else event
            if event:
                with self._crowd.changed:
                    self._note(event)
                    self._crowd.changed.notify_all()
        with self._crowd.changed:
            self.ended = True
            self._crowd.changed.notify_all()

    def _note(self, event):
        self.events.append(event)
        now = self.owned.get(event["member"]) or set()
        if event["what"] == "assigned":
            self.owned[event["member"]] = now | set(event["partitions"])
        elif event["what"] in ("revoked", "lost"):
            self.owned[event["member"]] = now - set(event["partitions"])
        elif event["what"] == "read":
            for partition, first, last in event["ranges"]:
                self.read |= {(partition, offset) for offset in range(first, last + 1)}

    @property
    def partitions(self):
        """Of a single member; None before it knows."""
        return self.owned.get(0)

    def told(self, what, since=0):
        return [event for event in self.events[since:] if event["what"] == what]

    def moves(self, since=0):
        """What it was given or had to give back."""
        return [event for event in self.events[since:]
                if event["what"] in ("assigned", "revoked", "lost")]

    def tell(self, command):
        self.process.stdin.write(command + "\n")
        self.process.stdin.flush()

    def kill(self):
        self.process.kill()
        self.process.wait()
        self._crowd.wait(f"the end of {self.name}", lambda: self.ended)

    def close(self):
        """Leaves in good order; a static member keeps its place."""
        if self._translate:
            self.process.terminate()
        else:
            self.tell("close")
        self._crowd.wait(f"{self.name} leaves", lambda: self.ended)

    def show(self):
        self._said.seek(0)
        tap.note(f"{self.name}: {self._said.read()[-2000:]}")
        for event in self.events[-15:]:
            tap.note(f"{self.name}: {event}")

    def end(self):
        self.process.kill()
        self.process.wait()
        self._said.close()


class Crowd:
    """Runs inside a `with`, after which no member is left."""

    def __init__(self, library, address, folder, topic="t"):
        self.library, self.address, self.topic = library, address, topic
        self.members = []
        self.changed = threading.Condition()
        self._folder = pathlib.Path(folder)

    def join(self, name, group="g", **config):
        """Starts a member; for what may be configured see clients/group_member.py."""
        if self.library == "java":
            member = Member(self, name, self._java(name, group, **config), of_java)
        else:
            config = {"library": self.library, "address": self.address, "group": group,
                      "topic": self.topic, **config}
            member = Member(self, name, [sys.executable, PROGRAM, json.dumps(config)])
        self.members.append(member)
        return member

    def _java(self, name, group, session_ms=6000, strategy="range", instance=None, poll_ms=300_000):
        properties = self._folder / f"{name}.properties"
        properties.write_text(f"heartbeat.interval.ms=300\nmax.poll.interval.ms={poll_ms}\n"
                              "reconnect.backoff.max.ms=200\n", encoding="utf-8")
        command = [*kafka.JAVA, f"-Dlog4j2.configurationFile={kafka.LOGGING}",
                   "-cp", f"{cache.maven_jars(kafka.POM)}/*",
                   "org.apache.kafka.tools.VerifiableConsumer", "--bootstrap-server", self.address,
                   "--topic", self.topic, "--group-id", group, "--session-timeout", session_ms,
                   "--assignment-strategy", ASSIGNORS[strategy], "--command-config", properties]
        return command + (["--group-instance-id", instance] if instance else [])

    def wait(self, what, check):
        """Until it is so; looks whenever somebody tells something."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        with self.changed:
            while not check():
                left = deadline - time.monotonic()
                tap.check(left > 0, f"in vain: {what}")
                self.changed.wait(left)

    def await_shares(self, members, partitions, least=1):
        """Until these share all partitions, at least so many to each, and none has two owners."""
        def shared():
            shares = [share for member in members for share in member.owned.values()]
            return all(member.owned and min(map(len, member.owned.values())) >= least
                       for member in members) and \
                sorted(number for share in shares for number in share) == list(range(partitions))
        self.wait("they share all partitions", shared)

    def await_read(self, members, records):
        self.wait("all records are read",
                  lambda: records <= set().union(*(member.read for member in members)))

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        for member in self.members:
            if kind is not None:
                member.show()
            member.end()
