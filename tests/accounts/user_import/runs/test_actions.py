"""Undo under lock, two of them at once, and the end of kept values."""

import pytest
from django.core.management import call_command
from django.utils import timezone

from accounts.authorization.changes import NotAllowed
from accounts.models import ImportedPerson, User, UserImport
from accounts.models.user_imports import KEPT_FOR
from accounts.user_import import UsersChanged, apply_import
from accounts.user_import.applying.undo import plan_undo
from accounts.user_import.confirm import fingerprint
from accounts.user_import.runs.actions import undo
from audit.verification.checker import verify
from tests.learning.test_answers_at_once import together
from tests.support.import_files import planned, row, rows

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def run(lena):
    return apply_import(planned(rows(row("L-1", "Lene"))))


def test_of_two_undos_at_once_one_is_done(run, owner, lena):
    seen = fingerprint(plan_undo(run, actor=owner))

    def press():
        try:
            return undo(run, actor=User.objects.get(pk=owner.pk), seen=seen).undoes_id
        except UsersChanged:
            return None

    done = together(press, press)
    assert sorted(done, key=str) == [run.pk, None]
    lena.refresh_from_db()
    assert (lena.first_name, UserImport.objects.count()) == ("Lena", 2)
    assert verify().exit_code == 0


def test_the_right_is_asked_for_again_under_lock(run, hanne, lena):
    seen = fingerprint(plan_undo(run, actor=hanne))
    hanne.groups.clear()
    with pytest.raises(NotAllowed, match="takes the right to import people"):
        undo(run, actor=hanne, seen=seen)
    assert UserImport.objects.count() == 1


@pytest.mark.parametrize("what", [{"state": "stopped"}, {"at": timezone.now() - KEPT_FOR}])
def test_what_is_no_longer_to_be_undone_is_asked_for_under_lock(run, owner, what):
    seen = fingerprint(plan_undo(run, actor=owner))
    UserImport.objects.filter(pk=run.pk).update(**what)
    with pytest.raises(NotAllowed):
        undo(run, actor=owner, seen=seen)
    assert UserImport.objects.count() == 1


def test_old_values_end_by_the_timer_and_the_runs_stay(run, lena):
    UserImport.objects.update(at=timezone.now() - KEPT_FOR)
    young = apply_import(planned(rows(row("2", email="max@harbour.example"))))
    call_command("end_lapsed_sessions", dry_run=True, verbosity=0)
    assert ImportedPerson.objects.count() == 2
    call_command("end_lapsed_sessions", verbosity=0)
    assert ImportedPerson.objects.get().run == young
    assert UserImport.objects.count() == 2
