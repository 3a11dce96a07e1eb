"""URLs of the user import."""

from django.urls import path

from . import views
from .runs import views as runs

urlpatterns = [
    path("users/import/", views.user_import, name="user_import"),
    path("users/import/columns/", views.user_import_columns, name="user_import_columns"),
    path("users/import/preview/", views.user_import_preview, name="user_import_preview"),
    path("users/import/mapping/", views.user_import_mapping, name="user_import_mapping"),
    path("users/import/example/", views.user_import_example, name="user_import_example"),
    path("users/import/skipped/", views.user_import_skipped, name="user_import_skipped"),
    path("users/import/runs/<int:pk>/", runs.user_import_run, name="user_import_run"),
    path("users/import/runs/<int:pk>/undo/", runs.user_import_undo, name="user_import_undo"),
]
