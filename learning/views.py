"""What a learner sees and does. Looking never writes; what is done here may be done on behalf."""

from django.contrib import messages
from django.db.models import F
from django.http import FileResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.text import get_valid_filename
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.markers import allowed_on_behalf

from . import answers
from .models import AlreadySubmitted, Document, Event, EventIsFull, EventIsOver, Module, NotComplete

SHOWN_ON_DASHBOARD = 6


@require_safe
def dashboard(request):
    """What is due first, what comes next, what is new."""
    modules = list(visible_modules(request.user))
    context = {
        "open_modules": [module for module in modules if module.status != "done"],
        "done_modules": [module for module in modules if module.status == "done"],
        "events": Event.objects.visible_to(request.user).coming().with_places_for(request.user)[:SHOWN_ON_DASHBOARD],
        "documents": Document.objects.visible_to(request.user).order_by("-created_at", "pk")[:SHOWN_ON_DASHBOARD],
    }
    return render(request, "learning/dashboard.html", context)


@require_safe
def module_list(request):
    query = request.GET.get("q", "")[:200]
    return render(
        request, "learning/module_list.html", {"modules": visible_modules(request.user).matching(query), "query": query}
    )


@require_safe
def module_detail(request, pk):
    return module_page(request, visible_module(request, pk))


@require_POST
@allowed_on_behalf
def module_save(request, pk):
    """Keep the answers given so far."""
    module = visible_module(request, pk)
    try:
        module.save_answers(request.user, answers.read(interactions_of(module), request.POST))
    except AlreadySubmitted:
        messages.warning(request, _("This module is submitted already; nothing was changed."))
    else:
        messages.success(request, _("Your answers are saved."))
    return redirect(module)


@require_POST
@allowed_on_behalf
def module_submit(request, pk):
    """Keep the answers and submit, or say exactly what is missing."""
    module = visible_module(request, pk)
    try:
        module.save_answers(request.user, answers.read(interactions_of(module), request.POST))
        module.submit_for(request.user)
    except NotComplete as incomplete:
        return module_page(request, visible_module(request, pk), missing=incomplete.missing, status=422)
    except AlreadySubmitted:
        messages.warning(request, _("This module is submitted already; nothing was changed."))
    else:
        messages.success(request, _("Submitted. Well done!"))
    return redirect(module)


def visible_modules(user):
    modules = Module.objects.visible_to(user).with_progress_of(user)
    return modules.order_by(F("due_at").asc(nulls_last=True), "title", "pk")


def visible_module(request, pk):
    return get_object_or_404(Module.objects.visible_to(request.user).with_progress_of(request.user), pk=pk)


def interactions_of(module):
    return list(module.interactions.prefetch_related("choices"))


def module_page(request, module, *, missing=(), status=200):
    given = module.answers_of(request.user)
    interactions = interactions_of(module)
    for interaction in interactions:
        interaction.field, interaction.answer = answers.field_name(interaction), given.get(interaction.pk)
    context = {"module": module, "interactions": interactions, "missing": missing}
    return render(request, "learning/module_detail.html", context, status=status)


@require_safe
def event_list(request):
    events = Event.objects.visible_to(request.user).coming().with_places_for(request.user)
    return render(request, "learning/event_list.html", {"events": events})


@require_POST
@allowed_on_behalf
def event_register(request, pk):
    event = get_object_or_404(Event.objects.visible_to(request.user), pk=pk)
    try:
        event.register(request.user)
    except EventIsFull:
        messages.warning(request, _("“%(title)s” is full.") % {"title": event.title})
    except EventIsOver:
        messages.warning(request, _("“%(title)s” has already begun.") % {"title": event.title})
    else:
        messages.success(request, _("You have a place at “%(title)s”.") % {"title": event.title})
    return redirect("event_list")


@require_POST
@allowed_on_behalf
def event_leave(request, pk):
    event = get_object_or_404(Event.objects.visible_to(request.user), pk=pk)
    event.leave(request.user)
    messages.success(request, _("You gave your place at “%(title)s” back.") % {"title": event.title})
    return redirect("event_list")


@require_safe
def document_list(request):
    documents = Document.objects.visible_to(request.user).order_by("title", "pk")
    return render(request, "learning/document_list.html", {"documents": documents})


@require_safe
def document_file(request, pk):
    """The file itself, always as a download."""
    document = get_object_or_404(Document.objects.visible_to(request.user), pk=pk)
    suffix = document.file.name.rpartition(".")[2]
    name = f"{get_valid_filename(document.title)}.{suffix}"
    return FileResponse(document.file.open("rb"), as_attachment=True, filename=name)
