"""Addresses of User Management and of one's own account."""

from django.urls import path

from . import (
    activity_views,
    edit_views,
    export_views,
    preferences_views,
    remedy_views,
    saved_view_views,
    views,
)
from .bulk import views as bulk_views

urlpatterns = [
    path("users/", views.user_list, name="user_list"),
    path("users/views/", saved_view_views.user_saved_views, name="user_saved_views"),
    path("users/export/", export_views.user_export, name="user_export"),
    path("users/bulk/", bulk_views.user_bulk, name="user_bulk"),
    path("users/bulk/<int:pk>/", bulk_views.user_bulk_run, name="user_bulk_run"),
    path("users/new/", edit_views.user_create, name="user_create"),
    path("users/<int:pk>/", views.user_detail, name="user_detail"),
    path("users/<int:pk>/activity/", activity_views.user_activity, name="user_activity"),
    path("users/<int:pk>/edit/", edit_views.user_edit, name="user_edit"),
    path("users/<int:pk>/permission-types/", edit_views.user_permission_types, name="user_permission_types"),
    path("users/<int:pk>/deactivate/", edit_views.user_deactivate, name="user_deactivate"),
    path("users/<int:pk>/reactivate/", edit_views.user_reactivate, name="user_reactivate"),
    path("users/<int:pk>/invite/", edit_views.user_invite, name="user_invite"),
    path(
        "users/<int:pk>/second-factors/remove/",
        remedy_views.user_remove_second_factors,
        name="user_remove_second_factors",
    ),
    path("users/<int:pk>/password-link/", remedy_views.user_send_password_link, name="user_send_password_link"),
    path("users/<int:pk>/lift-sign-in-lock/", remedy_views.user_lift_sign_in_lock, name="user_lift_sign_in_lock"),
    path("account/", views.account, name="account"),
    path("account/preferences/", preferences_views.account_preferences, name="account_preferences"),
]
