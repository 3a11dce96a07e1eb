"""`manage.py prepare_uploads`: make the folder of uploads, or ask the object store, before the first start."""

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from config.files.uploads import StoreUnavailable, storage


class Command(BaseCommand):
    help = "Write the mark into the folder of MEDIA_ROOT, or ask whether the bucket of UPLOADS_BUCKET can be reached."

    def handle(self, **options):
        try:
            storage.prepare()
        except (StoreUnavailable, OSError) as error:
            raise CommandError(_("Uploads can't be stored: %(error)s") % {"error": error.__cause__ or error}) from error
        self.stdout.write(_("Uploads can be stored."))
