"""Protection and the company's own switch: who may set them, and that they hold from the next request on."""

import pytest
from django.db import IntegrityError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.authorization.changes import NotAllowed, set_login_as_enabled, set_protected
from accounts.models import Organisation, User
from impersonation.models import AssumedSession
from tests.support.assumed import data_queries, detail, events, log_in_as, post_login_as, sign_in
from tests.support.factories import UserFactory, permission_type
from tests.support.permission_setup import fresh

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
    assert owners.post(SETTINGS, {}).url == SETTINGS
    assert ended(client, session) == "feature_off"
    [event] = events("organisation.settings_changed")
    assert event.actor_id == owner.pk
    assert detail(event) == {"login_as_enabled_before": True, "login_as_enabled_after": False}


def test_switched_off_the_list_and_the_start_say_so_and_switched_on_again_they_work(client, owner, sam, lena):
    set_login_as_enabled(actor=owner, enabled=False)
    sign_in(client, sam)
    response = post_login_as(client, lena)
    assert response.status_code == 403
    for url in (reverse("user_list"), reverse("user_detail", args=[lena.pk])):
        assert "Login as User is switched off." in client.get(url).content.decode()
    assert not AssumedSession.objects.exists()
    set_login_as_enabled(actor=owner, enabled=True)
    assert post_login_as(client, lena).status_code == 302
    assert len(events("organisation.settings_changed")) == 2


def test_the_same_setting_again_records_nothing(owner):
    set_login_as_enabled(actor=owner, enabled=True)
    assert events("organisation.settings_changed") == []


def test_sam_may_not_change_the_settings(client, sam):
    sign_in(client, sam)
    assert client.post(SETTINGS, {}).status_code == 404
    with pytest.raises(NotAllowed, match="right to edit settings"):
        set_login_as_enabled(actor=sam, enabled=False)
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
    set_login_as_enabled(actor=owner, enabled=False)
    set_login_as_enabled(actor=owner, enabled=True)
    sign_in(client, sam)
    alone = [sql for sql in queries(client, reverse("user_list")) if "accounts_organisation" in sql]
    assert len(alone) == 2  # the actor with their rights, and the page of people with theirs
    assert all("accounts_user" in sql for sql in alone)
    log_in_as(client, sam, lena)
    client.get(reverse("assumed_session"))
    asked = queries(client, reverse("assumed_session"))
    assert len(asked) == 2, asked  # the browser session, and the one statement


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


def test_protecting_somebody_whom_one_may_not_see_is_like_nobody(client, rita, max_):
    sign_in(client, rita)
    assert protect(client, max_).status_code == 404


def test_protecting_goes_by_post_alone(client, owner, lena):
    sign_in(client, owner)
    assert client.get(reverse("user_protect", args=[lena.pk])).status_code == 405


def test_none_of_it_is_open_in_an_assumed_session(client, owner, lena, sam):
    log_in_as(client, owner, sam)
    sam.groups.add(permission_type("Everything", "manage_settings", "protect_people", "manage_permission_types"))
    assert protect(client, lena).status_code == 403
    assert client.post(SETTINGS, {}).status_code == 403
    assert client.post(reverse("permission_type_create"), {"step": "save"}).status_code == 403
    assert (fresh(lena).is_protected, Organisation.current().login_as_enabled) == (False, True)
