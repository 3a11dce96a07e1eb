"""Addresses of the company's brand."""

from django.urls import path, re_path

from . import views

urlpatterns = [
    path("settings/brand/", views.brand_settings, name="brand_settings"),
    re_path(r"^brand/logo-(?P<version>[0-9a-f]{32})\.png\Z", views.brand_logo, name="brand_logo"),
    re_path(r"^brand/(?P<colour>[0-9a-f]{6})\.css\Z", views.brand_colours, name="brand_colours"),
]
