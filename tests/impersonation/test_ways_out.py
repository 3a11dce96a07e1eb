"""Whatever is out of order, exit and sign-out answer, and nobody is signed in afterwards: one disorder at a time."""

import sys
import zoneinfo
from contextlib import contextmanager

import pytest
from django.core import mail
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Organisation, User
from accounts.policy.rights import Right
from impersonation.models import AssumedSession, Mode
from tests.support.assumed import log_in_as, sign_in
from tests.support.factories import permission_type

pytestmark = pytest.mark.django_db


@contextmanager
def without_time_zones(_settings, _people):
    """Remove the zones of the operating system and of the package, as in the middle of an upgrade."""
    path, package = zoneinfo.TZPATH, {name: module for name, module in sys.modules.items() if name.startswith("tzdata")}
    timezone.get_default_timezone()  # a process that runs has read its own
    zoneinfo.reset_tzpath(())
    sys.modules.update(dict.fromkeys(["tzdata", *package]))
    zoneinfo.ZoneInfo.clear_cache()
    with pytest.raises(zoneinfo.ZoneInfoNotFoundError):
        zoneinfo.ZoneInfo("Europe/Lisbon")
    try:
        yield
    finally:
        zoneinfo.reset_tzpath(path)
        del sys.modules["tzdata"]
        sys.modules.update(package)


@contextmanager
def without_mail(settings, _people):
    settings.EMAIL_BACKEND = "tests.support.mail_backends.Down"
    yield


@contextmanager
def without_cache(settings, _people):
    settings.CACHES = {"default": {"BACKEND": "tests.support.cache_backends.Down"}}
    yield


@contextmanager
def without_files(settings, _people):
    settings.MEDIA_ROOT, settings.STATIC_ROOT = "/nowhere/media", "/nowhere/static"
    settings.AUDIT_ANCHOR_FILE = "/nowhere/anchors"
    yield


@contextmanager
def without_keys_of_second_factors(settings, people):
    people["sam"].authenticator_set.create(type="totp", data={"secret": "not of any key"})
    settings.SECOND_FACTOR_KEYS = {"other": b"x" * 32}
    yield


@contextmanager
def with_a_duty(_settings, people):
    """Sam's permission type asks for a second factor from now on."""
    people["sam"].groups.add(permission_type("Careful", Right.WITH_SECOND_FACTOR.codename))
    yield


@contextmanager
def with_a_password_from_nowhere(_settings, people):
    User.objects.filter(pk__in=[person.pk for person in people.values()]).update(password="md6$unknown")
    yield


@contextmanager
def without_the_company(_settings, _people):
    Organisation.objects.all().delete()
    yield


@contextmanager
def with_empty_names(_settings, people):
    pks = [person.pk for person in people.values()]
    User.objects.filter(pk__in=pks).update(first_name="", last_name="\u200b", department=None, job_profile=None)
    yield


DISORDERS = [
    without_time_zones, without_mail, without_cache, without_files, without_keys_of_second_factors, with_a_duty,
    with_a_password_from_nowhere, without_the_company, with_empty_names,
]  # fmt: skip


@pytest.fixture
def visitor():
    return Client(raise_request_exception=False)


@pytest.fixture(params=DISORDERS, ids=lambda disorder: disorder.__name__)
def disorder(request, settings, sam, lena):
    return lambda: request.param(settings, {"sam": sam, "lena": lena})


@pytest.mark.parametrize("mode", Mode.values)
@pytest.mark.parametrize("way_out", ["assumed_session_exit", "account_logout"])
def test_sam_gets_out_of_lenas_account_whatever_is_out_of_order(visitor, sam, lena, disorder, mode, way_out):
    log_in_as(visitor, sam, lena, mode=mode)
    with disorder():
        response = visitor.post(reverse(way_out))
        assert response.status_code == 302
        assert AssumedSession.objects.get().ended_at
        assert visitor.get(response.url).status_code == 200
    assert visitor.get(reverse("dashboard")).status_code == 302


def test_lena_signs_out_whatever_is_out_of_order(visitor, lena, disorder):
    sign_in(visitor, lena)
    with disorder():
        assert visitor.get(reverse("account_logout")).status_code in (200, 302)
        response = visitor.post(reverse("account_logout"))
        assert response.status_code == 302
        assert visitor.get(response.url, follow=True).status_code == 200
    assert visitor.get(reverse("dashboard")).status_code == 302


def test_the_mail_run_ends_whatever_is_out_of_order(visitor, sam, lena, disorder):
    log_in_as(visitor, sam, lena)
    with disorder():
        call_command("send_notices", verbosity=0)
    call_command("send_notices", verbosity=0)
    assert len(mail.outbox) <= 1
