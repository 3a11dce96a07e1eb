"""Choice fields for the filters of User Management: departments and permission types that the actor may see."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from html import escape
from itertools import starmap
from typing import Any, NamedTuple, Protocol, TypeVar

from django import forms
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef
from django.forms.utils import flatatt
from django.utils.html import format_html
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy as _

from accounts import policy
from accounts.models import Department, User
from accounts.policy.rights import Right

from .reads import DEPARTMENTS, MEMBERSHIPS, TYPES_IN_USE


def indented(name: str, depth: int) -> str:
    """
    Return the name of a department, indented as deep as the department lies in the tree.

    depth: 1 for the top of the tree; two spaces as wide as a digit for each level below it.
    """
    return "\u2007\u2007" * (depth - 1) + name


class HasPath(Protocol):
    path: str


Placed = TypeVar("Placed", bound=HasPath)


def nested(found: Iterable[Placed]) -> Iterator[tuple[Placed, bool, range]]:
    """
    Yield departments as a template writes nested lists, without recursion. found: each after the one above it.

    With each comes whether a list of those below it begins here, and how many lists end after it.
    """
    rows = list(found)
    begun: list[str] = []
    for row, following in zip(rows, [*rows[1:], None], strict=True):
        has_below = following is not None and following.path.startswith(row.path)
        if has_below:
            begun.append(row.path)
        kept = [path for path in begun if following and following.path.startswith(path)]
        yield row, has_below, range(len(begun) - len(kept))
        begun = kept


class Choice(NamedTuple):
    """The fields of a department or permission type that a filter needs."""

    pk: int
    name: str
    path: str = ""
    depth: int = 1

    def __str__(self):
        return self.name


class QuickSelect(forms.Select):
    """Select widget for thousands of choices: Django's template per choice would take longer than the page."""

    choices: Any = ()  # a plain attribute, where Django's property copies and checks each choice

    def render(self, name, value, attrs=None, renderer=None):
        chosen = str(value or "")
        options = "".join(self.written(str(key), str(label), chosen) for key, label in self.choices)
        attributes = flatatt(self.build_attrs(self.attrs, {"name": name, **(attrs or {})}))
        return format_html("<select{}>{}</select>", attributes, mark_safe(options))  # noqa: S308 (escaped above)

    @staticmethod
    def written(key: str, label: str, chosen: str) -> str:
        """Return an option as HTML; format_html would take ten times as long."""
        return f'<option value="{escape(key)}"{" selected" if key == chosen else ""}>{escape(label)}</option>'


class DepartmentField(forms.ModelChoiceField):
    """A department, indented as deep as it lies in the tree."""

    def label_from_instance(self, department):
        return indented(department.name, department.depth)


class RowField(forms.Field):
    """Optional choice of one of the offered rows. They are read once, to show them and to find the chosen one."""

    widget = QuickSelect

    def __init__(self, **options):
        super().__init__(required=False, **options)
        self.rows: dict[str, Choice] = {}

    def offer(self, rows: Iterable[Choice]) -> None:
        self.rows = {str(row.pk): row for row in rows}
        shown = [(key, indented(row.name, row.depth)) for key, row in self.rows.items()]
        self.widget.choices = [("", _("All")), *shown]

    def at_or_below(self, path: str) -> list[int]:
        """Return the ids of the departments at and below this path."""
        return [row.pk for row in self.rows.values() if row.path.startswith(path)]

    def to_python(self, value):
        if value and value not in self.rows:
            raise ValidationError(_("This is not offered."))
        return self.rows.get(value or "")


def departments_seen(actor: User) -> Iterable[Choice]:
    """Return the departments whose users the actor sees, in the order of the tree."""
    if policy.holds(actor, Right.SEE_PEOPLE):
        return starmap(Choice, DEPARTMENTS.rows())
    within = policy.in_scope(actor, Right.SEE_PEOPLE, "path")
    found = Department.objects.filter(within).order_by("path").values_list("pk", "name", "path", "depth")
    return starmap(Choice, found)


def types_seen(actor: User) -> list[Choice]:
    """Return the permission types that are held by users that the actor sees."""
    if policy.holds(actor, Right.SEE_PEOPLE):
        return list(starmap(Choice, TYPES_IN_USE.rows()))
    held = MEMBERSHIPS.filter(group=OuterRef("pk"))
    held = held.filter(policy.in_scope(actor, Right.SEE_PEOPLE, "user__department__path"))
    found = Group.objects.filter(Exists(held)).order_by("name").values_list("pk", "name")
    return list(starmap(Choice, found))
