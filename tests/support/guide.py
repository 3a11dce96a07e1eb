"""The commands of a page of the documentation: its ```sh blocks, in their order."""

import re
from typing import NamedTuple

from config.settings import BASE_DIR


class Block(NamedTuple):
    """One block of commands, with the heading above it."""

    heading: str
    commands: str


def blocks(name):
    """Return the blocks of a page in docs/."""
    heading, lines, found = "", None, []
    for line in (BASE_DIR / "docs" / name).read_text(encoding="utf-8").splitlines():
        if lines is not None:
            if line == "```":
                found.append(Block(heading, "\n".join(lines) + "\n"))
                lines = None
            else:
                lines.append(line)
        elif line == "```sh":
            lines = []
        elif line.startswith("## "):
            heading = line.removeprefix("## ")
    return found


def script(chosen):
    """Return a script of the commands of blocks, as somebody types them; it says which step it begins."""
    parts = [f"echo '== {block.heading}'\n{block.commands}" for block in chosen]
    return "set -euo pipefail\n" + "\n".join(parts)


def files_of_operators(text):
    """Return the files in deploy/ that a text names, by their path there."""
    return set(re.findall(r"(?:/opt/standin/current/|\b)deploy/([\w@./-]*\w)", text))
