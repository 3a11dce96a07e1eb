"""What an actor may know of items that they don't see as a learner: their content, or of a draft the title alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Exists, OuterRef, Q

from accounts import policy
from accounts.models import Department
from accounts.policy.rights import Right

from .audience import conditions, related

if TYPE_CHECKING:
    from accounts.models import User

NOTHING = Q(pk__in=())


def reads_content(model: type[Any], actor: User) -> bool:
    """Return whether the user may read all items of this kind, including drafts, because they write or review them."""
    kind = model._meta
    return any(policy.holds(actor, f"{kind.app_label}.{action}_{kind.model_name}") for action in ("view", "change"))


def knowing(model: type[Any], actor: User) -> Q:
    """
    Return a condition for the items that the actor may know of by their rights, in their audience or not.

    Users who write or review content know all items. Users who may check access know the published items of the users
    in the scope of that right. Everybody knows what they see as a learner.
    """
    if reads_content(model, actor):
        return Q()
    if policy.holds(actor, Right.CHECK_ACCESS):
        return Q(is_published=True)  # what the actor sees as a learner is published, too
    return Q(*conditions(model, actor)) | reached(model, paths_of_all(actor, Right.CHECK_ACCESS)) & Q(is_published=True)


def knowing_title(model: type[Any], actor: User) -> Q:
    """
    Return a condition for the drafts whose title the actor may know, and nothing else of them.

    It takes both rights for a user that the draft may be meant for. Users who read the content are not concerned.
    """
    if reads_content(model, actor):
        return NOTHING
    return reached(model, paths_of_all(actor, Right.CHECK_ACCESS, Right.KNOW_DRAFTS)) & Q(is_published=False)


def knows_all(model: type[Any], actor: User, *rights: Right) -> bool:
    """Return whether the actor reads the content of this kind, or holds each of these rights company-wide."""
    return reads_content(model, actor) or all(policy.holds(actor, right) for right in rights)


def paths_of_all(actor: User, *rights: Right) -> list[str]:
    """Return the tree paths at and below which the actor holds each of the rights; [""] if they are company-wide."""
    if not actor.is_active or not actor.is_authenticated:
        return []
    if actor.is_superuser:
        return [""]
    paths, *others = (policy.holdings(actor).paths(right) for right in rights)
    for more in others:
        paths = [max(one, other, key=len) for one in paths for other in more if is_one_branch(one, other)]
    return paths


def is_one_branch(one: str, other: str) -> bool:
    return one.startswith(other) or other.startswith(one)


def reached(model: type[Any], paths: list[str]) -> Q:
    """Return a condition for the items that may be meant for a user at or below one of these paths."""
    if "" in paths:
        return Q()
    if not paths:
        return NOTHING
    return Q(Exists(related(model, "audience").filter(reaching(paths), item=OuterRef("pk"))))


def reaching(paths: list[str]) -> Q:
    """Return the entries of an audience that may match a user at or below one of these paths."""
    found = Q(is_everyone=True) | Q(job_profile__isnull=False)
    for path in paths:
        above = [path[:end] for end in range(Department.steplen, len(path), Department.steplen)]
        found |= Q(department__path__startswith=path) | Q(department__path__in=above)
        found |= Q(person__department__path__startswith=path)
    return found
