"""Headings: the spellings under which a heading is looked up."""

import re
import unicodedata

# What systems write behind a heading: "[Required]" (Google), "[UPLOAD ONLY]", "[accountEnabled] Required" (Entra).
REMARKS = re.compile(
    r"\s+(required|optional|mandatory|read only|upload only|erforderlich|optional|pflichtfeld|obligatoire|facultatif"
    r"|obligatorio|opcional|verplicht|vereist|optioneel|påkrævet|valgfri|obligatorisk|valfri)\s*$",
    re.IGNORECASE,
)
BRACKETS = re.compile(r"[\[(]([^\])]*)[\])]")
PROPERTY = re.compile(r"\[\s*([a-z]\w*)\s*\]", re.IGNORECASE)
# A remark in brackets that makes a column another one: of another person, of private life, or of the past.
OTHER = re.compile(
    r"\b(manager|supervisor|reports? to|emergency|contact|next of kin|spouse|partner|assistant|approver|buddy|mentor"
    r"|owner|priva|personal\b|home|recovery|secondary|alternat|old\b|previous|former|new\b|code\b"
    r"|vorgesetzt|führungskraft|notfall|alt\b|neu\b|chef|leder|nærmeste|gammel|ny\b|responsable|urgence|conjoint|ancien"
    r"|nouve|perso\b|jefe|emergencia|anterior|nuevo|leidinggevende|noodgeval|thuis|oud\b|nieuw|anhörig|tidigare)",
    re.IGNORECASE,
)
# "Name (first)" is half a name; "First name [givenName]" is a first name.
HALF = re.compile(r"\([^)]*\b(first|last|given|family)", re.IGNORECASE)
# "user.email", "profile.firstName", "Employee: Department".
PREFIX = re.compile(
    r"^\s*(user|profile|employee|worker|person|people|mitarbeiter|medarbejder)\s*[.:/>]\s*", re.IGNORECASE
)
# "Employee #" and "Nº" mean "number"; "n°" is the French sign.
SIGNS = str.maketrans({"#": " number ", "№": " number ", "°": "o", "\ufeff": " "})
# Letters that no decomposition takes apart, and how they are written where a keyboard or a system lacks them.
LETTERS = str.maketrans({"ø": "o", "æ": "ae", "œ": "oe", "ð": "d", "þ": "th", "ł": "l", "đ": "d"})
WRITTEN_OUT = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa", "ø": "oe"})


def normalised(text: str) -> str:
    """Reduce a text to lower-case letters and digits: "E-mail", "e_mail" and "E Mail" are equal."""
    if text.isascii() and "#" not in text:
        return "".join(filter(str.isalnum, text.lower()))
    text = unicodedata.normalize("NFKC", text.translate(SIGNS)).casefold()
    return "".join(character for character in text if character.isalnum())


def folded(text: str) -> str:
    """Return a text, normalised, without accents and umlauts: "prénom" is "prenom"."""
    text = normalised(text)
    if text.isascii():
        return text
    apart = unicodedata.normalize("NFKD", text.translate(LETTERS))
    return "".join(character for character in apart if not unicodedata.combining(character))


def spellings(words: str) -> frozenset[str]:
    """Return the folded forms of words, those with umlauts written out included: "tatigkeit" and "taetigkeit"."""
    return frozenset(form for word in words.split() for form in forms_of(word))


def forms_of(word: str) -> tuple[str, str]:
    """Return the two folded forms of a word, which are equal if it has no umlauts."""
    return folded(word), folded(normalised(word).translate(WRITTEN_OUT))


def keys_of(heading: str) -> list[str]:
    """
    Return the folded spellings under which a heading is looked up, the best first.

    "First name [givenName] Required" is "firstname", else "givenname". A remark that makes it another column leaves the
    whole heading only: "E-mail (manager)" is never "email".
    """
    heading = heading[:200]
    keys = []
    if not HALF.search(heading) and not any(OTHER.search(remark) for remark in BRACKETS.findall(heading)):
        bare = REMARKS.sub("", BRACKETS.sub(" ", heading).replace("*", " ").rstrip())
        keys = [bare, *PROPERTY.findall(heading), PREFIX.sub("", bare)]
    return list(dict.fromkeys(key for key in map(folded, [*keys, heading]) if key))


def labels_of(headings: list[str]) -> list[str]:
    """Return the headings with single spaces and without NUL, each different: the second "Name" is "Name (2)"."""
    labels: list[str] = []
    for heading in headings:
        text = " ".join(heading.replace("\ufeff", "").replace("\0", "").split())
        label, count = text, 1
        while label and label in labels:
            count += 1
            label = f"{text} ({count})"
        labels.append(label)
    return labels
