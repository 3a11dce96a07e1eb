"""What another account of the same person says about an item: whether it sees it, and how far it is in a module."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Exists, OuterRef
from django.utils.translation import gettext as _

from accounts.account_state import OtherAccount
from accounts.models.preferences import moment
from learning.models import Answer, Item, Module, ModuleProgress
from learning.validity import is_enough


def sentences(item: Item, others: list[OtherAccount]) -> list[str]:
    """
    Return for each account what is known of it and of its way to the item, in a constant number of queries.

    others: accounts that the actor may check; that their access is checked has to be on record.
    """
    if not others:
        return []
    seen = seen_by(item, others)
    stood = progress_of(item, others) if isinstance(item, Module) else {}
    return [f"{each.sentence()} {stood.get(each.user.pk) or sees(item, seen[each.user.pk])}" for each in others]


def seen_by(item: Item, others: list[OtherAccount]) -> dict[int, bool]:
    """Return whether each account sees the item now, by the id of its user."""
    objects: Any = type(item).objects
    each_sees = {
        f"seen_by_{each.user.pk}": Exists(objects.visible_to(each.user).filter(pk=OuterRef("pk")).order_by())
        for each in others
    }
    row = objects.filter(pk=item.pk).order_by().annotate(**each_sees).values(*each_sees).first()
    return {each.user.pk: bool(row and row[f"seen_by_{each.user.pk}"]) for each in others}


def progress_of(module: Module, others: list[OtherAccount]) -> dict[int, str]:
    """Return how far each account that began the module is in it, by the id of its user."""
    users = [each.user.pk for each in others]
    answers = Answer.objects.filter(interaction__module=module, user__in=users).order_by()
    answered = dict(answers.values_list("user").annotate(count=Count("pk")))
    steps = module.interactions.count()
    said = {}
    for progress in ModuleProgress.objects.filter(module=module, user__in=users):
        if progress.submitted_at and not is_enough(progress.counts_up_to, module.pass_mark):
            failed = _("There the module was submitted on %(at)s, and not passed.")
            said[progress.user_id] = failed % {"at": moment(progress.submitted_at)}
        elif progress.submitted_at:
            submitted = _("There the module was submitted on %(at)s.")
            said[progress.user_id] = submitted % {"at": moment(progress.submitted_at)}
        else:
            begun = _("There the module was begun: %(done)s of %(steps)s steps are answered.")
            said[progress.user_id] = begun % {"done": answered.get(progress.user_id, 0), "steps": steps}
    return said


def sees(item: Item, is_seen: bool) -> str:
    """Return whether an account sees the item, which has not been begun there."""
    if not is_seen:
        return _("That account doesn't see it.")
    if isinstance(item, Module):
        return _("That account sees it, and has not begun it.")
    return _("That account sees it.")
