"""What the pages of an empty company say to its owner, and to people who may do less."""

import pytest
from django.urls import reverse

from accounts.models import User
from tests.support.assumed import log_in_as, sign_in
from tests.support.factories import UserFactory, permission_type

pytestmark = pytest.mark.django_db
USERS = reverse("user_list")
ALONE = "Nobody but you is here yet."
NO_MODULE = ("Nothing is assigned to you yet.", "admin:learning_module_add", "ask your manager or your HR department.")
NO_EVENT = ("No event is planned for you.", "admin:learning_event_add", "ask its organiser.")
NO_DOCUMENT = ("No document is here for you.", "admin:learning_document_add", "ask the person who keeps it.")
LISTS = [
    ("dashboard", *NO_MODULE), ("module_list", *NO_MODULE), ("event_list", *NO_EVENT), ("document_list", *NO_DOCUMENT),
]  # fmt: skip


@pytest.fixture
def fia(db):
    """Return Fia, the first owner, in a database that holds nothing else."""
    return User.objects.create_superuser("fia@harbour.example", "standin-demo", first_name="Fia")


def text(client, address):
    return client.get(address).content.decode()


def test_user_management_leads_the_first_owner_to_the_import_and_to_a_new_person(client, fia):
    sign_in(client, fia)
    head, _alone, rest = text(client, USERS).partition(ALONE)
    assert reverse("user_create") in head
    assert reverse("user_import") in rest.partition("</p>")[0]
    assert rest.partition("</p>")[0].count("<a ") == 1, "one action"
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


@pytest.mark.parametrize(("view", "said", "add", "asked"), LISTS)
def test_an_empty_list_leads_who_writes_content_to_an_item(client, fia, carl, lena, view, said, add, asked):
    for person in (fia, carl):
        sign_in(client, person)
        section = text(client, reverse(view)).partition(said)[2].partition("</p>")[0]
        assert f'href="{reverse(add)}"' in section
        assert asked not in section
    sign_in(client, lena)
    page = text(client, reverse(view))
    assert asked in page
    assert reverse(add) not in page


@pytest.mark.parametrize(("view", "said", "add", "asked"), LISTS)
def test_in_an_assumed_session_an_empty_list_leads_to_no_administration(client, carl, company, view, said, add, asked):
    sue = UserFactory(first_name="Sue", department=company, is_staff=True)
    sue.groups.add(carl.groups.get(), permission_type("Support", "act_on_behalf", "see_people"))
    log_in_as(client, sue, carl)
    page = text(client, reverse(view))
    assert said in page
    assert reverse(add) not in page
