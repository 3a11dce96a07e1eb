"""The page and the files of the access history: for oneself alone, with filters, page by page."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from impersonation.ledger.kinds import EMPTY, Show
from tests.accounts.users.test_edit_views import values
from tests.support.assumed import GOOD_REASON, log_in_as, sign_in
from tests.support.ledger import URL, cards, facts, page_of, record_sessions

pytestmark = pytest.mark.django_db
FILE = f"{URL}file/"


def test_nobody_reads_of_sessions_as_others(client, sam, lena, max_):
    log_in_as(client, sam, lena)
    client.post(reverse("assumed_session_exit"))
    for user in (max_, sam):
        page = page_of(user)
        assert facts(page) == []
        assert "Nobody but you has opened or changed your account." in page
        assert GOOD_REASON not in page


@pytest.mark.parametrize("address", [URL, f"{URL}?by=others", FILE, f"{FILE}?format=csv"])
def test_page_and_files_are_closed_to_sam_in_lenas_place(client, sam, lena, address):
    log_in_as(client, sam, lena)
    response = client.get(address)
    assert response.status_code == 403
    assert not response.streaming
    assert GOOD_REASON not in response.content.decode()


@pytest.mark.parametrize("address", [URL, FILE])
def test_strangers_reach_sign_in(client, address):
    assert client.get(address).url.startswith(reverse("account_login"))
    assert client.post(address).status_code in (302, 405)


def test_it_is_reached_from_the_account_and_from_the_menu(client, lena):
    sign_in(client, lena)
    assert client.get(reverse("account")).content.decode().count(f'href="{URL}"') == 2
    assert client.get(reverse("dashboard")).content.decode().count(f'href="{URL}"') == 1


def test_the_newest_comes_first_in_pages_of_ten(sam, lena):
    record_sessions(sam, lena, 23)
    page, found = page_of(lena), []
    while True:
        found.append(re.findall(r"Reason (\d+)\.", page))
        older = re.search(r'rel="next" href="([^"]+)"', page)
        if older is None:
            break
        page = page_of(lena, URL + older[1].replace("&amp;", "&"))
        assert 'href="?">Newest' in page
    assert found == [[str(number) for number in range(first, last, -1)] for first, last in ((22, 12), (12, 2), (2, -1))]
    assert page_of(lena, f"{URL}?before=nonsense").count("<article") == 10
    assert page_of(lena, f"{URL}?before=1").count("<article") == 0


def test_what_others_did_can_be_read_alone(client, sam, lena):
    own = Client()
    own.post(reverse("account_login"), {"login": lena.email, "password": "standin-demo"})
    sign_in(client, sam)
    client.post(reverse("user_edit", args=[lena.pk]), values(lena, last_name="Holm"))
    assert "Signed in" in page_of(lena)
    others = "".join(cards(page_of(lena, f"{URL}?by=others")))
    assert "Signed in" not in others
    assert "Changed your account" in others


@pytest.mark.parametrize("show", Show)
def test_each_filter_says_so_where_it_has_nothing(lena, show):
    page = page_of(lena, f"{URL}?by=others" if show == Show.OTHERS else f"{URL}?show={show.value}")
    assert re.search(r'<p class="empty">(.*?)</p>', page)[1].strip().replace("&#x27;", "'") == str(EMPTY[show])
    assert re.search(r'<a href="[^"]*" aria-current="page">([^<]+)<', page)[1] == str(show.label)


def test_a_filter_and_a_format_without_meaning(client, lena):
    assert 'href="?" aria-current="page"' in page_of(lena, f"{URL}?show=nonsense&by=me")
    sign_in(client, lena)
    assert client.get(FILE, {"format": "xls"}).status_code == 400


def test_what_somebody_writes_stays_text(client, sam, lena):
    log_in_as(client, sam, lena, text="<img src=x onerror=alert(1)> she wrote")
    page = page_of(lena)
    assert "<img src=x" not in page
    assert "&lt;img src=x onerror=alert(1)&gt; she wrote" in page
