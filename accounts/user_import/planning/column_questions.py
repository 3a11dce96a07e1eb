"""Questions about columns under unknown headings whose values look like a status."""

from __future__ import annotations

from django.utils.translation import gettext as _

from accounts.user_import.mapping.columns import Columns
from accounts.user_import.mapping.fields import Field
from accounts.user_import.mapping.values import looks_like_status

from .questions import Kind, Question

OFFERED = (Field.STATUS, Field.ACTIVE, Field.INACTIVE, Field.UNUSED)
SHOWN = 4


def column_questions(columns: Columns, values: dict[int, dict[str, int]]) -> list[Question]:
    """
    Return a question for each column that could say whether somebody is active, and that nobody has mapped.

    values: for each position the different values of the column, with the lines of their first appearance.
    """
    found = []
    for place, lines in values.items():
        if not looks_like_status(lines):
            continue
        heading = columns.headings[place]
        message = _("“%(heading)s” looks like a status (%(values)s), and is not read yet. Say what it is.")
        shown = ", ".join(list(lines)[:SHOWN]) + (" …" if len(lines) > SHOWN else "")
        question = Question(
            Kind.COLUMN,
            heading,
            heading,
            message % {"heading": heading, "values": shown[:200]},
            [(field.value, str(field.label)) for field in OFFERED],
            lines=[columns.line],
        )
        found.append(question)
    return found
