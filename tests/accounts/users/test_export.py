"""People as a file: the exportable ones, as they are, harmless in a spreadsheet, and on record."""

import csv
import io
import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import JobProfile, User
from accounts.user_import import apply_import, plan_import
from accounts.users import export as user_export
from accounts.users.id_ranges import compact
from accounts.visible_text import tidy
from tests.support.assumed import data_queries, detail, events, log_in_as, sign_in
from tests.support.factories import UserFactory, permission_type
from tests.support.import_files import planned

pytestmark = pytest.mark.django_db
EXPORT = reverse("user_export")
HOSTILE = ["=1+1", "+1", "-1", "@SUM(A1)", " =1", "＝1", '"><img src=x>', "a\nb", 'x",=1+1', "Sørensen; Ærø"]


@pytest.fixture
def exporter(sam):
    sam.groups.add(permission_type("Export", "export_people"))
    return sam


def export(client, file_format="csv", query=""):
    response = client.post(EXPORT + query, {"format": file_format})
    assert response.status_code == 200, response.content
    return b"".join(response.streaming_content)


def names(content):
    """Who stands in a CSV file, by first name."""
    assert content.startswith(b"\xef\xbb\xbf"), "Excel takes a file without this mark for another encoding"
    header, *rows = csv.reader(io.StringIO(content.decode("utf-8-sig")))
    assert header == list(user_export.COLUMNS)
    return [row[1] for row in rows]


def test_sam_exports_everybody_for_excel_and_for_programs(client, exporter, lena, ina):
    User.objects.filter(pk=lena.pk).update(external_id="L-1", job_profile=JobProfile.objects.create(name="Barista"))
    sign_in(client, exporter)
    assert names(export(client)) == ["Sam", "Lena", "Ina"]
    _sam, second, third = [json.loads(line) for line in export(client, "jsonl").splitlines()]
    assert second.pop("created_at").endswith("+00:00")
    assert second == {
        "id": lena.pk, "external_id": "L-1", "first_name": "Lena", "last_name": "Sørensen", "email": lena.email,
        "department": "Harbour Coffee / Copenhagen / Nørreport", "job_profile": "Barista", "language": "en",
        "time_zone": "Europe/Copenhagen", "is_active": True, "permission_types": [], "last_sign_in_at": None,
    }  # fmt: skip
    assert (third["first_name"], third["is_active"]) == ("Ina", False)


def test_the_export_is_on_record_with_format_filters_and_count(client, exporter, lena, max_, copenhagen):
    sign_in(client, exporter)
    assert names(export(client, query=f"?q=s%C3%B8rensen&department={copenhagen.pk}&status=active&page=7")) == ["Lena"]
    [event] = events("user.exported")
    assert event.actor_id == exporter.pk
    filters = {"q": "sørensen", "department": "Copenhagen", "status": "active"}
    assert detail(event) == {"format": "csv", "filters": filters, "people": 1, "ids": str(lena.pk)}
    # A value that means nothing filters nothing, and is not said to have done so.
    assert len(names(export(client, query="?department=999&status=asleep"))) == 3
    everybody = compact(sorted([exporter.pk, lena.pk, max_.pk]))[0]
    assert detail(events("user.exported")[1]) == {"format": "csv", "filters": {}, "people": 3, "ids": everybody}


def test_who_comes_after_the_record_is_not_in_the_file(client, exporter, lena):
    sign_in(client, exporter)
    response = client.post(EXPORT, {"format": "csv"})
    UserFactory(first_name="Late", email="late@harbour.example")
    assert names(b"".join(response.streaming_content)) == ["Sam", "Lena"]


def test_nobody_leaves_the_file_who_is_outside_the_scope(client, sam, rita, lena, max_, copenhagen):
    rita.groups.add(permission_type("Export everywhere", "export_people"))
    sign_in(client, rita)
    assert names(export(client)) == ["Rita", "Lena"], "Rita sees nobody but Copenhagen's"
    sam.groups.add(permission_type("Export Copenhagen", "export_people", departments=[copenhagen]))
    sign_in(client, sam)
    assert names(export(client)) == ["Rita", "Lena"], "Sam sees Max, but may not export him"
    assert names(export(client, query=f"?id={max_.pk}")) == []
    assert [detail(event)["people"] for event in events("user.exported")] == [2, 2, 0]


def test_who_may_not_export_gets_not_found_and_no_button(client, exporter, mona, lena):
    for person in (mona, lena):
        sign_in(client, person)
        assert client.post(EXPORT, {"format": "csv"}).status_code == 404
    sign_in(client, mona)
    assert EXPORT not in client.get(reverse("user_list")).content.decode()
    sign_in(client, exporter)
    page = client.get(reverse("user_list") + "?q=lena&page=1").content.decode()
    assert f'action="{EXPORT}?q=lena"' in page
    assert EXPORT not in client.get(reverse("user_list") + "?q=nobody").content.decode()
    assert client.get(EXPORT).status_code == 405
    assert client.post(EXPORT, {"format": "xls"}).status_code == 400
    assert events("user.exported") == []


def test_on_somebodys_behalf_nothing_is_exported(client, exporter, mona):
    mona.groups.add(permission_type("Export too", "export_people"))
    log_in_as(client, exporter, mona)
    assert EXPORT not in client.get(reverse("user_list")).content.decode()
    assert client.post(EXPORT, {"format": "csv"}).status_code == 403
    assert events("user.exported") == []


def test_hostile_names_stay_text_in_a_spreadsheet_and_whole_in_json(client, exporter):
    for number, name in enumerate(HOSTILE):
        UserFactory(first_name=name, last_name=name, email=f"h{number}@harbour.example")
    stored = [tidy(name) for name in HOSTILE]
    sign_in(client, exporter)
    exported = names(export(client))[1:]
    assert [name.removeprefix("'") for name in exported] == stored
    assert [name for name in exported if name.startswith("'")] == [f"'{name}" for name in stored[:6]]
    lines = export(client, "jsonl").decode("ascii").splitlines()
    assert [json.loads(line)["first_name"] for line in lines[1:]] == stored


def test_an_export_can_be_imported_again_and_changes_nothing(client, exporter, owner, rita, lena, ina):
    User.objects.filter(pk=ina.pk).update(external_id="I-1", last_name="")
    UserFactory(first_name="=Cmd", last_name="-", email="cmd@harbour.example")
    sign_in(client, exporter)
    content = export(client)
    assert len(names(content)) == 6
    plan = planned(content, actor=exporter)
    assert (plan.problems, plan.unchanged, plan.changes_anything) == ([], 6, False)


def test_two_thousand_people_come_in_batches(client, exporter):
    people = [User(first_name="P", email=f"p{n}@harbour.example", password="!") for n in range(2_001)]
    User.objects.bulk_create(people)
    sign_in(client, exporter)
    with CaptureQueriesContext(connection) as queries:
        assert len(names(export(client))) == 2_002
    fetched = [sql for sql in data_queries(queries) if "auth_group" in sql and " IN (" in sql]
    assert len(fetched) == 3, "the permission types of each batch, so that no more than a batch is ever held"


def test_names_that_look_like_escaped_formulas_come_back_as_they_were(client, exporter, lena, max_):
    for name in ("'-Literal", "''-Literal", "-Literal", "' =1", "'t Hooft", "O'-Neill"):
        User.objects.filter(pk=lena.pk).update(first_name="Lena", last_name=name, external_id="L-1")
        sign_in(client, exporter)
        content = export(client)
        _sam, line, *_others = csv.reader(io.StringIO(content.decode("utf-8-sig")).readlines()[1:])
        assert not line[2].startswith(("=", "-"))
        plan = plan_import(io.BytesIO(content), "people.csv", actor=None)
        assert [str(problem) for problem in plan.problems] == []
        apply_import(plan, actor=None)
        lena.refresh_from_db()
        assert lena.last_name == name
