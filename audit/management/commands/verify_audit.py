"""Command that verifies the audit log. Exit code: 0 clean, 1 altered, 2 can't judge, 3 truncated."""

import json
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, no_translations

from audit.verification.anchor_file import UnreadableAnchors, lines_of
from audit.verification.checker import AFTER_VERIFICATION, Report, record_verification, verify
from audit.verification.receipt_check import check, gravest
from audit.verification.receipts import FILE_AT_MOST, Unreadable
from audit.verification.restores import Restore, declared_in_words

# The word before a line of the report, by the exit code that it leads to.
WORDS = {0: "clean", 1: "altered", 2: "unknown", 3: "truncated"}


class Command(BaseCommand):
    help = "Verify the audit log. Exit code: 0 clean, 1 altered, 2 can't judge, 3 truncated or rolled back."

    def add_arguments(self, parser):
        parser.add_argument("--anchors", metavar="FILE", default=settings.AUDIT_ANCHOR_FILE, help="the anchor file")
        parser.add_argument("--json", action="store_true", help="print the report as one JSON object")
        either = parser.add_mutually_exclusive_group()
        either.add_argument(
            "--record", action="store_true", help="append the result to the log; the auditor's list shows it"
        )
        either.add_argument(
            "--receipt", metavar="FILE", help="check only the receipts in a mail (.eml) or a text, not the whole log"
        )

    @no_translations  # one report for every operator: monitoring and the documentation know its words
    def handle(self, *, anchors, receipt=None, **options):
        if receipt:
            self.check_receipts(receipt, as_json=options["json"])
            return
        on_terminal = self.stderr.isatty()
        with anchor_lines(anchors) as lines:
            report = verify(lines, progress=self.progress if on_terminal else None)
        if on_terminal:
            self.stderr.write("")
        if options["record"]:
            record_verification(report)
        for tell in AFTER_VERIFICATION:
            tell(report)
        if options["json"]:
            self.stdout.write(json.dumps(asdict(report) | {"exit_code": report.exit_code}))
        else:
            self.write_lines(report)
        if report.exit_code:
            sys.exit(report.exit_code)

    def check_receipts(self, path: str, *, as_json: bool) -> None:
        """Write what the log says about each receipt in a file, and exit with the code of the gravest answer."""
        try:
            with open(path, "rb") as file:
                findings = check(file.read(FILE_AT_MOST + 1), at_most=FILE_AT_MOST)
        except OSError as error:
            raise CommandError(f"The receipt can't be read: {error}", returncode=2) from error
        except Unreadable as error:
            raise CommandError(str(error), returncode=2) from error
        code = gravest(finding.exit_code for finding in findings)
        if as_json:
            self.stdout.write(json.dumps({"receipts": [asdict(finding) for finding in findings], "exit_code": code}))
        else:
            for finding in findings:
                for sentence in finding.sentences:
                    self.stdout.write(f"{WORDS[finding.exit_code]}: {sentence}")
        if code:
            sys.exit(code)

    def write_lines(self, report: Report) -> None:
        """Write one line for each range of events with the same problem, then the result."""
        for word in ("altered", "truncated", "unknown", "warnings"):
            for first, last, problem in ranges(getattr(report, word)):
                events = f"event {first}" if first == last else f"events {first} to {last}"
                self.stdout.write(f"{word}: {events}: {problem}")
        for restore in report.restores:
            because = f": {restore['reason']}" if restore["reason"] else ""
            self.stdout.write(f"restored: {declared_in_words(Restore(**restore))}{because}")
        if report.lost_anchors:
            self.stdout.write(f"restored: {report.lost_anchors} anchors are of lost events")
        if sealed := report.sealed:
            self.stdout.write(
                f"sealed: events up to {sealed['through']} on {sealed['on']} in event #{sealed['event']}, "
                f"export {sealed['export_name']} with SHA-256 {sealed['export_sha256']}"
            )
        if report.sealed_anchors:
            self.stdout.write(f"sealed: {report.sealed_anchors} anchors are of sealed events")
        result = {0: "clean", 1: "ALTERED", 2: "can't be judged in full", 3: "TRUNCATED OR ROLLED BACK"}
        self.stdout.write(f"{report.events} events, {report.erased} erased texts: {result[report.exit_code]}")

    def progress(self, reached: int, head: int) -> None:
        """Write the progress over the same line of the terminal."""
        self.stderr.write(f"\r{reached:,} of {head:,} events", ending="")
        self.stderr.flush()


@contextmanager
def anchor_lines(path: str) -> Iterator[Iterable[str]]:
    """Yield the lines of the anchor file, as `lines_of` does; raise CommandError if it can't be read."""
    try:
        with lines_of(path) as lines:
            yield lines
    except UnreadableAnchors as error:
        raise CommandError(str(error), returncode=2) from error


def ranges(found: list[tuple[int, str]]) -> list[tuple[int, int, str]]:
    """Collapse consecutive events with the same problem into one range: (first, last, problem)."""
    newest: dict[str, list[int]] = {}
    collapsed: list[tuple[list[int], str]] = []
    for seq, problem in found:
        span = newest.get(problem)
        if span and seq == span[1] + 1:
            span[1] = seq
        else:
            newest[problem] = span = [seq, seq]
            collapsed.append((span, problem))
    return [(first, last, problem) for (first, last), problem in collapsed]
