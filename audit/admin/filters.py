"""The filters of the auditor's list."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from django.contrib import admin
from django.contrib.auth import get_user_model
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from audit.groups import Group
from audit.kinds import Kind, Outcome
from audit.models import AuditEvent

from .acts import group_of

PAGE_PARAMETERS = ("before", "after", "p")
# Maximum distance, in numbers, between two events whose times are not in the order of their numbers.
OUT_OF_ORDER = 10_000


def number(request, name: str) -> int | None:
    """Return the number of an address parameter; None if it isn't one."""
    asked = request.GET.get(name, "")
    return int(asked) if asked.isascii() and asked.isdecimal() and len(asked) <= 18 else None


class ChoicesFilter(admin.SimpleListFilter):
    """Filter by a stored word; the choices are all words of an enumeration."""

    parameter_name: str
    choices_of: Any

    def lookups(self, request, model_admin):
        return self.choices_of.choices

    def queryset(self, request, queryset):
        return queryset.filter(**{self.parameter_name: self.value()}) if self.value() else queryset


class GroupFilter(admin.SimpleListFilter):
    """Filter by group of kinds; `kinds` are those of the chosen group. A kind that is chosen too says more."""

    title, parameter_name = _("What happened"), "about"

    def __init__(self, request, params, model, model_admin):
        super().__init__(request, params, model, model_admin)
        has_kind = bool(request.GET.get("kind"))
        self.kinds = [] if has_kind else next((group.kinds for group in Group if group == self.value()), [])

    def lookups(self, request, model_admin):
        return Group.choices

    def queryset(self, request, queryset):
        if self.value() and self.value() not in Group.values:
            return queryset.none()
        return queryset.filter(kind__in=self.kinds) if self.kinds else queryset

    def choices(self, changelist):
        """Yield the groups; choosing one takes the chosen kind back."""
        for choice in super().choices(changelist):
            value = next((str(key) for key, label in self.lookup_choices if label == choice["display"]), None)
            query = changelist.get_query_string({"about": value} if value else {}, ["kind", "about"])
            yield choice | {"query_string": query}


class KindFilter(ChoicesFilter):
    """Filter by kind: the kinds of the chosen group, or those beside the chosen kind."""

    title, parameter_name, choices_of = _("Exactly"), "kind", Kind

    def lookups(self, request, model_admin):
        asked = request.GET.get("about", "")
        group = Group(asked) if asked in Group.values else group_of(request.GET.get("kind", ""))
        if group is None:
            return [(kind, kind) for kind in request.GET.getlist("kind") if kind]
        return [(kind.value, kind.label) for kind in group.kinds]


class OutcomeFilter(ChoicesFilter):
    """Filter by outcome."""

    title, parameter_name, choices_of = _("Outcome"), "outcome", Outcome


class OnBehalfFilter(admin.SimpleListFilter):
    """Filter by whether the event belongs to an assumed session."""

    title, parameter_name = _("Assumed session"), "on_behalf"

    def lookups(self, request, model_admin):
        return [("yes", _("During one")), ("no", _("Outside"))]

    def queryset(self, request, queryset):
        if self.value() in ("yes", "no"):
            return queryset.filter(assumed_session__isnull=self.value() == "no")
        return queryset


class EveryEventFilter(admin.SimpleListFilter):
    """Switch to a row for each stored event, where the events of one form are one row otherwise."""

    title, parameter_name = _("Rows"), "rows"

    def lookups(self, request, model_admin):
        return [("all", _("Every event"))]

    def queryset(self, request, queryset):
        return queryset

    def choices(self, changelist):
        """Yield the two choices; the first has a name of its own."""
        acts, *others = super().choices(changelist)
        yield acts | {"display": _("One for each act")}
        yield from others


class PersonFilter(admin.SimpleListFilter):
    """Filter by the number of a person; it is shown only while it is in use, because links of an event page set it."""

    parameter_name: str

    def lookups(self, request, model_admin):
        self.asked = number(request, self.parameter_name)
        if self.asked is None:
            return []
        users: Any = get_user_model()._default_manager
        user = users.filter(pk=self.asked).first()
        name = user.name if user else gettext("person %(id)s") % {"id": self.asked}
        return [(str(self.asked), name)]

    def queryset(self, request, queryset):
        return queryset if self.asked is None else queryset.filter(**{f"{self.parameter_name}_id": self.asked})


class ActorFilter(PersonFilter):
    """Filter by the number of the actor."""

    title, parameter_name = _("Actor"), "actor"


class TargetFilter(PersonFilter):
    """Filter by the number of the target."""

    title, parameter_name = _("Person concerned"), "target"


class PeriodFilter(admin.ListFilter):
    """Filter by the days from `since` to `until`, both included, in the reader's time zone."""

    title, parameter_names = _("When"), ("since", "until")

    def __init__(self, request, params, model, model_admin):
        super().__init__(request, params, model, model_admin)
        self.days = {name: day(params.pop(name, [""])[-1]) for name in self.expected_parameters()}
        self.end: int | None = None
        self.used_parameters = {name: found.isoformat() for name, found in self.days.items() if found}

    def has_output(self):
        return True

    def expected_parameters(self):
        return list(self.parameter_names)

    def choices(self, changelist):
        today = timezone.localdate()
        offered = [
            (_("Any date"), None),
            (_("Today"), today),
            (_("Past 7 days"), today - timedelta(days=7)),
            (_("This month"), today.replace(day=1)),
            (_("This year"), today.replace(month=1, day=1)),
        ]
        for label, since in offered:
            yield {
                "selected": self.days == {"since": since, "until": None},
                "query_string": changelist.get_query_string(
                    {"since": since.isoformat()} if since else {}, [*self.parameter_names, *PAGE_PARAMETERS]
                ),
                "display": label,
            }

    def queryset(self, request, queryset):
        """Filter by time, and by a range of numbers, so that the list starts reading near the right event."""
        since, until = self.days["since"], self.days["until"]
        if since:
            moment = midnight(since)
            first = AuditEvent.objects.filter(at__gte=moment).order_by("at").values_list("seq", flat=True).first()
            if first is None:
                return queryset.none()
            queryset = queryset.filter(at__gte=moment, seq__gt=first - OUT_OF_ORDER)
        if until:
            moment = midnight(until + timedelta(days=1))
            last = AuditEvent.objects.filter(at__lt=moment).order_by("-at").values_list("seq", flat=True).first()
            if last is None:
                return queryset.none()
            self.end = last + OUT_OF_ORDER
            queryset = queryset.filter(at__lt=moment, seq__lt=self.end)
        return queryset


def day(text: str) -> date | None:
    """Return the day of an address; None if it isn't one, or has no day after it or before it."""
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if 1 < found.year < 9999 else None


def midnight(morning: date) -> datetime:
    """Return the beginning of a day in the reader's time zone."""
    return timezone.make_aware(datetime.combine(morning, time.min))


# Filters above the list; the others are behind a disclosure.
ALWAYS_SHOWN = (PeriodFilter, GroupFilter, KindFilter)
