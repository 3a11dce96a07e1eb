"""An upgrade while people work: the earlier code and today's code beside each other on the tables of today."""

import re

import pytest

from config.settings import BASE_DIR
from tests.support.http_browser import Browser
from tests.support.installations import installation
from tests.support.old_code import commits, server, unpack

pytestmark = pytest.mark.long
COMMITS = commits()
PAGES_OF_SUPPORT = ("/", "/users/", "/account/", "/account/access-history/")
PAGES_OF_LEARNERS = ("/", "/account/", "/account/access-history/")
REASON = {"category": "cannot_submit", "text": "Cannot submit the food safety module", "ticket": "SUP-7", "mode": "act"}


def sign_in(browser, email):
    browser.send("/accounts/login/", {"login": email, "password": "standin-demo"})
    assert "/accounts/login/" not in browser.open("/account/").url


def log_in_as(browser, pk):
    page = browser.text(f"/users/{pk}/login-as/")
    once = re.search(r'name="once" value="([^"]+)"', page)
    data = REASON | ({"once": once[1]} if once else {})
    browser.send(f"/users/{pk}/login-as/", data)
    assert "assumed-session/exit" in browser.text("/")


def opened(browser, address, paths):
    """Open the pages on a server, and return the number of those that answered."""
    browser.address = address
    statuses = {path: browser.open(path).status for path in paths}
    assert set(statuses.values()) == {200}, (address, statuses)
    return len(statuses)


@pytest.mark.skipif(not COMMITS, reason="this copy of the project has no history")
@pytest.mark.parametrize("what", COMMITS)
def test_old_and_new_code_serve_the_same_people_on_the_tables_of_today(tmp_path, what):
    old_code = unpack(COMMITS[what], tmp_path / "old")
    with installation(tmp_path, "rolling") as here:
        here.more = {"DJANGO_SETTINGS_MODULE": "config.settings"}
        here.run("migrate", "--verbosity=0", cwd=old_code)
        here.run("seed_demo", cwd=old_code)
        here.more = {}
        here.run("migrate", "--verbosity=0")
        [(lena,)] = here.rows("SELECT id FROM accounts_user WHERE email = 'lena@harbour.example'")
        [(module,)] = here.rows("SELECT MIN(id) FROM learning_module")
        of_the_demo = here.rows("SELECT cause FROM impersonation_assumedsession")
        old_environment = here.environment | {"DJANGO_SETTINGS_MODULE": "config.settings"}
        logs = tmp_path / "old.log", tmp_path / "new.log"
        with (
            server(old_code, old_environment, logs[0]) as old,
            server(BASE_DIR, here.environment | {"DJANGO_SETTINGS_MODULE": "config.settings"}, logs[1]) as new,
        ):
            answered = 0
            for first, second in ((old, new), (new, old)):
                support, learner = Browser(first), Browser(first)
                sign_in(support, "sam@harbour.example")
                sign_in(learner, "lena@harbour.example")
                for address in (first, second, first):
                    answered += opened(support, address, PAGES_OF_SUPPORT)
                    answered += opened(learner, address, (*PAGES_OF_LEARNERS, f"/modules/{module}/"))
                support.address = first
                log_in_as(support, lena)
                for address in (second, first, second):
                    answered += opened(support, address, ("/", f"/modules/{module}/"))
                    assert "assumed-session/exit" in support.text("/")
                # It began on one server, and is exited on the other one.
                support.address = second
                support.send("/assumed-session/exit/", {}, page="/")
                learner.address = second
                assert "Sam Okafor" in learner.text("/account/access-history/")
        print(f"{what}: pages {answered}, refused 0")
        ended = here.rows("SELECT cause FROM impersonation_assumedsession ORDER BY started_at")
        assert ended[len(of_the_demo) :] == [("exit",), ("exit",)]
        assert "Internal Server Error" not in logs[0].read_text() + logs[1].read_text()
        for code in (old_code, None):
            done = here.run("verify_audit", **({"cwd": code} if code else {}), env=old_environment)
            assert ": clean" in done
