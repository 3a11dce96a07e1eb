"""The list of User Management: its filters, sort order and page, all in the query string."""

from __future__ import annotations

from functools import partial
from typing import Any, cast
from urllib.parse import urlencode

from django import forms
from django.db import DEFAULT_DB_ALIAS
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from accounts.authorization.reach import MOST_IDS
from accounts.models import User
from accounts.policy import holds
from accounts.policy.rights import Right

from .fields import RowField, departments_seen, types_seen
from .pagination import PER_PAGE, SORTS, KeysetPaginator, UserPage
from .places import Places
from .reads import rows_of


class UserListForm(forms.Form):
    """Filter form of the list. A value without meaning is ignored instead of refused."""

    fields: dict[str, Any]

    q = forms.CharField(
        label=_("Search"),
        required=False,
        max_length=200,
        widget=forms.TextInput(
            attrs={"type": "search", "placeholder": _("Name, e-mail address or HR identifier"), "autocomplete": "off"}
        ),
    )
    department = RowField(label=_("Department"))
    type = RowField(label=_("Permission type"))
    status = forms.ChoiceField(
        label=_("Status"),
        required=False,
        choices=[("", _("All")), ("active", _("Active")), ("deactivated", _("Deactivated"))],
    )

    def __init__(self, data: QueryDict, *, actor: User, read_from: str = DEFAULT_DB_ALIAS):
        super().__init__(data)
        self.actor = actor
        self.everybody = User.objects.using(read_from)
        self.visible = self.everybody.visible_to(actor)
        self.fields["department"].offer(departments_seen(actor))
        self.fields["type"].offer(types_seen(actor))
        self.full_clean()

    def users(self):
        """Return the users that the query string asks for, unsorted."""
        asked = self.cleaned_data
        users = self.of_departments()
        if self.data.get("id", "").isdecimal():
            users = users.filter(pk=int(self.data["id"][:18]))
        if asked.get("q"):
            users = users.matching(asked["q"], self.places)
        if asked.get("type"):
            users = users.filter(groups=asked["type"].pk)
        if asked.get("status"):
            users = users.filter(is_active=asked["status"] == "active")
        return users

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

    def page(self) -> UserPage:
        """Return the requested page, with everything that a row shows and that the rules of Login as User need."""
        shown = partial(rows_of, self.actor, most=PER_PAGE, using=self.everybody.db)
        is_search = bool(self.data.get("q", "").strip())
        pages = KeysetPaginator(self.users(), shown=shown, visible=self.visible, sort=self.sort, is_search=is_search)
        return pages.page(cast("QueryDict", self.data))

    @property
    def asked(self) -> dict[str, str]:
        """Return the values of the query string that are not empty."""
        names = ("q", "department", "type", "status", "sort", "id")
        return {name: value for name in names if (value := self.data.get(name, ""))}

    def address(self, **changes) -> str:
        """Return the query string of this list with some values changed; empty values are left out."""
        return "?" + urlencode({name: value for name, value in (self.asked | changes).items() if value})

    def columns(self):
        """Yield each column with its label, and each sortable one also with its query string and its current order."""
        labels = {
            "name": _("Name"),
            "email": _("E-mail address"),
            "department": _("Department"),
            "types": _("Permission types"),
            "status": _("Status"),
            "last_sign_in": _("Last sign-in"),
        }
        for name, label in labels.items():
            if name not in SORTS:
                yield {"label": label}
                continue
            order = {name: "ascending", f"-{name}": "descending"}.get(self.sort, "")
            turned = f"-{name}" if order == "ascending" else name
            yield {"label": label, "order": order, "address": self.address(sort=turned)}

    @property
    def is_filtered(self) -> bool:
        return any(self.data.get(name) for name in ("q", "department", "type", "status", "id"))
