"""How an account stands: the order of what is said, its cost, and the people of the support stories."""

from datetime import timedelta

import pytest
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.contrib.auth.hashers import make_password
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.account_state import state_of
from accounts.authorization.lookup import get_visible_user_or_404
from accounts.models import JobProfile, LastRefusal, User
from accounts.models.email_addresses import store_email_addresses
from accounts.users.actions import set_active
from accounts.users.invitations import invite
from accounts.users.remedies import send_password_link
from tests.support.account_state import remark, sentence, state, without_password
from tests.support.assumed import data_queries
from tests.support.guessing import lock_everywhere, try_password

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def no_attempts_counted():
    cache.clear()


@pytest.fixture
def person(norreport):
    """Return a function that makes a person of the support stories: with a password, and without a sign-in."""
    barista = JobProfile.objects.create(name="Barista")

    def make(email, first_name, last_name, *, department=norreport, job_profile=barista, **fields):
        user = User(email=email, first_name=first_name, last_name=last_name, **fields)
        user.department, user.job_profile, user.password = department, job_profile, make_password("standin-demo")
        user.save()
        store_email_addresses([user])
        return user

    return make


def names(found):
    return [each.name for each in found.remarks]


def test_the_people_of_the_stories_with_a_password_are_not_called_blocked(person, sam):
    stine = person("stine@harbour.example", "Stine", "Story", external_id="ST-1")
    tove = person("tove.holm@harbour.example", "Tove", "Holm", external_id="ST-12")
    for user in (stine, tove):
        assert names(state(user, sam)) == ["never_signed_in"]
        assert state(user, sam).first_blocking is None
        assert state(user, sam).leading is None
    private = person("tove.privat@mail.example", "Tove", "Holm", department=None, job_profile=None)
    assert names(state(private, sam)) == ["never_signed_in", "no_department", "no_job_profile"]
    assert state(private, sam).first_blocking is None


def test_gitte_who_is_deactivated_is_blocked_by_that(person, sam):
    gitte = person("gone@harbour.example", "Gitte", "Gone", external_id="ST-13")
    gitte.set_active(False)
    gitte.save()
    found = state(gitte, sam)
    assert found.first_blocking.name == "deactivated"
    assert found.first_blocking.at == gitte.deactivated_at


def test_nina_who_was_never_invited_is_blocked_by_that(person, sam):
    nina = without_password(person("never@harbour.example", "Nina", "Never", external_id="ST-14"))
    found = state(nina, sam)
    assert found.first_blocking.name == "no_password"
    assert "Nina Never has never signed in and can't yet: no password was ever set." in found.first_blocking.sentence


def test_a_story_of_a_lock_and_of_a_lost_mail(person, sam):
    """Story 15: too many wrong passwords, and a link that is on its way."""
    user = person("locked@harbour.example", "Lars", "Locked")
    send_password_link(actor=sam, user=user)
    lock_everywhere(user.email)
    found = state(user, sam)
    assert found.first_blocking.name == "locked"
    assert found.leading.name == "password_link"


def test_a_story_of_a_browser_that_keeps_no_cookies_leads_and_does_not_block(person, sam):
    """Story 20: something in the browser stands in the way."""
    user = person("blocked@harbour.example", "Bo", "Browser")
    LastRefusal.objects.create(user=user, kind="out_of_date", path="/modules/3/save/", status=403, at=timezone.now())
    found = state(user, sam)
    assert found.blocking == []
    assert found.leading.name == "last_refusal"


def test_what_blocks_comes_first_then_what_leads_then_the_rest(owner, sam, lena):
    without_password(lena)
    send_password_link(actor=sam, user=lena)
    LastRefusal.objects.create(user=lena, kind="failed", path="/", status=500, at=timezone.now())
    set_active(actor=owner, user=lena, active=False)
    found = state(lena, sam)
    assert names(found) == ["deactivated", "no_password", "last_refusal", "never_signed_in", "no_job_profile"]
    assert [each.name for each in found.blocking] == ["deactivated", "no_password"]
    assert [each.name for each in found.rest] == ["never_signed_in", "no_job_profile"]
    assert [each.name for each in found.decisive] == ["deactivated", "no_password", "last_refusal"]
    assert found.first_blocking.name == "deactivated"
    assert found.leading.name == "last_refusal"


def test_in_an_assumed_session_the_same_is_said_without_buttons(owner, sam, lena):
    invite(actor=sam, user=without_password(lena))
    set_active(actor=owner, user=lena, active=False)
    here, there = state(lena, sam), state(lena, sam, in_session=True)
    assert [each.sentence for each in here.remarks] == [each.sentence for each in there.remarks]
    assert any(each.remedies for each in here.remarks)
    assert [each.remedies for each in there.remarks] == [()] * len(there.remarks)


def test_what_is_missing_in_the_profile_is_said_with_the_way_to_edit_it(sam, lena):
    User.objects.filter(pk=lena.pk).update(department=None, language="tlh", time_zone="Mars/Olympus")
    found = state(lena, sam)
    said = {each.name: each for each in found.remarks}
    assert said["no_department"].sentence == "No department: nothing that is meant for a department is shown."
    assert said["no_job_profile"].sentence == "No job profile: nothing that is meant for a job profile is shown."
    assert "“tlh” is not offered any more" in said["unknown_language"].sentence
    assert "“Mars/Olympus” is unknown" in said["unknown_time_zone"].sentence
    assert [remedy.label for remedy in said["no_department"].remedies] == ["Edit"]


COUNTERS = 7  # of failed sign-ins and links, in the cache


def costs(user, actor):
    actor = User.objects.with_standing().get(pk=actor.pk)
    user = get_visible_user_or_404(actor, user.pk)
    with CaptureQueriesContext(connection) as captured:
        state_of(user, actor)
    return len(data_queries(captured)) - COUNTERS


def test_the_state_costs_five_queries_and_at_most_eight(owner, sam, lena):
    """Events, mail, factors, last refusal, last request; then texts of events, failures, names. And seven counters."""
    assert costs(lena, sam) == 5
    for at in range(3):
        try_password(lena.email, at=at)
    invite(actor=sam, user=lena)
    assert costs(lena, sam) == 8
    TOTP.activate(lena, generate_totp_secret())
    for _ in range(5):
        send_password_link(actor=sam, user=lena)
        set_active(actor=owner, user=lena, active=False)
        set_active(actor=owner, user=lena, active=True)
    LastRefusal.objects.create(user=lena, kind="failed", path="/", status=500, at=timezone.now())
    assert costs(lena, sam) == 8
    set_active(actor=owner, user=lena, active=False)
    assert costs(lena, sam) == 8


@pytest.mark.parametrize(
    ("kind", "days", "leads", "said"),
    [
        ("forbidden", 0, False, "opened a page that is closed to them (/modules/3/)."),
        ("out_of_date", 0, True, "because its page was out of date"),
        ("out_of_date", 2, False, "because its page was out of date"),
        ("no_page", 0, False, "followed a link to a page that they can't open"),
        ("no_file", 0, False, "asked for a file that they can't open"),
        ("too_large", 0, True, "sent something that was too large"),
        ("form_errors", 0, False, "came back with errors to correct"),
        ("too_many", 0, False, "was told to wait after too many attempts"),
        ("failed", 0, True, "error 500"),
    ],
)
def test_what_the_browser_was_last_refused_is_said(sam, lena, kind, days, leads, said):
    at = timezone.now() - timedelta(days=days)
    LastRefusal.objects.create(user=lena, kind=kind, path="/modules/3/", status=500, at=at)
    assert said in sentence(lena, sam, "last_refusal")
    assert remark(lena, sam, "last_refusal").leading is leads


def test_a_refusal_of_long_ago_or_of_an_unknown_kind_is_not_said(sam, lena):
    kept = LastRefusal.objects.create(
        user=lena, kind="failed", path="", status=500, at=timezone.now() - timedelta(days=29)
    )
    assert "(a page of their own account)" in sentence(lena, sam, "last_refusal")
    LastRefusal.objects.update(at=kept.at - timedelta(days=2))
    assert remark(lena, sam, "last_refusal") is None
    LastRefusal.objects.update(at=timezone.now(), kind="from a newer version")
    assert remark(lena, sam, "last_refusal") is None
