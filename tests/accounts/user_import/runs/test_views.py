"""The pages of past imports: what a run changed, its undo through a preview, and who may see which people."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import ImportedPerson, User, UserImport
from accounts.models.user_imports import KEPT_FOR
from accounts.user_import import stopped
from tests.support.assumed import data_queries, detail, events, log_in_as, sign_in
from tests.support.changes import make_stale
from tests.support.factories import permission_type
from tests.support.import_files import row
from tests.support.import_pages import imported_on_the_page as imported

pytestmark = pytest.mark.django_db


def page_of(run, query=""):
    return reverse("user_import_run", args=[run.pk]) + query


def undo_of(run, person=None):
    return reverse("user_import_undo", args=[run.pk]) + (f"?person={person.pk}" if person else "")


def text(response):
    assert response.status_code == 200, response.status_code
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def confirm(client, address):
    """Press the button of the preview."""
    seen = re.search('name="seen" value="([0-9a-f]{64})"', client.get(address).content.decode())[1]
    return client.post(address, {"seen": seen})


def test_the_page_says_who_when_which_file_and_what_changed(owners_browser, run, owner):
    said = text(owners_browser.get(page_of(run)))
    for part in (
        owner.name, "&lt;staff&gt;.csv", run.sha256, "on the import page", "1 new, 1 changed, 1 deactivated", "Applied",
        "First name : Lena → Lene", "Department : Harbour Coffee / Copenhagen / Nørreport → Harbour Coffee / Aarhus",
        "Active : yes → no", "Max Kjær new", "Job profile : Barista", "Undo this import",
    ):  # fmt: skip
        assert part.replace(" :", ":") in said.replace(" :", ":"), part


@pytest.mark.parametrize(
    ("only", "names"),
    [("created", {"Max Kjær"}), ("changed", {"Lene Sørensen"}), ("left", {"Lene Sørensen"}), ("x", None), ("", None)],
)
def test_the_list_is_filtered(owners_browser, run, only, names):
    page = owners_browser.get(page_of(run, f"?only={only}")).content.decode()
    assert set(re.findall(r'<a href="/users/\d+/">(.*?)</a>', page)) == (names or {"Max Kjær", "Lene Sørensen"})


def test_a_filter_that_finds_nobody_says_so(owners_browser, lena):
    run = imported(row("L-1", "Lene"))
    assert "Nobody of this import is in this list." in text(owners_browser.get(page_of(run, "?only=left")))


def test_people_out_of_the_readers_scope_are_numbers_without_values(client, hanne, run, lena, aarhus):
    hanne.groups.add(permission_type("Sees Aarhus", "see_people", departments=[aarhus]))
    User.objects.filter(pk=lena.pk).update(department=lena.department)  # back to where Hanne sees nobody
    sign_in(client, hanne)
    said = text(client.get(page_of(run)))
    assert f"Person {lena.pk}" in said
    assert "Lene" not in said
    assert "Max Kjær" in said
    assert client.get(undo_of(run, lena)).status_code == 404


def test_the_undo_names_nobody_out_of_the_readers_scope_and_undoes_it_all_the_same(client, hanne, run, lena, aarhus):
    hanne.groups.add(permission_type("Sees Aarhus", "see_people", departments=[aarhus]))
    User.objects.filter(pk=lena.pk).update(department=lena.department)  # back to where Hanne sees nobody
    sign_in(client, hanne)
    said = text(client.get(undo_of(run)))
    assert f"Person {lena.pk}" in said
    assert not [value for value in ("Lena", "Lene", "Sørensen", "L-1", lena.email) if value in said]
    assert "Max Kjær" in said
    assert confirm(client, undo_of(run)).status_code == 302
    lena.refresh_from_db()
    assert lena.first_name == "Lena"


def test_an_address_that_somebody_has_by_now_is_not_named_out_of_scope(client, hanne, lena):
    address = lena.email
    User.objects.filter(pk=lena.pk).update(external_id="K-1")
    run = imported(row("K-1", "Lena", "Sørensen", "new@harbour.example"))
    User.objects.create_user(address, first_name="Other")
    sign_in(client, hanne)
    said = text(client.get(undo_of(run)))
    assert f"Person {lena.pk} keeps this, because somebody else has the former value by now." in said
    assert address not in said
    assert "new@harbour.example" not in said


def test_the_right_is_asked_for(client, mona, rita, copenhagen, run):
    sign_in(client, mona)
    assert [client.get(page).status_code for page in (page_of(run), undo_of(run))] == [404, 404]
    rita.groups.add(permission_type("HR, Copenhagen", "import_people", departments=[copenhagen]))
    sign_in(client, rita)
    for page in (page_of(run), undo_of(run)):
        refused = client.get(page)
        assert refused.status_code == 403
        assert "An import can reach everybody" in refused.content.decode()
    assert client.post(undo_of(run)).status_code == 403


def test_an_undo_asks_who_is_there(owners_browser, run, lena):
    make_stale(owners_browser)
    for answer in (owners_browser.get(undo_of(run)), owners_browser.post(undo_of(run), {"seen": "x"})):
        assert "/account/confirm-identity/" in answer.url
    lena.refresh_from_db()
    assert lena.first_name == "Lene"


def test_on_somebodys_behalf_nothing_is_undone(client, owner, hanne, run):
    log_in_as(client, owner, hanne)
    page = client.get(page_of(run)).content.decode()
    assert "Undo this import" not in page
    assert "Undo for this person" not in page
    assert client.post(undo_of(run), {"seen": "x"}).status_code == 403
    assert UserImport.objects.count() == 1


def test_the_import_is_undone_as_previewed_and_both_runs_say_so(owners_browser, run, lena, owner):
    said = text(owners_browser.get(undo_of(run)))
    assert "First name : Lene → Lena".replace(" :", ":") in said.replace(" :", ":")
    assert "Undo for 2 people" in said
    answer = confirm(owners_browser, undo_of(run))
    undo = UserImport.objects.get(undoes=run)
    assert answer.url == page_of(undo)
    lena.refresh_from_db()
    assert (lena.first_name, lena.is_active, lena.department.name) == ("Lena", True, "Nørreport")
    run.refresh_from_db()
    assert (run.state, undo.state, undo.way, undo.actor) == ("undone", "applied", "undo", owner)
    assert "The import was undone: 2 changed, 1 deactivated." in text(owners_browser.get(page_of(undo)))
    said = text(owners_browser.get(page_of(run)))
    assert "Undone by" in said
    assert "Undo this import" not in said
    changed = [event for event in events("user.changed") if event.target_id == lena.pk]
    assert [detail(event).get("undoes") for event in changed] == [None, run.pk]
    assert "There is nothing to put back." in text(owners_browser.get(undo_of(run)))


def test_undoing_the_undo_has_the_first_run_in_force_again(owners_browser, run, lena):
    confirm(owners_browser, undo_of(run))
    confirm(owners_browser, undo_of(UserImport.objects.get(undoes=run)))
    lena.refresh_from_db()
    states = list(UserImport.objects.order_by("pk").values_list("state", flat=True))
    assert (lena.first_name, lena.is_active, states) == ("Lene", False, ["applied", "undone", "applied"])


def test_one_person_is_undone_and_the_run_stays_applied(owners_browser, run, lena):
    assert f"?person={lena.pk}" in owners_browser.get(page_of(run)).content.decode()
    confirm(owners_browser, undo_of(run, lena))
    lena.refresh_from_db()
    run.refresh_from_db()
    assert (lena.first_name, run.state, User.objects.get(external_id="2").is_active) == ("Lena", "applied", True)


@pytest.mark.parametrize("person", ["", "x", "0", "999999"])
def test_a_person_that_is_not_in_the_run_is_not_found(owners_browser, run, person):
    assert owners_browser.get(f"{undo_of(run)}?person={person}").status_code == 404


def test_somebody_who_is_not_in_the_run_is_not_found(owners_browser, run, mona):
    assert owners_browser.get(undo_of(run, mona)).status_code == 404


def test_a_change_since_the_preview_stops_the_undo_and_shows_it(owners_browser, run, lena):
    seen = re.search('name="seen" value="([0-9a-f]{64})"', owners_browser.get(undo_of(run)).content.decode())[1]
    User.objects.filter(pk=lena.pk).update(first_name="Helena")
    answer = owners_browser.post(undo_of(run), {"seen": seen})
    assert answer.status_code == 409
    assert "Nothing was undone" in answer.content.decode()
    assert "somebody has changed this since the import; it stays." in answer.content.decode()
    assert UserImport.objects.count() == 1


def test_a_stopped_run_has_its_reason_and_no_undo(owners_browser):
    run = stopped(None, actor=None, way="feed", problem="21 people would leave.")
    said = text(owners_browser.get(page_of(run)))
    assert "This import stopped and changed nothing. 21 people would leave." in said
    assert "Undo this import" not in said
    assert "changed nothing" in owners_browser.get(undo_of(run)).content.decode()
    assert owners_browser.post(undo_of(run)).status_code == 403


def test_a_run_whose_values_are_gone_says_so_and_is_not_undone(owners_browser, run):
    UserImport.objects.update(at=timezone.now() - KEPT_FOR)
    said = text(owners_browser.get(page_of(run)))
    assert "is no longer kept, so it can't be undone" in said
    assert "Lene" not in said
    assert owners_browser.get(undo_of(run)).status_code == 403


def test_an_erased_person_stays_in_the_list_without_values(owners_browser, run, lena):
    ImportedPerson.objects.filter(user=lena).update(before={}, after={})
    said = text(owners_browser.get(page_of(run)))
    assert "The values were erased." in said
    assert f"?person={lena.pk}" not in owners_browser.get(page_of(run)).content.decode()


def test_a_deleted_department_is_said_to_be_deleted(owners_browser, run, lena, copenhagen):
    User.objects.filter(department__path__startswith=copenhagen.path).update(department=None)
    copenhagen.delete()
    assert "a deleted department" in text(owners_browser.get(page_of(run)))


def many(count):
    return imported(*(row(f"N-{n}", "N", f"Number{n:03}", f"n{n}@harbour.example") for n in range(count)))


def test_pages_follow_each_other_in_the_order_of_the_run(owners_browser, company):
    run, seen, address = many(120), [], "?"
    while address:
        page = owners_browser.get(page_of(run, address)).content.decode()
        seen.append(re.findall(r"N Number(\d+)</a>", page))
        following = re.search(r'rel="next" href="(.*?)"', page)
        address = following and following[1]
    assert [len(part) for part in seen] == [50, 50, 20]
    assert [name for names in seen for name in names] == [f"{n:03}" for n in range(120)]
    back = re.search(r'rel="prev" href="(.*?)"', page)[1]
    page = owners_browser.get(page_of(run, back)).content.decode()
    assert re.findall(r"N Number(\d+)</a>", page) == seen[1]
    back = re.search(r'rel="prev" href="(.*?)"', page)[1]
    page = owners_browser.get(page_of(run, back)).content.decode()
    assert re.findall(r"N Number(\d+)</a>", page) == seen[0]
    assert 'rel="prev"' not in page


def test_pages_take_the_same_queries_for_one_person_and_for_many(owners_browser, company):
    counted = []
    for run in (many(1), imported(*(row(f"M-{n}", "M", email=f"m{n}@harbour.example") for n in range(120)))):
        for address in (page_of(run), undo_of(run)):
            owners_browser.get(address)
            with CaptureQueriesContext(connection) as captured:
                assert owners_browser.get(address).status_code == 200
            counted.append(len(data_queries(captured)))
    assert counted == [RUN_QUERIES, UNDO_QUERIES] * 2


RUN_QUERIES, UNDO_QUERIES = 7, 11


def test_an_undo_that_changes_unusually_much_is_confirmed_by_the_number(owners_browser, company):
    run = many(3)
    address = undo_of(run)
    page = owners_browser.get(address).content.decode()
    number = re.search(r"type (\d+)", page)[1]
    seen = re.search('name="seen" value="([0-9a-f]{64})"', page)[1]
    for typed in ("", "1"):
        response = owners_browser.post(address, {"seen": seen, "typed": typed})
        assert response.status_code == 422
        again = response.content.decode()
        assert f"Nothing was changed: type {number} to confirm." in again
        assert seen in again
    assert User.objects.filter(first_name="N", is_active=True).count() == 3
    assert owners_browser.post(address, {"seen": seen, "typed": number}).status_code == 302
    assert User.objects.filter(first_name="N", is_active=False).count() == 3
