"""URL configuration with a trivial view that reads request.user, a minimal page, and the compared products' views."""

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import include, path

from config.urls import urlpatterns as project

urlpatterns = [
    path("trivial/", lambda request: HttpResponse(request.user.email), name="trivial"),
    path("trivial/<int:pk>/", lambda request, pk: HttpResponse(request.user.email), name="trivial_object"),
    path("smallest/", lambda request: render(request, "impersonation/assumed_session.html"), name="smallest"),
    path("hijack/", include("hijack.urls")),
    path("impersonate/", include("impersonate.urls")),
    path("", include("loginas.urls")),
    *project,
]
