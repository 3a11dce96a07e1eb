"""A list of people with a search and pages, that costs the same however large the company is."""

from __future__ import annotations

from functools import cached_property
from urllib.parse import urlencode

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import QueryDict

PER_PAGE = 50
COUNTED_AT_MOST = 2_000


class CountedToALimit(Paginator):
    """Counts no further than its limit; whoever is looking for somebody beyond it searches."""

    @cached_property
    def count(self) -> int:
        return self.object_list.order_by()[:COUNTED_AT_MOST].count()

    @property
    def is_cut_short(self) -> bool:
        return self.count == COUNTED_AT_MOST


class PeopleList:
    """One page of people, by name; `?q=` searches."""

    def __init__(self, people: QuerySet, asked: QueryDict):
        self.q = asked.get("q", "").strip()[:200]
        if self.q:
            people = people.matching(self.q)
        people = people.select_related("department").order_by("first_name", "last_name", "pk")
        self.page: Page = CountedToALimit(people, PER_PAGE).get_page(asked.get("page"))

    def address(self, number: int) -> str:
        return "?" + urlencode({"q": self.q, "page": number} if self.q else {"page": number})

    @property
    def previous_address(self) -> str:
        return self.address(self.page.number - 1)

    @property
    def next_address(self) -> str:
        return self.address(self.page.number + 1)
