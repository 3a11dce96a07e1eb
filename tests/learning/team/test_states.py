"""The due state of every user in one module is what each of them sees, for random companies."""

import random
from collections import Counter
from datetime import timedelta

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import JobProfile, User
from learning.models import DueDateExtension, EarlierSubmission, Module, ModuleProgress, Status
from learning.team.overview import members
from learning.team.states import ModuleStates
from learning.validity import ANY_MARK
from tests.support.factories import DepartmentFactory
from tests.support.learning_factories import make_module
from tests.support.random_learning import DAY, people

pytestmark = pytest.mark.django_db
# Below both pass marks, between them, at the higher one, and above.
RESULTS = [40, 60, 80, ANY_MARK]


def departments():
    company = DepartmentFactory(name="Company")
    town = DepartmentFactory(name="Town", parent=company)
    return [company, town, DepartmentFactory(name="Shop", parent=town)]


def random_module(chance, everybody, places, profiles, number):
    """Return a module with due dates, validity, progress, earlier submissions and extensions of some users."""
    now = timezone.now()
    parts = [
        {"is_everyone": True}, *({"department": place} for place in places), {"job_profile": profiles[0]},
        {"person": everybody[0]},
    ]  # fmt: skip
    audience = [
        part | {"due_at": chance.choice([None, now - DAY, now + DAY, now + 30 * DAY])}
        for part in chance.sample(parts, 2)
    ]
    valid_for = chance.choice([None, 10 * DAY])
    fields = {"valid_for": valid_for, "reopens_before": chance.choice([None, 3 * DAY]) if valid_for else None}
    fields |= {"pass_mark": chance.choice([None, 50, 80]), "tries": chance.choice([None, 2])}
    if chance.random() < 0.2:
        fields |= chance.choice(
            [{"is_published": False}, {"published_from": now + DAY}, {"published_until": now - DAY}]
        )
    module = make_module(f"Module {number}", *audience, excluded=chance.sample(everybody, 1), **fields)
    for person in chance.sample(everybody, 5):
        began = now - timedelta(days=chance.choice([4, 9, 20, 40]))
        submitted = chance.choice([None, began + timedelta(days=1)])
        ModuleProgress.objects.create(
            user=person, module=module, started_at=began, submitted_at=submitted,
            counts_up_to=chance.choice(RESULTS) if submitted else ANY_MARK,
        )  # fmt: skip
    for person in chance.sample(everybody, 3):
        for days in (5, 8, 30):
            if chance.random() < 0.5:
                at = now - timedelta(days=days)
                EarlierSubmission.objects.create(
                    user=person, module=module, started_at=at, submitted_at=at, tries_used=1, right_count=0,
                    question_count=0, counts_up_to=chance.choice(RESULTS),
                )  # fmt: skip
    for person in chance.sample(everybody, 2):
        DueDateExtension.objects.create(user=person, module=module, due_at=now + chance.choice([-2, 2, 20]) * DAY)
    return module


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 10**6))
def test_numbers_lists_and_teams_say_what_each_person_sees(db, seed):
    chance = random.Random(seed)
    Module.objects.all().delete()
    User.objects.all().delete()
    JobProfile.objects.all().delete()
    places = departments()
    everybody, profiles = people(places, chance)
    modules = [random_module(chance, everybody, places, profiles, number) for number in range(3)]
    modules[2].prerequisites.add(modules[0])
    seen, progress_seen = {}, {}
    for person in User.objects.with_standing():
        for module in Module.objects.visible_to(person).with_due_state_of(person):
            seen[person.pk, module.pk] = module.status
            module.due_at = None  # what is left is the progress
            progress_seen[person.pk, module.pk] = module.status
    found, progress = {}, {}
    for module in modules:
        module.refresh_from_db()
        for user in ModuleStates(module).with_state(User.objects.all()):
            found[user.pk, module.pk] = Status(user.state)
            progress[user.pk, module.pk] = Status(user.progress)
    assert found == seen
    assert progress == progress_seen
    team = {
        (member.user.pk, module.pk): module.status
        for member in members(User.objects.with_standing())
        for module in member.modules
    }
    assert team == seen


def test_the_random_companies_hold_every_state(db):
    chance, states = random.Random(3), Counter()
    places = departments()
    everybody, profiles = people(places, chance)
    for number in range(20):
        module = random_module(chance, everybody, places, profiles, number)
        states.update(user.state for user in ModuleStates(module).with_state(User.objects.all()))
    assert set(states) == set(Status.values)


def test_more_time_for_one_person_counts_before_the_date_of_everybody(db):
    now = timezone.now()
    module = make_module("Food safety basics", {"is_everyone": True, "due_at": now - DAY})
    places = departments()
    [late, extended, *_others], _profiles = people(places, random.Random(1))
    DueDateExtension.objects.create(user=extended, module=module, due_at=now + 20 * DAY)
    found = {user.pk: user.state for user in ModuleStates(module).with_state(User.objects.all())}
    assert (found[late.pk], found[extended.pk]) == (Status.OVERDUE, Status.NOT_STARTED)
