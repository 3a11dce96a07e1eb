"""Lists and counts of users with a permission type; their cost doesn't depend on the size of the company."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.db.models import Func, IntegerField, OuterRef, QuerySet, Subquery
from django.http import QueryDict

from accounts import policy
from accounts.models import User
from accounts.policy.rights import Right
from accounts.users.pagination import COUNTED_AT_MOST, KeysetPaginator


class CountedHolders(Func):
    """The number of holders of a permission type within the actor's scope, at most COUNTED_AT_MOST + 1."""

    output_field = IntegerField()
    template = "(SELECT COUNT(*) FROM %(expressions)s AS counted)"

    def __init__(self, actor: User):
        within = policy.in_scope(actor, Right.MANAGE_PERMISSION_TYPES, "user__department__path")
        holders = User.groups.through.objects.filter(within, group=OuterRef("pk")).values("pk")
        super().__init__(Subquery(holders[: COUNTED_AT_MOST + 1]))


class UserList:
    """
    A page of users, by name; `?q=` searches.

    users: the users of the list. visible: the users that the actor may see.
    """

    def __init__(self, users: Any, visible: QuerySet, asked: QueryDict):
        self.q = asked.get("q", "").strip()[:200]
        if self.q:
            users = users.matching(self.q)
        shown = visible.select_related("department")
        self.page = KeysetPaginator(users, shown=shown.in_bulk, visible=visible, is_search=bool(self.q)).page(asked)

    def address(self, **place) -> str:
        return "?" + urlencode(({"q": self.q} if self.q else {}) | place)

    @property
    def first_address(self) -> str:
        return self.address()

    @property
    def previous_address(self) -> str:
        return self.address(before=self.page.users[0].pk)

    @property
    def next_address(self) -> str:
        return self.address(after=self.page.users[-1].pk)
