"""`manage.py backup FILE`: write the database, the uploads and the anchors into one file, and read it back."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from accounts.models import User
from audit.models import AuditEvent
from config.backup.errors import BackupError
from config.backup.uploads import FOLDER
from config.backup.writing import back_up

KEYS = (
    "The keys are not in it, because a reader of both could forge the audit log and read second factors. Keep "
    "SECRET_KEY, AUDIT_KEYS and SECOND_FACTOR_KEYS in another place: without them, a restored log can't be verified, "
    "and nobody can use their second factor."
)


class Command(BaseCommand):
    help = "Write a backup of the database, the uploads and the anchors to a new file, while the platform runs."

    def add_arguments(self, parser):
        parser.add_argument("file", metavar="FILE", help="the new file; only its owner can read it")

    def handle(self, *, file: str, **options):
        if file == "-":
            raise CommandError("A backup is read back after it was written, so it needs a file. Copy the file then.")
        try:
            manifest = back_up(Path(file).absolute())
        except BackupError as error:
            raise CommandError(str(error)) from error
        counts, parts = manifest["counts"], manifest["parts"]
        files = [name for name in parts if name.startswith(FOLDER)]
        megabytes = sum(part["size"] for part in parts.values()) / 1e6
        self.stdout.write(
            f"{file}: {counts[User._meta.db_table]} people, {counts[AuditEvent._meta.db_table]} audit events, "
            f"{len(files)} uploads, {megabytes:.1f} MB, read back."
        )
        for name in manifest["missing_uploads"]:
            self.stderr.write(f"The storage doesn't have the upload {name!r}, so the backup doesn't have it either.")
        for setting, names in manifest["keys"].items():
            self.stdout.write(f"It needs the {setting} {', '.join(names) or '(none)'}.")
        self.stdout.write(KEYS)
