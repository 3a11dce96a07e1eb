"""The form of an action offers what the actor may use, and asks for what the action needs."""

import pytest

from accounts.users.bulk.forms import BulkForm
from tests.support.bulk import REASON
from tests.support.factories import permission_type

pytestmark = pytest.mark.django_db


def test_rolf_is_offered_his_departments_and_the_types_that_he_may_hand_out(rolf, copenhagen, norreport, aarhus):
    permission_type("Auditor", "view_auditevent")
    permission_type("Everywhere", "see_people")
    here = permission_type("Here", "see_people", departments=[copenhagen])
    form = BulkForm(actor=rolf)
    assert [str(each) for each in form.fields["department"].queryset] == ["Copenhagen", "Nørreport"]
    offered = set(form.fields["permission_type"].queryset)
    assert here in offered
    assert not {"Auditor", "Everywhere"} & {group.name for group in offered}


@pytest.mark.parametrize(
    ("sent", "errors"),
    [
        ({}, {"action": ["Choose an action."]}),
        ({"action": "deactivate"}, {"reason": ["Please write down why."]}),
        ({"action": "move"}, {"department": ["Choose a department."]}),
        ({"action": "give_type"}, {"permission_type": ["Choose a permission type."]}),
        ({"action": "take_type"}, {"permission_type": ["Choose a permission type."]}),
        ({"action": "invite"}, {}),
        ({"action": "reactivate", "reason": REASON}, {}),
    ],
)
def test_only_what_the_action_needs_is_asked_for(owner, sent, errors):
    form = BulkForm(sent, actor=owner)
    assert dict(form.errors) == errors
    if not errors:
        assert form.values() == {"action": sent["action"]}


def test_a_reason_that_nobody_can_see_is_none(owner):
    assert "reason" in BulkForm({"action": "deactivate", "reason": "\u200b\u200b\u200b"}, actor=owner).errors


def test_an_action_that_is_not_offered_is_refused(sam, owner):
    manager = permission_type("Manager", "see_people")
    sent = {"action": "give_type", "permission_type": manager.pk}
    assert BulkForm(sent, actor=owner).is_valid()
    assert "action" in BulkForm(sent, actor=sam).errors
