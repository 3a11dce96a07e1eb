"""The form of Login as User, which asks for the reason."""

import unicodedata
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.utils.translation import gettext_lazy as _

from accounts.models.tickets import LONGEST_TICKET, TicketRules
from accounts.visible_text import is_visible, validate_seen
from audit.verification.receipts import imitates_receipt

from .models import Category, Mode

REASON_MIN, REASON_MAX = 10, 500
LONGEST_NAME = 2  # words of a first name
NAME = "\0"  # stands for the name while a sentence is compared
BLANK = "…"  # what the actor fills in; the script selects it
# The sentence of each category, with a blank; the script puts it into an empty text. `Other` has none.
BEGINNINGS = {
    Category.CONTENT_NOT_VISIBLE: _("%(name)s can't see %(what)s"),
    Category.CANNOT_SUBMIT: _("%(name)s can't submit %(what)s"),
    Category.EVENT_PROBLEM: _("%(name)s can't use the event %(what)s"),
    Category.PERMISSIONS_CHECK: _("%(name)s should be able to %(what)s"),
}


def reason_area(*, rows: int) -> forms.Textarea:
    """Return the text area of a reason, whose counter says how many characters are missing or left."""
    return forms.Textarea(
        attrs={
            "rows": rows,
            "data-minimum": REASON_MIN,
            "data-maximum": REASON_MAX,
            "data-one-more": _("1 more character"),
            "data-more": _("{number} more characters"),
            "autofocus": True,
        }
    )


class CategoryChips(forms.RadioSelect):
    """Radio buttons that carry the sentence of their category. name: of the person that the form is about."""

    name = ""

    def create_option(self, name: str, value: Any, *args: Any, **options: Any) -> dict[str, Any]:
        option = super().create_option(name, value, *args, **options)
        option["attrs"]["data-begins"] = begins(value, self.name)
        return option


def begins(category: Any, name: str) -> str:
    """Return the sentence of a category, with a blank; "" if it has none."""
    return str(BEGINNINGS[category]) % {"name": name, "what": BLANK} if category in BEGINNINGS else ""


def is_word(character: str) -> bool:
    return is_visible(character) and unicodedata.category(character)[0] in "LN"


def validate_no_receipt(text: str) -> None:
    """Raise ValidationError if the text would be read as a receipt, because the mail to the target quotes it."""
    if imitates_receipt(text):
        raise ValidationError(_("Please write this without a receipt."), code="receipt")


def validate_reason(text: str) -> None:
    """Raise ValidationError if the reason is too short, or only blanks, punctuation or repeated characters."""
    words = [character.casefold() for character in text if is_word(character)]
    if len(text) < REASON_MIN:
        raise ValidationError(
            _("Please explain in at least %(min)d characters."),
            code="too_short",
            params={"min": REASON_MIN},
        )
    validate_no_receipt(text)
    if len(set(words)) < 3:
        raise ValidationError(_("Please write what the support case is about, in words."), code="filler")


def is_only_begun(text: str) -> bool:
    """Return whether a reason is one of BEGINNINGS with any name, its blank still there or left empty."""
    words = " ".join(text.replace(BLANK, " ").split())
    for beginning in BEGINNINGS.values():
        before, after = (" ".join(part.split()) for part in (str(beginning) % {"name": NAME, "what": " "}).split(NAME))
        name = words.removeprefix(before).removesuffix(after)
        if words == f"{before}{name}{after}" and len(name.split()) <= LONGEST_NAME:
            return True
    return False


class LoginAsForm(forms.Form):
    """
    Category, free text, ticket and mode.

    linked: the ticket of the link that led to the form. returns_to: the address to go back to, which nothing believes
    before `TicketRules.way_back`. Neither has a validator, because nobody sees an error of a hidden field.
    """

    fields: dict[str, Any]

    category = forms.ChoiceField(
        label=_("What's the problem?"),
        choices=Category.choices,
        widget=CategoryChips,
        error_messages={"required": _("Please choose what the support case is about.")},
    )
    text = forms.CharField(
        label=_("Reason"),
        help_text=_("10 to 500 characters. The audit log keeps them as you write them."),
        validators=[MaxLengthValidator(REASON_MAX), validate_reason],
        widget=reason_area(rows=2),
        error_messages={"required": _("Please write down why you need to log in as this person.")},
    )
    ticket = forms.CharField(
        label=_("Ticket (optional)"),
        required=False,
        max_length=LONGEST_TICKET,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        validators=[validate_seen, validate_no_receipt],
        error_messages={"required": _("Please give the ticket that this is about.")},
    )
    # Each mode is a button that sends the form.
    mode = forms.ChoiceField(
        label=_("Mode"),
        choices=Mode.choices,
        error_messages={"required": _("Please choose how to log in, with one of the buttons below.")},
    )
    linked = forms.Field(required=False, widget=forms.HiddenInput)
    returns_to = forms.Field(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, rules: TicketRules, **options: Any):
        super().__init__(*args, **options)
        self.rules = rules
        if rules.required:
            self.fields["ticket"].required = True
            self.fields["ticket"].label = _("Ticket")

    def offer_last_ticket(self) -> None:
        """Tie the field to the list of the page, which holds the actor's last ticket."""
        self.fields["ticket"].widget.attrs["list"] = "last-ticket"

    def is_about(self, person: Any) -> None:
        """Let the sentence of each category have the name of the person."""
        widget: Any = self.fields["category"].widget
        widget.name = person.get_short_name()

    def clean_text(self) -> str:
        if is_only_begun(self.cleaned_data["text"]):
            raise ValidationError(_("Please finish the sentence: say what it is about."), code="only_begun")
        return self.cleaned_data["text"]

    def clean_ticket(self) -> str:
        self.rules.validate(self.cleaned_data["ticket"])
        return self.cleaned_data["ticket"]

    def fill_from_link(self, ticket: str, returns_to: str) -> None:
        """
        Fill in what a link of the ticket system says; the form stays unbound.

        A draft that was written after the same link keeps its ticket, which may have been corrected by hand.
        """
        if ticket and self.initial.get("linked") != ticket:
            self.initial["ticket"] = self.initial["linked"] = ticket
        if ticket:
            self.initial["returns_to"] = returns_to

    def offer(self, modes: list[Mode], *, first: str) -> None:
        """
        Show only the modes that the actor may use for this target; the start itself refuses the others.

        first: the mode whose button stands first, and is the one that Enter chooses, if the actor may use it.
        """
        modes = sorted(modes, key=lambda mode: mode != first)
        self.fields["mode"].choices = [(mode.value, mode.label) for mode in modes]

    def reason(self) -> dict[str, str]:
        """Return the part of the form that goes into the audit log."""
        return {name: self.cleaned_data[name] for name in ("category", "text", "ticket")}
