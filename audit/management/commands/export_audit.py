"""Command that exports the audit log: CSV for people, or JSON Lines that anybody can verify."""

import os
from pathlib import Path
from urllib.parse import urlencode

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from audit import export, export_file, people
from audit.management.days import morning_of
from audit.management.progress import ShowsProgress
from audit.models import AuditEvent


class Command(ShowsProgress, BaseCommand):
    help = "Export the audit log, to a file that nobody else can read. The export is recorded before it begins."

    def add_arguments(self, parser):
        said = "a new file, whose name ends with .jsonl or .csv; without it, JSON Lines go to standard output"
        parser.add_argument("file", metavar="FILE", nargs="?", default="", help=said)
        parser.add_argument("--since", metavar="DATE", default="", help="first day (UTC), such as 2026-01-01")
        parser.add_argument("--before", metavar="DATE", default="", help="first day that is left out")
        parser.add_argument("--actor", metavar="EMAIL", help="email address of the user who runs this; it is recorded")

    def handle(self, *, file, since, before, actor, **options):
        file_format = Path(file).suffix.removeprefix(".") if file else "jsonl"
        if file_format not in export.FORMATS:
            raise CommandError(_("The name of the file says its format: end it with .jsonl or .csv."))
        if file and os.path.lexists(file):
            raise CommandError(_("%(path)s exists already: choose another name.") % {"path": file})
        days = {name: day for name, day in (("since", since), ("before", before)) if day}
        events, actor = within(**days), people.actor(actor)
        try:
            self.export(events, file, file_format, urlencode(days), actor)
        except OSError as error:
            raise CommandError(_("The export can't be written: %(why)s") % {"why": error}) from error

    def export(self, events, file, file_format, query, actor):
        """Record the export, and write it; leave no half of a file."""
        lines, _type = export.FORMATS[file_format]
        if not file:
            return self.stdout.writelines(lines(events, export.record(file_format, query, actor=actor)))
        try:
            export_file.write([], file)  # before the record, because an export that can't begin is none
            head = export.record(file_format, query, actor=actor)
            self.store(lines(events, head), file, is_csv=file_format == "csv")
        finally:
            Path(export_file.partial_of(file)).unlink(missing_ok=True)

    def store(self, lines, file, *, is_csv):
        """Write the file, and say what it is."""
        done = export_file.write(lines, file, progress=self.progress)
        Path(export_file.partial_of(file)).replace(file)
        count = done.lines - is_csv  # without its heading
        message = _("Exported: %(count)s events, SHA-256 %(sha256)s.")
        self.stdout.write(message % {"count": count, "sha256": done.sha256})


def within(since="", before=""):
    """Return the events of some days, with their texts; raise CommandError if a day is none."""
    events = AuditEvent.objects.prefetch_related("texts")
    if since:
        events = events.filter(at__gte=morning_of(since))
    return events.filter(at__lt=morning_of(before)) if before else events
