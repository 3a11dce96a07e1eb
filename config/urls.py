"""Root URL configuration."""

from django.contrib import admin
from django.urls import include, path

from .help import views as help_views
from .monitoring.views import metrics_page

urlpatterns = [
    path("", include("learning.urls")),
    path("", include("accounts.users.urls")),
    path("", include("accounts.user_import.urls")),
    path("", include("accounts.permission_setup.urls")),
    path("", include("accounts.organisation.urls")),
    path("", include("accounts.organisation.brand.urls")),
    path("", include("accounts.first_hour.urls")),
    path("", include("accounts.authentication.urls")),
    path("", include("impersonation.urls")),
    path("help/", help_views.help_index, name="help_index"),
    path("help/login-as-user/", help_views.help_login_as, name="help_login_as"),
    path("help/<slug:name>/", help_views.help_page, name="help_page"),
    path("", include("demo.urls")),
    path("admin/", admin.site.urls),
    path("metrics", metrics_page, name="metrics"),
]

handler400 = "config.views.bad_request"
handler403 = "config.views.permission_denied"
handler404 = "config.views.page_not_found"
handler500 = "config.views.server_error"
handler429 = "config.views.too_many_requests"  # used by allauth
