"""The list of User Management: which people, in which order, on which page; all of it stands in the address."""

from __future__ import annotations

from urllib.parse import urlencode

from django import forms
from django.contrib.auth.models import Group
from django.core.paginator import Page, Paginator
from django.db.models import Exists, F, OuterRef
from django.utils.translation import gettext_lazy as _

from .models import Department, User
from .policy import holdings, holds
from .rights import Right

PER_PAGE = 50
# Name → columns; the primary key makes every order a total one, so that no page repeats a row.
SORTS = {
    "name": ["first_name", "last_name", "pk"],
    "email": ["email"],
    "department": ["department__name", "first_name", "last_name", "pk"],
    "status": ["-is_active", "first_name", "last_name", "pk"],
    "last_sign_in": [F("last_login").desc(nulls_last=True), "pk"],
}


class DepartmentChoiceField(forms.ModelChoiceField):
    def label_from_instance(self, department):
        return "\u2007" * 2 * (department.depth - 1) + department.name


class UserListForm(forms.Form):
    """What the list is asked for; a value that means nothing is left out rather than complained about."""

    q = forms.CharField(
        label=_("Search"),
        required=False,
        max_length=200,
        widget=forms.TextInput(
            attrs={"type": "search", "placeholder": _("Name or e-mail address"), "autocomplete": "off"}
        ),
    )
    department = DepartmentChoiceField(label=_("Department"), required=False, queryset=None, empty_label=_("All"))
    type = forms.ModelChoiceField(label=_("Permission type"), required=False, queryset=None, empty_label=_("All"))
    status = forms.ChoiceField(
        label=_("Status"),
        required=False,
        choices=[("", _("All")), ("active", _("Active")), ("deactivated", _("Deactivated"))],
    )

    def __init__(self, data, *, actor: User):
        super().__init__(data)
        self.visible = User.objects.visible_to(actor)
        departments = Department.objects.order_by("path")
        if not holds(actor, Right.SEE_PEOPLE):
            paths = holdings(actor).paths(Right.SEE_PEOPLE)
            reached = Department.objects.none()
            for path in paths:
                reached |= departments.filter(path__startswith=path)
            departments = reached.order_by("path")
        self.fields["department"].queryset = departments
        self.fields["type"].queryset = Group.objects.filter(
            Exists(self.visible.filter(groups=OuterRef("pk")))
        ).order_by("name")
        self.full_clean()

    def people(self):
        """The people that the address asks for, unsorted."""
        asked = self.cleaned_data
        people = self.visible
        if self.data.get("id", "").isdecimal():
            people = people.filter(pk=int(self.data["id"][:18]))
        if asked.get("q"):
            people = people.matching(asked["q"])
        if asked.get("department"):
            people = people.filter(department__path__startswith=asked["department"].path)
        if asked.get("type"):
            people = people.filter(groups=asked["type"])
        if asked.get("status"):
            people = people.filter(is_active=asked["status"] == "active")
        return people

    @property
    def sort(self) -> str:
        return self.data.get("sort", "") if self.data.get("sort", "").removeprefix("-") in SORTS else "name"

    def page(self) -> Page:
        """The asked page, with all that a row shows and that the rules of Login as User need."""
        people = self.people().order_by(*SORTS[self.sort.removeprefix("-")])
        if self.sort.startswith("-"):
            people = people.reverse()
        people = people.with_standing().select_related("department").prefetch_related("groups")
        return Paginator(people, PER_PAGE).get_page(self.data.get("page"))

    def address(self, **changes) -> str:
        """The query of this list with some values changed; what is empty is left out."""
        asked = {name: self.data.get(name, "") for name in ("q", "department", "type", "status", "sort", "id")}
        return "?" + urlencode({name: value for name, value in (asked | changes).items() if value})

    def columns(self):
        """Each sortable column with its label, its address, and how it is sorted now."""
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
