"""The first owner: by the rules of passwords, on record, with the usual permission types, and only one unasked."""

import re
import sys
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from accounts.management.commands import create_owner as command
from accounts.models import Mail, PermissionType, User
from accounts.permission_setup.shipped import SHIPPED
from audit import log
from audit.log import NotRecorded
from audit.models import AuditEvent
from tests.support.assumed import detail, events
from tests.support.mail_backends import delivered

pytestmark = pytest.mark.django_db
GOOD = "a brand new one 17"
EMAIL = "fia@harbour.example"


@pytest.fixture
def typed(monkeypatch):
    """Return a function that runs the command with a line on its standard input."""

    def run(line, *words, **options):
        monkeypatch.setattr(sys, "stdin", StringIO(line))
        out = StringIO()
        call_command("create_owner", *(words or (EMAIL,)), password_stdin=True, stdout=out, **options)
        return out.getvalue()

    return run


def test_the_owner_signs_in_and_is_on_record_with_the_permission_types(typed, client):
    said = typed(f"{GOOD}\n", first_name="Fia", last_name="Lund")
    fia = User.objects.get()
    assert (fia.is_superuser, fia.is_staff, fia.first_name, fia.last_name) == (True, True, "Fia", "Lund")
    assert client.post(reverse("account_login"), {"login": EMAIL, "password": GOOD}).status_code == 302
    assert "is an owner" in said
    assert set(PermissionType.objects.values_list("name", flat=True)) == set(SHIPPED)
    [event] = events("user.created")
    assert (event.actor_id, event.target_id) == (None, fia.pk)
    assert detail(event)["owner"] is True
    assert len(events("permission_type.created")) == len(SHIPPED)


@pytest.mark.parametrize("password", ["", "sh0rt", "password1", "fia@harbour.example"])
def test_the_rules_of_passwords_hold(typed, password):
    with pytest.raises(CommandError, match="Nobody was created") as said:
        typed(f"{password}\n")
    assert password == "" or password not in str(said.value)
    assert not User.objects.exists()
    assert not AuditEvent.objects.exists()


def test_a_second_owner_is_refused_unless_asked_for(typed):
    typed(GOOD)
    with pytest.raises(CommandError, match="--another"):
        typed(GOOD, "second@harbour.example")
    typed(GOOD, "second@harbour.example", another=True, actor=EMAIL)
    assert User.objects.filter(is_superuser=True).count() == 2
    assert events("user.created")[-1].actor_id == User.objects.get(email=EMAIL).pk
    assert len(events("permission_type.created")) == len(SHIPPED)


def test_a_second_owner_that_came_meanwhile_is_refused_too(typed, monkeypatch):
    monkeypatch.setattr(command.Command, "validate", lambda self, user: None)
    monkeypatch.setattr(
        command.people,
        "actor",
        lambda email: User.objects.create_superuser("first@harbour.example", GOOD, first_name="One") and None,
    )
    with pytest.raises(CommandError, match="--another"):
        typed(GOOD)
    assert [user.email for user in User.objects.all()] == ["first@harbour.example"]


def test_somebody_who_has_the_address_stays_as_they_are(typed, lena):
    with pytest.raises(CommandError, match="has the address"):
        typed(GOOD, lena.email.upper())
    lena.refresh_from_db()
    assert not lena.is_superuser


@pytest.mark.parametrize("email", ["nothing", "a@", "a\x00@harbour.example"])
def test_a_bad_address_is_one_sentence(typed, email):
    with pytest.raises(CommandError) as said:
        typed(GOOD, email)
    assert str(said.value).startswith("Nobody was created. ")


def test_without_a_log_there_is_no_owner(typed, monkeypatch):
    def unwritable(queued):
        raise NotRecorded("full")

    monkeypatch.setattr(log, "append", unwritable)
    with pytest.raises(NotRecorded):
        typed(GOOD)
    assert not User.objects.exists()
    assert not PermissionType.objects.exists()


def test_a_link_sets_the_password_once(client):
    out = StringIO()
    call_command("create_owner", EMAIL, link=True, stdout=out)
    assert not User.objects.get().has_usable_password()
    address = re.search(r"http\S+", out.getvalue())[0].partition("testserver")[2]
    page = client.get(address, follow=True)
    client.post(page.redirect_chain[-1][0], {"password1": GOOD, "password2": GOOD})
    assert User.objects.get().check_password(GOOD)


def test_a_mail_brings_the_link():
    call_command("create_owner", EMAIL, mail=True, stdout=StringIO())
    assert Mail.objects.get().kind == Mail.Kind.PASSWORD_LINK
    [message] = delivered()
    assert message.to == [EMAIL]
    assert "/key/" in message.body


def test_on_a_terminal_the_password_is_asked_for_twice_and_again(monkeypatch):
    answers = iter(["short", "short", GOOD, "another", GOOD, GOOD])
    monkeypatch.setattr(command, "getpass", lambda prompt: next(answers))
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True, raising=False)
    errors = StringIO()
    call_command("create_owner", EMAIL, stdout=StringIO(), stderr=errors)
    assert User.objects.get().check_password(GOOD)
    assert "differ" in errors.getvalue()
    assert GOOD not in errors.getvalue()


def test_without_a_terminal_the_options_are_named(monkeypatch):
    monkeypatch.setattr(sys, "stdin", StringIO())
    with pytest.raises(CommandError, match="--password-stdin, --link or --mail"):
        call_command("create_owner", EMAIL)


def test_djangos_own_command_leads_here():
    with pytest.raises(CommandError, match="create_owner EMAIL"):
        call_command("createsuperuser", no_input=True)
    assert not User.objects.exists()
