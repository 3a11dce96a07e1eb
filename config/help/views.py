"""Help pages. Each shows what its reader's rights make possible, and nothing else."""

from django.http import Http404
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.authorization.decorators import shows_nothing_personal
from learning.access_check.access import checks_somebody
from learning.access_check.understood import understood
from learning.views import query_of

from .pages import search
from .topics import LEARNER
from .topics_of_the_platform import PAGES


@require_safe
@shows_nothing_personal
def help_index(request):
    """Show the pages for the roles of the reader, or what a search finds on them."""
    query, pages = query_of(request), pages_for(request)
    checks = not request.assumed_session and checks_somebody(request.user)
    context = {
        "query": query,
        "pages": [(page, page.topics_for(request.user)) for page in pages],
        "hits": search(pages, request.user, query) if query else [],
        "questions": understood(request.user, query) if query and checks else [],
        "checks_somebody": checks,
    }
    return render(request, "help/index.html", context)


@require_safe
@shows_nothing_personal
def help_page(request, name):
    """Show the page of one role; 404 if the reader doesn't have it."""
    pages = pages_for(request)
    page = next((page for page in pages if page.name == name), None)
    if page is None:
        raise Http404
    context = {"page": page, "topics": page.topics_for(request.user), "pages": pages}
    context["checks_somebody"] = page.name == "support" and checks_somebody(request.user)
    return render(request, "help/page.html", context)


@require_safe
@shows_nothing_personal
def help_login_as(request):
    return render(request, "help/login_as.html")


def pages_for(request):
    """Return the pages for the roles of the reader; in an assumed session the one of learners alone."""
    return [LEARNER] if request.assumed_session else [page for page in PAGES if page.may(request.user)]
