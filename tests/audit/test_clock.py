"""Several machines, whose clocks differ by minutes: no error, no eternity, and limits that are right."""

from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.core import mail
from django.core.cache import cache
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.authentication.sign_in_limits import sign_in_locked_until
from accounts.models import Mail
from accounts.models.outbox import LONGEST_WAIT
from audit import clock, limits
from audit.verification.checker import verify
from impersonation.models import AssumedSession, Cause
from learning.models import ModuleProgress
from tests.support.assumed import log_in_as, login_as_data, post_login_as, sign_in
from tests.support.learning_factories import COMPLETE, food_safety, save, submit
from tests.support.nodes import node
from tests.support.second_factor import code_now

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)
AHEAD, BEHIND = 5, -5
PAIRS = pytest.mark.parametrize(("one", "other"), [(AHEAD, BEHIND), (BEHIND, AHEAD)])
MEASURED = pytest.mark.parametrize("has_measured", [True, False], ids=["measured", "set_since"])


def sign_in_by_form(client, person, **more):
    return client.post(reverse("account_login"), {"login": person.email, "password": "standin-demo"} | more)


def ask_who_is_there(client, person):
    sign_in(client, person)
    client.post(reverse("account_reauthenticate"), {"password": "standin-demo"})


def send_notices():
    out = StringIO()
    call_command("send_notices", stdout=out)
    return out.getvalue().strip()


def start_as_lena(client, lena):
    response = client.post(reverse("login_as", args=[lena.pk]), login_as_data())
    assert response.url == reverse("dashboard"), response.url


@PAIRS
def test_two_machines_do_the_main_job_between_them(client, sam, lena, one, other):
    module = food_safety()
    with node(one):
        sign_in_by_form(client, sam)
        client.post(reverse("confirm_identity"), {"password": "standin-demo"})
    with node(other):
        start_as_lena(client, lena)
    with node(one):
        assert save(client, module, **COMPLETE).status_code == 302
    with node(other):
        assert submit(client, module, **COMPLETE).status_code == 302
        session = AssumedSession.objects.get()
        assert 14 <= session.minutes_left <= 15
        assert send_notices() == "1 sent, 0 failed, 0 given up"
    with node(one):
        assert client.post(reverse("assumed_session_stay")).status_code == 302
        client.post(reverse("assumed_session_exit"))
    session.refresh_from_db()
    progress = ModuleProgress.objects.get()
    now = datetime.now(UTC)
    times = [session.started_at, session.last_active_at, session.ended_at, progress.started_at, progress.submitted_at]
    assert all(abs(now - at) < MINUTE for at in times), times
    assert (session.cause, verify().exit_code) == (Cause.EXIT, 0)


@MEASURED
@PAIRS
def test_what_was_begun_on_a_machine_ahead_is_submitted_on_one_behind(client, lena, one, other, has_measured):
    module = food_safety()
    sign_in(client, lena)
    with node(one, has_measured=has_measured):
        save(client, module, **COMPLETE)
    with node(other, has_measured=has_measured):
        assert submit(client, module, **COMPLETE).status_code == 302
    progress = ModuleProgress.objects.get()
    assert progress.submitted_at >= progress.started_at


@PAIRS
@pytest.mark.parametrize(("minutes", "cause"), [(14, None), (16, Cause.IDLE)])
def test_an_idle_session_ends_in_time_whichever_machine_is_asked(client, sam, lena, one, other, minutes, cause):
    began = datetime.now(UTC)
    with node(one, at=began):
        log_in_as(client, sam, lena)
    with node(other, at=began + minutes * MINUTE):
        client.get(reverse("dashboard"))
        assert AssumedSession.objects.get().cause == (cause or "")


@PAIRS
def test_the_time_limit_is_right_whichever_machine_is_asked(client, sam, lena, one, other):
    began = datetime.now(UTC)
    with node(one, at=began):
        log_in_as(client, sam, lena)
    for minutes in range(10, 60, 7):
        with node(other if minutes % 2 else one, at=began + minutes * MINUTE):
            assert client.get(reverse("dashboard")).status_code == 200
    with node(other, at=began + 61 * MINUTE):
        client.get(reverse("dashboard"))
    assert AssumedSession.objects.get().cause == Cause.TIME_LIMIT


@MEASURED
@PAIRS
def test_no_session_lasts_longer_than_its_limit_and_the_difference(client, sam, lena, one, other, has_measured):
    began = datetime.now(UTC)
    with node(one, at=began, has_measured=has_measured):
        log_in_as(client, sam, lena)
    for minutes in range(2, 72, 2):
        with node(other if minutes % 4 else one, at=began + minutes * MINUTE, has_measured=has_measured):
            assert client.get(reverse("dashboard")).status_code in (200, 302)
    assert AssumedSession.objects.get().cause == Cause.TIME_LIMIT


def test_a_session_of_next_year_is_over_and_counts_for_nobody(client, sam, lena):
    began = datetime.now(UTC)
    with node(365 * 24 * 60, at=began, has_measured=False):
        log_in_as(client, sam, lena)
    assert not AssumedSession.objects.not_expired(clock.now(), sam.login_as_rules).exists()
    assert client.get(reverse("dashboard")).status_code == 302
    assert AssumedSession.objects.get().cause == Cause.IDLE
    assert log_in_as(client, sam, lena)


@MEASURED
@PAIRS
def test_starts_are_counted_on_all_machines_together(sam, lena, settings, one, other, has_measured):
    settings.LOGIN_AS_STARTS_PER_HOUR = 4
    answers = []
    for number in range(6):
        with node(other if number % 2 else one, has_measured=has_measured):
            browser = Client()
            sign_in(browser, sam)
            answers.append(post_login_as(browser, lena).status_code)
    assert answers == [302] * 4 + [403] * 2


@PAIRS
def test_a_proof_made_on_another_machine_is_good_for_ten_minutes(client, sam, lena, one, other):
    began = datetime.now(UTC)
    with node(one, at=began):
        sign_in(client, sam)
    with node(other, at=began + 9 * MINUTE):
        assert client.get(reverse("login_as", args=[lena.pk])).status_code == 200
    with node(other, at=began + 11 * MINUTE):
        assert client.get(reverse("login_as", args=[lena.pk])).status_code == 302


def test_a_proof_before_the_clock_was_set_back_is_asked_for_once(client, sam, lena):
    with node(AHEAD, has_measured=False):
        sign_in(client, sam)
    address = reverse("login_as", args=[lena.pk])
    assert client.get(address).url.startswith(reverse("confirm_identity"))
    client.post(reverse("confirm_identity"), {"password": "standin-demo"})
    assert client.get(address).status_code == 200


@PAIRS
def test_the_pages_of_second_factors_open_whichever_machine_asks(client, sam, one, other):
    for first, second in ((one, other), (other, one)):
        with node(first):
            ask_who_is_there(client, sam)
        with node(second):
            assert client.get(reverse("mfa_activate_totp")).status_code == 200


@pytest.mark.parametrize("minutes", [AHEAD, BEHIND])
def test_the_code_of_an_app_opens_on_a_machine_whose_clock_is_wrong(client, sam, minutes):
    secret = generate_totp_secret()
    TOTP.activate(sam, secret)
    code = code_now(secret)
    with node(minutes):
        sign_in_by_form(client, sam)
        client.post(reverse("mfa_authenticate"), {"code": code})
    assert client.session["_auth_user_id"] == str(sam.pk)


@PAIRS
def test_the_key_of_an_app_stays_the_same_on_the_next_machine_and_not_for_ever(client, sam, one, other):
    ask_who_is_there(client, sam)
    keys = []
    for minutes in (one, other, one):
        with node(minutes):
            client.get(reverse("mfa_activate_totp"))
            keys.append(client.session["mfa.totp.secret"])
    assert len(set(keys)) == 1
    session = client.session
    session["totp_key_made_at"] += 365 * 24 * 60 * 60
    session.save()
    client.get(reverse("mfa_activate_totp"))
    assert client.session["mfa.totp.secret"] != keys[0]


def test_wrong_passwords_are_counted_on_all_machines_together(lena):
    answers = []
    for number in range(8):
        with node(AHEAD if number % 2 else BEHIND):
            answers.append(sign_in_by_form(Client(), lena, password="wrong").status_code)
    assert answers.count(429) == 3, answers
    until = sign_in_locked_until(lena)
    assert until < datetime.now(UTC) + 6 * MINUTE
    with node(AHEAD, at=until + MINUTE):
        assert sign_in_by_form(Client(), lena).status_code == 302


@PAIRS
def test_what_one_machine_caches_lives_its_time_on_the_other(one, other):
    began = datetime.now(UTC)
    with node(one, at=began):
        cache.set("told", "yes", 60)
    with node(other, at=began + 50 * timedelta(seconds=1)):
        assert cache.get("told") == "yes"
        assert not cache.add("told", "again", 60)
    with node(other, at=began + 61 * timedelta(seconds=1)):
        assert cache.get("told") is None


def test_a_minute_of_the_log_is_the_same_minute_everywhere():
    at = datetime.now(UTC).replace(second=30)
    counts = []
    for minutes in (AHEAD, BEHIND, 0):
        with node(minutes, at=at):
            counts.append(limits.counted("tries", "somebody"))
    assert counts == [1, 2, 3]


@MEASURED
@PAIRS
def test_what_one_machine_puts_into_the_outbox_the_other_sends_at_once(client, lena, one, other, has_measured):
    with node(one, has_measured=has_measured):
        client.post(reverse("account_reset_password"), {"email": lena.email})
    with node(other, has_measured=has_measured):
        assert send_notices().startswith("1 sent")
    assert len(mail.outbox) == 1


def test_no_second_machine_sends_what_the_first_one_is_sending(client, lena):
    client.post(reverse("account_reset_password"), {"email": lena.email})
    with node(BEHIND):
        assert Mail.objects.get().claim(clock.now())
    with node(AHEAD):
        assert send_notices() == "0 sent, 0 failed, 0 given up"


def test_a_message_that_waits_for_next_year_is_sent_now(client, lena):
    client.post(reverse("account_reset_password"), {"email": lena.email})
    Mail.objects.update(attempts=1, try_at=timezone.now() + LONGEST_WAIT + 365 * 24 * 60 * MINUTE)
    assert send_notices().startswith("1 sent")


@pytest.mark.postgresql
def test_a_connection_knows_how_far_this_machines_clock_is_away():
    with node(AHEAD):
        assert abs(clock.difference() + AHEAD * MINUTE) < timedelta(seconds=2)
        connection.close()
        assert abs(clock.difference() + AHEAD * MINUTE) < timedelta(seconds=2)
    assert abs(clock.now() - datetime.now(UTC)) < timedelta(seconds=2)
