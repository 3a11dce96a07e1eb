"""Whatever a column holds that the database accepts, exit and sign-out answer, and nobody is signed in afterwards."""

from datetime import UTC, datetime

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import Group
from django.core.cache import cache
from django.core.management import call_command
from django.db import DatabaseError, models, transaction
from django.test import Client
from django.urls import reverse

from accounts.models import Department, JobProfile, Mail, Organisation, User
from accounts.models.mails import put
from config.models import CacheEntry
from impersonation.models import AssumedSession
from impersonation.notices import Notice
from tests.support.assumed import log_in_as, sign_in

pytestmark = pytest.mark.django_db
READ_ON_THE_WAY = [
    User, Department, JobProfile, Organisation, Group, EmailAddress, Authenticator, AssumedSession, Notice, Mail,
    CacheEntry,
]  # fmt: skip
FIRST, LAST = datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, 23, 59, tzinfo=UTC)


def odd_values(field):
    """Return values that no form would store, and that the database accepts unless a constraint forbids them."""
    if isinstance(field, models.JSONField):
        return [[], "text", {"by": "nobody", "text": 7}, 0]
    if isinstance(field, models.DateTimeField):
        return [FIRST, LAST, *([None] if field.null else [])]
    if isinstance(field, models.BooleanField):
        return [True, False]
    if isinstance(field, models.IntegerField):
        return [0, 32_767]
    if isinstance(field, models.CharField | models.TextField):
        return ["", "\u202e", "{{ x }}%s\\", "x" * (field.max_length or 5_000)]
    return []


CASES = [
    pytest.param(model, field.name, value, id=f"{model.__name__}.{field.name}-{number}")
    for model in READ_ON_THE_WAY
    for field in model._meta.concrete_fields
    if not field.primary_key
    for number, value in enumerate(odd_values(field))
]


@pytest.fixture
def everybody(sam, lena):
    """Return the people, with a row in each of the tables."""
    JobProfile.objects.create(name="Barista")
    User.objects.update(job_profile=JobProfile.objects.get())
    Organisation.objects.create()
    sam.authenticator_set.create(type="recovery_codes", data={"seed": "x", "used_mask": 0})
    cache.set("kept", "value")
    put(Mail.Kind.INVITATION, lena, by=sam)
    return sam, lena


def store(model, name, value):
    """Store the value in every row, past all validation; False if the database refuses it."""
    try:
        with transaction.atomic():
            for pk in model._base_manager.values_list("pk", flat=True):
                model._base_manager.filter(pk=pk).update(**{name: value})
    except DatabaseError:
        return False
    return True


def test_there_are_rows_and_values_to_store(client, everybody):
    log_in_as(client, *everybody)
    assert [model for model in READ_ON_THE_WAY if not model._base_manager.exists()] == []
    assert len(CASES) > 100


@pytest.mark.parametrize(("model", "name", "value"), CASES)
def test_everybody_gets_out_whatever_is_stored(everybody, model, name, value):
    sam, lena = everybody
    sams, lenas = Client(raise_request_exception=False), Client(raise_request_exception=False)
    log_in_as(sams, sam, lena)
    sign_in(lenas, lena)
    store(model, name, value)
    for browser, way_out in ((sams, "assumed_session_exit"), (lenas, "account_logout")):
        response = browser.post(reverse(way_out))
        assert response.status_code == 302
        assert browser.get(response.url, follow=True).status_code == 200
        assert browser.get(reverse("dashboard")).status_code == 302
    call_command("end_lapsed_sessions", verbosity=0)  # a session that names another browser is nobody's to exit
    assert not AssumedSession.objects.filter(ended_at=None).exists()
