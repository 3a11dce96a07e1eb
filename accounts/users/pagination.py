"""Pages of people, each told by the person whom it begins after or ends before: any page costs what the first does."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from django.db.models import BooleanField, Case, F, Func, Model, QuerySet, Value, When
from django.http import QueryDict
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

PER_PAGE = 25
COUNTED_AT_MOST = 5_000
# Those with a word in their name stand together in a list by name: the database, which thinks that they stand evenly
# among all, reads on and on until it comes to them. So more of them are sorted before it is left to that.
COUNTED_AT_MOST_IN_A_SEARCH = 15_000
# The primary key makes every order a total one, so that no page repeats or skips anybody.
BY_NAME = ("first_name", "last_name", "pk")


@dataclass(frozen=True)
class Stretch:
    """
    A part of a sorting in which people stand by these columns, all rising or all falling.

    where: who belongs to it. constant: columns in which they don't differ, for the index that begins with them.
    """

    columns: tuple[str, ...]
    where: dict[str, object] = field(default_factory=dict)
    constant: tuple[str, ...] = ()
    falling: bool = False

    @property
    def mirrored(self) -> Stretch:
        return replace(self, falling=not self.falling)

    def sorted(self, people: QuerySet) -> QuerySet:
        sign = "-" if self.falling else ""
        return people.filter(**self.where).order_by(*(sign + column for column in self.constant + self.columns))

    def following(self, people: QuerySet, values: list[object]) -> QuerySet:
        """Those of the stretch who come after the one who has these values."""
        # Said apart for a column of another table: the database doesn't conclude it from the comparison of rows.
        first = f"{self.columns[0]}__{'lte' if self.falling else 'gte'}"
        return self.sorted(people).filter(RowComparison(people.model, self, values), **{first: values[0]})


# Name → stretches, one after the other.
SORTS: dict[str, tuple[Stretch, ...]] = {
    "name": (Stretch(BY_NAME),),
    "email": (Stretch(("email",)),),
    "department": (
        Stretch(("department__name", "department__path", *BY_NAME), {"department__path__gt": ""}),
        Stretch(BY_NAME, {"department__isnull": True}, ("department_id",)),
    ),
    "status": (Stretch(BY_NAME, {"is_active": True}), Stretch(BY_NAME, {"is_active": False})),
    "last_sign_in": (
        Stretch(("last_login", "pk"), {"last_login__isnull": False}, falling=True),
        Stretch(("pk",), {"last_login__isnull": True}, ("last_login",), falling=True),
    ),
}


class RowComparison(Func):
    """Whether a row stands after these values; compared as rows, which one range of an index answers."""

    output_field = BooleanField()
    conditional = True

    def __init__(self, model: type[Model], stretch: Stretch, values: list[object]):
        self.operator, self.width = "<" if stretch.falling else ">", len(values)
        super().__init__(
            *map(F, stretch.columns),
            *(
                Value(value, output_field=_field_of(model, column))
                for column, value in zip(stretch.columns, values, strict=True)
            ),
        )

    def as_sql(self, compiler, connection, **_):
        compiled = [compiler.compile(each) for each in self.get_source_expressions()]
        columns, values = (
            ", ".join(sql for sql, _params in part) for part in (compiled[: self.width], compiled[self.width :])
        )
        return f"({columns}) {self.operator} ({values})", tuple(param for _sql, params in compiled for param in params)


def _field_of(model: type[Model], column: str):
    *relations, name = column.split("__")
    for relation in relations:
        model = model._meta.get_field(relation).related_model
    return model._meta.pk if name == "pk" else model._meta.get_field(name)


class PeoplePage:
    """
    One page of people; iterating it yields them. count: how many there are, as far as they are counted.

    people: whom the list is asked for. shown: where its rows are read, with all that they show. visible: whom the
    visitor may see, the only ones whose place in the list an address may ask for. sort: a name of SORTS, after a minus
    backwards. asked: the address, with `after` or `before`.
    """

    def __init__(self, people: QuerySet, *, shown: QuerySet, visible: QuerySet, asked: QueryDict, sort: str = "name"):
        # Sorting few is quick; many are found soon along an index. Which it is, the database often guesses wrong.
        self._most = most = COUNTED_AT_MOST_IN_A_SEARCH if asked.get("q", "").strip() else COUNTED_AT_MOST
        self.count = people.order_by()[: most + 1].count()
        if self.count <= most:
            people = shown.model.objects.filter(pk__in=people.order_by().values("pk")[:most])
        self._people = people
        self._stretches = SORTS[sort.removeprefix("-")]
        if sort.startswith("-"):
            self._stretches = backwards(self._stretches)
        self.has_previous = self.has_next = False
        # First whose rows, which an index tells alone, and then the rows: otherwise each passed over is read as well.
        ids = (
            self._turned_back(visible, asked.get("before", ""))
            or self._turned_on(visible, asked.get("after", ""))
            or self._first()
        )
        found = shown.in_bulk(ids)
        self.people = [found[pk] for pk in ids if pk in found]

    def __iter__(self):
        return iter(self.people)

    def __len__(self):
        return len(self.people)

    @property
    def count_in_words(self) -> str:
        """How many people the list has, or that there are more than anybody would leaf through."""
        return people_in_words(self.count, self._most)

    def _first(self) -> list[int]:
        ids = self._walk(self._stretches, 0, None)
        self.has_previous, self.has_next = False, len(ids) > PER_PAGE
        return ids[:PER_PAGE]

    def _turned_on(self, visible: QuerySet, person: str) -> list[int]:
        """Those after a person; nobody where that one can't be found, or is the last."""
        place = located(visible, self._stretches, person)
        ids = self._walk(self._stretches, *place) if place else []
        self.has_previous, self.has_next = True, len(ids) > PER_PAGE
        return ids[:PER_PAGE]

    def _turned_back(self, visible: QuerySet, person: str) -> list[int]:
        """Those before a person; nobody where they don't fill a page, for then the first page shows them too."""
        stretches = backwards(self._stretches)
        place = located(visible, stretches, person)
        ids = self._walk(stretches, *place) if place else []
        self.has_previous = self.has_next = True
        return ids[PER_PAGE - 1 :: -1] if len(ids) > PER_PAGE else []

    def _walk(self, stretches: tuple[Stretch, ...], number: int, values: list[object] | None) -> list[int]:
        """One person more than a page has, from a place in a stretch on."""
        found: list[int] = []
        for stretch in stretches[number:]:
            part = stretch.sorted(self._people) if values is None else stretch.following(self._people, values)
            found += part.values_list("pk", flat=True)[: PER_PAGE + 1 - len(found)]
            if len(found) > PER_PAGE:
                break
            values = None
        return found


def backwards(stretches: tuple[Stretch, ...]) -> tuple[Stretch, ...]:
    return tuple(stretch.mirrored for stretch in reversed(stretches))


def located(visible: QuerySet, stretches: tuple[Stretch, ...], person: str) -> tuple[int, list[object]] | None:
    """The stretch in which the person of this id stands, and where in it; None where nobody visible has the id."""
    if not person.isdecimal():
        return None
    columns = sorted({column for stretch in stretches for column in stretch.columns})
    numbered = Case(
        *(When(**stretch.where, then=Value(number)) for number, stretch in enumerate(stretches) if stretch.where),
        default=Value(0),
    )
    found = visible.filter(pk=int(person[:18])).annotate(stretch=numbered).values("stretch", *columns).first()
    if found is None:
        return None
    number = found["stretch"]
    return number, [found[column] for column in stretches[number].columns]


def people_in_words(count: int, most: int) -> str:
    """A number of people that was counted to so many and one more."""
    if count > most:
        return _("More than %(count)s people") % {"count": number_format(most, force_grouping=True)}
    words = ngettext("%(count)s person", "%(count)s people", count)
    return words % {"count": number_format(count, force_grouping=True)}
