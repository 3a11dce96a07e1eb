"""
Requests per second of the production server: an older commit against the current tree, in one interleaved run.

OLD names the commit; PAGES and CLIENTS choose (`PAGES=dashboard CLIENTS=1,8`), ROUNDS repeats; a short run has few of
each. Each side serves a copy of the same data with its own `make serve`. Ratios and processor time tell more than
requests per second, because other work of the machine slows both sides down.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from . import clients, figures
from .browser import Browser

SHORT = "BENCH_SHORT" in os.environ
OLD = os.environ.get("OLD", "91a3f78")
ROUNDS = 2 if SHORT else int(os.environ.get("ROUNDS", 5))
CLIENTS = [int(number) for number in os.environ.get("CLIENTS", "1,8" if SHORT else "1,8,64").split(",")]
PAGES = os.environ.get("PAGES", "dashboard,User Management" if SHORT else "")
REQUESTS = int(os.environ.get("REQUESTS", 32 if SHORT else 160))  # a measurement
PEOPLE, MODULES = 400, 200
PASSWORD = "standin-demo"  # noqa: S105 (the demo's)
PATIENCE = 120  # seconds until a server answers
TICKS = os.sysconf("SC_CLK_TCK")
SEED = f"""
import django; django.setup()
from benchmarks import learning
learning.PEOPLE, learning.MODULES, learning.EVENTS, learning.DOCUMENTS, learning.MANY = {PEOPLE}, {MODULES}, 40, 60, 50
learning.build()
"""
NUMBERS = """
import django; django.setup()
from accounts.models import User
from learning.models import Module
lena = User.objects.get(email="lena@harbour.example")
seen = Module.objects.visible_to(lena).order_by("pk")
print(lena.pk, seen.last().pk, Module.objects.exclude(pk__in=seen.values("pk")).order_by("pk").last().pk)
"""
SETTINGS = {
    "DJANGO_SETTINGS_MODULE": "config.settings",
    "SECRET_KEY": "for benchmarks only, nothing is kept under it, and long enough for all",
    "AUDIT_KEYS": "k1:for benchmarks only; signs nothing",
    "SECOND_FACTOR_KEYS": "k1:for benchmarks only; encrypts nothing",
    "EMAIL_URL": "dummymail://",
    "PLAIN_HTTP": "on",
    "DEBUG": "off",
}


@dataclass
class Side:
    """A checkout, the database that it serves, and what was measured of it."""

    name: str
    folder: Path
    database: str
    port: int = 0
    process: subprocess.Popen | None = None
    cookies: dict[str, str] = field(default_factory=dict)

    @property
    def environment(self) -> dict[str, str]:
        own = {"DATABASE_URL": self.database, "PYTHONPATH": str(self.folder), "PORT": str(self.port)}
        return {**os.environ, **SETTINGS, **own, "PYTHONPYCACHEPREFIX": str(self.folder / ".cache" / "bytecode")}

    def run(self, *arguments: str) -> str:
        command = [sys.executable, *arguments]
        return subprocess.run(
            command, cwd=self.folder, env=self.environment, check=True, stdout=subprocess.PIPE, text=True
        ).stdout

    def processor_seconds(self) -> float:
        """Return the processor time of the server's processes since they started."""
        assert self.process is not None
        return sum(used for group, used in processes() if group == self.process.pid)


@dataclass(frozen=True)
class Measured:
    """One measurement: how fast the pages came, and the milliseconds of processor time of each request."""

    per_second: float
    p95: float
    processor: float


def processes() -> list[tuple[int, float]]:
    """Return the process group and the processor time in seconds of each process of the machine."""
    found = []
    for file in Path("/proc").glob("[0-9]*/stat"):
        try:
            values = file.read_text().rpartition(") ")[2].split()
        except OSError:  # it has ended
            continue
        found.append((int(values[2]), (int(values[11]) + int(values[12])) / TICKS))
    return found


@contextmanager
def serving(side: Side):
    """Serve the side with its own production server, until the block ends."""
    with closing(socket.socket()) as probe:
        probe.bind((clients.HOST, 0))
        side.port = probe.getsockname()[1]
    command = ["make", "--no-print-directory", "--old-file=install", "serve"]
    with tempfile.TemporaryFile() as log:
        side.process = subprocess.Popen(
            command, cwd=side.folder, env=side.environment, stdout=log, stderr=log, process_group=0
        )
        try:
            wait_for(side)
            yield
        finally:
            os.killpg(side.process.pid, signal.SIGTERM)
            side.process.wait()


def wait_for(side: Side) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        try:
            Browser(side.port).get("/healthz")
            return
        except OSError:
            time.sleep(0.2)
    raise RuntimeError(f"The server of {side.name} doesn't answer.")


def unpack(commit: str, folder: Path) -> None:
    """Write the files of a commit to a folder, with the current environment beside them."""
    archive = subprocess.run(["git", "archive", commit], check=True, stdout=subprocess.PIPE).stdout
    subprocess.run(["tar", "--extract", "--directory", folder], input=archive, check=True)
    (folder / ".venv").symlink_to(Path(sys.prefix))


def copies(url: str, folder: Path) -> tuple[str, str]:
    """Return the addresses of two new databases; the second one doesn't exist until `copy` makes it."""
    if not url.startswith("postgres"):
        return f"sqlite:///{folder}/old.sqlite3", f"sqlite:///{folder}/new.sqlite3"
    old, new = (urlsplit(url)._replace(path=f"/bench_{name}").geturl() for name in ("old", "new"))
    administer(url, "CREATE DATABASE bench_old")
    return old, new


def copy(url: str, folder: Path) -> None:
    if url.startswith("postgres"):
        administer(url, "CREATE DATABASE bench_new TEMPLATE bench_old")
    else:
        shutil.copy(folder / "old.sqlite3", folder / "new.sqlite3")


def administer(url: str, statement: str) -> None:
    import psycopg

    parts = urlsplit(url)
    address = parts._replace(scheme="postgresql", path="/postgres").geturl()
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(statement.encode())


def measure(side: Side, address: str, who: str, number: int) -> Measured:
    before = side.processor_seconds()
    seen = clients.load(side.port, address, side.cookies[who], number, max(REQUESTS, 3 * number))
    used = side.processor_seconds() - before
    count = len(seen.milliseconds)
    return Measured(
        seen.per_second, statistics.quantiles(seen.milliseconds, n=20, method="inclusive")[-1], used * 1000 / count
    )


def compare(sides: tuple[Side, Side], pages: dict[str, tuple[str, str]]) -> None:
    """Measure both sides in turns, and print medians; a ratio is the median of the ratios of each round."""
    print(f"{'':<24}{'clients':>8}{'requests/s':>18}{'ratio':>7}{'p95 ms':>16}{'processor ms':>18}{'ratio':>7}")
    for name, (address, who) in pages.items():
        # An answer of the access check is shown again at an address of its own.
        asked = [(side, clients.led_to(side.port, address, side.cookies[who])) for side in sides]
        for side, shown in asked:
            measure(side, shown, who, 8)  # warm up both worker processes
        processor_of: dict[int, float] = {}
        for number in CLIENTS:
            rounds = [[measure(side, shown, who, number) for side, shown in asked] for _round in range(ROUNDS)]
            rate = statistics.median(new.per_second / old.per_second for old, new in rounds)
            processor = statistics.median(old.processor / new.processor for old, new in rounds)
            per_second, p95, used = (in_turn(rounds, what) for what in ("per_second", "p95", "processor"))
            print(f"{name:<24}{number:>8}{per_second:>18}{rate:>7.2f}{p95:>16}{used:>18}{processor:>7.2f}", flush=True)
            processor_of[number] = statistics.median(new.processor for _old, new in rounds)
            if name == "dashboard":
                keep_requests(number, rate, rounds)
        if who == "sam" and {1, 8} <= processor_of.keys():
            figures.keep("growth_admins", processor_of[8] / processor_of[1], sizes=name)


def keep_requests(number: int, rate: float, rounds: list[list[Measured]]) -> None:
    """Keep the ratio of a number of clients, and what both sides answered within a second."""
    figures.keep("requests", rate, sizes=f"{number} clients" if number > 1 else "1 client")
    for name, measured in zip((OLD, "now"), zip(*rounds, strict=True), strict=True):
        per_second = statistics.median(each.per_second for each in measured)
        figures.keep("plot: requests", per_second, series=f"{name}: dashboard", x=number)


def keep_weight(side: Side) -> None:
    """Print and keep how many bytes a browser fetches that has nothing of the platform, and opens the dashboard."""
    page, count = clients.first_visit(side.port, "/", side.cookies["lena"])
    print(f"\nFirst visit of the dashboard: {page:,} bytes in {count} responses")
    figures.keep("weight", page / 1000, sizes=f"{count} responses")


def in_turn(rounds: list[list[Measured]], what: str) -> str:
    """Return the medians of the old and of the new side."""
    sides = zip(*rounds, strict=True)
    return " → ".join(f"{statistics.median(getattr(each, what) for each in side):.1f}" for side in sides)


def main() -> None:
    url = os.environ["DATABASE_URL"]
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="standin-bench-server-")))
        unpack(OLD, folder)
        first, second = copies(url, folder)
        old, new = Side(OLD, folder, first), Side("current tree", Path.cwd(), second)
        old.run("manage.py", "migrate", "--verbosity", "0")
        old.run("manage.py", "seed_demo")
        old.run("-c", SEED)
        copy(url, folder)
        new.run("manage.py", "migrate", "--verbosity", "0", "--skip-checks")
        lena, module, hidden = new.run("-c", NUMBERS).split()
        for side in (old, new):
            stack.enter_context(serving(side))
            side.cookies = {
                who: clients.sign_in(side.port, f"{who}@harbour.example", PASSWORD) for who in ("lena", "sam")
            }
        pages = {
            "dashboard": ("/", "lena"),
            "modules": ("/modules/", "lena"),
            "module": (f"/modules/{module}/", "lena"),
            "User Management": ("/users/", "sam"),
            "access check": (f"/users/{lena}/access/?item=module-{hidden}", "sam"),
        }
        print(f"\n{urlsplit(url).scheme}, {os.cpu_count()} cores: {OLD} → the current tree, {ROUNDS} rounds")
        compare((old, new), {name: page for name, page in pages.items() if not PAGES or name in PAGES.split(",")})
        keep_weight(new)


if __name__ == "__main__":
    main()
