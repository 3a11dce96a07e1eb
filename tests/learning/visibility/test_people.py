"""Conditions for the people that a rule hides an item from; test_who_else.py compares them with the rules in memory."""

import pytest
from django.utils import timezone

from accounts.models import User
from learning.models import ModuleProgress
from learning.visibility.people import People
from tests.support.learning_factories import make_module
from tests.support.random_learning import DAY

pytestmark = pytest.mark.django_db


def test_who_submitted_the_module_before_long_waits_again(lena, max_):
    first = make_module("Every three days", valid_for=3 * DAY)
    item = make_module("The next one")
    item.prerequisites.add(first)
    now = timezone.now()
    for person, at in ((lena, now - 4 * DAY), (max_, now - 2 * DAY)):
        ModuleProgress.objects.create(module=first, user=person, started_at=at, submitted_at=at)
    condition = People(item).hidden_by("prerequisites")
    waiting = set(User.objects.filter(condition).values_list("pk", flat=True))
    assert lena.pk in waiting
    assert max_.pk not in waiting
