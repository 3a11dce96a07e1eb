"""The paths back: each step leads somewhere the reader can go, and the search of User Management is kept."""

import re
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.conf import settings
from django.template import Context, Template
from django.urls import reverse

from accounts.models import Department
from accounts.templatetags.breadcrumbs import PAGES, Crumb, called, crumbs
from tests.support.assumed import log_in_as, sign_in

pytestmark = pytest.mark.django_db
PATH = re.compile(r'<nav class="breadcrumbs"[^>]*>\s*<ol>(.*?)</ol>\s*</nav>', re.DOTALL)
LINK = re.compile(r'<li>(?:<a href="([^"]*)">)?(.*?)(?:</a>)?</li>')
TEMPLATES = Path(settings.BASE_DIR) / "templates"


def path_of(page):
    """Return the path of a page: the address and the title of each step."""
    [path] = PATH.findall(page.content.decode())
    return LINK.findall(path)


def asked_by(user):
    return SimpleNamespace(user=user, assumed_session=None, COOKIES={})


def test_a_path_leads_over_pages_objects_and_addresses(owner, lena):
    steps = ["user_list", lena, called("/x/", "Access")]
    people = (reverse("user_list"), "User Management")
    assert list(crumbs(asked_by(owner), steps)) == [people, (lena.get_absolute_url(), lena.name), ("/x/", "Access")]


def test_what_the_reader_cannot_open_is_no_link_or_left_out(lena, mona, norreport):
    closed = Department.objects.get(pk=norreport.pk)
    closed.is_open = False
    assert list(crumbs(asked_by(lena), ["user_list", "team", None, "", [closed], "help_index"])) == [
        Crumb("", norreport.name),
        Crumb(reverse("help_index"), "Help"),
    ]


def test_a_page_without_steps_has_no_path(owner, lena):
    render = Template("{% breadcrumbs 'user_list' %}").render
    assert 'aria-label="Where you are"' in render(Context({"request": asked_by(owner)}))
    assert render(Context({"request": asked_by(lena)})).strip() == ""


def test_every_page_of_a_path_is_known_and_used():
    tags = [
        tag
        for template in TEMPLATES.rglob("*.html")
        for tag in re.findall(r"\{% breadcrumbs (.*?) %\}", template.read_text(encoding="utf-8"))
    ]
    used = {name for tag in tags for name in re.findall(r'"([\w:]+)"', tag)}
    assert used == PAGES.keys()
    for name in PAGES:
        assert reverse(name)


def test_a_page_begins_with_its_path_and_never_with_a_lonely_link():
    """What a page is below stands in its block, before the messages; a link in a paragraph says nothing about it."""
    lonely = re.compile(r"\{% block content %\}\s*<p>\s*(\{% if [^%]*%\}\s*)?<a href")
    for template in TEMPLATES.rglob("*.html"):
        text = template.read_text(encoding="utf-8")
        assert not lonely.search(text), template
        before = text.partition("{% breadcrumbs")[0] if "{% breadcrumbs" in text else ""
        if template.name != "_places_path.html" and before:
            assert before.count("{% block path %}") == 1, template


def test_the_search_is_kept_on_every_page_about_a_person(client, owner, lena):
    sign_in(client, owner)
    client.get("/users/?q=lena&sort=email")
    people = ("/users/?q=lena&amp;sort=email", "User Management")
    person = (lena.get_absolute_url(), lena.name)
    for name in ("user_detail", "user_activity", "user_learning", "user_account_access"):
        assert path_of(client.get(reverse(name, args=[lena.pk]))) == [people], name
    for name in ("user_edit", "user_permission_types", "user_deactivate", "user_access", "login_as"):
        assert path_of(client.get(reverse(name, args=[lena.pk]))) == [people, person], name
    access = (reverse("user_account_access", args=[lena.pk]), "Access")
    for name in ("who_can_log_in", "log_in_as_whom"):
        assert path_of(client.get(reverse(name, args=[lena.pk]))) == [people, person, access], name
    assert path_of(client.get(reverse("user_create"))) == [people]


def test_the_path_comes_before_messages_and_heading(client, owner, lena):
    sign_in(client, owner)
    page = client.post(reverse("user_protect", args=[lena.pk]), {"protected": "on"}, follow=True).content.decode()
    places = [page.index(part) for part in ('class="breadcrumbs"', 'role="status"', "<h1>")]
    assert places == sorted(places)


def test_in_an_assumed_session_the_path_has_no_closed_page(client, owner, sam, lena):
    log_in_as(client, owner, sam)
    page = client.get(reverse("who_can_log_in", args=[lena.pk]))
    assert [title for _address, title in path_of(page)] == ["User Management", lena.name]
    for address, _title in path_of(page):
        assert client.get(address).status_code == 200
