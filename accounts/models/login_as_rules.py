"""The rules of Login as User in force: those of the company, within the ceilings and the switch of the environment."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _

from .organisation import COMPANY_RULES, ModeChoice, NoticeChoice, Organisation
from .tickets import TicketRules, validate_ticket_address, validate_ticket_pattern

# The setting of the environment that is the ceiling of a column. No page exceeds it.
CEILINGS = {
    "idle_minutes": "ASSUMED_SESSION_IDLE_MINUTES",
    "max_minutes": "ASSUMED_SESSION_MAX_MINUTES",
    "starts_per_hour": "LOGIN_AS_STARTS_PER_HOUR",
    "step_up_minutes": "STEP_UP_MINUTES",
}


MATCHES_NOTHING = r"[^\d\D]"


@dataclass(frozen=True, slots=True)
class LoginAsRules:
    """The rules in force. `login_as_enabled` is false as well if the operator has switched Login as User off."""

    login_as_enabled: bool
    notice: str
    names_staff: bool
    idle_minutes: int
    max_minutes: int
    starts_per_hour: int
    step_up_minutes: int
    default_mode: str
    ticket_required: bool
    ticket_pattern: str
    ticket_address: str

    @property
    def tickets(self) -> TicketRules:
        return TicketRules(self.ticket_required, self.ticket_pattern, self.ticket_address)

    @property
    def idle(self) -> timedelta:
        """Return after how much time without a request an assumed session expires."""
        return timedelta(minutes=self.idle_minutes)

    @property
    def limit(self) -> timedelta:
        """Return after how much time an assumed session expires whatever the activity."""
        return timedelta(minutes=self.max_minutes)


class StoredRules(models.Func):
    """
    Database expression for the company's settings as one text, or null if there is no row; `in_force` parses it.

    A query that reads users or an assumed session reads the settings with it, so they cost no query of their own.
    """

    arity = 0
    output_field = models.TextField(null=True)

    def as_sql(self, compiler, connection, *args: Any, **kwargs: Any):
        name = connection.ops.quote_name
        columns = ", ".join(name(Organisation._meta.get_field(column).column) for column in COMPANY_RULES)  # type: ignore[union-attr]
        values = f"json_build_array({columns})::text" if connection.vendor == "postgresql" else f"json_array({columns})"
        return f"(SELECT {values} FROM {name(Organisation._meta.db_table)} WHERE id = 1)", ()  # noqa: S608


def in_force(stored: str | None) -> LoginAsRules:
    """Return the rules for the text that `StoredRules` read, under the settings of the environment."""
    ceilings = tuple(getattr(settings, ceiling) for ceiling in CEILINGS.values())
    return rules_of(stored, settings.LOGIN_AS_ENABLED, ceilings)


@lru_cache(maxsize=16)
def rules_of(stored: str | None, enabled: bool, ceilings: tuple[int, ...]) -> LoginAsRules:
    """Return the rules for the text that `StoredRules` read, a switch of the operator, and the values of CEILINGS."""
    defaults = Organisation().stored_rules()
    values = json.loads(stored) if stored else defaults.values()
    rules = {name: sound(value, defaults[name]) for name, value in zip(COMPANY_RULES, values, strict=True)}
    if rules["notice"] not in NoticeChoice.values:
        rules["notice"] = defaults["notice"]
    if rules["default_mode"] not in ModeChoice.values:
        rules["default_mode"] = defaults["default_mode"]
    if not is_valid(validate_ticket_pattern, rules["ticket_pattern"]):
        rules["ticket_pattern"] = MATCHES_NOTHING
    if rules["ticket_address"] and not is_valid(validate_ticket_address, rules["ticket_address"]):
        rules["ticket_address"] = ""
    for name, ceiling in zip(CEILINGS, ceilings, strict=True):
        rules[name] = min(rules[name], ceiling)
    rules["login_as_enabled"] = enabled and rules["login_as_enabled"]
    return LoginAsRules(**rules)


def is_valid(validate: Callable[[str], None], value: str) -> bool:
    """Return whether a stored value passes the check of the form, because somebody may have written past the form."""
    try:
        validate(value)
    except ValidationError:
        return False
    return True


def sound(value: Any, default: Any) -> Any:
    """
    Return the stored value, or the default if it has another type; SQLite stores any type, and bool as a number.

    Of a switch that can't be read, return False, which allows and names nobody.
    """
    if isinstance(default, bool):
        return bool(value) if value in (0, 1) else False
    if isinstance(default, int):
        return value if type(value) is int and value >= 1 else default
    return value if isinstance(value, str) else default


def read_stored_rules() -> str | None:
    """Return the text of `StoredRules` in a query of its own, for what was read without it."""
    return Organisation.objects.filter(pk=1).values_list(StoredRules(), flat=True).first()


def in_words(name: str, value: Any) -> str:
    """Return the value of a rule as people read it."""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    field: Any = Organisation._meta.get_field(name)
    return str(dict(field.choices or ()).get(value, value))
