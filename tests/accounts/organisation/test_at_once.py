"""Changes of the tree at the same moment: the tree stays sound, and each change is carried out once or refused."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connections

from accounts.authorization.changes import NotAllowed
from accounts.models import Department
from accounts.organisation import actions
from accounts.organisation.plans import plan_move
from accounts.organisation.preview import preview
from accounts.organisation.tree import Tree
from tests.support.assumed import events
from tests.support.factories import DepartmentFactory
from tests.support.organisation import places

pytestmark = pytest.mark.django_db(transaction=True)


def move_at_once(owner, pairs):
    """Move each department below its target when all are ready; return the refusals."""
    tree = Tree.read()
    seen = [preview(owner, plan_move(tree, tree[node.pk], tree[target.pk])).fingerprint for node, target in pairs]
    ready = Barrier(len(pairs))

    def move(pair, fingerprint):
        node, target = pair
        try:
            ready.wait(timeout=30)
            actions.move_department(actor=owner, department=node, target=target.pk, seen=fingerprint)
        except NotAllowed as not_allowed:
            return not_allowed.refusal
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(pairs)) as pool:
        return list(pool.map(move, pairs, seen))


def test_two_moves_at_once_leave_a_sound_tree(owner, company, copenhagen, norreport, aarhus):
    target = DepartmentFactory(name="Denmark", parent=company)
    assert move_at_once(owner, [(copenhagen, target), (aarhus, target)]) == [None, None]
    assert Department.objects.find_problems() == ([], [], [], [], [])
    assert {("Copenhagen", "Denmark"), ("Aarhus", "Denmark"), ("Nørreport", "Copenhagen")} <= set(places())
    assert len(events("department.moved")) == 2


def test_two_departments_that_move_into_each_other_at_once_do_so_one_way(owner, copenhagen, norreport, aarhus):
    refusals = move_at_once(owner, [(copenhagen, aarhus), (aarhus, copenhagen)])
    assert sorted(map(str, refusals)) == ["None", "lies_within"]
    assert Department.objects.find_problems() == ([], [], [], [], [])
    assert len(events("department.moved")) == 1
