"""What an assumed session looked at and was refused is on record: once for each object, and before the page leaves."""

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import path, reverse

from audit import context, log
from audit.models import AuditEvent
from config.urls import handler400, handler403, handler404, handler500  # noqa: F401
from config.urls import urlpatterns as project_urls
from impersonation.models import AssumedSession
from impersonation.traces import actions, stored
from learning.models import Document, Interaction
from tests.support.assumed import data_queries, detail, events, log_in_as, sign_in

pytestmark = pytest.mark.django_db


def looks():
    return [detail(event) for event in events("assumed_session.looked")]


def blocks():
    return [detail(event) for event in events("assumed_session.blocked")]


@pytest.fixture
def assumed(client, sam, lena, catalogue):
    log_in_as(client, sam, lena)
    return client


@pytest.fixture
def looking(client, sam, lena, catalogue):
    log_in_as(client, sam, lena, mode="look_only")
    return client


def test_each_page_is_on_record_with_its_object_and_title(looking, sam, lena, catalogue):
    document = Document.objects.get()
    step = Interaction.objects.exclude(file="").first()
    for address in (
        "/", "/modules/", f"/modules/{catalogue.pk}/", "/events/", "/documents/",
        f"/documents/{document.pk}/file/", f"/interactions/{step.pk}/file/",
    ):  # fmt: skip
        response = looking.get(address)
        assert response.status_code == 200
    assert [(look["view"], look["object"], look["title"]) for look in looks()] == [
        ("dashboard", "", ""),
        ("module_list", "", ""),
        ("module_detail", f"learning.module {catalogue.pk}", "Food safety basics"),
        ("event_list", "", ""),
        ("document_list", "", ""),
        ("document_file", f"learning.document {document.pk}", "Cleaning plan"),
        ("interaction_file", f"learning.interaction {step.pk}", str(step)),
    ]
    for event in events("assumed_session.looked"):
        assert (event.actor_id, event.target_id, event.outcome) == (sam.pk, lena.pk, "done")
        assert event.assumed_session == AssumedSession.objects.get().pk


def statements_of(client, address):
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
        return data_queries(captured)


@pytest.mark.parametrize("mode", ["act", "look_only"])
def test_a_second_look_adds_nothing_and_costs_nothing(client, sam, lena, catalogue, mode):
    plain, address = Client(), f"/modules/{catalogue.pk}/"
    sign_in(plain, lena)
    hers = statements_of(plain, address)  # before the session, which her pages would show
    log_in_as(client, sam, lena, mode=mode)
    first, second = [statements_of(client, address) for _ in range(2)]
    assert len(looks()) == 1
    assert len(second) == len(hers)
    # The title; the session's row, locked and written; the head of the log; the event and its texts.
    assert len(first) - len(second) == 6


def test_two_first_looks_at_once_are_one_event(assumed, catalogue):
    session = AssumedSession.objects.get()
    acting = {
        "actor": session.actor.as_person(), "target": session.target.as_person(), "assumed_session": session.pk,
    }  # fmt: skip
    with context.scoped(**acting):
        actions.record_look(session, "looked module_detail 1", {"view": "module_detail"})
        actions.record_look(session, "looked module_detail 1", {"view": "module_detail"})
    assert len(looks()) == 1


def test_a_form_that_is_shown_again_is_a_look_at_its_page(assumed, catalogue):
    assert assumed.post(f"/modules/{catalogue.pk}/submit/").status_code == 409
    assert [(look["view"], look["object"], look["title"]) for look in looks()] == [
        ("module_detail", f"learning.module {catalogue.pk}", "Food safety basics"),
    ]
    assert assumed.get(f"/modules/{catalogue.pk}/").status_code == 200
    assert assumed.post(f"/modules/{catalogue.pk}/save/", headers={"Accept": "application/json"}).status_code == 200
    assert len(looks()) == 1


def test_what_nobody_saw_is_not_on_record(assumed, catalogue):
    assert assumed.get("/modules/4711/").status_code == 404
    assert assumed.get("/no/such/page/").status_code == 404
    assert assumed.get(reverse("assumed_session_exit")).status_code == 302
    assert assumed.get(reverse("assumed_session")).status_code == 200
    assert assumed.get(reverse("help_login_as")).status_code == 200
    assert looks() == []


def test_lena_herself_leaves_no_trace(client, lena, catalogue):
    sign_in(client, lena)
    assert client.get("/").status_code == 200
    assert looks() == []


def test_a_look_that_cannot_be_recorded_shows_nothing(assumed, catalogue, monkeypatch):
    assumed.raise_request_exception = False

    def full(*args, **options):
        raise log.NotRecorded("full")

    monkeypatch.setattr(log, "append", full)
    response = assumed.get(f"/modules/{catalogue.pk}/")
    assert response.status_code == 503
    assert "Hands, cold, cloths" not in response.content.decode()
    monkeypatch.undo()
    assert assumed.get(f"/modules/{catalogue.pk}/").status_code == 200
    assert len(looks()) == 1


def test_a_file_that_cannot_be_put_on_record_does_not_leave(assumed, monkeypatch):
    assumed.raise_request_exception = False
    address = f"/documents/{Document.objects.get().pk}/file/"
    monkeypatch.setattr(actions, "record_look", lambda *args: (_ for _ in ()).throw(log.NotRecorded("full")))
    response = assumed.get(address)
    assert response.status_code == 503
    assert not response.streaming


def test_a_session_that_ended_meanwhile_shows_nothing(assumed, catalogue, monkeypatch):
    record_look = actions.record_look

    def ends_first(session, *arguments):
        AssumedSession.objects.filter(pk=session.pk).update(ended_at=session.started_at, cause="revoked")
        record_look(session, *arguments)

    monkeypatch.setattr(actions, "record_look", ends_first)
    response = assumed.get("/")
    assert (response.status_code, response.url.partition("?")[0]) == (302, reverse("account_login"))
    assert looks() == []


def page_of_tomorrow(request, name):
    return HttpResponse(f"Something about {request.user.first_name}")


urlpatterns = [*project_urls, path("tomorrow/<path:name>/", page_of_tomorrow)]


@pytest.mark.urls(__name__)
def test_a_page_that_names_nothing_is_on_record_by_its_view_and_address(assumed):
    for name in ("1", "1", "2", "a%0d9 looked", "x" * 900):
        assert assumed.get(f"/tomorrow/{name}/").status_code == 200
    assert [(look["view"], look["object"][:12]) for look in looks()] == [
        ("page_of_tomorrow", "1"),
        ("page_of_tomorrow", "2"),
        ("page_of_tomorrow", "a%0D9%20looke"[:12]),
        ("page_of_tomorrow", "x" * 12),
    ]
    assert assumed.get("/tomorrow/3/").status_code == 200
    assert len(looks()) == 5


def test_the_name_of_another_person_is_not_kept_with_a_look(client, owner, sam, lena):
    log_in_as(client, owner, sam)
    assert client.get(reverse("user_detail", args=[lena.pk])).status_code == 200
    assert looks()[-1] == {"view": "user_detail", "object": f"accounts.user {lena.pk}", "title": ""}


FORBIDDEN = {
    "act": [
        ("get", "/accounts/password/change/", "own_account"),
        ("post", "/accounts/password/change/", "own_account"),
        ("get", "/account/", "own_account"),
        ("get", "/admin/", "administration"),
        ("post", "/admin/learning/module/add/", "administration"),
        ("post", "/users/1/deactivate/", "not_on_behalf"),
        ("post", "/users/export/", "not_on_behalf"),
        ("delete", "/modules/", "not_on_behalf"),
    ],
    "look_only": [
        ("post", "/modules/1/submit/", "look_only"),
        ("post", "/modules/1/save/", "look_only"),
        ("post", "/modules/2/save/", "look_only"),
        ("post", "/users/export/", "look_only"),
        ("get", "/accounts/2fa/", "own_account"),
    ],
}


@pytest.mark.parametrize("mode", FORBIDDEN)
def test_each_refused_attempt_is_on_record_once_and_then_counted(client, sam, lena, mode):
    log_in_as(client, sam, lena, mode=mode)
    for _time in range(3):
        for method, address, _why in FORBIDDEN[mode]:
            assert getattr(client, method)(address).status_code == 403, address
    assert [(said["method"].lower(), said["path"], said["why"]) for said in blocks()] == FORBIDDEN[mode]
    assert {event.outcome for event in events("assumed_session.blocked")} == {"refused"}
    client.post(reverse("assumed_session_exit"))
    [end] = events("assumed_session.ended")
    assert sum(detail(end)["blocked_again"].values()) == 2 * len(FORBIDDEN[mode])


def test_without_refused_attempts_the_end_says_nothing_of_them(assumed):
    assumed.post(reverse("assumed_session_exit"))
    assert set(detail(events("assumed_session.ended")[0])) == {"cause"}


def test_a_flood_of_refused_attempts_does_not_fill_the_log(assumed, monkeypatch):
    monkeypatch.setattr(actions, "BLOCKED_AT_MOST", 3)
    monkeypatch.setattr(stored, "BLOCKED_AT_MOST", 3)
    for number in range(5):
        assert assumed.post(f"/users/{number}/deactivate/").status_code == 403
    assert len(blocks()) == 3
    assumed.post(reverse("assumed_session_exit"))
    assert detail(events("assumed_session.ended")[0])["blocked_again"] == {"further": 2}


def test_a_refusal_that_cannot_be_recorded_is_still_a_refusal(assumed, lena, monkeypatch):
    assumed.raise_request_exception = False
    monkeypatch.setattr(log, "append", lambda *args, **options: (_ for _ in ()).throw(log.NotRecorded("full")))
    assert assumed.post(reverse("user_deactivate", args=[lena.pk])).status_code == 503
    assert AuditEvent.objects.filter(kind="user.deactivated").count() == 0


def test_a_line_that_nobody_can_read_counts_as_absent():
    assert stored.Traces.of("x\n-1 a\n2\n 3 b\n99999999999 c\n²  d\n4 looked e \n5 f g\u2028") == {
        "looked e ": 4, "f g": 5,
    }  # fmt: skip
