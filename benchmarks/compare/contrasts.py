"""What is held against bars: the same broker with and without something, or beside Kafka."""

from model import KAFKA, LIMIT, Bar, Contrast, Figure, Run

MIB = 1 / (1 << 20)

BROKER_CPU = Figure("broker CPU", "s/GiB", ("broker", "cpu_seconds_per_gib"), digits=3)
REQUESTS_BY_CPU = Figure("requests", "/broker CPU s", ("requests",), ("broker", "cpu_seconds"))
BYTES_BY_CPU = Figure("bytes", "MiB/broker CPU s", ("bytes",), ("broker", "cpu_seconds"), MIB)
RECORDS = Figure("records", "/s", ("records_per_second",))
BYTES = Figure("bytes", "MiB/s", ("mib_per_second",))
READS = Figure("disk reads", "of the file", ("broker", "disk_bytes_read"), ("log_bytes",),
               digits=3)
READ = Figure("disk reads", "MiB", ("broker", "disk_bytes_read"), scale=MIB)
KEPT = Figure("logs", "MiB", ("log_bytes",), scale=MIB)
MEMORY_OF_EACH = Figure("memory of each", "KiB", ("more", "broker memory of each, KiB"), digits=2)
OPENED = Figure("connections", "open", ("requests",))
KEPT_PACE = Figure("kept pace", "of the rate", ("requests_per_second",), ("rate",), digits=2)
GENERATOR = Figure("generator", "CPUs", ("own", "cpu_seconds"), ("seconds",), digits=2)


def _latency(percent):
    return Figure(f"p{percent}", "us", ("latency_us", "percentiles", percent))


P50, P99, P99_9 = _latency("50"), _latency("99"), _latency("99.9")

# One partition, 16 KiB batches: what Kafka's own producer fills unless it is told otherwise.
_STEADY = ("--records-per-batch", "16", "--record-size", "1024", "--connections", "4",
           "--in-flight", "5", "--acks", "1")
_FLUSHED = ("--config", "flush.messages=1")


def _warmed(more):
    """At Kafka's full speed: a JVM that is new would not keep a rate, and what it owes at the end
    of a warm-up would be counted as latency. All write as much, which the disk takes meanwhile."""
    return (Run(("produce", "--create", *_STEADY, *more), rate_part=1, told=False),)


def _at_half_speed(name, about, more):
    return Contrast(
        name, f"{about}: 16 KiB batches at half of Apache Kafka's full speed, acks=1",
        runs=(*_warmed(more), Run(("latency", *_STEADY, *more), rate_part=0.5)),
        full_speed=("produce", "--create", *_STEADY, *more),
        figures=(P50, P99, P99_9, BYTES, KEPT_PACE, GENERATOR),
        bars=(Bar("p99.9 until acknowledged, by Kafka's", P99_9, "acknowledged",
                  of="acknowledged", whose=KAFKA, at_most=0.1),
              Bar("p99.9 until received, by Kafka's", P99_9, "received", of="received",
                  whose=KAFKA, at_most=0.1)))


BATCH_CURVE = Contrast(
    "batch-curve", "records of 200 bytes, 16 connections with 5 in flight, acks=1",
    runs=(Run(("batch-curve", "--create", "--records", "1,50", "--record-size", "200",
               "--connections", "16", "--in-flight", "5", "--acks", "1")),),
    figures=(REQUESTS_BY_CPU, RECORDS, P99, GENERATOR),
    bars=(Bar("requests of one record per broker CPU second, by Kafka's", REQUESTS_BY_CPU,
              "1 records", of="1 records", whose=KAFKA, at_least=10),
          Bar("records/s one by one, by Kafka's at 50 a batch", RECORDS, "1 records",
              of="50 records", whose=KAFKA, at_least=1)))

FAN_OUT = Contrast(
    "fan-out", "one partition of 1 GiB read from the page cache by one consumer and by eight",
    runs=(Run(("produce", "--create", "--bytes", "1GiB", "--duration", "600s", "--warm-up", "0ms",
               "--records-per-batch", "63", "--record-size", "1024"), own_end=True, told=False),
          Run(("consume", "--max-bytes", "1MiB"), "one"),
          Run(("consume", "--max-bytes", "1MiB", "--consumers", "8"), "eight")),
    figures=(BROKER_CPU, BYTES, GENERATOR),
    bars=(Bar("broker CPU of a GiB for eight, by that for one", BROKER_CPU, "eight", of="one",
              at_most=1.1),))

_ONCE = ("consume", "--once", "--max-bytes", "1MiB", "--duration", "600s", "--warm-up", "0ms")

FAN_OUT_COLD = Contrast(
    "fan-out-cold", "the same once each, from a file that the page cache has nothing of",
    runs=(FAN_OUT.runs[0],
          Run((*_ONCE, "--consumers", "1"), "one", own_end=True, cold=True),
          Run((*_ONCE, "--consumers", "8"), "eight", own_end=True, cold=True)),
    figures=(READS, BROKER_CPU, BYTES, GENERATOR),
    bars=(Bar("disk reads for one, by the file", READS, "one", at_most=1.1),
          Bar("disk reads for eight, by the file", READS, "eight", at_most=1.1)))

LATENCY_TENTH = Contrast(
    "latency-tenth", "16 KiB batches at a tenth of Apache Kafka's full speed, acks=1",
    runs=(*_warmed(()), Run(("latency", *_STEADY), rate_part=0.1)),
    machine=(Run(("echo", *_STEADY), rate_part=0.1),),
    full_speed=("produce", "--create", *_STEADY),
    figures=(P50, P99, P99_9, BYTES, KEPT_PACE, GENERATOR),
    bars=(Bar("p50 from producer to consumer, by varve-bench echo", P50, "received", of="echo",
              whose=LIMIT, at_most=2),))

CONNECTIONS = Contrast(
    "connections", "10,000 connections that asked one thing and do nothing",
    runs=(Run(("connections", "--connections", "10000", "--hold-ms", "1000", "--duration", "120s"),
              "10,000 connections", own_end=True),),
    figures=(MEMORY_OF_EACH, OPENED),
    bars=(Bar("broker memory of each", MEMORY_OF_EACH, "10,000 connections", at_most=4),))

FAIRNESS = Contrast(
    "fairness", "15 producers with 1,500 requests/s of 10 records, without and beside one that "
                "has 100 requests of 1,000 records under way; 16 partitions",
    runs=(Run(("fairness", "--create", "--partitions", "16", "--connections", "15",
               "--records-per-batch", "10", "--record-rate", "15000")),),
    figures=(P50, P99, P99_9, BYTES, GENERATOR),
    bars=(Bar("p99 of the others beside the flood, by that without", P99, "beside the flood",
              of="alone", at_most=2),))

COLD = Contrast(
    "cold", "500 requests/s of 100 records, alone and beside a backfill of files that the page "
            "cache has nothing of",
    runs=(Run(("produce", "--create", "--bytes", "{fill}", "--duration", "600s", "--warm-up", "0ms",
               "--records-per-batch", "63", "--record-size", "1024"), own_end=True, told=False),
          Run(("cold", "--record-rate", "50000"), cold=True, warm_up="1s")),
    figures=(P50, P99, P99_9, BYTES, READ, GENERATOR),
    bars=(Bar("p99 of the producers beside the backfill, by that without", P99,
              "producing beside it", of="producing alone", at_most=1.5),))

MANY_KEYS = Contrast(
    "many-keys", "16 partitions, records of 200 bytes: 4 producers without keys in 16 KiB batches, "
                 "and 50 with keys in batches of 2 KiB while retention deletes segments",
    properties={"log.retention.check.interval.ms": "500", "log.initial.task.delay.ms": "500"},
    runs=(Run(("produce", "--create", "--partitions", "16", "--connections", "4",
               "--records-per-batch", "80", "--record-size", "200"), "4 keyless", "keyless"),
          Run(("produce", "--create", "--partitions", "16", "--connections", "50",
               "--records-per-batch", "160", "--record-size", "200", "--keys", "10000",
               "--config", "segment.bytes=4194304", "--config", "retention.bytes=16777216",
               "--config", "file.delete.delay.ms=1000"), "50 keyed", "keyed")),
    figures=(BYTES_BY_CPU, BYTES, P50, P99, KEPT, GENERATOR),
    bars=(Bar("bytes per broker CPU second with keys, by those without", BYTES_BY_CPU, "50 keyed",
              of="4 keyless", at_least=0.7),))

PARTITIONS = Contrast(
    "partitions", "10 records of 200 bytes a request, to 10 and to 10,000 partitions in turn",
    runs=(Run(("partitions", "--counts", "10,10000")),),
    figures=(RECORDS, REQUESTS_BY_CPU, P99, GENERATOR),
    bars=(Bar("records/s to 10,000 partitions, by those to 10", RECORDS, "10,000 partitions",
              of="10 partitions", at_least=0.7),),
    without=(KAFKA,))

CONTRASTS = [
    BATCH_CURVE,
    FAN_OUT,
    FAN_OUT_COLD,
    _at_half_speed("latency-half", "written to the page cache", ()),
    _at_half_speed("latency-half-flushed", "on disk, flush.messages=1", _FLUSHED),
    LATENCY_TENTH,
    CONNECTIONS,
    FAIRNESS,
    COLD,
    MANY_KEYS,
    PARTITIONS,
]
