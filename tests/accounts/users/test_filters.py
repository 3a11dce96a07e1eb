"""User Management: the right people, found quickly, in an address that can be sent to somebody."""

from html.parser import HTMLParser

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from tests.support.assumed import data_queries, sign_in
from tests.support.factories import DepartmentFactory, UserFactory

pytestmark = pytest.mark.django_db


EVERYBODY = ["Ina Dahl", "Lena Sørensen", "Max Kjær", "Sam Okafor"]


class Rows(HTMLParser):
    """The first cell of each row of the table, and the links of the page."""

    def __init__(self, response):
        super().__init__()
        self.names, self.links, self.inside = [], [], False
        self.feed(response.content.decode())

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        self.inside = (tag == "a" and self.inside) or attributes.get("scope") == "row"
        if tag == "a":
            self.links.append(attributes.get("href"))

    def handle_data(self, data):
        if self.inside and data.strip():
            self.names.append(data.strip())


def names(client, query=""):
    response = client.get(reverse("user_list") + query)
    assert response.status_code == 200
    return Rows(response).names


@pytest.fixture
def sams_browser(client, sam):
    sign_in(client, sam)
    return client


def test_sam_sees_everybody_sorted_by_name(sams_browser, sam, rita, lena, max_, ina):
    assert names(sams_browser) == ["Ina Dahl", "Lena Sørensen", "Max Kjær", "Rita Holm", "Sam Okafor"]


def test_rita_sees_copenhagen_and_below(client, rita, lena, max_):
    sign_in(client, rita)
    assert names(client) == ["Lena Sørensen", "Rita Holm"]
    assert client.get(reverse("user_detail", args=[lena.pk])).status_code == 200
    assert client.get(reverse("user_detail", args=[max_.pk])).status_code == 404
    assert names(client, f"?id={max_.pk}") == []
    page = client.get(reverse("user_list")).content.decode()
    assert "Nørreport" in page
    assert "Aarhus" not in page


@pytest.mark.parametrize("address", ["/users/", "/users/1/"])
def test_a_learner_gets_404(client, lena, address):
    sign_in(client, lena)
    assert client.get(address).status_code == 404
    assert "User Management" not in client.get(reverse("dashboard")).content.decode()


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?q=lena", ["Lena Sørensen"]),
        ("?q=LENA+søren", ["Lena Sørensen"]),
        ("?q=max@harbour", ["Max Kjær"]),
        ("?q=nobody+of+that+name", []),
        ("?q=%00", EVERYBODY),
        ("?status=deactivated", ["Ina Dahl"]),
        ("?status=active&q=a@h", ["Lena Sørensen"]),
        ("?status=nonsense&department=x&type=y&page=z&sort=drop&id=w", EVERYBODY),
        ("?sort=-name", ["Sam Okafor", "Max Kjær", "Lena Sørensen", "Ina Dahl"]),
        ("?sort=status", ["Lena Sørensen", "Max Kjær", "Sam Okafor", "Ina Dahl"]),
        ("?page=99", EVERYBODY),
    ],
)  # fmt: skip
def test_search_filters_and_sorting(sams_browser, lena, max_, ina, query, found):
    assert names(sams_browser, query) == found


def test_a_department_means_everything_below_it(sams_browser, copenhagen, lena, max_, rita):
    assert names(sams_browser, f"?department={copenhagen.pk}") == ["Lena Sørensen", "Rita Holm"]


def test_the_filter_by_permission_type(sams_browser, sam, rita):
    support = Group.objects.get(name="Support")
    assert names(sams_browser, f"?type={support.pk}") == ["Sam Okafor"]


def test_the_latest_sign_in_comes_first_and_never_comes_last(sams_browser, sam, lena, max_):
    User.objects.filter(pk=max_.pk).update(last_login=timezone.now())
    User.objects.filter(pk=sam.pk).update(last_login=timezone.now() - timezone.timedelta(days=1))
    assert names(sams_browser, "?sort=last_sign_in") == ["Max Kjær", "Sam Okafor", "Lena Sørensen"]


def test_login_as_user_is_offered_or_says_why_not(sams_browser, lena, ina, audrey, owner):
    page = sams_browser.get(reverse("user_list"))
    links = Rows(page).links
    assert reverse("login_as", args=[lena.pk]) in links
    for person, why in {
        ina: "This account is deactivated.",
        audrey: "This person holds rights that you don&#x27;t.",
        owner: "This account owns the platform.",
    }.items():
        assert reverse("login_as", args=[person.pk]) not in links
        assert why in page.content.decode()
        assert why in sams_browser.get(reverse("user_detail", args=[person.pk])).content.decode()


def test_help_at_the_head_is_about_what_the_reader_may_do(client, sam, mona):
    for reader, says, leads in ((sam, "Help: Login as User", "help_login_as"), (mona, "Help", "help_index")):
        sign_in(client, reader)
        head = client.get(reverse("user_list")).content.decode().partition("</h1>")[2].partition("</div>")[0]
        assert f'<a href="{reverse(leads)}">{says}</a>' in head
        assert head.count("Help") == 1


def test_mona_sees_people_and_why_she_may_not_log_in_as_them(client, mona, lena):
    sign_in(client, mona)
    page = client.get(reverse("user_list"))
    assert reverse("login_as", args=[lena.pk]) not in Rows(page).links
    assert "You don&#x27;t hold the right to log in on behalf of others." in page.content.decode()


def test_hostile_names_stay_text(sams_browser, company):
    UserFactory(first_name="<script>alert(1)</script>", email="x@harbour.example", department=company)
    assert "<script>alert" not in sams_browser.get(reverse("user_list")).content.decode()


@pytest.mark.parametrize("people", [3, 45])
def test_the_list_costs_the_same_for_few_and_many(sams_browser, copenhagen, people):
    for number in range(people):
        person = UserFactory(department=DepartmentFactory(parent=copenhagen) if number < 3 else copenhagen)
        person.groups.add(*Group.objects.all())
    with CaptureQueriesContext(connection) as captured:
        sams_browser.get(reverse("user_list"))
    # The browser session; the person who looks; two filters' choices; who is on the page; the page; its permission
    # types; how many; whose accounts the person opened last; actions that are not finished; saved views.
    assert len(data_queries(captured)) == 11, "\n".join(data_queries(captured))


def test_my_account_shows_who_i_am(client, lena):
    sign_in(client, lena)
    page = client.get(reverse("account")).content.decode()
    assert lena.email in page
    assert "Nørreport" in page


def test_who_finds_nobody_is_told_what_they_see_and_how_to_go_on(client, rita, sam, copenhagen):
    sign_in(client, rita)
    page = client.get("/users/?q=nobody-at-all&per=50").content.decode()
    assert "You see people in Copenhagen only." in page
    assert page.count('href="/users/?per=50">Show everybody') == 1
    sign_in(client, sam)
    assert "You see people in" not in client.get("/users/?q=nobody-at-all").content.decode()


def test_login_as_user_comes_first_and_what_is_dangerous_last_and_apart(client, owner, lena):
    sign_in(client, owner)
    page = client.get("/users/?q=lena").content.decode()
    menu = page.partition(f'id="menu-{lena.pk}"')[2].partition("</td>")[0]
    words = ["data-login-as", "<hr", "View profile", "Check access", "Edit", "<hr>", "danger", "Deactivate…"]
    places = [menu.index(word) for word in words[:5]] + [menu.rindex(word) for word in words[5:]]
    assert places == sorted(places)
    assert len(set(places)) == len(words)


def test_a_long_name_is_there_as_a_whole(sams_browser, company):
    name = "Wilhelmina-Theodora " * 7
    UserFactory(first_name=name.strip(), last_name="", email="w@harbour.example", department=company)
    assert f'title="{name.strip()}"' in sams_browser.get("/users/?q=wilhelmina").content.decode()


@pytest.mark.parametrize(("query", "count"), [("", 0), ("?q=a&sort=email", 0), ("?status=active&department=x", 1)])
def test_the_number_of_filters_in_use_is_said(sams_browser, query, count):
    assert sams_browser.get(f"/users/{query}").context["form"].filter_count == count
