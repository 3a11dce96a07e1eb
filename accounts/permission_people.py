"""A list of people by name with a search and pages, that costs the same however large the company is."""

from __future__ import annotations

from urllib.parse import urlencode

from django.db.models import QuerySet
from django.http import QueryDict

from .people_pages import PeoplePage


class PeopleList:
    """
    One page of people, by name; `?q=` searches.

    people: whom the list is about. visible: whom the visitor may see.
    """

    def __init__(self, people: QuerySet, visible: QuerySet, asked: QueryDict):
        self.q = asked.get("q", "").strip()[:200]
        if self.q:
            people = people.matching(self.q)
        self.page = PeoplePage(people.select_related("department"), visible, asked)

    def address(self, **place) -> str:
        return "?" + urlencode(({"q": self.q} if self.q else {}) | place)

    @property
    def first_address(self) -> str:
        return self.address()

    @property
    def previous_address(self) -> str:
        return self.address(before=self.page.people[0].pk)

    @property
    def next_address(self) -> str:
        return self.address(after=self.page.people[-1].pk)
