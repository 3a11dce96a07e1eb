"""
Users of the same name, whatever the capitals and accents: "Søren Ågård" and "soren agard" are one name.

On PostgreSQL, the index user_by_plain_name (migration 0020) holds the name as PLAIN_NAME spells it. On SQLite, which
knows capitals of ASCII alone, the connection gets a function of this module, and no index.
"""

from __future__ import annotations

import unicodedata
from typing import Any

from django.db.backends.signals import connection_created
from django.db.models import F, Func, TextField, Value
from django.db.models.lookups import Exact
from django.dispatch import receiver

PAIRS = {"Æ": "AE", "Œ": "OE", "ẞ": "SS", "ß": "SS", "Þ": "TH"}
LETTERS = "ÀÁÂÃÄÅĀĂĄÇĆČĎÐĐÈÉÊËĒĖĘĚĞĢÌÍÎÏĪĮİĶŁĻÑŃŅŇÒÓÔÕÖØŌŐŔŘŚŞŠȘŤȚÙÚÛÜŪŮŰŲÝŸŹŻŽ"
PLAIN_LETTERS = "AAAAAAAAACCCDDDEEEEEEEEGGIIIIIIIKLLNNNNOOOOOOOORRSSSSTTUUUUUUUUYYZZZ"
PLAIN = str.maketrans(dict(zip(LETTERS, PLAIN_LETTERS, strict=True)))


def on_postgresql(text: str) -> str:
    """Return the SQL that spells a text in capitals without accents; the index and the search use the same."""
    spelled = f"upper({text})"
    for letter, pair in PAIRS.items():
        spelled = f"replace({spelled}, '{letter}', '{pair}')"
    return f"translate({spelled}, '{LETTERS}', '{PLAIN_LETTERS}')"


PLAIN_NAME = on_postgresql("first_name || ' ' || last_name")


def plain(text: str) -> str:
    """Return the text in capitals without accents, as on_postgresql spells it."""
    spelled = unicodedata.normalize("NFC", text).upper()
    for letter, pair in PAIRS.items():
        spelled = spelled.replace(letter, pair)
    return spelled.translate(PLAIN)


class Plain(Func):
    """A text in capitals without accents, or the first and last name of a user."""

    output_field = TextField()

    def as_sql(self, compiler, connection, *args: Any, **kwargs: Any):
        parts = [compiler.compile(each) for each in self.get_source_expressions()]
        text = " || ' ' || ".join(sql for sql, _params in parts)
        params = [param for _sql, params in parts for param in params]
        return (on_postgresql(text) if connection.vendor == "postgresql" else f"standin_plain({text})"), params


def is_called(first_name: str, last_name: str) -> Exact:
    """Return the condition of the users with this name."""
    return Exact(Plain(F("first_name"), F("last_name")), Plain(Value(f"{first_name} {last_name}")))


@receiver(connection_created)
def teach_sqlite(sender: object, connection: Any, **details: object) -> None:
    """Give a new connection of SQLite the function that PostgreSQL needs no help for."""
    if connection.vendor == "sqlite":
        connection.connection.create_function("standin_plain", 1, plain, deterministic=True)
