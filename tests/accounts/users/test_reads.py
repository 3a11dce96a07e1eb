"""What a page of User Management reads: the same users and facts as the querysets that state the rules."""

import pytest
from django.db import DEFAULT_DB_ALIAS

from accounts.models import User
from accounts.users.fields import departments_seen, types_seen
from accounts.users.reads import rows_of
from tests.support.factories import UserFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("who", ["sam", "rita", "mona", "owner", "lena"])
def test_rows_are_the_users_that_the_actor_sees(request, django_assert_num_queries, who, sam, rita, mona, max_, owner):
    UserFactory(department=None)
    actor = User.objects.with_standing().get(pk=request.getfixturevalue(who).pk)
    ids = list(User.objects.values_list("pk", flat=True))
    with django_assert_num_queries(2):
        rows = rows_of(actor, ids, len(ids) + 3, using=DEFAULT_DB_ALIAS)
    seen = User.objects.visible_to(actor).with_standing().select_related("department").in_bulk()
    assert rows.keys() == seen.keys()
    for pk, user in seen.items():
        row = rows[pk]
        names = ("email", "name", "last_login", "is_active", "is_staff", "is_superuser", "is_protected")
        names += ("held", "department_path", "company_rules")
        with django_assert_num_queries(0):
            assert [getattr(row, name) for name in names] == [getattr(user, name) for name in names]
        assert row.department_name == (user.department.name if user.department else None)
        assert sorted(row.type_names) == sorted(user.groups.values_list("name", flat=True))


def test_no_ids_cost_no_query(sam, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert rows_of(sam, [], 25, using=DEFAULT_DB_ALIAS) == {}


def test_filters_offer_what_the_scope_of_the_actor_has(sam, rita, max_, aarhus, copenhagen, norreport):
    sam, rita = (User.objects.get(pk=person.pk) for person in (sam, rita))
    assert {"Aarhus", "Copenhagen"} < {choice.name for choice in departments_seen(sam)}
    assert {choice.name for choice in departments_seen(rita)} == {"Copenhagen", "Nørreport"}
    assert {choice.name for choice in types_seen(rita)} < {choice.name for choice in types_seen(sam)}
