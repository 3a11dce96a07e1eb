"""Problems of a file, in words with which its sender can correct it."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _


@dataclass(frozen=True, slots=True)
class Problem:
    """
    A problem or remark, with its place in the file.

    line: the line of the file (the row of a sheet) on which the user's row begins; None for the file as a whole.
    column: the heading as the file spells it, or "".
    """

    line: int | None
    column: str
    message: str

    def __str__(self):
        if self.line is None:
            return self.message
        if not self.column:
            return _("Line %(line)s: %(message)s") % {"line": self.line, "message": self.message}
        return _("Line %(line)s, %(column)s: %(message)s") % {
            "line": self.line,
            "column": self.column,
            "message": self.message,
        }


class Unreadable(Exception):
    """The file can't be read any further; `problem` holds the reason and the place."""

    def __init__(self, message: str, line: int | None = None, column: str = ""):
        super().__init__(message)
        self.problem = Problem(line, column, message)
