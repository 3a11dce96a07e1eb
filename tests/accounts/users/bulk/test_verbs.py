"""Actions for many ask the rules of the action for one, and store the same."""

import pytest

from accounts.authorization.changes import set_permission_types
from accounts.authorization.refusals import ChangeRefusal
from accounts.models import BulkRun, User
from accounts.policy import Refusal
from accounts.users.actions import set_active
from accounts.users.bulk.actions import do_batch
from accounts.users.bulk.verbs import Action, actions_of, verb_of
from accounts.users.invitations import invite
from tests.support.assumed import detail, events, text
from tests.support.bulk import REASON, crowd, ready_run
from tests.support.factories import UserFactory, permission_type

pytestmark = pytest.mark.django_db


def why_not(actor, user, action, **fields):
    verb = verb_of(BulkRun(actor=actor, action=action, **fields))
    user = User.objects.with_standing().get(pk=user.pk)
    verb.read([user])
    return verb.why_not(User.objects.get(pk=actor.pk), user)


def test_each_action_has_the_refusals_of_the_single_one(sam, petra, rita, owner, lena, ina, max_, aarhus, copenhagen):
    auditor = permission_type("Auditor", "view_auditevent")
    manager = permission_type("Manager", "see_people")
    holder = UserFactory(first_name="Holder", department=copenhagen)
    holder.groups.add(auditor)
    assert why_not(sam, lena, "deactivate") is None
    assert why_not(sam, sam, "deactivate") == Refusal.SELF
    assert why_not(sam, owner, "move", department=aarhus) == Refusal.TARGET_SUPERUSER
    assert why_not(sam, holder, "deactivate") == Refusal.TARGET_HOLDS_MORE
    assert why_not(rita, max_, "deactivate") == Refusal.OUT_OF_SCOPE
    assert why_not(rita, lena, "move", department=aarhus) == ChangeRefusal.DEPARTMENT_OUT_OF_SCOPE
    assert why_not(sam, max_, "move", department=aarhus) == ChangeRefusal.NOTHING_TO_CHANGE
    assert why_not(sam, ina, "invite") == Refusal.TARGET_INACTIVE
    assert why_not(sam, lena, "give_type", permission_type=manager) == ChangeRefusal.NO_RIGHT_TO_ASSIGN
    assert why_not(petra, lena, "give_type", permission_type=manager) is None
    assert why_not(petra, lena, "take_type", permission_type=manager) == ChangeRefusal.NOTHING_TO_CHANGE
    assert why_not(petra, lena, "give_type", permission_type=auditor) == ChangeRefusal.TYPE_HOLDS_MORE
    set_active(actor=owner, user=holder, active=False)
    assert why_not(sam, holder, "reactivate") == Refusal.TARGET_HOLDS_MORE


def test_a_type_that_opens_the_admin_site_is_given_only_by_who_may_open_it(petra, owner, lena):
    creator = permission_type("Creator", "add_module")
    petra.groups.add(creator)
    refused = why_not(petra, lena, "give_type", permission_type=creator)
    assert refused == ChangeRefusal.TYPE_OPENS_ADMIN_SITE
    do_batch(ready_run(owner, [lena], "give_type", permission_type=creator), actor=owner)
    lena.refresh_from_db()
    assert lena.is_staff
    do_batch(ready_run(owner, [lena], "take_type", permission_type=creator), actor=owner)
    lena.refresh_from_db()
    assert not lena.is_staff


def test_one_person_and_many_leave_the_same_behind(owner, norreport):
    """The events differ in the number of the run alone."""
    one, other = crowd(2, norreport)
    manager = permission_type("Manager", "see_people")
    set_permission_types(actor=owner, user=one, types=[manager])
    invite(actor=owner, user=one)
    set_active(actor=owner, user=one, active=False, reason=REASON)
    set_active(actor=owner, user=one, active=True)
    for action, fields in (
        ("give_type", {"permission_type": manager}), ("invite", {}), ("deactivate", {"reason": REASON}),
        ("reactivate", {}),
    ):  # fmt: skip
        do_batch(ready_run(owner, [other], action, **fields), actor=owner)
    for kind in ("permission_type.assigned", "user.invited", "user.deactivated", "user.reactivated"):
        first, second = events(kind)
        assert (first.target_id, second.target_id) == (one.pk, other.pk)
        told = [detail(each) if each.texts.filter(part="detail") else {} for each in (first, second)]
        assert told[1].pop("bulk")
        assert told[0] == told[1]
        reasons = [text(each, "reason") if each.texts.filter(part="reason") else {} for each in (first, second)]
        assert reasons[0] == reasons[1]
    states = User.objects.filter(pk__in=[one.pk, other.pk]).values("is_active", "is_staff", "groups", "department")
    first, second = states
    assert first == second


def test_a_deactivation_of_many_signs_everybody_out_for_good(client, sam, lena, norreport):
    client.force_login(lena, backend="accounts.authentication.backends.EmailBackend")
    do_batch(ready_run(sam, [lena], "deactivate", reason=REASON), actor=sam)
    do_batch(ready_run(sam, [lena], "reactivate"), actor=sam)
    assert client.get("/").status_code == 302, "the browser session from before stays invalid"


def test_actions_are_offered_by_the_rights_that_are_held_anywhere(sam, petra, mona, lena, owner):
    assert actions_of(lena) == []
    assert actions_of(mona) == []
    assert actions_of(sam) == [Action.DEACTIVATE, Action.REACTIVATE, Action.MOVE, Action.INVITE]
    assert actions_of(petra) == list(Action) == actions_of(owner)
    lena.groups.add(permission_type("Deactivates unseen", "deactivate_people"))
    assert actions_of(User.objects.get(pk=lena.pk)) == []
