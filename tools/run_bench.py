"""Run the benchmarks on SQLite and on a temporary PostgreSQL, and print their figures beside the goals."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import postgres

SETTINGS = {"DJANGO_SETTINGS_MODULE": "benchmarks.settings"}


def main(names: list[str]) -> int:
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "install", "--quiet", "--no-deps"]
    subprocess.run([*pip, "--require-hashes", "-r", "benchmarks/requirements.txt"], check=True)
    failed = False
    with tempfile.TemporaryDirectory(prefix="standin-bench-") as folder, postgres.cluster() as postgresql:
        for url in (f"sqlite:///{folder}/bench.sqlite3", postgresql):
            environment = {**os.environ, **SETTINGS, "DATABASE_URL": url, "PYTHONPATH": "."}
            run = [sys.executable, "-c", PREPARE]
            subprocess.run(run, env=environment, check=True)
            for name in names or sorted(found()):
                command = [
                    sys.executable,
                    "-c",
                    f"import django; django.setup(); import benchmarks.{name} as b; b.main()",
                ]
                failed |= bool(subprocess.run(command, env=environment).returncode)
    return int(failed)


def found() -> list[str]:
    """Return the names of all benchmarks: modules of benchmarks/ with a function main()."""
    return [file.stem for file in Path("benchmarks").glob("*.py") if "\ndef main(" in file.read_text()]


# A new cluster has only its own databases, so the database of DATABASE_URL is created first.
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

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
