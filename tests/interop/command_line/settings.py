"""Settings of topics and brokers, and what the cluster is."""

from command_line.program import eventually
from harness import tap


def settings(varve, kind, name):
    """What is set, with who set it."""
    found = varve.json("config", "describe", kind, name)["configs"]
    return {one["name"]: (one["value"], one["source"]) for one in found}


def configs(varve):
    varve("topic", "create", "set", "-p", 1)
    tap.check("nothing is set" in varve.text("config", "describe", "topic", "set"), "nothing set")
    varve("config", "set", "topic", "set", "retention.ms=5000000", "cleanup.policy=compact,delete")
    eventually(lambda: settings(varve, "topic", "set"),
               {"retention.ms": ("5000000", "topic"), "cleanup.policy": ("compact,delete", "topic")},
               "what is set")
    everything = varve.json("config", "describe", "topic", "set", "--all", "--docs")["configs"]
    tap.check(len(everything) > 20 and all("documentation" in one for one in everything), "docs")
    varve("config", "unset", "topic", "set", "cleanup.policy")
    eventually(lambda: settings(varve, "topic", "set"), {"retention.ms": ("5000000", "topic")},
               "what is left")
    varve.refused(1, "did you mean set?", arguments=["config", "set", "topic", "sett", "a=b"])
    varve.refused(1, "INVALID_CONFIG", arguments=["config", "set", "topic", "set",
                                                  "retention.ms=x"])
    varve.refused(2, "NAME=VALUE", arguments=["config", "set", "topic", "set", "retention.ms"])

    broker = varve.json("cluster")["brokers"][0]["id"]
    for name, source in ((str(broker), "broker"), ("all", "all brokers")):
        varve("config", "set", "broker", name, "log.retention.ms=86400000")
        eventually(lambda: settings(varve, "broker", name).get("log.retention.ms"),
                   ("86400000", source), f"the setting of {source}")
        varve("config", "unset", "broker", name, "log.retention.ms")
        eventually(lambda: settings(varve, "broker", name).get("log.retention.ms"), None, "unset")
    varve.refused(1, "there is no broker 77", arguments=["config", "describe", "broker", "77"])
    varve.refused(2, "no id", arguments=["config", "describe", "broker", "first"])


def cluster(varve):
    found = varve.json("cluster", "--api-versions")
    tap.check(len(found["clusterId"]) == 22, found["clusterId"])
    broker = found["brokers"][0]
    tap.check_equal(broker["id"], found["controller"], "controller")
    tap.check(broker["logDirs"][0]["totalBytes"] > 0, broker["logDirs"])
    tap.check("Metadata" in [one["name"] for one in broker["apiVersions"]], "versions")
    text = varve.text("cluster", "--api-versions")
    for word in (found["clusterId"], "LOG DIRECTORY", varve.address, "ApiVersions"):
        tap.check(word in text, f"no {word} in {text}")
