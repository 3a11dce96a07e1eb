"""Previews of items for content creators: the learner's page, without its buttons."""

from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from accounts.authorization.decorators import administration
from accounts.models import User

from .access_check.access import KINDS
from .forms import AnswersForm
from .models import Document, Event, Module
from .visibility.knowledge import reads_content


@require_safe
@administration
def item_preview(request, kind, pk):
    """Show a module, an event or a document as a learner would see it, published or not."""
    model = KINDS.get(kind)
    if model is None or not reads_content(model, request.user):
        raise Http404
    context = {"is_preview": True, "edit_address": reverse(f"admin:learning_{kind}_change", args=[pk])}
    if model is Module:
        return module_preview(request, pk, context)
    items = Event.objects.with_registration_of(request.user) if model is Event else Document.objects.all()
    page = Paginator([get_object_or_404(items, pk=pk)], 1).page(1)
    return render(request, f"learning/{kind}_list.html", context | {"page": page})


def module_preview(request, pk, context):
    """Show the module as a user sees it who has not begun it; the creator's own answers are left out."""
    module = get_object_or_404(Module.objects.with_progress_of(request.user), pk=pk)
    module.answered_count, module.started_at, module.submitted_at, module.earlier_at = 0, None, None, None
    module.has_earlier = False
    module.missing_count = module.interactions.filter(is_required=True).count()
    form = AnswersForm(module, User())
    context |= {"module": module, "form": form, "steps": form.shown_interactions(), "tries_left": module.tries}
    return render(request, "learning/module_detail.html", context)
