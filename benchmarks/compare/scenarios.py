"""What is measured: how brokers are asked, and what of the bare machine it is compared with."""

from contrasts import CONTRASTS
from model import Scenario


def _produce(partitions):
    return Scenario(
        f"produce-{partitions}",
        f"1 KiB records in 64 KiB batches, acks=1, {partitions} partitions",
        ("produce", "--create", "--partitions", str(partitions), "--records-per-batch", "63",
         "--record-size", "1024", "--connections", "4", "--in-flight", "5", "--acks", "1"),
        ("limit", "--only", "receive, CRC, paced write", "--size", "64KiB", "--file-size", "16GiB"))


# So many records of 200 bytes make a batch of just less than 16 KiB: an answer of 16 KiB has one
# batch, and is as large as the limit's. A batch that is larger would be sent whole.
_BATCH_OF_16KIB = "77"


def _consume(size):
    return Scenario(
        f"consume-{size}",
        f"catching up from the page cache, answers of {size}",
        ("consume", "--create", "--fill", "1GiB", "--records-per-batch", _BATCH_OF_16KIB,
         "--record-size", "200", "--max-bytes", size),
        ("limit", "--only", "sendfile", "--size", size, "--file-size", "1GiB", "--in-flight", "1"))


SCENARIOS = [
    _produce(1),
    _produce(16),
    _consume("1MiB"),
    _consume("16KiB"),
    Scenario("one-record",
             "one record of 200 bytes a request, 16 connections with 5 in flight",
             ("produce", "--create", "--records-per-batch", "1", "--record-size", "200",
              "--connections", "16", "--in-flight", "5", "--acks", "1"),
             figure=("broker", "cpu_us_per_request")),
    Scenario("fifty-records",
             "50 records of 200 bytes a request, 16 connections with 5 in flight",
             ("produce", "--create", "--records-per-batch", "50", "--record-size", "200",
              "--connections", "16", "--in-flight", "5", "--acks", "1"),
             figure=("records_per_second",), better="more"),
    *CONTRASTS,
]
