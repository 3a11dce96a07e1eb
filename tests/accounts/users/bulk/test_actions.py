"""Batches: each asks the rules again under lock, costs the same, and leaves nothing half done."""

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext

from accounts.authorization.changes import NotAllowed
from accounts.models import BulkRun, FieldChange, Mail, User
from accounts.users.bulk import actions
from accounts.users.bulk.actions import NotTyped, confirm, discard, do_batch, stop
from accounts.users.bulk.plan import plan_run
from accounts.users.bulk.verbs import verb_of
from audit.verification.checker import verify
from config.settings import BASE_DIR
from tests.impersonation.test_killed import database_url
from tests.support.assumed import data_queries, detail, events
from tests.support.bulk import REASON, crowd, people_of, plan_for, ready_run, run_of
from tests.support.bulk_killed import ROUNDS_AT_MOST
from tests.support.factories import DepartmentFactory, permission_type

pytestmark = pytest.mark.django_db


def to_the_end(run, actor):
    while run.is_running:
        run = do_batch(run, actor=actor)
    return run


# The run; the actor and the users, locked; what the action needs (department; grants, type, memberships); what it
# stores, with its history; the run; the head of the chain, events and texts.
COSTS = {
    "deactivate": 10,
    "reactivate": 10,
    "invite": 8,
    "move": 12,
    "give_type": 15,
    "take_type": 15,
}


@pytest.mark.parametrize("action", COSTS)
@pytest.mark.parametrize("size", [3, 60])
def test_a_batch_costs_the_same_for_few_and_for_many(owner, norreport, aarhus, action, size):
    people = crowd(size + 3, norreport, is_active=action != "reactivate")
    manager = permission_type("Manager", "see_people")
    if action == "take_type":
        manager.user_set.add(*people)
    needs = {"move": {"department": aarhus}, "deactivate": {"reason": REASON}}
    run = ready_run(
        owner, people, action, **needs.get(action, {"permission_type": manager} if "type" in action else {})
    )
    actions.BATCH, before = size, actions.BATCH
    try:
        with CaptureQueriesContext(connection) as captured:
            run = do_batch(run, actor=owner)
    finally:
        actions.BATCH = before
    assert (run.done, run.remaining) == (size, 3)
    assert len(data_queries(captured)) == COSTS[action], "\n".join(q[:150] for q in data_queries(captured))


def test_the_history_names_who_did_it(sam, norreport, aarhus):
    people = crowd(2, norreport)
    to_the_end(ready_run(sam, people, "move", department=aarhus), sam)
    changes = FieldChange.objects.filter(kind="user", field="department")
    assert {(change.number, change.after, change.actor_id) for change in changes} == {
        (person.pk, str(aarhus.pk), sam.pk) for person in people
    }


def test_invitations_wait_in_the_outbox(sam, norreport):
    people = crowd(2, norreport)
    to_the_end(ready_run(sam, people, "invite"), sam)
    assert [(mail.recipient_id, mail.detail) for mail in Mail.objects.order_by("pk")] == [
        (person.pk, {"by": sam.pk}) for person in people
    ]


def test_a_batch_asks_again_about_each_person(sam, norreport, aarhus, batches_of_two, owner):
    people = crowd(4, norreport)
    run = do_batch(ready_run(sam, people, "deactivate", reason=REASON), actor=sam)
    User.objects.filter(pk=people[2].pk).update(is_active=False)
    people[3].groups.add(permission_type("Auditor", "view_auditevent"))
    run = do_batch(run, actor=sam)
    assert (run.state, run.done) == ("done", 2)
    assert run.left_out == {"nothing_to_change": [1, [people[2].pk]], "target_holds_more": [1, [people[3].pk]]}
    assert people_of("user.deactivated") == [person.pk for person in people[:2]]
    assert detail(events("user.bulk_changed")[-1])["left_out"] == {"nothing_to_change": 1, "target_holds_more": 1}


def test_somebody_who_moved_out_of_scope_is_left_out(rita, norreport, aarhus):
    people = crowd(2, norreport)
    run = ready_run(rita, people, "deactivate", reason=REASON)
    User.objects.filter(pk=people[0].pk).update(department=aarhus)
    run = to_the_end(run, rita)
    assert (run.done, list(run.left_out)) == (1, ["out_of_scope"])


def test_who_has_lost_the_right_is_refused_before_anybody_is_changed(sam, norreport, batches_of_two):
    people = crowd(4, norreport)
    run = do_batch(ready_run(sam, people, "deactivate", reason=REASON), actor=sam)
    sam.groups.clear()
    with pytest.raises(NotAllowed, match="hold the right to deactivate"):
        do_batch(run, actor=sam)
    run.refresh_from_db()
    assert (run.state, run.done, len(events("user.deactivated"))) == ("running", 2, 2)


def test_an_actor_who_is_deactivated_changes_nobody_more(sam, norreport, batches_of_two):
    run = do_batch(ready_run(sam, crowd(4, norreport), "deactivate", reason=REASON), actor=sam)
    User.objects.filter(pk=sam.pk).update(is_active=False)
    with pytest.raises(NotAllowed):
        do_batch(run, actor=sam)
    assert len(events("user.deactivated")) == 2


def test_a_type_that_grew_is_given_to_nobody_more(petra, norreport, batches_of_two):
    manager = permission_type("Manager", "see_people")
    people = crowd(4, norreport)
    run = do_batch(ready_run(petra, people, "give_type", permission_type=manager), actor=petra)
    manager.permissions.add(*permission_type("Auditor", "view_auditevent").permissions.all())
    with pytest.raises(NotAllowed, match="rights that you don't hold"):
        do_batch(run, actor=petra)
    assert manager.user_set.count() == 2


@pytest.mark.parametrize("what", ["permission_type", "department"])
def test_what_was_deleted_meanwhile_is_given_to_nobody(owner, norreport, what):
    thing = permission_type("Manager") if what == "permission_type" else DepartmentFactory(name="Yard")
    action = "give_type" if what == "permission_type" else "move"
    run = ready_run(owner, crowd(2, norreport), action, **{what: thing})
    thing.delete()
    with pytest.raises(NotAllowed, match="no longer exists"):
        do_batch(run, actor=owner)
    assert stop(run, actor=owner).state == "stopped"


def test_nothing_is_done_twice(sam, norreport):
    people = crowd(3, norreport)
    run = ready_run(sam, people, "invite")
    to_the_end(run, sam)
    # The same batch again, as a second browser would ask for it: the run as it was confirmed.
    again = do_batch(run, actor=sam)
    assert (again.state, again.done) == ("done", 3)
    assert stop(run, actor=sam).state == "done"
    assert Mail.objects.count() == 3
    assert [detail(event)["step"] for event in events("user.bulk_changed")] == ["started", "finished"]


def test_a_confirmation_counts_once(sam, norreport):
    people = crowd(3, norreport)
    run = run_of(sam, people, "deactivate", reason=REASON)
    plan = plan_for(run, people, sam)
    for _time in range(2):
        confirm(run, plan, actor=sam, seen=plan.fingerprint, typed="3")
    assert len(events("user.bulk_changed")) == 1
    with pytest.raises(actions.ChangedMeanwhile):
        confirm(run, plan, actor=sam, seen="another", typed="3")


def test_the_number_is_asked_for_where_it_is_confirmed(sam, norreport):
    people = crowd(21, norreport)
    run = run_of(sam, people, "deactivate", reason=REASON)
    plan = plan_for(run, people, sam)
    with pytest.raises(NotTyped):
        confirm(run, plan, actor=sam, seen=plan.fingerprint, typed="")
    assert BulkRun.objects.get().state == "preview"


def test_nobody_does_the_run_of_somebody_else(sam, owner, norreport):
    run = ready_run(sam, crowd(3, norreport), "deactivate", reason=REASON)
    for do in (do_batch, stop):
        with pytest.raises(NotAllowed, match="no longer here"):
            do(run, actor=owner)
    assert events("user.deactivated") == []


def test_the_end_forgets_the_reason_and_the_filters_which_the_log_keeps(sam, norreport):
    run = to_the_end(ready_run(sam, crowd(2, norreport), "deactivate", reason=REASON), sam)
    stored = BulkRun.objects.get(pk=run.pk)
    assert (stored.reason, stored.query, stored.chosen) == ("", "", {})
    assert stored.ended_at


def at_once(*calls):
    """Run all calls when all are ready, each in a thread of its own; return what they return."""
    ready = Barrier(len(calls))

    def run(call):
        try:
            ready.wait(timeout=30)
            return call()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


@pytest.mark.django_db(transaction=True)
def test_two_browsers_that_go_on_at_once_do_it_once(sam, norreport, batches_of_two):
    people = crowd(10, norreport)
    run = ready_run(sam, people, "invite")
    ended = at_once(*[lambda: to_the_end(BulkRun.objects.get(pk=run.pk), User.objects.get(pk=sam.pk))] * 2)
    assert {each.state for each in ended} == {"done"}
    assert sorted(people_of("user.invited")) == [person.pk for person in people]
    assert Mail.objects.count() == 10
    assert verify().exit_code == 0


@pytest.mark.django_db(transaction=True)
def test_two_people_who_do_opposite_things_at_once_wait_for_each_other(sam, petra, norreport, batches_of_two):
    people = crowd(10, norreport)
    User.objects.filter(pk__in=[person.pk for person in people[5:]]).update(is_active=False)
    runs = [
        (ready_run(sam, people, "deactivate", reason=REASON), sam),
        (ready_run(petra, people, "reactivate"), petra),
    ]
    ended = at_once(*[lambda run=run, who=who: to_the_end(run, User.objects.get(pk=who.pk)) for run, who in runs])
    assert [(each.state, each.done) for each in ended] == [("done", 5), ("done", 5)]
    assert not User.objects.filter(pk__in=[person.pk for person in people[:5]], is_active=True).exists()
    assert len(people_of("user.deactivated")) == len(people_of("user.reactivated")) == 5
    assert verify().exit_code == 0


@pytest.mark.django_db(transaction=True)
def test_killed_at_any_step_it_has_done_whole_batches_and_goes_on(sam, norreport):
    people = crowd(6, norreport)
    run = ready_run(sam, people, "deactivate", reason=REASON)
    command = [sys.executable, "-m", "tests.support.bulk_killed", str(run.pk)]
    environment = {**os.environ, "DATABASE_URL": database_url()}
    ran = subprocess.run(command, cwd=BASE_DIR, env=environment, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    rounds = [json.loads(line) for line in ran.stdout.splitlines()]
    assert [bool(found["killed"]) for found in rounds] == [True] * (len(rounds) - 1) + [False]
    assert 5 < len(rounds) < ROUNDS_AT_MOST
    for found in rounds:
        assert found["verified"] == 0
        assert found["done"] == found["deactivated"] == len(found["events"])
        assert found["done"] % 2 == 0, "half a batch"
        assert (found["state"] == "done") == (found["done"] == 6)
    assert rounds[-1]["events"] == [person.pk for person in people], "each once, in order"
    assert {found["done"] for found in rounds} == {0, 2, 4, 6}


def test_what_the_preview_says_is_what_is_done(sam, norreport):
    people = crowd(5, norreport)
    run = run_of(sam, [sam, *people], "deactivate", reason=REASON)
    plan = plan_run(verb_of(run), User.objects.all(), actor=sam)
    confirm(run, plan, actor=sam, seen=plan.fingerprint, typed=str(plan.count))
    to_the_end(BulkRun.objects.get(pk=run.pk), sam)
    assert people_of("user.deactivated") == plan.ids


def test_a_preview_that_is_confirmed_meanwhile_is_not_discarded(sam, lena):
    shown = run_of(sam, [lena], "deactivate", reason=REASON)
    plan = plan_for(shown, [lena], sam)
    confirm(BulkRun.objects.get(pk=shown.pk), plan, actor=sam, seen=plan.fingerprint, typed="")
    assert not discard(shown, actor=sam)
    assert BulkRun.objects.get(pk=shown.pk).is_running
