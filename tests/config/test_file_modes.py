"""What the commands make on disk is for the user of the process alone; static files are for the web server too."""

import os
import shutil
import stat
import subprocess
import sys

import pytest

from config.settings import BASE_DIR

pytestmark = pytest.mark.once
FOLDERS = ("accounts", "audit", "config", "demo", "impersonation", "learning", "templates", "static")


def mode(path):
    return oct(stat.S_IMODE(path.stat().st_mode))


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Return a copy of the project in which the real commands have run, under a umask that lets everybody read."""
    folder = tmp_path_factory.mktemp("project")
    for name in FOLDERS:
        shutil.copytree(BASE_DIR / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(BASE_DIR / "manage.py", folder)
    environment = os.environ | {
        "DEBUG": "off",
        "EMAIL_URL": "consolemail://",
        "DATABASE_URL": f"sqlite:///{folder / 'db.sqlite3'}",
        "AUDIT_ANCHOR_FILE": str(folder / "anchors.jsonl"),
        "DJANGO_SETTINGS_MODULE": "config.settings",
    }
    for command in (["migrate"], ["seed_demo"], ["collectstatic", "--noinput"]):
        done = subprocess.run(
            [sys.executable, "manage.py", *command, "--verbosity", "0"],
            cwd=folder, env=environment, capture_output=True, text=True, umask=0o022,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
    return folder


def test_the_database_and_the_anchors_are_for_one_user(made):
    assert mode(made / "db.sqlite3") == "0o600"
    assert {mode(path) for path in made.glob("db.sqlite3*")} == {"0o600"}
    assert mode(made / "anchors.jsonl") == "0o600"


def test_uploads_are_for_one_user(made):
    found = list((made / "media").rglob("*"))
    assert any(path.is_file() for path in found)
    assert {mode(path) for path in found if path.is_file()} == {"0o600"}
    assert {mode(path) for path in [made / "media", *found] if path.is_dir()} == {"0o700"}


def test_static_files_are_readable_for_a_web_server(made):
    found = list((made / "static_root").rglob("*"))
    assert any(path.suffix == ".gz" for path in found)
    assert {mode(path) for path in found if path.is_file()} == {"0o644"}
    assert {mode(path) for path in [made / "static_root", *found] if path.is_dir()} == {"0o755"}


def test_the_server_makes_files_for_one_user_too():
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "config.settings"}
    done = subprocess.run(
        [sys.executable, "-c", "import config.wsgi, os; print(oct(os.umask(0)))"],
        cwd=BASE_DIR, capture_output=True, text=True, umask=0o022, env=environment,
    )  # fmt: skip
    assert done.stdout.strip() == "0o77", done.stderr
