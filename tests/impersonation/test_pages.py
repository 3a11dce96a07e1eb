"""Pages of an assumed session: whose account it is, what is closed, and the way on from there."""

import pytest
from django.urls import reverse

from tests.support.assumed import log_in_as, sign_in
from tests.support.learning_factories import make_event

pytestmark = pytest.mark.django_db


def text_of(response):
    return " ".join(response.content.decode().split())


def test_title_and_icon_say_that_the_account_is_somebody_elses(client, sam, lena):
    sign_in(client, sam)
    page = text_of(client.get(reverse("dashboard")))
    assert "<title> Dashboard · Standin</title>" in page
    assert "favicon-assumed" not in page
    log_in_as(client, sam, lena)
    page = text_of(client.get(reverse("dashboard")))
    assert "<title>▲ Lena Sørensen · Dashboard · Standin</title>" in page
    assert "favicon-assumed" in page


def test_the_menu_of_the_name_offers_no_page_that_is_closed(client, sam, lena):
    log_in_as(client, sam, lena)
    page = text_of(client.get(reverse("dashboard")))
    for closed in ("account", "access_history", "account_change_password"):
        assert f'href="{reverse(closed)}"' not in page
    assert "Account pages stay private." in page


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("account", "Account pages stay private: only <bdi>Lena</bdi> can open this one."),
        ("admin:index", "Pages that run the platform stay closed in somebody else's account."),
    ],
)
def test_a_closed_page_says_why(client, sam, lena, name, said):
    log_in_as(client, sam, lena)
    response = client.get(reverse(name))
    assert response.status_code == 403
    assert said in text_of(response)
    assert reverse("assumed_session_mode") not in text_of(response).partition("<main")[2]


def test_what_look_only_refused_is_one_click_from_acting(client, sam, lena):
    log_in_as(client, sam, lena, mode="look_only")
    refused = client.post(
        reverse("event_register", args=[make_event().pk]), headers={"Referer": "http://testserver/events/"}
    )
    assert refused.status_code == 403
    assert f'href="{reverse("assumed_session_mode")}?next=/events/"' in text_of(refused).partition("<main")[2]


def test_a_missing_page_is_missing_for_the_person(client, sam, lena):
    log_in_as(client, sam, lena)
    assert "<bdi>Lena Sørensen</bdi> has no such page." in text_of(client.get(reverse("user_list")))


def test_a_page_that_is_not_allowed_says_who_can_give_access(client, mona):
    sign_in(client, mona)
    page = text_of(client.get(reverse("user_create")))
    assert "ask the people who manage permissions in your company" in page


def test_the_bar_is_no_alert_and_its_names_are_isolated(client, sam, lena):
    log_in_as(client, sam, lena)
    page = text_of(client.get(reverse("dashboard")))
    bar = page.partition('<section class="assumed-bar"')[2].partition("</section>")[0]
    assert "You're in <strong><bdi>Lena Sørensen</bdi></strong>'s account. Changes are real." in bar
    assert "<bdi>Sam Okafor</bdi>" in bar
    assert 'role="alert"' not in bar
    assert bar.count('role="status"') == 1
