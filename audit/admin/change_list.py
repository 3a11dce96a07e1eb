"""The auditor's change list, with keyset pagination by event number: constant cost per page."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib.admin.views.main import ChangeList
from django.core.paginator import Paginator
from django.utils.translation import gettext, ngettext

from audit import seals, tickets
from audit.models import AuditEvent
from audit.numbers import grouped
from audit.verification import now

from . import search
from .acts import acts, days, titles_for, whole_acts
from .filters import ALWAYS_SHOWN, PAGE_PARAMETERS, EveryEventFilter, GroupFilter, PeriodFilter, number


class LogChangeList(ChangeList):
    """Change list with older and newer pages, without any query that reads the whole log."""

    def __init__(self, request, *args):
        super().__init__(request, *args)
        self.title = gettext("Audit log")
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
        folded = not self.shows(EveryEventFilter)
        kinds = next((spec.kinds for spec in self.filter_specs if isinstance(spec, GroupFilter)), [])
        rows: list[AuditEvent] = []
        if after:
            rows = self.search.first(self.queryset.filter(seq__gt=after), "seq", size + 1, kinds)
            self.has_newer, self.has_older = len(rows) > size, True
            rows = (whole_acts(rows, size) if folded else rows[:size])[::-1]
        if after and not self.has_newer and len(rows) < size and not before:
            # Show the newest page in full if fewer events than a page are newer than `after`.
            after = None
        if not after:
            events = self.queryset.filter(seq__lt=before) if before else self.queryset
            rows = self.search.first(events, "-seq", size + 1, kinds)
            self.has_newer, self.has_older = before is not None, len(rows) > size
            rows = whole_acts(rows, size) if folded else rows[:size]
        self.result_list = rows
        self.days = days(
            acts(rows, titles=titles_for(rows, request.user), address_of=tickets.addresses(request.user), folded=folded)
        )
        self.result_count, self.full_result_count = len(rows), None
        self.show_full_result_count = self.show_admin_actions = False
        self.can_show_all = self.multi_page = False
        self.paginator = Paginator(rows, size)
        self.seal = seals.newest()
        self.why_not_verify = now.why_not_now(now.events_to_verify(self.seal, self.search.newest))

    def shows(self, filter_class: type) -> bool:
        """Return whether a filter is in use."""
        return any(isinstance(spec, filter_class) and spec.used_parameters for spec in self.filter_specs)

    @property
    def chips(self) -> list[dict[str, Any]]:
        """Return the filters that are always shown, each with its title and its choices."""
        return [self.as_chips(spec) for spec in self.filter_specs if isinstance(spec, ALWAYS_SHOWN)]

    @property
    def more_chips(self) -> list[dict[str, Any]]:
        """Return the filters behind the disclosure."""
        return [self.as_chips(spec) for spec in self.filter_specs if not isinstance(spec, ALWAYS_SHOWN)]

    @property
    def shows_more(self) -> bool:
        """Return whether a filter behind the disclosure is in use, so that it stands open."""
        return any(not chip["choices"][0]["selected"] for chip in self.more_chips)

    def as_chips(self, spec: Any) -> dict[str, Any]:
        return {"title": spec.title, "choices": list(spec.choices(self))}

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
                "newest": grouped(self.result_list[0].seq),
                "oldest": grouped(self.result_list[-1].seq),
            }
        if not (self.query or self.filter_params):
            # Numbers have no gaps, so the newest number tells the number of events.
            count = self.result_list[0].seq - (self.seal.through_seq if self.seal else 0)
            return gettext("%(count)s audit events") % {"count": grouped(count)}
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
