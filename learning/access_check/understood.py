"""
A question in one sentence, such as "Why can't Max see Latte art night?": the person and the item that it names.

Names and titles are looked for, not grammar, so that it works in every language.
"""

from __future__ import annotations

import re
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.db.models import CharField, Q, Value
from django.urls import reverse

from accounts import policy
from accounts.models import User
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
    """Return what the sentence may mean, the best first; four queries, and nothing is recorded."""
    words = words_of(sentence)[:MOST_WORDS]
    people = people_in(actor, words) if words else []
    return [
        Understood(person, item.title, address_of(person, item))
        for person in people
        for item in items_in(actor, [word for word in words if word not in words_of(person.name)])
    ][:MOST]


def words_of(text: str) -> list[str]:
    return [word for word in re.findall(r"\w+", text.casefold()) if len(word) >= SHORTEST]


def people_in(actor: User, words: list[str]) -> list[User]:
    """Return the users whose access the actor may check and whose name the sentence has, the fullest name first."""
    named = Q()
    for word in words:
        named |= Q(first_name__iexact=word) | Q(last_name__iexact=word)
    users: Any = User.objects.visible_to(actor).filter(policy.in_scope(actor, Right.CHECK_ACCESS))
    found = list(users.filter(named).order_by("first_name", "last_name", "pk")[:MOST_READ])
    said = {person.pk: sum(word in words for word in words_of(person.name)) for person in found}
    best = max(said.values(), default=0)
    return [person for person in found if said[person.pk] == best][:MOST]


def items_in(actor: User, words: list[str]) -> list[Any]:
    """Return the items that the actor may know of whose title has most of the words."""
    if not words:
        return []
    named = Q()
    for word in words:
        named |= Q(title__icontains=word)
    kinds = [
        model.objects.known_to(actor).filter(named).order_by().annotate(kind=Value(name, CharField()))
        for name, model in access.KINDS.items()
    ]
    found = list(access.in_one(kinds, "kind", "pk", "title").order_by("title", "kind", "pk")[:MOST_READ])
    said = {item: sum(word in words for word in words_of(item.title)) for item in found}
    best = max(said.values(), default=0)
    return [item for item in found if best and said[item] == best][:MOST]


def address_of(person: User, item: Any) -> str:
    return reverse("user_access", args=[person.pk]) + "?" + urlencode({"item": f"{item.kind}-{item.pk}"})
