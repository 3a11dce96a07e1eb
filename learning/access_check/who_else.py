"""A question of the access check: who else doesn't see an item, and what would show it to how many people."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

from django.db.models import Count, Q, QuerySet
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts import policy
from accounts.models import Department, User
from accounts.policy.rights import Right
from accounts.users.pagination import KeysetPaginator, UserPage
from learning.visibility.audience import explain
from learning.visibility.people import PERSONAL, People, at_or_below
from learning.visibility.sentences import full_names

from . import access
from .items import draft
from .questions import Asked, Question


@dataclass(frozen=True, slots=True)
class Option:
    """A change that would show the item to the person. count: how many active people more would then see it."""

    change: str
    count: int

    @property
    def in_words(self) -> str:
        said = ngettext(
            "%(count)s more person would then see it", "%(count)s more people would then see it", self.count
        )
        return said % {"count": self.count}


def answer(asked: Asked) -> dict[str, Any]:
    user, actor, name = asked.user, asked.actor, asked.value("item")
    chosen = access.chosen(actor, name)
    if chosen is None:
        return draft(asked, name)
    kind, item = chosen
    failed = [verdict for verdict in explain(user, item, actor) if not verdict.passed]
    context = {"item": item}
    if not failed:
        return context
    verdict = next((each for each in failed if each.rule.name == asked.value("rule")), failed[0])
    rule = verdict.rule.name
    people, countable = People(item), checked_by(actor)
    is_personal = rule in PERSONAL
    concerned = countable.filter(people.hidden_by(rule) if is_personal else people.seeing_but_for())
    total = concerned.count()
    visible = User.objects.visible_to(actor)
    shown = visible.select_related("department")
    paginator = KeysetPaginator(
        concerned.filter(policy.in_scope(actor, Right.SEE_PEOPLE)), shown=shown.in_bulk, visible=visible
    )
    page = paginator.page(cast("QueryDict", asked.values))
    address = access.edit_address(actor, kind, item)
    return context | {
        "verdict": verdict,
        "also": [each.rule.cause for each in failed if each is not verdict],
        "is_personal": is_personal,
        "total": total,
        "is_company_wide": policy.holds(actor, Right.CHECK_ACCESS),
        "options": options(rule, item, user, people, countable, total),
        "belongs": belongs(user) if rule == "audience" else "",
        "page": page,
        "unseen": total - page.count if page.count <= page.counted_at_most else 0,
        "places": places(page),
        "edit_address": "" if asked.request.assumed_session else address,
    }


def checked_by(actor: User) -> QuerySet[User]:
    """Return the active users whose access the actor may check; nobody else is counted or named."""
    return User.objects.filter(policy.in_scope(actor, Right.CHECK_ACCESS), is_active=True)


def options(rule: str, item: Any, user: User, people: People, countable: QuerySet[User], total: int) -> list[Option]:
    """Return what would show the item to the user, each with the number of people who would then see it, too."""
    match rule:
        case "audience":
            return additions(user, countable.filter(people.seeing_but_for("audience") & ~people.meant))
        case "not_excluded":
            hidden = countable.filter(people.seeing_but_for("not_excluded") & people.excluded)
            counts = hidden.aggregate(alone=Count("pk", filter=Q(pk=user.pk)), all=Count("pk"))
            return [
                Option(_("Take %(person)s off the exclusions") % {"person": user.name}, counts["alone"]),
                Option(_("Take everybody off the exclusions"), counts["all"]),
            ]
        case "prerequisites":
            return [Option(_("Take away what it builds on"), total)]
        case "published":
            return [Option(_("Publish it"), total)]
        case "opened":
            return [Option(_("Publish it from now on"), total)]
        case _not_closed_or_not_over:
            return [Option(_("Give it a later end"), total)]


def additions(user: User, hidden: QuerySet[User]) -> list[Option]:
    """
    Return the parts of an audience that would show the item to the user, the narrowest first.

    hidden: the users who would see the item if they belonged to its audience. One query counts them for all parts.
    """
    parts: list[tuple[str, Q]] = [(_("Add %(person)s alone") % {"person": user.name}, Q(pk=user.pk))]
    above = list(Department.objects.filter(path__in=user.department_paths).order_by("-path"))
    named = full_names(above)
    parts += [(_("Add the department %(name)s") % {"name": named[each.pk]}, at_or_below([each.path])) for each in above]
    if user.job_profile:
        added = _("Add the job profile %(name)s") % {"name": user.job_profile.name}
        parts.append((added, Q(job_profile=user.job_profile)))
    counts = hidden.aggregate(
        **{f"part_{number}": Count("pk", filter=part) for number, (_name, part) in enumerate(parts)}
    )
    return [Option(change, counts[f"part_{number}"]) for number, (change, _part) in enumerate(parts)]


def belongs(user: User) -> str:
    """Say where the user belongs by HR or by their profile, because exactly that may be wrong."""
    facts = {"person": user.name, "department": user.department or _("no department")}
    facts |= {"profile": user.job_profile or _("no job profile"), "identifier": user.external_id}
    if user.external_id:
        said = _("HR says %(department)s and %(profile)s (HR identifier %(identifier)s).")
    else:
        said = _("The profile of %(person)s says %(department)s and %(profile)s. No HR system imports it.")
    return said % facts


def places(page: UserPage) -> dict[str, str]:
    """Return the values of the address for the pages before and after this one."""
    found = {}
    if page.has_previous:
        found["before"] = str(page.users[0].pk)
    if page.has_next:
        found["after"] = str(page.users[-1].pk)
    return found


QUESTION = Question(
    "who-else",
    "",
    "learning/access_who_else.html",
    ("item", "rule", "after", "before"),
    answer,
    needs=("item",),
)
