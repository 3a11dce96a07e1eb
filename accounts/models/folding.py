"""Folded names: plain lower-case letters, so that a search finds Sørensen however somebody types the name."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from django.db import models, transaction

from audit.search_words import search_words
from audit.statements import update_rows

# What people type on a keyboard without the letter. Unicode decomposes the others, such as é, ç and ş.
PLAIN = str.maketrans(
    {"ø": "o", "æ": "ae", "œ": "oe", "ß": "ss", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ħ": "h", "ı": "i"}
    | {"’": "'", "ʼ": "'", "‐": "-", "–": "-"}
)
# How German and Scandinavian people write these letters in two.
IN_TWO = str.maketrans({"ø": "oe", "ö": "oe", "ä": "ae", "ü": "ue", "å": "aa"})
NAMES = frozenset({"first_name", "last_name"})
BATCH = 1_000  # users of one transaction


def small(text: str) -> str:
    """Return the text in NFC and without capitals."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold())


def plain(text: str) -> str:
    """Return the text without capitals, marks and letters that a plain keyboard lacks: ø becomes o."""
    letters = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    return "".join(letter for letter in letters if not unicodedata.combining(letter)).translate(PLAIN)


def in_two(text: str) -> str:
    """Return the plain text in which ø, ö, ä, ü and å are two letters: ø becomes oe."""
    return plain(small(text).translate(IN_TWO))


def folded(name: str) -> str:
    """Return the words of a name as they are stored for the search: plain, and once more where two letters differ."""
    if name.isascii():  # nothing to fold; searches read the titles of all items, most of which are plain
        return " ".join(dict.fromkeys(name.lower().split()))
    return folded_marks(name)


@lru_cache(maxsize=10_000)
def folded_marks(name: str) -> str:
    words = plain(name).split()
    return " ".join(dict.fromkeys([*words, *in_two(name).split()]))


def readings(word: str) -> list[str]:
    """Return what a searched word may be in a folded name or, with its own letters, in a mailbox."""
    return [reading for reading in dict.fromkeys((plain(word), in_two(word), small(word))) if reading.strip()]


def readings_of(text: str) -> list[list[str]]:
    """Return the readings of each word that somebody searches."""
    return [readings(word) for word in search_words(text)]


def has_words(text: str, words: list[list[str]]) -> bool:
    """Return whether a folded text contains each word in one of its readings."""
    return all(any(reading in text for reading in word) for word in words)


class FoldedNameField(models.TextField):
    """
    The folded name of a user, which each save derives from the name.

    NULL after a change that doesn't know of this column: the search then looks at the name itself.
    """

    def __init__(self, *args: Any, **options: Any):
        super().__init__(*args, **options | {"null": True, "editable": False})

    def deconstruct(self):
        name, path, args, options = super().deconstruct()
        return name, path, args, {key: value for key, value in options.items() if key not in ("null", "editable")}

    def pre_save(self, model_instance: Any, add: bool) -> Any:
        value = folded(f"{model_instance.first_name} {model_instance.last_name}")
        setattr(model_instance, self.attname, value)
        return value


def with_folded(names: Iterable[str]) -> list[str]:
    """Return the names of fields to save, with the folded name if the name is among them."""
    names = list(dict.fromkeys(names))
    return names if NAMES.isdisjoint(names) or "name_folded" in names else [*names, "name_folded"]


def fold_missing(users: models.QuerySet) -> int:
    """Fold the names that a change left without folded names, a batch at a time, and return their number."""
    done = 0
    while True:
        with transaction.atomic(using=users.db):
            waiting = users.filter(name_folded=None).order_by("pk").select_for_update(skip_locked=True)
            found = list(waiting.only("first_name", "last_name")[:BATCH])
            rows = [(user.pk, folded(f"{user.first_name} {user.last_name}")) for user in found]
            if rows:
                update_rows(users.model, ["name_folded"], rows)
        done += len(found)
        if len(found) < BATCH:
            return done
