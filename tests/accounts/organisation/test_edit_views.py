"""Creating, renaming, moving, merging and deleting departments through their pages."""

import pytest
from django.db import OperationalError
from django.test import Client
from django.urls import reverse

from accounts.models import Department, User
from accounts.organisation import actions, plans
from accounts.user_import.limits import MAX_DEPARTMENT_DEPTH
from tests.support.assumed import detail, events, log_in_as, sign_in
from tests.support.changes import make_stale
from tests.support.factories import DepartmentFactory, UserFactory, permission_type
from tests.support.learning_factories import make_module
from tests.support.organisation import TREE, change, editor, page_of, places, reread

pytestmark = pytest.mark.django_db
NEW = reverse("department_create")


@pytest.fixture
def dora(client, company):
    person = editor(company)
    sign_in(client, person)
    return person


def text(response):
    return " ".join(response.content.decode().split())


def test_the_first_owner_makes_the_first_department(client):
    owner = User.objects.create_superuser("first@harbour.example", "standin-demo", first_name="Olivia")
    sign_in(client, owner)
    assert NEW in text(client.get(TREE))
    response = client.post(NEW, {"name": "Harbour  Coffee"})
    made = Department.objects.get()
    assert (made.name, response.url) == ("Harbour Coffee", page_of("department_detail", made))
    assert "“Harbour Coffee” was created." in text(client.get(response.url))
    [event] = events("department.created")
    assert detail(event) == {"department": made.pk, "name_after": "Harbour Coffee", "after": {"place": None}}


def test_a_department_is_created_below_another(client, dora, copenhagen):
    client.post(f"{NEW}?below={copenhagen.pk}", {"name": "Østerbro"})
    assert ("Østerbro", "Copenhagen") in places()
    [event] = events("department.created")
    assert detail(event)["after"] == {"place": "Harbour Coffee / Copenhagen"}


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("", "This field is required."),
        ("x" * 101, "at most 100 characters"),
        ("a\u202eb", "isn&#x27;t allowed here"),
        ("nørreport", "There is a department of this name at this place already."),
    ],
)
def test_a_bad_name_is_refused_with_what_is_wrong_and_kept(client, dora, norreport, copenhagen, name, sentence):
    response = client.post(f"{NEW}?below={copenhagen.pk}", {"name": name})
    assert response.status_code == 422
    assert sentence in text(response)
    assert Department.objects.count() == 3
    assert events("department.created") == []


def test_a_name_may_stand_at_another_place_again(client, dora, norreport, aarhus):
    assert client.post(f"{NEW}?below={aarhus.pk}", {"name": "Nørreport"}).status_code == 302


def test_a_scoped_right_creates_below_its_place_alone(client, company, copenhagen, aarhus):
    sign_in(client, editor(company, places=[copenhagen]))
    assert client.post(f"{NEW}?below={copenhagen.pk}", {"name": "Shop"}).status_code == 302
    assert client.post(f"{NEW}?below={aarhus.pk}", {"name": "Shop"}).status_code == 404
    refused = client.post(NEW, {"name": "Shop"})
    assert refused.status_code == 403
    assert "The top of the tree needs the right" in text(refused)
    for nonsense in ("0", "x", "9" * 30):
        assert client.post(f"{NEW}?below={nonsense}", {"name": "Shop"}).status_code == 404


def test_the_tree_gets_no_deeper_than_an_import_makes_it(client, dora, company):
    assert plans.MOST_LEVELS == MAX_DEPARTMENT_DEPTH
    place = company
    for _level in range(9):
        place = DepartmentFactory(parent=place)
    response = client.post(f"{NEW}?below={place.pk}", {"name": "Too deep"})
    assert response.status_code == 422
    assert "deeper than 10 departments" in text(response)


def test_a_department_is_renamed_on_record(client, dora, copenhagen):
    address = page_of("department_rename", copenhagen)
    assert client.post(address, {"name": "København", "seen": "Copenhagen"}).status_code == 302
    assert reread(copenhagen).name == "København"
    [event] = events("department.renamed")
    expected = {"department": copenhagen.pk, "name_before": "Copenhagen", "name_after": "København"}
    assert detail(event) == expected


def test_a_name_given_meanwhile_is_shown_and_not_overwritten(client, dora, copenhagen):
    Department.objects.filter(pk=copenhagen.pk).update(name="Hovedstaden")
    response = client.post(page_of("department_rename", copenhagen), {"name": "København", "seen": "Copenhagen"})
    assert response.status_code == 409
    assert "By now it is “Hovedstaden”." in text(response)
    assert 'value="København"' in text(response)
    assert reread(copenhagen).name == "Hovedstaden"


def test_a_department_moves_with_all_below_it(client, dora, copenhagen, norreport, aarhus, lena):
    response = change(client, page_of("department_move", copenhagen), aarhus.pk)
    assert response.url == page_of("department_detail", copenhagen)
    assert ("Copenhagen", "Aarhus") in places()
    assert ("Nørreport", "Copenhagen") in places()
    [event] = events("department.moved")
    told = detail(event)
    assert told["before"] == {"place": "Harbour Coffee"}
    assert told["after"] == {"place": "Harbour Coffee / Aarhus"}
    assert (told["people"], told["learning"], told["rights"]) == (1, {}, [])


def test_a_department_moves_to_the_top_and_back(client, dora, company, copenhagen, norreport):
    change(client, page_of("department_move", copenhagen), "top")
    assert ("Copenhagen", None) in places()
    change(client, page_of("department_move", copenhagen), company.pk)
    assert ("Copenhagen", "Harbour Coffee") in places()
    assert Department.objects.find_problems() == ([], [], [], [], [])


def test_the_preview_tells_who_gains_and_loses(client, owner, copenhagen, norreport, aarhus, lena, rita):
    make_module("For Copenhagen", {"department": copenhagen})
    make_module("For Aarhus", {"department": aarhus})
    sign_in(client, owner)
    page = text(client.post(page_of("department_move", norreport), {"step": "preview", "place": aarhus.pk}))
    assert page.index("For Aarhus") < page.index("For Copenhagen")
    assert "Regional support (Copenhagen)" in page
    assert 'data-tone="danger">taken' in page
    assert "“Harbour Coffee / Copenhagen / Nørreport” will be “Harbour Coffee / Aarhus / Nørreport”." in page


@pytest.mark.parametrize("place", ["own", "below", "nonsense", "", "99999999999999999999"])
def test_a_department_does_not_move_into_itself(client, dora, copenhagen, norreport, place):
    place = {"own": copenhagen.pk, "below": norreport.pk}.get(place, place)
    response = client.post(page_of("department_move", copenhagen), {"step": "preview", "place": place})
    assert response.status_code == 422
    with pytest.raises(actions.NotAllowed, match="lies within it"):
        actions.move_department(actor=dora, department=copenhagen, target=norreport.pk, seen="")


def test_a_move_to_where_it_is_or_to_a_taken_name_is_refused_in_the_form(client, dora, company, copenhagen, aarhus):
    address = page_of("department_move", copenhagen)
    assert "at this place already" in text(client.post(address, {"step": "preview", "place": company.pk}))
    DepartmentFactory(name="COPENHAGEN", parent=aarhus)
    response = client.post(address, {"step": "preview", "place": aarhus.pk})
    assert response.status_code == 422
    assert "There is a department of this name at this place already." in text(response)


def test_something_changed_meanwhile_is_shown_again_and_not_done(client, dora, copenhagen, norreport, aarhus):
    address = page_of("department_move", norreport)
    shown = client.post(address, {"step": "preview", "place": aarhus.pk})
    UserFactory(department=norreport)
    sent = {"step": "confirm", "place": aarhus.pk, "seen": shown.context["preview"].fingerprint}
    response = client.post(address, sent)
    assert response.status_code == 409
    assert "something is different from what you saw" in text(response)
    assert "1 active person belongs to it" in text(response)
    assert ("Nørreport", "Copenhagen") in places()
    again = sent | {"seen": response.context["preview"].fingerprint}
    assert client.post(address, again).status_code == 302
    assert len(events("department.moved")) == 1


def test_a_target_that_is_gone_leads_back(client, dora, norreport, aarhus):
    address = page_of("department_move", norreport)
    client.post(address, {"step": "preview", "place": aarhus.pk})
    Department.objects.get(pk=aarhus.pk).delete()
    response = client.post(address, {"step": "confirm", "place": aarhus.pk, "seen": "x"})
    assert response.status_code == 422
    assert events("department.moved") == []


def test_moving_needs_the_right_at_both_ends(client, company, copenhagen, norreport, aarhus):
    person = editor(company, places=[copenhagen])
    sign_in(client, person)
    assert client.post(page_of("department_move", copenhagen), {"step": "preview"}).status_code == 403
    answer = client.post(page_of("department_move", norreport), {"step": "preview", "place": aarhus.pk})
    assert answer.status_code == 422
    assert client.get(page_of("department_move", aarhus)).status_code == 404
    with pytest.raises(actions.NotAllowed, match="outside yours"):
        actions.move_department(actor=person, department=norreport, target=aarhus.pk, seen="")
    with pytest.raises(actions.NotAllowed, match="top of the tree"):
        actions.move_department(actor=person, department=norreport, target=None, seen="")
    with pytest.raises(actions.NotAllowed, match="outside yours"):
        actions.move_department(actor=person, department=copenhagen, target=norreport.pk, seen="")
    with pytest.raises(actions.NotAllowed, match="outside yours"):
        actions.merge_department(actor=person, department=norreport, into=aarhus.pk, seen="")


def test_a_department_with_something_left_is_not_deleted_and_the_page_says_what(
    client, owner, copenhagen, norreport, lena, rita
):
    make_module("Till", {"department": copenhagen})
    sign_in(client, owner)
    address = page_of("department_delete", copenhagen)
    for answer in (client.get(address), client.post(address)):
        page = text(answer)
        assert "1 person still belongs here." in page
        assert "1 department lies below this one." in page
        assert "1 learning item names it in its audience." in page
        assert "1 permission type reaches this department." in page
    with pytest.raises(actions.NotAllowed):
        actions.delete_department(actor=owner, department=copenhagen)
    assert reread(copenhagen)


def test_an_empty_department_is_deleted_on_record(client, dora, copenhagen, aarhus):
    address = page_of("department_delete", aarhus)
    assert "Nothing points to it." in text(client.get(address))
    assert client.post(address).status_code == 302
    assert ("Aarhus", "Harbour Coffee") not in places()
    [event] = events("department.deleted")
    expected = {"department": aarhus.pk, "name_before": "Aarhus", "before": {"place": "Harbour Coffee"}}
    assert detail(event) == expected


def test_it_takes_a_recent_sign_in(client, dora, copenhagen):
    make_stale(client)
    for view in ("department_rename", "department_move", "department_merge"):
        assert "/confirm" in client.post(page_of(view, copenhagen), {"name": "x", "step": "preview"}).url


def test_none_of_it_is_open_in_an_assumed_session(client, owner, sam, copenhagen, norreport):
    sam.groups.add(permission_type("Organisation", "manage_departments"))
    log_in_as(client, owner, sam)
    assert client.post(NEW, {"name": "x"}).status_code == 403
    for view in ("department_rename", "department_move", "department_merge", "department_delete"):
        assert client.post(page_of(view, norreport), {"name": "x"}).status_code == 403
    page = text(client.get(page_of("department_detail", norreport)))
    assert "Rename" not in page


def test_a_change_that_can_not_be_recorded_is_not_made(client, dora, copenhagen, monkeypatch):
    def broken(*_rows):
        raise OperationalError("disk full")

    monkeypatch.setattr("audit.log.store", broken)
    client.raise_request_exception = False
    sent = {"name": "København", "seen": "Copenhagen"}
    assert client.post(page_of("department_rename", copenhagen), sent).status_code == 503
    assert reread(copenhagen).name == "Copenhagen"


def test_it_takes_a_token(dora, copenhagen):
    browser = Client(enforce_csrf_checks=True)
    sign_in(browser, dora)
    assert browser.post(page_of("department_delete", copenhagen)).status_code == 403
