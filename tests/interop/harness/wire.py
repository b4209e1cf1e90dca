"""Three requests of the Kafka protocol, by hand: for tests that measure, where no client may stand
between."""

import socket
import struct
import time

METADATA, PRODUCE, FETCH = (3, 1), (0, 3), (1, 4)  # with the version used


def _crc32c(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82F63B78 if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF


def batch(value):
    """One record, not compressed; the value is shorter than 50 bytes."""
    record = bytes([0, 0, 0, 1, len(value) * 2]) + value + b"\0"
    now = int(time.time() * 1000)
    body = struct.pack(">hiqqqhii", 0, 0, now, now, -1, -1, -1, 1)
    body += bytes([len(record) * 2]) + record
    return struct.pack(">qiibI", 0, len(body) + 9, 0, 2, _crc32c(body)) + body


def _string(text):
    return struct.pack(">h", len(text)) + text.encode()


def _frame(api, body):
    head = struct.pack(">hhi", *api, 1) + _string("wire")
    return struct.pack(">i", len(head) + len(body)) + head + body


def metadata(topic):
    return _frame(METADATA, struct.pack(">i", 1) + _string(topic))


def produce(topic, partition, records):
    return _frame(PRODUCE, struct.pack(">hhii", -1, 1, 30000, 1) + _string(topic) +
                  struct.pack(">iii", 1, partition, len(records)) + records)


def fetch(topic, partition, offset):
    return _frame(FETCH, struct.pack(">iiiibi", -1, 30000, 1, 1 << 20, 0, 1) + _string(topic) +
                  struct.pack(">iiqi", 1, partition, offset, 1 << 20))


class Answer:
    """Reads the fields of a response one by one."""

    def __init__(self, data):
        self._data, self._at = data, 4  # behind the correlation id

    def take(self, form):
        fields = struct.unpack_from(">" + form, self._data, self._at)
        self._at += struct.calcsize(">" + form)
        return fields[0] if len(fields) == 1 else fields

    def string(self):
        length = self.take("h")
        return self.take(f"{length}s") if length >= 0 else None

    def list(self, read):
        return [read() for _ in range(self.take("i"))]


def leaders(data):
    """Of a Metadata answer about one topic: how many partitions have a leader."""
    answer = Answer(data)
    answer.list(lambda: (answer.take("i"), answer.string(), answer.take("i"), answer.string()))
    answer.take("i")

    def partition():
        error, _, leader = answer.take("hii")
        answer.list(lambda: answer.take("i"))
        answer.list(lambda: answer.take("i"))
        return error == 0 and leader >= 0

    def topic():
        answer.take("h"), answer.string(), answer.take("b")
        return sum(answer.list(partition))
    return sum(answer.list(topic))


def produced(data):
    """The error code of a Produce answer about one partition."""
    answer = Answer(data)
    answer.take("i"), answer.string()
    return answer.take("iih")[2]


def fetched(data):
    """Of a Fetch answer about one partition: error code, bytes of records."""
    answer = Answer(data)
    answer.take("ii"), answer.string()
    _, _, error = answer.take("iih")
    answer.take("qqi")
    return error, answer.take("i")


def connect_at_once(port):
    """Tries until somebody listens, without a pause."""
    address = ("127.0.0.1", port)
    while True:
        one = socket.socket()
        if one.connect_ex(address) == 0:
            one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            return one
        one.close()


def ask(connection, frame):
    connection.sendall(frame)
    size = struct.unpack(">i", connection.recv(4, socket.MSG_WAITALL))[0]
    return connection.recv(size, socket.MSG_WAITALL)
