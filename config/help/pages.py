"""The shape of help pages: a page for a role, topics on it, and the rights that each of them needs."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.template.loader import render_to_string
from django.utils.functional import Promise
from django.utils.html import strip_tags

Text = str | Promise
Asks = Callable[[Any], bool]


def everybody(_user: Any) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Topic:
    """
    One answer on a help page.

    sentences: the answer, each a paragraph. view, button: the page that the topic leads to. may: whether a reader can
    do what the topic explains. template: a page of its own whose text is searched, too.
    """

    name: str
    title: Text
    sentences: tuple[Text, ...]
    view: str = ""
    button: Text = ""
    may: Asks = everybody
    template: str = ""

    def text(self) -> str:
        """Return everything that the topic says, folded for the search."""
        more = strip_tags(render_to_string(self.template)) if self.template else ""
        return folded(" ".join([str(self.title), *map(str, self.sentences), str(self.button), more]))


@dataclass(frozen=True, slots=True)
class Page:
    """The help page of a role. may: whether a reader has this role."""

    name: str
    title: Text
    lead: Text
    topics: tuple[Topic, ...]
    may: Asks = everybody

    def topics_for(self, user: Any) -> list[Topic]:
        """Return the topics that explain what the user can do."""
        return [topic for topic in self.topics if topic.may(user)]


@dataclass(frozen=True, slots=True)
class Hit:
    """A topic that a search found, with its page."""

    page: Page
    topic: Topic


def folded(text: str) -> str:
    """Return a text without case and accents, so that it is found however it is typed."""
    split = unicodedata.normalize("NFKD", text.casefold())
    return "".join(sign for sign in split if not unicodedata.combining(sign))


def search(pages: list[Page], user: Any, query: str) -> list[Hit]:
    """Return the topics for the user that hold every word, those with the words in their title first."""
    words = folded(query).split()
    found: list[tuple[int, int, Hit]] = []
    for page in pages:
        for topic in page.topics_for(user):
            title, text = folded(str(topic.title)), topic.text()
            if words and all(word in text for word in words):
                found.append((-sum(word in title for word in words), len(found), Hit(page, topic)))
    return [hit for _rank, _place, hit in sorted(found, key=lambda each: each[:2])]
