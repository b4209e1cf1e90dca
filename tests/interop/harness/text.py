"""Real text, from what is on the machine: package lists, changelogs, sources. No network."""

import gzip
import pathlib
import subprocess

LINES_MIN = 1_000_000
BYTES_MIN = 100_000_000

APT_HELPER = "/usr/lib/apt/apt-helper"
FOLDERS = ["/usr/share/doc", "/usr/include", "/usr/lib/python3", "/usr/lib/gcc", "/usr/lib/llvm-19",
           "/usr/share"]
SUFFIXES = {".h", ".hpp", ".inc", ".py", ".pm", ".pl", ".txt", ".td", ".gz"}


def _package_lists():
    for path in sorted(pathlib.Path("/var/lib/apt/lists").glob("*_Packages*")):
        yield subprocess.run([APT_HELPER, "cat-file", str(path)], stdout=subprocess.PIPE,
                             check=True).stdout


def _read(path):
    if path.suffix != ".gz":
        return path.read_bytes()
    return gzip.decompress(path.read_bytes()) if path.name.startswith("changelog") else b""


def _files():
    for folder in FOLDERS:
        for path in sorted(pathlib.Path(folder).rglob("*")):
            if path.suffix in SUFFIXES and path.is_file() and not path.is_symlink():
                yield _read(path)


def _sources():
    yield from _package_lists()
    yield from _files()


def collect(lines_min=LINES_MIN, bytes_min=BYTES_MIN):
    """Returns at least so many lines and bytes, as a list of lines without their ends.

    Empty lines are left out: kcat does not send them.
    """
    lines, size = [], 0
    for text in _sources():
        more = [line for line in text.split(b"\n") if line]
        lines += more
        size += sum(map(len, more)) + len(more)
        if len(lines) >= lines_min and size >= bytes_min:
            return lines
    raise RuntimeError(f"found only {len(lines)} lines and {size} bytes of text")
