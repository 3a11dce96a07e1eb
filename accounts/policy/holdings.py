"""Holdings: the rights that a user holds, read from the database by one expression and compared in Python."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.apps import apps
from django.contrib.auth import get_user_model
from django.db import models

from .rights import DUTIES

COMPANY_WIDE = ""


@dataclass(frozen=True, slots=True)
class Holding:
    """A held right, and the tree path of the department at and below which it is held ("" = company-wide)."""

    right: str
    path: str


class Holdings(frozenset[Holding]):
    """All holdings of a user."""

    @classmethod
    @lru_cache(maxsize=256)
    def parse(cls, text: str | None) -> Holdings:
        """Parse the text that `HeldRights` returns; the text is read at each request, and parsed once per process."""
        pairs = (item.rpartition(":") for item in text.split(",")) if text else ()
        return cls(Holding(right, path) for right, _, path in pairs)

    def covers(self, right: str, path: str | None) -> bool:
        """Return whether the right is held for the department at this path, or company-wide if path is None or ""."""
        return any(held.right == right and (path or COMPANY_WIDE).startswith(held.path) for held in self)

    def anywhere(self, right: str) -> bool:
        return any(held.right == right for held in self)

    def paths(self, right: str) -> list[str]:
        """Return the tree paths of the departments at and below which the right is held; [""] if it is company-wide."""
        paths = sorted(held.path for held in self if held.right == right)
        return paths[:1] if COMPANY_WIDE in paths else paths

    def all_covered_by(self, other: Holdings) -> bool:
        return all(other.covers(held.right, held.path) for held in self - other if held.right not in DUTIES)


EVERY_SOURCE = """(SELECT {aggregate}({content_type}.app_label || '.' || {permission}.codename || ':' || held.path, ',')
FROM (
  SELECT permission_id, '' AS path FROM {direct} WHERE user_id = {user}
  UNION ALL
  SELECT granted.permission_id, '' FROM {membership} AS member
    JOIN {group_grant} AS granted ON granted.group_id = member.group_id WHERE member.user_id = {user}
  UNION ALL
  SELECT granted.permission_id, place.path FROM {membership} AS member
    JOIN {department_grant} AS granted ON granted.group_id = member.group_id
    JOIN {department} AS place ON place.id = granted.content_object_id WHERE member.user_id = {user}
) AS held
JOIN {permission} ON {permission}.id = held.permission_id
JOIN {content_type} ON {content_type}.id = {permission}.content_type_id)"""


class HeldRights(models.Func):
    """
    Database expression for all holdings of a user: direct, by permission types, and by those scoped to departments.

    Its argument is an expression for the user's id; `Holdings.parse` parses the text that it returns.
    """

    arity = 1
    output_field = models.TextField(null=True)

    def as_sql(self, compiler, connection, *args: Any, **kwargs: Any):
        user, params = compiler.compile(self.source_expressions[0])
        model: Any = get_user_model()
        tables = {
            "direct": model.user_permissions.through,
            "membership": model.groups.through,
            "group_grant": apps.get_model("auth", "Group").permissions.through,
            "department_grant": apps.get_model("accounts", "DepartmentGroupPermission"),
            "department": apps.get_model("accounts", "Department"),
            "permission": apps.get_model("auth", "Permission"),
            "content_type": apps.get_model("contenttypes", "ContentType"),
        }
        names = {name: connection.ops.quote_name(table._meta.db_table) for name, table in tables.items()}
        aggregate = "STRING_AGG" if connection.vendor == "postgresql" else "GROUP_CONCAT"
        return EVERY_SOURCE.format(aggregate=aggregate, user=user, **names), tuple(params) * 3
