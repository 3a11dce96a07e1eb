"""Permission setup: the list, the matrix, what changes for how many people, and who may do what there."""

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group, Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.policy import holds
from tests.conftest import SUPPORT
from tests.support.assumed import data_queries, detail, events, sign_in
from tests.support.factories import permission_type
from tests.support.permission_setup import address, asked, fresh, held_by, save
from tests.support.valid_html import in_a_line

pytestmark = pytest.mark.django_db

LIST = reverse("permission_type_list")
NEW = reverse("permission_type_create")


def test_the_owner_sees_every_type_with_its_scope_and_holders(client, owner, sam, rita, mona, lena):
    lena.groups.add(Group.objects.get(name="Manager"))
    sign_in(client, owner)
    response = client.get(LIST)
    shown = {
        found.name: (found.is_company_wide, [place.name for place in found.departments], found.people)
        for found in response.context["types"]
    }
    assert shown == {
        "Manager": (True, [], 2),
        "Regional support (Copenhagen)": (False, ["Copenhagen"], 1),
        "Support": (True, [], 1),
    }


def test_the_list_says_in_a_line_what_holders_may_do_and_folds_the_rest(client, owner, sam, mona):
    permission_type("Nothing")
    sign_in(client, owner)
    page = in_a_line(client.get(LIST))
    [support] = [row for row in page.split("<tr>") if ">Support<" in row]
    assert "Manage people · Log in as people to act · Give another try and more time <details" in support
    assert "<dt>Login as User</dt> <dd>Log in as people to act, Log in as people to look only, Check" in support
    assert "<summary> 8 rights<" in support
    [manager] = [row for row in page.split("<tr>") if ">Manager<" in row]
    assert "See people" in manager
    assert "<details" not in manager  # its only right is all that there is to say
    [nothing] = [row for row in page.split("<tr>") if ">Nothing<" in row]
    assert "Learner only" in nothing
    assert "/delete/" not in page


def test_the_page_has_one_name(client, owner, sam):
    sign_in(client, owner)
    page = in_a_line(client.get(LIST))
    assert "<title>Permission setup ·" in page
    assert "<h1>Permission setup</h1>" in page
    assert f'href="{LIST}" aria-current="page">Permission setup</a>' in page
    for view in ("permission_type_edit", "permission_type_delete"):
        assert f'<li><a href="{LIST}">Permission setup</a></li>' in in_a_line(client.get(address("Support", view)))
    assert f'href="{LIST}">Open Permission setup<' in in_a_line(client.get(reverse("help_page", args=["owner"])))


@pytest.mark.parametrize("number", [1, 20])
def test_the_list_asks_as_much_for_twenty_types_as_for_one(client, owner, copenhagen, number):
    for count in range(number):
        permission_type(f"Type {count}", "see_people", departments=[copenhagen])
    sign_in(client, owner)
    with CaptureQueriesContext(connection) as captured:
        response = client.get(LIST)
    assert len(response.context["types"]) == number
    assert len(data_queries(captured)) == 7, data_queries(captured)


@pytest.mark.parametrize("who", ["sam", "mona", "audrey", "lena"])
def test_who_edits_no_types_learns_nothing_of_the_pages(client, request, who, rita):
    person = request.getfixturevalue(who)
    sign_in(client, person)
    for url in (LIST, NEW, address("Regional support (Copenhagen)"), reverse("organisation_settings")):
        assert client.get(url).status_code == 404
        assert client.post(url, asked("save", name="Mine")).status_code in (404, 405)
    assert not Group.objects.filter(name="Mine").exists()


def test_rolf_sees_only_types_within_copenhagen(client, rolf, sam, rita, aarhus):
    permission_type("Regional support (Aarhus)", *SUPPORT, departments=[aarhus])
    sign_in(client, rolf)
    names = [found.name for found in client.get(LIST).context["types"]]
    assert names == ["People lead (Copenhagen)", "Regional support (Copenhagen)"]
    assert client.get(address("Support")).status_code == 404
    assert client.get(address("Regional support (Aarhus)")).status_code == 404
    assert client.post(address("Regional support (Aarhus)", "permission_type_delete")).status_code == 404


def test_the_editor_shows_what_a_type_holds(client, owner, rita, copenhagen):
    sign_in(client, owner)
    form = client.get(address("Regional support (Copenhagen)")).context["form"]
    ticked = {tick.box.name for _feature, ticks in form.features() for tick in ticks if tick.is_ticked}
    assert ticked == {
        "people_see", "people_create", "people_edit", "people_deactivate", "on_behalf_act", "on_behalf_look",
        "on_behalf_check", "learning_help",
    }  # fmt: skip
    assert form["scope"].value() == "departments"
    assert list(form["departments"].value()) == [copenhagen.pk]


def test_the_preview_says_what_changes_for_how_many_people_and_saves_nothing(client, owner, sam, mona, lena, max_, ina):
    for person in (lena, max_, ina):
        person.groups.add(*sam.groups.all())
    mona.groups.add(*sam.groups.all())
    sign_in(client, owner)
    before = held_by("Support")
    response = client.post(address("Support"), asked("preview", "on_behalf_look", "people_export"))
    shown = response.context["preview"]
    assert shown.holders == 4  # Ina is deactivated
    assert [(change.label, change.is_given, change.places, change.users) for change in shown.changes] == [
        ("See people", False, [], 3),  # Mona sees people as a manager too
        ("Create people", False, [], 4),
        ("Edit people", False, [], 4),
        ("Deactivate people", False, [], 4),
        ("Export people", True, [], 4),
        ("Log in as people to act", False, [], 4),
        ("Check people's access", False, [], 4),
        ("Give another try and more time", False, [], 4),
    ]
    assert held_by("Support") == before
    assert events("permission_type.changed") == []


def test_the_preview_tells_a_narrower_scope_from_a_wider_one(client, owner, rita, copenhagen, norreport, aarhus):
    sign_in(client, owner)
    url = address("Regional support (Copenhagen)")
    narrower = asked("preview", "people_see", scope="departments", departments=[norreport])
    changes = client.post(url, narrower).context["preview"].changes
    assert [(c.is_given, c.places) for c in changes if c.label == "See people"] == [(False, ["Copenhagen"])]
    wider = asked("preview", "people_see", scope="departments", departments=[copenhagen, norreport, aarhus])
    changes = client.post(url, wider).context["preview"].changes
    assert [(c.is_given, c.places) for c in changes if c.label == "See people"] == [(True, ["Aarhus"])]


def test_saving_changes_the_type_its_holders_and_the_log(client, owner, sam, copenhagen, norreport):
    sign_in(client, owner)
    response = save(
        client, address("Support"), "people_see", "on_behalf_look",
        name="Helpers", scope="departments", departments=[copenhagen, norreport],
    )  # fmt: skip
    assert response.url == LIST
    assert held_by("Helpers") == [("look_only_on_behalf", "Copenhagen"), ("see_people", "Copenhagen")]
    assert not holds(fresh(sam), "accounts.act_on_behalf")
    [event] = events("permission_type.changed")
    said = detail(event)
    assert (event.actor_id, said["name_before"], said["name_after"]) == (owner.pk, "Support", "Helpers")
    assert said["before"] == sorted(f"accounts.{codename}" for codename in SUPPORT)
    assert said["after"] == ["accounts.look_only_on_behalf (Copenhagen)", "accounts.see_people (Copenhagen)"]


def test_a_new_type_is_created_with_its_event(client, petra):
    sign_in(client, petra)
    assert save(client, NEW, "people_see", name="Receptionist").url == LIST
    assert held_by("Receptionist") == ["see_people"]
    [event] = events("permission_type.created")
    assert detail(event)["after"] == ["accounts.see_people"]


def test_back_to_editing_keeps_what_was_chosen(client, petra):
    sign_in(client, petra)
    form = client.post(NEW, asked("edit", "people_see", name="Receptionist")).context["form"]
    assert (form["name"].value(), form["rights"].value()) == ("Receptionist", ["people_see"])
    assert not Group.objects.filter(name="Receptionist").exists()


def test_nothing_is_saved_that_was_changed_since_it_was_shown(client, owner, sam):
    sign_in(client, owner)
    shown = client.post(address("Support"), asked("preview", "people_see"))
    Group.objects.get(name="Support").permissions.remove(Permission.objects.get(codename="check_access"))
    before = held_by("Support")
    response = client.post(address("Support"), asked("save", "people_see", seen=shown.context["seen"]))
    assert response.status_code == 409
    assert "was changed meanwhile" in response.content.decode()
    assert held_by("Support") == before


def test_save_without_a_preview_changes_nothing(client, owner, sam):
    sign_in(client, owner)
    before = held_by("Support")
    assert client.post(address("Support"), asked("save", "people_see")).status_code == 409
    assert held_by("Support") == before


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"name": ""}, "This field is required."),
        ({"name": "supPORT"}, "There is a permission type of this name already."),
        ({"scope": "departments"}, "Please choose at least one department."),
        ({"scope": "galaxy"}, "Select a valid choice."),
        ({"name": "N\0L"}, "(U+0000) can&#x27;t be seen and isn&#x27;t allowed here."),
    ],
)
def test_what_makes_no_sense_is_refused_with_a_sentence(client, owner, sam, changes, sentence):
    sign_in(client, owner)
    response = client.post(NEW, asked("preview", "people_see", **{"name": "New"} | changes))
    assert response.status_code == 422
    assert sentence in response.content.decode()


def test_what_knows_no_departments_is_refused_for_departments(client, owner, copenhagen):
    sign_in(client, owner)
    response = client.post(
        NEW, asked("preview", "audit_read", name="Local", scope="departments", departments=[copenhagen])
    )
    assert response.status_code == 422
    assert "“Read the audit log” is for the whole company only" in response.content.decode()


def test_auditors_are_let_into_the_admin_site_by_their_type_and_out_again(client, owner, sam, mona):
    mona.groups.add(*sam.groups.all())
    sign_in(client, owner)
    shown = client.post(address("Support"), asked("preview", "audit_read")).context["preview"]
    assert (shown.opened, shown.closed) == (2, 0)
    save(client, address("Support"), "audit_read")
    assert [fresh(sam).is_staff, fresh(mona).is_staff] == [True, True]
    mona.user_permissions.add(Permission.objects.get(codename="export_auditevent"))
    shown = client.post(address("Support"), asked("preview", "people_see")).context["preview"]
    assert (shown.opened, shown.closed) == (0, 2 - 1)
    save(client, address("Support"), "people_see")
    assert [fresh(sam).is_staff, fresh(mona).is_staff] == [False, True]


def test_a_type_that_somebody_holds_is_not_deleted(client, owner, sam):
    sign_in(client, owner)
    for send in (client.get, client.post):
        response = send(address("Support", "permission_type_delete"))
        assert "1 person holds this permission type. Take it from them first." in response.content.decode()
    assert Group.objects.filter(name="Support").exists()


def test_a_type_that_nobody_holds_is_deleted_by_post_alone_and_recorded(client, owner, copenhagen):
    permission_type("Spare", "see_people", departments=[copenhagen])
    sign_in(client, owner)
    url = address("Spare", "permission_type_delete")
    assert client.get(url).status_code == 200
    assert Group.objects.filter(name="Spare").exists()
    assert client.post(url).url == LIST
    assert not Group.objects.filter(name="Spare").exists()
    [event] = events("permission_type.deleted")
    assert detail(event)["before"] == ["accounts.see_people (Copenhagen)"]


def test_rights_and_people_are_edited_in_our_own_pages_only():
    registered = {model._meta.label for model in admin.site._registry}
    assert "audit.AuditEvent" in registered
    assert {label.partition(".")[0] for label in registered} == {"audit", "impersonation", "learning"}
