"""A factor that can't be read closes neither the others nor the way to new ones."""

from importlib import import_module

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.apps import apps
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.urls import reverse

from tests.support.second_factor import code_now

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def secret(lena):
    cache.clear()
    made = generate_totp_secret()
    TOTP.activate(lena, made)
    RecoveryCodes.activate(lena)
    return made


def by_password(person):
    browser = Client(raise_request_exception=False)
    browser.post(reverse("account_login"), {"login": person.email, "password": "standin-demo"})
    return browser


def test_a_recovery_code_opens_beside_an_app_that_cannot_be_read(lena, secret):
    code = Authenticator.objects.get(user=lena, type="recovery_codes").wrap().get_unused_codes()[0]
    Authenticator.objects.filter(user=lena, type="totp").update(data={"secret": "damaged"})
    browser = by_password(lena)
    assert browser.post(reverse("mfa_authenticate"), {"code": code}).status_code == 302


def test_recovery_codes_that_cannot_be_read_can_be_replaced(lena, secret):
    browser = by_password(lena)
    browser.post(reverse("mfa_authenticate"), {"code": code_now(secret)})
    browser.post(reverse("mfa_reauthenticate"), {"code": code_now(secret, later=1)})
    Authenticator.objects.filter(user=lena, type="recovery_codes").update(data={"seed": "damaged", "used_mask": 0})
    assert browser.get(reverse("mfa_generate_recovery_codes")).status_code == 200


def test_the_migration_wraps_nothing_under_a_key_that_is_gone(lena, secret):
    stored = {"secret": "k9:gAAAAunder-a-key-that-is-gone"}
    Authenticator.objects.filter(user=lena, type="recovery_codes").delete()
    Authenticator.objects.filter(user=lena, type="totp").update(data=stored)
    [operation] = import_module("accounts.migrations.0008_encrypted_second_factors").Migration.operations
    with connection.schema_editor() as editor:
        operation.code(apps, editor)
    assert Authenticator.objects.get(user=lena).data == stored
    assert by_password(lena).post(reverse("mfa_authenticate"), {"code": "123456"}).status_code == 200
