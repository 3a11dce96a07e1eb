"""Lena reads who opened her account, when, for how long, why, and what they changed; and nobody else reads it."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from audit import log
from audit.kinds import Kind
from audit.models import AuditErasure, AuditEvent, AuditText
from impersonation.access_history import session_entries, starts
from impersonation.models import AssumedSession
from learning.models import Registration
from tests.support.assumed import GOOD_REASON, data_queries, log_in_as, sign_in
from tests.support.learning_factories import food_safety, make_event, save
from tests.support.permission_setup import set_company

pytestmark = pytest.mark.django_db
URL = "/account/access-history/"


def exit_from(client):
    client.post(reverse("assumed_session_exit"))


def page_of(user, address=URL):
    browser = Client()
    sign_in(browser, user)
    response = browser.get(address)
    assert response.status_code == 200
    return re.sub(r"\s+", " ", response.content.decode())


def facts(page):
    """Return the sessions on a page, each as its terms with what stands beside them."""
    plain = [re.sub(r"<[^>]+>", " ", card) for card in re.findall(r"<dl class=\"facts\">(.*?)</dl>", page)]
    return [re.sub(r"\s+", " ", text).strip() for text in plain]


def test_lena_reads_who_came_when_for_how_long_why_and_what_was_changed(client, sam, lena):
    event = make_event()
    log_in_as(client, sam, lena)
    client.post(reverse("event_register", args=[event.pk]))
    save(client, food_safety(), clean="on", i="on")
    exit_from(client)
    [said] = facts(page_of(lena))
    assert said == (
        "Who Sam Okafor How long 1 minute Mode Could change things on your behalf "
        f"Reason {GOOD_REASON} SUP-7 Changed Registration added · Latte art night "
        "Progress added · Food safety basics Answer added · Food safety basics (2×)"
    )
    assert Registration.objects.filter(user=lena).exists()


def test_a_look_says_that_nothing_could_be_changed(client, sam, lena):
    log_in_as(client, sam, lena, mode="look_only")
    exit_from(client)
    [said] = facts(page_of(lena))
    assert "Mode Looked only: nothing could be changed" in said
    assert said.endswith("Changed Nothing")


def test_a_session_that_goes_on_is_still_open(client, sam, lena):
    log_in_as(client, sam, lena)
    [said] = facts(page_of(lena))
    assert "How long Still open" in said


def test_it_lasted_as_long_as_it_did(sam, lena):
    event = AuditEvent(seq=1, at=AssumedSession().started_at, assumed_session=AssumedSession().pk)
    [entry] = session_entries([event], reader=lena)
    assert entry.minutes is None
    for seconds, minutes in {0: 1, 29: 1, 95: 2, 3600: 60}.items():
        entry.ended_at = entry.started_at + timedelta(seconds=seconds)
        assert entry.minutes == minutes


def test_support_stays_unnamed_where_the_organisation_wants_it(client, sam, lena):
    set_company(names_staff=False)
    log_in_as(client, sam, lena)
    page = page_of(lena)
    assert facts(page)[0].startswith("Who a member of support How long")
    assert "Okafor" not in page


def test_nobody_reads_of_sessions_as_others(client, sam, lena, max_):
    log_in_as(client, sam, lena)
    exit_from(client)
    for user in (max_, sam):
        page = page_of(user)
        assert facts(page) == []
        assert "Nobody but you has opened or changed your account." in page
        assert GOOD_REASON not in page


def test_it_is_closed_to_sam_in_lenas_place(client, sam, lena):
    log_in_as(client, sam, lena)
    response = client.get(URL)
    assert response.status_code == 403
    assert GOOD_REASON not in response.content.decode()


def test_strangers_reach_sign_in(client):
    assert client.get(URL).url.startswith(reverse("account_login"))


def test_it_is_reached_from_the_account_and_from_the_menu(client, lena):
    sign_in(client, lena)
    assert client.get(reverse("account")).content.decode().count(f'href="{URL}"') == 2
    assert client.get(reverse("dashboard")).content.decode().count(f'href="{URL}"') == 1


def record_sessions(actor, target, count):
    """Sessions in bulk, each with two changes and an end; the first one is the oldest."""
    with log.recording():
        for number in range(count):
            people = {"actor": actor.as_person(), "target": target.as_person(), "assumed_session": AssumedSession().pk}
            log.record(Kind.ASSUMED_SESSION_STARTED, reason={"text": f"Reason {number}.", "mode": "act"}, **people)
            for row in (1, 2):
                said = {"table": "t", "row": row, "model": "learning.answer", "about": "", "before": None, "after": {}}
                log.record(Kind.ASSUMED_SESSION_CHANGED, detail=said, **people)
            log.record(Kind.ASSUMED_SESSION_ENDED, detail={"cause": "exit"}, **people)


def test_the_newest_comes_first_in_pages_of_ten(sam, lena):
    record_sessions(sam, lena, 23)
    first, last = page_of(lena), page_of(lena, f"{URL}?page=3")
    assert re.findall(r"Reason (\d+)\.", first) == [str(number) for number in range(22, 12, -1)]
    assert re.findall(r"Reason (\d+)\.", last) == ["2", "1", "0"]
    assert "Page 3 of 3" in last
    assert page_of(lena, f"{URL}?page=nonsense").count("<article") == 10


@pytest.mark.parametrize("count", [1, 10, 25])
def test_it_asks_the_database_seven_times_however_many_sessions_there_are(client, sam, lena, count):
    record_sessions(sam, lena, count)
    sign_in(client, lena)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(URL).status_code == 200
    # The browser session, the person; count and starts; what was said at the starts, what followed, what was said then.
    assert len(data_queries(captured)) == 7, "\n".join(data_queries(captured))


def test_what_was_erased_is_not_shown_and_the_session_stays(client, sam, lena):
    log_in_as(client, sam, lena)
    exit_from(client)
    [entry] = session_entries(starts(target_id=lena.pk), reader=lena)
    assert (entry.actor, entry.reason) == ("Sam Okafor", GOOD_REASON)
    with log.recording():
        log.record(Kind.ASSUMED_SESSION_REFUSED)  # stands for the event that erases
    started, eraser = starts().get(), AuditEvent.objects.order_by("seq").last()
    for part in ("actor", "reason"):
        AuditErasure.objects.create(event=started, part=part, erased_by=eraser)
        AuditText.objects.get(event=started, part=part).delete()
    [said] = facts(page_of(lena))
    assert said.startswith("Who a member of support How long 1 minute Mode – Reason erased")


def test_what_somebody_writes_stays_text(client, sam, lena):
    log_in_as(client, sam, lena, text="<img src=x onerror=alert(1)> she wrote")
    page = page_of(lena)
    assert "<img src=x" not in page
    assert "&lt;img src=x onerror=alert(1)&gt; she wrote" in page
