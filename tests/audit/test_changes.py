"""Whatever is changed on Lena's behalf is on record: table, row, before and after, its actor and its target."""

from datetime import timedelta

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import path, reverse
from django.views.decorators.http import require_POST

from accounts.authorization.decorators import allowed_on_behalf
from accounts.models import JobProfile, User
from audit import context, log
from audit.changes import MASK, declared_tables, record_change
from audit.verification.checker import verify
from config.urls import handler400, handler403, handler404, handler500  # noqa: F401
from config.urls import urlpatterns as project_urls
from impersonation.models import AssumedSession
from learning.models import Answer, Event, ModuleProgress, Registration
from tests.support.assumed import detail, events, log_in_as, post_login_as, sign_in
from tests.support.factories import UserFactory
from tests.support.learning_factories import COMPLETE, food_safety, make_event, make_module, save, submit, submitted
from tests.support.url_configuration import views_with
from tests.support.writes import OF_THE_REQUEST, watching_writes, written_table

pytestmark = pytest.mark.django_db


@require_POST
@allowed_on_behalf
def undeclared(request):
    JobProfile.objects.create(name="Barista")
    return HttpResponse("done")


@require_POST
@allowed_on_behalf
def changes_a_password(request):
    with record_change(request.user):
        request.user.set_password("a secret of Lena's")
        request.user.first_name = "Helena"
        request.user.save()
    return HttpResponse("done")


@require_POST
@allowed_on_behalf
def fails_after_a_change(request):
    with record_change(JobProfile.objects.all()):
        JobProfile.objects.create(name="Barista")
    raise RuntimeError("half-way")


urlpatterns = [
    *project_urls,
    path("undeclared/", undeclared),
    path("password/", changes_a_password),
    path("fails/", fails_after_a_change),
]
ours = pytest.mark.urls(__name__)


@pytest.fixture
def assumed(client, sam, lena):
    log_in_as(client, sam, lena)
    client.raise_request_exception = False
    return client


def changes():
    return [(event, detail(event)) for event in events("assumed_session.changed")]


def test_registering_on_lenas_behalf_names_the_row_and_both_people(assumed, sam, lena):
    event = make_event()
    assumed.post(reverse("event_register", args=[event.pk]))
    registration = Registration.objects.get(user=lena)
    [(change, said)] = changes()
    assert (change.actor_id, change.target_id) == (sam.pk, lena.pk)
    assert change.assumed_session == AssumedSession.objects.get().pk
    assert (said["table"], said["row"], said["about"]) == ("learning_registration", registration.pk, "Latte art night")
    assert said["before"] is None
    assert (said["after"]["event_id"], said["after"]["user_id"]) == (event.pk, lena.pk)
    [before], [after] = events("assumed_session.request"), events("assumed_session.outcome")
    assert before.seq < change.seq < after.seq
    assert before.request_id == change.request_id == after.request_id
    assert verify().exit_code == 0


def test_leaving_on_lenas_behalf_keeps_what_was_there(assumed, lena):
    event = make_event()
    event.register(lena)
    registration = Registration.objects.get(user=lena)
    assumed.post(reverse("event_leave", args=[event.pk]))
    [(_, said)] = changes()
    assert (said["row"], said["after"]) == (registration.pk, None)
    assert said["before"]["user_id"] == lena.pk


def test_an_answer_changed_on_lenas_behalf_shows_the_old_and_the_new_one(client, sam, lena):
    module = food_safety()
    sign_in(client, lena)
    save(client, module, clean="on", **{"in": "Wash your hands"})
    other = Client()
    log_in_as(other, sam, lena)
    save(other, module, **{"in": "Wash them often"})
    said = {(each["before"] or {}).get("value"): (each["after"] or {}).get("value") for _, each in changes()}
    assert said == {"Wash your hands": "Wash them often", True: None}
    [reworded] = [each for _, each in changes() if each["after"]]
    assert set(reworded["before"]) == set(reworded["after"]) == {"value", "answered_at"}
    assert reworded["row"] == Answer.objects.get(user=lena).pk
    assert reworded["about"] == "Food safety basics"


def test_a_submit_on_lenas_behalf_shows_the_progress_that_it_made(assumed, lena):
    module = food_safety()
    submit(assumed, module, **COMPLETE)
    progress = ModuleProgress.objects.get(user=lena)
    begun, handed_in = [said for _, said in changes() if said["table"] == "learning_moduleprogress"]
    assert (begun["row"], begun["before"], begun["after"]["submitted_at"]) == (progress.pk, None, None)
    assert handed_in["row"] == progress.pk
    assert set(handed_in["before"]) == set(handed_in["after"]) == {"submitted_at", "tries_used"}
    assert len([said for _, said in changes() if said["table"] == "learning_answer"]) == 4


def test_a_refused_submit_shows_the_answers_it_kept_and_no_progress_it_did_not_make(assumed, lena):
    module = food_safety()
    assert submit(assumed, module, clean="on").status_code == 422
    assert [said["table"] for _, said in changes()] == ["learning_moduleprogress", "learning_answer"]
    assert all(said["before"] is None for _, said in changes())
    assert Answer.objects.filter(user=lena).count() == ModuleProgress.objects.filter(user=lena).count() == 1


def test_what_changes_nothing_leaves_no_change(assumed, lena):
    event = make_event()
    event.register(lena)
    assumed.post(reverse("event_register", args=[event.pk]))
    assert len(events("assumed_session.outcome")) == 1
    assert changes() == []


def test_lenas_own_changes_are_not_on_record_and_cost_nothing(client, lena, sam):
    event = make_event()
    sign_in(client, lena)
    with CaptureQueriesContext(connection) as captured:
        client.post(reverse("event_register", args=[event.pk]))
    assert Registration.objects.filter(user=lena).exists()
    assert changes() == []
    texts = [query["sql"] or "" for query in captured]  # prepared statements keep none on PostgreSQL
    reads = [sql for sql in texts if '"learning_registration"' in sql]
    assert len([sql for sql in reads if sql.startswith("INSERT")]) == 1
    assert not [sql for sql in reads if sql.startswith('SELECT "learning_registration"')]


@ours
def test_secrets_are_masked_and_everything_else_is_told(assumed, lena):
    assert assumed.post("/password/").status_code == 200
    [(_, said)] = changes()
    assert said["before"] == {"password": MASK, "first_name": "Lena"}
    assert said["after"] == {"password": MASK, "first_name": "Helena"}
    assert User.objects.get(pk=lena.pk).password not in repr(said)


@ours
def test_a_failed_view_leaves_neither_the_change_nor_its_event(assumed):
    assert assumed.post("/fails/").status_code == 500
    assert not JobProfile.objects.exists()
    assert changes() == []
    assert [event.outcome for event in events("assumed_session.outcome")] == ["failed"]


def test_a_change_in_an_assumed_session_outside_a_recording_fails_loudly(sam, lena):
    session = AssumedSession(actor=sam, target=lena)
    acting = context.scoped(actor=sam.as_person(), target=lena.as_person(), assumed_session=session.pk)
    with acting, pytest.raises(RuntimeError, match="recording"), record_change(JobProfile.objects.all()):
        JobProfile.objects.create(name="Barista")
    assert declared_tables() == frozenset()


def test_a_command_that_acts_for_somebody_is_traced_the_same_way(sam, lena):
    session = AssumedSession(actor=sam, target=lena)
    acting = context.scoped(actor=sam.as_person(), target=lena.as_person(), assumed_session=session.pk)
    event = make_event()
    with acting, log.recording():
        event.register(lena)
    [(change, said)] = changes()
    assert (change.actor_id, change.target_id, said["table"]) == (sam.pk, lena.pk, "learning_registration")


# What the platform itself writes about a request, the looks at pages included.
BOOKKEEPING = OF_THE_REQUEST | {"impersonation_assumedsession"}
# How each view that is open on behalf of somebody is used, so that it changes something: a view without a line fails.
USES = {
    "module_save": lambda client, lena: save(client, food_safety(), clean="on"),
    "module_submit": lambda client, lena: submit(client, food_safety(), **COMPLETE),
    "module_do_again": lambda client, lena: client.post(reverse("module_do_again", args=[expired(lena).pk])),
    "event_register": lambda client, lena: client.post(reverse("event_register", args=[make_event().pk])),
    "event_leave": lambda client, lena: client.post(reverse("event_leave", args=[registered(lena).pk])),
    "event_wait": lambda client, lena: client.post(reverse("event_wait", args=[taken().pk])),
    "event_stop_waiting": lambda client, lena: client.post(reverse("event_stop_waiting", args=[waited(lena).pk])),
}


def registered(lena):
    event = make_event()
    event.register(lena)
    return Event.objects.get(pk=event.pk)


def expired(lena):
    return submitted(lena, make_module(valid_for=timedelta(days=1)), days_ago=2)


def taken():
    event = make_event(capacity=1, has_waiting_list=True)
    event.register(UserFactory())
    return event


def waited(lena):
    event = taken()
    event.wait(lena)
    return event


def test_every_view_that_is_open_on_behalf_has_its_line_here():
    assert views_with("allowed_on_behalf") == set(USES)


@pytest.mark.parametrize("view", USES)
def test_a_view_that_is_open_on_behalf_writes_only_where_it_declares_it(client, sam, lena, view):
    sign_in(client, sam)
    with watching_writes() as start:
        post_login_as(client, lena)
    assert "impersonation_assumedsession" in start, "the watch is asleep"
    with watching_writes(BOOKKEEPING, unless=declared_or_arranged) as undeclared_writes:
        response = USES[view](client, lena)
    assert response.status_code == 302, response.content.decode()
    assert undeclared_writes == []
    assert changes()


def declared_or_arranged(table):
    """Whether the view has declared the table, or the test itself is writing, outside any request."""
    return table in declared_tables() or context.current().request_id is None


@ours
def test_the_watch_finds_a_write_that_nobody_declared(assumed):
    with watching_writes(unless=declared_or_arranged) as undeclared_writes:
        assert assumed.post("/undeclared/").status_code == 200
    assert undeclared_writes == ["accounts_jobprofile"]


@pytest.mark.parametrize(
    ("sql", "table"),
    [
        ('INSERT INTO "learning_answer" ("value") VALUES (1)', "learning_answer"),
        ("INSERT OR REPLACE INTO learning_answer VALUES (1)", "learning_answer"),
        ("  update learning_answer set value = 1", "learning_answer"),
        ('DELETE FROM "learning_answer"', "learning_answer"),
        ("WITH gone AS (SELECT 1) DELETE FROM learning_answer", "learning_answer"),
        ('SELECT "learning_answer"."id" FROM "learning_answer" FOR UPDATE', None),
    ],
)
def test_the_watch_knows_a_write_when_it_sees_one(sql, table):
    assert written_table(sql) == table
