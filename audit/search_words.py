"""The words of a search, within the limits that every database can handle in one statement."""

MOST_WORDS = 8
# Longer than an email address; SQLite refuses a pattern of more than 50,000 bytes.
MOST_CHARACTERS = 300


def search_words(text: str) -> list[str]:
    """Return the words of a search; ignore what exceeds the limits."""
    return text.replace("\0", "").strip()[:MOST_CHARACTERS].split()[:MOST_WORDS]
