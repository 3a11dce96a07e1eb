"""Nobody makes a permission type that is more than they are: rights, scope and holders set the limits."""

import pytest
from django.contrib.auth.models import Group, Permission

from accounts.authorization.changes import NotAllowed
from accounts.authorization.grants import Grants
from accounts.models import User
from accounts.permission_setup.actions import delete_permission_type, fingerprint, save_permission_type
from accounts.policy.holdings import Holding, Holdings
from accounts.user_import.planning.matching import is_protected
from tests.support.assumed import events, sign_in
from tests.support.factories import permission_type
from tests.support.permission_setup import address, asked, held_by

pytestmark = pytest.mark.django_db


def test_petra_ticks_no_box_that_she_does_not_hold(client, petra, sam):
    sign_in(client, petra)
    form = client.get(address("Support")).context["form"]
    held = {tick.box.name for _feature, ticks in form.features() for tick in ticks if tick.is_held}
    assert {"people_see", "on_behalf_act", "permission_types"} <= held
    assert held.isdisjoint({"audit_read", "audit_export", "settings", "learning_edit", "people_export", "assumed_end"})
    response = client.post(address("Support"), asked("preview", "audit_read"))
    assert response.status_code == 403
    assert events("permission_type.changed") == []


def test_petra_does_not_edit_the_type_that_she_holds(client, petra):
    sign_in(client, petra)
    page = client.get(address("People lead"))
    assert page.status_code == 200
    assert "You hold this permission type yourself" in page.content.decode()
    before = held_by("People lead")
    assert client.post(address("People lead"), asked("save", name="People lead")).status_code == 403
    assert held_by("People lead") == before


def test_petra_does_not_edit_a_type_with_rights_that_she_does_not_hold(client, petra, audrey):
    sign_in(client, petra)
    assert client.post(address("Auditor"), asked("save", "people_see", name="Auditor")).status_code == 403
    assert held_by("Auditor") == ["export_auditevent", "view_auditevent"]


def test_petra_does_not_edit_a_type_that_somebody_above_her_holds(client, petra, sam, audrey):
    audrey.groups.add(*sam.groups.all())
    sign_in(client, petra)
    response = client.post(address("Support"), asked("preview", "people_see"))
    assert response.status_code == 403
    assert "Somebody who holds more than you holds this permission type." in response.content.decode()


def test_rolf_widens_no_scope(client, rolf, rita, company, copenhagen, aarhus):
    sign_in(client, rolf)
    url = address("Regional support (Copenhagen)")
    for scope, departments in (("company", []), ("departments", [aarhus]), ("departments", [company])):
        data = asked("preview", "people_see", scope=scope, departments=departments)
        assert client.post(url, data).status_code == 422
        assert client.post(url, data | {"step": "save"}).status_code == 422
    assert (
        client.post(url, asked("preview", "people_see", scope="departments", departments=[copenhagen]))
        .context["preview"]
        .changes
    )


def test_rolf_does_not_edit_a_type_that_somebody_in_aarhus_holds(client, rolf, rita, max_, copenhagen):
    max_.groups.add(*rita.groups.all())
    sign_in(client, rolf)
    data = asked("preview", "people_see", scope="departments", departments=[copenhagen])
    response = client.post(address("Regional support (Copenhagen)"), data)
    assert response.status_code == 403
    assert "Somebody outside your departments holds this permission type." in response.content.decode()


def test_an_import_leaves_protected_accounts_alone(sam, owner, lena, max_):
    User.objects.filter(pk=lena.pk).update(is_protected=True)
    lena = User.objects.get(pk=lena.pk)
    assert [is_protected(person, sam) for person in (lena, max_, sam, owner)] == [True, False, True, True]
    assert [is_protected(person, owner) for person in (lena, max_, sam, owner)] == [False, False, False, True]
    assert [is_protected(person, None) for person in (lena, max_, sam, owner)] == [True, False, True, True]


def refused(actor, name, *rights, path=""):
    """Return the refusal of the action without any page before it; the permission type stays unchanged."""
    group = Group.objects.get(name=name)
    before = Grants.read().of(group)
    held = Holdings(Holding(right, path) for right in rights)
    with pytest.raises(NotAllowed) as caught:
        save_permission_type(actor=actor, permission_type=group, name=name, held=held, seen=fingerprint(name, before))
    assert Grants.read().of(group) == before
    return caught.value.sentence


def test_petra_gives_no_type_a_right_that_she_does_not_hold(client, petra, sam):
    sign_in(client, petra)
    assert client.post(address("Support"), asked("preview", "people_see", "people_export")).status_code == 403
    assert "rights that you don't hold yourself" in refused(petra, "Support", "accounts.export_people")


def test_rights_for_the_whole_company_are_not_the_right_to_set_them_up_there(rolf, sam):
    rolf.groups.add(*sam.groups.all())
    permission_type("Spare")
    assert refused(rolf, "Spare", "accounts.see_people") == (
        "This reaches further than your right to edit permission types."
    )


def test_who_is_not_staff_makes_no_type_that_opens_the_admin_site(petra):
    petra.user_permissions.add(*Permission.objects.filter(content_type__app_label="audit"))
    permission_type("Spare")
    assert refused(petra, "Spare", "audit.view_auditevent") == (
        "This permission type opens the administration site, which is closed to you."
    )


def test_saving_asks_again_what_the_page_has_asked(petra):
    assert "You hold this permission type yourself" in refused(petra, "People lead", "accounts.see_people")


def test_deleting_asks_again_what_the_page_has_asked(owner, petra, sam, rita):
    for actor, name, sentence in (
        (owner, "Support", "1 person holds this permission type."),
        (petra, "People lead", "You hold this permission type yourself"),
        (sam, "Regional support (Copenhagen)", "You don't hold the right to edit permission types."),
    ):
        with pytest.raises(NotAllowed, match=sentence):
            delete_permission_type(actor=actor, permission_type=Group.objects.get(name=name))
        assert Group.objects.filter(name=name).exists()


def test_creating_asks_again_what_the_page_has_asked(sam):
    with pytest.raises(NotAllowed, match="right to edit permission types"):
        save_permission_type(actor=sam, permission_type=None, name="Mine", held=Holdings(), seen="")
    assert not Group.objects.filter(name="Mine").exists()
