"""What tests download: fetched once, kept in ~/.cache/varve-tests or $VARVE_TEST_CACHE."""

import fcntl
import hashlib
import os
import pathlib
import shutil
import subprocess
import sys
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


def run(command, environment=None, **more):
    everything = {**os.environ, **{name: str(value) for name, value in (environment or {}).items()}}
    done = subprocess.run([str(part) for part in command], stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, check=False, env=everything, **more)
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


def enter_python_environment(script, requirements):
    """A script goes on in an interpreter that has what it needs."""
    python = python_environment(requirements)
    if pathlib.Path(sys.prefix) != python.parent.parent:
        os.execv(python, [python, script, *sys.argv[1:]])


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


def java_classes(sources, pom):
    """The folder with what sources compile to, against the jars that a pom.xml asks for."""
    jars = maven_jars(pom)
    files = sorted(sources.glob("*.java"))

    def fill(where):
        run(["javac", "-nowarn", "-cp", f"{jars}/*", "-d", where, *files])
    return kept(f"java-{_fingerprint(*files, pom)}", fill)


def npm_modules(package):
    """The folder with node_modules as a package.json and its lock ask for them."""
    lock = package.parent / "package-lock.json"

    def fill(where):
        for path in (package, lock):
            shutil.copy(path, where)
        run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefix", where])
    return kept(f"npm-{_fingerprint(package, lock)}", fill)


def go_toolchain(version):
    """Debian's Go is too old for the clients of today: it fetches a newer one as it does modules,
    checked against the public sums of modules. Returns the newer one's root."""
    def fill(where):
        with tempfile.TemporaryDirectory() as modules:
            environment = {"GOMODCACHE": modules, "GOTOOLCHAIN": "local",
                           "GOFLAGS": "-modcacherw"}
            run(["go", "mod", "download", f"golang.org/toolchain@v0.0.1-{version}.linux-amd64"],
                environment, cwd=where)
            found = next(pathlib.Path(modules).glob("golang.org/toolchain@*"))
            shutil.copytree(found, where, dirs_exist_ok=True)
        for folder_of_programs in ("bin", "pkg/tool"):
            for path in (where / folder_of_programs).rglob("*"):
                path.chmod(0o755)
    return kept(f"go-{version}", fill)


def go_programs(sources):
    """The folder with the programs that the packages below a go.mod compile to."""
    lines = (sources / "go.mod").read_text(encoding="utf-8").splitlines()
    version = next(f"go{line.split()[1]}" for line in lines if line.startswith("go "))
    root = go_toolchain(version)
    files = sorted(path for path in sources.rglob("*") if path.is_file())

    def fill(where):
        environment = {"GOROOT": root, "GOTOOLCHAIN": "local",
                       "GOFLAGS": "-mod=readonly -modcacherw",
                       "GOMODCACHE": folder() / "go-modules", "GOCACHE": folder() / "go-built"}
        run([root / "bin" / "go", "build", "-trimpath", "-o", f"{where}/", "./..."], environment,
            cwd=sources)
    return kept(f"go-{_fingerprint(*files)}", fill)


def c_program(sources, packages):
    """The program that a folder's C sources compile to, with libraries that pkg-config knows."""
    files = sorted(sources.iterdir())

    def fill(where):
        flags = subprocess.run(["pkg-config", "--cflags", "--libs", *packages], check=True,
                               stdout=subprocess.PIPE, text=True).stdout.split()
        run(["cc", "-std=gnu17", "-O1", "-Wall", "-Wextra", "-Werror", "-o", where / "program",
             *(path for path in files if path.suffix == ".c"), *flags])
    return kept(f"c-{_fingerprint(*files)}", fill) / "program"


def _fingerprint(*paths):
    """Another version asked for is another folder."""
    found = hashlib.sha256()
    for path in paths:
        found.update(pathlib.Path(path).read_bytes())
    return found.hexdigest()[:12]
