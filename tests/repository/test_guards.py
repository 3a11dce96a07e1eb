"""Every guard has a test that fails without it: each is taken out of a copy of the project, and its test goes red."""

import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from config.settings import BASE_DIR

FILES = sorted((BASE_DIR / "tests" / "guards").glob("*.toml"))
GUARDS = [guard for file in FILES for guard in tomllib.loads(file.read_text(encoding="utf-8"))["guard"]]
APPS = ("accounts", "audit", "config", "demo", "impersonation", "learning")
COPIED = (*APPS, "templates", "static", "locale", "tests", "tools", "docs", "deploy")


def ids(guard):
    return guard["name"]


def test_each_guard_has_a_name_of_its_own():
    assert len(GUARDS) > 20
    assert len({guard["name"] for guard in GUARDS}) == len(GUARDS)


@pytest.mark.parametrize("guard", GUARDS, ids=ids)
def test_the_patch_finds_its_place_and_the_test_is_there(guard):
    assert (BASE_DIR / guard["file"]).read_text(encoding="utf-8").count(guard["old"]) == 1
    file, _, name = guard["test"].partition("::")
    assert f"def {name.partition('[')[0]}(" in (BASE_DIR / file).read_text(encoding="utf-8")


def run(folder: Path, tests: list[str], database: str = "--create-db") -> subprocess.CompletedProcess:
    """Run tests on SQLite in a copy of the project, with this interpreter."""
    environment = {**os.environ, "DATABASE_URL": f"sqlite:///{folder / 'db.sqlite3'}", "PYTHONDONTWRITEBYTECODE": "1"}
    environment.pop("PYTEST_ADDOPTS", None)
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-x",
        database,
        "-p",
        "no:cacheprovider",
        "--show-capture=no",
        *tests,
    ]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)


def copy_project(folder: Path) -> Path:
    for name in COPIED:
        shutil.copytree(BASE_DIR / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("manage.py", "pyproject.toml", ".env.example", "requirements.lock", "Makefile"):
        shutil.copy(BASE_DIR / name, folder / name)
    return folder


@pytest.fixture
def copy(tmp_path):
    return copy_project(tmp_path)


@pytest.fixture(scope="session")
def database(tmp_path_factory):
    """Make the database of the tests once, with every guard in place: to migrate it takes as long as a test."""
    folder = copy_project(tmp_path_factory.mktemp("database"))
    ran = run(folder, [GUARDS[0]["test"]], "--reuse-db")
    assert ran.returncode == 0, ran.stdout
    return folder / "db.sqlite3.test"


@pytest.mark.long
def test_with_every_guard_in_place_their_tests_pass(copy):
    ran = run(copy, sorted({guard["test"] for guard in GUARDS}))
    assert ran.returncode == 0, ran.stdout


@pytest.mark.long
@pytest.mark.parametrize("guard", GUARDS, ids=ids)
def test_without_the_guard_its_test_fails(copy, database, guard):
    file = copy / guard["file"]
    file.write_text(file.read_text(encoding="utf-8").replace(guard["old"], guard["new"]), encoding="utf-8")
    shutil.copy(database, copy)
    ran = run(copy, [guard["test"]], "--reuse-db")
    if ran.returncode == 0:  # a guard that works while the database is made
        ran = run(copy, [guard["test"]])
    assert ran.returncode == 1, ran.stdout + ran.stderr
    assert "1 failed" in ran.stdout, ran.stdout
