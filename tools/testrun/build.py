"""Build folders: one a lane, so that switching lanes rebuilds nothing."""

import os
import pathlib
import shutil
import subprocess
import sys

from testrun import precompile

ROOT = pathlib.Path(__file__).resolve().parents[2]
SANITIZERS = ["address,undefined", "thread"]
COMPILERS = {"gcc": ("gcc", "g++"), "clang": ("clang-19", "clang++-19")}


class Lane:
    """A compiler with its options, and the folder they build in."""

    def __init__(self, compiler=None, sanitize=None, fuzz=False):
        self.sanitize = "address,undefined" if fuzz else sanitize
        self.fuzz = fuzz
        self.compiler = compiler or ("clang" if self.sanitize else "gcc")
        parts = ["fuzz"] if fuzz else ["test", self.compiler]
        if sanitize:
            parts.append(sanitize.replace(",", "-"))
        self.directory = pathlib.Path("build", "-".join(parts))
        self.path = ROOT / self.directory

    def meson_options(self):
        # Where warnings and findings matter and speed does not, compiling quickly does.
        quick = ["-Doptimization=0", f"-Db_sanitize={self.sanitize or 'none'}",
                 f"-Dprecompiled={precompile.OUTPUT}",
                 "-Db_pie=true", "-Db_staticpic=false"]  # all alike, as the header has to be
        lines = "-gline-tables-only"  # enough for a sanitizer to say where
        if self.fuzz:
            return ["-Dtests=false", "-Dfuzz=true", *quick,
                    f"-Dcpp_args=-fsanitize=fuzzer-no-link {lines}"]
        if self.sanitize:
            return [*quick, f"-Dcpp_args={lines}"]
        return quick if self.compiler == "clang" else ["-Dbenchmarks=true"]

    def slowness(self):
        """How much longer than a plain build a test may take."""
        return {None: 1, "thread": 10}.get(self.sanitize, 5)

    def build(self):
        """Returns whether everything was built; shows why not."""
        if not (self.path / "build.ninja").exists() and not self._setup():
            return False
        if self.compiler == "clang" and not precompile.precompile(self.path, COMPILERS["clang"][1]):
            return False
        quiet = [] if sys.stdout.isatty() else ["--quiet"]
        targets = ["fuzzers"] if self.fuzz else []
        done = subprocess.run(["ninja", "-C", self.path, *quiet, *targets], env=environment())
        return done.returncode == 0

    def _setup(self):
        env = environment()
        launcher = "ccache " if shutil.which("ccache") else ""
        env["CC"], env["CXX"] = (launcher + name for name in COMPILERS[self.compiler])
        done = subprocess.run(["meson", "setup", self.path, ROOT, *self.meson_options()], env=env,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        if done.returncode != 0:
            print(done.stdout)
        return done.returncode == 0


def environment():
    """Compilations are shared between build folders and clones."""
    return {"CCACHE_BASEDIR": str(ROOT), "CCACHE_NOHASHDIR": "1",
            "CCACHE_SLOPPINESS": "pch_defines,time_macros", **os.environ}
