#!/usr/bin/env python3
"""varve, the command line: every command against varved on both backends, and against Kafka."""

import pathlib
import tempfile

from command_line import itself
from command_line.groups import groups, newer_group
from command_line.program import Varve
from command_line.records import binary, ends, lines, places
from command_line.settings import cluster, configs
from command_line.topics import topics
from harness import kafka, tap
from harness.broker import Broker

BACKENDS = ["uring", "epoll"]
PARTS = (topics, lines, binary, places, ends, groups, configs, cluster)


def everything(varve):
    for part in PARTS:
        part(varve)
        left = [topic["topic"] for topic in varve.json("topic", "list")]
        if left:
            varve("topic", "delete", *left)


def on_varved(options, backend, part):
    def run():
        with tempfile.TemporaryDirectory() as folder:
            properties = {"group.initial.rebalance.delay.ms": 0}
            with Broker(options.varved, folder, backend, properties=properties) as broker:
                part(Varve(options.varve, broker.address))
    return f"{backend}: {part.__name__}", run


def on_kafka(options):
    with tempfile.TemporaryDirectory() as folder:
        broker = kafka.Kafka(pathlib.Path(folder) / "data", folder)
        broker.format()
        with broker:
            varve = Varve(options.varve, broker.address)
            everything(varve)
            newer_group(varve)


def main():
    parser = tap.parser(__doc__)
    parser.add_argument("varve", help="the command line")
    options = parser.parse_args()
    cases = [
        ("wrong usage, and help", lambda: itself.usage(options)),
        ("nobody there, or somebody else", lambda: itself.nobody_there(options)),
        ("the address in the environment", lambda: itself.environment(options)),
        ("doctor", lambda: itself.doctor(options)),
        ("completion", lambda: itself.completion(options)),
        ("how soon it starts", lambda: itself.start(options)),
    ]
    cases += [on_varved(options, backend, part) for backend in BACKENDS for part in PARTS]
    cases.append(("all of it against Apache Kafka", lambda: on_kafka(options)))
    tap.main(cases, options)


if __name__ == "__main__":
    main()
