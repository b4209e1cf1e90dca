"""What the page cache has of a folder's files, and how it forgets them."""

import os
import pathlib


def forget(folder):
    """Syncs each file, since dirty pages stay, and tells the kernel that it is not needed."""
    for path in _files(folder):
        try:
            file = os.open(path, os.O_RDONLY)
        except FileNotFoundError:
            continue  # brokers remove files
        try:
            os.fsync(file)
            os.posix_fadvise(file, 0, 0, os.POSIX_FADV_DONTNEED)
        finally:
            os.close(file)


def log_bytes(folder, topic):
    """Of a topic's segments that a broker has below the folder; 0 if it has none."""
    total = 0
    for path in _files(folder):
        name, _, partition = path.parent.name.rpartition("-")
        if path.suffix == ".log" and name == topic and partition.isdigit():
            try:
                total += path.stat().st_size
            except FileNotFoundError:
                pass
    return total


def _files(folder):
    for where, _, names in os.walk(folder):
        for name in names:
            yield pathlib.Path(where, name)
