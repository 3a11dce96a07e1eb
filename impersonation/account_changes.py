"""Changes of an account and sign-ins to it, in sentences for the user who owns the account."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from audit.kinds import Kind
from audit.models import AuditEvent

# The sentence for each kind of event. The access history shows exactly these kinds.
SENTENCES = {
    Kind.SIGN_IN_SUCCEEDED: gettext_lazy("Signed in"),
    Kind.SIGN_IN_FAILED: gettext_lazy("Tried to sign in, without success"),
    Kind.USER_CREATED: gettext_lazy("Created your account"),
    Kind.USER_CHANGED: gettext_lazy("Changed your account"),
    Kind.USER_DEACTIVATED: gettext_lazy("Deactivated your account"),
    Kind.USER_REACTIVATED: gettext_lazy("Reactivated your account"),
    Kind.USER_INVITED: gettext_lazy("Sent you an invitation"),
    Kind.USER_PASSWORD_CHANGED: gettext_lazy("Changed your password"),
    Kind.USER_PASSWORD_LINK_SENT: gettext_lazy("Had a link to a new password sent to your e-mail address"),
    Kind.USER_SIGN_IN_LOCK_LIFTED: gettext_lazy("Lifted the sign-in lock of your account"),
    Kind.USER_SECOND_FACTOR_ADDED: gettext_lazy("Added a second factor"),
    Kind.USER_SECOND_FACTOR_REMOVED: gettext_lazy("Removed a second factor"),
    Kind.USER_RECOVERY_CODES_MADE: gettext_lazy("Made new recovery codes"),
    Kind.USER_PROTECTION_CHANGED: gettext_lazy("Changed the protection of your account"),
    Kind.PERMISSION_TYPE_ASSIGNED: gettext_lazy("Changed your permission types"),
    Kind.REGISTRATION_GIVEN: gettext_lazy("Gave you a place at an event"),
    Kind.REGISTRATION_WITHDRAWN: gettext_lazy("Took back your place at an event"),
}


# Kinds that need no sign-in. Any other event without an actor comes from a command.
BY_STRANGERS = (Kind.SIGN_IN_FAILED, Kind.USER_PASSWORD_LINK_SENT)


@dataclass(frozen=True, slots=True)
class Line:
    """One event as the user reads it; changes are (field, before, after)."""

    seq: int
    at: datetime
    actor: str
    sentence: str
    came_from: str
    file: str
    about: str
    changes: list[tuple[str, str, str]]


def line(event: AuditEvent, user: User, actor: dict[str, Any], detail: dict[str, Any]) -> Line:
    """
    Return the event in words.

    actor, detail: these parts of the event; {} if they are empty or were erased. The address is shown for acts of the
    user and for acts without sign-in, but not for acts of a colleague.
    """
    own = event.actor_id in (user.pk, None)
    return Line(
        seq=event.seq,
        at=event.at,
        actor=named(event, user, actor),
        sentence=str(SENTENCES[Kind(event.kind)]),
        came_from=actor.get("address", "") if own else "",
        file=detail.get("file", ""),
        about=detail.get("title", ""),
        changes=list(changes(detail)),
    )


def named(event: AuditEvent, user: User, actor: dict[str, Any]) -> str:
    """Return the actor of the event, as far as the user may know."""
    if event.actor_id == user.pk:
        return _("You")
    if event.actor_id is None:
        return _("Somebody who was not signed in") if event.kind in BY_STRANGERS else _("The platform")
    return actor["name"] if actor.get("name") and user.login_as_rules.names_staff else _("A colleague")


def changes(detail: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Yield each changed field with its value before and after."""
    before, after = detail.get("before"), detail.get("after")
    if isinstance(before, dict) and isinstance(after, dict):
        for name in after:
            yield field_label(name), shown(before.get(name)), shown(after[name])
    elif before is not None and after is not None:
        yield "", shown(before), shown(after)


def field_label(name: str) -> str:
    try:
        return capfirst(str(User._meta.get_field(name).verbose_name))  # type: ignore[union-attr]
    except FieldDoesNotExist:
        return name


def shown(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "–"
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return "–" if value in (None, "") else str(value)
