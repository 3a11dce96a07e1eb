"""Modules wait for what they build on, and nobody waits for what they can never submit."""

from datetime import timedelta

import pytest
from django.utils import timezone

from learning.models import Module
from learning.visibility.audience import explain
from tests.support.learning_factories import make_module

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def becomes_a_draft(module, lena):
    module.is_published = False


def closes(module, lena):
    module.published_until = timezone.now() - HOUR


def is_for_nobody(module, lena):
    module.audience.all().delete()


def excludes_lena(module, lena):
    module.exclusions.create(person=lena)


def is_deleted(module, lena):
    Module.objects.filter(pk=module.pk).delete()


def sees(person, module):
    return Module.objects.visible_to(person).filter(pk=module.pk).exists()


@pytest.mark.parametrize("changes", [becomes_a_draft, closes, is_for_nobody, excludes_lena])
def test_nobody_waits_for_a_module_that_they_can_never_submit(lena, max_, changes):
    basics, swan, master = (make_module(title) for title in ("Basics", "Swan", "Master"))
    swan.prerequisites.add(basics)
    master.prerequisites.add(swan)
    assert (sees(lena, swan), sees(lena, master)) == (False, False)
    changes(basics, lena)
    basics.save()
    assert (sees(lena, swan), sees(lena, master)) == (True, False)
    assert all(verdict.passed for verdict in explain(lena, swan))
    assert sees(max_, swan) == (changes is not excludes_lena), "Max still waits for what he can submit"


def test_nobody_waits_for_a_deleted_module_and_everybody_for_one_that_opens(lena):
    basics, swan = make_module("Basics", published_from=timezone.now() + HOUR), make_module("Swan")
    swan.prerequisites.add(basics)
    assert not sees(lena, swan), "it opens in an hour"
    is_deleted(basics, lena)
    assert sees(lena, swan)
