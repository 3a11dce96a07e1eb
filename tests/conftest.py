"""Fixtures of the demo company: few users, with the same names and rights as in the running demo."""

import os
from datetime import timedelta

import chromium
import pytest
from django.contrib.auth.models import Permission
from django.core.files.base import ContentFile
from django.db import connection
from django.utils import timezone

from accounts.models import User
from learning.models import (
    Document,
    DocumentAudience,
    Event,
    EventAudience,
    Interaction,
    Module,
    ModuleAudience,
)

from .support import audit_flush
from .support.factories import DepartmentFactory, UserFactory, permission_type

audit_flush.install()
# Playwright runs an event loop, so Django would take database calls for asynchronous ones and refuse them.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

SUPPORT = (
    "see_people",
    "create_people",
    "edit_people",
    "deactivate_people",
    "act_on_behalf",
    "look_only_on_behalf",
    "check_access",
    "help_with_results",
)


def pytest_collection_modifyitems(config, items):
    """Skip browser tests (tests/browser/, marked ones) without a Chromium; deselect PostgreSQL's on other databases."""
    if connection.vendor != "postgresql":
        elsewhere = [item for item in items if item.get_closest_marker("postgresql")]
        config.hook.pytest_deselected(items=elsewhere)
        items[:] = [item for item in items if item not in elsewhere]
    browsing = [
        item for item in items if item.nodeid.startswith("tests/browser/") or item.get_closest_marker("browser")
    ]
    found = chromium.find() if browsing else None
    for item in browsing:
        item.add_marker(pytest.mark.browser)
        if not found:
            item.add_marker(pytest.mark.skip(reason=f"no Chromium: {chromium.HOW}"))


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    """Use this machine's Chromium, without its sandbox, because root can't use the sandbox."""
    return browser_type_launch_args | {"executable_path": chromium.find(), "chromium_sandbox": False}


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args):
    """Turn off transitions in all browser tests, because a check must not depend on a colour that is still changing."""
    return browser_context_args | {"reduced_motion": "reduce"}


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    yield
    if connection.vendor == "postgresql":
        # A server thread keeps its connection as long as its browser does, so the database couldn't be deleted. This
        # thread has a second connection too, which it used while Playwright's loop ran.
        with django_db_blocker.unblock():
            connection.close()
            connection.cursor().execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )


@pytest.fixture
def company(db):
    return DepartmentFactory(name="Harbour Coffee")


@pytest.fixture
def copenhagen(company):
    return DepartmentFactory(name="Copenhagen", parent=company)


@pytest.fixture
def norreport(copenhagen):
    return DepartmentFactory(name="Nørreport", parent=copenhagen)


@pytest.fixture
def aarhus(company, copenhagen):
    return DepartmentFactory(name="Aarhus", parent=company)


@pytest.fixture
def owner(company):
    return User.objects.create_superuser(
        "owner@harbour.example", "standin-demo", first_name="Olivia", last_name="Lind", department=company
    )


@pytest.fixture
def sam(company):
    person = UserFactory(first_name="Sam", last_name="Okafor", department=company)
    person.groups.add(permission_type("Support", *SUPPORT))
    return person


@pytest.fixture
def nora(norreport):
    """Nora, who manages Nørreport."""
    person = UserFactory(first_name="Nora", last_name="Berg", department=norreport)
    person.groups.add(permission_type("Manager (Nørreport)", "see_people", "see_progress", departments=[norreport]))
    return person


@pytest.fixture
def chris(company):
    """Chris, who may see numbers of the whole company, and nobody by name."""
    person = UserFactory(first_name="Chris", last_name="Dahl", department=company)
    person.groups.add(permission_type("Numbers", "see_progress"))
    return person


@pytest.fixture
def rita(copenhagen):
    person = UserFactory(first_name="Rita", last_name="Holm", department=copenhagen)
    person.groups.add(permission_type("Regional support (Copenhagen)", *SUPPORT, departments=[copenhagen]))
    return person


@pytest.fixture
def petra(company):
    """Return Petra, who edits permission types in the whole company and has Support's rights."""
    person = UserFactory(first_name="Petra", last_name="Krog", department=company)
    person.groups.add(permission_type("People lead", *SUPPORT, "manage_permission_types"))
    return person


@pytest.fixture
def rolf(copenhagen):
    """Return Rolf, who edits permission types for Copenhagen and below."""
    person = UserFactory(first_name="Rolf", last_name="Bech", department=copenhagen)
    rights = (*SUPPORT, "manage_permission_types")
    person.groups.add(permission_type("People lead (Copenhagen)", *rights, departments=[copenhagen]))
    return person


@pytest.fixture
def mona(company):
    person = UserFactory(first_name="Mona", last_name="Berg", department=company)
    person.groups.add(permission_type("Manager", "see_people"))
    return person


@pytest.fixture
def carl(company):
    person = UserFactory(first_name="Carl", last_name="Nygaard", department=company, is_staff=True)
    learning = Permission.objects.filter(content_type__app_label="learning")
    group = permission_type("Content creator")
    group.permissions.set(learning)
    person.groups.add(group)
    return person


@pytest.fixture
def audrey(company):
    person = UserFactory(first_name="Audrey", last_name="Falk", department=company, is_staff=True)
    person.groups.add(permission_type("Auditor", "view_auditevent", "export_auditevent"))
    return person


@pytest.fixture
def hanne(company):
    """Return Hanne of HR, who imports users in the whole company and has no other right."""
    person = UserFactory(first_name="Hanne", last_name="Riis", department=company)
    person.groups.add(permission_type("HR", "import_people"))
    return person


@pytest.fixture
def lena(norreport):
    return UserFactory(first_name="Lena", last_name="Sørensen", department=norreport)


@pytest.fixture
def max_(aarhus):
    return UserFactory(first_name="Max", last_name="Kjær", email="max@harbour.example", department=aarhus)


@pytest.fixture
def ina(norreport):
    return UserFactory(first_name="Ina", last_name="Dahl", department=norreport, is_active=False)


@pytest.fixture
def catalogue(db):
    """Create a module, an event and a document for everybody. Return the module; it has all kinds of interactions."""
    module = Module.objects.create(
        title="Food safety basics", summary="Hands, cold, cloths", description="**Every** year.", is_published=True
    )
    ModuleAudience.objects.create(item=module, is_everyone=True, due_at=timezone.now() + timedelta(days=3))
    for position, kind in enumerate(Interaction.Kind):
        file = ContentFile(b"a,b", "steps.csv") if kind == Interaction.Kind.OPEN_FILE else ""
        step = Interaction.objects.create(
            module=module, position=position, kind=kind, title=f"Step: {kind.label}", file=file
        )
        if step.offers_choices:
            step.offer([("Right", True), ("Wrong", False)])
    tomorrow = timezone.now() + timedelta(days=1)
    event = Event.objects.create(
        title="Latte art night", place="Roastery", capacity=2, is_published=True,
        starts_at=tomorrow, ends_at=tomorrow + timedelta(hours=2),
    )  # fmt: skip
    EventAudience.objects.create(item=event, is_everyone=True)
    document = Document.objects.create(title="Cleaning plan", is_published=True, file=ContentFile(b"a,b", "plan.csv"))
    DocumentAudience.objects.create(item=document, is_everyone=True)
    return module


@pytest.fixture(autouse=True)
def uploads_elsewhere(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture(autouse=True)
def health_checks_ask_each_time(monkeypatch):
    from config import health

    monkeypatch.setattr(health, "FRESH", 0)
