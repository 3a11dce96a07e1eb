"""
Audit events as sentences for auditors: one translatable sentence per kind, with the people and what it is about.

What a person reads about their own account is in impersonation/ledger/kinds.py, which speaks to them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.apps import apps
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from .kinds import Kind, Outcome
from .models import AuditEvent, Part
from .numbers import grouped
from .own_sentences import of_people
from .reading import kind_label, person, said, words

Detail = dict[str, Any]
# The label of each page that events of looks name, by the name of its view. The app with the marks of views fills it.
PAGES: dict[str, Any] = {}
# What changes of a model mean, by its label: the sentence for a detail. Earlier ones tell what a whole act was.
CHANGES: dict[str, Callable[[Detail], Any]] = {}
# A refused request in an assumed session, by the rule that its event names.
RULES = {
    "own_account": gettext_lazy(
        "%(actor)s sent a request for %(target)s, which was refused: it concerns the person's own account"
    ),
    "administration": gettext_lazy(
        "%(actor)s sent a request for %(target)s, which was refused: it belongs to the administration"
    ),
    "look_only": gettext_lazy(
        "%(actor)s sent a request for %(target)s, which was refused: it would change something in look only"
    ),
    "not_on_behalf": gettext_lazy(
        "%(actor)s sent a request for %(target)s, which was refused: nobody can do that for somebody else"
    ),
}

SENTENCES: dict[Kind, Any] = {
    Kind.ASSUMED_SESSION_STARTED: gettext_lazy("%(actor)s logged in as %(target)s"),
    Kind.ASSUMED_SESSION_REFUSED: gettext_lazy("%(actor)s was not allowed to log in as %(target)s: %(about)s"),
    Kind.ASSUMED_SESSION_REQUEST: gettext_lazy("%(actor)s sent a form for %(target)s"),
    Kind.ASSUMED_SESSION_LOOKED: gettext_lazy("%(actor)s looked at %(about)s as %(target)s"),
    Kind.ASSUMED_SESSION_BLOCKED: gettext_lazy("%(actor)s sent a request for %(target)s, which was refused: %(about)s"),
    Kind.ASSUMED_SESSION_CHANGED: gettext_lazy("%(actor)s changed something for %(target)s: %(about)s"),
    Kind.ASSUMED_SESSION_OUTCOME: gettext_lazy("The form that %(actor)s sent for %(target)s went through"),
    Kind.ASSUMED_SESSION_MODE_CHANGED: gettext_lazy("%(actor)s changed the mode in %(target)s's account: %(about)s"),
    Kind.ASSUMED_SESSION_ENDED: gettext_lazy("%(actor)s's session in %(target)s's account ended (%(about)s)"),
    Kind.ASSUMED_SESSION_REVOKED: gettext_lazy("%(actor)s ended an assumed session that %(target)s had started"),
    Kind.ASSUMED_SESSION_OBJECTED: gettext_lazy("%(actor)s objected to an assumed session in their account"),
    Kind.ASSUMED_SESSION_OBJECTION_WITHDRAWN: gettext_lazy("%(actor)s took an objection back"),
    Kind.PERMISSION_TYPE_CREATED: gettext_lazy("%(actor)s created the permission type %(about)s"),
    Kind.PERMISSION_TYPE_CHANGED: gettext_lazy("%(actor)s changed the permission type %(about)s"),
    Kind.PERMISSION_TYPE_DELETED: gettext_lazy("%(actor)s deleted the permission type %(about)s"),
    Kind.PERMISSION_TYPE_ASSIGNED: gettext_lazy("%(actor)s changed the permission types of %(target)s"),
    Kind.USER_PROTECTION_CHANGED: gettext_lazy("%(actor)s changed the protection of %(target)s's account"),
    Kind.SETTINGS_CHANGED: gettext_lazy("%(actor)s changed the company's settings"),
    Kind.DEPARTMENT_CREATED: gettext_lazy("%(actor)s created the department %(about)s"),
    Kind.DEPARTMENT_RENAMED: gettext_lazy("%(actor)s renamed a department: %(about)s"),
    Kind.DEPARTMENT_MOVED: gettext_lazy("%(actor)s moved the department %(about)s"),
    Kind.DEPARTMENT_MERGED: gettext_lazy("%(actor)s merged departments: %(about)s"),
    Kind.DEPARTMENT_DELETED: gettext_lazy("%(actor)s deleted the department %(about)s"),
    Kind.JOB_PROFILE_CREATED: gettext_lazy("%(actor)s created the job profile %(about)s"),
    Kind.JOB_PROFILE_RENAMED: gettext_lazy("%(actor)s renamed a job profile: %(about)s"),
    Kind.JOB_PROFILE_MERGED: gettext_lazy("%(actor)s merged job profiles: %(about)s"),
    Kind.JOB_PROFILE_DELETED: gettext_lazy("%(actor)s deleted the job profile %(about)s"),
    Kind.ACCESS_CHECKED: gettext_lazy("%(actor)s asked what %(target)s can see"),
    Kind.USER_CREATED: gettext_lazy("%(actor)s created an account for %(target)s"),
    Kind.USER_CHANGED: gettext_lazy("%(actor)s edited %(target)s"),
    Kind.USER_DEACTIVATED: gettext_lazy("%(actor)s deactivated %(target)s"),
    Kind.USER_REACTIVATED: gettext_lazy("%(actor)s reactivated %(target)s"),
    Kind.USER_INVITED: gettext_lazy("%(actor)s invited %(target)s"),
    Kind.USER_PASSWORD_CHANGED: gettext_lazy("%(actor)s changed the password of %(target)s"),
    Kind.USER_PASSWORD_LINK_SENT: gettext_lazy("%(actor)s had a link to a new password sent to %(target)s"),
    Kind.USER_SIGN_IN_LOCK_LIFTED: gettext_lazy("%(actor)s lifted the sign-in lock of %(target)s"),
    Kind.USER_SECOND_FACTOR_ADDED: gettext_lazy("%(actor)s set up a second factor for %(target)s"),
    Kind.USER_SECOND_FACTOR_REMOVED: gettext_lazy("%(actor)s removed a second factor of %(target)s"),
    Kind.USER_RECOVERY_CODES_MADE: gettext_lazy("%(actor)s made recovery codes for %(target)s"),
    Kind.USERS_BULK_CHANGED: gettext_lazy("%(actor)s changed many people at once: %(about)s"),
    Kind.USERS_IMPORTED: gettext_lazy("%(actor)s imported people: %(about)s"),
    Kind.IMPORT_MAPPING_CHANGED: gettext_lazy("%(actor)s explained the columns of a list of people"),
    Kind.USERS_EXPORTED: gettext_lazy("%(actor)s exported people: %(about)s"),
    Kind.REGISTRATION_GIVEN: gettext_lazy("%(actor)s gave %(target)s a place at %(about)s"),
    Kind.REGISTRATION_WITHDRAWN: gettext_lazy("%(actor)s took back %(target)s's place at %(about)s"),
    Kind.RESULT_REOPENED: gettext_lazy("%(actor)s gave %(target)s another try at %(about)s"),
    Kind.DUE_DATE_EXTENDED: gettext_lazy("%(actor)s gave %(target)s more time for %(about)s"),
    Kind.REGISTRATION_MOVED_UP: gettext_lazy("%(target)s moved up from the waiting list of %(about)s"),
    Kind.REGISTRATION_TAKEN_OFF_LIST: gettext_lazy("%(actor)s took %(target)s off the waiting list of %(about)s"),
    Kind.REGISTRATION_UNDONE: gettext_lazy("%(target)s undid what was done for them at %(about)s"),
    Kind.SIGN_IN_SUCCEEDED: gettext_lazy("%(target)s signed in"),
    Kind.SIGN_IN_FAILED: gettext_lazy("Somebody failed to sign in as %(target)s"),
    Kind.SIGNED_OUT: gettext_lazy("%(target)s signed out"),
    Kind.MAIL_GIVEN_UP: gettext_lazy("A mail to %(target)s could not be delivered"),
    Kind.MAIL_TESTED: gettext_lazy("%(actor)s had a test mail sent"),
    Kind.ANSWER_REPLACED: gettext_lazy("%(target)s replaced an answer that was given for them in %(about)s"),
    Kind.CONTENT_CREATED: gettext_lazy("%(actor)s created %(about)s"),
    Kind.CONTENT_CHANGED: gettext_lazy("%(actor)s changed %(about)s"),
    Kind.CONTENT_DELETED: gettext_lazy("%(actor)s deleted %(about)s"),
    Kind.QUESTION_CHANGED: gettext_lazy("%(actor)s changed a question that people had answered in %(about)s"),
    Kind.AUDIT_EXPORTED: gettext_lazy("%(actor)s exported the audit log"),
    Kind.AUDIT_VERIFIED: gettext_lazy("%(actor)s verified the audit log: %(about)s"),
    Kind.AUDIT_KEY_ROTATED: gettext_lazy("%(actor)s replaced the key of the audit log"),
    Kind.AUDIT_ERASED: gettext_lazy("%(actor)s erased what the log said about %(target)s"),
    Kind.AUDIT_RESTORED: gettext_lazy("%(actor)s declared that a backup was restored: %(about)s"),
    Kind.AUDIT_SEALED: gettext_lazy("%(actor)s exported and removed old events: %(about)s"),
    Kind.AUDIT_TEXTS_REMOVED: gettext_lazy("%(actor)s removed the texts of old events"),
}

# How an assumed session ended, if its actor or its target ended it.
LEFT = gettext_lazy("%(actor)s left %(target)s's account (%(about)s)")
ENDS = {"ended_by_person": gettext_lazy("%(target)s ended %(actor)s's session in their account")}
ENDS |= dict.fromkeys(("exit", "signed_out", "superseded", "signed_in_again"), LEFT)
# Kinds that need no sign-in; any other event without an actor comes from a command.
BY_STRANGERS = (Kind.SIGN_IN_FAILED, Kind.USER_PASSWORD_LINK_SENT)
REFUSED_CHECK = gettext_lazy("%(actor)s was not allowed to check what %(target)s can see")
CHECKED_ITEM = gettext_lazy("%(actor)s asked why %(target)s can or can't see %(about)s")
CHECKED_UNKNOWN = gettext_lazy("%(actor)s asked why %(target)s can or can't see an item that you don't know of")
CHECKED_GONE = gettext_lazy("%(actor)s asked why %(target)s can or can't see an item that no longer exists")
CHECKED_SEARCH = gettext_lazy("%(actor)s searched for %(about)s in what %(target)s can see")
OUTCOMES = {
    Outcome.REFUSED.value: gettext_lazy("The form that %(actor)s sent for %(target)s was refused, and changed nothing"),
    Outcome.FAILED.value: gettext_lazy("The form that %(actor)s sent for %(target)s failed, and changed nothing"),
}
NO_CHANGE = gettext_lazy("%(actor)s sent a form for %(target)s, which changed nothing")
MANY = gettext_lazy("%(kind)s: many times within a minute (%(actor)s)")
UNKNOWN = gettext_lazy("%(kind)s (%(actor)s)")


def sentence(event: AuditEvent, titles: Mapping[str, str] | None = None) -> SafeString:
    """
    Return the event as one sentence, as HTML.

    titles: the titles of items that access checks asked about, by name, as far as the reader may know of them.
    """
    detail = said(event, Part.DETAIL)
    text = str(template(event, detail or {}, titles or {}))
    return fill(
        text,
        actor=actor(event),
        target=person(event, Part.TARGET, event.target_id),
        kind=kind_label(event),
        about=_("(erased)") if detail is None else about(event, detail, titles or {}),
    )


def fill(text: str, **values: str) -> SafeString:
    """Return a sentence with its placeholders filled: people stand out, and what it is about is set apart."""
    shown = {name: format_html("<strong>{}</strong>", values.get(name, "")) for name in ("actor", "target")}
    shown["about"] = format_html("<cite>{}</cite>", values.get("about", ""))
    shown["kind"] = conditional_escape(values.get("kind", ""))
    return SafeString(conditional_escape(text) % shown)


def actor(event: AuditEvent) -> str:
    """Return who did it: a name, somebody without sign-in, or the platform."""
    if event.actor_id is not None:
        return person(event, Part.ACTOR, event.actor_id)
    known = said(event, Part.ACTOR) or {}
    if known.get("name"):
        return str(known["name"])
    return _("Somebody who was not signed in") if event.kind in BY_STRANGERS else _("The platform")


def template(event: AuditEvent, detail: Detail, titles: Mapping[str, str]) -> Any:
    """Return the sentence for an event, with placeholders."""
    if event.kind not in Kind.values:
        return UNKNOWN
    if detail.get("summary"):  # above a limit: audit/limits.py
        return MANY
    kind = Kind(event.kind)
    if kind == Kind.ASSUMED_SESSION_OUTCOME:
        return OUTCOMES.get(event.outcome, SENTENCES[kind])
    if kind == Kind.ASSUMED_SESSION_CHANGED and (told := CHANGES.get(str(detail.get("model")))):
        return told(detail)
    if kind == Kind.ASSUMED_SESSION_BLOCKED and (rule := str(detail.get("why"))) in RULES:
        return RULES[rule]
    if kind == Kind.ASSUMED_SESSION_ENDED:
        return ENDS.get(str(detail.get("cause")), SENTENCES[kind])
    if kind == Kind.ACCESS_CHECKED:
        return check(event, detail, titles)
    return of_people(kind, event.actor_id, event.target_id) or SENTENCES[kind]


def check(event: AuditEvent, detail: Detail, titles: Mapping[str, str]) -> Any:
    """Return the sentence for an access check: an item is named if the reader may know its title."""
    if event.outcome == Outcome.REFUSED:
        return REFUSED_CHECK
    if not detail.get("item"):
        return CHECKED_SEARCH if detail.get("search") else SENTENCES[Kind.ACCESS_CHECKED]
    title = titles.get(str(detail["item"]))
    if title is None:
        return CHECKED_GONE
    return CHECKED_ITEM if title else CHECKED_UNKNOWN


def about(event: AuditEvent, detail: Detail, titles: Mapping[str, str]) -> str:
    """Return what the event is about, in a few words."""
    match event.kind:
        case Kind.ASSUMED_SESSION_REFUSED:
            found = words(detail.get("refusal", ""))
        case Kind.ASSUMED_SESSION_LOOKED:
            found = look(detail)
        case Kind.ASSUMED_SESSION_BLOCKED:
            found = words(detail.get("why", ""))
        case Kind.ASSUMED_SESSION_CHANGED:
            found = changed(detail)
        case Kind.ASSUMED_SESSION_MODE_CHANGED:
            after = detail.get("after")
            found = words(after.get("mode", "")) if isinstance(after, dict) else ""
        case Kind.ASSUMED_SESSION_ENDED:
            found = end(detail)
        case Kind.ACCESS_CHECKED:
            found = str(titles.get(str(detail.get("item"))) or detail.get("search") or "")
        case Kind.USERS_EXPORTED | Kind.USERS_BULK_CHANGED:
            found = people(detail.get("people"))
        case Kind.AUDIT_VERIFIED:
            found = verified(detail)
        case Kind.AUDIT_RESTORED:
            found = lost(detail)
        case Kind.AUDIT_SEALED:
            found = events(detail.get("events"))
        case _:
            found = named(detail)
    return found or _("(not recorded)")


def named(detail: Detail) -> str:
    """Return the name of what changed, with the former one if it has another now."""
    before, after = detail.get("name_before"), detail.get("name_after")
    if before and after and before != after:
        return f"{before} → {after}"
    return str(after or before or next(filter(None, map(detail.get, ("title", "about", "event", "file"))), ""))


def look(detail: Detail) -> str:
    """Return the page that was looked at, with the title of its object."""
    view = str(detail.get("view", ""))
    label = str(PAGES.get(view) or words(view))
    return " · ".join(str(word) for word in (label, detail.get("title") or stranger(detail)) if word)


def stranger(detail: Detail) -> str:
    """Return the object of a look by its number, if it is a person: their names belong to their own events only."""
    found = str(detail.get("object", ""))
    return found if found.startswith("accounts.") else ""


def changed(detail: Detail) -> str:
    """Return what was changed: the sort of thing, and what it belongs to."""
    try:
        thing = capfirst(str(apps.get_model(str(detail.get("model")))._meta.verbose_name))
    except (LookupError, ValueError):
        thing = str(detail.get("model") or detail.get("table") or "")
    if str(detail.get("model")) in CHANGES:
        return str(detail.get("about") or thing)
    return " · ".join(word for word in (thing, str(detail.get("about") or "")) if word)


def end(detail: Detail) -> str:
    """Return why a session ended, and how often requests were refused without an event of their own."""
    cause, again = words(detail.get("cause", "")), detail.get("blocked_again")
    if not isinstance(again, dict):
        return cause
    number = sum(count for count in again.values() if isinstance(count, int))
    more = ngettext("%(n)s request was refused again", "%(n)s requests were refused again", number) % {"n": number}
    return f"{cause} · {more}"


def people(number: Any) -> str:
    known = isinstance(number, int)
    return ngettext("%(n)s person", "%(n)s people", number) % {"n": grouped(number)} if known else ""


def events(number: Any) -> str:
    known = isinstance(number, int)
    return ngettext("%(n)s event", "%(n)s events", number) % {"n": grouped(number)} if known else ""


def verified(detail: Detail) -> str:
    number = detail.get("events")
    if not isinstance(number, int):
        return ""
    clean = ngettext("%(n)s event, clean", "%(n)s events, clean", number)
    doubtful = ngettext("%(n)s event, not clean", "%(n)s events, not clean", number)
    return (clean if detail.get("exit_code") == 0 else doubtful) % {"n": grouped(number)}


def lost(detail: Detail) -> str:
    numbers = {"first": detail.get("lost_from", "?"), "last": detail.get("lost_through", "?")}
    return _("events #%(first)s to #%(last)s are lost") % numbers
