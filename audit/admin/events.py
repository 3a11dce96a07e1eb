"""The audit log in the Django admin, read-only for everybody, superusers included."""

from datetime import UTC, datetime
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.options import IncorrectLookupParameters
from django.core.exceptions import PermissionDenied
from django.db import DEFAULT_DB_ALIAS
from django.http import Http404, HttpResponseBadRequest
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from audit import export, seals, tickets
from audit.models import AuditEvent, Part
from audit.proof import doubts
from audit.reading import (
    kind_label,
    outcome_label,
    person,
    reason_in_words,
    said,
    to_the_second,
    words,
)
from audit.replica import may_read_replica
from audit.sentences import sentence
from audit.verification import now, restores, undeclared
from audit.verification.anchor_file import UnreadableAnchors
from audit.verification.checker import latest_verification

from .acts import titles_for
from .change_list import LogChangeList
from .detail import detail_shown
from .filters import (
    ActorFilter,
    EveryEventFilter,
    GroupFilter,
    KindFilter,
    OnBehalfFilter,
    OutcomeFilter,
    PeriodFilter,
    TargetFilter,
)
from .receipts import ReceiptForm
from .summary import summary
from .timeline import timeline


@admin.register(AuditEvent)
class AuditEventAdmin(admin.ModelAdmin):
    """List, detail page, timeline, summary and export of the audit log; nobody can change anything."""

    admin_site: Any  # the project's own, which asks for re-authentication
    list_display = ["time"]  # the template shows `LogChangeList.days` instead of the admin's own columns
    list_display_links = None
    list_filter = [
        PeriodFilter, GroupFilter, KindFilter, OutcomeFilter, OnBehalfFilter, ActorFilter, TargetFilter,
        EveryEventFilter,
    ]  # fmt: skip
    search_fields = ["seq"]  # shows the box; LogChangeList does the work
    search_help_text = _(
        "Search by person, reason or ticket; actor:sam and target:lena say which person, and #7 finds one event"
    )
    ordering = ["-seq"]
    sortable_by = ()
    list_per_page = 50
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER  # facets count all rows for each choice
    actions = None
    fieldsets = [
        (None, {"fields": ["time", "kind_label", "outcome_label", "actor", "on_behalf_of", "reason", "detail"]}),
        (_("Where from"), {"fields": ["came_from", "story", "theirs", "request_id"]}),
        (_("Proof"), {"fields": ["seq", "log_id", "schema", "key_id", "previous_hash", "hash_of_event", "mac"]}),
    ]
    readonly_fields = [
        "time", "kind_label", "outcome_label", "actor", "on_behalf_of", "reason", "detail", "came_from",
        "story", "theirs",
        "previous_hash", "hash_of_event", "mac",
    ]  # fmt: skip

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    def get_queryset(self, request):
        events = super().get_queryset(request).prefetch_related("texts")
        return events.using(getattr(request, "read_from", DEFAULT_DB_ALIAS))

    def get_object(self, request, object_id, from_field=None):
        event = super().get_object(request, object_id, from_field)
        if event is not None:
            event.address_of_ticket = tickets.addresses(request.user)
        return event

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        told = sentence(obj, titles_for([obj], request.user))
        return super().render_change_form(request, context | {"sentence": told}, add, change, form_url, obj)

    def get_changelist(self, request, **kwargs):
        return LogChangeList

    def get_search_results(self, request, queryset, search_term):
        return queryset, False

    def get_urls(self):
        export_view = self.admin_site.with_reauthentication(self.export_view)
        ours = [
            path("export/", self.admin_site.admin_view(export_view), name="audit_auditevent_export"),
            path("verify/", self.admin_site.admin_view(self.verify_view), name="audit_auditevent_verify"),
            path("receipt/", self.admin_site.admin_view(self.receipt_view), name="audit_auditevent_receipt"),
            path("summary/", self.admin_site.admin_view(self.summary_view), name="audit_auditevent_summary"),
            path(
                "session/<uuid:assumed_session>/", self.admin_site.admin_view(self.timeline_view),
                name="audit_auditevent_timeline",
            ),
        ]  # fmt: skip
        return ours + super().get_urls()

    def has_export_permission(self, request):
        return self.has_view_permission(request) and request.user.has_perm("audit.export_auditevent")

    @method_decorator(may_read_replica)
    def changelist_view(self, request, extra_context=None):
        lost, declared, verification = undeclared.undeclared(), restores.newest(), latest_verification()
        shown = {
            "may_export": self.has_export_permission(request),
            "verification": verification,
            "verified": now.in_words(verification) if verification else "",
            "undeclared": undeclared.undeclared_sentence(lost[0]) if lost else "",
            "restored": declared,
            "restored_at": datetime.fromisoformat(declared.at) if declared else None,
        }
        return super().changelist_view(request, shown | (extra_context or {}))

    def export_view(self, request):
        """Return the filtered list as a file; the export is recorded first."""
        if request.method != "POST" or not self.has_export_permission(request):
            raise PermissionDenied
        back = f"{reverse('admin:audit_auditevent_changelist')}?{request.GET.urlencode()}"
        self.admin_site.require_reauthentication(request, back=back, button=_("Export"))
        if request.POST.get("format") not in export.FORMATS:
            return HttpResponseBadRequest()
        lines, content_type = export.FORMATS[request.POST["format"]]
        try:
            changes: Any = self.get_changelist_instance(request)
            queryset = changes.everything()
        except IncorrectLookupParameters:
            return HttpResponseBadRequest()
        head = export.record(request.POST["format"], request.GET.urlencode())
        name = f"audit-{timezone.now().astimezone(UTC):%Y%m%dT%H%M%SZ}.{request.POST['format']}"
        return export.attachment(lines(queryset, head), name=name, content_type=content_type)

    def verify_view(self, request):
        """Verify the whole log with progress on the page; everybody who may read it may (audit/verification/now.py)."""
        if request.method != "POST" or not self.has_view_permission(request):
            raise PermissionDenied
        back = reverse("admin:audit_auditevent_changelist")
        refused = now.why_not_now(now.events_to_verify(seals.newest()))
        try:
            steps = None if refused else now.begin()
        except UnreadableAnchors:
            refused = gettext(
                "This server can't read its anchor file, so it can't verify. Ask the operator of the platform."
            )
            steps = None
        if steps is None:
            messages.warning(request, refused or now.under_way())
            return redirect(back)
        return self.admin_site.answer_with_progress(request, steps, go=back)

    def receipt_view(self, request):
        """Compare a pasted receipt with the log; nothing is changed or recorded."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        form = ReceiptForm(request.POST if request.method == "POST" else None)
        form.is_valid()
        shown = {"title": _("Check a receipt"), "form": form}
        return self.page(request, "admin/audit/auditevent/receipt.html", shown)

    @method_decorator(may_read_replica)
    def summary_view(self, request):
        if not self.has_view_permission(request):
            raise PermissionDenied
        choices = {"4": 4, "12": 12, "52": 52}
        weeks = choices.get(request.GET.get("weeks", ""), 12)
        found = summary(weeks=weeks, read_from=request.read_from)
        shown = {"title": _("How Login as User is used"), "summary": found, "weeks": weeks, "choices": choices.values()}
        return self.page(request, "admin/audit/auditevent/summary.html", shown)

    def timeline_view(self, request, assumed_session):
        if not self.has_view_permission(request):
            raise PermissionDenied
        story = timeline(assumed_session, reader=request.user)
        if story is None:
            raise Http404
        ticket = (story.reason or {}).get("ticket", "")
        shown = {
            "title": _("Timeline of an assumed session"),
            "story": story,
            "assumed_session": assumed_session,
            "ticket_address": tickets.addresses(request.user)(ticket) if ticket else "",
        }
        return self.page(request, "admin/audit/auditevent/timeline.html", shown)

    def page(self, request, template, shown):
        request.current_app = self.admin_site.name
        return render(request, template, self.admin_site.each_context(request) | {"opts": self.opts} | shown)

    @admin.display(description=_("Assumed session"))
    def story(self, event):
        if event.assumed_session is None:
            return "–"
        address = reverse("admin:audit_auditevent_timeline", args=[event.assumed_session])
        return format_html('<a href="{}">{}</a>', address, _("Open its timeline"))

    @admin.display(description=_("More of them"))
    def theirs(self, event):
        """Return links to all events of the same actor and of the same target."""
        asked = [
            (_("Everything by the actor"), "actor", event.actor_id),
            (_("Everything on behalf of the same person"), "target", event.target_id),
        ]
        address = reverse("admin:audit_auditevent_changelist")
        links = [(address, name, number, label) for label, name, number in asked if number is not None]
        return format_html_join(" · ", '<a href="{}?{}={}">{}</a>', links) or "–"

    @admin.display(description=_("Hash of the event before"))
    def previous_hash(self, event):
        return event.prev_hash

    @admin.display(description=_("Hash of this event"))
    def hash_of_event(self, event):
        return event.entry_hash

    @admin.display(description=_("Time"))
    def time(self, event):
        return to_the_second(event.at)

    @admin.display(description=_("Kind"))
    def kind_label(self, event):
        marks = format_html_join(
            "", '<br><strong class="audit-doubt">{}</strong>', ((doubt,) for doubt in doubts(event))
        )
        return format_html("{}{}", kind_label(event), marks)

    @admin.display(description=_("Outcome"))
    def outcome_label(self, event):
        return outcome_label(event)

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
            reason = reason_in_words(reason)
            if reason.get("ticket"):
                reason["ticket"] = tickets.linked(reason["ticket"], event.address_of_ticket(reason["ticket"]))
            head = [(reason[key],) for key in ("category", "ticket", "mode") if reason.get(key)]
            return format_html("{}<br>{}", reason.get("text", ""), format_html_join(" · ", "{}", head))
        detail = said(event, Part.DETAIL) or {}
        shown = (detail.get(key) for key in ("refusal", "cause", "summary", "path"))
        return " · ".join(words(word) for word in shown if word) or "–"

    @admin.display(description=_("Detail"))
    def detail(self, event):
        return detail_shown(event)

    @admin.display(description=_("Address and browser"))
    def came_from(self, event):
        actor = said(event, Part.ACTOR)
        if actor is None:
            return _("erased")
        return format_html("{}<br>{}", actor.get("address") or "–", actor.get("user_agent") or "–")
