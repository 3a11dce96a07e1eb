"""Addresses of the organisation's pages."""

from django.urls import path

from . import edit_views, views
from .job_profiles import edit_views as profile_edit_views
from .job_profiles import views as profile_views

urlpatterns = [
    path("organisation/", views.organisation, name="organisation"),
    path("organisation/departments/<int:pk>/", views.department_detail, name="department_detail"),
    path("organisation/departments/new/", edit_views.department_create, name="department_create"),
    path("organisation/departments/<int:pk>/rename/", edit_views.department_rename, name="department_rename"),
    path("organisation/departments/<int:pk>/move/", edit_views.department_move, name="department_move"),
    path("organisation/departments/<int:pk>/merge/", edit_views.department_merge, name="department_merge"),
    path("organisation/departments/<int:pk>/delete/", edit_views.department_delete, name="department_delete"),
    path("organisation/job-profiles/", profile_views.job_profile_list, name="job_profile_list"),
    path("organisation/job-profiles/<int:pk>/", profile_views.job_profile_detail, name="job_profile_detail"),
    path("organisation/job-profiles/new/", profile_edit_views.job_profile_create, name="job_profile_create"),
    path(
        "organisation/job-profiles/<int:pk>/rename/", profile_edit_views.job_profile_rename, name="job_profile_rename"
    ),
    path("organisation/job-profiles/<int:pk>/merge/", profile_edit_views.job_profile_merge, name="job_profile_merge"),
    path(
        "organisation/job-profiles/<int:pk>/delete/", profile_edit_views.job_profile_delete, name="job_profile_delete"
    ),
]
