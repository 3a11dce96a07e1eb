"""`manage.py sweep_uploads`: delete stored files that no row names: of deleted rows, replaced files, undone saves."""

import re
from datetime import timedelta

from django.core.files.storage import default_storage
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _

from config.files import stored_files
from config.files.uploads import StoreUnavailable

OURS = re.compile(r"[0-9a-f]{32}(\.[a-z]+)?")  # as learning.uploads.stored_name makes them
DAYS = 7


class Command(BaseCommand):
    help = "Delete uploaded files that no row of the database names and that are older than some days."

    def add_arguments(self, parser):
        parser.add_argument("--days", type=int, default=DAYS, help=f"age at which a file is deleted (default: {DAYS})")
        parser.add_argument("--dry-run", action="store_true", help="only say which files would be deleted")

    def handle(self, *, days, dry_run, **options):
        if days < 1:
            raise CommandError(_("A file must be at least one day old: a save that isn't committed has no row yet."))
        until, swept = timezone.now() - timedelta(days=days), 0
        try:
            # The names are listed before the rows are read, so that a file of a row in between counts as named.
            listed = [f"{folder}/{name}" for folder in stored_files.folders() for name in own_names(folder)]
            named = stored_files.names()
            for name in sorted(set(listed) - named):
                if default_storage.get_modified_time(name) < until:
                    swept += 1
                    if dry_run:
                        self.stdout.write(name)
                    else:
                        default_storage.delete(name)
        except StoreUnavailable as error:
            raise CommandError(_("Stopped: the storage of uploads failed. Run it again.")) from error
        message = _("%(count)d files would be deleted.") if dry_run else _("%(count)d files deleted.")
        self.stdout.write(message % {"count": swept})


def own_names(folder: str) -> list[str]:
    """Return the names in a folder of the storage that the platform has made."""
    return [name for name in default_storage.listdir(folder)[1] if OURS.fullmatch(name)]
