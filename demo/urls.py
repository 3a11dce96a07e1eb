"""Addresses of the demo; each view answers 404 unless the demo is switched on."""

from django.urls import path

from . import views

urlpatterns = [
    path("demo/sign-in/<slug:name>/", views.demo_sign_in, name="demo_sign_in"),
    path("demo/tour/hide/", views.demo_tour_hide, name="demo_tour_hide"),
]
