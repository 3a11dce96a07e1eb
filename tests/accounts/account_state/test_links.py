"""What became of an invitation or a link to a new password, as Sam reads it."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Mail, User
from accounts.models.outbox import ATTEMPTS
from accounts.users.actions import set_active
from accounts.users.invitations import invite
from accounts.users.remedies import send_password_link
from audit import log
from audit.kinds import Kind
from tests.support.account_state import labels, remark, sentence, state, without_password
from tests.support.mail_backends import delivered

pytestmark = pytest.mark.django_db
MONDAY = datetime(2026, 11, 30, 7, tzinfo=UTC)
NEVER = "Lena Sørensen has never signed in and can't yet: no password was ever set."


@pytest.fixture(autouse=True)
def no_attempts_counted():
    cache.clear()


@pytest.fixture
def on_monday():
    with time_machine.travel(MONDAY, tick=False) as travel:
        yield travel


def asks_for_a_link(email):
    return Client().post(reverse("account_reset_password"), {"email": email})


def signed_in(user, at):
    User.objects.filter(pk=user.pk).update(last_login=at)
    user.refresh_from_db()


def test_an_invitation_waits_then_works_then_expires(on_monday, sam, lena):
    without_password(lena)
    invite(actor=sam, user=lena)
    sent = "Sam Okafor sent an invitation on Monday 30 November 2026, 08:00."
    assert sentence(lena, sam, "no_password") == f"{NEVER} {sent} The mail waits to be sent."
    delivered()
    works = "The mail was handed to the mail server; its link works until Thursday 3 December 2026, 08:00."
    assert sentence(lena, sam, "no_password") == f"{NEVER} {sent} {works}"
    on_monday.shift(timedelta(days=4))
    said = remark(lena, sam, "no_password")
    assert said.sentence.endswith("its link expired on Thursday 3 December 2026, 08:00.")
    assert said.at == MONDAY
    assert labels(said) == ["Send an invitation"]


def test_how_long_a_link_lasts_is_the_setting(on_monday, settings, sam, lena):
    without_password(lena)
    invite(actor=sam, user=lena)
    delivered()
    settings.PASSWORD_RESET_TIMEOUT = 3600
    assert sentence(lena, sam, "no_password").endswith("its link works until Monday 30 November 2026, 09:00.")


def test_an_invitation_whose_mail_is_forgotten_has_expired(on_monday, sam, lena):
    without_password(lena)
    invite(actor=sam, user=lena)
    Mail.objects.all().delete()
    said = sentence(lena, sam, "no_password")
    assert said.endswith("Sam Okafor sent an invitation on Monday 30 November 2026, 08:00. The link has expired.")


def test_a_deactivation_voids_the_link_of_an_invitation(on_monday, owner, sam, lena):
    without_password(lena)
    invite(actor=sam, user=lena)
    delivered()
    on_monday.shift(60)
    set_active(actor=owner, user=lena, active=False)
    set_active(actor=owner, user=lena, active=True)
    assert sentence(lena, sam, "no_password").endswith("its link no longer works.")


def test_a_mail_that_the_server_refuses_says_how_often_and_offers_to_correct_the_address(on_monday, sam, lena):
    without_password(lena)
    invite(actor=sam, user=lena)
    Mail.objects.update(attempts=1, try_at=MONDAY + timedelta(minutes=2))
    said = remark(lena, sam, "no_password")
    assert said.sentence.endswith("it was tried once, and is tried again on Monday 30 November 2026, 08:02.")
    assert labels(said) == ["Send an invitation", "Edit"]
    Mail.objects.update(attempts=3)
    assert "it was tried 3 times" in sentence(lena, sam, "no_password")
    Mail.objects.update(attempts=ATTEMPTS, given_up_at=MONDAY)
    assert sentence(lena, sam, "no_password").endswith("could not be delivered, and is not tried again.")
    Mail.objects.update(attempts=1)
    assert sentence(lena, sam, "no_password").endswith("its link was not needed any more.")


def test_a_new_password_that_was_asked_for_since_the_last_sign_in_leads(on_monday, sam, lena):
    signed_in(lena, MONDAY - timedelta(days=1))
    asks_for_a_link(lena.email)
    found = state(lena, sam)
    assert found.blocking == []
    assert found.leading.name == "password_link"
    asked = "A new password was asked for on the sign-in page on Monday 30 November 2026, 08:00."
    assert found.leading.sentence == f"{asked} The mail waits to be sent."
    assert labels(found.leading) == ["Send a link to a new password"]
    delivered()
    assert "its link works until Thursday 3 December 2026, 08:00." in sentence(lena, sam, "password_link")
    signed_in(lena, MONDAY + timedelta(hours=1))
    said = remark(lena, sam, "password_link")
    assert not said.leading
    assert said.sentence.endswith("its link no longer works.")
    assert said.remedies == ()


def test_a_link_that_was_used_leads_no_more(on_monday, sam, lena):
    signed_in(lena, MONDAY - timedelta(days=1))
    send_password_link(actor=sam, user=lena)
    delivered()
    on_monday.shift(60)
    with log.recording():
        log.record(Kind.USER_PASSWORD_CHANGED, actor=lena.as_person(), target=lena.as_person())
    said = remark(lena, sam, "password_link")
    assert "Sam Okafor sent a link to a new password on Monday 30 November 2026, 08:00." in said.sentence
    assert said.sentence.endswith("A new password was set on Monday 30 November 2026, 08:01.")
    assert not said.leading
    assert state(lena, sam).leading is None


def test_who_sent_a_link_is_named_to_those_alone_who_may_see_them(on_monday, owner, rita, lena):
    send_password_link(actor=owner, user=lena)
    assert sentence(lena, rita, "password_link").startswith("Somebody you may not see sent a link to a new password on")


def test_somebody_elses_request_is_not_taken_for_lenas(sam, lena, max_):
    asks_for_a_link(max_.email)
    assert remark(lena, sam, "password_link") is None
    assert remark(max_, sam, "password_link") is not None


def test_too_many_requests_for_a_link_lead_while_they_are_refused(sam, lena):
    for _ in range(5):
        assert remark(lena, sam, "too_many_links") is None
        assert asks_for_a_link(lena.email).status_code == 302
    assert asks_for_a_link(lena.email).status_code == 429
    said = remark(lena, sam, "too_many_links")
    refused = "A new password was asked for too often: the sign-in page refuses to send a link until "
    assert said.sentence.startswith(refused)
    assert said.leading
    assert not said.blocks
    assert labels(said) == ["Send a link to a new password"]


def test_a_lost_mail_of_another_kind_asks_whether_the_address_is_right(sam, lena):
    with log.recording():
        log.record(Kind.MAIL_GIVEN_UP, target=lena.as_person(), detail={"mail": "place_given"})
    said = remark(lena, sam, "mail_given_up")
    assert said.sentence.endswith("Is the email address right?")
    assert labels(said) == ["Edit"]
    signed_in(lena, timezone.now() + timedelta(hours=1))
    assert remark(lena, sam, "mail_given_up") is None
