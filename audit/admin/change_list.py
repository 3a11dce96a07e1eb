"""The auditor's change list, with keyset pagination by event number: constant cost per page."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.contrib.auth import get_user_model
from django.core.paginator import Paginator
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from audit import seals, tickets
from audit.kinds import Kind, Outcome
from audit.models import AuditEvent

from . import search

PAGE_PARAMETERS = ("before", "after", "p")
# Maximum distance, in numbers, between two events whose times are not in the order of their numbers.
OUT_OF_ORDER = 10_000


class LogChangeList(ChangeList):
    """Change list with older and newer pages, without any query that reads the whole log."""

    def __init__(self, request, *args):
        super().__init__(request, *args)
        # Links to other filters lead to the first page.
        for name in PAGE_PARAMETERS:
            self.params.pop(name, None)
            self.filter_params.pop(name, None)

    def get_filters_params(self, params=None):
        asked = super().get_filters_params(params)
        return {name: value for name, value in asked.items() if name not in PAGE_PARAMETERS}

    def get_queryset(self, request, exclude_parameters=None):
        self.search = search.parse(self.query)
        return super().get_queryset(request, exclude_parameters)

    def everything(self):
        """Return all events of the list, for the export."""
        self.search.reasons_before = 0
        return self.search.matching(self.queryset)

    def get_results(self, request):
        size, before, after = self.list_per_page, number(request, "before"), number(request, "after")
        ends = [spec.end for spec in self.filter_specs if isinstance(spec, PeriodFilter)]
        # Start reading reasons at the right place too: the database can't derive it from the condition on the events.
        self.search.reasons_before = min((end for end in (before, *ends) if end), default=0)
        rows: list[AuditEvent] = []
        if after:
            rows = self.search.first(self.queryset.filter(seq__gt=after), "seq", size + 1)
            self.has_newer, self.has_older = len(rows) > size, True
            rows = rows[:size][::-1]
        if len(rows) < size and not before:
            # Show the newest page in full if fewer events than a page are newer than `after`.
            after = None
        if not after:
            events = self.queryset.filter(seq__lt=before) if before else self.queryset
            rows = self.search.first(events, "-seq", size + 1)
            self.has_newer, self.has_older = before is not None, len(rows) > size
            rows = rows[:size]
        address_of = tickets.addresses(request.user)
        for event in rows:
            event.address_of_ticket = address_of
        self.result_list = rows
        self.result_count, self.full_result_count = len(rows), None
        self.show_full_result_count = self.show_admin_actions = False
        self.can_show_all = self.multi_page = False
        self.paginator = Paginator(rows, size)
        self.seal = seals.newest()

    @property
    def period(self) -> dict[str, date | None]:
        return next(spec.days for spec in self.filter_specs if isinstance(spec, PeriodFilter))

    @property
    def counted(self) -> str:
        """Return the number of events, or the range of the page if counting would read the log."""
        if not (self.has_newer or self.has_older) or not self.result_list:
            count = self.result_count
            return ngettext("%(count)s audit event", "%(count)s audit events", count) % {"count": count}
        if self.has_newer and self.result_list:
            return gettext("Numbers %(newest)s to %(oldest)s") % {
                "newest": f"{self.result_list[0].seq:,}",
                "oldest": f"{self.result_list[-1].seq:,}",
            }
        if not (self.query or self.filter_params):
            # Numbers have no gaps, so the newest number tells the number of events.
            count = self.result_list[0].seq - (self.seal.through_seq if self.seal else 0)
            return gettext("%(count)s audit events") % {"count": f"{count:,}"}
        return gettext("More than %(count)s audit events") % {"count": self.list_per_page}

    @property
    def older(self) -> str:
        return self.get_query_string({"before": self.result_list[-1].seq}, remove=PAGE_PARAMETERS)

    @property
    def newer(self) -> str:
        first = self.result_list[0].seq if self.result_list else 0
        return self.get_query_string({"after": first} if first else {}, remove=PAGE_PARAMETERS)

    @property
    def first(self) -> str:
        return self.get_query_string(remove=PAGE_PARAMETERS)


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


class KindFilter(ChoicesFilter):
    """Filter by kind."""

    title, parameter_name, choices_of = _("kind"), "kind", Kind


class OutcomeFilter(ChoicesFilter):
    """Filter by outcome."""

    title, parameter_name, choices_of = _("outcome"), "outcome", Outcome


class OnBehalfFilter(admin.SimpleListFilter):
    """Filter by whether the event belongs to an assumed session."""

    title, parameter_name = _("assumed session"), "on_behalf"

    def lookups(self, request, model_admin):
        return [("yes", _("During one")), ("no", _("Outside"))]

    def queryset(self, request, queryset):
        if self.value() in ("yes", "no"):
            return queryset.filter(assumed_session__isnull=self.value() == "no")
        return queryset


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

    title, parameter_name = _("actor"), "actor"


class TargetFilter(PersonFilter):
    """Filter by the number of the target."""

    title, parameter_name = _("on behalf of"), "target"


class PeriodFilter(admin.ListFilter):
    """Filter by the days from `since` to `until`, both included, in the reader's time zone."""

    title, parameter_names = _("date"), ("since", "until")

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
