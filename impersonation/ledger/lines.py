"""One audit event in the access history, in words for the user whose account it concerns."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from audit.changes import ChangeTold
from audit.kinds import Kind, Outcome
from audit.models import AuditEvent, Part

from .kinds import BY_STRANGERS, WITH_REASON, Show, sentence_of, show_of
from .session import blocked_again
from .told import changes_told, told
from .words import (
    Texts,
    changes,
    look_line,
    mode_line,
    part_of,
    part_said,
    rule_line,
    shown,
    staff_name,
    texts,
)

PARTS = (Part.ACTOR, Part.REASON, Part.DETAIL)
# Events that tell a change of what somebody learns.
OF_ANSWERS = (Kind.ASSUMED_SESSION_CHANGED, Kind.ANSWER_REPLACED)


@dataclass(slots=True)
class Line:
    """One event as the user reads it; changes are (field, before, after). erased: whether a part of it was erased."""

    seq: int
    at: datetime
    kind: str
    outcome: str
    show: Show
    actor: str
    is_own: bool
    sentence: str
    about: str = ""
    came_from: str = ""
    file: str = ""
    mode: str = ""
    reason: str = ""
    ticket: str = ""
    assumed_session: UUID | None = None
    erased: bool = False
    changes: list[tuple[str, str, str]] = field(default_factory=list)
    told: list[str] = field(default_factory=list)


def lines(events: Iterable[AuditEvent], user: User) -> list[Line]:
    """Return each event in words: one query for texts, one for notices of sessions, two for titles of items."""
    events = list(events)
    words = texts(event__in=[event.seq for event in events], part__in=PARTS)
    titles = titles_of(events, user, words)
    begun = [event.assumed_session for event in events if begins_session(event)]
    notices = told(user, [session for session in begun if session]) if begun else {}
    changed = {event.seq: words.get((event.seq, Part.DETAIL)) for event in events if event.kind in OF_ANSWERS}
    sentences = changes_told(user, [changed])
    found = [line(event, user, words, titles, sentences.get(event.seq)) for event in events]
    for event, made in zip(events, found, strict=True):
        if begins_session(event) and event.assumed_session:
            made.told = notices.get(event.assumed_session, [])
    return found


def begins_session(event: AuditEvent) -> bool:
    return event.kind == Kind.ASSUMED_SESSION_STARTED and event.assumed_session is not None


def titles_of(events: list[AuditEvent], user: User, words: Texts) -> dict[str, str]:
    """Return the titles of the items that access checks asked about, as far as the user may know of them."""
    details = [words.get((event.seq, Part.DETAIL), {}) for event in events if event.kind == Kind.ACCESS_CHECKED]
    names = {str(detail["item"]) for detail in details if detail.get("item")}
    found: dict[str, str] = import_string(settings.TITLES_OF_ITEMS)(user, names) if names else {}
    return found


def line(event: AuditEvent, user: User, words: Texts, titles: dict[str, str], change: ChangeTold | None = None) -> Line:
    """
    Return the event in words.

    words: the texts of the event, without erased ones. change: what it changed, in words. The address is shown for acts
    of the user and for acts without sign-in, but not for acts of a colleague.
    """
    actor, reason, detail = (part_of(event, part, words) for part in PARTS)
    said, why, who = detail or {}, reason or {}, actor or {}
    made = Line(
        seq=event.seq,
        at=event.at,
        kind=event.kind,
        outcome=event.outcome,
        show=show_of(event.kind),
        actor=named(event, user, actor),
        is_own=event.actor_id == user.pk,
        sentence=sentence_of(event.kind),
        came_from=str(who.get("address", "")) if event.actor_id in (user.pk, None) else "",
        file=str(said.get("file", "")),
        assumed_session=event.assumed_session,
        erased=None in (actor, reason, detail),
    )
    if event.kind in WITH_REASON:
        made.reason, made.ticket = str(why.get("text", "")), str(why.get("ticket", ""))
    if change:
        tell_change(made, change, said)
    else:
        tell(made, event, said if detail is not None else None, titles)
    if event.kind in (Kind.ASSUMED_SESSION_STARTED, Kind.ASSUMED_SESSION_MODE_CHANGED):
        made.mode = mode_line(reason)
    return made


def tell(made: Line, event: AuditEvent, detail: dict[str, Any] | None, titles: dict[str, str]) -> None:
    """Add what the detail of the event says. detail: None if it was erased."""
    said = detail or {}
    match event.kind:
        case Kind.ASSUMED_SESSION_LOOKED:
            made.about = look_line(detail)
        case Kind.ASSUMED_SESSION_BLOCKED:
            made.about = rule_line(said.get("why"))
        case Kind.ASSUMED_SESSION_OUTCOME:
            made.about = str(Outcome(event.outcome).label) if event.outcome in Outcome.values else event.outcome
        case Kind.ASSUMED_SESSION_ENDED:
            again = sum(number for _why, number in blocked_again(detail))
            if again:
                made.about = ngettext("%(n)s more request was refused", "%(n)s more requests were refused", again)
                made.about %= {"n": again}
        case Kind.ASSUMED_SESSION_REFUSED if "wanted" in said:
            made.sentence = _("Tried to open another account from within yours, and was refused")
        case Kind.ACCESS_CHECKED:
            made.sentence, made.about = check(event, detail, titles)
        case Kind.USERS_EXPORTED | Kind.AUDIT_EXPORTED:
            made.sentence, made.about = export(made, said)
        case Kind.ASSUMED_SESSION_MODE_CHANGED:
            made.about = mode_line(part_said(said, "after"))
        case Kind.USER_SECOND_FACTOR_ADDED | Kind.USER_SECOND_FACTOR_REMOVED:
            made.about = str(said.get("title", ""))
        case Kind.QUESTION_CHANGED:
            made.about = str(said.get("about", ""))
        case _:
            made.about = str(said.get("title", ""))
            made.changes = list(changes(said))
    if said.get("summary"):  # above a limit: audit/limits.py
        made.about = _("many times within a minute")


def tell_change(made: Line, change: ChangeTold, said: dict[str, Any]) -> None:
    """Add a change of the user's learning. said: the detail of its event."""
    made.about = change.sentence
    if made.kind == Kind.ANSWER_REPLACED:
        parts = part_said(said, "asked").get("title"), said.get("about")
        made.about = " · ".join(str(part) for part in parts if part)
    if change.before or change.after:
        made.changes = [(_("Answer"), change.before, change.after)]


def check(event: AuditEvent, detail: dict[str, Any] | None, titles: dict[str, str]) -> tuple[str, str]:
    """
    Return an access check in words, with the title of the item if the user may know of it.

    What the colleague searched for stays unsaid, because it may be the title of something that the user may not see.
    """
    if event.outcome == Outcome.REFUSED:
        return _("Tried to ask what you can and can't see, and was refused"), ""
    said = detail or {}
    if not said.get("item"):
        return (_("Searched in what you can and can't see") if "search" in said else sentence_of(event.kind)), ""
    title = titles.get(str(said["item"]))
    if title is None:
        return _("Asked about an item that no longer exists"), ""
    if not title:
        return _("Asked about an item of the platform"), ""
    return _("Asked why you can or can't see “%(title)s”") % {"title": title}, ""


def export(made: Line, said: dict[str, Any]) -> tuple[str, str]:
    """Return an export in words; earlier events name no ids, and a filtered export of the log is not looked through."""
    if made.kind == Kind.AUDIT_EXPORTED:
        if said.get("filter") or "filter" not in said:
            return _("Exported a part of the audit log, perhaps with events about you"), ""
        return made.sentence, ""
    if "ids" not in said:
        made.sentence = _("Exported a list of people, perhaps with your row")
    people = said.get("people")
    if not isinstance(people, int):
        return made.sentence, ""
    return made.sentence, ngettext("%(n)s person", "%(n)s people", people) % {"n": shown(people)}


def named(event: AuditEvent, user: User, actor: dict[str, Any] | None) -> str:
    """Return the actor of the event, as far as the user may know."""
    if event.actor_id == user.pk:
        return _("You")
    if event.actor_id is None:
        return _("Somebody who was not signed in") if event.kind in BY_STRANGERS else _("The platform")
    return staff_name(actor, _("A colleague"), names_staff=user.login_as_rules.names_staff)
