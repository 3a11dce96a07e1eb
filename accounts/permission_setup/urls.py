"""Addresses of Permission setup."""

from django.urls import path

from . import views

urlpatterns = [
    path("users/<int:pk>/who-can-log-in/", views.who_can_log_in, name="who_can_log_in"),
    path("users/<int:pk>/log-in-as-whom/", views.log_in_as_whom, name="log_in_as_whom"),
    path("users/<int:pk>/protect/", views.user_protect, name="user_protect"),
    path("permissions/", views.permission_type_list, name="permission_type_list"),
    path("permissions/new/", views.permission_type_create, name="permission_type_create"),
    path("permissions/usual/", views.permission_types_usual, name="permission_types_usual"),
    path("permissions/<int:pk>/", views.permission_type_edit, name="permission_type_edit"),
    path("permissions/<int:pk>/delete/", views.permission_type_delete, name="permission_type_delete"),
    path("settings/", views.organisation_settings, name="organisation_settings"),
]
