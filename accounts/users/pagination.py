"""Keyset pagination of users (?after=ID, ?before=ID): constant cost per page."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from django.db.models import BooleanField, Case, F, Func, Model, Q, QuerySet, Value, When
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from audit.numbers import grouped

PER_PAGE = 25
LAST = "last"  # ?before=last is the last page
COUNTED_AT_MOST = 5_000
# Users whose names share a word stand together in a list by name. PostgreSQL expects them to be spread evenly and reads
# the index until it reaches them; so a search sorts more users before it relies on the index.
COUNTED_AT_MOST_IN_A_SEARCH = 15_000
# The primary key makes every order total, so that no page repeats or skips a user.
BY_NAME = ("first_name", "last_name", "pk")


@dataclass(frozen=True)
class Stretch:
    """
    A part of a list whose users are sorted by these columns, all ascending or all descending.

    where: a filter for the users of this part. constant: columns that are equal in all its rows, because an index
    begins with them.
    """

    columns: tuple[str, ...]
    where: dict[str, object] = field(default_factory=dict)
    constant: tuple[str, ...] = ()
    descending: bool = False

    @property
    def mirrored(self) -> Stretch:
        return replace(self, descending=not self.descending)

    def sorted(self, users: QuerySet) -> QuerySet:
        sign = "-" if self.descending else ""
        return users.filter(**self.where).order_by(*(sign + column for column in self.constant + self.columns))

    def following(self, users: QuerySet, values: list[object]) -> QuerySet:
        """Return the users of this part that come after these values of its columns."""
        return self.sorted(users).filter(self.comes_after(users.model, values))

    def comes_after(self, model: type[Model], values: list[object]) -> Q:
        """Return the condition of the users of this part that come after these values of its columns."""
        # PostgreSQL doesn't derive the second condition from the comparison of rows if the column is in another table.
        first = f"{self.columns[0]}__{'lte' if self.descending else 'gte'}"
        return Q(RowComparison(model, self, values), **self.where, **{first: values[0]})


# The stretches of each sort order, in sequence.
SORTS: dict[str, tuple[Stretch, ...]] = {
    "name": (Stretch(BY_NAME),),
    "email": (Stretch(("email",)),),
    "department": (
        Stretch(("department__name", "department__path", *BY_NAME), {"department__path__gt": ""}),
        Stretch(BY_NAME, {"department__isnull": True}, ("department_id",)),
    ),
    "status": (Stretch(BY_NAME, {"is_active": True}), Stretch(BY_NAME, {"is_active": False})),
    "last_sign_in": (
        Stretch(("last_login", "pk"), {"last_login__isnull": False}, descending=True),
        Stretch(("pk",), {"last_login__isnull": True}, ("last_login",), descending=True),
    ),
}


class RowComparison(Func):
    """Row comparison: whether a row comes after these values. A single range scan of an index can answer it."""

    output_field = BooleanField()
    conditional = True

    def __init__(self, model: type[Model], stretch: Stretch, values: list[object]):
        self.operator, self.width = "<" if stretch.descending else ">", len(values)
        super().__init__(
            *map(F, stretch.columns),
            *(
                Value(value, output_field=_field_of(model, column))
                for column, value in zip(stretch.columns, values, strict=True)
            ),
        )

    def as_sql(self, compiler, connection, *args: Any, **kwargs: Any):
        compiled = [compiler.compile(each) for each in self.get_source_expressions()]
        columns, values = (
            ", ".join(sql for sql, _params in part) for part in (compiled[: self.width], compiled[self.width :])
        )
        return f"({columns}) {self.operator} ({values})", tuple(param for _sql, params in compiled for param in params)


def _field_of(model: Any, column: str):
    *relations, name = column.split("__")
    for relation in relations:
        model = model._meta.get_field(relation).related_model
    return model._meta.pk if name == "pk" else model._meta.get_field(name)


@dataclass(frozen=True)
class UserPage:
    """
    A page of a list of users; iterating the page yields its users.

    count: the number of users in the whole list, but at most counted_at_most + 1. first_number: the number of the
    page's first user in the list, or None if it isn't counted.
    """

    users: list[User]
    has_previous: bool
    has_next: bool
    count: int
    counted_at_most: int
    first_number: int | None = None

    def __iter__(self):
        return iter(self.users)

    def __len__(self):
        return len(self.users)

    @property
    def count_in_words(self) -> str:
        """Return the number of users in the list in words, or that there are more than counted_at_most."""
        return people_in_words(self.count, self.counted_at_most)

    @property
    def place_in_words(self) -> str:
        """Return which users of the list the page has, such as "26–50 of 395 people"."""
        if self.first_number is None or len(self) == self.count:
            return self.count_in_words
        numbers = {"first": grouped(self.first_number), "last": grouped(self.first_number + len(self) - 1)}
        if self.count > self.counted_at_most:
            most = {"count": grouped(self.counted_at_most)}
            return _("%(first)s–%(last)s of more than %(count)s people") % (numbers | most)
        words = ngettext("%(first)s–%(last)s of %(count)s person", "%(first)s–%(last)s of %(count)s people", self.count)
        return words % (numbers | {"count": grouped(self.count)})


class KeysetPaginator:
    """
    Keyset paginator: pages begin after, or end before, a user, and each page costs as much as the first.

    users: the list, unsorted. shown: returns the visible users of a page by their ids, with everything that a row
    shows; `in_bulk` of a queryset does. visible: the users that the actor may see; only they can be named as the place
    where a page begins or ends. sort: a name of SORTS, descending if it begins with a minus. is_search: whether the
    list is the result of a search. per_page: the number of users on a page. numbered: whether a page knows the number
    of its first user, which costs a query on each page but the first.
    """

    def __init__(
        self,
        users: QuerySet,
        *,
        shown: Callable[[list[int]], dict[int, Any]],
        visible: QuerySet,
        sort: str = "name",
        is_search: bool = False,
        per_page: int | None = None,
        numbered: bool = False,
    ):
        self.shown, self.visible = shown, visible
        self.per_page, self.numbered = per_page or PER_PAGE, numbered
        stretches = SORTS[sort.removeprefix("-")]
        self.stretches = backwards(stretches) if sort.startswith("-") else stretches
        # A short list is sorted, a long list is read along an index. PostgreSQL often guesses the length wrong.
        self.counted_at_most = COUNTED_AT_MOST_IN_A_SEARCH if is_search else COUNTED_AT_MOST
        self.count = users.order_by()[: self.counted_at_most + 1].count()
        if self.count <= self.counted_at_most:
            users = users.model.objects.using(users.db).filter(
                pk__in=users.order_by().values("pk")[: self.counted_at_most]
            )
        self.users = users

    def page(self, query: QueryDict) -> UserPage:
        """Return the page that `?before=ID`, `?before=last` or `?after=ID` asks for, or the first page."""
        return self.before(query.get("before", "")) or self.after(query.get("after", "")) or self.first()

    def first(self) -> UserPage:
        ids = self.ids(self.stretches)
        return self.read(ids[: self.per_page], has_previous=False, has_next=len(ids) > self.per_page, number=1)

    def last(self) -> UserPage | None:
        """Return the last page, which has as many users as the others; None if there is no other page."""
        ids = self.ids(backwards(self.stretches))[: self.per_page]
        if self.count <= self.per_page:
            return None
        number = self.count - len(ids) + 1 if self.count <= self.counted_at_most else None
        return self.read(ids[::-1], has_previous=True, has_next=False, number=number)

    def after(self, pk: str) -> UserPage | None:
        """Return the page after a user, or None if that user can't be found or is the last one."""
        place = located(self.visible, self.stretches, pk)
        ids = self.ids(self.stretches, *place) if place else []
        if not (place and ids):
            return None
        number = self.number(lambda: self.count - self.following(self.stretches, *place) + 1)
        return self.read(ids[: self.per_page], has_previous=True, has_next=len(ids) > self.per_page, number=number)

    def before(self, pk: str) -> UserPage | None:
        """Return the page before a user, or None if at most one page of users precedes it (the first page has them)."""
        if pk == LAST:
            return self.last()
        stretches = backwards(self.stretches)
        place = located(self.visible, stretches, pk)
        ids = self.ids(stretches, *place) if place else []
        if not (place and len(ids) > self.per_page):
            return None
        number = self.number(lambda: self.following(stretches, *place) - self.per_page + 1)
        return self.read(ids[self.per_page - 1 :: -1], has_previous=True, has_next=True, number=number)

    def number(self, count: Callable[[], int]) -> int | None:
        """Return the number of the page's first user, if the list is short enough to count."""
        return count() if self.numbered and self.count <= self.counted_at_most else None

    def following(self, stretches: tuple[Stretch, ...], number: int, values: list[object]) -> int:
        """Return how many users of the list come after the place; see `ids`."""
        after = stretches[number].comes_after(self.users.model, values)
        for stretch in stretches[number + 1 :]:
            after |= Q(**stretch.where)
        return self.users.filter(after).order_by().count()

    def ids(self, stretches: tuple[Stretch, ...], number: int = 0, values: list[object] | None = None) -> list[int]:
        """
        Return the ids of the users of a page and of one more user.

        number: the index of the stretch to begin in. values: the values of its columns after which to begin.
        """
        found: list[int] = []
        for stretch in stretches[number:]:
            part = stretch.sorted(self.users) if values is None else stretch.following(self.users, values)
            found += part.values_list("pk", flat=True)[: self.per_page + 1 - len(found)]
            if len(found) > self.per_page:
                break
            values = None
        return found

    def read(self, ids: list[int], *, has_previous: bool, has_next: bool, number: int | None) -> UserPage:
        """Read the rows of a page separately from their ids, because an index alone can answer which ids a page has."""
        rows = self.shown(ids)
        users = [rows[pk] for pk in ids if pk in rows]
        return UserPage(users, has_previous, has_next, self.count, self.counted_at_most, number)


def backwards(stretches: tuple[Stretch, ...]) -> tuple[Stretch, ...]:
    return tuple(stretch.mirrored for stretch in reversed(stretches))


def located(visible: QuerySet, stretches: tuple[Stretch, ...], user_id: str) -> tuple[int, list[object]] | None:
    """Return the index of the user's stretch and the values of its columns, or None if the user is not found."""
    if not user_id.isdecimal():
        return None
    columns = sorted({column for stretch in stretches for column in stretch.columns})
    numbered = Case(
        *(When(**stretch.where, then=Value(number)) for number, stretch in enumerate(stretches) if stretch.where),
        default=Value(0),
    )
    found = visible.filter(pk=int(user_id[:18])).annotate(stretch=numbered).values("stretch", *columns).first()
    if found is None:
        return None
    number = found["stretch"]
    return number, [found[column] for column in stretches[number].columns]


def people_in_words(count: int, most: int) -> str:
    """Return a number of users in words. count: at most `most` + 1, which means "more than"."""
    if count > most:
        return _("More than %(count)s people") % {"count": grouped(most)}
    words = ngettext("%(count)s person", "%(count)s people", count)
    return words % {"count": grouped(count)}
