"""The production server behind a reverse proxy: whose address a request has, as seen from outside."""

import shutil
import subprocess
import sys

import pytest

from config.settings import BASE_DIR
from tests.support import proxies
from tests.support.proxies import Browser
from tests.support.proxy_company import PASSWORD, email

pytestmark = pytest.mark.once
# The first proxy of this machine and our own, which every machine has; `make test-long` tries all that are there.
FOUND = proxies.find()
PROXIES = [name if name in (FOUND[0], "small") else pytest.param(name, marks=pytest.mark.long) for name in FOUND]


@pytest.fixture(scope="module")
def company(tmp_path_factory):
    """Return a database with people, made by migrate."""
    folder = tmp_path_factory.mktemp("company")
    subprocess.run(
        [sys.executable, "-m", "tests.support.proxy_company"], cwd=BASE_DIR, env=proxies.environment(folder), check=True
    )
    return folder / "proxy.sqlite3"


@pytest.fixture(scope="module", params=PROXIES)
def installation(request, company, tmp_path_factory):
    """Return the port of a proxy in front of a production server, and the folder of the server's company."""
    folder = tmp_path_factory.mktemp(request.param)
    shutil.copy(company, folder)
    with proxies.running(request.param, folder) as port:
        yield port, folder


@pytest.fixture
def port(installation):
    return installation[0]


def test_ten_wrong_passwords_at_one_address_lock_no_other(port):
    guesser = Browser(port, "127.0.1.1")
    answers = [guesser.sign_in(email(0), "wrong") for _ in range(10)]
    assert answers == [200] * 5 + [429] * 5
    assert guesser.sign_in(email(0), PASSWORD) == 429
    assert Browser(port, "127.0.1.2").sign_in(email(0), PASSWORD) == 302
    assert Browser(port, "127.0.1.3").sign_in(email(1), PASSWORD) == 302
    assert Browser(port, "127.0.1.1").sign_in(email(2), PASSWORD) == 302


def test_thirty_six_people_at_thirty_six_addresses_sign_in_within_a_minute(port):
    answers = [Browser(port, f"127.0.2.{number}").sign_in(email(number), PASSWORD) for number in range(10, 46)]
    assert answers == [302] * 36


def test_what_a_client_forges_changes_nothing(port):
    """Neither does the guesser get more guesses, nor is anybody else locked out."""
    answers = []
    for forged in (
        lambda number: [("X-Forwarded-For", f"203.0.113.{number}")],
        lambda number: [("X-Forwarded-For", "198.51.100.1"), ("X-Forwarded-For", f"203.0.113.{number}")],
        lambda number: [("X-Forwarded-For", f"203.0.113.{number}, 127.0.3.2,")],
        lambda number: [("X-Real-IP", f"203.0.113.{number}"), ("Forwarded", f"for=203.0.113.{number}")],
    ):
        answers += [Browser(port, "127.0.3.1").sign_in(email(3), "wrong", forged(number)) for number in range(6)]
    assert answers == [200] * 5 + [429] * 19
    in_the_name_of_another = [("X-Forwarded-For", "127.0.3.9")]
    for _ in range(8):
        Browser(port, "127.0.3.8").sign_in(email(4), "wrong", in_the_name_of_another)
    assert Browser(port, "127.0.3.9").sign_in(email(4), PASSWORD) == 302


def test_wrong_passwords_of_others_lock_no_browser_that_the_account_was_used_in(port):
    hers = Browser(port, "127.0.4.1")
    assert hers.sign_in(email(5), PASSWORD) == 302
    hers.post("/accounts/logout/", {})
    answers = [Browser(port, f"127.0.5.{number // 6}").sign_in(email(5), "wrong") for number in range(6 * 14)]
    assert answers.count(200) == 60
    assert Browser(port, "127.0.4.2").sign_in(email(5), PASSWORD) == 429
    assert hers.sign_in(email(5), PASSWORD) == 302


def test_no_forged_host_gets_into_a_link_of_a_mail(installation):
    port, folder = installation
    forged = [
        ("X-Forwarded-Host", "evil.example"),
        ("Forwarded", "host=evil.example"),
        ("X-Original-Host", "evil.example"),
    ]
    assert Browser(port, "127.0.6.1").post("/accounts/password/reset/", {"email": email(6)}, forged) == 302
    assert Browser(port, "127.0.6.2").post("/accounts/password/reset/", {"email": "nobody@harbour.example"}) == 302
    send = [sys.executable, "manage.py", "send_notices"]
    subprocess.run(send, cwd=BASE_DIR, env=proxies.environment(folder), check=True)
    [mail] = [file.read_text() for file in (folder / "mail").iterdir()]
    assert f"To: {email(6)}" in mail
    assert "https://learning.example/accounts/password/reset/key/" in mail
    assert "evil.example" not in mail
    assert proxies.HOST not in mail
