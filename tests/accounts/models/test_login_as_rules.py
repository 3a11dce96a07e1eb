"""The rules of Login as User in force: the lower of the company's number and the ceiling, from the next request on."""

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Organisation, User
from accounts.models.login_as_rules import CEILINGS, in_force, read_stored_rules, rules_of
from accounts.models.organisation import COMPANY_RULES
from accounts.permission_setup.actions import change_settings
from audit import clock
from impersonation import loader
from impersonation.models import AssumedSession
from tests.support.assumed import data_queries, log_in_as, post_login_as, sign_in
from tests.support.permission_setup import fresh, set_company

pytestmark = pytest.mark.django_db


def rules():
    return in_force(read_stored_rules())


def test_without_a_row_the_defaults_hold():
    assert read_stored_rules() is None
    assert {name: getattr(rules(), name) for name in COMPANY_RULES} == Organisation().stored_rules()


def test_what_the_company_stored_is_read_as_it_was_stored(sam):
    said = {
        "login_as_enabled": False, "notice": "none", "names_staff": False, "idle_minutes": 3, "max_minutes": 40,
        "starts_per_hour": 2, "step_up_minutes": 4, "default_mode": "act", "ticket_required": True,
        "ticket_pattern": r"[A-Z]+-\d+", "ticket_address": 'https://tickets.example/"q"/{ticket}',
    }  # fmt: skip
    assert set(said) == set(COMPANY_RULES)
    set_company(**said)
    for found in (rules(), fresh(sam).login_as_rules, User.objects.with_standing().get(pk=sam.pk).login_as_rules):
        assert {name: getattr(found, name) for name in COMPANY_RULES} == said


@pytest.mark.parametrize(("name", "setting"), CEILINGS.items())
def test_the_lower_one_of_the_companys_number_and_the_ceiling_holds(settings, name, setting):
    set_company(**{name: 30})
    for ceiling, holds in ((20, 20), (30, 30), (40, 30), (0, 0)):
        setattr(settings, setting, ceiling)
        assert getattr(rules(), name) == holds


@pytest.mark.parametrize(("operators", "companys"), [(True, True), (True, False), (False, True), (False, False)])
def test_login_as_user_is_on_if_both_switches_are(settings, sam, lena, client, operators, companys):
    settings.LOGIN_AS_ENABLED = operators
    set_company(login_as_enabled=companys)
    sign_in(client, sam)
    assert post_login_as(client, lena).status_code == (302 if operators and companys else 403)


@pytest.mark.parametrize("wrong", ['"many"', "null", "0", "-3", "2.5", "[]", "true"])
def test_a_number_that_was_stored_wrongly_counts_as_the_default(wrong):
    stored = f'[1, "start", 1, {wrong}, 60, 20, 10, "act", 0, "", ""]'
    assert rules_of(stored, True, (99, 99, 99, 99)).idle_minutes == 15


def test_a_word_that_was_stored_wrongly_counts_as_the_default_and_a_switch_as_off():
    found = rules_of('["x", "never", 7, 15, 60, 20, 10, "both", "", null, 4]', True, (99, 99, 99, 99))
    assert (found.login_as_enabled, found.notice, found.names_staff, found.default_mode) == (
        False, "start", False, "look_only",  # nobody may, and nobody is named, until a switch can be read
    )  # fmt: skip
    assert (found.ticket_required, found.ticket_pattern, found.ticket_address) == (False, "", "")


@pytest.mark.parametrize(
    "wrong", [{name: 0} for name in CEILINGS] + [{"notice": "sometimes"}, {"default_mode": "both"}], ids=str
)
def test_the_database_refuses_what_no_form_offers(wrong):
    with pytest.raises(IntegrityError), transaction.atomic():
        set_company(**wrong)


def ago(session, *, started=0, active=0):
    now = clock.now()
    AssumedSession.objects.filter(pk=session.pk).update(
        started_at=now - timedelta(minutes=started), last_active_at=now - timedelta(minutes=active)
    )


@pytest.mark.parametrize(
    ("name", "ages", "cause"),
    [
        ("idle_minutes", {"started": 5, "active": 4}, "idle"),
        ("max_minutes", {"started": 5, "active": 0}, "time_limit"),
    ],
)
def test_a_lower_limit_ends_a_running_session_at_its_next_request(client, owner, sam, lena, name, ages, cause):
    session = log_in_as(client, sam, lena)
    ago(session, **ages)
    assert client.get(reverse("module_list")).status_code == 200
    ago(session, **ages)
    change_settings(actor=owner, values={name: 3})
    assert client.get(reverse("module_list")).status_code == 302
    session.refresh_from_db()
    assert session.cause == cause


def test_a_running_session_tells_the_new_number_of_minutes(client, owner, sam, lena):
    log_in_as(client, sam, lena)
    assert ">15<" in client.get(reverse("module_list")).content.decode()
    change_settings(actor=owner, values={"idle_minutes": 9})
    assert ">9<" in client.get(reverse("module_list")).content.decode()


def test_the_number_of_starts_per_hour_holds_at_the_next_start(client, owner, sam, lena, max_):
    log_in_as(client, sam, lena)
    client.post(reverse("assumed_session_exit"))
    change_settings(actor=owner, values={"starts_per_hour": 1})
    sign_in(client, sam)
    assert post_login_as(client, max_).status_code == 403


def test_the_age_of_a_proof_holds_at_the_next_start(client, owner, sam, lena):
    sign_in(client, sam)
    session = client.session
    for record in session["account_authentication_methods"]:
        record["at"] -= 120
    session.save()
    assert client.get(reverse("login_as", args=[lena.pk])).status_code == 200
    change_settings(actor=owner, values={"step_up_minutes": 1})
    assert reverse("confirm_identity") in client.get(reverse("login_as", args=[lena.pk])).url


def test_a_session_that_began_before_the_notice_was_moved_to_the_end_brings_one_at_its_end(client, owner, sam, lena):
    change_settings(actor=owner, values={"notice": "none"})
    log_in_as(client, sam, lena)
    change_settings(actor=owner, values={"notice": "end", "names_staff": False})
    client.post(reverse("assumed_session_exit"))
    call_command("send_notices")
    [sent] = mail.outbox
    assert "a member of support" in sent.body


def test_look_only_is_the_first_button_unless_the_company_says_otherwise(client, sam, lena):
    sign_in(client, sam)

    def buttons():
        page = client.get(reverse("login_as", args=[lena.pk])).content.decode()
        return re.findall(r'<button class="button" name="mode" value="(\w+)" (data-kind="quiet")?', page)

    assert buttons() == [("look_only", ""), ("act", 'data-kind="quiet"')]
    set_company(default_mode="act")
    assert buttons() == [("act", ""), ("look_only", 'data-kind="quiet"')]


def test_the_list_of_live_sessions_counts_by_the_rules_in_force(client, owner, sam, lena):
    session = log_in_as(client, sam, lena)
    ago(session, started=5, active=4)
    owners, live = Client(), reverse("admin:impersonation_assumedsession_changelist")
    sign_in(owners, owner)
    assert "Sam Okafor" in owners.get(live).content.decode()
    set_company(idle_minutes=3)
    assert "Sam Okafor" not in owners.get(live).content.decode()
    assert "Sam Okafor" in owners.get(f"{live}?state=ended").content.decode()


def test_the_rules_come_with_the_one_statement_of_an_assumed_request(client, sam, lena):
    session = log_in_as(client, sam, lena)
    set_company(idle_minutes=4)
    with CaptureQueriesContext(connection) as captured:
        found = loader.find(session.pk)
        for person in (found, found.actor, found.target):
            assert person.login_as_rules.idle == timedelta(minutes=4)
    assert len(data_queries(captured)) == 1
    # Read in another way, a session reads them once
    with CaptureQueriesContext(connection) as captured:
        plain = AssumedSession.objects.get(pk=session.pk)
        assert plain.idle_at - plain.last_active_at == plain.login_as_rules.idle
    assert len(data_queries(captured)) == 2


def test_what_somebody_wrote_past_the_form_runs_no_script_and_breaks_no_page(client, lena, sam):
    address = "javascript:alert(1)//{ticket}"
    Organisation.objects.update_or_create(pk=1, defaults={"ticket_pattern": "(", "ticket_address": address})
    rules = in_force(read_stored_rules()).tickets
    assert (rules.link("SUP-7"), rules.address) == ("", "")
    with pytest.raises(ValidationError):
        rules.validate("SUP-7")
