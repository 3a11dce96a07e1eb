"""Another try and more time are asked for again under lock, by the rules of the moment."""

from datetime import date

import pytest

from accounts.authorization.changes import NotAllowed
from accounts.models import User
from learning.models import DueDateExtension, EarlierSubmission, Module
from learning.results.actions import extend, reopen
from tests.learning.places.test_actions import deactivate
from tests.learning.test_validity import DAY
from tests.support.assumed import events
from tests.support.factories import permission_type
from tests.support.learning_factories import EVERYONE, make_module
from tests.support.mail_backends import delivered

pytestmark = pytest.mark.django_db
LATER = {"day": date(2040, 1, 31), "reason": "She was ill"}


@pytest.fixture
def modules(lena):
    """Return a module that Lena submitted, and one that is due."""
    from django.utils import timezone

    done = make_module("Basics")
    done.submit_for(lena)
    return done, make_module("Till", EVERYONE | {"due_at": timezone.now() + DAY})


def loses_the_right(actor, person):
    actor.groups.clear()
    actor.groups.add(permission_type("Manager", "see_people"))


def loses_sight(actor, person):
    actor.groups.clear()
    actor.groups.add(permission_type("Helps", "help_with_results", "check_access"))


def may_no_longer_know_of_it(actor, person):
    Module.objects.update(is_published=False)


def deactivates(actor, person):
    deactivate(person)


@pytest.mark.parametrize("happens", [loses_the_right, loses_sight, may_no_longer_know_of_it, deactivates])
def test_what_happened_meanwhile_refuses_both(sam, lena, modules, happens):
    done, due = modules
    happens(sam, lena)
    with pytest.raises(NotAllowed):
        reopen(actor=sam, user=lena, module=done, reason="The alarm rang")
    with pytest.raises(NotAllowed):
        extend(actor=sam, user=lena, module=due, **LATER)
    assert not EarlierSubmission.objects.exists()
    assert not DueDateExtension.objects.exists()
    assert (events("result.reopened"), events("due_date.extended"), delivered()) == ([], [], [])


def test_rita_helps_nobody_who_has_left_copenhagen(rita, lena, aarhus, modules):
    done, due = modules
    User.objects.filter(pk=lena.pk).update(department=aarhus)
    with pytest.raises(NotAllowed):
        reopen(actor=rita, user=lena, module=done, reason="The alarm rang")
    with pytest.raises(NotAllowed):
        extend(actor=rita, user=lena, module=due, **LATER)


def test_the_same_day_again_tells_nobody_again(sam, lena, modules):
    _done, due = modules
    for _time in range(2):
        extend(actor=sam, user=lena, module=due, **LATER)
    assert (len(events("due_date.extended")), len(delivered()), DueDateExtension.objects.count()) == (1, 1, 1)
