"""User import on pages: upload, preview, confirm. Only changes that were previewed are made."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from django import forms
from django.contrib import messages
from django.core.validators import FileExtensionValidator
from django.http import Http404
from django.shortcuts import redirect, render
from django.template.defaultfilters import filesizeformat
from django.utils.text import capfirst, format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_safe

from accounts.authentication.reauthentication import require_reauthentication, with_reauthentication
from accounts.authorization.changes import require
from accounts.authorization.decorators import accepts_uploads, shows
from accounts.models import User
from accounts.policy import holds_anywhere
from accounts.policy.rights import Right
from audit.export import Echo, attachment, cell

from . import Plan, UsersChanged, rejected_rows, uploads
from .confirm import fingerprint, import_users, why_not_import
from .planning.plan import Update
from .uploads import KEPT_MINUTES, MAX_BYTES, MAX_MEGABYTES

SHOWN = 50


class ImportForm(forms.Form):
    """Upload form; the preview checks the content of the file."""

    file = forms.FileField(
        label=gettext_lazy("File"),
        help_text=format_lazy(
            gettext_lazy("CSV or Excel (.csv, .xlsx), up to {limit} MB. Choose it, or drop it here."),
            limit=MAX_MEGABYTES,
        ),
        error_messages={
            "required": gettext_lazy("Choose a file first."),
            "empty": gettext_lazy("The file is empty."),
        },
        validators=[
            FileExtensionValidator(
                ["csv", "xlsx"], gettext_lazy("“.%(extension)s” can't be read here. Save the file as .xlsx or .csv.")
            )
        ],
        widget=forms.FileInput(
            attrs={
                "accept": ".csv,.xlsx",
                "data-max-bytes": MAX_BYTES,
                "data-too-large": format_lazy(
                    gettext_lazy("This file is too large: {limit} MB is the limit."), limit=MAX_MEGABYTES
                ),
            }
        ),
    )

    def clean_file(self):
        file = self.cleaned_data["file"]
        if file.size > MAX_BYTES:
            message = _("The file has %(size)s; %(limit)s MB is the limit. Split it, or ask whoever runs the platform.")
            raise forms.ValidationError(message % {"size": filesizeformat(file.size), "limit": MAX_MEGABYTES})
        return file


@require_http_methods(["GET", "HEAD", "POST"])
@accepts_uploads(MAX_MEGABYTES, may=lambda request: holds_anywhere(request.user, Right.IMPORT_PEOPLE))
@with_reauthentication
@shows(gettext_lazy("Import of people"))
def user_import(request):
    """Take an uploaded file; nothing is imported yet."""
    demand_right(request.user)
    require_reauthentication(request, button=_("See what would change"))
    form = ImportForm()
    if request.method == "POST":
        form = ImportForm(request.POST, request.FILES)
        if form.is_valid():
            uploads.keep(request, form.cleaned_data["file"])
            return redirect("user_import_preview")
    status = 422 if form.is_bound else 200
    return render(request, "accounts/import_upload.html", {"form": form}, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@with_reauthentication
@shows(gettext_lazy("Preview of an import"))
def user_import_preview(request):
    """Preview the import; on POST, cancel it or apply the previewed plan."""
    demand_right(request.user)
    if request.POST.get("step") == "cancel":
        uploads.forget(request)
        messages.info(request, _("Nothing was imported, and the file is forgotten."))
        return redirect("user_import")
    require_reauthentication(request, button=_("Import"))
    upload = uploads.kept(request)
    if upload is None:
        message = _("The file is no longer here: it is kept for %(minutes)s minutes. Please choose it again.")
        messages.warning(request, message % {"minutes": KEPT_MINUTES})
        return redirect("user_import")
    plan = upload.plan(request)
    if request.method != "POST":
        return preview(request, upload, plan)
    try:
        run = import_users(plan, actor=request.user, seen=request.POST.get("seen", ""))
    except UsersChanged:
        return preview(request, upload, upload.plan(request), has_changed=True)
    uploads.forget(request)
    messages.success(request, _("Imported: %(what)s.") % {"what": in_words(run.counts)})
    return redirect("user_import")


@require_safe
@shows(gettext_lazy("Rejected rows of an import"))
def user_import_rejected(request):
    """Download the rows without effect, as the file has them, each with the reason."""
    demand_right(request.user)
    upload = uploads.kept(request)
    if upload is None:
        raise Http404
    lines = rejected_lines(upload, upload.plan(request))
    return attachment(lines, name="rejected-rows.csv", content_type="text/csv")


def demand_right(user: User) -> None:
    """Raise Http404 if the user imports nowhere, and PermissionDenied with the reason if only for departments."""
    if not holds_anywhere(user, Right.IMPORT_PEOPLE):
        raise Http404
    require(why_not_import(user))


def preview(request, upload: uploads.Upload, plan: Plan, *, has_changed: bool = False):
    """Render the preview. has_changed: whether the plan differs from the confirmed one (status 409)."""
    departments = sorted(plan.appearing.items(), key=lambda pair: (pair[0].id is not None, str(pair[0])))
    # Users who get another address, or are deactivated or reactivated, come first.
    updates = sorted(plan.updates, key=lambda update: not update.changes.keys() & {"email", "is_active"})
    context = {
        "file": upload.name,
        "plan": plan,
        "counts": plan.counts(),
        "people": len(plan.creations) + len(plan.updates),
        "not_taken": len({problem.line for problem in plan.not_taken if problem.line is not None}),
        "notices": [notice for notice in plan.notices if notice not in plan.left_alone],
        "lists": {
            "problems": beginning(plan.not_taken),
            "departments": beginning(departments),
            "job_profiles": beginning(plan.job_profiles),
            "updates": beginning(updates, described),
            "creations": beginning(plan.creations),
        },
        "may_be_applied": not plan.problems and plan.changes_anything,
        "seen": fingerprint(plan),
        "has_changed": has_changed,
        "minutes": KEPT_MINUTES,
    }
    return render(request, "accounts/import_preview.html", context, status=409 if has_changed else 200)


def beginning(items: Sequence[Any], described: Callable[[Any], Any] = lambda item: item) -> dict[str, Any]:
    """Return the first SHOWN items, and the number of the others."""
    return {"items": [described(item) for item in items[:SHOWN]], "more": max(0, len(items) - SHOWN)}


def described(update: Update) -> tuple[Update, list[tuple[str, str, str]]]:
    """Return a change with its fields in words, each with its values before and after."""
    fields: Any = User._meta
    return update, [
        (capfirst(fields.get_field(name).verbose_name), in_cell(name, before), in_cell(name, after))
        for name, (before, after) in update.changes.items()
    ]


def in_cell(name: str, value: Any) -> str:
    if name == "is_active":
        return _("yes") if value else _("no")
    return "–" if value in (None, "") else str(value)


def in_words(counts: dict[str, int]) -> str:
    created, updated = counts["created"], counts["updated"]
    said = [
        ngettext("%(count)s person created", "%(count)s people created", created) % {"count": created},
        ngettext("%(count)s changed", "%(count)s changed", updated) % {"count": updated},
    ]
    return ", ".join(said)


def rejected_lines(upload: uploads.Upload, plan: Plan) -> Iterator[str]:
    """Yield a CSV file to correct and upload again, with the line and reason in front, in columns that are not read."""
    writer = csv.writer(Echo(), quoting=csv.QUOTE_ALL)
    yield "\ufeff" + writer.writerow(map(cell, [_("Line"), _("What is wrong"), *plan.headings]))
    for line, problems in rejected_rows(upload.open(), plan):
        reasons = (
            f"{problem.column}: {problem.message}" if problem.column else problem.message for problem in problems
        )
        yield writer.writerow(map(cell, [line.number, "; ".join(reasons), *line.cells]))
