"""Command that retires the earlier keys: after its event only the first key of AUDIT_KEYS may sign."""

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from audit import log, people
from audit.keys import RetiredKey, rotated_to
from audit.kinds import Kind
from audit.models import AuditEvent


class Command(BaseCommand):
    help = "Record that the first key of AUDIT_KEYS has replaced the earlier ones. Run it after every restart is done."

    def add_arguments(self, parser):
        parser.add_argument("--actor", metavar="EMAIL", help="email address of the user who runs this; it is recorded")
        parser.add_argument("--dry-run", action="store_true", help="show what would be recorded, and change nothing")

    def handle(self, *, actor, dry_run, **options):
        actor = people.actor(actor)
        new = next(iter(settings.AUDIT_KEYS))
        before = rotated_to() or AuditEvent.objects.order_by("seq").values_list("key_id", flat=True).first()
        if before in (None, new):
            raise CommandError(_("There is nothing to rotate: put the new key first in AUDIT_KEYS, and restart."))
        message = _("From now on an event that %(before)s or an earlier key signs counts as forged; %(new)s signs.")
        self.stdout.write(message % {"before": before, "new": new})
        if dry_run:
            self.stdout.write(_("Nothing was changed."))
            return
        try:
            with log.recording():
                log.record(Kind.AUDIT_KEY_ROTATED, actor=actor, detail={"before": before, "after": new})
        except RetiredKey as error:
            raise CommandError(str(error)) from error
        self.stdout.write(_("Rotated. Keep the earlier keys in AUDIT_KEYS: they verify what they signed."))
