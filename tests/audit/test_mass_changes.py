"""The chain of the log and the department tree after changes of very many people, one after the other."""

from collections import Counter

import pytest

from accounts.models import Department, User
from accounts.organisation.actions import merge_department
from accounts.organisation.plans import plan_merge
from accounts.organisation.preview import preview
from accounts.organisation.tree import Tree
from accounts.user_import.applying.apply import finished
from accounts.user_import.applying.undo import plan_undo
from accounts.user_import.confirm import fingerprint, import_steps
from accounts.user_import.planning.mass_change import mass_change
from accounts.user_import.runs.actions import undo
from accounts.users.bulk.actions import do_batch
from audit.models import AuditEvent
from audit.statements import COPIED
from audit.verification.checker import verify
from tests.support.bulk import ready_run
from tests.support.import_files import planned, row, rows

pytestmark = pytest.mark.django_db(transaction=True)


def test_an_import_its_undo_an_action_for_many_and_a_merge_leave_the_chain_whole(owner, aarhus, copenhagen):
    new = (row(str(n), f"F{n}", "Holm", f"f{n}@harbour.example", "Aarhus") for n in range(COPIED + 5))
    plan = planned(rows(*new), actor=owner)
    change = mass_change(plan)
    run = finished(import_steps(plan, actor=owner, seen=fingerprint(plan), typed=change and change.number))
    undo(run, actor=owner, seen=fingerprint(plan_undo(run, actor=owner)), typed=COPIED + 5)
    ready = ready_run(owner, list(User.objects.filter(department=aarhus)), "move", department=copenhagen)
    while ready.is_running:
        ready = do_batch(ready, actor=owner)
    tree = Tree.read()
    shown = preview(owner, plan_merge(tree, tree[aarhus.pk], tree[copenhagen.pk]))
    merge_department(actor=owner, department=aarhus, into=copenhagen.pk, seen=shown.fingerprint)

    assert verify().exit_code == 0
    told = Counter(AuditEvent.objects.filter(target_id__isnull=False).values_list("kind", "target_id"))
    assert set(told.values()) == {1}
    assert Counter(kind for kind, _person in told) == dict.fromkeys(
        ("user.created", "user.deactivated", "user.changed"), COPIED + 5
    )
    assert not any(Department.objects.find_problems())
