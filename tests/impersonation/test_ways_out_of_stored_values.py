"""
Whatever a column holds that the database accepts, exit and sign-out answer, and nobody is signed in afterwards.

The columns are those of the models, and a test holds the list of models to what the ways out ask the database for.
"""

from datetime import UTC, datetime

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.apps import apps
from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.core.management import call_command
from django.db import DatabaseError, connection, models, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Brand, Department, DepartmentGroupPermission, JobProfile, Mail, Organisation, User
from accounts.models.mails import put
from config.models import CacheEntry
from impersonation.models import AssumedSession
from impersonation.notices import Notice
from tests.support.assumed import log_in_as, sign_in

pytestmark = pytest.mark.django_db
# The log is left out: it refuses updates (tests/audit/test_triggers.py).
LOG = {"audit_auditevent", "audit_auditseal", "audit_audittext"}
READ_ON_THE_WAY = [
    User, Department, Organisation, Brand, Group, User.groups.through, Permission, Group.permissions.through,
    User.user_permissions.through, DepartmentGroupPermission, ContentType, AssumedSession, Session, Notice, CacheEntry,
]  # fmt: skip
READ_BESIDE_IT = [JobProfile, EmailAddress, Authenticator, Mail]  # by the pages before and after, and by the timers
FIRST, LAST = datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, 23, 59, tzinfo=UTC)


def odd_values(field):
    """Return values that no form would store; the database accepts them unless a constraint forbids it."""
    nothing = [None] if field.null else []
    if isinstance(field, models.JSONField):
        return [*nothing, [], "text", {"by": "nobody", "text": 7}, 0]
    if isinstance(field, models.DateTimeField):
        return [*nothing, FIRST, LAST]
    if isinstance(field, models.BooleanField):
        return [True, False]
    if isinstance(field, models.IntegerField):
        return [*nothing, 0, 32_767]
    if isinstance(field, models.CharField | models.TextField):
        return [*nothing, "", "\u202e{{x}}%s", "x" * (field.max_length or 5_000)]
    return nothing


CASES = [
    pytest.param(model, field.name, value, id=f"{model.__name__}.{field.name}-{number}")
    for model in READ_ON_THE_WAY + READ_BESIDE_IT
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
    Brand.objects.create()
    sam.authenticator_set.create(type="recovery_codes", data={"seed": "x", "used_mask": 0})
    cache.set("kept", "value")
    put(Mail.Kind.INVITATION, lena, actor=sam)
    return sam, lena


def store(model, name, value):
    """Store the value past all validation, in each row if the database accepts it there; return the number of rows."""
    field, rows = model._meta.get_field(name), 0
    for pk in model._base_manager.values_list("pk", flat=True):
        own = f"{value}{pk}"[-(field.max_length or 5_000) :] if field.unique and isinstance(value, str) else value
        try:
            with transaction.atomic():
                rows += model._base_manager.filter(pk=pk).update(**{name: own})
        except DatabaseError:  # a constraint forbids it
            continue
    return rows


def tables_in(captured):
    """Return the tables of models that the queries name."""
    said = " ".join(query["sql"] or "" for query in captured)
    known = {model._meta.db_table for model in apps.get_models(include_auto_created=True)}
    return {table for table in known if f'"{table}"' in said}


def test_the_models_are_those_that_the_ways_out_read(client, everybody):
    sam, lena = everybody
    log_in_as(client, sam, lena)
    lenas = Client()
    sign_in(lenas, lena)
    with CaptureQueriesContext(connection) as captured:
        for browser, way_out in ((client, "assumed_session_exit"), (lenas, "account_logout")):
            browser.get(browser.post(reverse(way_out)).url, follow=True)
    assert tables_in(captured) - LOG <= {model._meta.db_table for model in READ_ON_THE_WAY}


def test_each_column_takes_an_odd_value(client, everybody):
    log_in_as(client, *everybody)
    refused, columns = set(), {case.values[:2] for case in CASES}
    for model, name in columns:
        with transaction.atomic():
            values = odd_values(model._meta.get_field(name))
            if not sum(store(model, name, value) for value in values):
                refused.add(f"{model.__name__}.{name}")
            transaction.set_rollback(True)
    # Constraints of the database: a live session names both people, and the company chooses from a list.
    assert refused == {
        "AssumedSession.actor", "AssumedSession.target", "Organisation.notice", "Organisation.default_mode",
    }  # fmt: skip
    assert len(columns) > 60


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
