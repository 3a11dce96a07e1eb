"""Protection and the company's own switch: who may set them, and that they hold from the next request on."""

import pytest
from django.db import IntegrityError, OperationalError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.authorization.changes import NotAllowed, set_protected
from accounts.models import Organisation, User
from accounts.permission_setup.actions import change_settings
from impersonation.models import AssumedSession
from tests.support.assumed import data_queries, detail, events, log_in_as, post_login_as, sign_in
from tests.support.factories import UserFactory, permission_type
from tests.support.permission_setup import fresh, set_company, settings_data

pytestmark = pytest.mark.django_db

SETTINGS = reverse("organisation_settings")


@pytest.fixture
def paula(company):
    """Paula protects accounts in the whole company, and sees people; she can't log in as anybody."""
    person = UserFactory(first_name="Paula", last_name="Dam", department=company)
    person.groups.add(permission_type("Works council", "see_people", "protect_people"))
    return person


def ended(client, session):
    response = client.get(reverse("dashboard"))
    assert response.status_code == 302
    return AssumedSession.objects.get(pk=session.pk).cause


def protect(client, person, protected="on"):
    return client.post(reverse("user_protect", args=[person.pk]), {"protected": protected})


def test_an_installation_that_has_set_nothing_up_allows_it():
    assert not Organisation.objects.exists()
    assert Organisation.current().login_as_enabled is True


def test_there_is_one_organisation_and_no_other():
    with pytest.raises(IntegrityError):
        Organisation.objects.create(pk=2)


def test_the_owner_switches_it_off_and_it_ends_at_the_next_request(client, owner, sam, lena):
    session = log_in_as(client, sam, lena)
    owners = Client()
    sign_in(owners, owner)
    assert owners.post(SETTINGS, settings_data(login_as_enabled=False)).url == SETTINGS
    assert ended(client, session) == "feature_off"
    [event] = events("organisation.settings_changed")
    assert event.actor_id == owner.pk
    assert detail(event) == {"before": {"login_as_enabled": True}, "after": {"login_as_enabled": False}}


def test_switched_off_the_list_and_the_start_say_so_and_switched_on_again_they_work(client, owner, sam, lena):
    change_settings(actor=owner, values={"login_as_enabled": False})
    sign_in(client, sam)
    response = post_login_as(client, lena)
    assert response.status_code == 403
    for url in (reverse("user_list"), reverse("user_detail", args=[lena.pk])):
        assert "Login as User is switched off." in client.get(url).content.decode()
    assert not AssumedSession.objects.exists()
    change_settings(actor=owner, values={"login_as_enabled": True})
    assert post_login_as(client, lena).status_code == 302
    assert len(events("organisation.settings_changed")) == 2


def test_the_same_setting_again_records_nothing(owner):
    change_settings(actor=owner, values={"login_as_enabled": True})
    assert events("organisation.settings_changed") == []


def test_sam_may_not_change_the_settings(client, sam):
    sign_in(client, sam)
    assert client.post(SETTINGS, settings_data(login_as_enabled=False)).status_code == 404
    with pytest.raises(NotAllowed, match="right to edit settings"):
        change_settings(actor=sam, values={"login_as_enabled": False})
    assert Organisation.current().login_as_enabled


def test_a_right_for_departments_does_not_reach_the_settings(client, rita, copenhagen):
    rita.groups.add(permission_type("Local", "manage_settings", departments=[copenhagen]))
    sign_in(client, rita)
    assert client.get(SETTINGS).status_code == 404


def queries(client, url):
    with CaptureQueriesContext(connection) as captured:
        response = client.get(url)
    assert response.status_code == 200
    return data_queries(captured)


def test_reading_the_switch_costs_no_query_of_its_own(client, owner, sam, lena, max_):
    """Twice in one request is twice in one statement: the switch is read wherever people's rights are."""
    change_settings(actor=owner, values={"login_as_enabled": False})
    change_settings(actor=owner, values={"login_as_enabled": True})
    sign_in(client, sam)
    alone = [sql for sql in queries(client, reverse("user_list")) if "accounts_organisation" in sql]
    assert len(alone) == 3  # the actor, the page of people, and those whose accounts the actor opened last
    assert all("accounts_user" in sql for sql in alone)
    log_in_as(client, sam, lena)
    client.get(reverse("assumed_session"))
    asked = queries(client, reverse("assumed_session"))
    assert len(asked) == 3, asked  # the browser session, the one statement, and the reason that the page shows
    assert "audit_audittext" in asked[2]


def test_paula_protects_lena_and_sams_assumed_session_ends(client, paula, sam, lena):
    session = log_in_as(client, sam, lena)
    paulas = Client()
    sign_in(paulas, paula)
    assert protect(paulas, lena).url == lena.get_absolute_url()
    assert fresh(lena).is_protected
    assert ended(client, session) == "target_protected"
    [event] = events("user.protection_changed")
    assert (event.actor_id, event.target_id) == (paula.pk, lena.pk)
    assert detail(event) == {"before": False, "after": True}


def test_paula_lifts_no_protection_for_that_would_open_the_account(client, paula, lena):
    User.objects.filter(pk=lena.pk).update(is_protected=True)
    sign_in(client, paula)
    assert "Lift the protection" not in client.get(lena.get_absolute_url()).content.decode()
    assert protect(client, lena, "").status_code == 403
    assert fresh(lena).is_protected


def test_who_could_log_in_as_protected_accounts_lifts_the_protection(client, paula, lena):
    User.objects.filter(pk=lena.pk).update(is_protected=True)
    paula.groups.add(permission_type("Trusted", "log_in_as_protected"))
    sign_in(client, paula)
    assert "Lift the protection" in client.get(lena.get_absolute_url()).content.decode()
    assert protect(client, lena, "").status_code == 302
    assert not fresh(lena).is_protected


def test_sam_may_neither_protect_nor_lift_a_protection(client, sam, lena):
    sign_in(client, sam)
    assert "Protect this account" not in client.get(lena.get_absolute_url()).content.decode()
    assert protect(client, lena).status_code == 403
    assert not fresh(lena).is_protected
    User.objects.filter(pk=lena.pk).update(is_protected=True)
    assert protect(client, lena, "").status_code == 403
    assert fresh(lena).is_protected
    assert events("user.protection_changed") == []


@pytest.mark.parametrize(
    ("who", "sentence"),
    [
        ("paula", "This is your own account."),
        ("owner", "This account owns the platform."),
        ("audrey", "This person holds rights that you don't."),
    ],
)
def test_paula_protects_neither_herself_nor_who_is_above_her(request, paula, who, sentence):
    person = request.getfixturevalue(who)
    with pytest.raises(NotAllowed) as caught:
        set_protected(actor=paula, user=person, protected=True)
    assert caught.value.sentence == sentence
    assert not fresh(person).is_protected


def test_protecting_reaches_as_far_as_the_right_is_scoped(rita, lena, max_, copenhagen):
    rita.groups.add(permission_type("Local works council", "protect_people", departments=[copenhagen]))
    set_protected(actor=fresh(rita), user=lena, protected=True)
    with pytest.raises(NotAllowed, match="right to protect"):
        set_protected(actor=fresh(rita), user=max_, protected=True)


def test_protecting_an_invisible_user_answers_like_no_user(client, rita, max_):
    sign_in(client, rita)
    assert protect(client, max_).status_code == 404


def test_protecting_goes_by_post_alone(client, owner, lena):
    sign_in(client, owner)
    assert client.get(reverse("user_protect", args=[lena.pk])).status_code == 405


def test_none_of_it_is_open_in_an_assumed_session(client, owner, lena, sam):
    log_in_as(client, owner, sam)
    sam.groups.add(permission_type("Everything", "manage_settings", "protect_people", "manage_permission_types"))
    assert protect(client, lena).status_code == 403
    assert client.post(SETTINGS, settings_data(login_as_enabled=False)).status_code == 403
    assert client.post(reverse("permission_type_create"), {"step": "save"}).status_code == 403
    assert (fresh(lena).is_protected, Organisation.current().login_as_enabled) == (False, True)


def test_several_changes_are_one_event_with_what_changed_alone(client, owner):
    sign_in(client, owner)
    changes = {"idle_minutes": 5, "notice": "end", "ticket_required": True, "ticket_pattern": r"SUP-\d+"}
    assert client.post(SETTINGS, settings_data(**changes)).url == SETTINGS
    [event] = events("organisation.settings_changed")
    before = {"idle_minutes": 15, "notice": "start", "ticket_required": False, "ticket_pattern": ""}
    assert detail(event) == {"before": before, "after": changes}
    assert Organisation.current().stored_rules() == Organisation(**changes).stored_rules()
    assert client.post(SETTINGS, settings_data()).url == SETTINGS
    assert "Nothing was different, so nothing was changed." in client.get(SETTINGS).content.decode()
    assert len(events("organisation.settings_changed")) == 1


def test_a_change_that_can_not_be_recorded_is_not_made(client, owner, monkeypatch):
    sign_in(client, owner)
    monkeypatch.setattr("audit.log.store", broken)
    client.raise_request_exception = False
    assert client.post(SETTINGS, settings_data(idle_minutes=5)).status_code == 503
    assert Organisation.current().idle_minutes == 15


def broken(*_rows):
    raise OperationalError("disk full")


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"idle_minutes": 16}, "At most 15: that is the ceiling of this installation."),
        ({"max_minutes": 61}, "At most 60: that is the ceiling of this installation."),
        ({"starts_per_hour": 40_000}, "At most 1000: that is the ceiling of this installation."),
        ({"step_up_minutes": 11}, "At most 10: that is the ceiling of this installation."),
        ({"idle_minutes": 0}, "Ensure this value is greater than or equal to 1."),
        ({"idle_minutes": "ten"}, "Enter a whole number."),
        ({"idle_minutes": "9" * 5000}, "Enter a whole number."),
        ({"max_minutes": None}, "This field is required."),
        ({"notice": "sometimes"}, "Select a valid choice."),
        ({"notice": None}, "This field is required."),
        ({"default_mode": "both"}, "Select a valid choice."),
        ({"ticket_pattern": "(a+)+"}, "The pattern can&#x27;t be read from “(a+)+” on."),
        ({"ticket_pattern": "A\0"}, "Null characters are not allowed."),
        ({"ticket_address": "javascript:{ticket}"}, "Please give an address such as"),
        ({"ticket_address": "https://tickets.example/"}, "The address must contain {ticket} once"),
    ],
)
def test_bad_input_is_refused_with_what_is_wrong_and_loses_nothing(client, owner, changes, sentence):
    sign_in(client, owner)
    response = client.post(SETTINGS, settings_data(**{"notice": "end", "step_up_minutes": 7} | changes))
    assert response.status_code == 422
    page = response.content.decode()
    assert sentence in page
    assert "Not saved yet" in page
    assert ('value="7"' in page) == ("step_up_minutes" not in changes)
    assert Organisation.current().stored_rules() == Organisation().stored_rules()
    assert events("organisation.settings_changed") == []


def test_a_stored_number_above_the_ceiling_is_shown_as_it_holds_and_kept(client, owner, settings):
    set_company(max_minutes=50)
    settings.ASSUMED_SESSION_MAX_MINUTES = 30
    sign_in(client, owner)
    page = client.get(SETTINGS)
    assert page.context["form"]["max_minutes"].value() == 30
    client.post(SETTINGS, settings_data(max_minutes=30, idle_minutes=5))
    assert (Organisation.current().max_minutes, Organisation.current().idle_minutes) == (50, 5)
    client.post(SETTINGS, settings_data(max_minutes=29))
    assert Organisation.current().max_minutes == 29


def test_what_was_written_before_the_question_who_is_there_is_still_there_afterwards(client, owner):
    sign_in(client, owner)
    session = client.session
    session["account_authentication_methods"][0]["at"] -= 3600
    session.save()
    asked = client.post(SETTINGS, settings_data(idle_minutes=5, notice="none", login_as_enabled=False))
    back = client.post(asked.url, {"password": "standin-demo", "next": SETTINGS})
    form = client.get(back.url).context["form"]
    assert [form[name].value() for name in ("idle_minutes", "notice", "login_as_enabled")] == ["5", "none", False]
    assert Organisation.current().stored_rules() == Organisation().stored_rules()
