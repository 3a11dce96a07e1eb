"""What an import leaves behind: an event for each person, with the file, and a word to every former address."""

import json
from collections import Counter

import pytest

from accounts.models import FieldChange, JobProfile, User
from accounts.models.history import changed_by
from audit.models import AuditEvent, AuditText
from audit.statements import COPIED
from tests.support.import_files import imported, planned, row, rows, run
from tests.support.mail_backends import delivered

pytestmark = pytest.mark.django_db


def test_the_audit_log_names_the_file_the_actor_and_everybody_who_came(tmp_path, sam):
    content = rows(row("1"), row("2", "Max", "Kjær", "max@harbour.example", "Aarhus", "Barista"))
    said = run(tmp_path, content, "--actor", "SAM@harbour.example", "--confirm-mass-change", "1")
    assert "Rows: 2; 2 new, 0 changed (0 deactivated), 0 unchanged, 0 left as they are." in said
    event, *created = AuditEvent.objects.order_by("seq")
    assert [each.kind for each in created] == ["user.created"] * 2
    assert (event.kind, event.outcome, event.actor_id) == ("user.imported", "done", sam.pk)
    detail = AuditText.objects.get(event=event, part="detail").text
    assert '"file":"people.csv"' in detail
    assert '"created":2' in detail
    assert f'"sha256":"{planned(content).source.sha256}"' in detail


def test_a_new_person_is_on_record_with_language_time_zone_and_deactivation():
    head, active, gone = "E-mail,First name,Language,Time zone,Status", "a@harbour.example,A,,,Active", ",Terminated"
    content = f"{head}\n{active}\nb@harbour.example,B,en,Europe/Copenhagen{gone}\n"
    assert imported(content.encode())["created"] == 2
    texts = AuditText.objects.filter(event__kind="user.created", part="detail").order_by("event_id")
    first, second = (json.loads(each.text)["after"] for each in texts)
    assert not first.keys() & {"language", "time_zone", "is_active"}
    assert (second["language"], second["time_zone"], second["is_active"]) == ("en", "Europe/Copenhagen", False)


def test_everybody_changed_is_on_record_and_told_at_the_old_address_however_many(sam, lena):
    """A takeover among five hundred others shows as it would alone."""
    others = [
        User(first_name="P", last_name="P", email=f"p{n}@harbour.example", external_id=str(n)) for n in range(501)
    ]
    User.objects.bulk_create(others)
    User.objects.filter(pk=lena.pk).update(external_id="L-1")
    lines = [row(str(n), "P", "P", f"q{n}@harbour.example") for n in range(501)]
    imported(rows(*lines, row("L-1", email="attacker@harbour.example")))
    assert AuditEvent.objects.filter(kind="user.changed").count() == 502
    [event] = AuditEvent.objects.filter(kind="user.changed", target_id=lena.pk)
    said = json.loads(event.texts.get(part="detail").text)
    assert (said["before"]["email"], said["after"]["email"]) == (lena.email, "attacker@harbour.example")
    assert said["file"]
    told = [message for message in delivered() if message.to == [lena.email]]
    assert ["attacker@harbour.example" in message.body for message in told] == [True]
    assert len(delivered()) == 502


def test_very_many_are_deactivated_and_reactivated_on_record():
    people = [
        User(first_name="P", last_name="P", email=f"p{n}@harbour.example", external_id=str(n)) for n in range(501)
    ]
    User.objects.bulk_create(people)
    gone = [row(str(n), "P", "P", f"p{n}@harbour.example", status="Inactive") for n in range(501)]
    assert imported(rows(*gone))["deactivated"] == 501
    imported(rows(*(line.replace("Inactive", "Active") for line in gone[:500])))
    kinds = Counter(AuditEvent.objects.values_list("kind", flat=True))
    assert (kinds["user.deactivated"], kinds["user.reactivated"]) == (501, 500)
    # What keeps a browser of before out (`User._get_session_auth_hash`) is stored here too.
    assert User.objects.filter(is_active=True, deactivated_at__isnull=False).count() == 500


def history():
    fields = ("kind", "number", "field", "before", "after", "source")
    found = list(FieldChange.objects.order_by("number", "field").values_list(*fields))
    FieldChange.objects.all().delete()
    return found


def test_the_history_of_an_import_equals_that_of_changes_one_by_one(aarhus, copenhagen):
    """More people than the database copies at once, who move, leave and get another job."""
    count = COPIED + 5
    barista, roaster = (JobProfile.objects.create(name=name) for name in ("Barista", "Roaster"))
    people = [
        User(first_name="P", last_name="P", email=f"p{n}@harbour.example", external_id=str(n), department=aarhus)
        for n in range(count)
    ]
    User.objects.bulk_create(people)
    User.objects.update(job_profile=barista)
    history()
    lines = [row(str(n), "P", "P", f"p{n}@harbour.example", "Copenhagen", "Roaster", "Inactive") for n in range(count)]
    imported(rows(*lines))
    by_import = history()
    for person in User.objects.all():
        person.department, person.job_profile, person.is_active = aarhus, barista, True
        person.save()
    history()
    with changed_by(None, "people.csv"):
        for person in User.objects.all():
            person.department, person.job_profile, person.is_active = copenhagen, roaster, False
            person.save()
    assert len(by_import) == 3 * count
    assert by_import == history()
