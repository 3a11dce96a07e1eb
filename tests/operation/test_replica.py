"""Lists from a standby of PostgreSQL: with replay paused, too far behind, and stopped."""

import os
import subprocess
import sys
from contextlib import ExitStack, contextmanager
from itertools import count

import postgres
import psycopg
import pytest

from config.settings import BASE_DIR
from tests.support import proxies, servers
from tests.support.http_browser import Browser
from tests.support.proxy_company import OWNER, PASSWORD, email

pytestmark = [pytest.mark.long, pytest.mark.once]
WRITES = """
import django; django.setup()
from accounts.models import User
User.objects.using("replica").update(first_name="Written")
"""


def environment(primary, standby, *, most):
    return proxies.environment(BASE_DIR / "unused") | {
        "PLAIN_HTTP": "on",
        "ALLOWED_HOSTS": "127.0.0.1",
        "SITE_URL": "http://127.0.0.1",
        "TRUSTED_PROXY_COUNT": "0",
        "DATABASE_URL": primary.url("postgres"),
        "CACHE_URL": "dbcache://",
        "EMAIL_URL": "consolemail://",
        "REPLICA_DATABASE_URL": standby.url("postgres"),
        "REPLICA_MAX_LAG": str(most),
    }


def run(program, variables):
    command = [sys.executable, *program]
    return subprocess.run(command, cwd=BASE_DIR, env=os.environ | variables, capture_output=True, text=True)


def ask(cluster, statement):
    with psycopg.connect(
        cluster.url("postgres").replace("postgres://", "postgresql://"), autocommit=True
    ) as connection:
        found = connection.execute(statement)
        return found.fetchone()[0] if found.description else None


def until(condition):
    """Ask until it is so, at most ten thousand times."""
    for tries in count():
        if found := condition():
            return found
        assert tries < 10_000, "it never becomes so"
    return None


def test_a_list_is_old_but_says_so_and_the_primary_answers_when_it_must(tmp_path):
    with ExitStack() as stack:
        primary = stack.enter_context(postgres.temporary(on_tcp=True))
        variables = environment(primary, primary, most=600) | {"REPLICA_DATABASE_URL": ""}
        filled = run(["-m", "tests.support.proxy_company"], variables)
        assert filled.returncode == 0, filled.stderr[-2000:]
        standby = stack.enter_context(primary.standby())
        refused = run(["-c", WRITES], environment(primary, standby, most=600))
        assert "read-only transaction" in refused.stderr

        patient = stack.enter_context(serving(tmp_path / "a", environment(primary, standby, most=600)))
        strict = stack.enter_context(serving(tmp_path / "b", environment(primary, standby, most=0)))
        ask(standby, "SELECT pg_wal_replay_pause()")
        until(lambda: ask(standby, "SELECT pg_get_wal_replay_pause_state()") == "paused")
        ask(primary, f"UPDATE accounts_user SET first_name = 'Fresh' WHERE email = '{email(3)}'")
        answers = {"replica": 0, "primary": 0}

        page = until(lambda: aged(patient))
        assert "Fresh" not in page, "the replica answers, and says that it is behind"
        answers["replica"] += 1
        for browser, own_changes in ((patient, True), (strict, False)):
            page = listed(browser, own_changes=own_changes)
            assert "Fresh" in page
            assert "data-as-of" not in page
            answers["primary"] += 1

        ask(standby, "SELECT pg_wal_replay_resume()")
        until(lambda: "Fresh" in listed(patient))
        answers["replica"] += 1
        standby.stop("immediate")
        for browser in (patient, strict):
            assert "Fresh" in listed(browser)
            answers["primary"] += 1
        print(f"lists {answers}")
        assert answers == {"replica": 2, "primary": 4}


@contextmanager
def serving(folder, variables):
    """Run a server, and yield a browser in which the owner is signed in."""
    with servers.running(folder, servers.DJANGO, **variables | {"WORKERS": "1", "THREADS": "2"}) as server:
        browser = Browser(f"http://127.0.0.1:{server.port}")
        browser.send("/accounts/login/", {"login": OWNER, "password": PASSWORD})
        yield browser


def aged(browser):
    page = listed(browser)
    return page if "data-as-of" in page else ""


def listed(browser, *, own_changes=False):
    """Return User Management's page, read by a browser that has or has not just changed something."""
    [sessionid] = [cookie for cookie in browser.cookies if cookie.name == "sessionid"]
    reader = Browser(browser.address)
    cookies = f"sessionid={sessionid.value}" + ("; own_changes=1" if own_changes else "")
    response = reader.open(f"/users/?q={email(3)}", Cookie=cookies)
    assert response.status == 200
    return response.body.decode()
