"""Whatever stands against an assumed session ends it at the next request, for good, and never as the actor."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import DepartmentGroupPermission, User
from audit import log
from impersonation import actions, middleware
from impersonation.models import AssumedSession, Cause
from tests.support.assumed import detail, events, log_in_as, post_login_as, sign_in

pytestmark = pytest.mark.django_db


def deactivate(person):
    User.objects.filter(pk=person.pk).update(is_active=False)


def delete(person):
    User.objects.get(pk=person.pk).delete()


def change_password(person):
    person = User.objects.get(pk=person.pk)
    person.set_password("another password altogether")
    person.save()


def grant(person, codename):
    person.user_permissions.add(Permission.objects.get(codename=codename))


def set_times(**changes):
    AssumedSession.objects.update(**changes)


LATER = timedelta(minutes=15, seconds=1)
STILL_GOOD = timedelta(minutes=14)

THINGS_THAT_HAPPEN = {
    "actor_deactivated": lambda w: deactivate(w.actor),
    "actor_deleted": lambda w: delete(w.actor),
    "actor_password_changed": lambda w: change_password(w.actor),
    "right_lost": lambda w: w.actor.groups.clear(),
    "feature_off": lambda w: setattr(w.settings, "LOGIN_AS_ENABLED", False),
    "target_deactivated": lambda w: deactivate(w.target),
    "target_deleted": lambda w: delete(w.target),
    "target_gained_rights": lambda w: grant(w.target, "view_auditevent"),
    "target_password_changed": lambda w: change_password(w.target),
    "idle": lambda w: set_times(last_active_at=timezone.now() - LATER),
    "time_limit": lambda w: set_times(started_at=timezone.now() - timedelta(minutes=60)),
    "revoked": lambda w: actions.end(w.session, Cause.REVOKED),
}
OTHER_WAYS = {
    "a superuser": ("target_gained_rights", lambda w: User.objects.filter(pk=w.target.pk).update(is_superuser=True)),
    "staff": ("target_gained_rights", lambda w: User.objects.filter(pk=w.target.pk).update(is_staff=True)),
}


class Situation:
    def __init__(self, client, actor, target, settings, **changes):
        self.client, self.actor, self.target, self.settings = client, actor, target, settings
        self.session = log_in_as(client, actor, target, **changes)


@pytest.fixture
def situation(client, sam, lena, settings):
    return Situation(client, sam, lena, settings)


def ended_with(situation, cause):
    """Assert that the next request ended the session: row, event, sign-in page with the cause, nobody signed in."""
    response = situation.client.get(reverse("module_list"))
    assert response.status_code == 302
    assert response.url.startswith(f"{reverse('account_login')}?ended={cause}")
    row = AssumedSession.objects.get(pk=situation.session.pk)
    assert (row.cause, row.ended_at is not None) == (cause, True)
    [event] = events("assumed_session.ended")
    assert (event.actor_id, event.target_id) == (situation.session.actor_id, situation.session.target_id)
    assert detail(event)["cause"] == cause
    page = situation.client.get(response.url)
    assert page.wsgi_request.user.is_anonymous
    assert page.wsgi_request.actor.is_anonymous
    assert str(Cause(cause).label) in page.content.decode().replace("&#x27;", "'")
    return True


@pytest.mark.parametrize("cause", THINGS_THAT_HAPPEN)
def test_what_happens_ends_it_at_the_next_request(situation, cause):
    THINGS_THAT_HAPPEN[cause](situation)
    assert ended_with(situation, cause)


@pytest.mark.parametrize("way", OTHER_WAYS)
def test_a_target_that_becomes_more_powerful_ends_it(situation, way):
    cause, happen = OTHER_WAYS[way]
    happen(situation)
    assert ended_with(situation, cause)


def test_moving_lena_out_of_ritas_departments_ends_it(client, rita, lena, max_, settings):
    situation = Situation(client, rita, lena, settings)
    User.objects.filter(pk=lena.pk).update(department=max_.department)
    assert ended_with(situation, "right_lost")


def test_taking_ritas_scope_away_ends_it(client, rita, lena, settings):
    situation = Situation(client, rita, lena, settings)
    DepartmentGroupPermission.objects.all().delete()
    assert ended_with(situation, "right_lost")


def test_losing_the_right_for_its_mode_ends_it(situation):
    for group in situation.actor.groups.all():
        group.permissions.remove(*group.permissions.filter(codename="act_on_behalf"))
    assert ended_with(situation, "right_lost")


@pytest.mark.parametrize("cause", ["actor_deactivated", "right_lost", "idle", "feature_off"])
def test_a_post_meant_for_lena_never_runs_as_sam(situation, cause, monkeypatch):
    THINGS_THAT_HAPPEN[cause](situation)
    response = post_login_as(situation.client, situation.target)
    assert response.url.startswith(f"{reverse('account_login')}?ended={cause}")
    assert not AssumedSession.objects.live().exists()
    assert Session.objects.count() == 0


@pytest.mark.parametrize("undo", ["is_active", "feature"])
def test_what_has_ended_stays_ended(situation, undo):
    old = situation.client.session.session_key
    if undo == "is_active":
        deactivate(situation.target)
    else:
        situation.settings.LOGIN_AS_ENABLED = False
    situation.client.get(reverse("dashboard"))
    User.objects.update(is_active=True)
    situation.settings.LOGIN_AS_ENABLED = True
    stolen = Client()
    stolen.cookies["sessionid"] = old
    for browser in (situation.client, stolen):
        assert browser.get(reverse("dashboard")).url.startswith(reverse("account_login"))
    assert not AssumedSession.objects.live().exists()


def test_it_goes_on_within_its_limits(situation):
    set_times(last_active_at=timezone.now() - STILL_GOOD, started_at=timezone.now() - timedelta(minutes=59))
    page = situation.client.get(reverse("dashboard"))
    assert page.wsgi_request.user == situation.target


def test_activity_is_written_at_most_once_a_minute(situation):
    earlier = timezone.now() - timedelta(seconds=59)
    set_times(last_active_at=earlier)
    situation.client.get(reverse("dashboard"))
    assert AssumedSession.objects.get().last_active_at == earlier
    set_times(last_active_at=timezone.now() - timedelta(seconds=61))
    before = timezone.now()
    situation.client.get(reverse("dashboard"))
    assert AssumedSession.objects.get().last_active_at >= before


def test_health_checks_are_no_activity(situation):
    earlier = timezone.now() - timedelta(minutes=5)
    set_times(last_active_at=earlier)
    situation.client.get("/healthz")
    assert AssumedSession.objects.get().last_active_at == earlier


def test_an_end_found_on_a_page_that_does_not_exist_is_an_end_too(situation):
    deactivate(situation.target)
    response = situation.client.get("/no/such/page/")
    assert response.url.startswith(f"{reverse('account_login')}?ended=target_deactivated")
    assert not AssumedSession.objects.live().exists()


def test_an_id_that_belongs_to_another_browser_session_opens_nothing(client, sam, lena):
    session = log_in_as(client, sam, lena)
    other = Client()
    sign_in(other, sam)
    forged = other.session
    forged["assumed_session"] = str(session.pk)
    forged.save()
    response = other.get(reverse("dashboard"))
    assert response.url == reverse("account_login")
    assert AssumedSession.objects.live().get() == session
    assert client.get(reverse("dashboard")).wsgi_request.user == lena


def test_an_id_under_somebody_elses_name_opens_nothing(client, sam, lena, mona):
    session = log_in_as(client, sam, lena)
    forged = client.session
    forged["_auth_user_id"] = str(mona.pk)
    forged["_auth_user_hash"] = mona.get_session_auth_hash()
    forged.save()
    assert client.get(reverse("dashboard")).url == reverse("account_login")
    assert AssumedSession.objects.live().get() == session


def test_a_rotated_secret_key_ends_nothing(situation):
    situation.settings.SECRET_KEY_FALLBACKS = [situation.settings.SECRET_KEY]
    situation.settings.SECRET_KEY = "another secret key, the old one verifies only"
    # The browser session itself is stored under the old key too.
    assert situation.client.get(reverse("dashboard")).wsgi_request.user == situation.target


def test_two_requests_that_find_the_same_end_write_it_once(situation):
    with log.recording():
        assert actions.end(situation.session, Cause.IDLE)
        assert not actions.end(situation.session, Cause.TIME_LIMIT)
    assert [detail(event)["cause"] for event in events("assumed_session.ended")] == ["idle"]


def test_what_is_closed_and_asked_for_as_the_session_ends_leads_to_sign_in_and_is_not_recorded(situation, monkeypatch):
    why_closed = middleware.why_closed

    def ended_meanwhile(*asked, **more):
        actions.end(situation.session, Cause.REVOKED)
        return why_closed(*asked, **more)

    monkeypatch.setattr(middleware, "why_closed", ended_meanwhile)
    response = situation.client.get(reverse("account_change_password"))
    assert response.url.startswith(f"{reverse('account_login')}?ended=revoked")
    assert events("assumed_session.blocked") == []
    assert situation.client.get(reverse("dashboard")).wsgi_request.user.is_anonymous
