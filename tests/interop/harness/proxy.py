"""A network that cuts connections: passes requests on, and answers mostly."""

import random
import socket
import threading
import time

BYTES = 1 << 16


class Proxy:
    """Runs inside a `with`. Of the answers one in `cut_one_in` is swallowed and its connection
    cut, and one in `delay_one_in` comes late, by the seed."""

    def __init__(self, seed, cut_one_in, delay_one_in):
        self.cuts = 0
        self._target = None
        self._random = random.Random(seed)
        self._cut_one_in, self._delay_one_in = cut_one_in, delay_one_in
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]

    def lead_to(self, port):
        self._target = ("127.0.0.1", port)

    def __enter__(self):
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_):
        self._listener.close()

    def _accept(self):
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return  # the end
            try:
                broker = socket.create_connection(self._target)
            except OSError:
                client.close()
                continue
            for source, sink, is_answer in ((client, broker, False), (broker, client, True)):
                threading.Thread(target=self._copy, args=(source, sink, is_answer),
                                 daemon=True).start()

    def _copy(self, source, sink, is_answer):
        try:
            while data := source.recv(BYTES):
                if is_answer and self._random.randrange(self._cut_one_in) == 0:
                    self.cuts += 1
                    break
                if is_answer and self._random.randrange(self._delay_one_in) == 0:
                    time.sleep(self._random.random() / 20)
                sink.sendall(data)
        except OSError:
            pass  # the other side was cut
        for one in (source, sink):
            try:
                one.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            one.close()
