"""Sign-in by email address and password through allauth: sign-up is closed, and every event is recorded."""

from collections.abc import Callable
from contextlib import contextmanager
from copy import copy
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend
from allauth.account.forms import ResetPasswordForm
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from django.contrib import messages
from django.contrib.auth import get_user_model
from django.db import DatabaseError
from django.db.models.expressions import Combinable
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import second_factor_keys
from accounts.authorization.login_as import logs_in_as_somebody
from accounts.mail_domains import stored_form
from accounts.models import mails
from accounts.models.brand import read_shown
from accounts.policy.admin_pages import only_audits
from audit import context, log
from audit.kinds import Kind, Outcome
from audit.limits import record_within_limit
from audit.statements import Parameter, Statement

from . import browser_cookies
from .sign_in_limits import SignInLimits

FAILURES_A_MINUTE = 10
LED_TO = "signing_in_led_to"  # key in the browser session, for a second click on Sign in
SIGN_IN_BEGUN = "sign_in_begun"
# What other apps read about the user of each request in the same query: the name of the attribute, and its expression.
READ_WITH_USER: dict[str, Callable[[], Combinable]] = {}


def user_of_request():
    """Return the query for the user of a request, with what the policy and READ_WITH_USER need."""
    more = {name: expression() for name, expression in READ_WITH_USER.items()}
    users = get_user_model().objects.with_standing().annotate(**more)
    return users.filter(pk=Parameter("pk", users.model._meta.pk)).order_by()


USER_OF_REQUEST = Statement(user_of_request)


class EmailBackend(AuthenticationBackend):
    """
    Authentication backend that refuses a deactivated account exactly as a wrong password: counted, limited, recorded.

    `request.is_deactivated_account` alone says that the password was right, so that the form can say what to do.
    """

    has_met_deactivated = False

    def authenticate(self, request, **credentials):
        """Authenticate with the stored form of the email address."""
        if credentials.get("email"):
            credentials["email"] = stored_form(credentials["email"])
        user = super().authenticate(request, **credentials)
        if request is not None:
            request.is_deactivated_account = user is None and self.has_met_deactivated
        return user

    def get_user(self, user_id):
        """Return the user of a request with their rights in one query, because each page's navigation needs them."""
        user = next(iter(USER_OF_REQUEST.objects(pk=user_id)), None)
        return user if user is not None and self.user_can_authenticate(user) else None

    def _stash_user(self, user):
        # allauth calls this after the right password of a deactivated account. It would store the user here, take the
        # counted attempt back, record no failure and redirect to a page of its own.
        self.has_met_deactivated = True


class AccountAdapter(SignInLimits, DefaultAccountAdapter):
    error_messages = DefaultAccountAdapter.error_messages | {
        "email_password_mismatch": gettext_lazy("Email or password is wrong. Check both, then sign in again."),
    }

    def is_open_for_signup(self, request):
        return False

    def get_login_redirect_url(self, request):
        """Lead auditors to the log that they read, unless the form says where to go."""
        if only_audits(request.user):
            return reverse("admin:audit_auditevent_changelist")
        return super().get_login_redirect_url(request)

    def get_reauthentication_methods(self, user):
        """Drop the password if the user has a second factor: alone it would show recovery codes and allow a new key."""
        methods = super().get_reauthentication_methods(user)
        return [method for method in methods if method["id"] != "reauthenticate"] or methods

    def pre_login(self, request, user, **kwargs):
        """Store the session hash of the checked password, because a second factor may be asked for before `login`."""
        request.session[SIGN_IN_BEGUN] = user.get_session_auth_hash()
        return super().pre_login(request, user, **kwargs)

    def login(self, request, user):
        """
        Sign the user in and record the event in one transaction, so that no sign-in goes unrecorded.

        Raise ImmediateHttpResponse if the account was deactivated or got another password since the sign-in began.
        """
        begun_with = request.session.pop(SIGN_IN_BEGUN, "")
        if not (user.is_active and constant_time_compare(begun_with, user.get_session_auth_hash())):
            messages.error(request, _("Your account was changed meanwhile. Please sign in again."))
            raise ImmediateHttpResponse(redirect("account_login"))
        person = user.as_person()
        with as_before_if_undone(request), log.recording():
            super().login(request, user)
            log.record(Kind.SIGN_IN_SUCCEEDED, actor=person, target=person)

    def post_login(self, request, user, **given):
        """
        Lead people who log in as others to User Management instead of the dashboard.

        Store where signing in leads, because its form may be sent again before that page has loaded. The owner stays
        at the dashboard, where the first steps of a company are. The browser keeps the user's language, so that the
        page after sign-out, and after the end of an assumed session, speaks it too.
        """
        response: Any = super().post_login(request, user, **given)  # a redirect
        helps = logs_in_as_somebody(user) and not user.is_superuser
        if response.url == reverse("dashboard") and helps and user.sees_people:
            response["Location"] = reverse("user_list")  # the response itself stays, with its cookies
        request.session[LED_TO] = response.url
        return browser_cookies.remember_language(response, user.language_code)

    def authentication_failed(self, request, **credentials):
        """Record the attempt with its account, if there is one, and never with what was typed."""
        user = get_user_model().objects.filter(email=stored_form(credentials["email"].strip())).first()
        record_failure(request, user, "password")

    def logout(self, request):
        """Log out, with the event in one transaction: nobody is out without it, and the page says so."""
        person = request.user.as_person()
        with as_before_if_undone(request), log.recording():
            super().logout(request)
            log.record(Kind.SIGNED_OUT, actor=person, target=person)

    def set_password(self, user, password):
        """Store a password that the user chose, record the change, and notify the user by mail."""
        person = user.as_person()
        with log.recording():
            super().set_password(user, password)
            mails.tell_of_sign_in_change(mails.What.PASSWORD_CHANGED, user)
            log.record(Kind.USER_PASSWORD_CHANGED, actor=person, target=person)

    def send_notification_mail(self, template_prefix, user, context=None, email=None):
        """Put allauth's notifications into the outbox, except those of passwords, which `set_password` puts there."""
        what = mails.What.of_template(template_prefix)
        if what != mails.What.PASSWORD_CHANGED:
            mails.tell_of_sign_in_change(what, user)

    def send_mail(self, template_prefix, email, context):
        """Raise NotImplementedError: all mail goes through the outbox, where a slow mail server delays no request."""
        raise NotImplementedError(f"{template_prefix} has no place in the outbox")


@contextmanager
def as_before_if_undone(request):
    """Give the request its user and session of before if the database undoes a change of both, so that no page lies."""
    user, session = request.user, copy(request.session)
    try:
        yield
    except DatabaseError:
        request.user, request.session = user, session
        raise


def record_failure(request, user, way):
    """
    Record a failed sign-in or re-authentication: at most FAILURES_A_MINUTE for an account, or for an IP address.

    user: the account of the attempt, or None. way: "password" or "second factor".
    """
    actor = request.actor.as_person() if request.actor.is_authenticated else None
    record_within_limit(
        Kind.SIGN_IN_FAILED,
        what="failed sign-ins",
        by=user.pk if user else context.current().address,
        most=FAILURES_A_MINUTE,
        outcome=Outcome.REFUSED,
        actor=actor,
        target=user.as_person() if user else None,
        detail={"way": way},
    )


class PasswordLinkForm(ResetPasswordForm):
    """Form for a forgotten password. It looks up no user, so that its response does not reveal who has an account."""

    def clean_email(self):
        return stored_form(self.cleaned_data["email"])

    def save(self, request, **kwargs):
        mails.put_password_link_if_known(self.cleaned_data["email"])
        return self.cleaned_data["email"]


class SecondFactorAdapter(DefaultMFAAdapter):
    """Adapter that stores the secrets of authenticator apps and recovery codes encrypted."""

    def get_totp_issuer(self):
        """Return the company's name, which authenticator apps show beside the code."""
        return read_shown().name

    def encrypt(self, text):
        return second_factor_keys.encrypt(text)

    def decrypt(self, encrypted_text):
        return second_factor_keys.decrypt(encrypted_text)
