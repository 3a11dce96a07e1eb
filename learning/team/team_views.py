"""The team of a manager: who needs help, and with what."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from accounts.authorization.decorators import administration
from accounts.users.fields import Choice, RowField

from .overview import Member, members
from .scope import leads_a_team, named_by, team_departments

PER_PAGE = 25
# The page reads everybody at once, because it begins with who needs help most.
MOST = 500


class TeamForm(forms.Form):
    """Which part of the team is shown. A value without meaning is ignored instead of refused."""

    fields: dict[str, Any]

    department = RowField(label=_("Department"))

    def __init__(self, data, *, actor):
        super().__init__(data)
        rows = team_departments(actor).values_list("pk", "name", "path", "depth")
        self.fields["department"].offer([Choice(*row) for row in rows])
        self.full_clean()

    @property
    def chosen(self) -> Choice | None:
        return self.cleaned_data.get("department")


# The filters of the page, by their value in the address.
SHOWS: dict[str, tuple[Any, Any]] = {
    "": (_("Everybody"), lambda member: True),
    "late": (_("Need help"), lambda member: bool(member.late)),
    "not_begun": (_("Not started"), lambda member: bool(member.modules) and not member.has_begun),
    "done": (_("All done"), lambda member: bool(member.modules) and member.is_done),
}


@require_safe
@administration
def team(request):
    """List the active users of the actor's departments, the user first who needs help most."""
    actor = request.user
    if not leads_a_team(actor):
        raise Http404
    form = TeamForm(request.GET, actor=actor)
    users: Any = named_by(actor).exclude(pk=actor.pk)
    if form.chosen:
        users = users.filter(department__path__startswith=form.chosen.path)
    count = users.count()
    context: dict[str, Any] = {"form": form, "count": count, "most": MOST, "is_too_large": count > MOST}
    if not context["is_too_large"]:
        found = members(users.with_standing().select_related("department"))
        show = request.GET.get("show", "")
        context |= shown(found, show if show in SHOWS else "")
        context["page"] = Paginator(context["chosen"], PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "learning/team.html", context)


def shown(found: list[Member], show: str) -> dict[str, Any]:
    """Return the members of the chosen filter, and each filter with its number of members."""
    kept = {name: [member for member in found if fits(member)] for name, (_label, fits) in SHOWS.items()}
    filters = [(name, label, len(kept[name])) for name, (label, _fits) in SHOWS.items()]
    return {"show": show, "filters": filters, "chosen": kept[show]}
