"""The one statement of an assumed request: the session, both users, and the rights of each."""

from __future__ import annotations

from uuid import UUID

from django.db import connection

from accounts.models import User
from accounts.models.brand import StoredBrand
from accounts.models.login_as_rules import StoredRules
from accounts.policy.holdings import HeldRights
from audit.statements import Parameter, Statement

from .models import AssumedSession

SESSION_FIELDS = [field.attname for field in AssumedSession._meta.concrete_fields]
USER_FIELDS = [field.attname for field in User._meta.concrete_fields]
EMAIL = USER_FIELDS.index("email")  # never null in a user's row, so null means that there is no row

EVERYTHING = Statement(
    lambda: (
        AssumedSession.objects.filter(pk=Parameter("pk", AssumedSession._meta.pk))
        .order_by()
        .values_list(
            *SESSION_FIELDS,
            *(f"actor__{name}" for name in USER_FIELDS),
            *(f"target__{name}" for name in USER_FIELDS),
            "actor__department__path",
            "target__department__path",
            HeldRights("actor_id"),
            HeldRights("target_id"),
            StoredRules(),
            StoredBrand(),
        )
    )
)


def find(key: UUID) -> AssumedSession | None:
    """Return a session with its actor and target, or None if it does not exist; a deleted user is None."""
    rows = EVERYTHING.rows(pk=key)
    if not rows:
        return None
    [row] = rows
    width, user_width = len(SESSION_FIELDS), len(USER_FIELDS)
    *_, actor_path, target_path, actor_held, target_held, company_rules, brand = row
    session = AssumedSession.from_db(connection.alias, SESSION_FIELDS, row[:width])
    actor = user_from(row[width : width + user_width], actor_path, actor_held, company_rules)
    target = user_from(row[width + user_width : width + 2 * user_width], target_path, target_held, company_rules)
    # Assignment (session.actor = None) would also clear the number of a deleted user.
    AssumedSession._meta.get_field("actor").set_cached_value(session, actor)
    AssumedSession._meta.get_field("target").set_cached_value(session, target)
    session.company_rules = company_rules
    if target is not None:
        target.stored_brand = brand  # pages show the brand of request.user
    return session


def user_from(values: list, department_path: str | None, held: str | None, company_rules: str | None) -> User | None:
    """Return a user with the facts that the policy needs, or None if the user's row no longer exists."""
    if values[EMAIL] is None:
        return None
    user = User.from_db(connection.alias, USER_FIELDS, values)
    user.department_path, user.held, user.company_rules = department_path, held, company_rules
    return user
