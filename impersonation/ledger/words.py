"""What events say, in words for the user whose account they concern; what was erased is said to be erased."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.utils import timezone
from django.utils.formats import time_format
from django.utils.text import capfirst
from django.utils.translation import get_language_info, gettext_lazy
from django.utils.translation import gettext as _

from accounts.authorization.decorators import PAGES
from accounts.models import User
from audit.models import AuditEvent, AuditText, Part
from audit.reading import content

from .kinds import OTHER_RULE, RULES

MODES = {
    "act": gettext_lazy("Could change things on your behalf"),
    "look_only": gettext_lazy("Looked only: nothing could be changed"),
}
# The modes of a session that changed its mode: at its start, and after a change.
AT_FIRST = {
    "act": gettext_lazy("Could change things"),
    "look_only": gettext_lazy("Looked only"),
}
AFTERWARDS = {
    "act": gettext_lazy("could change things"),
    "look_only": gettext_lazy("looked only"),
}
Texts = dict[tuple[int, str], dict[str, Any]]


def texts(**conditions: Any) -> Texts:
    """Return the texts of events by event and part, without erased ones; invisible characters are spelled out."""
    return {(row.event_id, row.part): content(row) for row in AuditText.objects.filter(**conditions)}


def part_of(event: AuditEvent, part: Part, words: Texts) -> dict[str, Any] | None:
    """Return a part of an event: {} if it never had one, None if it was erased."""
    return {} if event.commitment(part) is None else words.get((event.seq, part))


def read(text: str | None) -> dict[str, Any] | None:
    """Return the content of a stored text; None if it was erased."""
    return None if text is None else content(AuditText(text=text))


def staff_name(said: dict[str, Any] | None, otherwise: str, *, names_staff: bool) -> str:
    """Return the name of a member of staff. names_staff: whether the company names staff in the access history."""
    if not names_staff:
        return otherwise
    if said is None:
        return _("%(somebody)s (the name was erased)") % {"somebody": otherwise}
    return str(said.get("name") or otherwise)


def erased() -> str:
    return _("Something that was erased from the log")


def mode_line(reason: dict[str, Any] | None) -> str:
    """Return the mode of an assumed session in words, from the reason of its start."""
    return _("erased") if reason is None else str(MODES.get(str(reason.get("mode")), ""))


def part_said(detail: dict[str, Any], name: str) -> dict[str, Any]:
    """Return a part of a detail; nothing if an event of another version says something else there."""
    part = detail.get(name)
    return part if isinstance(part, dict) else {}


def changed_mode_line(mode: str, said: dict[str, Any] | None, at: datetime) -> str:
    """Return the mode in words after a change. mode: in words until then. said: detail of the event; None if erased."""
    after = part_said(said or {}, "after").get("mode")
    unknown = _("in a mode that this version can't name")
    first = {str(words): str(AT_FIRST[name]) for name, words in MODES.items()}
    return _("%(before)s until %(time)s, then %(after)s") % {
        "before": first.get(mode, mode) or capfirst(unknown),
        "time": time_format(timezone.localtime(at), "H:i"),
        "after": AFTERWARDS.get(str(after), unknown) if after else _("erased"),
    }


def look_line(said: dict[str, Any] | None) -> str:
    """Return a look in a few words: the label of the page, and the title of its object."""
    if said is None:
        return erased()
    label = str(PAGES.get(str(said.get("view")), _("A page")))
    return f"{label} · {said['title']}" if said.get("title") else label


def rule_line(why: Any) -> str:
    """Return in words what a rule of assumed sessions refused."""
    return str(RULES.get(str(why), OTHER_RULE))


def change_line(said: dict[str, Any] | None) -> str:
    """Return a change in a few words: the type of object, the change, and what the object belongs to."""
    if said is None:
        return erased()
    try:
        thing = capfirst(apps.get_model(str(said.get("model")))._meta.verbose_name)
    except (LookupError, ValueError):
        thing = str(said.get("table", ""))
    if said.get("before") is None:
        line = _("%(thing)s added")
    elif said.get("after") is None:
        line = _("%(thing)s removed")
    else:
        line = _("%(thing)s changed")
    line %= {"thing": thing}
    return f"{line} · {said['about']}" if said.get("about") else line


def changes(detail: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Yield each changed field of an account with its value before and after."""
    before, after = detail.get("before"), detail.get("after")
    if isinstance(before, dict) and isinstance(after, dict):
        for name in after:
            in_words = language_name if name == "language" else shown
            yield field_label(name), in_words(before.get(name)), in_words(after[name])
    elif before is not None and after is not None:
        yield "", shown(before), shown(after)


def field_label(name: str) -> str:
    try:
        field: Any = User._meta.get_field(name)
    except FieldDoesNotExist:
        return name
    return capfirst(str(getattr(field, "verbose_name", name)))  # a relation to the user has none


def language_name(code: Any) -> str:
    """Return the name of a language in the reader's language; a code that nobody knows stays."""
    try:
        return str(get_language_info(str(code))["name_translated"])
    except KeyError:
        return shown(code)


def shown(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "–"
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return "–" if value in (None, "") else str(value)
