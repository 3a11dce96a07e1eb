"""
Search for users by words: each word must occur in the name or the e-mail address; or by the HR identifier.

The identifier is compared whole. In the words, the digits and letters that all identifiers share would find everybody.
"""

from __future__ import annotations

from typing import Any

from django.db import connections
from django.db.models import BigIntegerField, BooleanField, F, Func, Q, QuerySet, TextField, Value
from django.db.models.functions import Upper
from django.db.models.lookups import Exact

from accounts.mail_domains import stored_form
from audit.search_words import MOST_CHARACTERS, search_words

# The length of PostgreSQL's trigrams, in characters. Shorter words use the index of letters and letter pairs.
TRIGRAM = 3
# Letters that nearly every name contains: reading rows until enough match is faster than an index of nearly all rows.
FREQUENT = frozenset("AEILNORST")


class Haystack(Func):
    """First name, last name and mailbox of a user, separated by spaces, which no search word contains."""

    output_field = TextField()

    def __init__(self):
        super().__init__(F("first_name"), F("last_name"), F("email"))

    def as_sql(self, compiler, connection, *args: Any, **kwargs: Any):
        first_name, last_name, email = (compiler.compile(each)[0] for each in self.get_source_expressions())
        mailbox = f"split_part({email}, '@', 1)"
        if connection.vendor != "postgresql":
            mailbox = f"substr({email}, 1, instr({email}, '@') - 1)"
        return f"({first_name} || ' ' || {last_name} || ' ' || {mailbox})", ()


class HasLetters(Func):
    """Whether a haystack contains this letter or pair of letters; PostgreSQL uses an index of migration 0003."""

    output_field = BooleanField()
    conditional = True
    template = "user_search_letters(%(expressions)s]"
    arg_joiner = ") @> ARRAY["

    def __init__(self, word: str):
        super().__init__(Upper(Haystack()), Upper(Value(word)))


def has_identifier(text: str) -> Exact:
    """Return the condition of the users with this HR identifier, in capitals or not (index user_by_identifier)."""
    return Exact(Upper("external_id"), Upper(Value(text)))


def may_be_identifier(text: str) -> bool:
    """
    Return whether a search asks for HR identifiers too.

    One or two letters don't: they are the most frequent searches for names, which stay as quick as they were.
    """
    return len(text) >= TRIGRAM or any(character.isdigit() for character in text)


def matching(users: QuerySet, text: str) -> QuerySet:
    """
    Filter users whose name or e-mail address contains every word of the text, or whose HR identifier is the text.

    The domain is the same for everybody in a company, so it is only searched for words that contain an @.
    """
    users = users.alias(haystack=Haystack())
    has_letters = connections[users.db].vendor == "postgresql"
    words, contains = search_words(text), Q()
    for word in words:
        if "@" in word:
            found = Q(email__icontains=word)
        elif has_letters and len(word.upper()) < TRIGRAM and word.upper() not in FREQUENT:
            found = Q(HasLetters(word))
        else:
            found = Q(haystack__icontains=word)
        contains &= found
    identifier = " ".join(words)
    return users.filter(contains | Q(has_identifier(identifier)) if may_be_identifier(identifier) else contains)


def named_exactly(users: QuerySet, text: str) -> QuerySet:
    """Filter the users whose e-mail address, HR identifier or id is exactly this text, without regard to capitals."""
    text = text.strip()
    if not text or "\0" in text or len(text) > MOST_CHARACTERS:
        return users.none()
    found = Q(email=stored_form(text)) | Q(has_identifier(text))
    if text.isascii() and text.isdecimal() and int(text) <= BigIntegerField.MAX_BIGINT:
        found |= Q(pk=int(text))
    return users.filter(found)
