"""URLs of the user import."""

from django.urls import path

from . import views

urlpatterns = [
    path("users/import/", views.user_import, name="user_import"),
    path("users/import/columns/", views.user_import_columns, name="user_import_columns"),
    path("users/import/preview/", views.user_import_preview, name="user_import_preview"),
    path("users/import/mapping/", views.user_import_mapping, name="user_import_mapping"),
    path("users/import/rejected/", views.user_import_rejected, name="user_import_rejected"),
]
