"""Where tests write: one folder for a whole run, gone afterwards, whoever was killed."""

import contextlib
import os
import shutil
import tempfile

MEMORY = "/dev/shm"
MEMORY_FREE_MIN = 6 << 30  # the interop tests hold the most: texts, images of file systems


def parent():
    """Where the user says by TMPDIR; else memory if there is room, for a test that syncs must not
    wait for what a build has left the disk to write. Nothing here is about one disk's speed; file
    systems are tested on images."""
    if "TMPDIR" in os.environ or not os.access(MEMORY, os.W_OK):
        return tempfile.gettempdir()
    return MEMORY if shutil.disk_usage(MEMORY).free >= MEMORY_FREE_MIN else tempfile.gettempdir()


@contextlib.contextmanager
def folder():
    path = tempfile.mkdtemp(prefix="varve-tests-", dir=parent())
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)
