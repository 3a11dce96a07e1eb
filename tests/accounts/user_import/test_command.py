"""The import command by hand: each option, with what it stops and what it lets through."""

import io
import json

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError

from accounts.management.commands import import_users as command
from accounts.models import Department, User
from accounts.user_import import UsersChanged
from accounts.user_import.planning.mass_change import MassChange, NotConfirmed
from audit.models import AuditEvent
from tests.support.import_files import imported, planned, row, rows, run

pytestmark = pytest.mark.django_db
PEOPLE = [row(f"P-{n}", "P", "P", f"p{n}@harbour.example", "Aarhus") for n in range(9)]


def refused(tmp_path, content, *options):
    """Run the command, and return why it imported nothing; its other output comes first."""
    said = io.StringIO()
    file = tmp_path / "people.csv"
    file.write_text(content)
    before = list(User.objects.order_by("pk").values()), Department.objects.count()
    with pytest.raises(CommandError) as failure:
        call_command("import_users", str(file), *options, stdout=said, stderr=said)
    assert (list(User.objects.order_by("pk").values()), Department.objects.count()) == before
    assert failure.value.returncode == 1
    return f"{said.getvalue()}{failure.value}"


def active():
    return dict(User.objects.exclude(external_id=None).order_by("external_id").values_list("external_id", "is_active"))


def mapping_of(content, **statuses):
    """Return the mapping of this file as the page writes it, with these words for the status."""
    said = json.loads(planned(content).columns.mapping.dumps())
    return json.dumps(said | {"statuses": said.get("statuses", {}) | statuses})


def test_a_map_says_what_a_word_means(tmp_path):
    imported(rows(row("L-1")))
    content = rows(row("L-1", status="Barsel"))
    assert "Does “Barsel” mean that somebody is active" in refused(tmp_path, content)
    map_file = tmp_path / "mapping.json"
    map_file.write_text(mapping_of(content, barsel="inactive"))
    assert "0 new, 1 changed (1 deactivated)" in run(tmp_path, content, "--map", str(map_file))
    assert active() == {"L-1": False}


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("gone", None, "choices can't be read: No such file or directory"),
        ("latin", b"\xe6\xf8\xe5", "choices is not UTF-8 text."),
        ("no json", b"{", "The mapping is not JSON: "),
        ("other json", b"[]", "The mapping is not one that the import wrote (“version”: 1 is missing)."),
        ("a part", b'{"version": 1, "people": {}}', "The mapping has an unknown part: “people”."),
    ],
)
def test_a_map_that_is_none_is_said(tmp_path, name, content, sentence):
    file = tmp_path / "choices"
    if content is not None:
        file.write_bytes(content)
    said = refused(tmp_path, rows(row("L-1")), "--map", str(file))
    assert sentence in said


SAME = row("00071", "Lin", "Yew", "lin@other.example")


@pytest.mark.parametrize(("person", "count"), [("71", 1), ("lin@harbour.example", 1), ("new", 2)])
def test_same_says_who_a_row_is_about(tmp_path, person, count):
    imported(rows(row("71", "Lin", "Yew", "lin@harbour.example")))
    assert "Nothing was imported: 1 problem. Decide on the import page" in refused(tmp_path, rows(SAME))
    (tmp_path / "same.csv").write_text(f"00071,{person}\n")
    run(tmp_path, rows(SAME), "--same", str(tmp_path / "same.csv"))
    assert User.objects.count() == count
    assert User.objects.filter(email="lin@other.example", external_id="00071").count() == 1


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("00071\n", "Line 1 of the file of choices needs two cells: a row, and the person it is about."),
        ("00071,71\n\n00071,72\n", "Line 3 of the file of choices says otherwise of 00071 than a line before it."),
    ],
)
def test_a_file_of_the_same_that_is_none_is_said(tmp_path, content, sentence):
    (tmp_path / "same.csv").write_text(content)
    assert refused(tmp_path, rows(SAME), "--same", str(tmp_path / "same.csv")) == sentence


def test_a_bad_row_is_skipped_and_a_leaver_beside_it_still_leaves(tmp_path):
    imported(rows(row("L-1"), row("M-1", "Max", "Kjær", "max@harbour.example")))
    content = rows(row("L-1", status="Terminated"), row("M-1", "Max", "Kjær", "max at harbour", status="Terminated"))
    assert "Nothing was imported: 1 problem." in refused(tmp_path, content)
    said = run(tmp_path, content, "--skip-bad-rows")
    assert "Skipped: Line 3, E-mail: “max at harbour” is not an email address." in said
    assert active() == {"L-1": False, "M-1": True}


def test_who_is_in_a_row_that_is_skipped_is_not_absent(tmp_path):
    imported(rows(row("L-1"), row("M-1", "Max", "Kjær", "max@harbour.example"), row("O-1", email="o@harbour.example")))
    content = rows(row("L-1"), row("M-1", "Max", "Kjær", "max at harbour"))
    run(tmp_path, content, "--skip-bad-rows", "--absent", "deactivate")
    assert active() == {"L-1": True, "M-1": True, "O-1": False}


def test_an_undecided_row_is_skipped_too(tmp_path):
    imported(rows(row("L-1")))
    said = run(tmp_path, rows(row("L-1", status="Barsel")), "--skip-bad-rows")
    assert "Skipped: Line 2, Status: Does “Barsel” mean that somebody is active?" in said
    assert active() == {"L-1": True}


@pytest.mark.parametrize(
    ("lines", "sentence"),
    [
        ([], "Nothing was imported: the file lists nobody."),
        ([row("L-1", email="nobody")], "Nothing was imported: no row of the file can be."),
    ],
)
def test_a_file_without_a_good_row_deactivates_nobody(tmp_path, lines, sentence):
    imported(rows(*PEOPLE))
    options = ["--skip-bad-rows", "--absent", "deactivate"]
    assert refused(tmp_path, rows(*lines), *options, "--confirm-mass-change", "9").endswith(sentence)


def test_absent_people_stay_unless_the_file_lists_everybody(tmp_path):
    imported(rows(*PEOPLE))
    run(tmp_path, rows(*PEOPLE[1:]))
    run(tmp_path, rows(*PEOPLE[1:]), "--absent", "keep")
    assert set(active().values()) == {True}
    said = run(tmp_path, rows(*PEOPLE[1:]), "--absent", "deactivate")
    assert "1 changed (1 deactivated)" in said
    assert active()["P-0"] is False


@pytest.mark.parametrize("typed", [(), ("--confirm-mass-change", "5"), ("--confirm-mass-change", "60")])
def test_many_absent_people_stop_it_without_the_right_number(tmp_path, typed):
    imported(rows(*PEOPLE))
    said = refused(tmp_path, rows(*PEOPLE[:3]), "--absent", "deactivate", *typed)
    assert "6 of 9 active people would be deactivated." in said
    assert said.endswith("Nothing was imported. If that is right, run it with --confirm-mass-change 6.")


def test_the_right_number_confirms_a_mass_change(tmp_path):
    imported(rows(*PEOPLE))
    said = run(tmp_path, rows(*PEOPLE[:3]), "--absent", "deactivate", "--confirm-mass-change", "6")
    assert "(6 deactivated)" in said
    assert list(active().values()) == [True] * 3 + [False] * 6


def test_a_dry_run_names_the_number_of_a_mass_change(tmp_path):
    imported(rows(*PEOPLE))
    said = run(tmp_path, rows(*PEOPLE[:3]), "--absent", "deactivate", "--dry-run")
    assert "If that is right, run it with --confirm-mass-change 6.\nThis was a dry run: nothing was changed." in said
    assert set(active().values()) == {True}


def test_a_department_with_a_typing_error_stops_it(tmp_path, norreport):
    said = refused(tmp_path, rows(row("L-1", place="Nørreprt")))
    assert "Nørreport" in said
    assert "Decide on the import page and download the mapping for --map, or use --same." in said


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (UsersChanged(), "Nothing was imported: somebody changed the same people meanwhile. Run the import again."),
        (NotConfirmed(MassChange(7, ["Many."])), "Nothing was imported. If that is right, run it with --confirm-mass-"),
    ],
)
def test_what_happens_meanwhile_is_a_sentence(tmp_path, monkeypatch, error, sentence):
    def fail(*args, **options):
        raise error

    monkeypatch.setattr(command, "apply_confirmed", fail)
    assert sentence in refused(tmp_path, rows(row("L-1")))


def test_a_database_that_can_not_be_written_is_a_sentence(tmp_path, monkeypatch):
    from accounts.user_import.applying import apply

    def fail(*args, **options):
        raise OperationalError("locked")

    monkeypatch.setattr(apply, "create_users", fail)
    said = refused(tmp_path, rows(row("L-1")))
    assert said.endswith("the database or its audit log can't be written now. Run the import again.")
    assert not AuditEvent.objects.exists()


class Terminal(io.StringIO):
    """A terminal that somebody looks at."""

    def isatty(self):
        return True


def test_a_terminal_shows_how_far_it_is_and_a_file_of_the_log_does_not(tmp_path, monkeypatch):
    from accounts.user_import.planning import planner

    monkeypatch.setattr(planner, "REPORT_EVERY", 5)
    file = tmp_path / "people.csv"
    file.write_text(rows(*PEOPLE))
    terminal = Terminal()
    call_command("import_users", str(file), "--confirm-mass-change", "1", stdout=io.StringIO(), stderr=terminal)
    assert terminal.getvalue().splitlines()[-3:] == ["5 rows read …", "Importing 9 people …", "9 people written …"]
    plain = run(tmp_path, rows(*PEOPLE, row("L-1")))
    assert "…" not in plain
    assert "\x1b" not in plain


def test_the_help_says_the_exit_codes(capsys):
    with pytest.raises(SystemExit):
        call_command("import_users", "--help")
    said = " ".join(capsys.readouterr().out.split())
    assert "The exit code is 0 if it is done, 1 if it stopped and nothing was changed, and 2 if the options are" in said
