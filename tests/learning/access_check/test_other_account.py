"""The access check says first how the account stands, and what another account of the same person has done."""

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.account_state import other_accounts
from accounts.models import User
from accounts.users.actions import set_active
from learning.access_check.other_account import sentences
from tests.support.access_check import FROM_OUR_PAGE, ask, item_name, why, words
from tests.support.account_state import without_password
from tests.support.assumed import detail, events, log_in_as, sign_in
from tests.support.factories import UserFactory
from tests.support.learning_factories import add_interaction, make_document, make_module

pytestmark = pytest.mark.django_db
PRIVATE = "There is another account of this name, tove.privat@mail.example."


@pytest.fixture(autouse=True)
def no_attempts_counted():
    cache.clear()


@pytest.fixture
def tove(norreport):
    return UserFactory(first_name="Tove", last_name="Holm", email="tove.holm@harbour.example", department=norreport)


@pytest.fixture
def private(tove):
    return UserFactory(first_name="Tove", last_name="Holm", email="tove.privat@mail.example")


@pytest.fixture
def sams_browser(client, sam):
    sign_in(client, sam)
    return client


def test_sam_reads_that_the_module_was_submitted_in_the_other_account(sams_browser, tove, private, norreport):
    module = make_module("Milk", {"department": norreport})
    module.submit_for(tove)
    said = why(sams_browser, private, module)
    assert "There is another account of this name, tove.holm@harbour.example. It belongs to Nørreport." in said
    assert "There the module was submitted on " in said
    assert f"{PRIVATE} Nobody has signed in to it yet. That account doesn't see it." in why(sams_browser, tove, module)


def test_how_far_the_other_account_is_and_what_it_sees(sams_browser, tove, private):
    module = make_module()
    steps = [add_interaction(module, f"Step {number}") for number in range(3)]
    assert "That account sees it, and has not begun it." in why(sams_browser, tove, module)
    steps[0].answer_for(private, "on")
    assert "There the module was begun: 1 of 3 steps are answered." in why(sams_browser, tove, module)
    assert "That account sees it." in why(sams_browser, tove, make_document())


def test_what_is_told_of_the_other_account_is_on_record_for_its_owner_too(sams_browser, sam, tove, private):
    module = make_module()
    ask(sams_browser, tove, q="milk")
    assert [event.target_id for event in events("access.checked")] == [tove.pk]
    ask(sams_browser, tove, item=item_name(module))
    assert [event.target_id for event in events("access.checked")[1:]] == [tove.pk, private.pk]
    assert detail(events("access.checked")[-1]) == {"item": item_name(module)}


def test_an_account_that_came_later_is_not_told_without_a_record(sams_browser, tove):
    answered = ask(sams_browser, tove, item=item_name(make_module()))
    address = f"{answered.request['PATH_INFO']}?{answered.request['QUERY_STRING']}"
    assert sams_browser.get(address).context["account"]
    UserFactory(first_name="Tove", last_name="Holm", email="tove.new@mail.example")
    again = sams_browser.get(address)
    assert "tove.new@mail.example" not in words(again)
    assert "This was asked some time ago" in words(again)


def test_rita_is_told_of_no_account_outside_her_departments(client, rita, tove, private):
    sign_in(client, rita)
    assert "another account" not in why(client, tove, make_module())
    assert [event.target_id for event in events("access.checked")] == [tove.pk]


def test_it_costs_four_queries_however_many_accounts_there_are(sam, tove):
    module = make_module()
    add_interaction(module, "Step")
    sam = User.objects.with_standing().get(pk=sam.pk)
    assert sentences(module, other_accounts(tove, sam)) == []
    for count in (1, 3):
        while len(others := other_accounts(tove, sam)) < count:
            UserFactory(first_name="Tove", last_name="Holm", email=f"tove{len(others)}@mail.example")
        with CaptureQueriesContext(connection) as captured:
            assert len(sentences(module, others)) == count
        assert len(captured) == 4


def test_the_account_comes_before_every_question(sams_browser, owner, lena):
    without_password(lena)
    set_active(actor=owner, user=lena, active=False, reason="Left on Friday")
    for asked in ({"q": "milk"}, {"item": item_name(make_module())}):
        said = words(ask(sams_browser, lena, **asked))
        assert said.index("This account is deactivated") < said.index("no password was ever set")
        assert said.index("no password was ever set") < said.index("Search modules, events and documents")
        assert "The reason: “Left on Friday”" in said


def test_nothing_of_the_account_is_shown_before_the_question_is_on_record(sams_browser, owner, lena):
    set_active(actor=owner, user=lena, active=False)
    page = sams_browser.get(reverse("user_access", args=[lena.pk]), headers={"Sec-Fetch-Site": "cross-site"})
    assert "Check now" in words(page)
    assert "deactivated" not in words(page)
    assert events("access.checked") == []


def test_the_rest_is_folded_and_what_leads_is_not(sams_browser, lena):
    assert '<details class="card">' in ask(sams_browser, lena).content.decode()
    User.objects.filter(pk=lena.pk).update(last_login=timezone.now())
    Client().post(reverse("account_reset_password"), {"email": lena.email})
    page = ask(sams_browser, lena).content.decode()
    assert "<p>A new password was asked for on the sign-in page on " in page.partition("<details")[0]


def test_in_an_assumed_session_the_account_stands_there_without_buttons(client, sam, tove, private):
    without_password(tove)
    log_in_as(client, sam, tove)
    page = client.get(reverse("assumed_session_access"), {"q": "milk"}, headers=FROM_OUR_PAGE, follow=True)
    said = words(page)
    assert "no password was ever set" in said
    assert PRIVATE in said
    main = page.content.decode().partition("<main")[2]
    assert 'method="post" action="/users/' not in main
    assert private.get_absolute_url() not in main
