"""The navigation marks the section of a page, on the page itself and below it."""

import re

import pytest
from django.urls import reverse

from tests.support.assumed import log_in_as, sign_in
from tests.support.factories import permission_type
from tests.support.learning_factories import make_event, make_module

pytestmark = pytest.mark.django_db
MARKED = re.compile(r'<a href="[^"]*" aria-current="(page|true)">([^<]+)</a>')


def marked(client, address):
    page = client.get(address).content.decode().partition("</header>")[0]
    return MARKED.findall(page)


def test_each_page_marks_its_section(client, owner, lena):
    module, event = make_module("Food safety basics"), make_event("Latte art night")
    sign_in(client, owner)
    expected = {
        reverse("dashboard"): ("page", "Dashboard"),
        reverse("module_list"): ("page", "Modules"),
        module.get_absolute_url(): ("true", "Modules"),
        event.get_absolute_url(): ("true", "Events"),
        reverse("team"): ("page", "My team"),
        reverse("team_modules"): ("true", "My team"),
        reverse("module_people", args=[module.pk]): ("true", "My team"),
        reverse("user_list"): ("page", "User Management"),
        reverse("user_detail", args=[lena.pk]): ("true", "User Management"),
        reverse("user_access", args=[lena.pk]): ("true", "User Management"),
        reverse("login_as", args=[lena.pk]): ("true", "User Management"),
        reverse("user_import"): ("true", "User Management"),
        reverse("job_profile_list"): ("true", "Organisation"),
        reverse("permission_type_create"): ("true", "Permission setup"),
        reverse("organisation_settings"): ("page", "Company settings"),
        reverse("brand_settings"): ("true", "Company settings"),
        reverse("admin:index"): ("page", "Administration"),
        reverse("admin:learning_module_change", args=[module.pk]): ("true", "Administration"),
        reverse("event_places", args=[event.pk]): ("true", "Administration"),
        reverse("admin:audit_auditevent_changelist"): ("page", "Audit log"),
    }
    assert {address: marked(client, address) for address in expected} == {
        address: [mark] for address, mark in expected.items()
    }


def test_progress_is_the_section_of_who_only_counts(client, chris):
    module = make_module("Food safety basics")
    sign_in(client, chris)
    assert marked(client, reverse("team_modules")) == [("page", "Progress")]
    assert marked(client, reverse("module_people", args=[module.pk])) == [("true", "Progress")]


def test_a_page_of_the_assumed_session_belongs_to_the_dashboard(client, sam, lena):
    sam.groups.add(permission_type("Checks", "check_access"))
    log_in_as(client, sam, lena)
    assert marked(client, reverse("assumed_session_access")) == [("true", "Dashboard")]


def test_a_page_without_a_section_marks_nothing(client, lena):
    sign_in(client, lena)
    assert marked(client, "/no-such-page/") == []
    assert marked(client, reverse("account")) == []
