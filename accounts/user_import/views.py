"""User import on pages: upload, preview, confirm. Only changes that were previewed are made."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import replace

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from accounts.authentication.reauthentication import require_reauthentication, with_reauthentication
from accounts.authorization.decorators import accepts_uploads, shows
from accounts.policy import holds_anywhere
from accounts.policy.rights import Right
from accounts.users import progress
from audit.export import Echo, attachment, cell

from . import Choices, Plan, UsersChanged, example, skipped_rows, uploads
from .confirm import fingerprint, import_steps, is_as_seen
from .feed_state import feed_state
from .forms import MAX_QUESTIONS, AnswersForm, ColumnsForm, ImportForm, said_by
from .mapping.mapping import Mapping
from .mapping.remembered import mapping_of, remembered
from .planning.mass_change import NotConfirmed, mass_change, require_confirmed
from .previews import beginning, demand_right, described, typed
from .problems import Unreadable
from .runs.listing import last_runs
from .uploads import KEPT_MINUTES, MAX_MEGABYTES

# In the address of the preview: why an import that had begun was undone.
CHANGED, UNCONFIRMED = "changed", "unconfirmed"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


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
    return upload_page(request, form)


def upload_page(request, form: ImportForm):
    """Render the upload page with the last imports; status 422 if the form was sent."""
    status = 422 if form.is_bound else 200
    context = {"form": form, "feeds": feed_state(), "columns": example.COLUMNS, **last_runs()}
    return render(request, "accounts/import_upload.html", context, status=status)


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
    """Preview the import; on POST, cancel it, answer its questions, or apply the previewed plan, with progress."""
    demand_right(request.user)
    step = request.POST.get("step")
    if step == "cancel":
        uploads.forget(request)
        messages.info(request, _("Nothing was imported, and the file was deleted."))
        return redirect("user_import")
    require_reauthentication(request, button=_("Import"))
    upload = uploads.kept(request)
    if upload is None:
        return file_is_gone(request)
    plan = upload.plan(request)
    if request.method != "POST":
        return preview(request, upload, plan, stopped=request.GET.get("stopped", ""))
    if step == "answer":
        return answer(request, upload, plan)
    if step == "again":
        uploads.decide(request, undecided(upload.choices, mapping_said(upload, plan)))
        return redirect("user_import_preview")
    if not is_as_seen(plan, request.POST.get("seen", "")):
        return preview(request, upload, plan, stopped=CHANGED, status=409)
    try:
        require_confirmed(plan, typed(request))
    except NotConfirmed:
        return preview(request, upload, plan, stopped=UNCONFIRMED, status=422)
    return importing(request, plan)


def importing(request, plan: Plan):
    """Return the response to a confirmed import: its progress, then the page of the run, or the preview and why."""
    token, actor, seen, number = uploads.token_of(request), request.user, request.POST["seen"], typed(request)
    address = ""

    def steps() -> progress.Steps:
        nonlocal address
        try:
            run = yield from import_steps(plan, actor=actor, seen=seen, typed=number)
        except UsersChanged:
            address = f"{reverse('user_import_preview')}?stopped={CHANGED}"
        except NotConfirmed:
            address = f"{reverse('user_import_preview')}?stopped={UNCONFIRMED}"
        else:
            uploads.discard(token)
            address = f"{reverse('user_import_run', args=[run.pk])}?imported"

    return progress.answer(request, steps(), go=lambda: address)


def answer(request, upload: uploads.Upload, plan: Plan):
    """Keep the answers to the questions of the plan, and show what the import would do with them."""
    form = AnswersForm(request.POST, plan=plan)
    if plan.columns is None or not plan.questions:
        return preview(request, upload, plan, stopped=CHANGED, status=409)
    if not form.is_valid():
        return preview(request, upload, plan, answers=form, status=422)
    uploads.decide(request, form.decided(upload.choices, plan.columns))
    return redirect("user_import_preview")


def undecided(choices: Choices, said: Mapping) -> Choices:
    """Return the choices without answers to questions, which are asked again then. said: the mapping of the plan."""
    mapping = replace(said, statuses={}, departments={}, job_profiles={})
    return replace(choices, mapping=mapping, same={}, same_addresses=None, left_out=frozenset())


def mapping_said(upload: uploads.Upload, plan: Plan) -> Mapping:
    """Return what was said about the columns and words of the file, now or at an earlier import."""
    return upload.choices.mapping or (plan.columns.mapping if plan.columns else Mapping())


def has_answers(choices: Choices, said: Mapping) -> bool:
    """Return whether questions were answered, now or at an earlier import."""
    now = choices.same or choices.left_out or choices.same_addresses is not None
    return bool(now or said.statuses or said.departments or said.job_profiles)


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
    message = _(
        "The file is no longer here: it was imported or discarded, or lay here for %(minutes)s minutes. "
        "Look at the last imports below, or choose it again."
    )
    messages.warning(request, message % {"minutes": KEPT_MINUTES})
    return redirect("user_import")


def unreadable(request, error: Unreadable):
    """Forget a file that can't be read, and say why beside the field for the next one."""
    uploads.forget(request)
    form = ImportForm(request.POST)
    form.errors["file"] = form.error_class([str(error.problem)])
    return upload_page(request, form)


@require_safe
@shows(gettext_lazy("Example file of an import"))
def user_import_example(request):
    """Download two made-up people as a file that can be imported here: CSV, or with ?format=xlsx an Excel workbook."""
    demand_right(request.user)
    if request.GET.get("format") != "xlsx":
        return attachment(example.csv_lines(request.user), name="people-example.csv", content_type="text/csv")
    headers = {"Content-Disposition": 'attachment; filename="people-example.xlsx"', "Cache-Control": "no-store"}
    return HttpResponse(example.workbook(request.user), content_type=XLSX, headers=headers)


@require_safe
@shows(gettext_lazy("Skipped rows of an import"))
def user_import_skipped(request):
    """Download the rows without effect, as the file has them, each with the reason."""
    demand_right(request.user)
    upload = uploads.kept(request)
    if upload is None:
        raise Http404
    plan = upload.plan(request)
    # Translated here, because a response that is streamed no longer knows the reader's language.
    lines = skipped_lines(upload, plan, [_("Line"), _("What is wrong"), *plan.headings])
    return attachment(lines, name="skipped-rows.csv", content_type="text/csv")


def preview(
    request,
    upload: uploads.Upload,
    plan: Plan,
    *,
    stopped: str = "",
    answers: AnswersForm | None = None,
    status: int = 200,
):
    """
    Render the preview.

    stopped: why nothing was imported: CHANGED if the plan differs from the confirmed one, UNCONFIRMED if the number of
    a mass change was not typed, or wrongly. answers: the form that was sent, if it has errors.
    """
    departments = sorted(plan.appearing.items(), key=lambda pair: (pair[0].id is not None, str(pair[0])))
    # Users who get another address, or are deactivated or reactivated, come first.
    updates = sorted(plan.updates, key=lambda update: not update.changes.keys() & {"email", "is_active"})
    said, left_alone = mapping_said(upload, plan), set(plan.left_alone)
    context = {
        "file": upload.name,
        "plan": plan,
        "remembered": remembered(plan.headings) if said.columns and not upload.choices.mapping else None,
        "counts": plan.counts(),
        "people": len(plan.creations) + len(plan.updates),
        "skipped": len({problem.line for problem in plan.skipped if problem.line is not None}),
        "lists": {
            "problems": beginning(plan.skipped),
            "notices": beginning([notice for notice in plan.notices if notice not in left_alone]),
            "departments": beginning(departments),
            "job_profiles": beginning(plan.job_profiles),
            "updates": beginning(updates, described),
            "creations": beginning(plan.creations),
        },
        "answers": answers or (AnswersForm(plan=plan) if plan.questions else None),
        "more_questions": max(0, len(plan.questions) - MAX_QUESTIONS),
        "has_decided": has_answers(upload.choices, said),
        "mass_change": mass_change(plan),
        "is_unconfirmed": stopped == UNCONFIRMED,
        "typed": request.POST.get("typed", ""),
        "may_be_applied": plan.can_be_applied,
        "seen": fingerprint(plan),
        "has_changed": stopped == CHANGED,
        "minutes": KEPT_MINUTES,
    }
    return render(request, "accounts/import_preview.html", context, status=status)


def skipped_lines(upload: uploads.Upload, plan: Plan, headings: list[str]) -> Iterator[str]:
    """Yield a CSV file to correct and upload again, with the line and reason in front, in columns that are not read."""
    writer = csv.writer(Echo(), quoting=csv.QUOTE_ALL)
    yield "\ufeff" + writer.writerow(map(cell, headings))
    for line, problems in skipped_rows(upload.open(), plan):
        reasons = (
            f"{problem.column}: {problem.message}" if problem.column else problem.message for problem in problems
        )
        yield writer.writerow(map(cell, [line.number, "; ".join(reasons), *line.cells]))
