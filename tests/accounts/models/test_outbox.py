"""Mail waits in the outbox: no page waits for a mail server, tells who has an account, or trusts a Host header."""

import os
import re
import subprocess
import sys
from datetime import timedelta

import pytest
from django.core import mail
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import Mail, User, mails
from accounts.models.outbox import ATTEMPTS
from config.settings import BASE_DIR
from tests.support.assumed import data_queries, events, sign_in, text
from tests.support.mail_backends import Down, delivered

pytestmark = pytest.mark.django_db
RESET = "/accounts/password/reset/"


@pytest.fixture(autouse=True)
def no_attempts_counted():
    cache.clear()


def ask_for_a_link(client, email):
    return client.post(RESET, {"email": email})


def shapes(captured):
    """Return the statements without their values: what the database was asked, and in which order."""
    return [re.sub(r"'[^']*'|\b\d+\b", "?", sql) for sql in data_queries(captured)]


def test_known_unknown_and_deactivated_cost_the_same_and_get_the_same_answer(client, lena, ina):
    ask_for_a_link(client, "warm@up.example")
    asked, answers = [], []
    for email in (lena.email, "nobody@harbour.example", ina.email):
        cache.clear()
        with CaptureQueriesContext(connection) as captured:
            response = ask_for_a_link(client, email)
        asked.append(shapes(captured))
        answers.append((response.status_code, response.url, response.content))
    assert asked[0] == asked[1] == asked[2]
    assert answers[0] == answers[1] == answers[2]
    assert not [sql for sql in asked[0] if "accounts_user" in sql]
    assert [message.to for message in delivered()] == [[lena.email]]


@pytest.mark.parametrize("who", ["lena@harbour.example", "nobody@harbour.example"])
def test_a_mail_server_that_is_down_changes_no_answer(client, lena, settings, who):
    settings.EMAIL_BACKEND, Down.knocked = "tests.support.mail_backends.Down", 0
    assert ask_for_a_link(client, who).url == reverse("account_reset_password_done")
    assert Down.knocked == 0
    assert Mail.objects.count() == 1


def test_links_begin_with_site_url_whatever_the_host_header_says(client, sam, lena, settings):
    settings.ALLOWED_HOSTS = ["*"]
    settings.SITE_URL = "https://learning.example"
    ask = {"headers": {"host": "evil.example", "x-forwarded-host": "evil.example"}}
    client.post(RESET, {"email": lena.email}, **ask)
    sign_in(client, sam)
    User.objects.filter(pk=lena.pk).update(last_login=None)
    client.post(reverse("user_invite", args=[lena.pk]), **ask)
    for message in delivered():
        links = re.findall(r"https?://[^\s\"<]+", message.body + "".join(html for html, _ in message.alternatives))
        assert links
        assert {link.startswith("https://learning.example/accounts/password/reset/key/") for link in links} == {True}
    assert len(mail.outbox) == 2


def test_a_reset_names_whose_password_it_is_and_is_on_record(client, lena):
    client.post(RESET, {"email": lena.email}, headers={"user-agent": "Hers"})
    [message] = delivered()
    assert "a new password for lena@harbour.example" in message.body
    [event] = events("user.password_link_sent")
    assert (event.actor_id, event.target_id) == (None, lena.pk)
    assert text(event, "actor")["user_agent"] == "Hers"


def test_nothing_in_the_outbox_signs_anybody_in(client, sam, lena):
    ask_for_a_link(client, lena.email)
    sign_in(client, sam)
    User.objects.filter(pk=lena.pk).update(last_login=None)
    client.post(reverse("user_invite", args=[lena.pk]))
    stored = repr(list(Mail.objects.values()))
    bodies = "".join(message.body for message in delivered())
    for token in re.findall(r"/key/(\S+)/", bodies):
        assert token not in stored
    assert bodies.count("/key/") == 2


class OneByOne(Down):
    """A mail server that can't take one address, in the words of Python's own library."""

    def send_messages(self, email_messages):
        for message in email_messages:
            if "hopeless" in message.to[0]:
                raise UnicodeEncodeError("idna", message.to[0], 0, 1, "label too long")
            mail.outbox.append(message)
        return len(email_messages)


def test_a_message_that_cannot_be_sent_stops_nobody_behind_it_and_is_on_record(lena, max_, settings):
    settings.EMAIL_BACKEND = "tests.accounts.models.test_outbox.OneByOne"
    User.objects.filter(pk=lena.pk).update(email="hopeless@harbour.example")
    mails.put(Mail.Kind.PASSWORD_LINK, lena)
    mails.put(Mail.Kind.PASSWORD_LINK, max_)
    assert [message.to for message in delivered()] == [[max_.email]]
    for _ in range(ATTEMPTS):
        Mail.objects.update(try_at=timezone.now())
        delivered()
    assert Mail.objects.get(recipient=lena).given_up_at
    [event] = events("mail.given_up")
    assert (event.target_id, event.outcome) == (lena.pk, "failed")


def test_who_waits_for_a_link_is_not_behind_a_thousand_others(lena, max_):
    for number in range(3):
        mails.put(Mail.Kind.ADDRESS_CHANGED, max_, address=f"old{number}@harbour.example", new=max_.email)
    mails.put(Mail.Kind.PASSWORD_LINK, lena)
    assert delivered()[0].to == [lena.email]


def test_what_was_sent_is_forgotten_after_a_month(lena):
    mails.put(Mail.Kind.PASSWORD_LINK, lena)
    delivered()
    assert Mail.objects.count() == 1
    Mail.objects.update(sent_at=timezone.now() - timedelta(days=31))
    delivered()
    assert not Mail.objects.exists()


def test_a_new_password_is_told_by_mail(client, lena):
    sign_in(client, lena)
    new = "a brand new one 17"
    data = {"oldpassword": "standin-demo", "password1": new, "password2": new}
    client.post(reverse("account_change_password"), data)
    [message] = delivered()
    assert message.to == [lena.email]
    assert "Your password was changed." in message.body


def test_every_mail_goes_through_the_outbox():
    """One place calls the mail server, so that no request ever waits for it."""
    sends = re.compile(r"\bsend_mail\(|\bsend_mass_mail\(|\bmail_admins\(|message\.send\(|EmailMessage\(|\bSMTP\(")
    found = {
        str(path.relative_to(BASE_DIR))
        for app in ("accounts", "audit", "config", "demo", "impersonation", "learning")
        for path in (BASE_DIR / app).rglob("*.py")
        if sends.search(re.sub(r"def send_mail\(", "", path.read_text()))
    }
    assert found == {"accounts/models/outbox.py"}


def started(**environment):
    """Load the settings in an environment of production, and return the result."""
    given = {
        "SECRET_KEY": "x" * 60, "AUDIT_KEYS": "k1:only for this test, nothing else", "DEBUG": "off",
        "SECOND_FACTOR_KEYS": "k1:only for this test, nothing else",
        "SITE_URL": "https://learning.example", "EMAIL_URL": "smtp://mail.example",
    } | environment  # fmt: skip
    kept = {name: value for name, value in os.environ.items() if name not in ("ALLOWED_HOSTS", *given)}
    script = "import config.settings as s; print(s.ALLOWED_HOSTS, s.SITE_URL)"
    return subprocess.run(
        [sys.executable, "-c", script], env=kept | given, cwd=BASE_DIR, capture_output=True, text=True
    )


@pytest.mark.parametrize(
    ("environment", "said"),
    [
        ({"EMAIL_URL": ""}, "EMAIL_URL is needed"),
        ({"SITE_URL": ""}, "SITE_URL is the platform's address"),
        ({"SITE_URL": "learning.example"}, "SITE_URL is the platform's address"),
        ({"SITE_URL": "https://learning.example/?next=x"}, "SITE_URL is the platform's address"),
    ],
)
def test_production_without_mail_or_address_refuses_to_start(environment, said):
    ran = started(**environment)
    assert ran.returncode != 0
    assert said in ran.stderr


def test_production_answers_to_its_own_name_alone():
    assert started().stdout == "['learning.example'] https://learning.example\n"
    assert started(SITE_URL="https://[::1]:8443/").stdout == "['[::1]'] https://[::1]:8443\n"
