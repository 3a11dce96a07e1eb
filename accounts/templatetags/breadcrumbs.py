"""
The way back from a page, as a path of links.

    {% breadcrumbs "user_list" person %}
    {% breadcrumbs "user_import" address|called:title %}

A step is the name of a page, an object with a page of its own, a list of such objects, or an address with its title.
What is empty is left out, and so is the page itself, because its heading follows directly.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

from django import template
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.users import kept_place

from .permissions import can

register = template.Library()


class Page(NamedTuple):
    """A page to which paths lead back. may: whether this user can open it, if that is not true of all who come by."""

    title: str | Promise
    may: Callable[[Any], bool] = lambda user: True


PAGES = {
    "access_history": Page(_("Access history")),
    "account": Page(_("My account")),
    "admin:index": Page(_("Administration")),
    "admin:learning_event_changelist": Page(_("Events")),
    "dashboard": Page(_("Dashboard")),
    "event_list": Page(_("Events")),
    "help_index": Page(_("Help")),
    "help_login_as": Page(_("Login as User")),
    "job_profile_list": Page(_("Job profiles")),
    "mfa_index": Page(_("Second factor")),
    "module_list": Page(_("Modules")),
    "organisation": Page(_("Organisation")),
    "permission_type_list": Page(_("Permission setup")),
    "team": Page(_("My team"), lambda user: can(user, "lead_a_team")),
    "team_modules": Page(_("Progress")),
    "user_import": Page(_("Import people")),
    "user_list": Page(_("User Management"), lambda user: user.sees_people),
}


class Crumb(NamedTuple):
    """A step of a path; no address: the reader can't open it."""

    address: str
    title: str


@register.filter
def called(address: str, title: object) -> Crumb:
    """Return the step of a path that leads to the address."""
    return Crumb(address, str(title))


@register.inclusion_tag("_breadcrumbs.html", takes_context=True)
def breadcrumbs(context: Any, *steps: Any) -> dict[str, Any]:
    return {"crumbs": list(crumbs(context["request"], steps))}


def crumbs(request: Any, steps: Iterable[Any]) -> Iterator[Crumb]:
    """Yield the steps of a path; the list of people is the one that the user saw last, with its search."""
    for step in steps:
        if not step:
            continue
        if isinstance(step, Crumb):
            yield step
        elif isinstance(step, str):
            if PAGES[step].may(request.user):
                address = kept_place.last_list(request) if step == "user_list" else reverse(step)
                yield Crumb(address, str(PAGES[step].title))
        elif isinstance(step, list):
            yield from crumbs(request, step)
        else:
            yield Crumb(step.get_absolute_url() if getattr(step, "is_open", True) else "", name_of(step))


def name_of(step: Any) -> str:
    return getattr(step, "name", None) or str(step)
