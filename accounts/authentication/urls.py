"""URLs of sign-in, step-up and second factors: only the pages of allauth that are used, each with its mark."""

from allauth.account import views as allauth
from allauth.mfa.base import views as second_factor
from allauth.mfa.recovery_codes import views as recovery_codes
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as keys
from django.urls import path, re_path

from accounts.authorization.decorators import own_account_only, sign_in_page, sign_out_page

from . import views
from .second_factors import on_record, readable

urlpatterns = [
    path("account/confirm-identity/", views.confirm_identity, name="confirm_identity"),
    path("accounts/2fa/", own_account_only(second_factor.index), name="mfa_index"),
    path("accounts/2fa/authenticate/", views.mfa_authenticate, name="mfa_authenticate"),
    path("accounts/2fa/reauthenticate/", own_account_only(second_factor.reauthenticate), name="mfa_reauthenticate"),
    path("accounts/2fa/app/", own_account_only(on_record(totp.activate_totp)), name="mfa_activate_totp"),
    path("accounts/2fa/app/remove/", own_account_only(on_record(totp.deactivate_totp)), name="mfa_deactivate_totp"),
    path(
        "accounts/2fa/codes/",
        own_account_only(readable(recovery_codes.view_recovery_codes)),
        name="mfa_view_recovery_codes",
    ),
    path(
        "accounts/2fa/codes/new/",
        views.mfa_generate_recovery_codes,
        name="mfa_generate_recovery_codes",
    ),
    path(
        "accounts/2fa/codes/file/",
        own_account_only(readable(recovery_codes.download_recovery_codes)),
        name="mfa_download_recovery_codes",
    ),
    path("accounts/2fa/keys/", own_account_only(keys.list_webauthn), name="mfa_list_webauthn"),
    path("accounts/2fa/keys/add/", own_account_only(on_record(keys.add_webauthn)), name="mfa_add_webauthn"),
    path(
        "accounts/2fa/keys/reauthenticate/",
        own_account_only(keys.reauthenticate_webauthn),
        name="mfa_reauthenticate_webauthn",
    ),
    path("accounts/2fa/keys/<int:pk>/edit/", own_account_only(keys.edit_webauthn), name="mfa_edit_webauthn"),
    path(
        "accounts/2fa/keys/<int:pk>/remove/",
        own_account_only(on_record(keys.remove_webauthn)),
        name="mfa_remove_webauthn",
    ),
    path("accounts/login/", sign_in_page(allauth.login), name="account_login"),
    path("accounts/language/", views.choose_language, name="choose_language"),
    path("accounts/logout/", sign_out_page(allauth.logout), name="account_logout"),
    path("accounts/inactive/", own_account_only(allauth.account_inactive), name="account_inactive"),
    path("accounts/reauthenticate/", own_account_only(allauth.reauthenticate), name="account_reauthenticate"),
    path(
        "accounts/password/change/",
        own_account_only(views.in_one_transaction(allauth.password_change)),
        name="account_change_password",
    ),
    path(
        "accounts/password/set/",
        own_account_only(views.in_one_transaction(allauth.password_set)),
        name="account_set_password",
    ),
    path("accounts/password/reset/", own_account_only(allauth.password_reset), name="account_reset_password"),
    path(
        "accounts/password/reset/done/",
        own_account_only(allauth.password_reset_done),
        name="account_reset_password_done",
    ),
    re_path(
        r"^accounts/password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        own_account_only(allauth.password_reset_from_key),
        name="account_reset_password_from_key",
    ),
    path(
        "accounts/password/reset/key/done/",
        own_account_only(allauth.password_reset_from_key_done),
        name="account_reset_password_from_key_done",
    ),
]
