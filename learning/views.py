"""Pages of learners. GET requests never write; POST requests are allowed on behalf of a user."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import BigIntegerField
from django.http import Http404, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from accounts import policy
from accounts.authorization.decorators import allowed_on_behalf, post_only, shows
from accounts.first_hour.steps import checklist_of_dashboard

from . import reads
from .actions import do_again
from .downloads import download
from .forms import AnswersForm
from .models import (
    AlreadySubmitted,
    AnswersChanged,
    AnswersWrong,
    Document,
    Interaction,
    InteractionsMissing,
    Module,
    NotDueAgain,
    Status,
)
from .outcome import judged, result_of
from .reads import ON_DASHBOARD, PER_PAGE, by_urgency, modules_in_full

OPEN_ON_DASHBOARD = 9
# The page is shown again with its errors; the audit event of an assumed session then says "refused", not "done".
UNPROCESSABLE = 422
CONFLICT = 409


@require_safe
@shows(gettext_lazy("Dashboard"))
def dashboard(request):
    """Show the modules that are due, what is done, the next events and the newest documents."""
    user = request.user
    modules = by_urgency(reads.MODULES_SEEN.objects(user))
    done = [module for module in modules if module.status == Status.DONE]
    left = modules[: len(modules) - len(done)]
    context = {
        "open_modules": modules_in_full(left[:OPEN_ON_DASHBOARD], user),
        "open_count": len(left),
        "overdue": [module for module in left if module.status == Status.OVERDUE],
        "expired": [module for module in left if module.status == Status.EXPIRED],
        "done_modules": sorted(done, key=lambda module: module.submitted_at, reverse=True)[:ON_DASHBOARD],
        "done_count": len(done),
        "events": reads.NEXT_EVENTS.objects(user),
        "documents": reads.NEWEST_DOCUMENTS.objects(user),
        "checklist": checklist_of_dashboard(user, request.assumed_session),
        "may_add": may_add(request, "module"),
    }
    return render(request, "learning/dashboard.html", context)


@require_safe
@shows(gettext_lazy("List of modules"))
def module_list(request):
    query = query_of(request)
    page = page_of(request, by_urgency(modules_seen(request.user, query)))
    page.object_list = modules_in_full(page.object_list, request.user)
    context = {"page": page, "query": query, "may_add": may_add(request, "module")}
    return render(request, "learning/module_list.html", context)


@require_safe
@shows(gettext_lazy("Module"), of=Module)
def module_detail(request, pk):
    return module_page(request, AnswersForm(visible_module(request, pk), request.user))


@post_only
@allowed_on_behalf
@shows(gettext_lazy("Module"), of=Module, page="module_detail")
def module_save(request, pk):
    """Store the answers given so far. The autosave script gets a short answer."""
    form = AnswersForm(visible_module(request, pk), request.user, request.POST)
    is_script = request.headers.get("Accept") == "application/json"
    try:
        if is_script and form.is_submitted:
            raise AlreadySubmitted
        is_kept = form.keep()
        status = status_of(form)
        if is_script:
            return JsonResponse(form.saved(), status=status)
        if not is_kept:
            return module_page(request, form, status=status)
    except AlreadySubmitted:
        if is_script:
            return JsonResponse({"saved": False}, status=CONFLICT)
        messages.warning(request, _("This module has been submitted; its answers stay as they are."))
    else:
        messages.success(request, _("Your answers are saved."))
    return redirect(form.module)


@post_only
@allowed_on_behalf
@shows(gettext_lazy("Module"), of=Module, page="module_detail")
def module_submit(request, pk):
    """Store the answers, then submit exactly what the page shows, or show what is missing or has changed."""
    form = AnswersForm(visible_module(request, pk), request.user, request.POST)
    try:
        if not form.keep():
            return module_page(request, form, status=status_of(form))
        form.module.submit_for(request.user, form.digests_shown())
    except AnswersChanged:
        return module_page(request, form, has_changed=True, status=CONFLICT)
    except InteractionsMissing as refusal:
        return module_page(request, form, missing=refusal.interactions, status=UNPROCESSABLE)
    except AnswersWrong as refusal:
        return module_page(request, form, wrong=refusal.interactions, status=UNPROCESSABLE)
    except AlreadySubmitted:
        messages.warning(request, _("This module has been submitted; its answers stay as they are."))
    else:
        praise(request, judged(form.asked))
    return redirect(form.module)


def praise(request, result):
    """Add praise if everything is right; otherwise the page that follows says how much is, in a tone that fits."""
    if result.is_all_right:
        messages.success(request, _("Submitted. Well done!"))


@post_only
@allowed_on_behalf
@shows(gettext_lazy("Module"), of=Module, page="module_detail")
def module_do_again(request, pk):
    """Open a submitted module again that is expired, due again, or not passed."""
    module = visible_module(request, pk)
    try:
        is_opened = do_again(request.user, module)
    except NotDueAgain:
        messages.warning(request, _("This module is not due again, so what you submitted stays."))
        return module_page(request, AnswersForm(module, request.user), status=CONFLICT)
    if is_opened:
        messages.success(request, _("You can answer this module again. What you submitted before is kept."))
    else:
        messages.info(request, _("This module is open: answer it, then submit."))
    return redirect(module)


def may_add(request, kind: str) -> bool:
    """Return whether the reader may write an item of this kind, as the button of an empty list says."""
    user = request.user
    return user.is_staff and policy.holds(user, f"learning.add_{kind}") and not request.assumed_session


def status_of(form):
    """Return the status of the page that sent answers: invalid answers count before conflicting ones."""
    if form.errors:
        return UNPROCESSABLE
    return CONFLICT if form.conflicts else 200


@require_safe
@shows(gettext_lazy("List of documents"))
def document_list(request):
    query = query_of(request)
    page = page_of(request, Document.objects.visible_to(request.user).matching(query))
    context = {"page": page, "query": query, "may_add": may_add(request, "document")}
    return render(request, "learning/document_list.html", context)


@require_safe
@shows(gettext_lazy("Download of a document"), of=Document)
def document_file(request, pk):
    """Return the file as an attachment, so that a browser stores it and never shows it as a page of the platform."""
    document = get_object_or_404(Document.objects.all().readable_by(request.user), pk=pk)
    return download(request, document.file, document.filename)


@require_safe
@shows(gettext_lazy("File of a module"), of=Interaction)
def interaction_file(request, pk):
    """Return the file of an interaction. Opening it does not answer the interaction: GET requests never write."""
    modules = Module.objects.all().readable_by(request.user)
    interaction = get_object_or_404(Interaction.objects.exclude(file=""), pk=pk, module__in=modules)
    return download(request, interaction.file, interaction.filename)


def visible_module(request, pk):
    """Return the module with the progress of the user. Raise Http404 if the user doesn't see it."""
    found = reads.MODULE_SEEN.objects(request.user, module=pk) if pk <= BigIntegerField.MAX_BIGINT else []
    if not found:
        raise Http404
    return found[0]


def module_page(request, form, *, missing=(), wrong=(), has_changed=False, status=200):
    # The stored answers count, although the module was fetched before.
    module = visible_module(request, form.module.pk) if form.is_bound else form.module
    if wrong or has_changed:
        form = AnswersForm(module, request.user)
    shown = form.shown_interactions()
    open_ids = {interaction.pk for interaction in missing}
    wrong_ids = {interaction.pk for interaction in wrong}
    unfit_ids = {each.interaction.pk for each in shown if each.field.errors}
    halted = [
        each.number for each in shown if each.interaction.pk in (open_ids or wrong_ids or unfit_ids or form.conflicts)
    ]
    context = {
        "module": module,
        "form": form,
        "steps": shown,
        "missing": [each for each in shown if each.interaction.pk in open_ids],
        "wrong": [each for each in shown if each.interaction.pk in wrong_ids],
        "conflicts": [each for each in shown if each.is_conflict],
        "has_changed": has_changed,
        "jump_to": min(halted, default=None),
        "tries_left": form.tries_left,
        "result": judged(form.asked) if wrong else result_of(form.asked),
        "first_wrong": next((each for each in shown if each.is_right is False), None),
        "earlier": module.earlier_submissions.filter(user=request.user.pk) if module.has_earlier else (),
        "checked_item": f"module-{module.pk}",
    }
    return render(request, "learning/module_detail.html", context, status=status)


def modules_seen(user, query):
    """Return the modules that the user sees and that match the query, with what their urgency needs."""
    if not query:
        return reads.MODULES_SEEN.objects(user)
    return reads.few_columns(Module.objects.visible_to(user).matching(query), user)


def query_of(request):
    return request.GET.get("q", "").replace("\0", "").strip()[:200]


def page_of(request, items):
    return Paginator(items, PER_PAGE).get_page(request.GET.get("page"))
