"""Version of the platform, as pyproject.toml says it."""

import tomllib

from .environment import BASE_DIR


def read() -> str:
    """Return the version; "unknown" if the program was installed without pyproject.toml."""
    try:
        return tomllib.loads((BASE_DIR / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    except (OSError, KeyError, ValueError):
        return "unknown"


VERSION = read()
