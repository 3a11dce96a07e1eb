"""The plan: the people that the rules let through, who is left out and why, and when a number has to be typed."""

import pytest
from django.contrib.auth.models import Group
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import BulkRun, Department, User
from accounts.users.bulk import actions, plan
from accounts.users.bulk.plan import is_typed
from accounts.users.bulk.verbs import Action
from tests.support.bulk import REASON, crowd, people_of, plan_for, run_of
from tests.support.factories import permission_type

pytestmark = pytest.mark.django_db


def test_the_first_are_named_and_the_others_counted(sam, norreport, monkeypatch):
    monkeypatch.setattr(plan, "READ_AT_ONCE", 10)
    people, gone = crowd(60, norreport), crowd(7, norreport, first="Gone", is_active=False)
    found = plan_for(run_of(sam, [], "deactivate"), [*people, *gone], sam)
    assert (found.count, len(found.first), found.more, found.left_out_count) == (60, 50, 10, 7)
    [group] = found.groups
    assert [person.first_name for person in group.first] == ["Gone0", "Gone1", "Gone2", "Gone3", "Gone4"]
    assert (group.count, group.more, group.sentence) == (7, 2, "Already so: nothing would change.")
    assert found.ids == [person.pk for person in people]


@pytest.mark.parametrize(
    "change",
    [
        {"is_active": False},
        {"is_protected": True},
        {"is_superuser": True},
        {"department": None},
    ],
)
def test_the_fingerprint_changes_with_each_person(rita, norreport, change):
    people = crowd(3, norreport)
    run = run_of(rita, people, "deactivate")
    seen = plan_for(run, people, rita).fingerprint
    assert plan_for(run, people, rita).fingerprint == seen
    User.objects.filter(pk=people[0].pk).update(**change)
    assert plan_for(run, people, rita).fingerprint != seen


def test_the_fingerprint_changes_with_where_people_are_and_what_a_type_holds(owner, norreport, copenhagen, aarhus):
    people, manager = crowd(2, norreport), permission_type("Manager", "see_people")
    move = run_of(owner, people, "move", department=aarhus)
    give = run_of(owner, people, "give_type", permission_type=manager)
    seen = [plan_for(run, people, owner).fingerprint for run in (move, give)]
    User.objects.filter(pk=people[0].pk).update(department=copenhagen)
    manager.permissions.clear()
    assert plan_for(move, people, owner).fingerprint != seen[0]
    assert plan_for(give, people, owner).fingerprint != seen[1]


def test_the_fingerprint_changes_with_the_names_that_the_preview_shows(owner, norreport, aarhus):
    people, manager = crowd(2, norreport), permission_type("Manager", "see_people")
    runs = [
        run_of(owner, people, "move", department=aarhus),
        run_of(owner, people, "give_type", permission_type=manager),
    ]
    seen = [plan_for(run, people, owner).fingerprint for run in runs]
    Department.objects.filter(pk=aarhus.pk).update(name="Board")
    Group.objects.filter(pk=manager.pk).update(name="Auditor")
    again = [BulkRun.objects.get(pk=run.pk) for run in runs]
    assert not {plan_for(run, people, owner).fingerprint for run in again} & set(seen)


@pytest.mark.parametrize(
    ("action", "count", "everybody", "typed"),
    [
        ("deactivate", 21, 10_000, True),
        ("deactivate", 20, 10_000, False),
        ("invite", 21, 10_000, False),
        ("invite", 501, 10_000, True),
        ("invite", 500, 10_000, False),
        ("deactivate", 6, 100, True),
        ("deactivate", 5, 10, False),
    ],
)
def test_a_number_is_typed_for_many_people(monkeypatch, action, count, everybody, typed):
    monkeypatch.setattr(User.objects, "filter", lambda **asked: type("Many", (), {"count": lambda self: everybody})())
    assert is_typed(BulkRun(action=action), count) is typed


NEEDS = {Action.DEACTIVATE: {"reason": REASON}}


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(
    action=st.sampled_from(list(Action)),
    made=st.lists(
        st.fixed_dictionaries(
            {
                "is_active": st.booleans(),
                "is_protected": st.booleans(),
                "is_staff": st.sampled_from([False, False, True]),
                "place": st.sampled_from(["norreport", "aarhus", None]),
                "types": st.sets(st.sampled_from(["Manager", "Auditor"])),
            }
        ),
        max_size=8,
    ),
    batch=st.integers(1, 4),
)
def test_what_the_preview_says_is_what_is_done(rolf, norreport, aarhus, action, made, batch):
    User.objects.filter(last_name="Holm").delete()
    BulkRun.objects.all().delete()
    kinds = ("user.deactivated", "user.reactivated", "user.changed", "user.invited", "permission_type.assigned")
    before = {kind: len(people_of(kind)) for kind in kinds}
    types = {
        name: permission_type(name, right) if not (found := group(name)) else found
        for name, right in (("Manager", "see_people"), ("Auditor", "view_auditevent"))
    }
    places = {"norreport": norreport, "aarhus": aarhus, None: None}
    people = []
    for number, fields in enumerate(made):
        place, held = places[fields["place"]], fields["types"]
        rest = {name: value for name, value in fields.items() if name not in ("place", "types")}
        [person] = crowd(1, place, first=f"P{number}x", **rest)
        person.groups.set(types[name] for name in held)
        people.append(person)
    fields = {"give_type": {"permission_type": types["Manager"]}, "take_type": {"permission_type": types["Manager"]}}
    run = run_of(rolf, people, action, **(fields | {"move": {"department": norreport}} | NEEDS).get(action, {}))
    found = plan_for(run, people, rolf)
    if found.count:
        actions.confirm(run, found, actor=rolf, seen=found.fingerprint, typed=str(found.count))
        run, size = BulkRun.objects.get(pk=run.pk), actions.BATCH
        actions.BATCH = batch
        try:
            while run.is_running:
                run = actions.do_batch(run, actor=rolf)
        finally:
            actions.BATCH = size
        assert (run.done, run.left_out) == (found.count, {})
    done = [pk for kind in kinds for pk in people_of(kind)[before[kind] :]]
    assert done == found.ids
    assert all(user.department_id == norreport.pk for user, _before in found.first), "out of scope"


def group(name):
    from django.contrib.auth.models import Group

    return Group.objects.filter(name=name).first()
