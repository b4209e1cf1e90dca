"""Two network namespaces with a cable between them: nothing of it is seen from outside."""

import os
import subprocess

BROKER_IPV4, CLIENT_IPV4 = "10.231.77.1", "10.231.77.2"
BROKER_IPV6, CLIENT_IPV6 = "fd77:7661:7276::1", "fd77:7661:7276::2"


def _ip(*arguments):
    command = ["ip", *arguments]
    done = subprocess.run(command, stderr=subprocess.PIPE, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(command)}: {done.stderr.strip()} (this needs root, and a "
                           "container only with CAP_NET_ADMIN and CAP_SYS_ADMIN)")


class Namespaces:
    """`broker` and `client` are commands to put before another, to run it on that side."""

    def __init__(self):
        self._names = [f"varve-{side}-{os.getpid()}" for side in ("broker", "client")]
        self.broker, self.client = (["ip", "netns", "exec", name] for name in self._names)

    def __enter__(self):
        try:
            for name in self._names:
                _ip("netns", "add", name)
            self._connect()
        except Exception:
            self._remove()
            raise
        return self

    def __exit__(self, *_):
        self._remove()

    def _connect(self):
        first, second = self._names
        _ip("-n", first, "link", "add", "cable", "type", "veth",
            "peer", "name", "cable", "netns", second)
        for name, ipv4, ipv6 in ((first, BROKER_IPV4, BROKER_IPV6),
                                 (second, CLIENT_IPV4, CLIENT_IPV6)):
            _ip("-n", name, "link", "set", "lo", "up")
            _ip("-n", name, "link", "set", "cable", "up")
            _ip("-n", name, "address", "add", f"{ipv4}/24", "dev", "cable")
            _ip("-n", name, "address", "add", f"{ipv6}/64", "dev", "cable", "nodad")

    def _remove(self):
        for name in self._names:
            subprocess.run(["ip", "netns", "delete", name], stderr=subprocess.DEVNULL, check=False)
