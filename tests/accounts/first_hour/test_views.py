"""The page of the first steps and its card on the dashboard."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.first_hour.actions import TEST_MAILS
from accounts.models import HiddenFirstSteps, Mail
from learning import views as learning_views
from tests.support.assumed import data_queries, events, log_in_as, sign_in
from tests.support.factories import UserFactory, permission_type
from tests.support.mail_backends import Down, delivered

pytestmark = pytest.mark.django_db
PAGE, HIDE, TEST = (reverse(name) for name in ("first_steps", "first_steps_hide", "first_steps_test_mail"))
DASHBOARD = reverse("dashboard")
CARD = "first-steps-card"


def text(client, address=PAGE):
    response = client.get(address)
    assert response.status_code == 200
    return response.content.decode()


@pytest.fixture
def owners(client, owner):
    """Return the browser of the owner, signed in."""
    sign_in(client, owner)
    return client


def test_nobody_without_the_right_finds_the_steps(client, lena, sam, petra, hanne, audrey, rita, copenhagen):
    rita.groups.add(permission_type("Local settings", "manage_settings", departments=[copenhagen]))
    for person in (lena, sam, petra, hanne, audrey, rita):
        sign_in(client, person)
        assert client.get(PAGE).status_code == 404
        assert client.post(HIDE, {"hidden": "on"}).status_code == 404
        assert client.post(TEST).status_code == 404
        shown = text(client, DASHBOARD)
        assert CARD not in shown
        assert PAGE not in shown
    assert not HiddenFirstSteps.objects.exists()
    assert not Mail.objects.exists()


def test_a_stranger_is_led_to_the_sign_in(client):
    assert client.get(PAGE).url.startswith("/accounts/login/")


def test_the_steps_are_closed_in_an_assumed_session(client, owner, company):
    owns = permission_type("Owns settings", "manage_settings", "act_on_behalf", "see_people")
    sue, bo = UserFactory(first_name="Sue", department=company), UserFactory(first_name="Bo", department=company)
    for person in (sue, bo):
        person.groups.add(owns)
    log_in_as(client, sue, bo)
    assert client.get(PAGE).status_code == 403
    for address in (HIDE, TEST):
        assert client.post(address, {"hidden": "on"}).status_code == 403
    assert CARD not in text(client, DASHBOARD)
    assert not HiddenFirstSteps.objects.exists()
    assert events("mail.tested") == []
    own = Client()
    sign_in(own, bo)
    assert CARD in text(own, DASHBOARD)


def queries_for(client, address):
    with CaptureQueriesContext(connection) as captured:
        text(client, address)
    return len(data_queries(captured))


def test_the_page_costs_two_queries_of_its_own(owners):
    text(owners)
    of_any_page = queries_for(owners, reverse("help_login_as"))
    assert queries_for(owners, PAGE) == of_any_page + 2
    owners.post(TEST)
    text(owners)
    assert queries_for(owners, PAGE) == of_any_page + 2


def test_the_card_on_the_dashboard_costs_the_owner_one_query(owners, monkeypatch):
    queries_for(owners, DASHBOARD)
    shown = queries_for(owners, DASHBOARD)
    monkeypatch.setattr(learning_views, "checklist_of_dashboard", lambda *_: None)
    assert shown == queries_for(owners, DASHBOARD) + 1


def test_the_card_is_hidden_and_shown_again(owners, owner):
    assert CARD in text(owners, DASHBOARD)
    assert "Hide on my dashboard" in text(owners)
    response = owners.post(HIDE, {"hidden": "on"}, follow=True)
    assert "The first steps were hidden. You find them in the menu under your name." in response.content.decode()
    assert CARD not in text(owners, DASHBOARD)
    other = Client()
    sign_in(other, owner)
    assert CARD not in text(other, DASHBOARD)
    assert "Show on my dashboard" in text(owners)
    owners.post(HIDE, {"hidden": "off"})
    assert CARD in text(owners, DASHBOARD)


def test_what_one_owner_hides_the_other_sees(owners, company):
    bo = UserFactory(first_name="Bo", department=company)
    bo.groups.add(permission_type("Settings", "manage_settings"))
    owners.post(HIDE, {"hidden": "on"})
    other = Client()
    sign_in(other, bo)
    shown = text(other, DASHBOARD)
    assert CARD in shown
    page = text(other)
    assert "Somebody who writes content does this, such as a Content creator." in page
    assert reverse("admin:learning_module_add") not in page


def test_hiding_and_the_test_mail_take_posts_alone(owners):
    for address in (HIDE, TEST):
        assert owners.get(address).status_code == 405


def test_the_page_says_how_the_test_mail_fares(owners, owner, settings):
    assert "test mail to" not in text(owners)
    owners.post(TEST)
    assert "A test mail is on its way, within a minute or two." in text(owners)
    Mail.objects.update(created_at=timezone.now() - timedelta(minutes=4))
    assert "nothing sends mail here" in text(owners)
    backend, settings.EMAIL_BACKEND = settings.EMAIL_BACKEND, "tests.support.mail_backends.Down"
    delivered()
    assert Down.knocked
    assert "after 1 attempt." in text(owners)
    settings.EMAIL_BACKEND = backend
    Mail.objects.update(try_at=timezone.now())
    [message] = delivered()
    shown = text(owners)
    assert f"The mail server took a test mail to {owner.email}" in shown
    assert message.subject == "Test mail of Standin"
    Mail.objects.update(sent_at=None, given_up_at=timezone.now())
    assert "The last test mail could not be sent." in text(owners)


def test_too_many_test_mails_are_refused_with_a_sentence(owners):
    for _ in range(TEST_MAILS):
        owners.post(TEST)
    response = owners.post(TEST, follow=True)
    assert "You have asked for many test mails within an hour." in response.content.decode()
    assert Mail.objects.count() == TEST_MAILS


def test_a_learner_reads_no_test_mail_of_the_owner(owners, owner, company):
    owners.post(TEST)
    bo = UserFactory(first_name="Bo", department=company)
    bo.groups.add(permission_type("Settings", "manage_settings"))
    other = Client()
    sign_in(other, bo)
    assert "test mail is on its way" not in text(other)
