"""What the preview of a move or a merge says is what happens: for random companies, asked user by user."""

from collections import Counter

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.authorization.changes import NotAllowed
from accounts.models import Department, User
from accounts.organisation import actions
from accounts.organisation.job_profiles import actions as profile_actions
from accounts.organisation.plans import plan_merge, plan_move
from accounts.organisation.preview import preview
from accounts.organisation.tree import Tree
from tests.support.factories import UserFactory, permission_type
from tests.support.learning_factories import make_module
from tests.support.organisation import editor, reread
from tests.support.random_organisation import RandomCompany, meant, reached

pytestmark = pytest.mark.django_db
randomly = settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def owner_of():
    return User.objects.create_superuser("owner@harbour.example", "standin-demo", first_name="Olivia", is_active=True)


def by_item(pairs):
    return Counter(item for item, _user in pairs)


def said(effects, what):
    return Counter({effect.item.name: getattr(effect, what) for effect in effects if getattr(effect, what)})


def compare(shown, change):
    """Carry out the change, and compare what it did with what was shown."""
    were_meant, were_reached = meant(), reached()
    change()
    are_meant, are_reached = meant(), reached()
    assert said(shown.learning, "gaining") == by_item(are_meant - were_meant)
    assert said(shown.learning, "losing") == by_item(were_meant - are_meant)
    for is_given, difference in ((True, are_reached - were_reached), (False, were_reached - are_reached)):
        told = Counter()
        for each in shown.reach:
            if each.is_given == is_given and each.people:
                told.update(dict.fromkeys(((each.group, right) for right in each.rights), each.people))
        labels = {"accounts.see_people": "See people", "accounts.edit_people": "Edit people"}
        labels["accounts.act_on_behalf"] = "Log in as people to act"
        assert told == Counter((group, labels[right]) for group, right, _user in difference)


@randomly
@given(chance=st.randoms(use_true_random=False))
def test_the_preview_of_a_move_is_what_happens(chance):
    reorganise(chance, plan_move, actions.move_department, "target")


@randomly
@given(chance=st.randoms(use_true_random=False))
def test_the_preview_of_a_merge_is_what_happens(chance):
    reorganise(chance, plan_merge, actions.merge_department, "into")


def reorganise(chance, plan_it, act, target):
    with transaction.atomic():
        owner = owner_of()
        RandomCompany(chance)
        for _number in range(3):
            tree = Tree.read()
            nodes = [node for root in tree.roots for node in root.branch()]
            if len(nodes) < 2:
                break
            subject, place = chance.sample(nodes, 2)
            plan = plan_it(tree, subject, place)
            if actions.why_not(owner, plan):
                continue
            shown = preview(owner, plan)
            department = Department.objects.get(pk=subject.id)
            chosen = {target: place.id, "seen": shown.fingerprint}
            compare(shown, lambda: act(actor=owner, department=department, **chosen))  # noqa: B023
            assert Department.objects.find_problems() == ([], [], [], [], [])
        transaction.set_rollback(True)


@randomly
@given(chance=st.randoms(use_true_random=False))
def test_the_preview_of_a_merged_job_profile_is_what_happens(chance):
    with transaction.atomic():
        owner = owner_of()
        company = RandomCompany(chance)
        source, into = chance.sample(company.profiles, 2)
        shown = profile_actions.preview(owner, source, into)
        were_meant = meant()
        profile_actions.merge_profile(actor=owner, profile=source, into=into.pk, seen=shown.fingerprint)
        are_meant = meant()
        assert said(shown.learning, "gaining") == by_item(are_meant - were_meant)
        assert were_meant <= are_meant
        transaction.set_rollback(True)


def shown_to(actor, plan_it, subject, target):
    tree = Tree.read()
    return preview(actor, plan_it(tree, tree[subject.pk], tree[target.pk]))


def test_the_holders_of_a_scope_gain_the_people_that_move_below_it(owner, rita, lena, copenhagen, aarhus, max_):
    [reach] = shown_to(owner, plan_move, aarhus, copenhagen).reach
    assert (reach.name, reach.is_given, reach.holders, reach.people) == ("Regional support (Copenhagen)", True, 1, 1)
    assert "Log in as people to act" in reach.rights


def test_nobody_moves_a_department_to_where_others_gain_rights_that_the_mover_lacks(
    company, copenhagen, aarhus, rita, max_
):
    """Rita's type would reach Max; Dora doesn't hold its rights over him."""
    dora = editor(company)
    shown = shown_to(dora, plan_move, aarhus, copenhagen)
    assert shown.refused == "moves_rights"
    with pytest.raises(NotAllowed, match="that you don't hold yourself"):
        actions.move_department(actor=dora, department=aarhus, target=copenhagen.pk, seen=shown.fingerprint)
    assert reread(aarhus).path.startswith(company.path)
    assert not reread(aarhus).path.startswith(reread(copenhagen).path)


def test_nobody_moves_a_department_away_from_rights_that_the_mover_lacks(company, copenhagen, norreport, aarhus, rita):
    assert shown_to(editor(company), plan_move, norreport, aarhus).refused == "moves_rights"


def test_a_mover_who_holds_the_rights_over_these_people_may(company, copenhagen, aarhus, rita, max_):
    rights = [*rita.groups.get().departmentgrouppermission_set.values_list("permission__codename", flat=True)]
    dora = editor(company, "manage_departments", *rights)
    assert shown_to(dora, plan_move, aarhus, copenhagen).refused is None


def test_nobody_gives_others_rights_over_people_above_the_mover(company, copenhagen, aarhus, rita, max_):
    rights = [*rita.groups.get().departmentgrouppermission_set.values_list("permission__codename", flat=True)]
    dora = editor(company, "manage_departments", *rights)
    max_.groups.add(permission_type("Trusted", "protect_people"))
    assert shown_to(dora, plan_move, aarhus, copenhagen).refused == "somebody_above"
    max_.groups.clear()
    User.objects.filter(pk=max_.pk).update(is_protected=True)
    assert shown_to(dora, plan_move, aarhus, copenhagen).refused == "somebody_above"


def test_people_above_the_mover_move_if_nobodys_rights_turn(company, copenhagen, aarhus, max_):
    max_.groups.add(permission_type("Trusted", "protect_people"))
    assert shown_to(editor(company), plan_move, aarhus, copenhagen).refused is None


def test_a_merge_gives_the_scopes_of_the_one_over_the_people_of_the_other(company, copenhagen, aarhus, rita, max_):
    """Rita's Copenhagen becomes part of Aarhus, so her type would reach Max."""
    assert shown_to(editor(company), plan_merge, copenhagen, aarhus).refused == "moves_rights"


def test_another_preview_than_the_seen_one_is_not_carried_out(owner, copenhagen, aarhus, norreport):
    make_module("Till", {"department": copenhagen})
    seen = shown_to(owner, plan_move, norreport, aarhus).fingerprint
    UserFactory(department=norreport)
    with pytest.raises(NotAllowed) as caught:
        actions.move_department(actor=owner, department=norreport, target=aarhus.pk, seen=seen)
    assert caught.value.refusal == "organisation_changed"
