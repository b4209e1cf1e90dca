"""A precompiled header for a build folder of clang's: it halves the time that a lane takes."""

import hashlib
import json
import pathlib
import shlex
import subprocess

HEADER = pathlib.Path(__file__).resolve().parent / "precompiled.h"
OUTPUT = "precompiled.pch"  # in the build folder, as meson's option `precompiled` names it
# Whatever a package brings may change what the header includes.
PACKAGES = pathlib.Path("/var/lib/dpkg/status")


def _flags(command):
    """What of a compilation must be the same for the header."""
    words = iter(shlex.split(command))
    for word in words:
        if word in ("-o", "-MF", "-MQ", "-include-pch"):
            next(words)
        elif word.startswith("-") and not word.startswith(("-I", "-M")) and word != "-c":
            yield word


def _common_flags(folder):
    commands = json.loads((folder / "compile_commands.json").read_text(encoding="utf-8"))
    every = [list(_flags(entry["command"])) for entry in commands]
    shared = set.intersection(*map(set, every))
    return [flag for flag in every[0] if flag in shared]


def precompile(folder, compiler):
    """Makes the header if it is not there, or made of something else. True if all went well."""
    command = [compiler, *_common_flags(folder), "-Xclang", "-fno-pch-timestamp",
               "-x", "c++-header", str(HEADER), "-o", OUTPUT]
    packages = str(PACKAGES.stat().st_mtime_ns) if PACKAGES.exists() else ""
    made_of = "\n".join([*command, HEADER.read_text(encoding="utf-8"), packages])
    digest = hashlib.sha256(made_of.encode()).hexdigest()
    stamp = folder / (OUTPUT + ".stamp")
    if stamp.exists() and stamp.read_text(encoding="utf-8") == digest:
        return True
    stamp.unlink(missing_ok=True)
    done = subprocess.run(command, cwd=folder, check=False)
    if done.returncode == 0:
        stamp.write_text(digest, encoding="utf-8")
    return done.returncode == 0
