"""The little that tests look up in log files themselves: how batches are compressed."""

import pathlib
import struct

CODECS = ["none", "gzip", "snappy", "lz4", "zstd"]

HEADER = struct.Struct(">qiibiH")  # base offset, length, leader epoch, magic, crc, attributes
LENGTH_FROM = 12  # a batch's length counts from here


def codecs(directory):
    """Returns the bytes that the batches of a partition take, by codec."""
    sizes = dict.fromkeys(CODECS, 0)
    for path in pathlib.Path(directory).glob("*.log"):
        data = path.read_bytes()
        at = 0
        while at + HEADER.size <= len(data):
            _, length, _, _, _, attributes = HEADER.unpack_from(data, at)
            if length == 0:
                break  # space allocated ahead
            sizes[CODECS[attributes & 7]] += LENGTH_FROM + length
            at += LENGTH_FROM + length
    return sizes
