"""
Exit and sign-out answer, whatever page was forced on somebody, and nobody is signed in afterwards.

Where a page can be forced on somebody is in the code: in what each of settings.MIDDLEWARE may answer instead of the
view, and in the decorators of views. FORCED_BY holds the states by these places, and a test compares its middleware
with the settings. Email addresses are never confirmed here (ACCOUNT_EMAIL_VERIFICATION), and the notice that somebody
opened an account stands on the dashboard, in nobody's way.
"""

from contextlib import contextmanager

import pytest
from allauth.mfa.totp.internal.auth import generate_totp_secret
from django.conf import settings
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.policy.rights import Right
from accounts.second_factor_keys import encrypt
from config.middleware import bodies, sent_twice
from impersonation.models import AssumedSession, Cause, Mode
from tests.support.assumed import log_in_as, sign_in
from tests.support.factories import permission_type

pytestmark = pytest.mark.django_db


def set_session(visitor, **values):
    session = visitor.session
    session.update(values)
    session.save()


@contextmanager
def asked_for_a_proof(visitor, _sam, lena):
    set_session(visitor, account_authentication_methods=[])
    assert "confirm-identity" in visitor.get(reverse("user_deactivate", args=[lena.pk])).url
    yield


@contextmanager
def asked_for_a_proof_too_often(visitor, sam, lena):
    with asked_for_a_proof(visitor, sam, lena):
        answers = [visitor.post(reverse("confirm_identity"), {"password": "wrong"}).status_code for _ in range(20)]
        assert answers[-1] == 429
        yield


@contextmanager
def refused_without_a_second_factor(visitor, sam, lena):
    sam.groups.add(permission_type("Careful", Right.WITH_SECOND_FACTOR.codename))
    assert visitor.get(reverse("user_deactivate", args=[lena.pk])).status_code == 403
    yield


@contextmanager
def asked_for_a_reason(visitor, _sam, lena):
    assert visitor.post(reverse("login_as", args=[lena.pk]), {"text": ""}).status_code == 422
    yield


@contextmanager
def refused_on_a_phone(visitor, _sam, lena):
    answer = visitor.get(reverse("login_as", args=[lena.pk]), headers={"Sec-CH-UA-Mobile": "?1"})
    assert answer.status_code == 403
    yield


@contextmanager
def asked_for_a_proof_by_the_package(visitor, _sam, _lena):
    set_session(visitor, account_authentication_methods=[])
    assert "reauthenticate" in visitor.get(reverse("mfa_activate_totp")).url
    yield


@contextmanager
def led_to_set_a_password(visitor, sam, _lena):
    sam.set_unusable_password()
    sam.save()
    sign_in(visitor, sam)
    assert visitor.get(reverse("account_change_password")).url == reverse("account_set_password")
    yield


@contextmanager
def told_that_a_form_is_out_of_date(visitor, _sam, lena):
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = visitor.cookies
    assert strict.post(reverse("user_deactivate", args=[lena.pk])).status_code == 403
    yield


@contextmanager
def told_that_it_is_too_much(visitor, _sam, _lena):
    page = reverse("dashboard")
    assert visitor.generic("POST", page, CONTENT_LENGTH=str(10**9)).status_code == 413
    assert visitor.generic("POST", page, headers={"Transfer-Encoding": "chunked"}).status_code == 411
    yield


@contextmanager
def told_that_too_much_is_being_sent(visitor, _sam, lena):
    taken = 0
    while bodies.FROM_PEOPLE.acquire(blocking=False):
        taken += 1
    try:
        assert visitor.post(reverse("user_deactivate", args=[lena.pk])).status_code == 503
        yield
    finally:
        bodies.FROM_PEOPLE.release(taken)


@contextmanager
def told_that_a_form_is_being_worked_on(visitor, _sam, _lena):
    """Whatever form comes, the first answer to it is still being made."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sent_twice, "PATIENCE", -1)
        patch.setattr(sent_twice, "form_of", lambda _request: "form:any")
        cache.set("form:any", sent_twice.RUNNING)
        assert visitor.post(reverse("module_save", args=[1])).status_code == 409
        yield


@contextmanager
def told_that_a_page_is_closed(visitor, _sam, lena):
    for name in ("account_change_password", "mfa_index", "admin:index"):
        assert visitor.get(reverse(name)).status_code == 403
    for pattern in ("user_deactivate", "login_as"):
        assert visitor.post(reverse(pattern, args=[lena.pk])).status_code == 403
    yield


@contextmanager
def told_that_it_only_looks(visitor, _sam, _lena):
    AssumedSession.objects.update(mode=Mode.LOOK_ONLY)
    assert visitor.post(reverse("module_save", args=[1])).status_code == 403
    yield


@contextmanager
def told_that_the_session_has_ended(_visitor, _sam, _lena):
    AssumedSession.objects.update(ended_at=timezone.now(), cause=Cause.REVOKED)
    yield


IN_ANY_ACCOUNT = {
    "config.middleware.bodies.BodyMiddleware": [told_that_it_is_too_much, told_that_too_much_is_being_sent],
    "config.middleware.browser_sessions.CsrfViewMiddleware": [told_that_a_form_is_out_of_date],
    "config.middleware.sent_twice.SentTwiceMiddleware": [told_that_a_form_is_being_worked_on],
}
IN_ONES_OWN = {
    "allauth.account.middleware.AccountMiddleware": [asked_for_a_proof_by_the_package, led_to_set_a_password],
    "accounts.authentication.reauthentication": [
        asked_for_a_proof, asked_for_a_proof_too_often, refused_without_a_second_factor,
    ],
    "impersonation.views.login_as": [asked_for_a_reason, refused_on_a_phone],
}  # fmt: skip
ON_BEHALF = {
    "impersonation.middleware.AssumedSessionMiddleware": [
        told_that_a_page_is_closed, told_that_it_only_looks, told_that_the_session_has_ended,
    ],
}  # fmt: skip
# These add headers, cookies and words, lead to another host or address whatever the request is, or serve files; the
# sign-in wall forces nothing on people who are signed in, and the browser session's answer is the sign-in page too.
FORCE_NOTHING = {
    "config.health.health_checks",
    "config.middleware.transport.explain_redirect_loops",
    "config.monitoring.middleware.watch_requests",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "config.middleware.common.response_headers",
    "config.middleware.common.audit_context",
    "config.middleware.cookies.ignore_foreign_cookies",
    "config.middleware.browser_sessions.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "config.middleware.last_refusals.keep_last_refusal",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "config.middleware.common.LoginRequiredMiddleware",
    "config.middleware.common.PreferencesMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "tests.support.late_answers.middleware",
}


def states(*groups):
    return [state for group in groups for found in group.values() for state in found]


def leave(visitor, way_out):
    """Leave, and assert that nobody is signed in afterwards."""
    response = visitor.post(reverse(way_out))
    assert response.status_code == 302
    assert visitor.get(response.url, follow=True).status_code == 200
    assert visitor.get(reverse("dashboard")).status_code == 302


def test_each_middleware_has_its_states():
    named = {*IN_ANY_ACCOUNT, *IN_ONES_OWN, *ON_BEHALF}
    assert {name for name in settings.MIDDLEWARE if name not in named} == FORCE_NOTHING


@pytest.mark.parametrize("forced", states(IN_ANY_ACCOUNT, IN_ONES_OWN), ids=lambda state: state.__name__)
def test_sam_signs_out_whatever_page_is_forced_on_him(client, sam, lena, forced):
    sign_in(client, sam)
    with forced(client, sam, lena):
        leave(client, "account_logout")


@pytest.mark.parametrize("forced", states(IN_ANY_ACCOUNT, ON_BEHALF), ids=lambda state: state.__name__)
@pytest.mark.parametrize("way_out", ["assumed_session_exit", "account_logout"])
def test_sam_gets_out_of_lenas_account_whatever_page_is_forced_on_him(client, sam, lena, forced, way_out):
    log_in_as(client, sam, lena)
    with forced(client, sam, lena):
        leave(client, way_out)
    assert AssumedSession.objects.get().ended_at


def test_who_gives_up_at_the_second_step_of_signing_in_is_nobody(client, lena):
    lena.authenticator_set.create(type="totp", data={"secret": encrypt(generate_totp_secret())})
    response = client.post(reverse("account_login"), {"login": lena.email, "password": "standin-demo"})
    assert response.url == reverse("mfa_authenticate")
    assert client.post(reverse("account_logout")).status_code == 302
    assert client.get(reverse("dashboard")).status_code == 302
    assert client.get(reverse("mfa_authenticate")).status_code == 302
