"""Addresses of the organisation's pages."""

from django.urls import path

from . import views
from .job_profiles import views as profile_views

urlpatterns = [
    path("organisation/", views.organisation, name="organisation"),
    path("organisation/departments/<int:pk>/", views.department_detail, name="department_detail"),
    path("organisation/job-profiles/", profile_views.job_profile_list, name="job_profile_list"),
    path("organisation/job-profiles/<int:pk>/", profile_views.job_profile_detail, name="job_profile_detail"),
]
