"""Assumed sessions in the Django admin: they can be read and ended, and nothing else."""

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponseNotAllowed
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext_lazy as _

from accounts.authentication.reauthentication import require_reauthentication, with_reauthentication
from audit import clock

from .actions import end_now
from .live_list import LiveList, StateFilter, rows
from .models import AssumedSession
from .objections.actions import REVIEW

# The titles of the lists other than that of live sessions (?state=…).
TITLES = {
    "ended": _("Assumed sessions that have ended"),
    "objected": _("Assumed sessions that people object to"),
}


@admin.register(AssumedSession)
class AssumedSessionAdmin(admin.ModelAdmin):
    list_display = ["started_at"]  # the template shows `LiveList.rows` instead of the admin's own columns
    list_display_links = None
    list_filter = [StateFilter]
    list_per_page = 50
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    actions = None
    fields = ["id", "actor", "target", "mode", "started_at", "last_active_at", "ended_at", "cause"]
    ordering = ["-started_at"]

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    def has_view_permission(self, request, obj=None):
        """Return whether the user may see live sessions, or review the sessions that people object to."""
        return super().has_view_permission(request, obj) or request.user.has_perm(REVIEW)

    def has_end_permission(self, request):
        return super().has_view_permission(request) and request.user.has_perm("impersonation.end_assumedsession")

    def get_queryset(self, request):
        sessions = AssumedSession.objects.with_rules().select_related("actor", "target").order_by(*self.ordering)
        if super().has_view_permission(request) or not request.user.has_perm(REVIEW):
            return sessions  # pages refuse a user with neither right
        return sessions.exclude(objected_at=None)

    def get_changelist(self, request, **kwargs):
        return LiveList

    def get_urls(self):
        end_view = self.admin_site.admin_view(with_reauthentication(self.end_view))
        return [path("<uuid:pk>/end/", end_view, name="impersonation_assumedsession_end"), *super().get_urls()]

    def changelist_view(self, request, extra_context=None):
        state = request.GET.get("state", "")
        if not state and request.user.has_perm(REVIEW) and not super().has_view_permission(request):
            return redirect(f"{request.path}?state=objected")
        live = state not in TITLES
        shown = {
            "title": TITLES.get(state, _("Live assumed sessions")),
            "state": state,
            "may_see_all": super().has_view_permission(request),
            "may_read_log": request.user.has_perm("audit.view_auditevent"),
            "live": live,
            "now": clock.now(),
            "may_end": live and self.has_end_permission(request),
        }
        return super().changelist_view(request, shown | (extra_context or {}))

    def end_view(self, request, pk):
        """Ask for confirmation (GET), and end one assumed session (POST); refuse users who may only read the list."""
        if not self.has_end_permission(request):
            raise PermissionDenied
        require_reauthentication(request, button=str(_("End now")))
        if request.method not in ("GET", "HEAD", "POST"):
            return HttpResponseNotAllowed(["GET", "HEAD", "POST"])
        session = self.get_queryset(request).filter(pk=pk).first()
        if session is None:
            raise Http404
        [row] = rows([session], reader=request.user)
        if request.method == "POST":
            if end_now(session, actor=request.user):
                said = _("The assumed session of %(name)s was ended. The next click logs them out.")
                messages.success(request, said % {"name": row.actor})
            else:
                messages.info(request, _("This assumed session had already ended."))
            return redirect("admin:impersonation_assumedsession_changelist")
        request.current_app = self.admin_site.name
        context = {"title": _("End this assumed session?"), "opts": self.opts, "row": row}
        page = "admin/impersonation/assumedsession/end.html"
        return render(request, page, self.admin_site.each_context(request) | context)
