"""The policy sheet: everybody who is signed in reads what holds in this installation, and nobody's name."""

import html
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.permission_setup.actions import change_settings
from audit import log
from audit.kinds import Kind
from audit.management.commands.seal_audit import YOUNGEST
from tests.support.assumed import data_queries, log_in_as, sign_in
from tests.support.factories import UserFactory, permission_type
from tests.support.permission_setup import set_company
from tests.support.sealed import seal, write

pytestmark = pytest.mark.django_db
URL = reverse("login_as_policy")


@pytest.fixture
def lenas_browser(client, lena):
    sign_in(client, lena)
    return client


def words(response):
    assert response.status_code == 200
    main = response.content.decode().partition("<main")[2].partition("</main>")[0]
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", main)).split())


def rows(browser):
    """Return the cells of both tables by the first cell of the row."""
    page = browser.get(URL).content.decode()
    found = re.findall(r"<tr>(.*?)</tr>", page, re.DOTALL)
    cells = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL) for row in found]
    plain = [[" ".join(html.unescape(re.sub(r"<[^>]+>", " ", cell)).split()) for cell in row] for row in cells]
    return {name: rest for name, *rest in plain}


def test_it_is_for_everybody_who_is_signed_in(client, lena):
    assert client.get(URL).url == f"{reverse('account_login')}?next={URL}"
    sign_in(client, lena)
    assert "Policy sheet: Login as User" in words(client.get(URL))
    assert client.post(URL).status_code == 405


def test_it_says_how_many_may_and_where_and_names_nobody(lenas_browser, owner, sam, rita, mona, audrey):
    UserFactory(first_name="Gone", is_active=False).groups.add(*sam.groups.all())
    found = rows(lenas_browser)
    assert found["Support"] == ["Act: the whole company Look only: the whole company", "1"]
    assert found["Regional support (Copenhagen)"] == [
        "Act: Copenhagen and below Look only: Copenhagen and below", "1",
    ]  # fmt: skip
    assert found["Owners of the platform"] == ["Both modes: the whole company, but no other owner", "1"]
    assert "Manager" not in found
    assert "Without a permission type" not in found
    said = words(lenas_browser.get(URL))
    assert "3 people may use it now." in said
    assert "2 people may read it." in said  # Audrey and the owner
    assert not [person for person in User.objects.all() if person.email in said or person.last_name in said]


def test_who_holds_it_twice_is_one_person_and_who_holds_it_directly_counts(lenas_browser, sam, aarhus, right):
    sam.groups.add(permission_type("Look", "look_only_on_behalf", departments=[aarhus]))
    UserFactory(first_name="Dora").user_permissions.add(right("act_on_behalf"))
    found = rows(lenas_browser)
    assert (found["Support"][1], found["Look"]) == ("1", ["Look only: Aarhus and below", "1"])
    assert found["Without a permission type"] == ["The whole company", "1"]
    assert "2 people may use it now." in words(lenas_browser.get(URL))


@pytest.fixture
def right():
    from django.contrib.auth.models import Permission

    return lambda codename: Permission.objects.get(codename=codename)


def test_a_department_below_another_one_is_not_named(lenas_browser, copenhagen, norreport):
    permission_type("Look", "look_only_on_behalf", departments=[copenhagen, norreport])
    assert rows(lenas_browser)["Look"] == ["Look only: Copenhagen and below", "0"]


IDLE = "Minutes without a request until an assumed session ends"
NOTICE = "Tell people that somebody logged in as them"


def test_a_rule_holds_since_its_last_change_and_others_since_the_installation(lenas_browser, owner):
    assert {since for name, (_value, since) in list(rows(lenas_browser).items()) if name in (IDLE, NOTICE)} == {
        "the installation"
    }
    change_settings(actor=owner, values={"idle_minutes": 12})
    change_settings(actor=owner, values={"idle_minutes": 9, "names_staff": False})
    found = rows(lenas_browser)
    today = timezone.localtime().strftime("%B %Y")
    assert found[IDLE][0] == "9"
    assert today in found[IDLE][1]
    assert found[NOTICE] == ["When the assumed session starts", "the installation"]
    assert found["Tell people who it was"][0] == "no"


def test_an_event_of_the_version_before_counts_for_the_switch(lenas_browser, owner):
    with log.recording():
        detail = {"login_as_enabled_before": False, "login_as_enabled_after": True}
        log.record(Kind.SETTINGS_CHANGED, actor=owner.as_person(), detail=detail)
    found = rows(lenas_browser)
    assert found["Login as User is switched on"][0] == "yes"
    assert found["Login as User is switched on"][1] != "the installation"
    assert found[IDLE][1] == "the installation"


def test_where_the_operator_is_stricter_the_page_says_so(lenas_browser, settings):
    set_company(idle_minutes=12)
    settings.ASSUMED_SESSION_IDLE_MINUTES = 6
    settings.LOGIN_AS_ENABLED = False
    found = rows(lenas_browser)
    stricter = "set by the operator of the platform, stricter than the company"
    assert found[IDLE] == ["6", stricter]
    assert found["Login as User is switched on"] == ["no", stricter]
    assert "Login as User is switched off: nobody can log in as anybody now." in words(lenas_browser.get(URL))


@pytest.mark.parametrize(
    ("notice", "sentence"),
    [
        ("start", "as soon as somebody logs in as them."),
        ("end", "when somebody has left their account."),
        ("none", "No mail: the company has switched notices off."),
    ],
)
def test_it_says_what_the_person_is_told(lenas_browser, notice, sentence):
    set_company(notice=notice, names_staff=notice == "end")
    said = words(lenas_browser.get(URL))
    assert sentence in said
    assert ("Who it was, by name." in said) == (notice == "end")


@pytest.mark.parametrize("mode", ["act", "look_only"])
def test_it_can_be_read_in_an_assumed_session(client, sam, lena, mode):
    log_in_as(client, sam, lena, mode=mode)
    assert "Policy sheet: Login as User" in words(client.get(URL))


def test_it_costs_the_same_for_more_types_people_and_changes(lenas_browser, owner, sam, aarhus, copenhagen):
    def queries():
        with CaptureQueriesContext(connection) as captured:
            assert lenas_browser.get(URL).status_code == 200
        return len(data_queries(captured))

    before = queries()
    for number in range(5):
        kind = permission_type(f"Type {number}", "act_on_behalf", departments=[aarhus, copenhagen])
        UserFactory(first_name=f"P{number}").groups.add(kind)
        change_settings(actor=owner, values={"idle_minutes": number + 1})
    assert queries() == before == 10  # the browser session, the reader, and eight


def test_the_pages_about_it_lead_there(client, owner):
    sign_in(client, owner)
    for name in ("help_login_as", "access_history", "organisation_settings"):
        assert f'href="{URL}"' in client.get(reverse(name)).content.decode()


def test_it_says_which_entries_retention_has_moved(lenas_browser, db, tmp_path):
    said = words(lenas_browser.get(URL))
    assert f"when they are {YOUNGEST.days} days old or older" in said
    assert "Until now no entry was moved." in said
    write(3)
    write(2, at=timezone.now())
    seal(tmp_path / "2020.jsonl")
    said = words(lenas_browser.get(URL))
    assert "Entries up to 1 May 2020 are in such a file." in said
    assert "Until now" not in said
