"""The person of a request, with what the rules need to know of them: one statement, run by every signed-in page."""

from __future__ import annotations

from django.db import connection

from .compiled import CompiledQuery
from .held_rights import HeldRights
from .models import Organisation, User

USER_FIELDS = [field.attname for field in User._meta.concrete_fields]
EMAIL = USER_FIELDS.index("email")  # never null in a person's own row, so null says that there is no row


def everything_of(key: int):
    return (
        User.objects.filter(pk=key)
        .order_by()
        .values_list(*USER_FIELDS, "department__path", HeldRights("pk"), Organisation.allows_login_as())
    )


STATEMENT = CompiledQuery(everything_of, User._meta.pk, sentinel=-(2**62))


def find(key: int) -> User | None:
    """The person of this number, as `with_standing` brings them."""
    row = STATEMENT.row(key)
    return None if row is None else person(row[: len(USER_FIELDS)], *row[len(USER_FIELDS) :])


def person(values: list, department_path: str | None, held: str | None, allowed: bool) -> User | None:
    """Somebody from the values of their row; None where an outer join met no row."""
    if values[EMAIL] is None:
        return None
    user = User.from_db(connection.alias, USER_FIELDS, values)
    user.department_path, user.held, user.company_allows_login_as = department_path, held, allowed
    return user
