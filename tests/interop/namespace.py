#!/usr/bin/env python3
"""A client in a network namespace of its own reaches the broker at what it advertises."""

import pathlib
import re
import tempfile

from harness import kcat, tap, text
from harness.broker import Broker
from harness.namespaces import BROKER_IPV4, BROKER_IPV6, Namespaces

BACKENDS = ["uring", "epoll"]
LINES = 20_000
IPV4 = f"{BROKER_IPV4}:9092"
IPV6 = f"[{BROKER_IPV6}]:9093"


def told_address(side, address):
    """What the broker says its address is, to one who asks at `address`."""
    listing = kcat.list_topics(address, prefix=side.client)
    found = re.search(r"broker 1 at (\S+)", listing)
    tap.check(found, f"no broker in: {listing}")
    return found.group(1)


def round_trip(side, address, topic):
    with tempfile.NamedTemporaryFile() as file:
        lines = text.collect(LINES, 1)[:LINES]
        given = b"\n".join(lines) + b"\n"
        pathlib.Path(file.name).write_bytes(given)
        kcat.produce(address, topic, file.name, prefix=side.client)
    found = kcat.consume(address, topic, prefix=side.client)
    tap.check(found == given, f"{len(given)} bytes went in at {address}, {len(found)} came out")


def reach(options, backend, listeners, advertised, addresses):
    """Each address is reached, and told as its own."""
    with Namespaces() as side, tempfile.TemporaryDirectory() as folder:
        properties = {"listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,SIX:PLAINTEXT"}
        if advertised:
            properties["advertised.listeners"] = advertised
        with Broker(options.varved, folder, backend, listeners, properties, side.broker):
            for number, (address, told) in enumerate(addresses):
                tap.check_equal(told_address(side, address), told.replace("[", "").replace("]", ""),
                                f"the address told at {address}")
                round_trip(side, address, f"topic{number}")


LAYOUTS = [
    ("0.0.0.0", "PLAINTEXT://0.0.0.0:9092", f"PLAINTEXT://{IPV4}", [(IPV4, IPV4)]),
    ("[::] for IPv6", "PLAINTEXT://[::]:9093", f"PLAINTEXT://{IPV6}", [(IPV6, IPV6)]),
    ("no host for IPv4", "PLAINTEXT://:9092", f"PLAINTEXT://{IPV4}", [(IPV4, IPV4)]),
    ("0.0.0.0 and [::] at once", "PLAINTEXT://0.0.0.0:9092,SIX://[::]:9093",
     f"PLAINTEXT://{IPV4},SIX://{IPV6}", [(IPV4, IPV4), (IPV6, IPV6)]),
    ("one address each, same port", f"PLAINTEXT://{IPV4},SIX://[{BROKER_IPV6}]:9092", "",
     [(IPV4, IPV4), (f"[{BROKER_IPV6}]:9092",) * 2]),
    ("[::] for both", "PLAINTEXT://[::]:9092", f"PLAINTEXT://{IPV4}", [(IPV4, IPV4)]),
]


def main():
    options = tap.parser(__doc__).parse_args()
    cases = []
    for backend in BACKENDS:
        for name, *layout in LAYOUTS:
            cases.append((f"{backend}, {name}",
                          lambda arguments=(backend, *layout): reach(options, *arguments)))
    tap.main(cases, options)


if __name__ == "__main__":
    main()
