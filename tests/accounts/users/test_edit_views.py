"""Creating, editing, deactivating and inviting people: within rights and scope, and on record."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from accounts.authorization.changes import NotAllowed
from accounts.models import JobProfile, User
from accounts.users.actions import EDITED, create_user, edit_user, fingerprint, set_active
from accounts.users.invitations import invite
from tests.support.assumed import detail, events, sign_in, text
from tests.support.factories import UserFactory, permission_type
from tests.support.mail_backends import delivered

pytestmark = pytest.mark.django_db
PASSWORD = "Espresso-at-seven"


def values(person=None, **changes):
    """Return what the form sends for a person as they are, or for a new one."""
    if person is None:
        usual = {"first_name": "Nora", "last_name": "Ny", "email": "nora@harbour.example", "department": ""}
        return usual | {"language": "en", "time_zone": "Europe/Copenhagen"} | changes
    now = User.objects.get(pk=person.pk)
    names = ("first_name", "last_name", "email", "language", "time_zone")
    usual = {name: getattr(now, name) for name in names} | {"department": now.department_id or ""}
    return usual | {"job_profile": now.job_profile_id or "", "seen": fingerprint(now)} | changes


def signed_in(client, person):
    sign_in(client, person)
    return client


def page(client, name, person):
    return client.get(reverse(name, args=[person.pk]))


def post(client, name, person, data=None):
    return client.post(reverse(name, args=[person.pk]), data or {})


def test_sam_creates_nora_who_sets_her_password_by_the_invitation(client, sam, norreport):
    signed_in(client, sam)
    response = client.post("/users/new/", values(department=norreport.pk, email="Nora@Harbour.example", invite="on"))
    nora = User.objects.get(email="nora@harbour.example")
    assert response.url == nora.get_absolute_url()
    assert (nora.department, nora.has_usable_password(), nora.is_active) == (norreport, False, True)
    [message] = delivered()
    assert message.to == ["nora@harbour.example"]
    address = re.search(r"http://testserver(\S+)", message.body)[1]
    assert address in message.alternatives[0].content
    hers = Client()
    form = hers.get(address, follow=True)
    done = hers.post(form.request["PATH_INFO"], {"password1": PASSWORD, "password2": PASSWORD})
    assert done.status_code == 302
    assert hers.login(username="nora@harbour.example", password=PASSWORD)
    assert 'name="password1"' not in Client().get(address, follow=True).content.decode()
    assert [event.kind for event in events("user.created") + events("user.invited")] == ["user.created", "user.invited"]
    assert detail(events("user.created")[0])["after"]["department"] == "Nørreport"
    assert (events("user.created")[0].actor_id, events("user.created")[0].target_id) == (sam.pk, nora.pk)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"email": "LENA@harbour.example"}, "There is an account with this email address already."),
        ({"first_name": ""}, "This field is required."),
        ({"email": "no address"}, "Enter a valid email address."),
        ({"time_zone": "Mars/Olympus"}, "is not a time zone."),
        ({"first_name": "a\0b"}, "(U+0000) can&#x27;t be seen and isn&#x27;t allowed here."),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_is_kept(client, sam, lena, changes, said):
    signed_in(client, sam)
    response = client.post("/users/new/", values(last_name="Kept as typed", **changes))
    assert response.status_code == 422
    assert said in response.content.decode()
    assert "Kept as typed" in response.content.decode()
    assert not User.objects.filter(last_name="Kept as typed").exists()


def test_rita_creates_people_in_copenhagen_only(client, rita, aarhus, norreport):
    signed_in(client, rita)
    offered = client.get("/users/new/").content.decode()
    assert "Nørreport" in offered
    assert "Aarhus" not in offered
    for place in (aarhus.pk, ""):
        assert client.post("/users/new/", values(department=place)).status_code == 422
    assert client.post("/users/new/", values(department=norreport.pk)).status_code == 302
    assert User.objects.get(email="nora@harbour.example").department == norreport


def test_who_may_see_people_but_not_create_them_is_told(client, mona, lena):
    mona.groups.set([permission_type("Looks", "see_people")])
    assert "hold the right to create people." in signed_in(client, mona).get("/users/new/").content.decode()
    assert client.post("/users/new/", values()).status_code == 403
    assert signed_in(client, lena).get("/users/new/").status_code == 404
    assert not events("user.created")


def test_an_edit_stores_and_records_what_is_different_only(client, sam, lena, aarhus):
    barista = JobProfile.objects.create(name="Barista")
    was = lena.department.name
    signed_in(client, sam)
    response = post(client, "user_edit", lena, values(lena, department=aarhus.pk, job_profile=barista.pk))
    assert response.url == lena.get_absolute_url()
    lena.refresh_from_db()
    assert (lena.department, lena.job_profile) == (aarhus, barista)
    [event] = events("user.changed")
    assert detail(event) == {
        "before": {"department": was, "job_profile": None},
        "after": {"department": "Aarhus", "job_profile": "Barista"},
    }
    post(client, "user_edit", lena, values(lena))
    assert len(events("user.changed")) == 1


def test_a_new_address_signs_in_and_the_old_one_no_longer(client, sam, lena):
    signed_in(client, sam)
    post(client, "user_edit", lena, values(lena, email="Lena.Holm@Harbour.example"))
    assert Client().login(username="lena.holm@harbour.example", password="standin-demo")
    assert not Client().login(username="lena@harbour.example", password="standin-demo")
    assert list(lena.emailaddress_set.values_list("email", flat=True)) == ["lena.holm@harbour.example"]


def test_the_old_address_is_told_of_the_new_one(client, sam, lena):
    signed_in(client, sam)
    post(client, "user_edit", lena, values(lena, last_name="Holm"))
    post(client, "user_edit", lena, values(lena, email="lena.holm@harbour.example"))
    [message] = delivered()
    assert message.to == ["lena@harbour.example"]
    assert "Sam Okafor changed your email address" in message.body
    assert "from lena@harbour.example to lena.holm@harbour.example." in message.body


def test_what_somebody_else_changed_meanwhile_is_shown_and_not_overwritten(client, sam, lena):
    signed_in(client, sam)
    stale = values(lena, first_name="Magdalena")
    User.objects.filter(pk=lena.pk).update(last_name="Sørensen Holm")
    response = post(client, "user_edit", lena, stale)
    assert response.status_code == 409
    assert "By now it is “Sørensen Holm”." in response.content.decode()
    lena.refresh_from_db()
    assert lena.name == "Lena Sørensen Holm"
    again = stale | {"seen": re.search('name="seen" value="(.*?)"', response.content.decode())[1]}
    assert post(client, "user_edit", lena, again).status_code == 302
    lena.refresh_from_db()
    assert lena.name == "Magdalena Sørensen"


@pytest.mark.parametrize("name", ["user_edit", "user_deactivate"])
def test_nobody_changes_themselves_or_somebody_above(client, sam, owner, audrey, max_, lena, name):
    User.objects.filter(pk=max_.pk).update(is_protected=True)
    signed_in(client, sam)
    for person, sentence in {
        sam: "This is your own account.",
        owner: "This account owns the platform.",
        audrey: "This person holds rights that you don&#x27;t.",
        max_: "This account is protected.",
    }.items():
        assert sentence in page(client, name, person).content.decode()
        assert post(client, name, person, values(person, reason="Because I can")).status_code == 403
    assert page(client, name, lena).status_code == 200
    assert events("user.changed") + events("user.deactivated") == []


@pytest.mark.parametrize("name", ["user_edit", "user_deactivate", "user_permission_types"])
def test_people_that_rita_does_not_see_do_not_exist(client, rita, max_, name):
    signed_in(client, rita)
    assert page(client, name, max_).status_code == 404
    assert post(client, name, max_, values(max_, reason="Far away")).status_code == 404


def test_rita_moves_nobody_out_of_her_departments(client, rita, lena, aarhus):
    signed_in(client, rita)
    assert post(client, "user_edit", lena, values(lena, department=aarhus.pk)).status_code == 422
    lena.refresh_from_db()
    assert lena.department != aarhus


def test_deactivating_asks_why_and_ends_every_browser(client, sam, lena):
    hers = signed_in(Client(), lena)
    signed_in(client, sam)
    assert post(client, "user_deactivate", lena, {"reason": " "}).status_code == 422
    assert hers.get("/").status_code == 200
    assert post(client, "user_deactivate", lena, {"reason": "Left on 30 November"}).status_code == 302
    assert hers.get("/").status_code == 302
    [event] = events("user.deactivated")
    assert text(event, "reason") == {"text": "Left on 30 November"}
    assert "Reactivate" in page(client, "user_detail", lena).content.decode()
    post(client, "user_reactivate", lena)
    post(client, "user_reactivate", lena)
    assert User.objects.get(pk=lena.pk).is_active
    assert len(events("user.reactivated")) == 1


def test_a_browser_of_before_is_not_signed_in_again_by_a_reactivation(client, sam, lena):
    hers = signed_in(Client(), lena)
    signed_in(client, sam)
    post(client, "user_deactivate", lena, {"reason": "By mistake"})
    post(client, "user_reactivate", lena)
    assert hers.get("/").status_code == 302
    lena.refresh_from_db()
    assert signed_in(hers, lena).get("/").status_code == 200


def test_who_has_signed_in_or_is_deactivated_is_not_invited(client, sam, lena, ina):
    hers = signed_in(Client(), lena)
    assert hers.get("/").status_code == 200
    signed_in(client, sam)
    for person in (lena, ina):
        assert post(client, "user_invite", person).status_code == 403
        assert "Send an invitation" not in page(client, "user_detail", person).content.decode()
    assert delivered() == []


def test_petra_assigns_what_she_holds_and_sees_why_not_the_rest(client, petra, audrey, lena):
    lena.groups.add(permission_type("Reads the log", "view_auditevent"))
    support = permission_type("Support", "see_people")
    signed_in(client, petra)
    shown = page(client, "user_permission_types", lena).content.decode()
    assert "This person holds rights that you don" in shown
    lena.groups.clear()
    shown = page(client, "user_permission_types", lena).content.decode()
    assert re.search(r'value="\d+" disabled[^>]*>\s*Auditor', shown)
    auditor = audrey.groups.get()
    post(client, "user_permission_types", lena, {"types": [support.pk]})
    assert list(lena.groups.all()) == [support]
    refused = post(client, "user_permission_types", lena, {"types": [support.pk, auditor.pk]})
    assert refused.status_code == 422
    assert 'id="types_error">Select a valid choice.' in refused.content.decode()
    assert list(lena.groups.all()) == [support]
    [event] = events("permission_type.assigned")
    assert detail(event)["after"] == ["Support"]


def test_the_pages_offer_what_the_user_may_do_and_nothing_else(client, sam, mona, lena, owner):
    mona.groups.set([permission_type("Looks", "see_people")])
    new = UserFactory(first_name="Nils", department=lena.department)
    look = ["Check access", "Who can log in as this person?", "Accounts that this person can open"]
    for visitor, person, offered in (
        (sam, new, [*look, "Send an invitation", "Deactivate…"]),
        (sam, owner, look),
        (mona, new, look[1:]),
        (owner, new, [*look, "Permission types", "Send an invitation", "Protect this account", "Deactivate…"]),
    ):
        shown = page(signed_in(Client(), visitor), "user_detail", person).content.decode()
        beside, _, menu = shown.partition('person-actions"')[2].partition('id="person-menu"')
        entries = re.findall(r"<(?:a|button)\b[^>]*>(.*?)</", menu.partition("</div>")[0])
        assert entries == offered, visitor
        assert (">Edit</a>" in beside) is (person == new and visitor != mona), visitor
        assert ("Login as User</a>" in beside) is (person == new and visitor != mona), visitor


def test_each_change_is_asked_again_where_it_is_made(sam, rita, audrey, lena, aarhus):
    """The pages ask before they show a form; by the time it is sent, rights and scope have changed."""
    new = {name: getattr(lena, name) for name in EDITED} | {"email": "nora@harbour.example"}
    audrey.last_login = None
    audrey.save()
    for change in (
        lambda: create_user(actor=rita, values=new | {"department": aarhus}),
        lambda: create_user(actor=rita, values=new | {"department": None}),
        lambda: edit_user(actor=rita, user=lena, values=new | {"department": aarhus}, seen=fingerprint(lena)),
        lambda: edit_user(actor=sam, user=audrey, values=new, seen=fingerprint(audrey)),
        lambda: edit_user(actor=sam, user=sam, values=new, seen=fingerprint(sam)),
        lambda: set_active(actor=sam, user=audrey, active=False, reason="Greed"),
        lambda: set_active(actor=sam, user=sam, active=False, reason="Tired"),
        lambda: invite(actor=sam, user=audrey),
    ):
        with pytest.raises(NotAllowed):
            change()
    assert not User.objects.filter(email="nora@harbour.example").exists()
    assert not User.objects.filter(is_active=False).exists()
    assert delivered() == []
