"""
A question in one sentence, such as "Why can't Max see Latte art night?": the person and the item that it names.

Names and titles are looked for, not grammar, so that it works in every language.
"""

from __future__ import annotations

import re
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.db.models import CharField, Q, TextField, Value
from django.db.models.functions import Concat
from django.urls import reverse

from accounts import policy
from accounts.models import User
from accounts.models.folding import folded, readings
from accounts.policy.rights import Right

from . import access

MOST = 3
MOST_WORDS = 12
MOST_READ = 50
SHORTEST = 3  # letters of a word that counts


class Understood(NamedTuple):
    """A question that a sentence may mean. address: the page that puts it on record and answers it."""

    person: User
    title: str
    address: str


def understood(actor: User, sentence: str) -> list[Understood]:
    """Return what the sentence may mean, the best first; two queries, and nothing is recorded."""
    words = words_of(sentence)[:MOST_WORDS]
    people = people_in(actor, words) if words else []
    items = items_known_to(actor) if people else []
    found = []
    for person in people:
        named = said_of(person.name, words)
        others = [word for word in words if word not in named]
        for item in the_best(items, others):
            found.append(Understood(person, item.title, address_of(person, item)))
    return found[:MOST]


def words_of(text: str) -> list[str]:
    return [word for word in re.findall(r"\w+", text.casefold()) if len(word) >= SHORTEST]


def said_of(name: str, words: list[str]) -> list[str]:
    """Return which of the words a name or title has, however they are typed: Sørensen is Sorensen and Soerensen."""
    parts = words_of(folded(name))
    return [word for word in words if any(reading in parts for reading in readings(word))]


def people_in(actor: User, words: list[str]) -> list[User]:
    """Return the users whose access the actor may check and whose name the sentence has, the fullest name first."""
    named = Q()
    for word in words:
        for reading in readings(word):
            named |= Q(between_spaces__contains=f" {reading} ")
    users: Any = User.objects.visible_to(actor).filter(policy.in_scope(actor, Right.CHECK_ACCESS))
    users = users.alias(between_spaces=Concat(Value(" "), "name_folded", Value(" "), output_field=TextField()))
    found = list(users.filter(named).order_by("first_name", "last_name", "pk")[:MOST_READ])
    return the_best(found, words)


def items_known_to(actor: User) -> list[Any]:
    """Return the titles of all items that the actor may know of."""
    kinds = [
        model.objects.known_to(actor).order_by().annotate(kind=Value(name, CharField()))
        for name, model in access.KINDS.items()
    ]
    return list(access.in_one(kinds, "kind", "pk", "title").order_by("title", "kind", "pk"))


def the_best(found: list[Any], words: list[str]) -> list[Any]:
    """Return the people or items whose name or title has most of the words, in their order; none if none has one."""
    numbers = [len(said_of(each.name if isinstance(each, User) else each.title, words)) for each in found]
    best = max(numbers, default=0)
    return [each for each, number in zip(found, numbers, strict=True) if best and number == best][:MOST]


def address_of(person: User, item: Any) -> str:
    return reverse("user_access", args=[person.pk]) + "?" + urlencode({"item": f"{item.kind}-{item.pk}"})
