"""Reading whether somebody is active: every column that says something about it counts."""

from __future__ import annotations

import datetime
from collections.abc import Callable

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.user_import.mapping.columns import Columns
from accounts.user_import.mapping.fields import Field
from accounts.user_import.mapping.headings import normalised
from accounts.user_import.mapping.mapping import ACTIVE, INACTIVE, KEEP
from accounts.user_import.mapping.values import days, is_employed, is_enabled, is_yes

from .questions import Kind, Question

MEANS = {ACTIVE: True, INACTIVE: False, KEEP: None}


class ActivityReader:
    """
    Reader of the columns that say whether somebody is active.

    wrong: reports a problem of the current row, given the position of the column and a message. questions: one for each
    word whose meaning nobody knows, by word.
    """

    def __init__(self, columns: Columns, wrong: Callable[[int, str], None]):
        self.columns = columns
        self.said = columns.mapping.statuses
        self.places = columns.says_active()
        self.wrong = wrong
        self.questions: dict[str, Question] = {}
        self.today = timezone.localdate()

    def read(self, line: int, text_at: Callable[[int], str]) -> tuple[bool | None, list[str]]:
        """
        Return whether the account becomes active, and the words of the row whose meaning is unknown.

        Active: all columns with a value must say so; None if none of them says anything. text_at: returns the text of
        the cell at a position.
        """
        answers: list[bool] = []
        unknown: list[str] = []
        for field, place in self.places:
            text = text_at(place)
            if not text:
                continue
            word = normalised(text) or text
            if field is Field.LAST_DAY:
                answer = self.still_works(place, text)
            elif word in self.said and not is_certain(field, text):
                answer = MEANS[self.said[word]]
            else:
                answer = meaning(field, text)
                if answer is None:
                    self.ask(word, text, place, line)
                    unknown.append(word)
            if answer is not None:
                answers.append(answer)
        return (all(answers) if answers else None), unknown

    def still_works(self, place: int, text: str) -> bool | None:
        """Return False if the last day is past, and None if it is still to come: that says nothing about today."""
        found = days(text)
        past = {day < self.today for day in found}
        if len(past) != 1:
            self.wrong(place, self.why_no_day(text, found))
            return None
        return False if past == {True} else None

    def why_no_day(self, text: str, found: set[datetime.date]) -> str:
        if not found:
            return _("“%(text)s” is not a day.") % {"text": text[:50]}
        message = _("“%(text)s” can be two days, one past and one to come. Write it as YYYY-MM-DD.")
        return message % {"text": text[:50]}

    def ask(self, word: str, text: str, place: int, line: int) -> None:
        """Add the row to the question about this word."""
        question = self.questions.get(word)
        if question is None:
            message = _("Does “%(text)s” mean that somebody is active?")
            question = self.questions[word] = Question(
                Kind.STATUS,
                word,
                self.columns.headings[place],
                message % {"text": text[:50]},
                [
                    (ACTIVE, _("Active: they may sign in")),
                    (INACTIVE, _("Deactivated: they may not sign in")),
                    (KEEP, _("Leave as it is")),
                ],
            )
        question.lines.append(line)


def is_certain(field: Field, text: str) -> bool:
    """
    Return whether a text has one meaning in a column of this kind, whatever a person said about the word.

    What "O" means in a column of words says nothing about "O" (oui) in a column of yes and no.
    """
    if field is Field.ACCOUNT_CONTROL:
        return is_enabled(text) is not None
    return field in (Field.ACTIVE, Field.INACTIVE) and is_yes(text) is not None


def meaning(field: Field, text: str) -> bool | None:
    """Return whether a text in a column of this kind says that somebody is active; None if its meaning is unknown."""
    if field is Field.ACCOUNT_CONTROL:
        return is_enabled(text)
    if field is Field.STATUS:
        return is_employed(text)
    answer = is_yes(text)
    if field is Field.INACTIVE and answer is not None:
        return not answer
    return is_employed(text) if answer is None else answer
