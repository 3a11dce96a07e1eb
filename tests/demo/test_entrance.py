"""The entrance of the demo: sign-in with one click, in the demo alone, and a tour that the log ticks off."""

import io

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from accounts.models import User
from demo import entrance
from learning.models import Module
from tests.support.assumed import events, log_in_as, sign_in
from tests.support.deployments import deployment_check

pytestmark = pytest.mark.django_db
SIGN_IN = reverse("account_login")


@pytest.fixture
def demo(db, settings):
    settings.DEMO = True
    call_command("seed_demo", stdout=io.StringIO())


def click(client, name, **more):
    return client.post(reverse("demo_sign_in", args=[name]), **more)


def person(name):
    return User.objects.get(email=f"{name}@harbour.example")


def test_the_sign_in_page_has_a_card_for_each_person_of_the_documentation(client, demo):
    page = client.get(SIGN_IN).content.decode()
    for card in entrance.CARDS:
        assert f"Sign in as {card.first_name}" in page
        assert person(card.name).first_name == card.first_name
    assert len(entrance.CARDS) == 9
    assert "A tour of one minute" in page


@pytest.mark.parametrize("card", [card for card in entrance.CARDS if card.name != "ina"], ids=lambda card: card.name)
def test_one_click_signs_in_and_is_recorded_like_any_sign_in(client, demo, card):
    before = len(events("sign_in.succeeded"))
    response = click(client, card.name, follow=True)
    assert response.status_code == 200
    assert response.redirect_chain[0][0] == entrance.beginning(card)
    assert client.session["_auth_user_id"] == str(person(card.name).pk)
    assert len(events("sign_in.succeeded")) == before + 1


def test_a_deactivated_person_is_refused_as_with_the_password(client, demo):
    page = click(client, "ina", follow=True).content.decode()
    assert "Ina can&#x27;t sign in" in page
    assert "_auth_user_id" not in client.session


def test_it_opens_no_account_whose_password_is_not_the_public_one(client, demo):
    lena = person("lena")
    lena.set_password("a password of her own")
    lena.save()
    page = click(client, "lena", follow=True).content.decode()
    assert "has another password by now" in page
    assert "_auth_user_id" not in client.session


def test_outside_the_demo_there_is_no_such_address_and_no_card(client, demo, settings):
    settings.DEMO = False
    assert click(client, "sam").status_code == 404
    page = client.get(SIGN_IN).content.decode()
    assert "Sign in as" not in page
    assert "demo.css" not in page
    sign_in(client, person("sam"))
    assert "Tour" not in client.get("/").content.decode()


@pytest.mark.parametrize("name", ["torben.olsen", "nobody", "admin"])
def test_nobody_else_is_opened(client, demo, name):
    assert client.post(f"/demo/sign-in/{name}/").status_code == 404


def test_a_click_takes_the_token_of_the_form_and_a_post(demo):
    assert click(Client(enforce_csrf_checks=True), "sam").status_code == 403
    assert Client().get(reverse("demo_sign_in", args=["sam"])).status_code == 405


def test_a_second_click_leads_where_the_first_led_with_the_token_of_before_too(demo):
    client = Client(enforce_csrf_checks=True)
    client.get(SIGN_IN)
    token = client.cookies["csrftoken"].value
    first = click(client, "sam", data={"csrfmiddlewaretoken": token})
    second = click(client, "sam", data={"csrfmiddlewaretoken": token})
    assert (first.status_code, first.url) == (302, reverse("user_list"))
    assert (second.status_code, second.url) == (302, first.url)


def test_who_is_signed_in_stays_who_they_are(client, demo):
    sign_in(client, person("lena"))
    assert click(client, "owner").url == reverse("dashboard")
    assert client.session["_auth_user_id"] == str(person("lena").pk)


def tour_of(client, address="/help/"):
    """Return the tour on a page of this browser; the usual one is about nobody."""
    return entrance.tour(client.get(address).wsgi_request)


def test_the_tour_ticks_off_what_was_really_done(client, demo):
    def done():
        return [step.is_done for step in tour_of(client).steps]

    assert done() == [False] * 5
    click(client, "sam")
    assert done() == [True, False, False, False, False]
    log_in_as(client, person("sam"), person("lena"))
    assert done() == [True, True, False, False, False]
    client.get("/modules/")
    assert done() == [True, True, False, False, False]
    assert "Tour, step 3 of 5:" in client.get("/").content.decode()
    page = client.get(Module.objects.get(title="Food safety basics").get_absolute_url()).content.decode()
    assert "Tour, step 4 of 5:" in page
    assert done() == [True, True, True, False, False]
    assert "Tour, step 4 of 5:" in client.get("/").content.decode()
    client.post(reverse("assumed_session_exit"))
    assert done() == [True, True, True, True, False]
    click(client, "audrey")
    assert ["Tour done." in client.get("/").content.decode() for _again in range(2)] == [True, False]
    assert done() == [True] * 5
    click_anew(client, "audrey")
    assert "Tour done." not in client.get("/").content.decode()
    click_anew(client, "lena")
    assert "Tour" not in client.get("/").content.decode()


def click_anew(client, name):
    client.post(reverse("account_logout"))
    click(client, name)


def test_a_step_of_signing_in_leads_there(client, demo):
    sign_in(client, person("lena"))
    page = client.get("/").content.decode()
    assert f'<a href="{reverse("account_logout")}">Sign in as Sam' in page
    left = client.post(reverse("account_logout"), follow=True)
    assert left.redirect_chain[-1][0].startswith(SIGN_IN)
    assert "Sign in as Sam" in left.content.decode()


def test_a_browser_closes_the_tour_in_an_assumed_session_too(client, demo):
    click(client, "sam")
    log_in_as(client, person("sam"), person("lena"))
    assert 'aria-label="Close the tour"' in client.get("/help/").content.decode()
    response = client.post(reverse("demo_tour_hide"), {"next": "/help/"})
    assert response.url == "/help/"
    assert client.cookies[entrance.TOUR_HIDDEN]["httponly"]
    assert 'class="tour"' not in client.get("/help/").content.decode()
    assert client.get("/assumed-session/").status_code == 200, "the session goes on"
    assert client.post(reverse("demo_tour_hide"), {"next": "https://elsewhere.example/"}).url == reverse("dashboard")


def test_closing_the_tour_takes_a_token_a_post_and_the_demo(client, demo, settings):
    address = reverse("demo_tour_hide")
    sign_in(client, person("lena"))
    assert client.get(address).status_code == 405
    strict = Client(enforce_csrf_checks=True)
    sign_in(strict, person("lena"))
    assert strict.post(address).status_code == 403
    settings.DEMO = False
    assert client.post(address).status_code == 404


def test_each_step_leads_where_its_sentence_says_if_its_reader_can_go_there(client, demo):
    def addresses():
        return [step.address for step in tour_of(client).steps]

    module = Module.objects.get(title="Food safety basics").get_absolute_url()
    assert addresses() == [""] * 5
    click(client, "sam")
    sign_in(client, person("lena"))
    out = reverse("account_logout")
    assert addresses() == [out, "", "", "", out]
    sign_in(client, person("sam"))
    assert addresses() == [out, "/users/?q=lena", "", "", out]
    assert '<a href="/users/?q=lena">Find Lena' in client.get("/").content.decode()
    log_in_as(client, person("sam"), person("lena"))
    assert addresses() == [out, "", module, "", out]
    assert client.get(module).status_code == 200


def test_the_module_counts_as_opened_in_lenas_account_alone(client, demo):
    click(client, "sam")
    module = Module.objects.get(title="Food safety basics").get_absolute_url()
    log_in_as(client, person("sam"), person("max"))
    assert not tour_of(client, module).steps[2].is_done
    client.post(reverse("assumed_session_exit"))
    sign_in(client, person("lena"))
    assert not tour_of(client, module).steps[2].is_done


def test_the_tour_begins_at_its_first_step_and_audrey_with_a_verified_log(client, demo):
    call_command("seed_demo", stdout=io.StringIO())
    assert (tour_of(client).number, tour_of(client).done) == (1, 0)
    click(client, "audrey")
    page = client.get(reverse("admin:audit_auditevent_changelist")).content.decode()
    assert "Tour, step 1 of 5:" in page
    assert "events, clean." in page
    assert "The log has not been verified yet." not in page


def test_the_tour_costs_four_queries_and_nothing_outside_the_demo(client, demo, django_assert_num_queries):
    request = client.get(SIGN_IN).wsgi_request
    bool(request.user.is_authenticated or request.assumed_session)
    # Its people; the module; what was done; what was looked at.
    with django_assert_num_queries(4):
        entrance.tour(request)


@pytest.mark.once
@pytest.mark.parametrize(
    "more",
    [{"PLAIN_HTTP": "off"}, {"HOST": "0.0.0.0"}, {"HOST": "learning.example"}],
    ids=str,
)
def test_settings_of_production_refuse_the_demo(more):
    code, said = deployment_check(**{"DEMO": "on", "PLAIN_HTTP": "on"} | more)
    assert code
    assert "DEMO: It lets everybody in." in said


@pytest.mark.once
def test_a_deployment_with_the_demo_is_an_error():
    code, said = deployment_check(DEMO="on", PLAIN_HTTP="on")
    assert code
    assert "config.E003" in said
