"""
The upgrade of an installation of version 0.1.0.

`tests/support/database_0_1_0.sql.gz` is the SQLite database of the demo company at commit 2272cfb, before the modules
moved to their rooms. It was made like this:

1. a work tree of that commit, with SECRET_KEY, AUDIT_KEYS and SECOND_FACTOR_KEYS of tests/settings.py in the
   environment, and the nine named people alone in config/demo/people.csv
2. `manage.py migrate`, then `manage.py seed_demo`
3. tests/assumed.py at that commit: Sam logs in as Lena, opens the dashboard and exits
4. the rows of browser sessions, the admin site's log and the cache deleted, `sqlite3.Connection.iterdump()`, gzip
"""

import gzip
import json
import os
import re
import sqlite3
import subprocess
import sys
from ast import literal_eval
from contextlib import closing

import pytest
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.urls import reverse

from config.settings import BASE_DIR
from tests.support.assumed import sign_in

DUMP = gzip.decompress((BASE_DIR / "tests" / "support" / "database_0_1_0.sql.gz").read_bytes()).decode()
APPLIED = re.findall(r"INSERT INTO \"django_migrations\" VALUES\(\d+,'(\w+)','(\w+)'", DUMP)
OURS = {"accounts", "audit", "config", "demo", "impersonation", "learning"}
# Migrations since 0.1.0, as (app, name).
SINCE = {
    ("accounts", "0012_company_rules"), ("accounts", "0013_begin_by_looking"), ("accounts", "0014_objections"),
    ("accounts", "0015_hr_identifiers"), ("accounts", "0016_history"),
    ("accounts", "0017_help_with_results"), ("learning", "0009_validity_and_earlier_submissions"),
    ("impersonation", "0007_traces"), ("impersonation", "0008_objections"),
    ("accounts", "0018_waiting_list_mails"), ("accounts", "0019_know_drafts"),
    ("accounts", "0020_account_state"), ("accounts", "0021_last_requests"), ("accounts", "0022_user_imports"),
    ("accounts", "0024_file_shapes"),
    ("accounts", "0025_first_steps"),
    ("accounts", "0026_import_feed"),
    ("accounts", "0028_last_runs"), ("accounts", "0029_see_progress"),
    ("learning", "0010_waiting_lists"),
    ("learning", "0011_pass_marks"),
    ("learning", "0012_events_of_an_older_version"),
    ("accounts", "0023_bulk_runs"),
    ("accounts", "0027_indexes_that_were_added_late"),
    ("audit", "0005_seals"),
    ("accounts", "0030_folded_names"), ("accounts", "0031_brand"), ("accounts", "0032_email_label"),
}  # fmt: skip
OLD_BACKEND = "accounts.sign_in.EmailBackend"


@pytest.fixture
def manage(tmp_path):
    """Return a function that runs Python on the upgraded database, with arguments and more environment variables."""
    file = tmp_path / "upgraded.sqlite3"
    with closing(sqlite3.connect(file)) as database:
        database.executescript(DUMP)
    environment = os.environ | {
        "DATABASE_URL": f"sqlite:///{file}",
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "PYTHONPATH": f"{BASE_DIR}{os.pathsep}{BASE_DIR / 'tools'}",
    }

    def run(*arguments: str, **more: str) -> subprocess.CompletedProcess:
        command = [sys.executable, *arguments]
        return subprocess.run(command, cwd=BASE_DIR, env=environment | more, capture_output=True, text=True)

    return run


def test_the_dump_holds_migrations():
    assert {app for app, _name in APPLIED} >= {"accounts", "audit", "impersonation", "learning"}
    assert len(APPLIED) > 50


@pytest.mark.once
def test_the_upgrade_applies_the_migrations_of_the_list(manage):
    plan = manage("manage.py", "showmigrations", "--plan").stdout
    waiting = set(re.findall(r"\[ \]  (\w+)\.(\w+)", plan))
    assert {key for key in waiting if key[0] in OURS} == SINCE


RULES = "from accounts.models import Organisation; print(sorted(Organisation.objects.values().first().items()))"


@pytest.mark.once
def test_the_upgraded_company_keeps_the_rules_of_its_environment(manage):
    yesterday = {
        "LOGIN_AS_NOTICE": "end",
        "ACCESS_HISTORY_NAMES_STAFF": "off",
        "ASSUMED_SESSION_IDLE_MINUTES": "7",
        "ASSUMED_SESSION_MAX_MINUTES": "45",
        "STEP_UP_MINUTES": "90000",
    }
    assert manage("manage.py", "migrate", **yesterday).returncode == 0
    kept = dict(literal_eval(manage("manage.py", "shell", "--no-imports", "-c", RULES).stdout.splitlines()[-1]))
    assert kept == {
        "id": 1, "login_as_enabled": True, "notice": "end", "names_staff": False, "idle_minutes": 7, "max_minutes": 45,
        "starts_per_hour": 20, "step_up_minutes": 32767, "default_mode": "look_only", "ticket_required": False,
        "ticket_pattern": "", "ticket_address": "",
    }  # fmt: skip


@pytest.mark.once
def test_the_upgraded_installation_answers_and_its_log_is_sound(manage):
    assert manage("manage.py", "migrate").returncode == 0
    before = manage("manage.py", "verify_audit")
    assert (before.returncode, before.stdout) == (0, "12 events, 0 erased texts: clean\n"), before.stderr
    pages = manage("-m", "tests.support.upgraded_pages")
    assert pages.returncode == 0, pages.stderr
    assert json.loads(pages.stdout.splitlines()[-1]) == {
        "dashboard": 200,
        "access history": 200,
        "user list": 200,
        "login as": 302,
        "dashboard of the target": 200,
        "exit": 302,
    }
    after = manage("manage.py", "verify_audit")
    assert (after.returncode, after.stdout) == (0, "15 events, 0 erased texts: clean\n"), after.stderr


@pytest.mark.django_db
def test_today_applies_the_same_migrations_as_0_1_0():
    """Run on both databases: a migration that was renamed would be applied a second time."""
    today = {key for key in MigrationRecorder(connection).applied_migrations() if key[0] in OURS}
    assert today - SINCE == {key for key in APPLIED if key[0] in OURS}


def test_a_browser_session_of_0_1_0_has_to_sign_in_again(client, lena):
    """Django stores the path of the sign-in backend in the session, and the backend has moved."""
    sign_in(client, lena)
    assert client.get(reverse("dashboard")).status_code == 200
    session = client.session
    session["_auth_user_backend"] = OLD_BACKEND
    session.save()
    page = client.get(reverse("dashboard"))
    assert (page.status_code, page["Location"].partition("?")[0]) == (302, reverse("account_login"))
