"""Command that declares a restore from a backup, so that verification is clean again and still shows the gap."""

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from audit import people
from audit.verification.restores import acknowledge, declared_in_words, find_loss

from .verify_audit import anchor_lines


class Command(BaseCommand):
    help = "Declare that a backup was restored: record which events were lost, as the anchors know them."

    def add_arguments(self, parser):
        parser.add_argument("--reason", required=True, metavar="TEXT", help="why it was restored; it is recorded")
        parser.add_argument("--anchors", metavar="FILE", default=settings.AUDIT_ANCHOR_FILE, help="the anchor file")
        parser.add_argument("--actor", metavar="EMAIL", help="email address of the user who runs this; it is recorded")
        parser.add_argument("--dry-run", action="store_true", help="show what would be recorded, and change nothing")
        parser.add_argument("--yes", action="store_true", help="don't ask for confirmation")

    def handle(self, *, reason, anchors, actor, dry_run, yes, **options):
        if not reason.strip():
            raise CommandError(_("Say why a backup was restored."))
        if not anchors:
            raise CommandError(_("Only anchors show what was lost: set AUDIT_ANCHOR_FILE, or pass --anchors FILE."))
        actor = people.actor(actor)
        with anchor_lines(anchors) as lines:
            loss = find_loss(lines)
        if not loss.anchors:
            raise CommandError(_("There is nothing to declare: no anchor contradicts the log."))
        self.stdout.write(
            _(
                "The log has lost events %(first)s to %(last)s: %(count)s anchors show it. An event will say so, and "
                "who declared it. Nobody can take it back. If no backup was restored, somebody cut off the log: "
                "declare nothing, and ask who did."
            )
            % {"first": loss.lost_from, "last": loss.lost_through, "count": loss.anchors}
        )
        if dry_run:
            self.stdout.write(_("Nothing was changed."))
            return
        if not yes and input(_("Type the number of the last lost event to go on: ")).strip() != str(loss.lost_through):
            raise CommandError(_("Nothing was changed."))
        restore = acknowledge(loss, reason=reason, actor=actor)
        self.stdout.write(_("Declared: %(said)s.") % {"said": declared_in_words(restore)})
