"""User import on pages: upload, preview, confirm. Only changes that were previewed are made."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.text import capfirst
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

from . import Choices, Plan, UsersChanged, rejected_rows, uploads
from .confirm import fingerprint, import_users, why_not_import
from .forms import MAX_QUESTIONS, AnswersForm, ColumnsForm, ImportForm, said_by
from .mapping.remembered import mapping_of
from .planning.mass_change import NotConfirmed, mass_change
from .planning.plan import Update
from .problems import Unreadable
from .uploads import KEPT_MINUTES, MAX_MEGABYTES

SHOWN = 50


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
            upload = uploads.keep(request, form.cleaned_data["file"])
            try:
                headings = upload.table().headings.cells
            except Unreadable as error:
                return unreadable(request, error)
            return redirect("user_import_preview" if mapping_of(headings).columns else "user_import_columns")
    status = 422 if form.is_bound else 200
    return render(request, "accounts/import_upload.html", {"form": form}, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@with_reauthentication
@shows(gettext_lazy("Columns of an import"))
def user_import_columns(request):
    """Say what each column of the uploaded file is; nothing is imported yet."""
    demand_right(request.user)
    require_reauthentication(request, button=_("See what would change"))
    upload = uploads.kept(request)
    if upload is None:
        return file_is_gone(request)
    try:
        form = ColumnsForm(request.POST or None, table=upload.table(), choices=upload.choices)
    except Unreadable as error:
        return unreadable(request, error)
    if request.method == "POST" and form.is_valid():
        uploads.decide(request, form.decided())
        return redirect("user_import_preview")
    context = {"form": form, "file": upload.name, "minutes": KEPT_MINUTES}
    return render(request, "accounts/import_columns.html", context, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@with_reauthentication
@shows(gettext_lazy("Preview of an import"))
def user_import_preview(request):
    """Preview the import; on POST, cancel it, answer its questions, or apply the previewed plan."""
    demand_right(request.user)
    step = request.POST.get("step")
    if step == "cancel":
        uploads.forget(request)
        messages.info(request, _("Nothing was imported, and the file is forgotten."))
        return redirect("user_import")
    require_reauthentication(request, button=_("Import"))
    upload = uploads.kept(request)
    if upload is None:
        return file_is_gone(request)
    plan = upload.plan(request)
    if request.method != "POST":
        return preview(request, upload, plan)
    if step == "answer":
        return answer(request, upload, plan)
    if step == "again":
        uploads.decide(request, undecided(upload.choices))
        return redirect("user_import_preview")
    try:
        run = import_users(plan, actor=request.user, seen=request.POST.get("seen", ""), typed=typed(request))
    except UsersChanged:
        return preview(request, upload, upload.plan(request), has_changed=True)
    except NotConfirmed:
        return preview(request, upload, plan, is_unconfirmed=True)
    uploads.forget(request)
    messages.success(request, _("Imported: %(what)s.") % {"what": in_words(run.counts)})
    return redirect("user_import")


def answer(request, upload: uploads.Upload, plan: Plan):
    """Keep the answers to the questions of the plan, and show what the import would do with them."""
    form = AnswersForm(request.POST, plan=plan)
    if plan.columns is None or not form.is_valid():
        return preview(request, upload, plan, has_changed=True)
    uploads.decide(request, form.decided(upload.choices, plan.columns))
    return redirect("user_import_preview")


def undecided(choices: Choices) -> Choices:
    """Return the choices without answers to questions, which are asked again then."""
    mapping = choices.mapping and replace(choices.mapping, statuses={}, departments={}, job_profiles={})
    return replace(choices, mapping=mapping, same={}, same_addresses=None, left_out=frozenset())


def typed(request) -> int | None:
    """Return the number that was typed to confirm a mass change, or None."""
    text = request.POST.get("typed", "").strip().replace(",", "").replace(".", "").replace(" ", "")
    return int(text) if text.isdecimal() and len(text) < 10 else None


@require_safe
@shows(gettext_lazy("Mapping of an import"))
def user_import_mapping(request):
    """Download what was said about the columns and words of the file, for the import command."""
    demand_right(request.user)
    upload = uploads.kept(request)
    if upload is None:
        raise Http404
    plan = upload.plan(request)
    if plan.columns is None:
        raise Http404
    mapping = upload.choices.mapping or said_by(plan.columns)
    return attachment([mapping.dumps()], name="mapping.json", content_type="application/json")


def file_is_gone(request):
    """Say that the file is not kept any more, and ask for it again."""
    message = _("The file is no longer here: it is kept for %(minutes)s minutes. Please choose it again.")
    messages.warning(request, message % {"minutes": KEPT_MINUTES})
    return redirect("user_import")


def unreadable(request, error: Unreadable):
    """Forget a file that can't be read, and say why beside the field for the next one."""
    uploads.forget(request)
    form = ImportForm(request.POST)
    form.errors["file"] = form.error_class([str(error.problem)])
    return render(request, "accounts/import_upload.html", {"form": form}, status=422)


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


def preview(request, upload: uploads.Upload, plan: Plan, *, has_changed: bool = False, is_unconfirmed: bool = False):
    """
    Render the preview.

    has_changed: whether the plan differs from the confirmed one (status 409). is_unconfirmed: whether the number of a
    mass change was not typed, or wrongly (status 422).
    """
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
        "answers": AnswersForm(plan=plan) if plan.questions else None,
        "more_questions": max(0, len(plan.questions) - MAX_QUESTIONS),
        "has_decided": upload.choices != undecided(upload.choices),
        "mass_change": mass_change(plan),
        "is_unconfirmed": is_unconfirmed,
        "may_be_applied": plan.can_be_applied,
        "seen": fingerprint(plan),
        "has_changed": has_changed,
        "minutes": KEPT_MINUTES,
    }
    status = 409 if has_changed else 422 if is_unconfirmed else 200
    return render(request, "accounts/import_preview.html", context, status=status)


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
