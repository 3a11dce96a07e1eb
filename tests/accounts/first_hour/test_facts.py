"""Each step of the first hour ticks itself off by what is stored, and opens again when that is gone."""

import pytest
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.core.files.base import ContentFile
from django.utils import timezone

from accounts.first_hour.facts import Facts
from accounts.models import Brand, Department, JobProfile, Mail, Organisation, PermissionType, User, mails
from learning.models import Document, Event, Module, ModuleAudience
from tests.support.factories import DepartmentFactory, UserFactory, permission_type
from tests.support.mail_backends import delivered

pytestmark = pytest.mark.django_db
NOW = timezone.now


@pytest.fixture
def first(db):
    """Return Fia, the first owner, in a database that holds nothing else."""
    return User.objects.create_superuser("fia@harbour.example", "standin-demo", first_name="Fia")


def asked(first, name):
    return getattr(Facts.read(first), name)


def test_an_empty_company_has_done_nothing(first):
    facts = Facts.read(first)
    assert [name for name in Facts.__slots__ if getattr(facts, name)] == []


def test_all_facts_are_one_query(first, django_assert_num_queries):
    with django_assert_num_queries(1):
        Facts.read(first)
    UserFactory(last_login=NOW()).groups.add(permission_type("Support", "act_on_behalf"))
    with django_assert_num_queries(1):
        Facts.read(first)


def add_a_factor(first):
    TOTP.activate(first, generate_totp_secret())


def add_recovery_codes(first):
    from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes

    RecoveryCodes.activate(first)


def send_a_mail(first):
    mails.put(Mail.Kind.TEST, first)
    assert delivered()


def a_document(**fields):
    document = Document.objects.create(title="Plan", file=ContentFile(b"a,b", "plan.csv"), **fields)
    document.audience.create(is_everyone=True)


def an_event(**fields):
    event = Event.objects.create(title="Night", starts_at=NOW(), ends_at=NOW(), **fields)
    event.audience.create(is_everyone=True)


def a_module(**fields):
    ModuleAudience.objects.create(item=Module.objects.create(title="Basics", **fields), is_everyone=True)


def a_holder(*rights, departments=(), **fields):
    UserFactory(**fields).groups.add(permission_type("Helpers", *rights, departments=departments))


DONE = {
    "a second factor": ("has_second_factor", add_a_factor),
    "a mail that was sent": ("has_sent_mail", send_a_mail),
    "somebody who signed in, which took a mail": ("has_sent_mail", lambda _: UserFactory(last_login=NOW())),
    "the company's name": ("has_name", lambda _: Brand.objects.create(name="Harbour Coffee")),
    "a department": ("has_departments", lambda _: DepartmentFactory()),
    "a job profile": ("has_job_profiles", lambda _: JobProfile.objects.create(name="Barista")),
    "a second person": ("has_people", lambda _: UserFactory()),
    "a permission type": ("has_permission_types", lambda _: permission_type("User")),
    "a holder of a right to act": ("has_helper", lambda _: a_holder("act_on_behalf")),
    "a holder of a right to look": ("has_helper", lambda _: a_holder("look_only_on_behalf")),
    "a holder for one department": (
        "has_helper",
        lambda _: a_holder("act_on_behalf", departments=[DepartmentFactory()]),
    ),
    "a second owner": (
        "has_helper",
        lambda _: User.objects.create_superuser("two@harbour.example", "standin-demo", first_name="Two"),
    ),
    "settings that were saved": ("has_saved_settings", lambda _: Organisation.objects.create()),
    "a published module": ("has_content", lambda _: a_module(is_published=True)),
    "a published event": ("has_content", lambda _: an_event(is_published=True)),
    "a published document": ("has_content", lambda _: a_document(is_published=True)),
    "somebody who signed in": ("has_learner", lambda _: UserFactory(last_login=NOW())),
}
NOT_DONE = {
    "a brand without a name": ("has_name", lambda _: Brand.objects.create(accent="#1d4f91")),
    "recovery codes alone": ("has_second_factor", add_recovery_codes),
    "the factor of somebody else": ("has_second_factor", lambda _: add_a_factor(UserFactory())),
    "a mail that waits": ("has_sent_mail", lambda first: mails.put(Mail.Kind.TEST, first)),
    "a mail that was given up": ("has_sent_mail", lambda first: Mail.objects.create(kind="test", given_up_at=NOW())),
    "a second owner who signed in": (
        "has_sent_mail",
        lambda _: UserFactory(is_superuser=True, last_login=NOW()),
    ),
    "somebody who is deactivated": ("has_people", lambda _: UserFactory(is_active=False)),
    "a type that only sees people": ("has_helper", lambda _: a_holder("see_people")),
    "a holder who is deactivated": ("has_helper", lambda _: a_holder("act_on_behalf", is_active=False)),
    "a type that nobody holds": ("has_helper", lambda _: permission_type("Support", "act_on_behalf")),
    "a type that the reader holds": (
        "has_helper",
        lambda first: first.groups.add(permission_type("Support", "act_on_behalf")),
    ),
    "a draft": ("has_content", lambda _: a_module()),
    "a published module for nobody": ("has_content", lambda _: Module.objects.create(title="B", is_published=True)),
    "somebody who never signed in": ("has_learner", lambda _: UserFactory()),
    "somebody who signed in, and left": ("has_learner", lambda _: UserFactory(last_login=NOW(), is_active=False)),
    "an owner who signed in": ("has_learner", lambda _: UserFactory(is_superuser=True, last_login=NOW())),
    "the reader's own sign-in": (
        "has_learner",
        lambda first: User.objects.filter(pk=first.pk).update(last_login=NOW(), is_superuser=False),
    ),
}


@pytest.mark.parametrize(("name", "make"), DONE.values(), ids=DONE)
def test_a_step_is_done_by_what_is_stored(first, name, make):
    assert asked(first, name) is False
    make(first)
    assert asked(first, name) is True


@pytest.mark.parametrize(("name", "make"), NOT_DONE.values(), ids=NOT_DONE)
def test_a_step_is_not_done_by_less(first, name, make):
    make(first)
    assert asked(first, name) is False


def test_every_fact_has_both_tests():
    told = set(Facts.__slots__) - {"is_hidden"}
    alone = {"has_departments", "has_job_profiles", "has_permission_types", "has_saved_settings"}
    assert {name for name, _ in DONE.values()} == told
    assert {name for name, _ in NOT_DONE.values()} == told - alone


@pytest.mark.parametrize(
    ("name", "model", "make"),
    [
        ("has_departments", Department, lambda: DepartmentFactory()),
        ("has_job_profiles", JobProfile, lambda: JobProfile.objects.create(name="Barista")),
        ("has_permission_types", PermissionType, lambda: permission_type("User")),
        ("has_saved_settings", Organisation, lambda: Organisation.objects.create()),
    ],
)
def test_a_step_opens_again_when_what_it_asks_for_is_gone(first, name, model, make):
    make()
    assert asked(first, name) is True
    model.objects.all().delete()
    assert asked(first, name) is False
