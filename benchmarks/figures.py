"""Measured figures, kept in a file for each benchmark and database until they are measured again."""

from __future__ import annotations

import json
import os
import platform
import statistics
import subprocess
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path

FOLDER = Path(os.environ.get("BENCH_FIGURES", ".cache/figures"))


@dataclass(frozen=True, slots=True)
class Figure:
    """
    A measured figure.

    goal: the name of the goal in benchmarks/goals.py, or the name of a plot. value: in the unit of the goal, usually a
    median. low, high: quartiles, or the least and the most of several figures. series, x: the place in a plot. peer:
    the product that comes closest, with its figure.
    """

    goal: str
    value: float
    low: float | None = None
    high: float | None = None
    sizes: str = ""
    series: str = ""
    x: float | str | None = None
    peer: str = ""
    peer_value: float | None = None


@dataclass(frozen=True, slots=True)
class Run:
    """A run of one benchmark on one database, with the versions that it used."""

    benchmark: str
    database: str
    at: str
    commit: str
    versions: str
    is_short: bool
    figures: list[Figure]


kept: list[Figure] = []


def keep(goal: str, value: float, **more) -> None:
    """Keep a figure of the running benchmark. more: the other fields of Figure."""
    kept.append(Figure(goal, value, **more))


def keep_times(goal: str, times: Iterable[float], **more) -> None:
    """Keep the median of times, with their quartiles."""
    low, middle, high = statistics.quantiles(times, n=4, method="inclusive")
    keep(goal, middle, low=low, high=high, **more)


def store(benchmark: str) -> None:
    """Write the figures of the running benchmark, in place of those of its last run on the same database."""
    from django.db import connection

    if not kept:
        return
    vendor = connection.vendor
    run = Run(
        benchmark,
        "PostgreSQL" if vendor == "postgresql" else "SQLite",
        datetime.now(UTC).isoformat(timespec="minutes"),
        commit(),
        versions(connection),
        "BENCH_SHORT" in os.environ,
        list(kept),
    )
    FOLDER.mkdir(parents=True, exist_ok=True)
    file = FOLDER / f"{benchmark}-{vendor}{'-short' if run.is_short else ''}.json"
    file.write_text(json.dumps(asdict(run), indent=1))
    kept.clear()


def stored(*, short: bool) -> list[Run]:
    """Return the newest run of each benchmark on each database, of short runs or of complete ones."""
    runs = [json.loads(file.read_text()) for file in sorted(FOLDER.glob("*.json"))]
    return [
        Run(**run | {"figures": [Figure(**figure) for figure in run["figures"]]})
        for run in runs
        if run["is_short"] == short
    ]


def commit() -> str:
    """Return the short hash of the checkout's commit, with a + if files differ from it; "" outside of a checkout."""
    git = ["git", "describe", "--always", "--dirty=+", "--exclude=*"]
    return subprocess.run(git, capture_output=True, text=True).stdout.strip()


def versions(connection) -> str:
    names = ("django", "granian", "psycopg") if connection.vendor == "postgresql" else ("django", "granian")
    packages = [f"{name} {metadata.version(name)}" for name in names]
    if connection.vendor == "postgresql":
        server = f"PostgreSQL {connection.pg_version // 10_000}.{connection.pg_version % 10_000}"
    else:
        server = "SQLite " + ".".join(map(str, connection.Database.sqlite_version_info))
    return ", ".join([f"Python {platform.python_version()}", *packages, server, f"{os.cpu_count()} cores"])
