"""By which permission types somebody can be logged in as."""

import pytest
from django.contrib.auth.models import Permission

from accounts.authorization.by_which import by_which
from accounts.authorization.reach import actors_for
from accounts.models import User
from tests.support.factories import permission_type

pytestmark = pytest.mark.django_db


def found(target):
    able = by_which(list(actors_for(target).order_by("first_name")), target)
    return {user.first_name: [str(reason) for reason in by] for user, by in able}


def test_each_type_that_lets_somebody_in_is_named_and_no_other(owner, sam, rita, mona, lena, aarhus):
    sam.groups.add(permission_type("Looks in Aarhus", "look_only_on_behalf", departments=[aarhus]))
    sam.groups.add(permission_type("Also looks", "look_only_on_behalf"))
    sam.groups.add(permission_type("Only edits", "edit_people"))
    assert found(User.objects.with_standing().get(pk=lena.pk)) == {
        "Olivia": ["Owner of the platform"],
        "Rita": ["Regional support (Copenhagen)"],
        "Sam": ["Also looks", "Support"],
    }


def test_a_right_that_was_given_directly_is_said(sam, lena):
    sam.groups.clear()
    sam.user_permissions.add(Permission.objects.get(codename="act_on_behalf"))
    assert found(User.objects.with_standing().get(pk=lena.pk)) == {"Sam": ["A right without a permission type"]}


def test_of_nobody_nothing_is_asked(lena, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert by_which([], lena) == []
