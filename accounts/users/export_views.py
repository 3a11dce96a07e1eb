"""The export of the list: the same filters, within scope, on record before the first byte leaves."""

from __future__ import annotations

from datetime import UTC

from django.http import Http404, HttpResponseBadRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import policy
from accounts.authentication.reauthentication import require_reauthentication, with_reauthentication
from accounts.authorization.decorators import post_only
from accounts.policy.rights import Right
from audit import log
from audit.export import attachment
from audit.kinds import Kind

from .export import csv_lines, filters, joined, json_lines, may_export, recorded
from .filters import UserListForm


@post_only
@with_reauthentication
def user_export(request):
    """
    Export the listed users that the actor may export, as CSV or JSON Lines.

    The view answers POST alone, because an export is recorded: no link, prefetch or reload exports anything, and
    assumed sessions are closed to it.
    """
    if not may_export(request.user):
        raise Http404
    formats = {"csv": (csv_lines, "text/csv"), "jsonl": (json_lines, "application/jsonl")}
    chosen = request.POST.get("format", "")
    if chosen not in formats:
        return HttpResponseBadRequest()
    address = f"{reverse('user_list')}?{request.GET.urlencode()}"
    require_reauthentication(request, back=address, button=_("Export"))
    form = UserListForm(request.GET, actor=request.user)
    users = form.users().filter(policy.in_scope(request.user, Right.EXPORT_PEOPLE))
    with log.recording():
        ids, count = recorded(users)
        detail = {"format": chosen, "filters": filters(form), "people": count, "ids": ids}
        log.record(Kind.USERS_EXPORTED, detail=detail)
    lines, content_type = formats[chosen]
    name = f"people-{timezone.now().astimezone(UTC):%Y%m%dT%H%M%SZ}.{chosen}"
    return attachment(joined(lines(users, ids)), name=name, content_type=content_type)
