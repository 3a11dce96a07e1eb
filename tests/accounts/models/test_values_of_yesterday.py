"""What was valid when it was stored and isn't any more: no page fails, and everybody gets out of an assumed session."""

import zoneinfo
from pathlib import Path

import pytest
import tzdata
from django.core import mail
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from accounts.models import User, preferences
from accounts.models.mails import Mail, put
from impersonation.models import AssumedSession, Cause, Mode
from impersonation.notices import Notice
from learning.models import Event, Interaction
from tests.repository.test_url_walk import addresses, close_file_of
from tests.support.assumed import log_in_as, sign_in

pytestmark = pytest.mark.django_db
GONE = {"time_zone": "US/Pacific-Gone", "language": "tlh"}
NO_ZONES = ["localtime", "Factory", "posixrules", "build/etc/localtime", "US", "../../etc/passwd", "", "\0"]


@pytest.fixture(autouse=True)
def nothing_logged_before():
    preferences.log_unknown.cache_clear()


@pytest.fixture
def people(catalogue, lena, mona, sam, rita, audrey, carl, owner, max_):
    return {"learner": lena}


def pages(people, catalogue):
    """Return every address that the walk knows, but for the ends of a session."""
    event = Event.objects.get()
    own = [reverse("event_list"), f"/admin/learning/event/{event.pk}/change/"]
    known = {address for _name, address, _pattern in addresses(people, catalogue)}
    return sorted({*known, *own} - {reverse("account_logout"), reverse("assumed_session_exit")})


def failing(client, known):
    """Return the addresses that answer with a status of 500 or more."""
    failed = []
    for address in known:
        response = client.get(address)
        close_file_of(response)
        failed += [address] if response.status_code >= 500 else []
    return failed


def spoil(*people, **changes):
    """Store values past all validation, as an upgrade leaves them."""
    assert User.objects.filter(pk__in=[person.pk for person in people]).update(**changes) == len(people)


@pytest.fixture
def visitor():
    return Client(raise_request_exception=False)


@pytest.mark.parametrize("column", GONE)
def test_every_page_opens_for_who_has_a_value_of_yesterday(visitor, people, catalogue, owner, lena, column):
    spoil(owner, lena, **{column: GONE[column]})
    Event.objects.update(time_zone="Europe/Gone")
    known = pages(people, catalogue)
    assert len(known) > 60
    for person in (lena, owner):  # the owner looks at Lena, and edits the event
        sign_in(visitor, person)
        assert failing(visitor, known) == []


@pytest.mark.parametrize("mode", Mode.values)
@pytest.mark.parametrize("way_out", ["assumed_session_exit", "account_logout"])
def test_sam_gets_out_of_an_account_with_values_of_yesterday(visitor, people, catalogue, sam, lena, mode, way_out):
    log_in_as(visitor, sam, lena, mode=mode)
    spoil(sam, lena, **GONE)
    assert failing(visitor, pages(people, catalogue)) == []
    response = visitor.post(reverse(way_out))
    assert response.status_code == 302
    assert AssumedSession.objects.get().ended_at
    assert visitor.get(response.url).status_code == 200
    assert "_auth_user_id" not in visitor.session


def test_sam_gets_in_with_values_of_yesterday(client, sam, lena):
    spoil(sam, lena, **GONE)
    assert log_in_as(client, sam, lena)


@pytest.mark.parametrize("address", ["dashboard", "assumed_session_exit", "account_logout", "assumed_session_now"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_an_unknown_mode_ends_the_session_and_leaves_nobody_signed_in(visitor, sam, lena, address, method):
    log_in_as(visitor, sam, lena)
    AssumedSession.objects.update(mode="rule")
    response = getattr(visitor, method)(reverse(address))
    assert response.status_code == 302
    session = AssumedSession.objects.get()
    assert session.ended_at
    assert session.cause == Cause.RIGHT_LOST
    assert "_auth_user_id" not in visitor.session


def test_an_unknown_mode_is_shown_in_lists_and_allows_nothing(visitor, owner, sam, lena):
    session = log_in_as(visitor, sam, lena)
    AssumedSession.objects.update(mode="rule")
    session.refresh_from_db()
    assert session.looks_only
    sign_in(visitor, owner)
    assert visitor.get(reverse("admin:impersonation_assumedsession_changelist")).status_code == 200
    call_command("end_lapsed_sessions", verbosity=0)
    assert AssumedSession.objects.get().cause == Cause.RIGHT_LOST


def test_an_unknown_cause_is_an_end_all_the_same(visitor, owner, sam, lena):
    session = log_in_as(visitor, sam, lena)
    AssumedSession.objects.update(ended_at=session.started_at, cause="eclipse")
    response = visitor.get(reverse("dashboard"))
    assert response.status_code == 302
    assert "_auth_user_id" not in visitor.session
    sign_in(visitor, owner)
    address = reverse("admin:impersonation_assumedsession_changelist")
    assert b"Eclipse" in visitor.get(address, {"state": "ended"}).content


def test_mail_goes_out_in_the_default_language_and_time_zone(client, sam, lena):
    log_in_as(client, sam, lena)
    put(Mail.Kind.INVITATION, lena, actor=sam)
    spoil(lena, **GONE)
    call_command("send_notices", verbosity=0)
    assert [message.to for message in mail.outbox] == [[lena.email], [lena.email]]


def test_mail_of_an_unknown_kind_or_moment_stops_no_other(client, sam, lena):
    log_in_as(client, sam, lena)
    put(Mail.Kind.PASSWORD_LINK, lena, actor=sam)
    put(Mail.Kind.INVITATION, lena, actor=sam)
    Mail.objects.filter(kind=Mail.Kind.PASSWORD_LINK).update(kind="telegram")
    Notice.objects.update(moment="dusk")
    call_command("send_notices", verbosity=0)
    assert len(mail.outbox) == 2  # the notice and the invitation
    waiting = Mail.objects.get(kind="telegram")
    assert (waiting.sent_at, waiting.given_up_at, waiting.attempts) == (None, None, 1)


def test_an_interaction_of_an_unknown_kind_is_refused_by_the_database(catalogue):
    with pytest.raises(IntegrityError), transaction.atomic():
        Interaction.objects.update(kind="dream")


def test_the_page_says_so_and_the_form_makes_somebody_choose(client, owner, lena):
    spoil(lena, **GONE)
    sign_in(client, owner)
    page = client.get(reverse("user_detail", args=[lena.pk])).content.decode()
    assert page.count("(unknown by now") == 2
    page = client.get(reverse("user_edit", args=[lena.pk])).content.decode()
    assert '<option value="US/Pacific-Gone" selected>US/Pacific-Gone (unknown by now: choose another)</option>' in page
    assert '<option value="tlh" selected>tlh (unknown by now: choose another)</option>' in page


def test_an_unknown_value_is_logged_once_not_for_every_page(client, caplog, lena):
    spoil(lena, time_zone=GONE["time_zone"])
    sign_in(client, lena)
    for _ in range(3):
        client.get(reverse("dashboard"))
    assert [record.getMessage() for record in caplog.records if "US/Pacific-Gone" in record.getMessage()] == [
        f"Unknown time zone 'US/Pacific-Gone' of person {lena.pk}: the default is used"
    ]


@pytest.mark.parametrize("name", NO_ZONES)
def test_what_is_no_place_is_neither_offered_nor_used(name):
    assert name not in preferences.time_zones()
    assert preferences.zone_named(name, "nobody") is None


def test_a_time_zone_whose_file_vanishes_falls_back(tmp_path, lena):
    file = tmp_path / "Mars" / "Olympus"
    file.parent.mkdir()
    file.write_bytes((Path(tzdata.__file__).parent / "zoneinfo" / "Etc" / "GMT-2").read_bytes())
    lena.time_zone = "Mars/Olympus"
    before = zoneinfo.TZPATH
    try:
        zoneinfo.reset_tzpath(to=[str(tmp_path)])
        preferences.time_zones.cache_clear()
        assert str(preferences.time_zone_of(lena)) == "Mars/Olympus"
        file.unlink()
        zoneinfo.ZoneInfo.clear_cache()
        assert str(preferences.time_zone_of(lena)) == "Europe/Copenhagen"
    finally:
        zoneinfo.reset_tzpath(to=before)
        preferences.time_zones.cache_clear()
        zoneinfo.ZoneInfo.clear_cache()
