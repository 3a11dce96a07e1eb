"""The learning of one user, as somebody sees it who may see how far they are."""

from django.core.paginator import Paginator
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.authorization.changes import require
from accounts.authorization.decorators import administration
from accounts.authorization.lookup import get_visible_user_or_404
from learning.access_check.access import may_check
from learning.models import Document, Event, Status
from learning.reads import MODULES_SEEN, PER_PAGE, by_urgency, modules_in_full

from .overview import NEEDS_HELP
from .scope import why_not_see_progress

SHOWN = 10


@require_safe
@administration
def user_learning(request, pk):
    """Show what a user sees, by the rules of what they see themselves, and how far they are. No answer is shown."""
    person = get_visible_user_or_404(request.user, pk)
    require(why_not_see_progress(request.user, person))
    modules = by_urgency(MODULES_SEEN.objects(person))
    states = [module.status for module in modules]
    page = Paginator(modules, PER_PAGE).get_page(request.GET.get("page"))
    page.object_list = modules_in_full(page.object_list, person)
    events = Event.objects.visible_to(person).coming().with_registration_of(person).defer("description")
    documents = Document.objects.visible_to(person)
    context = {
        "person": person,
        "page": page,
        "late_count": sum(state in NEEDS_HELP for state in states),
        "done_count": states.count(Status.DONE),
        "open_count": len(states) - states.count(Status.DONE),
        "events": events[:SHOWN],
        "past": Event.objects.attended_by(person).defer("description")[:SHOWN],
        "documents": documents[:SHOWN],
        "document_count": documents.count(),
        "may_check": may_check(request.user, person),
    }
    return render(request, "learning/user_learning.html", context)
