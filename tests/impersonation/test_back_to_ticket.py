"""The way back to the ticket: it survives the end of the session, which logs out, and tells nobody else more."""

import json
from datetime import timedelta

import pytest
import time_machine
from django.core import signing
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from impersonation.back_to_ticket import COOKIE, SALT
from tests.support.assumed import log_in_as, post_login_as, sign_in
from tests.support.tickets import SUP_7, ticket_rules_of_company

pytestmark = pytest.mark.django_db
PRECISE = f"{SUP_7}?focused=3"
OFFER = "Back to ticket SUP-7"


@pytest.fixture(autouse=True)
def rules(db):
    ticket_rules_of_company()


def left(client, sam, lena, **changes):
    """Exit an assumed session that began with a ticket; return the sign-in page."""
    log_in_as(client, sam, lena, **{"returns_to": PRECISE} | changes)
    return client.get(client.post(reverse("assumed_session_exit")).url)


def signed_in_as(client, person):
    client.post(reverse("account_login"), {"login": person.email, "password": "standin-demo"})
    assert client.get(reverse("dashboard")).wsgi_request.user == person


def row_of(client, person):
    return client.get(f"{reverse('user_list')}?id={person.pk}").content.decode()


def page_of(client, person):
    return client.get(reverse("user_detail", args=[person.pk])).content.decode()


def test_after_the_exit_the_sign_in_page_leads_back_to_the_ticket(client, sam, lena):
    page = left(client, sam, lena)
    assert page.wsgi_request.user.is_anonymous
    text = page.content.decode()
    assert OFFER in text
    assert f'<a href="{SUP_7}" target="_blank" rel="noopener noreferrer">' in text
    assert "(opens a new tab)" in text


def test_the_signed_out_page_tells_no_more_than_the_tickets_name(client, sam, lena):
    text = left(client, sam, lena).content.decode()
    assert "focused=3" not in text
    assert lena.name not in text
    assert sam.name not in text
    assert "Cannot submit the food safety module" not in text


def test_after_signing_in_again_row_and_page_of_the_person_offer_it(client, sam, lena, max_):
    left(client, sam, lena)
    signed_in_as(client, sam)
    for text in (row_of(client, lena), page_of(client, lena)):
        assert OFFER in text
        assert f'href="{PRECISE}"' in text
    for text in (row_of(client, max_), page_of(client, max_), client.get(reverse("dashboard")).content.decode()):
        assert OFFER not in text


def test_nobody_else_who_signs_in_there_is_offered_it(client, sam, rita, lena):
    left(client, sam, lena)
    signed_in_as(client, rita)
    assert "SUP-7" not in row_of(client, lena)
    assert "SUP-7" not in page_of(client, lena)


def test_another_browser_is_offered_nothing(client, sam, lena):
    address = left(client, sam, lena).wsgi_request.get_full_path()
    other = Client()
    assert "SUP-7" not in other.get(address).content.decode()
    sign_in(other, sam)
    assert "SUP-7" not in row_of(other, lena)


def test_a_sign_in_page_that_says_nothing_of_an_end_offers_nothing(client, sam, lena):
    left(client, sam, lena)
    assert "SUP-7" not in client.get(reverse("account_login")).content.decode()
    assert "SUP-7" not in client.get(f"{reverse('account_login')}?ended=idle").content.decode()


def test_after_ten_minutes_it_is_gone(client, sam, lena):
    address = left(client, sam, lena).wsgi_request.get_full_path()
    with time_machine.travel(timezone.now() + timedelta(minutes=11)):
        assert "SUP-7" not in client.get(address).content.decode()
        signed_in_as(client, sam)
        assert "SUP-7" not in row_of(client, lena)


@pytest.mark.parametrize(
    "returns_to",
    ["", "//evil.example", "https://evil.example/", "https://tickets.example@evil.example/", "javascript:alert(1)",
     "https://tickets.example/browse/SUP-8"],
)  # fmt: skip
def test_a_return_address_that_is_not_the_tickets_leads_nowhere(client, sam, lena, returns_to):
    assert f'href="{SUP_7}"' in left(client, sam, lena, returns_to=returns_to).content.decode()
    signed_in_as(client, sam)
    text = row_of(client, lena)
    assert f'href="{SUP_7}"' in text
    assert "evil" not in text
    assert "SUP-8" not in text


def test_a_return_address_is_that_of_the_ticket_that_was_written_down(client, sam, lena):
    left(client, sam, lena, ticket="SUP-8")
    signed_in_as(client, sam)
    text = row_of(client, lena)
    assert "Back to ticket SUP-8" in text
    assert "SUP-7" not in text


def test_without_address_or_ticket_nothing_is_kept(client, sam, lena):
    assert COOKIE not in left(client, sam, lena, ticket="").client.cookies
    ticket_rules_of_company(address="")
    page = left(client, sam, lena)
    assert COOKIE not in client.cookies
    assert "Back to ticket" not in page.content.decode()


def test_the_next_start_forgets_the_ticket_of_the_last(client, sam, lena, max_):
    left(client, sam, lena)
    page = left(client, sam, max_, ticket="")
    assert "Back to ticket" not in page.content.decode()
    signed_in_as(client, sam)
    assert "Back to ticket" not in row_of(client, lena)


def test_in_an_assumed_session_nobody_is_offered_it(client, sam, lena, mona):
    left(client, sam, lena)
    kept = client.cookies[COOKIE].value
    mona.groups.set(sam.groups.all())
    log_in_as(client, sam, mona)
    client.cookies[COOKIE] = kept
    assert "SUP-7" not in row_of(client, lena)


@pytest.mark.parametrize("why", ["sign-out", "deactivation"])
def test_every_end_in_this_browser_keeps_it(client, sam, lena, why):
    log_in_as(client, sam, lena)
    if why == "sign-out":
        response = client.post(reverse("account_logout"))
    else:
        User.objects.filter(pk=lena.pk).update(is_active=False)
        response = client.get(reverse("dashboard"))
    assert OFFER in client.get(response.url).content.decode()


def test_a_second_click_on_exit_keeps_it(client, sam, lena):
    log_in_as(client, sam, lena)
    old = client.cookies["sessionid"].value
    client.post(reverse("assumed_session_exit"))
    client.cookies["sessionid"] = old
    assert OFFER in client.get(client.post(reverse("assumed_session_exit")).url).content.decode()


def forged():
    ticket = {"name": "SUP-7", "address": "https://evil.example/", "back": "https://evil.example/", "actor_id": 1}
    yield json.dumps(ticket)
    yield signing.dumps(ticket | {"target_id": 1}, salt="another")
    yield signing.dumps(ticket | {"target_id": 1}, key="another key", salt=SALT)
    yield signing.dumps(ticket, salt=SALT)
    yield signing.dumps(["SUP-7"], salt=SALT)


@pytest.mark.parametrize("number", range(5))
def test_a_cookie_that_somebody_made_up_offers_nothing(client, sam, lena, number):
    address = left(client, sam, lena).wsgi_request.get_full_path()
    client.cookies[COOKIE] = list(forged())[number]
    page = client.get(address)
    assert page.status_code == 200
    assert "Back to ticket" not in page.content.decode()


def test_the_cookie_is_for_the_server_alone(client, sam, lena):
    log_in_as(client, sam, lena)
    cookie = client.post(reverse("assumed_session_exit")).cookies[COOKIE]
    assert (cookie["httponly"], cookie["samesite"], cookie["max-age"]) == (True, "Lax", 600)


def test_a_hostile_ticket_stays_text_and_in_its_place(client, sam, lena):
    ticket_rules_of_company(pattern="")
    text = left(client, sam, lena, ticket='"><script>alert(1)</script>/..?a=b#c').content.decode()
    assert "<script>alert" not in text
    assert "browse/%22%3E%3Cscript%3Ealert%281%29%3C%2Fscript%3E%2F..%3Fa%3Db%23c" in text


def test_a_start_that_is_refused_keeps_nothing(client, mona, lena):
    sign_in(client, mona)
    post_login_as(client, lena, returns_to=PRECISE)
    assert "back_to_ticket" not in client.session
