"""Staying, asking whose account is open, and forms that come from before a start or an exit."""

import re
from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from impersonation.models import AssumedSession
from tests.support.assumed import events, log_in_as, login_as_data, post_login_as, sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.once]


def minutes_ago(minutes):
    return timezone.now() - timedelta(minutes=minutes)


def stay(client, **extra):
    return client.post(reverse("assumed_session_stay"), **extra)


def test_staying_counts_as_activity_to_the_second_and_answers_a_script_with_nothing(client, sam, lena):
    log_in_as(client, sam, lena)
    AssumedSession.objects.update(last_active_at=timezone.now() - timedelta(seconds=30))
    before = timezone.now()
    response = stay(client, headers={"Accept": "application/json"})
    assert (response.status_code, response.content) == (204, b"")
    assert AssumedSession.objects.get().last_active_at >= before


def test_staying_in_look_only_works_too(client, sam, lena):
    log_in_as(client, sam, lena, mode="look_only")
    AssumedSession.objects.update(last_active_at=minutes_ago(14))
    assert stay(client, headers={"Accept": "application/json"}).status_code == 204
    assert AssumedSession.objects.get().last_active_at > minutes_ago(1)


@pytest.mark.parametrize(
    ("back", "there"),
    [
        ("/modules/?page=2", "/modules/?page=2"),
        ("https://evil.example/", "/assumed-session/"),
        ("//evil.example", "/assumed-session/"),
        ("/\\evil.example", "/assumed-session/"),
        ("javascript:alert(1)", "/assumed-session/"),
        ("modules", "/assumed-session/"),
        ("", "/assumed-session/"),
    ],
)
def test_without_a_script_staying_leads_back_and_says_how_long(client, sam, lena, back, there):
    log_in_as(client, sam, lena)
    response = stay(client, data={"next": back})
    assert response.url == there
    assert "15 minutes are left." in client.get("/modules/").content.decode()


def test_staying_goes_on_until_the_limit_and_says_so(client, sam, lena):
    log_in_as(client, sam, lena)
    AssumedSession.objects.update(started_at=minutes_ago(54.5))
    stay(client)
    page = client.get("/modules/").content.decode()
    assert "6 minutes are left. Then it ends: that is the time limit of an assumed session." in page
    assert reverse("assumed_session_stay") not in page
    AssumedSession.objects.update(started_at=minutes_ago(60))
    assert stay(client).url.startswith(f"{reverse('account_login')}?ended=time_limit")


def test_nobody_stays_in_a_session_that_is_over(client, sam, lena):
    log_in_as(client, sam, lena)
    AssumedSession.objects.update(last_active_at=minutes_ago(15))
    assert stay(client).url.startswith(f"{reverse('account_login')}?ended=idle")
    assert not AssumedSession.objects.live().exists()
    assert stay(client).url.startswith(reverse("account_login"))
    sign_in(client, sam)
    assert stay(client).url == reverse("assumed_session")


def test_asking_whose_account_is_open_is_no_activity(client, sam, lena):
    assert "nobody is signed in now" in client.get(reverse("assumed_session_now")).content.decode()
    session = log_in_as(client, sam, lena)
    earlier = minutes_ago(5)
    AssumedSession.objects.update(last_active_at=earlier)
    asked = client.get(reverse("assumed_session_now")).content.decode()
    assert f'data-session="{session.pk}"' in asked
    assert f"the account of <strong>{lena.name}</strong> is open now" in asked
    assert AssumedSession.objects.get().last_active_at == earlier
    AssumedSession.objects.update(last_active_at=minutes_ago(15))
    response = client.get(reverse("assumed_session_now"))
    assert response.url.startswith(f"{reverse('account_login')}?ended=idle")
    assert not AssumedSession.objects.live().exists()


def token(client):
    return {"csrfmiddlewaretoken": client.cookies["csrftoken"].value}


def refused_as_out_of_date(client, old, who):
    """Whatever is sent with the old form's token is refused by a page that says whose account is open now."""
    for address in ("/events/1/register/", reverse("assumed_session_exit"), reverse("account_logout")):
        response = client.post(address, old)
        page = response.content.decode()
        assert (response.status_code, "This form is out of date" in page) == (403, True), address
        assert f"<strong>{who.name}</strong>" in page
    return True


def test_a_form_from_before_a_start_during_it_or_before_an_exit_is_refused(sam, lena, max_):
    client = Client(enforce_csrf_checks=True)
    sign_in(client, sam)
    client.get(reverse("login_as", args=[lena.pk]))
    before_the_start = token(client)
    client.post(reverse("login_as", args=[lena.pk]), login_as_data(**before_the_start))
    during = token(client)
    assert refused_as_out_of_date(client, before_the_start, lena)

    left = client.post(reverse("assumed_session_exit"), during)
    assert client.post(reverse("event_register", args=[1]), during).url == left.url  # nobody is signed in now
    client.get(left.url)
    signing_in = {"login": sam.email, "password": "standin-demo"} | token(client)
    assert client.post(left.url, signing_in).status_code == 302
    assert refused_as_out_of_date(client, during, sam)

    client.get(reverse("login_as", args=[max_.pk]))
    client.post(reverse("login_as", args=[max_.pk]), login_as_data(**token(client)))
    assert AssumedSession.objects.live().get().target == max_
    assert refused_as_out_of_date(client, during, max_)


def test_signing_in_as_somebody_else_makes_earlier_forms_out_of_date(sam, lena):
    client = Client(enforce_csrf_checks=True)
    address = reverse("account_login")
    client.get(address)
    client.post(address, {"login": sam.email, "password": "standin-demo"} | token(client))
    sams = token(client)
    client.post(reverse("account_logout"), sams)
    client.get(address)
    client.post(address, {"login": lena.email, "password": "standin-demo"} | token(client))
    assert refused_as_out_of_date(client, sams, lena)


def test_a_start_that_signing_in_interrupted_is_asked_for_again(client, sam, lena):
    response = post_login_as(client, lena)
    assert response.url == f"{reverse('account_login')}?next=/users/{lena.pk}/login-as/"
    signed_in = client.post(response.url, {"login": sam.email, "password": "standin-demo"})
    page = client.get(signed_in.url)
    assert page.wsgi_request.path == reverse("login_as", args=[lena.pk])
    assert (page.wsgi_request.user, page.context["form"].is_bound) == (sam, False)
    assert not AssumedSession.objects.exists()


CLOSED = ("/account/", "/account/access-history/", "/accounts/password/change/", "/admin/", "/admin/audit/auditevent/")


def spellings(path):
    """Ways to write the same address, as a server hands them on: decoded once, never tidied up."""
    inner = path.strip("/")
    return {
        path, f"/{inner}", f"//{inner}/", f"/{inner}//", f"/{inner.upper()}/", f"/{inner.title()}/", f"/{inner}/.",
        f"/./{inner}/", f"/x/../{inner}/", f"/{inner}./", f"/{inner}/%2e", f"/%61{inner[1:]}/", f"/{inner}%2F",
        f"/{inner};x/", f"/{inner}/;x", f"/{inner}\\", f"/{inner} /", f"/{inner}\x00/", f"/{inner}/?",
        f"/ａ{inner[1:]}/".encode().decode("latin-1"),
    }  # fmt: skip


@pytest.mark.parametrize("path", CLOSED)
def test_a_closed_page_is_closed_however_it_is_spelled(client, owner, audrey, path):
    log_in_as(client, owner, audrey)
    answers = {}
    for spelling in spellings(path):
        for method in ("GET", "POST"):
            response = client.generic(method, "/", PATH_INFO=spelling)
            if response.status_code == 301:
                response = client.get(response.url)
            answers[method, spelling] = response.status_code
    assert set(answers.values()) <= {403, 404}, answers
    assert answers["GET", path] == answers["POST", path] == 403


def test_a_closed_page_says_whose_account_is_open_why_and_leads_back(client, sam, lena):
    log_in_as(client, sam, lena)
    page = client.get("/account/").content.decode()
    assert f"Not available in <bdi>{lena.name}</bdi>'s account" in page
    assert "Account pages stay private: only <bdi>Lena</bdi> can open this one." in page
    assert "Nothing was changed." in page
    assert "Back to the dashboard of <bdi>Lena</bdi>" in page


# Pages of people who administer: the beginnings of the names of their templates.
ADMINISTRATION = ("place_", "due_date_", "result_", "waiting_", "module_people")


def test_every_form_of_a_learners_page_is_disabled_in_look_only():
    forms = []
    for template in (settings.BASE_DIR / "templates" / "learning").glob("*.html"):
        if template.name.startswith(ADMINISTRATION):
            continue  # closed in an assumed session
        for form in re.findall(r'<form method="post".*?</form>', template.read_text(), re.DOTALL):
            forms.append(form)
            assert "{% if request.assumed_session.looks_only %}disabled{% endif %}" in form, template.name
            assert "impersonation/_look_only.html" in form, template.name
    assert len(forms) >= 3


def test_a_second_click_on_the_start_that_arrives_with_the_new_key_leads_on_as_lena(client, sam, lena):
    sign_in(client, sam)
    once = client.get(reverse("login_as", args=[lena.pk])).context["once"]
    assert [post_login_as(client, lena, once=once).url for _ in range(2)] == [reverse("dashboard")] * 2
    assert client.get(reverse("dashboard")).wsgi_request.user == lena
    assert AssumedSession.objects.count() == 1
    assert events("assumed_session.refused") == []
