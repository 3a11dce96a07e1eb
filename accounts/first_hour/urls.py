"""Addresses of the first steps."""

from django.urls import path

from . import views

urlpatterns = [
    path("first-steps/", views.first_steps, name="first_steps"),
    path("first-steps/hide/", views.first_steps_hide, name="first_steps_hide"),
    path("first-steps/test-mail/", views.first_steps_test_mail, name="first_steps_test_mail"),
]
