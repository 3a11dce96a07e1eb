"""Reading what a person has filled in: the fields of a module's form, back to values."""

from .models import Interaction

LONGEST_TEXT = 5000


def field_name(interaction: Interaction) -> str:
    return f"answer-{interaction.pk}"


def read(interactions, posted) -> dict:
    """Interaction → value (True, a choice's id, a list of ids, a text), or None where nothing was answered."""
    return {interaction: read_one(interaction, posted.getlist(field_name(interaction))) for interaction in interactions}


def read_one(interaction: Interaction, given: list[str]):
    if interaction.has_choices:
        choices = {str(choice.pk): choice.pk for choice in interaction.choices.all()}
        chosen = sorted({choices[value] for value in given if value in choices})
        if interaction.kind == Interaction.Kind.SINGLE_CHOICE:
            return chosen[0] if chosen else None
        return chosen or None
    text = given[0].replace("\0", "").strip() if given else ""
    if interaction.kind == Interaction.Kind.FREE_TEXT:
        return text[:LONGEST_TEXT] or None
    return True if text else None
