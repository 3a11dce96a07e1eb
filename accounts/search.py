"""Finding people by what is typed: every word of it stands somewhere in a name or an e-mail address."""

from __future__ import annotations

from django.db import connections
from django.db.models import F, Func, Q, QuerySet, TextField
from django.db.models.functions import Upper

MOST_WORDS = 8
# Where PostgreSQL's trigrams end: what is shorter is looked up among the pairs of neighbouring letters.
TRIGRAM = 3


class Haystack(Func):
    """First name, last name and mailbox of a person, parted by what no word contains."""

    output_field = TextField()

    def __init__(self):
        super().__init__(F("first_name"), F("last_name"), F("email"))

    def as_sql(self, compiler, connection, **_):
        first_name, last_name, email = (compiler.compile(each)[0] for each in self.get_source_expressions())
        mailbox = f"split_part({email}, '@', 1)"
        if connection.vendor != "postgresql":
            mailbox = f"substr({email}, 1, instr({email}, '@') - 1)"
        return f"({first_name} || ' ' || {last_name} || ' ' || {mailbox})", ()


class Pairs(Func):
    """Each two neighbouring letters of a text as a word of its own, which trigrams find; on PostgreSQL."""

    output_field = TextField()
    template = (
        r"(' ' || regexp_replace(%(expressions)s, '(..)', '\1 ', 'g')"
        r" || ' ' || regexp_replace(substr(%(expressions)s, 2), '(..)', '\1 ', 'g') || ' ')"
    )


def matching(people: QuerySet, text: str) -> QuerySet:
    """
    Those whose name or e-mail address contains every word of the text.

    What follows the @ is the same for everybody in a company: it counts only in a word that has one itself.
    """
    words = text.replace("\0", "").split()[:MOST_WORDS]
    people = people.alias(haystack=Haystack())
    has_trigrams = connections[people.db].vendor == "postgresql"
    if has_trigrams:
        people = people.alias(pairs=Pairs(Upper(Haystack())))
    for word in words:
        if "@" in word:
            found = Q(email__icontains=word)
        elif has_trigrams and len(word) < TRIGRAM:
            # A pair as a whole; a single letter is what some pair begins with.
            found = Q(pairs__icontains=f" {word} " if len(word) == 2 else f" {word}")
        else:
            found = Q(haystack__icontains=word)
        people = people.filter(found)
    return people
