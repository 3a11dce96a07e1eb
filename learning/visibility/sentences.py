"""
Sentences that say why a rule hides an item from a user, and what would show it: one function for each rule.

Each takes the user, the item, and the actor who asks. What the actor may not see is not named.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from typing import TYPE_CHECKING, Any

from django.utils import timezone
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Department, FieldChange
from accounts.models.preferences import moment
from learning.validity import has_valid_submission

if TYPE_CHECKING:
    from accounts.models import User


def is_a_draft(user: User, item: Any, actor: User) -> str:
    return _("It is a draft. Publishing it would show it.")


def draft_since(item: Any) -> str:
    """Say that the item is a draft, to an actor who may know no more of it than its title."""
    withdrawn = FieldChange.objects.filter(
        kind=item._meta.model_name, number=item.pk, field="is_published", after__isnull=True, before__isnull=False
    ).last()
    said = _("It has been a draft since %(time)s: nobody sees it until somebody who writes the content publishes it.")
    return said % {"time": moment(withdrawn.at if withdrawn else item.created_at)}


def opens_later(user: User, item: Any, actor: User) -> str:
    return _("It is published from %(time)s.") % {"time": moment(item.published_from)}


def has_closed(user: User, item: Any, actor: User) -> str:
    said = _("Its publication ended on %(time)s. A later end, or none, would show it.")
    return said % {"time": moment(item.published_until)}


def is_over(user: User, item: Any, actor: User) -> str:
    return _("It was over on %(time)s; only coming events are listed.") % {"time": moment(item.ends_at)}


def is_for_others(user: User, item: Any, actor: User) -> str:
    entries = list(item.audience.select_related("department", "job_profile"))
    if not entries:
        return _("It is meant for nobody: its audience is empty. Add who should see it.")
    departments = [entry.department for entry in entries if entry.department]
    named = full_names([*departments, *([user.department] if user.department else [])])
    meant = [named[department.pk] for department in departments]
    meant += [entry.job_profile.name for entry in entries if entry.job_profile]
    if users := sum(entry.person_id is not None for entry in entries):
        meant.append(ngettext("%(count)s person by name", "%(count)s people by name", users) % {"count": users})
    facts = {"audience": get_text_list(meant, _("and")), "person": user.name}
    if user.department and user.job_profile:
        said = _("Its audience is %(audience)s; %(person)s belongs to %(department)s and works as %(profile)s.")
        facts |= {"department": named[user.department.pk], "profile": user.job_profile.name}
    elif user.department:
        said = _("Its audience is %(audience)s; %(person)s belongs to %(department)s.")
        facts |= {"department": named[user.department.pk]}
    elif user.job_profile:
        said = _("Its audience is %(audience)s; %(person)s works as %(profile)s and belongs to no department.")
        facts |= {"profile": user.job_profile.name}
    else:
        said = _("Its audience is %(audience)s; %(person)s belongs to no department.")
    would_do = [facts[name] for name in ("department", "profile", "person") if name in facts]
    facts["parts"] = get_text_list(would_do, _("or"))
    advice = _("Adding %(parts)s to the audience would show it.")
    doubt = _("Or the department or job profile of %(person)s is wrong.")
    return f"{said} {advice} {doubt}" % facts


def is_excluded(user: User, item: Any, actor: User) -> str:
    said = _("%(person)s is among the people who are excluded from it. Taking them off that list would show it.")
    return said % {"person": user.name}


def waits_for_others(user: User, item: Any, actor: User) -> str:
    """Name the prerequisites that have not been submitted, each with what is open in it."""
    waited_for = item.prerequisites.waited_for_by(user).with_due_state_of(user)
    waiting = waited_for.exclude(has_valid_submission(type(item), user, timezone.now())).order_by("title", "pk")
    known = waiting.known_to(actor)
    said = [waits_for(module, user) for module in known]
    if hidden := waiting.count() - len(said):
        said.append(
            ngettext(
                "A prerequisite that you may not see is not submitted.",
                "%(count)s prerequisites that you may not see are not submitted.",
                hidden,
            )
            % {"count": hidden}
        )
    return " ".join(said)


def waits_for(module: Any, user: User) -> str:
    if module.is_failed:
        said = _("The prerequisite “%(title)s” was submitted on %(submitted)s, but not passed. %(next)s")
        facts = {"title": module.title, "submitted": moment(module.submitted_at), "next": after_failing(module, user)}
        return said % facts
    if module.valid_until:
        said = _("The prerequisite “%(title)s” was submitted on %(submitted)s, but expired on %(expired)s.")
        submitted, expired = moment(module.last_submitted_at), moment(module.valid_until)
        return said % {"title": module.title, "submitted": submitted, "expired": expired}
    missing = list(module.missing_for(user))
    if not missing:
        said = _("The prerequisite “%(title)s” is not submitted, although every required step is done.")
        return said % {"title": module.title}
    said = ngettext(
        "The prerequisite “%(title)s” is not submitted: %(count)s required step is open: %(open)s.",
        "The prerequisite “%(title)s” is not submitted: %(count)s required steps are open: %(open)s.",
        len(missing),
    )
    return said % {"title": module.title, "count": len(missing), "open": ", ".join(map(str, missing))}


def after_failing(module: Any, user: User) -> str:
    """Return what the user can do who submitted the module and has not passed. The module has the user's due state."""
    if module.may_be_tried_again:
        return _("“Try again” on its page opens it.")
    return _("%(person)s has no try left. Somebody has to give them another one.") % {"person": user.name}


def in_words(titles: Iterable[str]) -> str:
    """
    Return titles of modules in their order, in one list.

    "" stands for a module that the actor may not see. Several of these that follow each other are counted.
    """
    parts: list[str] = []
    for is_known, group in groupby(titles, bool):
        together = list(group)
        if is_known:
            parts += [f"“{title}”" for title in together]
        else:
            said = ngettext("a module that you may not see", "%(count)s modules that you may not see", len(together))
            parts.append(said % {"count": len(together)})
    return get_text_list(parts, _("and"))


def full_names(departments: list[Department]) -> dict[int, str]:
    """Return each department with those above it except the top one: several towns have a bar of the same name."""
    step = Department.steplen
    above = {each.path[:end] for each in departments for end in range(2 * step, len(each.path), step)}
    names = dict(Department.objects.filter(path__in=above).values_list("path", "name"))
    return {
        each.pk: " / ".join([*(names[path] for path in sorted(above) if is_above(path, each)), each.name])
        for each in departments
    }


def is_above(path: str, department: Department) -> bool:
    return department.path.startswith(path) and len(path) < len(department.path)
