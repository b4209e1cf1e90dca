"""What tests download: fetched once, kept in ~/.cache/varve-tests or $VARVE_TEST_CACHE."""

import fcntl
import hashlib
import os
import pathlib
import shutil
import subprocess
import tempfile


def folder():
    chosen = os.environ.get("VARVE_TEST_CACHE")
    if chosen:
        return pathlib.Path(chosen)
    home = os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache"
    return pathlib.Path(home) / "varve-tests"


def kept(name, fill):
    """Returns the folder of that name; the first time, fill(path) has to fill an empty one.

    What an interrupted fill left is removed and made again.
    """
    where = folder() / name
    mark = where / ".complete"
    where.parent.mkdir(parents=True, exist_ok=True)
    with open(folder() / ".lock", "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if mark.exists():
            return where
        shutil.rmtree(where, ignore_errors=True)
        where.mkdir()
        fill(where)
        mark.touch()
    return where


def run(command):
    done = subprocess.run([str(part) for part in command], stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"{command[0]}: status {done.returncode}\n{done.stdout}")


def maven_jars(pom):
    """The folder with the jars that a pom.xml asks for."""
    def fill(where):
        with tempfile.TemporaryDirectory() as repository:
            run(["mvn", "-B", "-q", f"-Dmaven.repo.local={repository}", "-f", pom,
                 "dependency:copy-dependencies", f"-DoutputDirectory={where}"])
    return kept(f"maven-{_fingerprint(pom)}", fill)


def python_environment(requirements):
    """The interpreter of an environment with what a requirements.txt asks for."""
    def fill(where):
        run(["python3", "-m", "venv", where])
        run([where / "bin" / "pip", "install", "-q", "-r", requirements])
    return kept(f"python-{_fingerprint(requirements)}", fill) / "bin" / "python"


def debian_package(name):
    """The folder with the files of a Debian package: unpacked, not installed, so that no service
    of it is started."""
    def fill(where):
        with tempfile.TemporaryDirectory() as folder:
            done = subprocess.run(["apt-get", "download", "-q", name], cwd=folder, check=False,
                                  stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
            found = list(pathlib.Path(folder).glob("*.deb"))
            if done.returncode != 0 or len(found) != 1:
                raise RuntimeError(f"apt-get download {name}: status {done.returncode}\n"
                                   f"{done.stdout}")
            run(["dpkg", "-x", found[0], where])
    return kept(f"debian-{name}", fill)


def _fingerprint(path):
    """Another version asked for is another folder."""
    return hashlib.sha256(pathlib.Path(path).read_bytes()).hexdigest()[:12]
