"""User Management, the own account, and of the sign-in package only the pages that are used."""

from allauth.account import views as allauth
from allauth.mfa.base import views as second_factor
from allauth.mfa.recovery_codes import views as recovery_codes
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as keys
from django.urls import path, re_path

from . import (
    access_history,
    import_pages,
    permission_views,
    remedy_pages,
    second_factor_pages,
    step_up_views,
    user_export,
    user_pages,
    views,
)
from .second_factors import on_record, readable

urlpatterns = [
    path("users/", views.user_list, name="user_list"),
    path("users/import/", import_pages.user_import, name="user_import"),
    path("users/import/preview/", import_pages.user_import_preview, name="user_import_preview"),
    path("users/import/rejected/", import_pages.user_import_rejected, name="user_import_rejected"),
    path("users/export/", user_export.user_export, name="user_export"),
    path("users/new/", user_pages.user_create, name="user_create"),
    path("users/<int:pk>/", views.user_detail, name="user_detail"),
    path("users/<int:pk>/edit/", user_pages.user_edit, name="user_edit"),
    path("users/<int:pk>/permission-types/", user_pages.user_permission_types, name="user_permission_types"),
    path("users/<int:pk>/deactivate/", user_pages.user_deactivate, name="user_deactivate"),
    path("users/<int:pk>/reactivate/", user_pages.user_reactivate, name="user_reactivate"),
    path("users/<int:pk>/invite/", user_pages.user_invite, name="user_invite"),
    path(
        "users/<int:pk>/second-factors/remove/",
        remedy_pages.user_remove_second_factors,
        name="user_remove_second_factors",
    ),
    path("users/<int:pk>/password-link/", remedy_pages.user_send_password_link, name="user_send_password_link"),
    path("users/<int:pk>/lift-sign-in-lock/", remedy_pages.user_lift_sign_in_lock, name="user_lift_sign_in_lock"),
    path("users/<int:pk>/who-can-log-in/", permission_views.who_can_log_in, name="who_can_log_in"),
    path("users/<int:pk>/log-in-as-whom/", permission_views.log_in_as_whom, name="log_in_as_whom"),
    path("users/<int:pk>/protect/", permission_views.user_protect, name="user_protect"),
    path("permissions/", permission_views.permission_type_list, name="permission_type_list"),
    path("permissions/new/", permission_views.permission_type_create, name="permission_type_create"),
    path("permissions/<int:pk>/", permission_views.permission_type_edit, name="permission_type_edit"),
    path("permissions/<int:pk>/delete/", permission_views.permission_type_delete, name="permission_type_delete"),
    path("settings/", permission_views.organisation_settings, name="organisation_settings"),
    path("account/", views.account, name="account"),
    path("account/confirm-identity/", step_up_views.confirm_identity, name="confirm_identity"),
    path("account/access-history/", access_history.access_history, name="access_history"),
    path("accounts/2fa/", second_factor.index, name="mfa_index"),
    path("accounts/2fa/authenticate/", step_up_views.mfa_authenticate, name="mfa_authenticate"),
    path("accounts/2fa/reauthenticate/", second_factor.reauthenticate, name="mfa_reauthenticate"),
    path("accounts/2fa/app/", on_record(totp.activate_totp), name="mfa_activate_totp"),
    path("accounts/2fa/app/remove/", on_record(totp.deactivate_totp), name="mfa_deactivate_totp"),
    path("accounts/2fa/codes/", readable(recovery_codes.view_recovery_codes), name="mfa_view_recovery_codes"),
    path(
        "accounts/2fa/codes/new/",
        second_factor_pages.mfa_generate_recovery_codes,
        name="mfa_generate_recovery_codes",
    ),
    path(
        "accounts/2fa/codes/file/",
        readable(recovery_codes.download_recovery_codes),
        name="mfa_download_recovery_codes",
    ),
    path("accounts/2fa/keys/", keys.list_webauthn, name="mfa_list_webauthn"),
    path("accounts/2fa/keys/add/", on_record(keys.add_webauthn), name="mfa_add_webauthn"),
    path("accounts/2fa/keys/reauthenticate/", keys.reauthenticate_webauthn, name="mfa_reauthenticate_webauthn"),
    path("accounts/2fa/keys/<int:pk>/edit/", keys.edit_webauthn, name="mfa_edit_webauthn"),
    path("accounts/2fa/keys/<int:pk>/remove/", on_record(keys.remove_webauthn), name="mfa_remove_webauthn"),
    path("accounts/login/", allauth.login, name="account_login"),
    path("accounts/logout/", allauth.logout, name="account_logout"),
    path("accounts/inactive/", allauth.account_inactive, name="account_inactive"),
    path("accounts/reauthenticate/", allauth.reauthenticate, name="account_reauthenticate"),
    path("accounts/password/change/", allauth.password_change, name="account_change_password"),
    path("accounts/password/set/", allauth.password_set, name="account_set_password"),
    path("accounts/password/reset/", allauth.password_reset, name="account_reset_password"),
    path("accounts/password/reset/done/", allauth.password_reset_done, name="account_reset_password_done"),
    re_path(
        r"^accounts/password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        allauth.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path(
        "accounts/password/reset/key/done/",
        allauth.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
]
