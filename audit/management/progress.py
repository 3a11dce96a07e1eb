"""The progress of a command, over the same line of a terminal."""

from typing import Any


class ShowsProgress:
    """Mixin for a command with long work."""

    stderr: Any  # of Django's command

    def progress(self, reached: int) -> None:
        """Write the number that was reached; a file or a pipe gets nothing."""
        if self.stderr.isatty():
            self.stderr.write(f"\r{reached:,}", ending="")
            self.stderr.flush()
