"""
Search for users by words: each word must occur in the name or the email address; or by the HR identifier.

Names are compared by their folded letters (folding.py), so that "sorensen" finds Sørensen. The identifier is compared
whole. In the words, the digits and letters that all identifiers share would find everybody.
"""

from __future__ import annotations

from functools import reduce
from operator import or_
from typing import Any, Protocol

from django.db import connections
from django.db.models import BigIntegerField, BooleanField, F, Func, Q, QuerySet, TextField, Value
from django.db.models.functions import Upper
from django.db.models.lookups import Exact

from accounts.mail_domains import stored_form
from accounts.visible_text import composed
from audit.search_words import MOST_CHARACTERS, search_words

from .folding import readings

# The length of PostgreSQL's trigrams, in characters. Shorter words use the index of letters and letter pairs.
TRIGRAM = 3
# Letters that nearly every name contains: reading rows until enough match is faster than an index of nearly all rows.
FREQUENT = frozenset("aeilnorst")
SPACE = " || ' ' || "


class Places(Protocol):
    """What else a word of a search may name: departments and job profiles."""

    def having(self, word: str) -> Q:
        """Return the users who are in a department, or have a job profile, of this name."""


class WithMailbox(Func):
    """A text and the mailbox of a user, separated by spaces, which no search word contains."""

    output_field = TextField()

    def __init__(self, *texts: str):
        super().__init__(*map(F, texts), F("email"))

    def as_sql(self, compiler, connection, *args: Any, **kwargs: Any):
        *texts, email = (compiler.compile(each)[0] for each in self.get_source_expressions())
        mailbox = f"split_part({email}, '@', 1)"
        if connection.vendor != "postgresql":
            mailbox = f"substr({email}, 1, instr({email}, '@') - 1)"
        return f"({SPACE.join([*texts, mailbox])})", ()


class HasLetters(Func):
    """Whether a folded haystack contains this letter or pair of letters; PostgreSQL has an index (migration 0030)."""

    output_field = BooleanField()
    conditional = True
    template = "user_search_letters(%(expressions)s]"
    arg_joiner = ") @> ARRAY["

    def __init__(self, letters: str):
        super().__init__(WithMailbox("name_folded"), Value(letters))


def has_identifier(text: str) -> Exact:
    """Return the condition of the users with this HR identifier, in capitals or not (index user_by_identifier)."""
    return Exact(Upper("external_id"), Upper(Value(composed(text))))


def may_be_identifier(text: str) -> bool:
    """
    Return whether a search asks for HR identifiers too.

    One or two letters don't: they are the most frequent searches for names, which stay as quick as they were.
    """
    return len(text) >= TRIGRAM or any(character.isdigit() for character in text)


def matching(users: QuerySet, text: str, places: Places | None = None) -> QuerySet:
    """
    Filter users whose name or email address contains every word of the text, or whose HR identifier is the text.

    The domain is the same for everybody in a company, so it is only searched for words that contain an @. places: a
    word may also name a department or a job profile.
    """
    users = users.alias(folded=WithMailbox("name_folded"), unfolded=WithMailbox("first_name", "last_name"))
    has_letters = connections[users.db].vendor == "postgresql"
    words, by_folded, by_name = search_words(text), Q(), Q(name_folded__isnull=True)
    for word in words:
        elsewhere = places.having(word) if places and len(word) >= TRIGRAM else Q()
        if "@" in word:
            by_folded &= Q(email__icontains=stored_form(word))
            by_name &= Q(email__icontains=stored_form(word))
            continue
        by_folded &= reduce(or_, (found(reading, has_letters) for reading in readings(word))) | elsewhere
        by_name &= Q(unfolded__icontains=composed(word)) | elsewhere
    if not words:
        return users
    contains, identifier = by_folded | by_name, " ".join(words)
    return users.filter(contains | Q(has_identifier(identifier)) if may_be_identifier(identifier) else contains)


def found(reading: str, has_letters: bool) -> Q:
    """Return the users whose folded name or mailbox contains the letters."""
    if has_letters and len(reading) < TRIGRAM and reading not in FREQUENT:
        return Q(HasLetters(reading))
    return Q(folded__contains=reading)


def named_exactly(users: QuerySet, text: str) -> QuerySet:
    """Filter the users whose email address, HR identifier or id is exactly this text, without regard to capitals."""
    text = text.strip()
    if not text or "\0" in text or len(text) > MOST_CHARACTERS:
        return users.none()
    found = Q(email=stored_form(text)) | Q(has_identifier(text))
    if text.isascii() and text.isdecimal() and int(text) <= BigIntegerField.MAX_BIGINT:
        found |= Q(pk=int(text))
    return users.filter(found)
