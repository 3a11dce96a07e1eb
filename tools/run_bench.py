"""
Run the benchmarks on SQLite and on a temporary PostgreSQL, and print a table of all goals with their figures.

Arguments: names of benchmarks (default: all). --short: small sizes and few rounds, under three minutes, for a look.
--report: measure nothing. A run of all benchmarks, or --report, also writes benchmarks/RESULTS.md and its plots.
DURABLE=1 in the environment: PostgreSQL puts each commit onto the disk, as it does in production.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import postgres

SETTINGS = {"DJANGO_SETTINGS_MODULE": "benchmarks.settings", "PYTHONPATH": os.pathsep.join((".", "tools"))}
ON_DISK = {"fsync": "on", "full_page_writes": "on", "synchronous_commit": "on"}
SHORT = {
    "BENCH_SHORT": "1",
    "PEOPLE": "1000",
    "ROUNDS": "5",
    "ROWS": "1000",
    "AUDIT_EVENTS": "3000",
    "AUDIT_EVENTS_VERIFIED": "3000",
}
MEASURE = """
import django
django.setup()
from benchmarks import figures, {0} as benchmark
benchmark.main()
figures.store("{0}")
"""
# The database that every benchmark gets a copy of. A new cluster has only its own databases, so this one is created.
PREPARE = """
import django
from django.conf import settings
from django.db import connections
django.setup()
from django.core.management import call_command
if connections["default"].vendor == "postgresql":
    with connections["default"]._nodb_cursor() as cursor:
        cursor.execute("CREATE DATABASE " + settings.DATABASES["default"]["NAME"])
call_command("migrate", verbosity=0)
call_command("seed_demo")
"""
COPY = """
import django, shutil, sys
from pathlib import Path
from django.conf import settings
from django.db import connections
django.setup()
name, copy = settings.DATABASES["default"]["NAME"], sys.argv[1]
if connections["default"].vendor == "postgresql":
    with connections["default"]._nodb_cursor() as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS {copy}")
        cursor.execute(f"CREATE DATABASE {copy} TEMPLATE {name}")
else:
    shutil.copyfile(name, Path(name).with_stem(copy))
"""


def main(arguments: list[str]) -> int:
    short, only_report = "--short" in arguments, "--report" in arguments
    names = [argument for argument in arguments if not argument.startswith("--")]
    unknown = sorted({*names} - {*found()} | {*arguments} - {*names, "--short", "--report"})
    if unknown:
        sys.exit(f"No benchmark: {', '.join(unknown)}. There are: {', '.join(sorted(found()))}; --short and --report.")
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "install", "--quiet", "--no-deps"]
    subprocess.run([*pip, "--require-hashes", "-r", "benchmarks/requirements.txt"], check=True)
    failed = [] if only_report else measure(names or sorted(found()), short=short)
    report = f"from benchmarks import report; print(report.table(short={short}))"
    if not short and (only_report or not names):
        report += "; report.write()"
    print(flush=True)
    failed += ["report"] * bool(run(report, os.environ | SETTINGS))
    print(f"\nFailed: {', '.join(failed)}" if failed else "", flush=True)
    return bool(failed)


def measure(names: list[str], *, short: bool) -> list[str]:
    """Run each benchmark on a database of its own. Return the names of those that failed."""
    failed = []
    temporary = postgres.temporary(settings=ON_DISK if os.environ.get("DURABLE") == "1" else None)
    with tempfile.TemporaryDirectory(prefix="standin-bench-") as folder, temporary as server:
        for address in (f"sqlite:///{folder}/{{}}.sqlite3", server.url().replace("/standin?", "/{}?")):
            environment = {**os.environ, **SETTINGS, **(SHORT if short else {})}
            environment["DATABASE_URL"] = address.format("standin")
            if run(PREPARE, environment):
                sys.exit("The database of the benchmarks was not made; what is wrong stands above.")
            for name in names:
                run(COPY, environment, f"bench_{name}")
                if run(MEASURE.format(name), environment | {"DATABASE_URL": address.format(f"bench_{name}")}):
                    failed.append(f"{name} on {address.partition(':')[0]}")
    return failed


def run(program: str, environment: dict, *arguments: str) -> int:
    return subprocess.run([sys.executable, "-c", program, *arguments], env=environment).returncode


def found() -> list[str]:
    """Return the names of all benchmarks: modules of benchmarks/ with a function main()."""
    return [file.stem for file in Path("benchmarks").glob("*.py") if "\ndef main(" in file.read_text()]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
