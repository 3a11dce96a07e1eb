"""Sentences about turns: until when or since when a user sees an item, and who or what changed that."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.utils import timezone
from django.utils.formats import time_format
from django.utils.text import get_text_list
from django.utils.translation import gettext as _

from accounts.models import Department, JobProfile, User
from accounts.models.preferences import moment
from learning.models import Module

from .facts import ItemFacts
from .places import Change
from .sentences import full_names, in_words
from .turns import Turn

if TYPE_CHECKING:
    from collections.abc import Collection


class Names:
    """
    The names in sentences about turns, in four queries, as far as the actor may know of them.

    actor: the user who reads the sentences. Users that the actor doesn't see in User Management, and modules that the
    actor may not know of, are not named.
    """

    def __init__(self, turns: Collection[Turn], actor: User):
        changes = [change for turn in turns for change in turn.changes]
        values = {text for change in changes for text in (change.before, change.after) if text}
        of_user = [change for change in changes if change.kind == "user"]

        def numbers(kind: str, field: str) -> set[int]:
            told = {int(text.partition("-")[2]) for text in values if text.startswith(f"{kind}-")}
            own = [change for change in of_user if change.field == field]
            return told | {int(text) for change in own for text in (change.before, change.after) if text}

        moved = {change.number for change in changes if change.kind == "department"}
        between = {
            int(text) for each in changes if each.field == "parent" for text in (each.before, each.after) if text
        }
        departments = list(Department.objects.filter(pk__in=numbers("department", "department") | moved | between))
        self.departments = full_names(departments)
        profiles = JobProfile.objects.filter(pk__in=numbers("job_profile", "job_profile"))
        self.profiles = dict(profiles.values_list("pk", "name"))
        actors = User.objects.visible_to(actor).filter(pk__in={change.actor_id for change in changes})
        self.people = {user.pk: user.name for user in actors.only("first_name", "last_name")}
        modules = {pk for turn in turns for pk in needed_modules(turn)}
        self.modules = dict(Module.objects.known_to(actor).filter(pk__in=modules).values_list("pk", "title"))

    def part(self, name: str | None, user: User) -> str:
        """Return the name of a part of an audience, such as "department-12"."""
        kind, _dash, number = (name or "").partition("-")
        match kind:
            case "department":
                return self.departments.get(int(number), _("a department that is gone"))
            case "job_profile":
                return self.profiles.get(int(number), _("a job profile that is gone"))
            case "person":
                return user.name if int(number) == user.pk else _("somebody else")
        return _("everyone")

    def department(self, number: str | None) -> str:
        return self.part(f"department-{number}", NOBODY) if number else _("no department")

    def place(self, number: str | None) -> str:
        """Return the name of the department below which another one lies."""
        return self.department(number) if number else _("the top of the tree")

    def profile(self, number: str | None) -> str:
        return self.part(f"job_profile-{number}", NOBODY) if number else _("no job profile")

    def in_words(self, *modules: int) -> str:
        return in_words(self.modules.get(pk, "") for pk in modules)

    def author(self, change: Change) -> str:
        """Return who or what made a change."""
        if change.source:
            return _("the import of %(file)s") % {"file": change.source}
        return self.people.get(change.actor_id or 0, _("somebody"))


NOBODY = User(pk=0)


def needed_modules(turn: Turn) -> set[int]:
    """Return the numbers of the modules that a turn of the rule about prerequisites is about."""
    texts = [text for each in turn.changes for text in (each.before, each.after) if text]
    named = {int(text[7:]) for text in texts if text.startswith("module-")}
    others = {change.number for change in turn.changes if change.kind == "module"}
    return named or others | submitted_then(turn) | expired_then(turn)


def submitted_then(turn: Turn) -> set[int]:
    return {item.pk for item in modules_of(turn) if turn.at in turn.after.person.counting(item)}


def expired_then(turn: Turn) -> set[int]:
    counting = turn.after.person.counting
    return {item.pk for item in modules_of(turn) if item.valid_for and turn.at - item.valid_for in counting(item)}


def modules_of(turn: Turn) -> list[ItemFacts]:
    return [item for item in turn.after.items.values() if item.kind == "module"]


def sentence(turn: Turn, user: User, names: Names) -> str:
    """Return since when or until when the user saw the item, and why."""
    said = (
        _("%(person)s has seen it since %(time)s: %(cause)s.")
        if turn.appeared
        else _("Until %(time)s, %(person)s saw it: %(cause)s.")
    )
    return said % {"person": user.name, "time": when(turn.at), "cause": cause(turn, user, names)}


def cause(turn: Turn, user: User, names: Names) -> str:
    """Return what made the item appear or vanish, without a full stop."""
    if turn.is_new and turn.changes:
        return _("%(who)s created it") % {"who": names.author(turn.changes[0])}
    if turn.changes:
        return get_text_list([cause_of(change, turn, user, names) for change in turn.changes], _("and"))
    match turn.rule.name:
        case "opened":
            return _("its publication began")
        case "not_closed":
            return _("its publication ended")
        case "not_over":
            return _("it was over")
    modules = names.in_words(*sorted(needed_modules(turn)))
    if submitted_then(turn):
        return _("%(person)s submitted %(modules)s") % {"person": user.name, "modules": modules}
    return _("the result of %(modules)s expired") % {"modules": modules}


def cause_of(change: Change, turn: Turn, user: User, names: Names) -> str:
    """Return a change of the history in words."""
    facts = {"who": names.author(change), "person": user.name}
    match change.field:
        case "department":
            facts |= {"before": names.department(change.before), "after": names.department(change.after)}
            return _("%(person)s moved from %(before)s to %(after)s (%(who)s)") % facts
        case "job_profile":
            facts |= {"before": names.profile(change.before), "after": names.profile(change.after)}
            return _("the job profile of %(person)s changed from %(before)s to %(after)s (%(who)s)") % facts
        case "parent":
            facts |= {"before": names.place(change.before), "after": names.place(change.after)}
            facts |= {"department": names.department(str(change.number))}
            return _("the department %(department)s moved from %(before)s to %(after)s (%(who)s)") % facts
    return of_item(change, facts, user, names)


def of_item(change: Change, facts: dict[str, Any], user: User, names: Names) -> str:
    is_added = change.after is not None
    match change.field:
        case "is_published":
            said = _("%(who)s published it") if is_added else _("%(who)s made it a draft again")
        case "published_from" | "published_until":
            said = _("%(who)s changed when it is published")
        case "pass_mark":
            facts["module"] = names.in_words(change.number)
            said = _("%(who)s changed the pass mark of %(module)s")
        case "ends_at":
            said = _("%(who)s changed when it ends")
        case "audience":
            facts |= {"added": names.part(change.after, user), "taken": names.part(change.before, user)}
            said = audience_sentence(change)
        case "exclusions":
            said = (
                _("%(who)s excluded %(person)s from it")
                if is_added
                else _("%(who)s took %(person)s off the people who are excluded from it")
            )
        case "prerequisites":
            facts["module"] = names.in_words(int((change.after or change.before or "")[7:]))
            said = (
                _("%(who)s made it build on %(module)s")
                if is_added
                else _("%(who)s no longer lets it build on %(module)s")
            )
        case _:
            said = _("%(who)s changed it")
    return said % facts


def audience_sentence(change: Change) -> str:
    if change.before is None:
        return _("%(who)s added %(added)s to its audience")
    if change.after is None:
        return _("%(who)s took %(taken)s out of its audience")
    return _("%(who)s replaced %(taken)s by %(added)s in its audience")


def when(at: datetime) -> str:
    """Return a moment, shorter if it is today or yesterday: "today, 02:00"."""
    local = timezone.localtime(at)
    days = {
        timezone.localdate(): _("today, %(time)s"),
        timezone.localdate() - timedelta(days=1): _("yesterday, %(time)s"),
    }
    said = days.get(local.date())
    return said % {"time": time_format(local, "H:i")} if said else moment(at)
