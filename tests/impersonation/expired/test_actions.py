"""What ends an assumed session when no request comes: a command, and other people's starts; and which cause counts."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.db import DatabaseError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from audit.verification.checker import verify
from impersonation.expired import actions
from impersonation.models import AssumedSession, Cause
from tests.impersonation.test_ends import LATER, THINGS_THAT_HAPPEN, Situation, ended_with
from tests.support.assumed import detail, events, log_in_as, post_login_as, sign_in
from tests.support.factories import UserFactory

pytestmark = pytest.mark.django_db


def lose_browser_session(_):
    Session.objects.all().delete()


def protect(w):
    w.target.__class__.objects.filter(pk=w.target.pk).update(is_protected=True)


HAPPENINGS = {
    **THINGS_THAT_HAPPEN,
    "target_protected": protect,
    "browser_session_gone": lose_browser_session,
}
# Who is gone can't be asked any more: these can't be known once the others have happened.
HIDES = {
    "actor_deleted": {"actor_deactivated", "actor_password_changed", "right_lost"},
    "target_deleted": {"target_deactivated", "target_protected", "target_gained_rights", "target_password_changed"},
    "browser_session_gone": {"actor_password_changed"},
}


@pytest.fixture
def situation(client, sam, lena, settings):
    return Situation(client, sam, lena, settings)


def run(capsys, **options):
    call_command("end_lapsed_sessions", **options)
    return capsys.readouterr().out.splitlines()


ASKED = [cause for cause in Cause.values if cause in HAPPENINGS and cause != "revoked"]


@pytest.mark.parametrize("cause", ASKED)
def test_of_all_that_happened_the_first_cause_counts_and_the_command_writes_it_once(situation, capsys, cause):
    later = ASKED[ASKED.index(cause) :]
    for other in reversed(later):
        if cause not in HIDES.get(other, ()):
            HAPPENINGS[other](situation)
    assert run(capsys, dry_run=True) == [f"{cause}: 1", "to be ended: 1"]
    assert AssumedSession.objects.live().get() == situation.session
    assert run(capsys) == [f"{cause}: 1", "ended: 1"]
    assert AssumedSession.objects.get().cause == cause
    assert [detail(event)["cause"] for event in events("assumed_session.ended")] == [cause]
    assert run(capsys) == ["ended: 0"]
    assert len(events("assumed_session.ended")) == 1


def test_the_table_holds_every_cause_that_needs_no_request():
    chosen = {"exit", "signed_out", "superseded", "revoked", "ended_by_person", "signed_in_again"}
    assert set(ASKED) == set(Cause.values) - chosen


def test_the_command_leaves_alone_what_may_go_on(situation, capsys):
    assert run(capsys) == ["ended: 0"]
    assert situation.client.get(reverse("dashboard")).wsgi_request.user == situation.target


def test_a_browser_whose_session_is_gone_is_told_so_at_its_next_request(situation):
    lose_browser_session(situation)
    assert ended_with(situation, "browser_session_gone")


def test_a_browser_session_that_expired_is_gone_too(situation):
    Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1))
    assert ended_with(situation, "browser_session_gone")


def test_after_the_command_the_browser_is_still_told_why(situation, capsys):
    THINGS_THAT_HAPPEN["idle"](situation)
    run(capsys)
    assert ended_with(situation, "idle")


def test_a_cookie_of_nobodys_session_ends_nothing(situation):
    stranger = Client()
    stranger.cookies["sessionid"] = "x" * 32
    with CaptureQueriesContext(connection) as captured:
        assert stranger.get(reverse("dashboard")).url.startswith(f"{reverse('account_login')}?next=")
    # The browser session; the assumed session that might have belonged to it, live or not; and what replaced the key.
    assert len(captured) == 4
    assert AssumedSession.objects.live().get() == situation.session


def abandoned(count, target):
    """Sessions of other people that went idle; nobody comes to end them."""
    for number in range(count):
        AssumedSession.objects.create(
            actor=UserFactory(first_name=f"Support{number}"), target=target, browser_session=f"gone-{number}",
            target_auth_hash=target.get_session_auth_hash(), last_active_at=timezone.now() - LATER,
        )  # fmt: skip


def test_a_start_ends_ten_of_those_that_nobody_came_to_end(client, sam, lena, max_):
    abandoned(12, max_)
    session = log_in_as(client, sam, lena)
    assert len(events("assumed_session.ended")) == 10
    assert AssumedSession.objects.live().count() == 3
    assert set(AssumedSession.objects.exclude(cause="").values_list("cause", flat=True)) == {"right_lost"}
    log_in_as(Client(), sam, lena)
    assert len(events("assumed_session.ended")) == 13
    assert AssumedSession.objects.live().count() == 1
    session.refresh_from_db()
    assert session.cause == "superseded"
    assert verify().exit_code == 0


def test_a_start_succeeds_where_the_ends_of_others_cannot_be_written(client, sam, lena, max_):
    abandoned(1, max_)
    sign_in(client, sam)

    def refuse(execute, sql, params, many, context):
        if sql.startswith("UPDATE") and "ended_at" in sql:
            raise DatabaseError("no room")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(refuse):
        assert post_login_as(client, lena).status_code == 302
    assert client.get(reverse("dashboard")).wsgi_request.user == lena
    assert AssumedSession.objects.live().count() == 2


def test_an_actor_who_comes_back_just_in_time_goes_on(situation):
    THINGS_THAT_HAPPEN["idle"](situation)
    came: list[str] = []

    def a_request_comes_after_the_first_look(execute, sql, params, many, context):
        if "django_session" in sql and not came:
            came.append(sql)
            AssumedSession.objects.update(last_active_at=timezone.now())
        return execute(sql, params, many, context)

    with connection.execute_wrapper(a_request_comes_after_the_first_look):
        assert actions.end_expired([situation.session.pk]).total() == 0
    assert came
    assert AssumedSession.objects.live().get() == situation.session


def test_an_exit_before_the_command_keeps_its_own_cause(situation):
    situation.client.post(reverse("assumed_session_exit"))
    never_was = uuid4()
    assert actions.end_expired([situation.session.pk, never_was]).total() == 0
    assert AssumedSession.objects.get().cause == Cause.EXIT
    assert len(events("assumed_session.ended")) == 1
