"""How many people see an item, or why nobody does: said after it is saved, and on its page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import admin, messages
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models.preferences import moment
from learning.visibility.people import meant_to_see, people_seeing
from learning.visibility.problems import Told, told

from .inlines import left_empty


@dataclass(frozen=True, slots=True)
class Sight:
    """
    Who sees an item.

    sentence: how many people do, empty for a draft. is_seen: whether anybody does now. problems: what keeps everybody
    from it, or from submitting it.
    """

    sentence: str
    is_seen: bool
    problems: list[Told]


def sight_of(item: Any) -> Sight:
    """Return who sees a stored item now. A draft is seen by nobody, and nobody expects otherwise."""
    if not item.is_published:
        return Sight("", is_seen=False, problems=[])
    problems = told(item)
    if item.published_from and item.published_from > timezone.now():
        return Sight(from_then_on(item), is_seen=False, problems=problems)
    if count := people_seeing(item).count():
        said = ngettext("%(count)s person can see this.", "%(count)s people can see this.", count)
        return Sight(said % {"count": count}, is_seen=True, problems=problems)
    if any(each.hides_it for each in problems):
        return Sight("", is_seen=False, problems=problems)
    waiting = _("Nobody can see this now: everybody in its audience has to submit something else first.")
    return Sight(waiting, is_seen=False, problems=problems)


def from_then_on(item: Any) -> str:
    count = meant_to_see(item).count()
    said = ngettext(
        "Nobody can see this before %(time)s. Then %(count)s person can, as things stand today.",
        "Nobody can see this before %(time)s. Then %(count)s people can, as things stand today.",
        count,
    )
    return said % {"count": count, "time": moment(item.published_from)}


class SaysWhoSees(admin.ModelAdmin):
    """A model admin that says after each save who sees the item, with a link to the setting that hides it."""

    def save_related(self, request, form, formsets, change):
        super().save_related(request, form, formsets, change)
        if count := left_empty(formsets):
            said = ngettext(
                "%(count)s added part was empty, so it is not saved.",
                "%(count)s added parts were empty, so they are not saved.",
                count,
            )
            messages.warning(request, said % {"count": count})

    def response_add(self, request, obj, post_url_continue=None):
        response = super().response_add(request, obj, post_url_continue)
        say_who_sees(request, obj)
        return response

    def response_change(self, request, obj):
        response = super().response_change(request, obj)
        say_who_sees(request, obj)
        return response

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        context |= {"sight": sight_of(obj) if obj and request.method == "GET" else None}
        return super().render_change_form(request, context, add, change, form_url, obj)


def say_who_sees(request: Any, item: Any, *, with_title: bool = False) -> None:
    """Add a message for each problem of the item, and one that says how many people see it."""
    sight = sight_of(item)
    about = f"“{item}”: " if with_title else ""
    address = reverse(f"admin:learning_{item._meta.model_name}_change", args=[item.pk])
    for problem in sight.problems:
        link = format_html('<a href="{}#{}">{}</a>', address, problem.setting, _("Open the setting"))
        messages.warning(request, format_html("{}{} {}", about, problem.sentence, link))
    if sight.sentence:
        (messages.info if sight.is_seen else messages.warning)(request, f"{about}{sight.sentence}")
