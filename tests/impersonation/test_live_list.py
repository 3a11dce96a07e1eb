"""The live list in the administration: actors and targets of live sessions, and *End now*."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from audit.models import AuditErasure, AuditEvent
from audit.verification.erasure import texts_of
from impersonation.models import AssumedSession, Cause
from tests.support.assumed import GOOD_REASON, data_queries, detail, events, log_in_as, sign_in, text
from tests.support.factories import UserFactory, permission_type

pytestmark = pytest.mark.django_db
LIST = "/admin/impersonation/assumedsession/"
EMPTY = "Nobody is logged in on behalf of somebody else right now."


@pytest.fixture
def desk(owner):
    """Return the owner's own desk."""
    client = Client()
    sign_in(client, owner)
    return client


@pytest.fixture
def dora(company):
    """Dora is on duty: she sees live assumed sessions, and can't end them."""
    person = UserFactory(first_name="Dora", last_name="Vik", department=company, is_staff=True)
    person.groups.add(permission_type("On duty", "view_assumedsession"))
    return person


def page(client, query=""):
    response = client.get(LIST + query)
    assert response.status_code == 200
    return response.content.decode()


def end_address(session):
    return reverse("admin:impersonation_assumedsession_end", args=[session.pk])


def test_the_owner_reads_actor_target_start_and_reason(desk, client, sam, lena):
    session = log_in_as(client, sam, lena)
    started = timezone.now() - timedelta(minutes=32)
    AssumedSession.objects.update(started_at=started, last_active_at=timezone.now() - timedelta(minutes=5))
    seen = page(desk)
    since = timezone.localtime(started).isoformat(timespec="seconds")
    for said in (
        "Sam Okafor",
        "Lena Sørensen",
        f'datetime="{since}"',
        GOOD_REASON,
        "Can&#x27;t submit · SUP-7",
        ">Act<",
    ):
        assert said in seen, said
    assert "10 minutes" in seen
    assert f'href="{end_address(session)}"' in seen
    assert EMPTY not in seen


def test_where_nobody_is_logged_in_as_anybody_the_list_says_so(desk):
    assert EMPTY in page(desk)
    assert "No assumed session has ended yet." in page(desk, "?state=ended")


@pytest.mark.parametrize(
    ("limit", "cause"),
    [
        ({"last_active_at": timedelta(minutes=15)}, "Idle"),
        ({"started_at": timedelta(minutes=60)}, "Time limit"),
    ],
)
def test_what_has_run_into_a_limit_is_not_live_though_nobody_wrote_its_end(desk, client, sam, lena, limit, cause):
    session = log_in_as(client, sam, lena)
    almost = {name: timezone.now() - ago + timedelta(seconds=30) for name, ago in limit.items()}
    AssumedSession.objects.update(**almost)
    assert ("Sam Okafor" in page(desk), "Sam Okafor" in page(desk, "?state=ended")) == (True, False)
    AssumedSession.objects.update(**{name: timezone.now() - ago for name, ago in limit.items()})
    assert EMPTY in page(desk)
    assert cause in page(desk, "?state=ended")
    assert re.search(r'data-label="Ended">\s*\d{1,2} [A-Z][a-z]{2} 20\d\d, \d\d:\d\d', page(desk, "?state=ended"))
    desk.post(end_address(session))
    session.refresh_from_db()
    assert str(Cause(session.cause).label) != str(Cause.REVOKED.label)
    assert not events("assumed_session.revoked")


def test_end_now_asks_first_then_logs_sam_out_at_his_next_click(desk, owner, client, sam, lena):
    session = log_in_as(client, sam, lena)
    asked = desk.get(end_address(session)).content.decode()
    for said in ("Sam Okafor", "Lena Sørensen", GOOD_REASON, "End now"):
        assert said in asked, said
    assert AssumedSession.objects.live().get() == session
    done = desk.post(end_address(session), follow=True).content.decode()
    assert "The assumed session of Sam Okafor was ended" in done
    assert EMPTY in done
    [ended] = events("assumed_session.ended")
    assert (ended.actor_id, ended.target_id, ended.assumed_session) == (sam.pk, lena.pk, session.pk)
    assert detail(ended) == {"cause": "revoked"}
    [revoked] = events("assumed_session.revoked")
    assert (revoked.actor_id, revoked.target_id, revoked.assumed_session) == (owner.pk, sam.pk, None)
    assert (text(revoked, "actor")["name"], detail(revoked)) == ("Olivia Lind", {"about": str(session.pk)})
    answer = client.get(reverse("module_list"))
    assert answer.url.startswith(f"{reverse('account_login')}?ended=revoked")
    assert "An administrator ended the assumed session." in client.get(answer.url).content.decode()
    assert client.get(reverse("dashboard")).wsgi_request.user.is_anonymous


def test_ending_what_has_ended_says_so_and_writes_nothing(desk, client, sam, lena):
    session = log_in_as(client, sam, lena)
    client.post(reverse("assumed_session_exit"))
    before = AuditEvent.objects.count()
    assert "already ended" in desk.get(end_address(session)).content.decode()
    assert "had already ended" in desk.post(end_address(session), follow=True).content.decode()
    session.refresh_from_db()
    assert (session.cause, AuditEvent.objects.count()) == ("exit", before)


def test_dora_sees_them_and_may_not_end_them(client, sam, lena, dora):
    session = log_in_as(client, sam, lena)
    other = Client()
    sign_in(other, dora)
    seen = page(other)
    assert ("Sam Okafor" in seen, "End now" in seen) == (True, False)
    assert [other.get(end_address(session)).status_code, other.post(end_address(session)).status_code] == [403, 403]
    assert AssumedSession.objects.live().get() == session


@pytest.mark.parametrize(("who", "status"), [("audrey", 403), ("sam", 404), ("lena", 404)])
def test_who_holds_no_right_to_see_them_neither_sees_nor_ends_them(client, request, rita, max_, who, status):
    session = log_in_as(client, rita, UserFactory(department=rita.department))
    other = Client()
    sign_in(other, request.getfixturevalue(who))
    asked = [other.get(LIST), other.get(end_address(session)), other.post(end_address(session))]
    assert [answer.status_code for answer in asked] == [status] * 3
    assert AssumedSession.objects.live().get() == session


def test_it_is_closed_in_an_assumed_session_even_on_behalf_of_one_who_may(client, owner, sam, lena, dora):
    session = log_in_as(Client(), sam, lena)
    log_in_as(client, owner, dora)
    asked = [client.get(LIST), client.get(end_address(session)), client.post(end_address(session))]
    assert [answer.status_code for answer in asked] == [403] * 3
    assert session in AssumedSession.objects.live()


@pytest.mark.parametrize("address", ["add/", "{pk}/delete/", "{pk}/change/", "?action=delete_selected"])
def test_nothing_else_can_be_done_to_them_not_even_by_an_owner(desk, client, sam, lena, address):
    session = log_in_as(client, sam, lena)
    before = AssumedSession.objects.values().get()
    data = {"action": "delete_selected", "_selected_action": str(session.pk), "post": "yes", "ended_at": "2001-01-01"}
    answer = desk.post(LIST + address.format(pk=session.pk), data)
    assert answer.status_code == (302 if address.startswith("?") else 403)
    assert AssumedSession.objects.values().get() == before


def test_end_now_is_taken_by_post_with_a_token_alone(owner, client, sam, lena):
    session = log_in_as(client, sam, lena)
    strict = Client(enforce_csrf_checks=True)
    sign_in(strict, owner)
    for method, status in {"post": 403, "head": 200, "put": 403}.items():
        assert getattr(strict, method)(end_address(session)).status_code == status
    assert AssumedSession.objects.live().get() == session
    strict.get(end_address(session))
    assert (
        strict.post(end_address(session), {"csrfmiddlewaretoken": strict.cookies["csrftoken"].value}).status_code == 302
    )
    assert not AssumedSession.objects.live().exists()


def test_end_now_is_not_found_for_a_session_that_never_was_and_knows_no_other_method(desk, client, sam, lena):
    session = log_in_as(client, sam, lena)
    unknown = reverse("admin:impersonation_assumedsession_end", args=[uuid4()])
    assert [desk.get(unknown).status_code, desk.post(unknown).status_code] == [404, 404]
    answer = desk.put(end_address(session))
    assert (answer.status_code, answer.headers["Allow"]) == (405, "GET, HEAD, POST")
    assert AssumedSession.objects.live().get() == session


def test_looking_at_the_list_is_no_activity_of_those_in_it(desk, client, sam, lena):
    log_in_as(client, sam, lena)
    AssumedSession.objects.update(last_active_at=timezone.now() - timedelta(minutes=5))
    before = AssumedSession.objects.values().get()
    page(desk)
    page(desk)
    assert AssumedSession.objects.values().get() == before


def test_an_erased_reason_and_deleted_people_are_said_to_be_gone(desk, client, sam, lena):
    session = log_in_as(client, sam, lena)
    event = AuditEvent.objects.get(kind="assumed_session.started")
    AuditErasure.objects.create(event=event, part="reason", erased_by=event)
    event.texts.filter(part="reason").delete()
    seen = page(desk)
    assert ("erased" in seen, GOOD_REASON in seen) == (True, False)
    User.objects.filter(pk=lena.pk).get().delete()
    assert f"person {lena.pk}" in page(desk)
    assert desk.get(f"{LIST}{session.pk}/change/").status_code == 200
    assert desk.post(end_address(session)).status_code == 302
    assert not AssumedSession.objects.live().exists()
    assert texts_of(lena.pk)  # the log still knows its people


def test_hostile_names_and_reasons_stay_text(desk, client, sam, lena):
    User.objects.filter(pk=sam.pk).update(first_name="<script>alert(1)</script>\u202e")
    log_in_as(client, User.objects.get(pk=sam.pk), lena, text="<img src=x onerror=alert(1)> \u200b and words")
    seen = page(desk)
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in seen
    assert "&lt;img src=x" in seen
    assert ("<script>alert" in seen, "<img src=x" in seen, "\u202e" in seen, "\u200b" in seen) == (False,) * 4


@pytest.mark.parametrize("number", [1, 30])
def test_the_list_costs_the_same_for_one_and_for_thirty(number, dora, sam, lena):
    for actor in [sam, *(UserFactory(department=sam.department) for _ in range(number - 1))]:
        actor.groups.set(sam.groups.all())
        log_in_as(Client(), actor, lena)
    desk = Client()
    sign_in(desk, dora)
    with CaptureQueriesContext(connection) as captured:
        assert page(desk).count(GOOD_REASON) == number
    assert len(data_queries(captured)) == LISTING, "\n".join(data_queries(captured))


# Whose browser it is: two. What the admin site may show her: two. How many there are, those on the page with both
# people, and why each of them was started.
LISTING = 7
