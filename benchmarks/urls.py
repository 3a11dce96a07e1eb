"""URL configuration with a trivial view that reads request.user, an empty page, and the compared products' views."""

from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.urls import include, path

from config.urls import urlpatterns as project

EMPTY_PAGE = engines["django"].from_string('{% extends "base.html" %}')


def empty_page(request: HttpRequest) -> HttpResponse:
    """Return a page without contents: what every page has around it, the bar included."""
    return HttpResponse(EMPTY_PAGE.render({}, request))


urlpatterns = [
    path("trivial/", lambda request: HttpResponse(request.user.email), name="trivial"),
    path("trivial/<int:pk>/", lambda request, pk: HttpResponse(request.user.email), name="trivial_object"),
    path("smallest/", empty_page, name="smallest"),
    path("hijack/", include("hijack.urls")),
    path("impersonate/", include("impersonate.urls")),
    path("", include("loginas.urls")),
    *project,
]
