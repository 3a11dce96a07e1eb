"""Whatever hides an item from somebody: repairing exactly what the explanation names makes it appear."""

import random
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Department, JobProfile, User
from learning.actions import open_again
from learning.models import Event, Module
from learning.visibility import audience
from learning.visibility.audience import explain, first_failed
from learning.visibility.history import history_of_item
from learning.visibility.path import path_to
from tests.support.random_learning import MAKERS, people, random_item

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def repair(rule, item, person):
    """Do what the sentence of the failed rule asks for, and nothing else."""
    now = timezone.now()
    match rule:
        case "published":
            type(item).objects.filter(pk=item.pk).update(is_published=True)
        case "opened":
            type(item).objects.filter(pk=item.pk).update(published_from=None)
        case "not_closed":
            type(item).objects.filter(pk=item.pk).update(published_until=None)
        case "audience":
            item.audience.create(person=person)
        case "not_excluded":
            item.exclusions.filter(person=person).delete()
        case "not_over":
            Event.objects.filter(pk=item.pk).update(ends_at=now + DAY)
        case "prerequisites":
            facts = history_of_item(person, item).now
            for step in path_to(facts, facts.items[f"module-{item.pk}"], now):
                module = Module.objects.get(pk=step.module.pk)
                assert sees(person, module), "each step can be done in its turn"
                submit(person, module)
        case _:
            raise AssertionError(rule)


def submit(person, module):
    """Do everything that is required, and answer it right, again if the result has expired or is not passed."""
    progress = module.progress_of(person)
    if progress.submitted_at:
        open_again(person, module, progress)
    for interaction in module.missing_for(person):
        right = interaction.choices.filter(is_right=True).first()
        module.keep_answers(person, {interaction: right.pk if right else True})
    module.submit_for(person)


def failed(person, item):
    """Return the names of the rules that fail, which SQL and the facts in memory agree on."""
    in_sql = [verdict.rule.name for verdict in explain(person, item, person) if not verdict.passed]
    facts = history_of_item(person, item).now
    in_memory = audience.failed(facts, facts.items[f"{item._meta.model_name}-{item.pk}"], timezone.now())
    assert [rule.name for rule in in_memory] == in_sql
    return in_sql


def sees(person, item):
    return type(item).objects.visible_to(person).filter(pk=item.pk).exists()


@pytest.mark.parametrize("seed", range(12))
def test_repairing_exactly_what_failed_makes_an_item_appear(company, copenhagen, norreport, aarhus, seed):
    chance = random.Random(seed)
    departments = list(Department.objects.order_by("path"))
    everybody, profiles = people(departments, chance)
    repaired = set()
    for _number in range(6):
        item = random_item(chance, everybody, departments, profiles)
        person = User.objects.get(pk=chance.choice(everybody).pk)
        causes = failed(person, item)
        assert sees(person, item) == (not causes)
        chance.shuffle(causes)
        for position, cause in enumerate(causes, start=1):
            assert not sees(person, item), causes
            repair(cause, item, person)
            assert len(failed(person, item)) == len(causes) - position
        assert sees(person, item), causes
        repaired |= set(causes)
    assert repaired, "these examples test nothing"


def test_the_examples_reach_every_rule(company, copenhagen, norreport, aarhus):
    reached = set()
    for seed in range(12):
        chance = random.Random(seed)
        departments = list(Department.objects.order_by("path"))
        JobProfile.objects.all().delete()
        User.objects.all().delete()
        everybody, profiles = people(departments, chance)
        for _number in range(6):
            item = random_item(chance, everybody, departments, profiles)
            person = User.objects.get(pk=chance.choice(everybody).pk)
            causes = failed(person, item)
            reached |= set(causes)
            (place,) = type(item).objects.filter(pk=item.pk).values_list(first_failed(type(item), person), flat=True)
            names = [rule.name for rule in item.rules]
            assert place == (min(map(names.index, causes)) if causes else 99)
            assert all(verdict.sentence for verdict in explain(person, item))
    assert reached == {rule.name for model in MAKERS for rule in model.rules}
