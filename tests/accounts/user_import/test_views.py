"""The import page: what was looked at is what happens, and to nobody above the importer."""

import csv
import io
import re

import pytest

from accounts.authorization.changes import NotAllowed
from accounts.models import Department, User, UserImport
from accounts.user_import.applying.apply import finished
from accounts.user_import.confirm import fingerprint, import_steps, plan_good_rows
from tests.support.assumed import detail, events, sign_in
from tests.support.factories import permission_type
from tests.support.import_files import planned, rows, workbook
from tests.support.import_pages import (
    NEW,
    PREVIEW,
    RUNS,
    SKIPPED,
    UPLOAD,
    confirm,
    kept_files,
    looked_at,
    problems,
    tally,
)

pytestmark = pytest.mark.django_db
LENA = "L-1,Lene,Sørensen,lene@harbour.example,Nørreport,,Inactive"


@pytest.fixture
def hannes_browser(client, hanne):
    sign_in(client, hanne)
    return client


def test_hanne_looks_confirms_and_everything_is_as_she_saw_it(hannes_browser, hanne, lena, max_):
    User.objects.filter(pk=lena.pk).update(external_id="L-1")
    max_row = "M-1,Max,Kjær,max@harbour.example,Aarhus,,Active"
    page = looked_at(hannes_browser, rows(NEW, LENA, max_row))
    assert tally(page) == [1, 2, 0, 0]
    assert "1 is deactivated" in page
    assert "1 gets another email address" in page
    for department, is_new in [("Copenhagen / Airport", True), ("Copenhagen / Nørreport", False), ("Aarhus", False)]:
        entry = re.search(rf"<li>\s*Harbour Coffee / {department}(.*?)</li>", page, re.DOTALL)[1]
        assert ("1 row" in entry, "new" in entry) == (True, is_new)
    assert "Email address: <s>lena@harbour.example</s>" in re.sub(r"\s+", " ", page)
    assert "Import 3 people" in page
    assert User.objects.filter(email="nora@harbour.example").count() == 0, "looking changes nothing"

    page = confirm(hannes_browser, page, follow=True).content.decode()
    assert "Imported: 1 new, 2 changed, 1 deactivated." in page
    assert User.objects.get(external_id="N-1").department.name == "Airport"
    assert User.objects.filter(external_id="L-1", email="lene@harbour.example", is_active=False).exists()
    [event] = events("user.imported")
    said = detail(event)
    assert (event.actor_id, said["file"], len(said["sha256"])) == (hanne.pk, "people.csv", 64)
    named = ("rows", "created", "updated", "deactivated", "addresses", "rejected", "protected")
    assert [said[name] for name in named] == [3, 1, 2, 1, 1, 0, 0]
    # Everybody is on record as if it had been done on their own page, with the file beside it.
    file = {"file": "people.csv", "sha256": said["sha256"], "import": UserImport.objects.get().pk}
    [left], [created] = events("user.deactivated"), events("user.created")
    assert (left.actor_id, left.target_id, detail(left)) == (hanne.pk, lena.pk, file)
    assert (detail(created)["after"]["email"], detail(created)["file"]) == ("nora@harbour.example", "people.csv")
    [moved] = [event for event in events("user.changed") if event.target_id == lena.pk]
    before, after = detail(moved)["before"], detail(moved)["after"]
    assert (before["email"], after["email"]) == ("lena@harbour.example", "lene@harbour.example")
    assert kept_files() == 0
    assert hannes_browser.get(PREVIEW).url == UPLOAD


def test_who_loses_the_right_between_preview_and_confirmation_imports_nothing(hannes_browser, hanne):
    page = looked_at(hannes_browser, rows(NEW))
    plan = plan_good_rows(io.BytesIO(rows(NEW).encode()), "people.csv", actor=hanne)
    hanne.groups.clear()
    assert confirm(hannes_browser, page).status_code == 404
    # The instance of a request that began a moment earlier still believes that it may.
    with pytest.raises(NotAllowed, match="takes the right to import people"):
        finished(import_steps(plan, actor=hanne, seen=fingerprint(plan)))
    assert not User.objects.filter(external_id="N-1").exists()


def test_rows_with_mistakes_are_named_downloaded_and_skipped(hannes_browser):
    bad = 'B-1,=cmd|x,"Kjær, Max",max at harbour,Aarhus,,Active'
    page = looked_at(hannes_browser, rows(bad, NEW, "B-2,Nora,Again,nora@harbour.example,,,"))
    assert tally(page) == [1, 0, 0, 2]
    expected = [
        ("Line 2", "E-mail", "“max at harbour” is not an email address."),
        (
            "Line 4",
            "E-mail",
            "“nora@harbour.example” is in line 3 already. "
            "Everybody needs an address of their own, because it is where a password is reset.",
        ),
    ]
    assert problems(page) == expected
    assert "Import the other person" in page
    response = hannes_browser.get(SKIPPED)
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    assert response["Content-Disposition"] == 'attachment; filename="skipped-rows.csv"'
    header, first, second = csv.reader(io.StringIO(text))
    assert header[:4] == ["Line", "What is wrong", "Employee ID", "First name"]
    assert first == [
        "2", f"E-mail: {expected[0][2]}", "B-1", "'=cmd|x", "Kjær, Max", "max at harbour", "Aarhus", "", "Active",
    ]  # fmt: skip
    assert second[:3] == ["4", f"E-mail: {expected[1][2]}", "B-2"]
    assert confirm(hannes_browser, page).url.startswith(RUNS)
    assert sorted(User.objects.exclude(external_id=None).values_list("external_id", flat=True)) == ["N-1"]
    assert detail(events("user.imported")[0])["rejected"] == 2
    # What was sent back can be corrected and sent again: the reason is a column that is not read.
    corrected = text.replace("max at harbour", "max@harbour.example")
    plan = planned(corrected)
    assert (plan.creations[0].row.first_name, plan.creations[0].row.last_name) == ("=cmd|x", "Kjær, Max")


def test_remarks_name_their_lines_and_a_long_list_of_them_is_cut(hannes_browser):
    leavers = [f"B-{number},Bo,Bech,,Aarhus,,Inactive" for number in range(60)]
    page = looked_at(hannes_browser, rows(NEW, *leavers))
    remark = "This person has left and is not here: nothing to do."
    assert f"<li>Line 3: {remark}</li>" in page
    assert page.count(remark) == 50
    assert "… and 10 more" in page


def test_the_file_of_skipped_rows_speaks_the_readers_language(client, hanne):
    User.objects.filter(pk=hanne.pk).update(language="da")
    sign_in(client, User.objects.get(pk=hanne.pk))
    looked_at(client, rows("B-1,Max,Kjær,max at harbour,Aarhus,,Active"))
    header, first = csv.reader(io.StringIO(b"".join(client.get(SKIPPED).streaming_content).decode("utf-8-sig")))
    assert header[:3] == ["Linje", "Hvad der er galt", "Employee ID"]
    assert first[1].startswith("E-mail: ”max at harbour”")


def test_a_row_that_counts_on_a_row_with_mistakes_is_skipped_with_it(hannes_browser, lena):
    User.objects.filter(pk=lena.pk).update(external_id="L-1")
    page = looked_at(hannes_browser, rows("N-1,Nora,Lund,lena@harbour.example,,,", LENA.replace("Sørensen", "S" * 151)))
    assert [problem[0] for problem in problems(page)] == ["Line 2", "Line 3"]
    assert "This is the address of somebody else: Lena Sørensen, HR identifier L-1." in page
    assert "The same person?" not in page


def test_a_file_in_which_every_row_counts_on_the_next_is_refused_as_a_whole(hannes_browser):
    count = 9
    people = [User(first_name="P", email=f"p{n}@harbour.example", external_id=str(n)) for n in range(count)]
    User.objects.bulk_create(people)
    chain = [f"{n},P,,p{n + 1}@harbour.example,,," for n in range(count - 1)]
    page = looked_at(hannes_browser, rows(*chain, f"{count - 1},P,,nowhere,,,"))
    assert "The file can't be imported as it is." in page
    assert 'value="confirm"' not in page
    assert hannes_browser.post(PREVIEW, {"step": "confirm"}).status_code == 409
    assert events("user.imported") == []


@pytest.mark.parametrize("who", ["owner", "audrey", "rita", "hanne"])
def test_nobody_above_hanne_nor_herself_is_changed_and_the_row_says_so(hannes_browser, who, request):
    person = request.getfixturevalue(who)
    before = User.objects.filter(pk=person.pk).values().get()
    stolen = f",Mallory,M,{person.email},Elsewhere,,Inactive"
    page = looked_at(hannes_browser, rows(stolen, NEW))
    assert tally(page) == [1, 0, 0, 1]
    [(line, _column, sentence)] = problems(page)
    assert (line, sentence) == (
        "Line 2", f"{person.name} holds rights here and is left as is. Change this account in User Management."
    )  # fmt: skip
    assert b"Mallory" in b"".join(hannes_browser.get(SKIPPED).streaming_content)
    assert confirm(hannes_browser, page).url.startswith(RUNS)
    assert User.objects.filter(pk=person.pk).values().get() == before
    assert User.objects.filter(external_id="N-1").exists()


def test_somebody_who_gains_rights_meanwhile_is_shown_and_not_changed(hannes_browser, lena):
    User.objects.filter(pk=lena.pk).update(external_id="L-1")
    page = looked_at(hannes_browser, rows(LENA, NEW))
    lena.groups.add(permission_type("Export", "export_people"))
    response = confirm(hannes_browser, page)
    assert response.status_code == 409
    page = response.content.decode()
    assert "Nothing was imported: somebody changed" in page
    assert tally(page) == [1, 0, 0, 1]
    assert events("user.imported") == []
    assert confirm(hannes_browser, page).url.startswith(RUNS)
    lena.refresh_from_db()
    assert (lena.email, lena.is_active) == ("lena@harbour.example", True)
    assert User.objects.filter(external_id="N-1").exists()


def test_a_workbook_is_imported_and_a_second_time_has_nothing_to_do(hannes_browser):
    book = workbook(["Employee ID", "Name", "Email"], ["N-1", "Nora <b>Lund</b>", "nora@harbour.example"])
    page = looked_at(hannes_browser, book, "<people>.xlsx")
    assert "Nora &lt;b&gt;Lund&lt;/b&gt;" in page
    assert confirm(hannes_browser, page).url.startswith(RUNS)
    page = looked_at(hannes_browser, book, "people.xlsx")
    assert tally(page) == [0, 0, 1, 0]
    assert "There is nothing to import" in page
    assert 'value="confirm"' not in page


def test_the_preview_takes_as_many_statements_for_two_hundred_people(
    hannes_browser, django_assert_num_queries, copenhagen
):
    """Planning asks in chunks of a thousand, so that the page costs the same for a file of any usual size."""
    looked_at(hannes_browser, rows(NEW))
    with django_assert_num_queries(12):
        hannes_browser.get(PREVIEW)
    looked_at(hannes_browser, rows(*(f"{n},P,,p{n}@harbour.example,Copenhagen / Shop {n % 60},," for n in range(200))))
    with django_assert_num_queries(12):
        page = hannes_browser.get(PREVIEW).content.decode()
    assert tally(page) == [200, 0, 0, 0]
    assert page.count("… and 150 more") == 1
    assert page.count("… and 10 more") == 1
    assert Department.objects.count() == 2
