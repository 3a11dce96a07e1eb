"""The words of a search: as many, and as long, as every database can look for in one statement."""

MOST_WORDS = 8
# Longer than an e-mail address; SQLite refuses a pattern of more than 50,000 bytes.
MOST_CHARACTERS = 300


def search_words(text: str) -> list[str]:
    """Return the words that any search of the platform looks for; what comes after the limits counts for nothing."""
    return text.replace("\0", "").strip()[:MOST_CHARACTERS].split()[:MOST_WORDS]
