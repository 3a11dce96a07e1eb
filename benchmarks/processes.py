"""Memory and processor time of a process with its children, from /proc."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path


def tree(pid: int) -> list[int]:
    """Return the process and all that it started, directly or not."""
    parents: dict[int, list[int]] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            after_name = (folder / "stat").read_text().rpartition(")")[2].split()
            parents.setdefault(int(after_name[1]), []).append(int(folder.name))
    found = [pid]
    for each in found:
        found += parents.get(each, [])
    return found


def memory_of_tree(pid: int) -> int:
    """Return the memory in MB; pages that several processes share count once."""
    kilobytes = 0
    for each in tree(pid):
        with suppress(OSError):
            lines = Path(f"/proc/{each}/smaps_rollup").read_text().splitlines()
            kilobytes += sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return kilobytes // 1024


def processor_seconds(pid: int) -> float:
    """Return the user and system time in seconds that the process and its children have used."""
    ticks = 0
    for each in tree(pid):
        with suppress(OSError):
            after_name = Path(f"/proc/{each}/stat").read_text().rpartition(")")[2].split()
            ticks += int(after_name[11]) + int(after_name[12])
    return ticks / os.sysconf("SC_CLK_TCK")
