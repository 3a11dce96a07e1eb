"""What somebody saw on another day: the history leads back to exactly what was visible then."""

import random
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Department, FieldChange, JobProfile, User
from accounts.organisation import actions
from accounts.organisation.plans import plan_merge, plan_move
from accounts.organisation.preview import preview
from accounts.organisation.tree import Tree
from learning.actions import do_again
from learning.models import Document, Event, Module
from learning.visibility import since
from learning.visibility.audience import failed
from learning.visibility.history import history_of_everything, history_of_item
from learning.visibility.turns import last_turn
from tests.support.assumed import sign_in
from tests.support.edits import Edits
from tests.support.learning_factories import Kind, add_interaction, make_document, make_event, make_module, submitted

MODELS = {"module": Module, "event": Event, "document": Document}
EDITS = 40


@pytest.fixture
def edits(client, sam, carl, lena, max_, copenhagen, norreport, aarhus, tmp_path):
    for name in ("Barista", "Baker"):
        JobProfile.objects.create(name=name)
    people = [lena, max_]
    for number, person in enumerate(people):
        User.objects.filter(pk=person.pk).update(external_id=f"HR-{number}")
    items = [
        asking(make_module("Basics", tries=1)),
        asking(make_module("For Copenhagen", {"department": copenhagen}, tries=1)),
        asking(make_module("For Lena", {"person": lena}, tries=1)),
        make_event("Night", {"department": norreport}),
        make_document("Chart", {"department": aarhus}),
    ]
    browsers = Client(), Client()
    for browser, person in zip(browsers, (sam, carl), strict=True):
        sign_in(browser, person)

    def made(seed):
        return Edits(
            random.Random(seed), people=people, items=items, folder=tmp_path,
            sams_browser=browsers[0], carls_browser=browsers[1],
        )  # fmt: skip

    return made


def asking(module):
    """Give the module two questions, so that a pass mark can be missed."""
    for question in ("How cold?", "How long?"):
        add_interaction(module, question, Kind.SINGLE_CHOICE, choices=["*Right", "Wrong"])
    return module


def seen(user):
    """Return the names of what the user sees, by the rules in SQL."""
    user = User.objects.get(pk=user.pk)
    found = {kind: model.objects.visible_to(user).values_list("pk", flat=True) for kind, model in MODELS.items()}
    return {f"{kind}-{pk}" for kind, numbers in found.items() for pk in numbers}


def seen_in(facts, moment):
    """Return the names of what the user of the facts sees, by the rules in memory."""
    return {name for name, item in facts.items.items() if not failed(facts, item, moment)}


@pytest.mark.parametrize("seed", [1, 2, 4, 5, 6, 7])
def test_each_moment_of_random_edits_is_answered_as_it_was_by_every_way_of_editing(edits, seed):
    made = edits(seed)
    moments = []
    ways = set()
    for _number in range(EDITS):
        ways.add(made.one())
        moments.append((timezone.now(), [seen(person) for person in made.people]))
    assert len(ways) >= 5
    assert len({frozenset(each[0]) for _at, each in moments}) > 3, "these edits change nothing"
    for place, person in enumerate(made.people):
        person = User.objects.get(pk=person.pk)
        history = history_of_everything(person, moments[0][0] - timedelta(days=1))
        for at, were_seen in moments:
            assert seen_in(history.at(at), at) == were_seen[place]
        for item in made.items:
            of_one = history_of_item(person, item)
            for at, were_seen in moments:
                facts = of_one.at(at)
                name = f"{item._meta.model_name}-{item.pk}"
                assert (name in seen_in(facts, at)) == (name in were_seen[place])


def test_what_goes_with_something_else_is_told(lena, copenhagen, aarhus):
    basics, tulip = make_module("Basics"), make_module("Tulip", {"department": aarhus}, {"person": lena})
    tulip.prerequisites.add(basics)
    name, needed, before = f"module-{tulip.pk}", f"module-{basics.pk}", timezone.now()
    Department.objects.get(pk=aarhus.pk).delete()
    basics.delete()
    now = history_of_item(lena, tulip).now.items[name]
    was = history_of_item(lena, tulip).at(before).items[name]
    assert (now.audience, now.prerequisites) == ({f"person-{lena.pk}"}, set())
    assert was.audience == {f"person-{lena.pk}", f"department-{aarhus.pk}"}
    assert was.prerequisites == {needed}


def test_each_moment_of_a_result_that_expires_is_answered(lena):
    now = timezone.now()
    basics, tulip = make_module("Basics", valid_for=timedelta(days=10)), make_module("Tulip")
    tulip.prerequisites.add(basics)
    Module.objects.update(created_at=now - timedelta(days=90))
    FieldChange.objects.update(at=now - timedelta(days=90))
    submitted(lena, basics, days_ago=30)
    do_again(lena, basics)
    submitted(lena, basics, days_ago=5)
    history = history_of_item(lena, tulip)
    days = {31: False, 29: True, 21: True, 19: False, 6: False, 4: True, -4: True, -6: False}
    for ago, is_seen in days.items():
        moment = now - timedelta(days=ago)
        facts = history.at(moment)
        assert (f"module-{tulip.pk}" in seen_in(facts, moment)) == is_seen, ago


@pytest.mark.django_db
def test_each_moment_of_a_pass_mark_that_changes_is_answered_and_told(lena, carl):
    now = timezone.now()
    basics, tulip = asking(make_module("Basics", pass_mark=80, tries=1)), make_module("Tulip")
    tulip.prerequisites.add(basics)
    for step, right in zip(basics.interactions.all(), (True, False), strict=True):
        basics.keep_answers(lena, {step: step.choices.get(is_right=right).pk})
    submitted(lena, basics, days_ago=8)
    for days_ago, mark in ((30, 80), (6, 50), (4, 90), (2, None), (1, 90)):
        Module.objects.filter(pk=basics.pk).update(pass_mark=mark)
        FieldChange.objects.filter(at__gte=now).update(at=now - timedelta(days=days_ago))
    history = history_of_item(lena, tulip)
    days = {9: False, 7: False, 5: True, 3: False, 1.5: True, 0.5: False, 0: False}
    for ago, is_seen in days.items():
        moment = now - timedelta(days=ago)
        assert (f"module-{tulip.pk}" in seen_in(history.at(moment), moment)) == is_seen, ago
    turn = last_turn(history, f"module-{tulip.pk}", now)
    told = since.sentence(turn, lena, since.Names([turn], carl))
    assert "Lena Sørensen saw it: somebody changed the pass mark of “Basics”." in told


@pytest.mark.django_db
def test_changes_about_other_people_and_other_fields_are_not_read(sam, lena, max_, copenhagen):
    module = make_module("Basics", {"person": lena}, {"person": max_}, {"department": copenhagen}, excluded=[max_])
    event = make_event("Night")
    event.place = "Pier 2"
    event.save()
    read = history_of_item(lena, module).all_changes()
    named = {change.after for change in read if change.field in ("audience", "exclusions")}
    assert named == {f"person-{lena.pk}", f"department-{copenhagen.pk}"}
    assert "place" not in {change.field for change in history_of_item(lena, event).all_changes()}


def move(owner, department, target):
    tree = Tree.read()
    seen = preview(owner, plan_move(tree, tree[department.pk], tree[target.pk])).fingerprint
    actions.move_department(actor=owner, department=department, target=target.pk, seen=seen)


@pytest.mark.django_db
def test_after_a_move_of_her_department_each_day_is_answered_as_it_was(owner, lena, copenhagen, norreport, aarhus):
    module = make_module("For Copenhagen", {"department": copenhagen})
    name, before = f"module-{module.pk}", timezone.now()
    move(owner, norreport, aarhus)
    history = history_of_item(User.objects.get(pk=lena.pk), module)
    assert name in seen_in(history.at(before), before)
    assert name not in seen_in(history.now, timezone.now())
    assert history.now.person.departments[1:] == (aarhus.pk, norreport.pk)
    assert history.at(before).person.departments[1:] == (copenhagen.pk, norreport.pk)
    [change] = history.changes[f"department-{norreport.pk}"]
    assert (change.before, change.after, change.actor_id) == (str(copenhagen.pk), str(aarhus.pk), owner.pk)


@pytest.mark.django_db
def test_a_move_is_told_as_the_cause(owner, lena, copenhagen, norreport, aarhus):
    module = make_module("For Copenhagen", {"department": copenhagen})
    Module.objects.update(created_at=timezone.now() - timedelta(days=9))
    FieldChange.objects.update(at=timezone.now() - timedelta(days=9))
    move(owner, norreport, aarhus)
    lena = User.objects.get(pk=lena.pk)
    turn = last_turn(history_of_item(lena, module), f"module-{module.pk}", timezone.now())
    said = since.sentence(turn, lena, since.Names([turn], owner))
    assert said.endswith("the department Aarhus / Nørreport moved from Copenhagen to Aarhus (Olivia Lind).")


@pytest.mark.django_db
def test_after_a_merge_each_day_is_answered_as_it_was_and_no_moment_lies_between(
    owner, lena, copenhagen, norreport, aarhus
):
    module = make_module("For Copenhagen", {"department": copenhagen})
    name, before = f"module-{module.pk}", timezone.now()
    tree = Tree.read()
    seen = preview(owner, plan_merge(tree, tree[copenhagen.pk], tree[aarhus.pk])).fingerprint
    actions.merge_department(actor=owner, department=copenhagen, into=aarhus.pk, seen=seen)
    history = history_of_item(User.objects.get(pk=lena.pk), module)
    assert history.at(before).person.departments[1:] == (copenhagen.pk, norreport.pk)
    assert history.now.person.departments[1:] == (aarhus.pk, norreport.pk)
    times = {change.at for change in history.all_changes() if change.at > before}
    assert len(times) == 1
    for moment in (before, *times, timezone.now()):
        assert name in seen_in(history.at(moment), moment)


@pytest.mark.django_db
def test_a_department_at_the_top_that_was_deleted_is_known_at_its_time(lena):
    top = Department.objects.add_root({"name": "Pop-up"})
    User.objects.filter(pk=lena.pk).update(department=top)
    module = make_module("For the pop-up", {"department": top})
    before = timezone.now()
    User.objects.filter(pk=lena.pk).update(department=None)
    Department.objects.get(pk=top.pk).delete()
    facts = history_of_item(User.objects.get(pk=lena.pk), module).at(before)
    assert facts.person.departments == (top.pk,)
    assert f"module-{module.pk}" in seen_in(facts, before)


@pytest.mark.django_db
def test_a_department_is_tracked_by_name_and_place_whatever_changes_it(copenhagen, norreport, aarhus):
    kept = FieldChange.objects.filter(kind="department")
    assert not kept.exists()
    Department.objects.move(
        Department.objects.get(pk=copenhagen.pk), Department.objects.get(pk=aarhus.pk), "last-child"
    )
    aarhus.refresh_from_db()
    aarhus.name = "Århus"
    aarhus.save()
    Department.objects.filter(pk=norreport.pk).update(name="Nord")
    fields = [(each.number, each.field, each.after) for each in kept]
    assert fields == [
        (copenhagen.pk, "parent", str(aarhus.pk)), (aarhus.pk, "name", "Århus"), (norreport.pk, "name", "Nord"),
    ]  # fmt: skip
