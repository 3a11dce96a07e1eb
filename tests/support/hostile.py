"""Three hundred texts that strangers might write: markup, formulas, line breaks, signs nobody can see, and size."""

SEEDS = [
    "<script>alert(1)</script>", "=1+1", "+1", "-1", "@SUM(A1)", "\r\nSet-Cookie: a=b", "\0", "\u202eexe.txt",
    "a\u200bb", "\ud83d", "x" * 10_000, "'; DROP TABLE audit_auditevent; --", "{{ 7*7 }}", "{% debug %}", "%s%n",
    '"><img src=x onerror=alert(1)>', "\x1b[31mred", "\u2028", "＝1", " =1", "\t=1", "|calc", "日本", "\ufeff", "&lt;",
]  # fmt: skip
TAILS = ["", "a", " 1", "\n", "é", ",", '"', ";", "<b>", "=", "\\", "…"]
HOSTILE = [f"{seed}{tail}" for seed in SEEDS for tail in TAILS]
NEVER_ON_A_PAGE = ("<script>alert", "<img src=x", "<b>", "\0", "\x1b")


def storable(text: str) -> bool:
    """Whether a name with this text can come into the database at all."""
    return "\0" not in text and "\ud83d" not in text
