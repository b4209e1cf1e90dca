"""A Python library as a program, told in lines of JSON what to do: serve.py MODULE ADDRESS.

Runs where the libraries are installed."""

import importlib
import json
import pathlib
import sys
import traceback

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from clients import Record, Refused  # noqa: E402


def run(client, do, **arguments):
    if do in ("use_without_creating", "produce") and "records" in arguments:
        arguments["records"] = [Record.of(one) for one in arguments["records"]]
    result = getattr(client, do)(**arguments)
    if do in ("read", "poll"):
        result = [record.told() for record in result]
    return result


def answer(client, request):
    try:
        return {"result": run(client, **request)}
    except Refused as refused:
        return {"refused": refused.args[0], "text": " ".join(map(str, refused.args[1:]))}
    except Exception:  # the test is to know of it, whatever it is
        return {"broken": traceback.format_exc()}


def main(module, address):
    answers, sys.stdout = sys.stdout, sys.stderr
    client = importlib.import_module(f"clients.{module}").Client(address)
    for line in sys.stdin:
        print(json.dumps(answer(client, json.loads(line))), file=answers, flush=True)
    client.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
