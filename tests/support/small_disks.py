"""Small disks in memory that a test fills, and files that may not grow."""

import errno
import os
import resource
import subprocess
import tempfile
from contextlib import contextmanager, suppress
from pathlib import Path


class NotHere(Exception):
    """Only root can mount a disk; the message says so."""


@contextmanager
def mounted(megabytes):
    """Yield the folder of a new disk of this size, which every account may use."""
    if os.geteuid() != 0:
        raise NotHere("A full disk is a small one that the test fills, which only root can mount: sudo make test-long.")
    folder = Path(tempfile.mkdtemp(prefix="standin-disk-"))
    folder.chmod(0o755)
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=1777", "standin", folder], check=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)
        folder.rmdir()


@contextmanager
def filled(folder):
    """Take the last byte of the disk until the block ends."""
    filler = folder / "filler"
    with filler.open("wb", buffering=0) as file, suppress(OSError):
        for size in (1 << 20, 1 << 12, 1):
            with suppress(OSError):
                while True:
                    file.write(bytes(size))
    assert free(folder) == 0
    try:
        yield
    finally:
        filler.unlink()


def free(folder):
    """Return the free bytes of the disk."""
    disk = os.statvfs(folder)
    return disk.f_bavail * disk.f_frsize


@contextmanager
def files_may_grow_to(size):
    """Let no file of this process grow beyond a size, as on a disk that is full: what fits is written, then EFBIG."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield errno.EFBIG
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
