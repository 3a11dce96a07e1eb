"""Assumed sessions in the Django admin: to read, for everybody, and to end. Nothing else can be done to them here."""

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponseNotAllowed
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from audit.reading import visible, words

from .live_list import LiveList, StateFilter, end_now, reasons_of
from .models import AssumedSession

ALWAYS = ["since", "actor_name", "target_name", "why", "mode_name"]
WHILE_LIVE = ["last_activity", "time_left"]
AFTERWARDS = ["end_time", "end_cause"]


@admin.register(AssumedSession)
class AssumedSessionAdmin(admin.ModelAdmin):
    list_display = [*ALWAYS, *WHILE_LIVE]
    list_display_links = ["since"]
    list_filter = [StateFilter, "mode", "started_at"]
    list_per_page = 50
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    actions = None
    fields = readonly_fields = [*ALWAYS, "last_activity", *AFTERWARDS]
    ordering = ["-started_at"]

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    def has_end_permission(self, request):
        return self.has_view_permission(request) and request.user.has_perm("impersonation.end_assumedsession")

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("actor", "target")

    def get_changelist(self, request, **kwargs):
        return LiveList

    def get_list_display(self, request):
        if request.GET.get("state") == "ended":
            return [*ALWAYS, *AFTERWARDS]
        return [*ALWAYS, *WHILE_LIVE, *(["end_link"] if self.has_end_permission(request) else [])]

    def get_urls(self):
        end_view = self.admin_site.admin_view(self.end_view)
        return [path("<uuid:pk>/end/", end_view, name="impersonation_assumedsession_end"), *super().get_urls()]

    def changelist_view(self, request, extra_context=None):
        live = request.GET.get("state") != "ended"
        title = _("Who is logged in as whom now") if live else _("Assumed sessions that have ended")
        shown = {"title": title, "live": live, "now": timezone.now()}
        return super().changelist_view(request, shown | (extra_context or {}))

    def get_object(self, request, object_id, from_field=None):
        session = super().get_object(request, object_id, from_field)
        return session and with_reason(session)

    def end_view(self, request, pk):
        """Ask (GET), and end one assumed session (POST); who may only look is refused."""
        if not self.has_end_permission(request):
            raise PermissionDenied
        if request.method not in ("GET", "HEAD", "POST"):
            return HttpResponseNotAllowed(["GET", "HEAD", "POST"])
        session = self.get_queryset(request).filter(pk=pk).first()
        if session is None:
            raise Http404
        if request.method == "POST":
            if end_now(assumed_session=session, ended_by=request.user):
                said = _("The assumed session of %(name)s is ended; the next click logs them out.")
                messages.success(request, said % {"name": self.actor_name(session)})
            else:
                messages.info(request, _("This assumed session had already ended."))
            return redirect("admin:impersonation_assumedsession_changelist")
        shown = [self.actor_name, self.target_name, self.why, self.mode_name, self.since, self.last_activity]
        context = {
            "title": _("End this assumed session?"),
            "opts": self.opts,
            "is_over": self.is_over(session),
            "facts": [(show.short_description, show(with_reason(session))) for show in shown],
        }
        request.current_app = self.admin_site.name
        page = "admin/impersonation/assumedsession/end.html"
        return render(request, page, self.admin_site.each_context(request) | context)

    def is_over(self, session):
        return session.ended_at is not None or session.lapse(timezone.now()) is not None

    @admin.display(description=_("Since"), ordering="started_at")
    def since(self, session):
        return moment(session.started_at)

    @admin.display(description=_("Actor"))
    def actor_name(self, session):
        return named(session.actor, session.actor_id)

    @admin.display(description=_("On behalf of"))
    def target_name(self, session):
        return named(session.target, session.target_id)

    @admin.display(description=_("Reason"))
    def why(self, session):
        if session.reason is None:
            return gettext("erased")
        head = " · ".join(words(session.reason[key]) for key in ("category", "ticket") if session.reason.get(key))
        return format_html("{}<br>{}", session.reason.get("text", ""), head)

    @admin.display(description=_("Mode"), ordering="mode")
    def mode_name(self, session):
        return session.get_mode_display()

    @admin.display(description=_("Last activity"), ordering="last_active_at")
    def last_activity(self, session):
        return moment(session.last_active_at)

    @admin.display(description=_("Time left"))
    def time_left(self, session):
        minutes = session.minutes_left
        return ngettext("%(minutes)s minute", "%(minutes)s minutes", minutes) % {"minutes": minutes}

    @admin.display(description=_("Ended"), ordering="ended_at")
    def end_time(self, session):
        if session.ended_at is None and self.is_over(session):
            return moment(session.ends_at)
        return moment(session.ended_at) if session.ended_at else "–"

    @admin.display(description=_("Cause"), ordering="cause")
    def end_cause(self, session):
        return words(session.cause or session.lapse(timezone.now()) or "–")

    @admin.display(description=_("End"))
    def end_link(self, session):
        address = reverse("admin:impersonation_assumedsession_end", args=[session.pk])
        said = gettext("the assumed session of %(name)s") % {"name": self.actor_name(session)}
        text = '<a class="button" href="{}">{}<span class="visually-hidden">: {}</span></a>'
        return format_html(text, address, gettext("End now"), said)


def with_reason(session):
    """The session with its reason, as the list brings it along for all of its rows."""
    session.reason = reasons_of([session.pk]).get(session.pk)
    return session


def named(person, person_id):
    """Somebody by name, or by number once they were deleted; what a name might hide is spelled out."""
    return visible(person.name) if person else gettext("person %(id)s") % {"id": person_id}


def moment(at):
    return date_format(timezone.localtime(at), "Y-m-d H:i")
