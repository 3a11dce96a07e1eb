"""The forms of an import: the file, what its columns are, and the answers to its questions."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from django import forms
from django.core.validators import FileExtensionValidator
from django.template.defaultfilters import filesizeformat
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .mapping.columns import Columns
from .mapping.fields import REPEATABLE, Field
from .mapping.mapping import ACTIVE, INACTIVE, KEEP, Mapping
from .mapping.remembered import mapping_in, remembered
from .mapping.values import looks_like_status
from .planning.choices import NOBODY, Choices
from .planning.plan import Plan
from .planning.questions import LEFT_ALONE, LEFT_OUT, Kind, Question
from .reading.files import EXTENSIONS
from .reading.table import Table
from .uploads import MAX_BYTES, MAX_MEGABYTES

# The answer of a question that is left open: its rows change nothing.
OUT = "out"
MAX_QUESTIONS = 50
SOME, EVERYBODY = "some", "everybody"
# What a column can be, as the page offers it; "Not used" stands before the groups.
GROUPS = (
    (gettext_lazy("Person"), (Field.EXTERNAL_ID, Field.FIRST_NAME, Field.LAST_NAME, Field.NAME)),
    (gettext_lazy("Email"), (Field.EMAIL, Field.SECOND_EMAIL)),
    (gettext_lazy("Work"), (Field.DEPARTMENT, Field.JOB_PROFILE)),
    (gettext_lazy("Language and time"), (Field.LANGUAGE, Field.TIME_ZONE)),
    (
        gettext_lazy("Whether they may sign in"),
        (Field.STATUS, Field.ACTIVE, Field.INACTIVE, Field.LAST_DAY, Field.ACCOUNT_CONTROL),
    ),
)
EFFECTS = {
    (Kind.STATUS, ACTIVE): gettext_lazy("People with this word are active, and reactivated if they are not."),
    (Kind.STATUS, INACTIVE): gettext_lazy("People with this word are signed out everywhere. No data is deleted."),
    (Kind.STATUS, KEEP): gettext_lazy("This word activates and deactivates nobody."),
    (Kind.COLUMN, Field.STATUS): gettext_lazy("Each unknown word is asked about next."),
    (Kind.COLUMN, Field.ACTIVE): gettext_lazy("“No” deactivates people."),
    (Kind.COLUMN, Field.INACTIVE): gettext_lazy("“Yes” deactivates people."),
    (Kind.COLUMN, Field.UNUSED): gettext_lazy("This column changes nobody."),
    (Kind.PEOPLE, "same"): gettext_lazy("Their accounts get the new HR identifiers."),
}


class ImportForm(forms.Form):
    """Upload form; the next pages check the content of the file."""

    file = forms.FileField(
        label=gettext_lazy("File"),
        help_text=format_lazy(
            gettext_lazy("CSV, text or Excel (.csv, .txt, .xlsx), up to {limit} MB. Choose it, or drop it here."),
            limit=MAX_MEGABYTES,
        ),
        error_messages={
            "required": gettext_lazy("Choose a file first."),
            "empty": gettext_lazy("The file is empty."),
        },
        validators=[
            FileExtensionValidator(
                EXTENSIONS, gettext_lazy("“.%(extension)s” can't be read here. Save the file as .xlsx or .csv.")
            )
        ],
        widget=forms.FileInput(
            attrs={
                "accept": ",".join(f".{extension}" for extension in EXTENSIONS),
                "data-max-bytes": MAX_BYTES,
                "data-too-large": format_lazy(
                    gettext_lazy("This file is too large: {limit} MB is the limit."), limit=MAX_MEGABYTES
                ),
            }
        ),
    )

    def clean_file(self):
        file = self.cleaned_data["file"]
        if file.size > MAX_BYTES:
            message = _(
                "The file has %(size)s; %(limit)s MB is the limit. Split it, or ask the operator of the platform."
            )
            raise forms.ValidationError(message % {"size": filesizeformat(file.size), "limit": MAX_MEGABYTES})
        return file


@dataclass(frozen=True)
class ColumnRow:
    """A column of the file on the page. field: None for a column without a heading, which can't be read."""

    field: forms.BoundField | None
    number: int
    samples: list[str]
    is_doubtful: bool


class ColumnsForm(forms.Form):
    """
    What each column of a file is.

    It begins with what the person or the company has said before, else with what the headings let one expect; a column
    that looks like a status begins empty, so that nobody overlooks it. remembered: what was said about an earlier file
    with the same headings, unless the person has said something about this one.
    """

    has_paths = forms.BooleanField(
        label=gettext_lazy("“/”, “>” and “|” separate levels: “Copenhagen / Airport” is Airport in Copenhagen"),
        required=False,
    )
    lists = forms.ChoiceField(
        label=gettext_lazy("Who is in the file?"),
        choices=[
            (SOME, gettext_lazy("Some people: nobody changes because they are missing from it")),
            (
                EVERYBODY,
                gettext_lazy("Everybody who works here: people with an HR identifier who are missing are deactivated"),
            ),
        ],
        widget=forms.RadioSelect,
    )

    def __init__(self, data: Any = None, *, table: Table, choices: Choices):
        self.table, self.choices = table, choices
        self.remembered = None if choices.mapping else remembered(table.headings.cells)
        self.mapping = choices.mapping or mapping_in(self.remembered)
        self.columns = Columns(table.headings.cells, table.headings.number, self.mapping)
        lists = EVERYBODY if choices.deactivates_absent else SOME
        super().__init__(data, initial={"has_paths": self.mapping.has_paths, "lists": lists})
        self.doubtful = {place for place in self.columns.doubtful if looks_like_status(table.samples[place])}
        for place, label in enumerate(self.columns.headings):
            if not label:
                continue
            self.fields[f"column_{place}"] = forms.ChoiceField(
                label=label,
                choices=[*([("", _("Choose…"))] if place in self.doubtful else []), *grouped()],
                initial="" if place in self.doubtful else self.columns.fields[place].value,
                error_messages={"required": _("This looks like a status: say what it is, or “Not used”.")},
            )

    def rows(self) -> Iterator[ColumnRow]:
        """Yield the columns that have a heading or values."""
        for place, samples in enumerate(self.table.samples):
            name = f"column_{place}"
            if name in self.fields:
                yield ColumnRow(self[name], place + 1, samples, place in self.doubtful)
            elif samples:
                yield ColumnRow(None, place + 1, samples, is_doubtful=False)

    def clean(self):
        said = super().clean() or {}
        chosen = {place: said.get(f"column_{place}", "") for place in range(len(self.columns.headings))}
        for field in Field:
            places = [place for place, value in chosen.items() if value == field]
            if len(places) > 1 and field not in REPEATABLE:
                message = _("“%(field)s” can be one column only: “%(first)s” is it already.")
                named = {"field": field.label, "first": self.columns.headings[places[0]]}
                for place in places[1:]:
                    self.add_error(f"column_{place}", message % named)
        values = set(chosen.values())
        if Field.EMAIL not in values:
            self.add_error(None, _("Say which column is the email address."))
        if not values & {Field.FIRST_NAME, Field.NAME}:
            self.add_error(None, _("Say which column is the first name, or the whole name."))
        return said

    def decided(self) -> Choices:
        """Return the choices with what this form says."""
        said = self.cleaned_data
        columns = {label: Field(said[f"column_{place}"]) for place, label in enumerate(self.columns.headings) if label}
        mapping = replace(self.mapping, columns=columns, has_paths=said["has_paths"], layout=self.table.layout)
        return replace(self.choices, mapping=mapping, deactivates_absent=said["lists"] == EVERYBODY)


def grouped() -> list[tuple[str, Any]]:
    """Return what a column can be, in groups."""
    groups = [(str(name), [(field.value, field.label) for field in fields]) for name, fields in GROUPS]
    return [(Field.UNUSED.value, Field.UNUSED.label), *groups]


class AnswersForm(forms.Form):
    """Answers to the questions of a plan; a question without an answer stays open."""

    def __init__(self, data: Any = None, *, plan: Plan):
        super().__init__(data)
        self.questions = plan.questions[:MAX_QUESTIONS]
        for question in self.questions:
            offered = list(question.choices)
            if question.kind in LEFT_ALONE | LEFT_OUT:
                offered.append((OUT, _("Decide later: skip these rows")))
            self.fields[name_of(question)] = forms.ChoiceField(
                label=question.sentence, choices=offered, required=False, widget=forms.RadioSelect
            )

    def rows(self) -> Iterator[tuple[Question, forms.BoundField, list[tuple[Any, str]]]]:
        """Yield each question with its field, and each answer with what it does."""
        for question in self.questions:
            field = self[name_of(question)]
            answers: Any = field
            yield question, field, [(answer, effect_of(question, answer.data["value"])) for answer in answers]

    def clean(self):
        said = super().clean() or {}
        if not self.errors and not any(said.values()):
            raise forms.ValidationError(_("Nothing is changed yet: choose an answer first."))
        return said

    def decided(self, choices: Choices, columns: Columns) -> Choices:
        """Return the choices with these answers. columns: those of the plan that asked."""
        mapping = choices.mapping or said_by(columns)
        parts: dict[Kind, dict[str, str]] = {
            Kind.COLUMN: dict(mapping.columns),
            Kind.STATUS: dict(mapping.statuses),
            Kind.DEPARTMENT: dict(mapping.departments),
            Kind.JOB_PROFILE: dict(mapping.job_profiles),
            Kind.PERSON: dict(choices.same),
        }
        left_out, same_addresses = set(choices.left_out), choices.same_addresses
        for question in self.questions:
            answer = self.cleaned_data.get(name_of(question))
            if answer == OUT:
                left_out.add(question.id)
            elif answer and question.kind is Kind.PEOPLE:
                same_addresses = answer == "same"
            elif answer:
                parts[question.kind][question.key] = answer
        mapping = replace(
            mapping,
            columns={heading: Field(value) for heading, value in parts[Kind.COLUMN].items()},
            statuses=parts[Kind.STATUS],
            departments=parts[Kind.DEPARTMENT],
            job_profiles=parts[Kind.JOB_PROFILE],
        )
        return replace(
            choices,
            mapping=mapping,
            same=parts[Kind.PERSON],
            same_addresses=same_addresses,
            left_out=frozenset(left_out),
        )


def name_of(question: Question) -> str:
    """Return the name of a question's field: a hash, because a browser changes line breaks in the names of fields."""
    return "answer_" + hashlib.sha256(question.id.encode(errors="backslashreplace")).hexdigest()[:16]


def effect_of(question: Question, answer: str) -> str:
    """Return what an answer does, or "" if its label says it."""
    if answer == OUT:
        return _("They change nothing now. You can import them later.")
    if question.kind is Kind.PERSON:
        is_new = answer == NOBODY
        return _("An account is created.") if is_new else _("This account gets what the file says.")
    return str(EFFECTS.get((question.kind, answer), ""))


def said_by(columns: Columns) -> Mapping:
    """Return the mapping that reads a file as its headings do, so that a single column of it can be said."""
    doubtful = {columns.headings[place] for place in columns.doubtful}
    said = {
        label: field
        for label, field in zip(columns.headings, columns.fields, strict=True)
        if label and label not in doubtful
    }
    return replace(columns.mapping, columns=said)
