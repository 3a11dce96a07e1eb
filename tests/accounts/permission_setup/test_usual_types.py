"""The permission types of a new installation, made by a button of its first owner."""

import pytest
from django.contrib.auth.models import Group
from django.urls import reverse

from accounts.authorization.changes import NotAllowed
from accounts.authorization.refusals import ChangeRefusal
from accounts.permission_setup.actions import create_usual_types
from accounts.permission_setup.shipped import SHIPPED
from tests.support.assumed import detail, events, sign_in
from tests.support.factories import permission_type

pytestmark = pytest.mark.django_db
LIST, USUAL = reverse("permission_type_list"), reverse("permission_types_usual")
BUTTON = "Create the usual permission types"


def test_an_empty_list_offers_the_usual_types_and_makes_them_on_record(client, owner):
    sign_in(client, owner)
    assert BUTTON in client.get(LIST).content.decode()
    page = client.post(USUAL, follow=True).content.decode()
    assert "These permission types were created: Owner, Support, Manager, Content creator, Auditor, User." in page
    assert BUTTON not in page
    made = events("permission_type.created")
    assert [detail(event)["name_after"] for event in made] == list(SHIPPED)
    assert {event.actor_id for event in made} == {owner.pk}
    support = next(detail(event) for event in made if detail(event)["name_after"] == "Support")
    assert "accounts.act_on_behalf" in support["after"]


def test_a_second_press_makes_nothing_and_says_so(client, owner):
    create_usual_types(actor=owner)
    recorded = len(events("permission_type.created"))
    sign_in(client, owner)
    response = client.post(USUAL)
    assert response.status_code == 403
    assert "The usual permission types exist already." in response.content.decode()
    assert len(events("permission_type.created")) == recorded == len(SHIPPED)


def test_a_type_of_the_company_with_a_usual_name_stays_as_it_is(owner):
    permission_type("Support", "see_people")
    created = create_usual_types(actor=owner)
    assert "Support" not in {made.name for made in created}
    assert Group.objects.get(name="Support").permissions.count() == 1


def test_nobody_makes_types_with_rights_that_they_lack(petra):
    with pytest.raises(NotAllowed) as refused:
        create_usual_types(actor=petra)
    assert refused.value.refusal == ChangeRefusal.TYPE_HOLDS_MORE
    assert not Group.objects.filter(name="Owner").exists()
    assert events("permission_type.created") == []


def test_who_may_edit_no_type_finds_no_button(client, sam, lena):
    for person in (sam, lena):
        sign_in(client, person)
        assert client.post(USUAL).status_code == 404
        with pytest.raises(NotAllowed):
            create_usual_types(actor=person)
    assert not Group.objects.filter(name="Owner").exists()


def test_an_editor_for_one_department_is_not_offered_types_of_the_company(client, rolf):
    sign_in(client, rolf)
    assert BUTTON not in client.get(LIST).content.decode()
    assert client.post(USUAL).status_code == 403
    assert not Group.objects.filter(name="Owner").exists()
