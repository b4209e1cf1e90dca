"""kafka-dump-log, Kafka's own reader of log files, and a strict reader of what it prints."""

import pathlib
import re
import subprocess

from harness import cache, tap

POM = pathlib.Path(__file__).resolve().parents[1] / "kafka" / "pom.xml"
TOOL = "org.apache.kafka.tools.DumpLogSegments"

# Everything it says of files in good order. Any other line is a complaint.
BATCH = re.compile(r"baseOffset: (\d+) lastOffset: (\d+) count: (\d+) .* isvalid: true$")
RECORD = re.compile(r"\| offset: (\d+) ")
HARMLESS = re.compile(r"Dumping \S+$|Log starting offset: \d+$|offset: \d+ position: \d+$"
                      r"|timestamp: \d+ offset: \d+$|\S+ passed sanity check\.$"
                      r"|\S+\.index is empty\.$")

# This version takes the offset before a file's first record to be -1, and so says this of every
# segment that does not start at 0. It must be the file's own offset.
FIRST_OF_FILE = re.compile(r"^Non-consecutive offsets in \S*/0*(\d+)\.log\n"
                           r"  -1 is followed by \1\n", re.MULTILINE)


def run(files, *options):
    """Returns the lines that it prints about the files."""
    jars = cache.maven_jars(POM)
    command = ["java", "-cp", f"{jars}/*", TOOL, *options, "--files", ",".join(map(str, files))]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
    told = FIRST_OF_FILE.sub("", done.stderr.decode(errors="replace"))
    complaint = [line for line in told.splitlines() if not line.startswith("SLF4J")]
    tap.check(done.returncode == 0 and not complaint,
              f"kafka-dump-log: status {done.returncode}: {complaint}")
    return done.stdout.decode(errors="replace").split("\n")[:-1]


def check_records(lines):
    """Requires dense offsets in valid batches and no complaint; returns batches and records."""
    batches = next_batch = next_record = 0
    for line in lines:
        if found := RECORD.match(line):
            tap.check_equal(int(found.group(1)), next_record, "offset of a record")
            next_record += 1
        elif found := BATCH.match(line):
            first, last, count = map(int, found.groups())
            tap.check_equal((first, count), (next_batch, last - first + 1), f"batch {line}")
            batches, next_batch = batches + 1, last + 1
        else:
            tap.check(HARMLESS.match(line), f"kafka-dump-log says: {line}")
    tap.check_equal(next_record, next_batch, "records by their batches")
    return batches, next_record


def check_silent(lines):
    """Requires that it had nothing to say of indexes."""
    for line in lines:
        tap.check(HARMLESS.match(line), f"kafka-dump-log says: {line}")
