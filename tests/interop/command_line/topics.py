"""Topics: made, listed, described, altered, deleted."""

from command_line.program import eventually
from harness import tap


def topics(varve):
    tap.check("created topic plain" in varve.text("topic", "create", "plain"), "create tells")
    varve("topic", "create", "orders", "-p", 3, "-r", 1, "-c", "retention.ms=1000000",
          "--config", "cleanup.policy=compact")
    varve.refused(1, "TOPIC_ALREADY_EXISTS", "--if-not-exists",
                  arguments=["topic", "create", "orders"])
    varve("topic", "create", "orders", "--if-not-exists")
    varve("topic", "create", "never", "--dry-run")
    listed = {topic["topic"]: topic for topic in varve.json("topic", "list")}
    tap.check_equal(sorted(listed), ["orders", "plain"], "topics")
    tap.check_equal(listed["orders"]["partitions"], 3, "partitions")
    table = varve.text("topic", "list").splitlines()
    tap.check(table[0].split() == ["TOPIC", "PARTITIONS", "REPLICATION", "SIZE"], table)
    tap.check_equal([line.split()[0] for line in table[1:]], ["orders", "plain"], "table")

    varve.refused(1, "have a key", arguments=["produce", "orders"], given=b"a\n")
    varve("produce", "orders", "-p", 1, "-K", ":", given=b"a:1\nb:2\nc:3\n")
    described = varve.json("topic", "describe", "orders")[0]
    tap.check_equal(described["configs"], {"cleanup.policy": "compact", "retention.ms": "1000000"},
                    "configs that are no defaults")
    ends = [(one["startOffset"], one["endOffset"]) for one in described["partitions"]]
    tap.check_equal(ends, [(0, 0), (0, 3), (0, 0)], "offsets")
    tap.check(described["partitions"][1]["sizeBytes"] > 0, f"no size in {described}")
    tap.check_equal(described["partitions"][0]["isr"], described["partitions"][0]["replicas"],
                    "in sync")
    text = varve.text("topic", "describe", "orders")
    for word in ("Topic orders", "retention.ms=1000000", "PARTITION", "LEADER", described["id"]):
        tap.check(word in text, f"no {word} in {text}")

    varve("topic", "alter", "orders", "-p", 5, "-c", "segment.ms=1000000", "--unset",
          "retention.ms")
    described = varve.json("topic", "describe", "orders")[0]
    tap.check_equal(len(described["partitions"]), 5, "partitions after alter")
    eventually(lambda: varve.json("topic", "describe", "orders")[0]["configs"],
               {"cleanup.policy": "compact", "segment.ms": "1000000"}, "configs after alter")
    varve.refused(1, "INVALID_PARTITIONS", arguments=["topic", "alter", "orders", "-p", 2])
    varve.refused(1, "INVALID_CONFIG", arguments=["topic", "alter", "orders", "-c", "x=y"])
    varve.refused(2, "nothing to change", arguments=["topic", "alter", "orders"])
    varve.refused(1, "did you mean orders?", arguments=["topic", "delete", "order"])
    varve.refused(1, "did you mean plain?", arguments=["topic", "describe", "plian"])
    varve("topic", "delete", "nothing", "--if-exists")
    varve("topic", "delete", "orders", "plain")
    tap.check_equal(varve.json("topic", "list"), [], "topics after delete")
