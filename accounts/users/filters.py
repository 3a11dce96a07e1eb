"""The list of User Management: its filters, sort order and page, all in the query string."""

from __future__ import annotations

from functools import cached_property, partial
from typing import Any, cast
from urllib.parse import urlencode

from django import forms
from django.db import DEFAULT_DB_ALIAS
from django.db.models import Exists, OuterRef, Q
from django.http import QueryDict
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from accounts.authorization.reach import MOST_IDS
from accounts.models import ImportedPerson, User, UserImport
from accounts.policy import holds, holds_anywhere
from accounts.policy.rights import Right
from audit.dates import date_format
from audit.kinds import Kind
from audit.models import AuditEvent

from . import columns as column_names
from .fields import RowField, departments_seen, types_seen
from .invitations import INVITING
from .pagination import PER_PAGE, SORTS, KeysetPaginator, UserPage
from .places import Places
from .reads import rows_of

INVITED = Exists(AuditEvent.objects.filter(target_id=OuterRef("pk"), kind=Kind.USER_INVITED))
STATUSES = {
    "active": Q(is_active=True),
    "deactivated": Q(is_active=False),
    "never": Q(last_login__isnull=True, is_active=True),
    "uninvited": Q(last_login__isnull=True, is_active=True) & ~Q(INVITED),
}
FILTERS = ("q", "department", "type", "status", "id", "import")


def new_in_import(number: int | None) -> Q:
    """Return the condition of the users that an import created; nobody for None."""
    return Q(pk__in=ImportedPerson.objects.filter(run=number, created=True).values("user"))


class UserListForm(forms.Form):
    """Filter form of the list. A value without meaning is ignored instead of refused."""

    fields: dict[str, Any]

    q = forms.CharField(
        label=_("Search"),
        required=False,
        max_length=200,
        widget=forms.TextInput(
            attrs={"type": "search", "placeholder": _("Name, email, department, job profile…")}
            | {"autocomplete": "off", "aria-keyshortcuts": "/"}
        ),
    )
    department = RowField(label=_("Department"))
    type = RowField(label=_("Permission type"))
    status = forms.ChoiceField(
        label=_("Status"),
        required=False,
        choices=[
            ("", _("All")),
            ("active", _("Active")),
            ("deactivated", _("Deactivated")),
            ("never", _("Never signed in")),
            ("uninvited", _("Not invited yet")),
        ],
    )

    data: Any

    def __init__(self, data: QueryDict, *, actor: User, read_from: str = DEFAULT_DB_ALIAS):
        super().__init__(data)
        self.actor = actor
        self.everybody = User.objects.using(read_from)
        self.visible = self.everybody.visible_to(actor)
        self.fields["department"].offer(departments_seen(actor))
        self.fields["type"].offer(types_seen(actor))
        if not any(holds_anywhere(actor, right) for right in INVITING):
            status: Any = self.fields["status"]
            status.choices = [choice for choice in status.choices if choice[0] != "uninvited"]
        self.full_clean()

    def users(self):
        """Return the users that the query string asks for, unsorted."""
        asked = self.cleaned_data
        users = self.of_departments()
        if self.data.get("id", "").isdecimal():
            users = users.filter(pk=int(self.data["id"][:18]))
        if self.data.get("import"):
            users = users.filter(new_in_import(self.import_number))
        if asked.get("q"):
            users = users.matching(asked["q"], self.places)
        if asked.get("type"):
            users = users.filter(groups=asked["type"].pk)
        if status := asked.get("status"):
            users = users.filter(STATUSES[status])
        return users

    @property
    def import_number(self) -> int | None:
        """Return the number of the import whose new users are asked for; None if the actor can't see imports."""
        named = self.data.get("import", "")
        return int(named[:18]) if named.isdecimal() and holds(self.actor, Right.IMPORT_PEOPLE) else None

    @cached_property
    def import_run(self) -> UserImport | None:
        """Return this import, for the page."""
        number = self.import_number
        return UserImport.objects.using(self.everybody.db).filter(pk=number).first() if number else None

    @property
    def places(self) -> Places:
        """Return the departments and job profiles that a word of the search can name."""
        return Places(self.fields["department"].rows.values(), self.everybody.db)

    def of_departments(self):
        """Return the visible users of the chosen department and below it, or all visible users."""
        chosen, field = self.cleaned_data.get("department"), self.fields["department"]
        if chosen is None and holds(self.actor, Right.SEE_PEOPLE):
            return self.visible
        # Like `reach.in_scope_by_ids`, but with the departments that are already read.
        ids = field.at_or_below(chosen.path if chosen else "")
        if len(ids) <= MOST_IDS:
            return self.everybody.filter(department__in=ids)
        return self.visible.filter(department__path__startswith=chosen.path) if chosen else self.visible

    @property
    def sort(self) -> str:
        return self.data.get("sort", "") if self.data.get("sort", "").removeprefix("-") in SORTS else "name"

    @cached_property
    def shown_columns(self) -> tuple[str, ...]:
        """Return the names of the columns beside the name."""
        return column_names.chosen(cast("QueryDict", self.data).getlist("columns"))

    @cached_property
    def labels(self) -> dict[str, str]:
        """Return the label of each column in the reader's language, once for all rows."""
        return {name: str(label) for name, label in column_names.LABELS.items()}

    @property
    def per_page(self) -> int:
        return column_names.page_size(self.data.get("per", ""))

    def page(self, per_page: int | None = None) -> UserPage:
        """Return the requested page, with everything that a row shows and that the rules of Login as User need."""
        if per_page is None and self.per_page != PER_PAGE:
            per_page = self.per_page
        shown = partial(rows_of, self.actor, most=max(per_page or 0, PER_PAGE), using=self.everybody.db)
        pages = KeysetPaginator(
            self.users(),
            shown=shown,
            visible=self.visible,
            sort=self.sort,
            is_search=bool(self.data.get("q", "").strip()),
            per_page=per_page,
            numbered=True,
        )
        return pages.page(cast("QueryDict", self.data))

    @property
    def asked(self) -> dict[str, str]:
        """Return the values of the query string that are not empty and not the usual ones."""
        asked = {name: value for name in (*FILTERS, "sort") if (value := self.data.get(name, ""))}
        if self.shown_columns != column_names.USUAL:
            asked["columns"] = ",".join(self.shown_columns)
        if self.per_page != column_names.PAGE_SIZES[0]:
            asked["per"] = str(self.per_page)
        return asked

    @property
    def beside_the_filters(self) -> dict[str, str]:
        """Return the values that the form of the filters keeps in hidden fields."""
        return {name: value for name, value in self.asked.items() if name not in FILTERS}

    @property
    def unfiltered_address(self) -> str:
        """Return the query string of everybody, in the same order and columns."""
        return "?" + urlencode(self.beside_the_filters)

    @property
    def import_in_words(self) -> str:
        """Return what is said of the import whose new users are asked for, or ""."""
        if (run := self.import_run) is None:
            return ""
        return _("New in the import of %(at)s") % {"at": date_format(localtime(run.at), "j M Y, H:i")}

    @property
    def address_without_import(self) -> str:
        """Return the query string of this list without the import."""
        return self.address(**{"import": ""})

    def address(self, **changes) -> str:
        """Return the query string of this list with some values changed; empty values are left out."""
        return "?" + urlencode({name: value for name, value in (self.asked | changes).items() if value})

    def columns(self):
        """Yield each shown column with its name and label; a sortable one also with query string and current order."""
        for name in ("name", *self.shown_columns):
            if name not in SORTS:
                yield {"name": name, "label": column_names.LABELS[name]}
                continue
            order = {name: "ascending", f"-{name}": "descending"}.get(self.sort, "")
            turned = f"-{name}" if order == "ascending" else name
            address = self.address(sort=turned)
            yield {"name": name, "label": column_names.LABELS[name], "order": order, "address": address}

    def column_choices(self):
        """Yield each column that can be chosen: its name, its label and whether it is shown."""
        for name in column_names.OPTIONAL:
            yield name, column_names.LABELS[name], name in self.shown_columns

    def page_sizes(self):
        """Yield each number of people that a page can have, and whether it is chosen."""
        for size in column_names.PAGE_SIZES:
            yield size, size == self.per_page

    @property
    def is_filtered(self) -> bool:
        return any(self.data.get(name) for name in FILTERS)

    @property
    def filter_count(self) -> int:
        """Return the number of filters beside the search that are in use."""
        return sum(bool(self.cleaned_data.get(name)) for name in ("department", "type", "status"))

    @property
    def scope_in_words(self) -> str:
        """Return the highest departments that the actor sees; "" if the actor sees everybody."""
        if holds(self.actor, Right.SEE_PEOPLE):
            return ""
        tops: list[Any] = []
        for each in self.fields["department"].rows.values():  # in the order of the tree
            if not (tops and each.path.startswith(tops[-1].path)):
                tops.append(each)
        return ", ".join(each.name for each in tops)
