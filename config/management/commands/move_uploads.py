"""`manage.py move_uploads FOLDER`: copy the files of the database's rows from a folder to the storage of uploads."""

from collections import Counter

from django.core.files.storage import default_storage
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from config.files import stored_files
from config.files.uploads import Folder, StoreUnavailable


class Command(BaseCommand):
    help = (
        "Copy uploaded files from a folder to the storage of UPLOADS. Files that are there already are left out, so "
        "run it before the change and once more after it. The folder stays as it is."
    )

    def add_arguments(self, parser):
        parser.add_argument("folder", help="the former MEDIA_ROOT")

    def handle(self, *, folder, **options):
        source, done = Folder(location=folder), Counter[str]()
        missing: list[str] = []
        try:
            for name in sorted(stored_files.names()):
                what = copied(source, name)
                done[what] += 1
                if what == "missing":
                    missing.append(name)
        except StoreUnavailable as error:
            raise CommandError(
                _("Stopped after %(count)d files: the storage failed. Run it again.") % {"count": done.total()}
            ) from error
        message = _("%(copied)d copied, %(kept)d there already, %(missing)d in neither place.")
        self.stdout.write(message % {what: done[what] for what in ("copied", "kept", "missing")})
        if missing:
            raise CommandError(_("Missing: %(names)s") % {"names": ", ".join(missing)})


def copied(source: Folder, name: str) -> str:
    """Copy one file unless the storage has it in its full size. Return what was done."""
    if not source.exists(name):
        return "kept" if default_storage.exists(name) else "missing"
    size = source.size(name)
    if default_storage.exists(name):
        if default_storage.size(name) == size:
            return "kept"
        default_storage.delete(name)  # what an interrupted copy left
    with source.open(name) as content:
        stored = default_storage.save(name, content)
    if stored != name or default_storage.size(name) != size:
        raise CommandError(_("%(name)s arrived with another name or size.") % {"name": name})
    return "copied"
