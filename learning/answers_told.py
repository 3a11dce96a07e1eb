"""Answers of recorded changes in words: the question, and what was answered before and after."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeGuard

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from audit.changes import ChangeTold

from .models import Answer, Interaction
from .models.places_in_log import number

Detail = dict[str, Any]
Asked = dict[str, Any]
ANSWER = Answer._meta.label_lower
# What a change did, in sentences with the number of the question or without.
OF_A_QUESTION = {
    ("given", True): _("Answered question %(number)s, “%(title)s”, of %(about)s"),
    ("given", False): _("Answered “%(title)s” of %(about)s"),
    ("changed", True): _("Changed the answer to question %(number)s, “%(title)s”, of %(about)s"),
    ("changed", False): _("Changed the answer to “%(title)s” of %(about)s"),
    ("taken", True): _("Removed the answer to question %(number)s, “%(title)s”, of %(about)s"),
    ("taken", False): _("Removed the answer to “%(title)s” of %(about)s"),
}
OF_A_STEP = {
    ("given", True): _("Confirmed step %(number)s, “%(title)s”, of %(about)s"),
    ("given", False): _("Confirmed “%(title)s” of %(about)s"),
    ("taken", True): _("Took back the confirmation of step %(number)s, “%(title)s”, of %(about)s"),
    ("taken", False): _("Took back the confirmation of “%(title)s” of %(about)s"),
}
OF_A_STEP |= {("changed", has_number): OF_A_STEP["given", has_number] for has_number in (True, False)}
OF_AN_ANSWER = {
    "given": _("Answered a question of %(about)s"),
    "changed": _("Changed an answer in %(about)s"),
    "taken": _("Removed an answer in %(about)s"),
}


def answers_told(user: User, details: Mapping[int, Detail]) -> dict[int, ChangeTold]:
    """Return each change of an answer of the user in words, by the number of its event; at most three queries."""
    asked = {seq: said for seq, detail in details.items() if is_readable(said := detail.get("asked"))}
    asked |= asked_before(user, {seq: detail for seq, detail in details.items() if seq not in asked})
    return {seq: answer_told(detail, asked.get(seq, {})) for seq, detail in details.items()}


def is_readable(asked: Any) -> TypeGuard[Asked]:
    """Return whether an event names what it answers, in the form of this version."""
    if not isinstance(asked, dict) or not isinstance(asked.get("choices"), dict):
        return False
    return bool(asked.get("title")) and isinstance(asked.get("kind"), str)


def asked_before(user: User, details: Mapping[int, Detail]) -> dict[int, Asked]:
    """
    Return what events of earlier versions, which don't name it, answer.

    A question that was reworded is left out, because nobody knows which wording was answered. So is its number in the
    module, which may have been another one.
    """
    if not details:
        return {}
    rows = {seq: row for seq, detail in details.items() if (row := number(detail.get("row")))}
    of_rows = dict(Answer.ever.filter(user=user.pk, pk__in=rows.values()).values_list("pk", "interaction_id"))
    found = {seq: interaction_of(detail) or of_rows.get(rows.get(seq, 0)) for seq, detail in details.items()}
    known = Interaction.ever.filter(version=1).prefetch_related("choices").in_bulk({pk for pk in found.values() if pk})
    return {
        seq: {
            "title": known[pk].title,
            "kind": known[pk].kind,
            "choices": {str(choice.pk): choice.text for choice in known[pk].options},
        }
        for seq, pk in found.items()
        if pk in known
    }


def interaction_of(detail: Detail) -> int | None:
    """Return the interaction that an event names by its key; None if it names only the row that changed."""
    rows = (detail.get("before"), detail.get("after"), {"interaction_id": detail.get("interaction")})
    keys = (number(row.get("interaction_id")) for row in rows if isinstance(row, dict))
    return next((key for key in keys if key), None)


def answer_told(detail: Detail, asked: Asked) -> ChangeTold:
    """Return one change of an answer in words. asked: {} if nobody knows what it answers."""
    before, after = (value_in(detail.get(part), asked) for part in ("before", "after"))
    names = {"number": asked.get("number"), "title": asked.get("title"), "about": detail.get("about") or "–"}
    return ChangeTold(sentence_of(detail, asked) % names, before, after)


def sentence_of(detail: Detail, asked: Asked) -> str:
    change = "given" if not detail.get("before") else "taken" if not detail.get("after") else "changed"
    if not asked:
        return str(OF_AN_ANSWER[change])
    is_done, has_number = asked.get("kind") in Interaction.DONE_KINDS, bool(asked.get("number"))
    return str((OF_A_STEP if is_done else OF_A_QUESTION)[change, has_number])


def value_in(row: Any, asked: Asked) -> str:
    """Return an answer in words; "" if they are not known, or if the sentence says it."""
    if not asked or asked.get("kind") in Interaction.DONE_KINDS:
        return ""
    value = row.get("value") if isinstance(row, dict) else None
    if value in (None, "", []):
        return gettext("no answer")
    if asked.get("kind") == Interaction.Kind.FREE_TEXT:
        return str(value)
    chosen = value if isinstance(value, list) else [value]
    return ", ".join(str(asked["choices"].get(str(key)) or gettext("a choice that no longer exists")) for key in chosen)


def value_for_auditors(detail: Mapping[str, Any], part: str, name: str) -> str | None:
    """Return the answer before or after in words; None for other fields, and if the event doesn't name its question."""
    asked, row = detail.get("asked"), detail.get(part)
    if name != "value" or not is_readable(asked) or not isinstance(row, dict) or row.get("value") is True:
        return None
    return value_in(row, asked)
