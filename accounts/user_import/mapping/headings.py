"""Headings: the spellings under which a heading is looked up."""

import re
import unicodedata

# What systems write behind a heading: "[Required]" (Google), "[UPLOAD ONLY]", "[accountEnabled] Required" (Entra).
REMARKS = frozenset({"required", "optional", "uploadonly", "readonly", "mandatory", "pflichtfeld", "obligatoire"})
BRACKETS = re.compile(r"[\[(]([^\])]*)[\])]")
# "Employee #" and "Nº" mean "number".
SIGNS = str.maketrans({"#": " number ", "№": " number "})


def normalised(text: str) -> str:
    """Reduce a text to lower-case letters and digits: "E-mail", "e_mail" and "E Mail" are equal."""
    text = unicodedata.normalize("NFKC", text.translate(SIGNS)).casefold()
    return "".join(character for character in text if character.isalnum())


def keys_of(heading: str) -> list[str]:
    """
    Return the spellings under which a heading is looked up, the best first.

    "First name [givenName] Required" is "firstname", else "givenname".
    """
    inside = [normalised(text) for text in BRACKETS.findall(heading)]
    bare = BRACKETS.sub(" ", heading)
    if inside:
        bare = re.sub(r"\b(required|optional)\s*\*?\s*$", "", bare.strip(), flags=re.IGNORECASE)
    keys = [normalised(bare), *(key for key in inside if key not in REMARKS), normalised(heading)]
    return list(dict.fromkeys(key for key in keys if key))


def labels_of(headings: list[str]) -> list[str]:
    """Return the headings with single spaces, each different: the second "Name" is "Name (2)"."""
    labels: list[str] = []
    for heading in headings:
        text = " ".join(heading.replace("\ufeff", "").split())
        label, count = text, 1
        while label and label in labels:
            count += 1
            label = f"{text} ({count})"
        labels.append(label)
    return labels
