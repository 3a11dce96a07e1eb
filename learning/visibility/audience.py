"""
The rules for who sees an item of learning. Each rule stands once, in two forms one below the other.

In SQL, `visible_to` filters by all rules of an item, and `explain` checks each rule on its own: both use the same
conditions, so that they can't disagree. In memory, `failed` checks facts: an item or a user as they were on another
day, or as they would be. A property test compares both forms.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import (
    BooleanField,
    Case,
    CharField,
    Exists,
    ExpressionWrapper,
    F,
    IntegerField,
    OuterRef,
    Q,
    Value,
    When,
)
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from audit.statements import Parameter
from learning.validity import has_valid_submission

from . import sentences
from .compiled import KEY, NOW, LearnerStatement
from .facts import Facts, ItemFacts

if TYPE_CHECKING:
    from accounts.models import User


@dataclass(frozen=True, slots=True)
class Rule:
    """
    A condition on the item's table that must hold so that a user sees the item.

    condition: in SQL. holds: the same in memory, for the facts, the item among them, and the time.
    cause: a few words for a list if the rule fails. why_not: the whole sentence, for a user, an item and the actor.
    setting: the field on the item's page in the admin site.
    """

    name: str
    label: str | Promise
    cause: str | Promise
    condition: Callable[[type[Any], User, datetime], Q | Exists]
    holds: Callable[[Facts, ItemFacts, datetime], bool]
    why_not: Callable[[User, Any, User], str]
    setting: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """The result of one rule for one user and one item."""

    rule: Rule
    passed: bool
    sentence: str


def is_published(model, user, now):
    return Q(is_published=True)


def is_published_in_memory(facts, item, now):
    return item.is_published


def has_opened(model, user, now):
    return Q(published_from__isnull=True) | Q(published_from__lte=now)


def has_opened_in_memory(facts, item, now):
    return item.published_from is None or item.published_from <= now


def has_not_closed(model, user, now):
    return Q(published_until__isnull=True) | Q(published_until__gt=now)


def has_not_closed_in_memory(facts, item, now):
    return item.published_until is None or item.published_until > now


def is_meant_for(model, user, now):
    entries = related(model, "audience").filter(naming(user))
    return Exists(entries.filter(item=OuterRef("pk")))


def is_meant_for_in_memory(facts, item, now):
    return not item.audience.isdisjoint(facts.person.names)


def is_not_excluded(model, user, now):
    return ~Exists(related(model, "exclusions").filter(item=OuterRef("pk"), person=user.pk))


def is_not_excluded_in_memory(facts, item, now):
    return f"person-{facts.person.pk}" not in item.exclusions


def has_submitted_prerequisites(model, user, now):
    there = model._default_manager.filter(*is_there_or_comes(model, user, now))
    needed = model.prerequisites.through.objects.filter(from_module=OuterRef("pk"), to_module__in=there.values("pk"))
    return ~Exists(needed.exclude(has_valid_submission(model, user, now, "to_module")))


def has_submitted_prerequisites_in_memory(facts, item, now):
    return not waited_for(facts, item, now)


def is_not_over(model, user, now):
    return Q(ends_at__gt=now)


def is_not_over_in_memory(facts, item, now):
    return item.ends_at is not None and item.ends_at > now


RULES = (
    Rule(
        "published",
        _("It is published."),
        _("a draft"),
        is_published,
        is_published_in_memory,
        sentences.is_a_draft,
        "id_is_published",
    ),
    Rule(
        "opened",
        _("Its publication has started."),
        _("not published yet"),
        has_opened,
        has_opened_in_memory,
        sentences.opens_later,
        "id_published_from_0",
    ),
    Rule(
        "not_closed",
        _("Its publication has not ended."),
        _("no longer published"),
        has_not_closed,
        has_not_closed_in_memory,
        sentences.has_closed,
        "id_published_until_0",
    ),
    Rule(
        "audience",
        _("Its audience includes the person."),
        _("not in the audience"),
        is_meant_for,
        is_meant_for_in_memory,
        sentences.is_for_others,
        "audience-group",
    ),
    Rule(
        "not_excluded",
        _("The person is not excluded from it."),
        _("excluded"),
        is_not_excluded,
        is_not_excluded_in_memory,
        sentences.is_excluded,
        "exclusions-group",
    ),
)
PREREQUISITES = Rule(
    "prerequisites",
    _("All prerequisites that the person can do are done."),
    _("waits for another module"),
    has_submitted_prerequisites,
    has_submitted_prerequisites_in_memory,
    sentences.waits_for_others,
    "id_prerequisites",
)
NOT_OVER = Rule(
    "not_over",
    _("It is still to come."),
    _("over"),
    is_not_over,
    is_not_over_in_memory,
    sentences.is_over,
    "id_ends_at_0",
)


RULES_BY_KIND = {"module": (*RULES, PREREQUISITES), "event": (*RULES, NOT_OVER), "document": RULES}
SEEN = 99  # greater than the number of any rule, so that hidden items are listed first


def naming(user: User) -> Q:
    """Return the entries of an audience that match the user, their job profile or their departments."""
    named = Q(is_everyone=True) | Q(person=user.pk) | Q(department__path__in=user.department_paths)
    return named | Q(job_profile=user.job_profile_id) if user.job_profile_id else named


def is_meant_for_user_of_row(model: type[Any], item: str) -> Q:
    """
    Return the rules "audience" and "not excluded" as a condition on rows that name an item and a user.

    model: the kind of item. item: the name of the row's foreign key to it; the one to the user is named "user".
    """
    path = ExpressionWrapper(OuterRef("user__department__path"), output_field=CharField())
    entries = related(model, "audience").filter(item=OuterRef(item)).alias(path_of_user=path)
    named = Q(is_everyone=True) | Q(person=OuterRef("user")) | Q(job_profile=OuterRef("user__job_profile"))
    excluded = related(model, "exclusions").filter(item=OuterRef(item), person=OuterRef("user"))
    return Q(Exists(entries.filter(named | Q(path_of_user__startswith=F("department__path"))))) & ~Q(Exists(excluded))


def related(model: type[Any], name: str) -> models.QuerySet:
    """Return all rows of the table behind the model's reverse relation of this name."""
    related_model: Any = model._meta.get_field(name).related_model
    return related_model._default_manager.all()


def conditions(model: type[Any], user: User, now: Any = None) -> list[Q | Exists]:
    """Return the conditions that an item must fulfil so that the user sees it at a time, which is now by default."""
    now = now or timezone.now()
    return [rule.condition(model, user, now) for rule in model.rules]


def explain(user: User, item: Any, actor: User | None = None) -> list[Verdict]:
    """
    Return a verdict on every rule of the item for the user, each with its sentence.

    actor: the user who reads the sentences, by default the user in question. What they may not see is not named.
    """
    model: Any = type(item)
    [answers] = answers_about(model).rows(user, item=item.pk)
    pairs = zip(item.rules, answers, strict=True)
    return [verdict(rule, passed, user, item, actor or user) for rule, passed in pairs]


@cache
def answers_about(model: Any) -> LearnerStatement:
    """Return the query for whether each rule of an item of this kind holds."""

    def build(user: Any) -> models.QuerySet:
        asked = {
            f"rule_{rule.name}": Case(When(condition, then=True), default=False, output_field=BooleanField())
            for rule, condition in zip(model.rules, conditions(model, user, NOW), strict=True)
        }
        items = model._default_manager.filter(pk=Parameter("item", KEY)).order_by()
        return items.annotate(**asked).values_list(*asked)

    return LearnerStatement(build)


def verdict(rule: Rule, passed: bool, user: User, item: Any, actor: User) -> Verdict:
    return Verdict(rule, bool(passed), str(rule.label) if passed else rule.why_not(user, item, actor))


def failed(facts: Facts, item: ItemFacts, now: datetime) -> list[Rule]:
    """Return the rules that hide the item from the user of the facts at this time, in their order."""
    return [rule for rule in RULES_BY_KIND[item.kind] if not rule.holds(facts, item, now)]


def waited_for(facts: Facts, item: ItemFacts, now: datetime) -> list[ItemFacts]:
    """Return the prerequisites that the user has to submit before the item, and can submit now or later."""
    needed = [facts.items[name] for name in sorted(item.prerequisites) if name in facts.items]
    return [
        module
        for module in needed
        if not facts.person.has_valid_hand_in(module, now)
        and all(rule.holds(facts, module, now) for rule in RULES if rule.name != "opened")
    ]


def is_there_or_comes(model: type[Any], user: User, now: datetime) -> list[Q | Exists]:
    """
    Return the conditions for a module to count as a prerequisite: the user can submit it now, or when it opens.

    Otherwise the user would wait for ever, for example for a draft or for a module that has closed.
    """
    return [rule.condition(model, user, now) for rule in RULES if rule.name != "opened"]


def first_failed(model: type[Any], user: User) -> Case:
    """Return an expression for the number of the first rule that hides an item from the user; SEEN if none does."""
    place: Any = Value(SEEN)
    for number, condition in reversed(list(enumerate(conditions(model, user)))):
        place = Case(When(condition, then=place), default=Value(number), output_field=IntegerField())
    return place
