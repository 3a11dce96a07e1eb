"""Verifies the audit log; the exit code says how it went: 0 clean, 1 altered, 2 can't judge, 3 truncated."""

import json
import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from audit.models import AuditEvent
from audit.verification.checker import record_verification, verify


class Command(BaseCommand):
    help = "Verify the audit log. Exit code: 0 clean, 1 altered, 2 can't judge, 3 truncated or rolled back."

    def add_arguments(self, parser):
        parser.add_argument("--anchors", metavar="FILE", default=settings.AUDIT_ANCHOR_FILE, help="the anchor file")
        parser.add_argument("--json", action="store_true", help="print the report as one JSON object")
        parser.add_argument("--record", action="store_true", help="append the result, for the auditor's list")

    def handle(self, *, anchors, **options):
        told = self.stderr.isatty()
        with lines_of(anchors) as anchor_lines:
            report = verify(anchor_lines, progress=self.progress if told else None)
        if told:
            self.stderr.write("")
        if options["record"]:
            record_verification(report)
        if options["json"]:
            self.stdout.write(json.dumps(asdict(report) | {"exit_code": report.exit_code}))
        else:
            for word in ("altered", "truncated", "unknown", "warnings"):
                for first, last, problem in runs(getattr(report, word)):
                    events = f"event {first}" if first == last else f"events {first} to {last}"
                    self.stdout.write(f"{word}: {events}: {problem}")
            verdict = {0: "clean", 1: "ALTERED", 2: "can't be judged in full", 3: "TRUNCATED OR ROLLED BACK"}
            self.stdout.write(f"{report.events} events, {report.erased} erased texts: {verdict[report.exit_code]}")
        if report.exit_code:
            sys.exit(report.exit_code)

    def progress(self, reached: int, head: int) -> None:
        """One line that is written over, on a terminal only."""
        self.stderr.write(f"\r{reached:,} of {head:,} events", ending="")
        self.stderr.flush()


@contextmanager
def lines_of(path: str) -> Iterator[Iterable[str]]:
    """
    Yield the lines of the anchor file; no lines without a path.

    A file that does not exist yet is empty if the log is empty too: the first event makes both. Bytes that are no
    text become a line that verification can't read.
    """
    if not path or (not os.path.lexists(path) and not AuditEvent.objects.exists()):
        yield ()
        return
    try:
        with open(path, encoding="ascii", errors="replace") as lines:
            yield lines
    except OSError as error:
        raise CommandError(f"The anchors can't be read: {error}", returncode=2) from error


def runs(found: list[tuple[int, str]]) -> list[tuple[int, int, str]]:
    """What neighbours share as one line, first to last: a wrong key says the same of millions of events."""
    reached: dict[str, list[int]] = {}
    made: list[tuple[list[int], str]] = []
    for seq, problem in found:
        run = reached.get(problem)
        if run and seq == run[1] + 1:
            run[1] = seq
        else:
            reached[problem] = run = [seq, seq]
            made.append((run, problem))
    return [(first, last, problem) for (first, last), problem in made]
