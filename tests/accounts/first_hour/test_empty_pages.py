"""What the pages of an empty company say to its owner, and to people who may do less."""

import pytest
from django.urls import reverse

from accounts.models import User
from tests.support.assumed import log_in_as, sign_in
from tests.support.factories import UserFactory, permission_type

pytestmark = pytest.mark.django_db
USERS, DASHBOARD = reverse("user_list"), reverse("dashboard")
ALONE = "Nobody but you is here yet."
WRITE = "Write a module"


@pytest.fixture
def fia(db):
    """Return Fia, the first owner, in a database that holds nothing else."""
    return User.objects.create_superuser("fia@harbour.example", "standin-demo", first_name="Fia")


def text(client, address):
    return client.get(address).content.decode()


def test_user_management_leads_the_first_owner_to_the_import_and_to_a_new_person(client, fia):
    sign_in(client, fia)
    section = text(client, USERS).partition(ALONE)[2].partition("</p>")[0]
    assert reverse("user_import") in section
    assert reverse("user_create") in section
    UserFactory()
    assert ALONE not in text(client, USERS)


def test_a_search_that_finds_the_owner_alone_says_nothing_of_it(client, fia):
    sign_in(client, fia)
    assert ALONE not in text(client, f"{USERS}?q=fia")


def test_somebody_who_may_only_see_is_led_to_nothing_that_is_closed(client, db):
    mona = UserFactory(first_name="Mona")
    mona.groups.add(permission_type("Manager", "see_people"))
    sign_in(client, mona)
    page = text(client, USERS)
    assert ALONE in page
    assert reverse("user_import") not in page
    assert reverse("user_create") not in page


def test_the_dashboard_leads_who_writes_content_to_a_module(client, fia, carl, lena):
    for person in (fia, carl):
        sign_in(client, person)
        section = text(client, DASHBOARD).partition("Nothing is assigned to you yet.")[2].partition("</p>")[0]
        assert reverse("admin:learning_module_add") in section
    sign_in(client, lena)
    page = text(client, DASHBOARD)
    assert "ask your manager or your HR department." in page
    assert reverse("admin:learning_module_add") not in page


def test_in_an_assumed_session_the_dashboard_leads_to_no_administration(client, carl, company):
    sue = UserFactory(first_name="Sue", department=company, is_staff=True)
    sue.groups.add(carl.groups.get(), permission_type("Support", "act_on_behalf", "see_people"))
    log_in_as(client, sue, carl)
    page = text(client, DASHBOARD)
    assert "Nothing is assigned to you yet." in page
    assert WRITE not in page
