"""The audit log in the Django admin: to read, for everybody, superusers included."""

import json
import re

from django.contrib import admin
from django.core.paginator import Paginator
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import cached_property
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy as _

from .kinds import Kind, Outcome
from .models import AuditEvent, AuditText, Part

COUNTED_AT_MOST = 10_000


class LogPaginator(Paginator):
    """Never counts the whole log: its length is its head, and a filtered list counts to a limit."""

    @cached_property
    def count(self):
        if self.object_list.query.where:
            return self.object_list.order_by()[:COUNTED_AT_MOST].count()
        return AuditEvent.objects.order_by("-seq").values_list("seq", flat=True).first() or 0


class ChoicesFilter(admin.SimpleListFilter):
    """Filters by a stored word, offering every word that the log knows."""

    def lookups(self, request, model_admin):
        return self.choices_of.choices

    def queryset(self, request, queryset):
        return queryset.filter(**{self.parameter_name: self.value()}) if self.value() else queryset


class KindFilter(ChoicesFilter):
    title, parameter_name, choices_of = _("kind"), "kind", Kind


class OutcomeFilter(ChoicesFilter):
    title, parameter_name, choices_of = _("outcome"), "outcome", Outcome


class OnBehalfFilter(admin.SimpleListFilter):
    title, parameter_name = _("assumed session"), "on_behalf"

    def lookups(self, request, model_admin):
        return [("yes", _("During one")), ("no", _("Outside"))]

    def queryset(self, request, queryset):
        if self.value() in ("yes", "no"):
            return queryset.filter(assumed_session__isnull=self.value() == "no")
        return queryset


@admin.register(AuditEvent)
class AuditEventAdmin(admin.ModelAdmin):
    list_display = ["time", "kind_label", "actor", "on_behalf_of", "reason", "outcome_label"]
    list_display_links = ["time"]
    list_filter = [KindFilter, OutcomeFilter, OnBehalfFilter, "at"]
    search_fields = ["seq"]  # shows the box; `get_search_results` does the work
    search_help_text = _("Search by person, reason or ticket; #7 finds the event of that number")
    ordering = ["-seq"]
    list_per_page = 50
    paginator = LogPaginator
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER  # counting ten million rows for each choice
    actions = None
    fieldsets = [
        (None, {"fields": ["time", "kind_label", "outcome_label", "actor", "on_behalf_of", "reason", "detail"]}),
        (_("Where from"), {"fields": ["came_from", "assumed_session", "request_id"]}),
        (_("Proof"), {"fields": ["seq", "log_id", "schema", "key_id", "prev_hash", "entry_hash", "mac"]}),
    ]
    readonly_fields = [
        "time", "kind_label", "outcome_label", "actor", "on_behalf_of", "reason", "detail", "came_from",
        "prev_hash", "entry_hash", "mac",
    ]  # fmt: skip

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    def get_queryset(self, request):
        return super().get_queryset(request).prefetch_related("texts")

    def get_search_results(self, request, queryset, search_term):
        """Every word must occur in what the event says of people and reasons; #7 is the event of that number."""
        for word in search_term.replace("\0", "").split()[:8]:
            number = re.fullmatch(r"#([0-9]{1,18})", word)
            if number:
                queryset = queryset.filter(seq=int(number[1]))
            else:
                said = AuditText.objects.filter(text__icontains=json.dumps(word, ensure_ascii=False)[1:-1])
                queryset = queryset.filter(seq__in=said.values("event"))
        return queryset, False

    @admin.display(description=_("Time"), ordering="seq")
    def time(self, event):
        return date_format(timezone.localtime(event.at), "Y-m-d H:i:s")

    @admin.display(description=_("Kind"))
    def kind_label(self, event):
        return Kind(event.kind).label if event.kind in Kind.values else event.kind

    @admin.display(description=_("Outcome"))
    def outcome_label(self, event):
        return Outcome(event.outcome).label if event.outcome in Outcome.values else event.outcome

    @admin.display(description=_("Actor"))
    def actor(self, event):
        return person(event, Part.ACTOR, event.actor_id)

    @admin.display(description=_("On behalf of"))
    def on_behalf_of(self, event):
        return person(event, Part.TARGET, event.target_id)

    @admin.display(description=_("Reason"))
    def reason(self, event):
        reason = said(event, Part.REASON)
        if reason is None:
            return _("erased")
        if reason:
            head = " · ".join(words(reason[key]) for key in ("category", "ticket", "mode") if reason.get(key))
            return format_html("{}<br>{}", reason.get("text", ""), head)
        detail = said(event, Part.DETAIL) or {}
        shown = (detail.get(key) for key in ("refusal", "cause", "summary", "path"))
        return " · ".join(words(word) for word in shown if word) or "–"

    @admin.display(description=_("Detail"))
    def detail(self, event):
        detail = said(event, Part.DETAIL)
        if detail is None:
            return _("erased")
        return format_html_join("", "{}: {}<br>", sorted(detail.items())) or "–"

    @admin.display(description=_("Address and browser"))
    def came_from(self, event):
        actor = said(event, Part.ACTOR)
        if actor is None:
            return _("erased")
        return format_html("{}<br>{}", actor.get("address") or "–", actor.get("user_agent") or "–")


def said(event: AuditEvent, part: Part) -> dict | None:
    """What a part of the event says: {} where it never said anything, None where that was erased."""
    if event.commitment(part) is None:
        return {}
    for text in event.texts.all():
        if text.part == part:
            return json.loads(text.text)
    return None


def person(event: AuditEvent, part: Part, person_id: int | None) -> str:
    if person_id is None:
        return "–"
    known = said(event, part)
    if known is None:
        return _("erased (person %(id)s)") % {"id": person_id}
    return known.get("name") or _("person %(id)s") % {"id": person_id}


def words(stored: str) -> str:
    """A stored word as people write it: cannot_submit → Cannot submit."""
    text = str(stored)
    return text.replace("_", " ").capitalize() if text.islower() and " " not in text and "/" not in text else text
