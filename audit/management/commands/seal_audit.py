"""Command of retention: export old events, seal them, and delete them, or only the texts of some kinds."""

from datetime import datetime, timedelta

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError
from django.utils.translation import gettext as _

from audit import clock, people, sealing
from audit.kinds import Kind
from audit.management.days import morning_of
from audit.management.progress import ShowsProgress

YOUNGEST = timedelta(days=30)  # live sessions, objections and receipts refer to the events of these days


class Command(ShowsProgress, BaseCommand):
    help = "Export old events to a file, then delete them, or with --kinds only their texts. Verification goes on."

    def add_arguments(self, parser):
        parser.add_argument("--before", required=True, metavar="DATE", help="first day that stays, such as 2025-01-01")
        parser.add_argument("--export", required=True, metavar="FILE", help="file for the events (JSON Lines)")
        parser.add_argument("--reason", required=True, metavar="TEXT", help="rule of retention; it is recorded")
        parser.add_argument("--kinds", nargs="+", metavar="KIND", default=[], help="delete only texts, of these kinds")
        parser.add_argument("--actor", metavar="EMAIL", help="email address of the user who runs this; it is recorded")
        parser.add_argument("--dry-run", action="store_true", help="show what would be done, and change nothing")
        parser.add_argument("--yes", action="store_true", help="don't ask for confirmation")

    def handle(self, *, before, export, reason, kinds, actor, dry_run, yes, **options):
        if not reason.strip():
            raise CommandError(_("Say which rule of retention asks for it."))
        morning, actor = end_of_old_events(before), people.actor(actor)
        for kind in kinds:
            if kind not in Kind.values or kind.startswith("audit."):
                raise CommandError(_("%(kind)s is no kind whose texts can be removed.") % {"kind": kind})
        try:
            self.finish(export, dry_run=dry_run)
            plan = sealing.planned(morning, kinds)
            if plan is None:
                self.stdout.write(_("Every event is from %(day)s or later: nothing to do.") % {"day": before})
                return
            self.announce(plan, before)
            if dry_run:
                self.stdout.write(_("Nothing was changed."))
                return
            if not yes and input(_("Type the number of the last event to go on: ")).strip() != str(plan.through):
                raise CommandError(_("Nothing was changed."))
            self.carry_out(plan, export, reason, actor)
        except sealing.CannotSeal as error:
            raise CommandError(str(error)) from error
        except OSError as error:
            raise CommandError(_("The export can't be written: %(why)s") % {"why": error}) from error
        except DatabaseError as error:
            message = _("The database refused. Run this again, as the owner of the tables. It said: %(why)s")
            raise CommandError(message % {"why": error}) from error

    def finish(self, path, *, dry_run):
        """Delete what an interrupted run has sealed and left, if its file is still what it was."""
        seal = sealing.unfinished()
        if seal is None:
            return
        self.stdout.write(_("Sealed events up to #%(seq)s are still there.") % {"seq": seal.through_seq})
        if dry_run:
            return
        sealing.refuse_another_file(path, seal.export_name, seal.export_sha256)
        removed = sealing.remove(seal, progress=self.progress)
        self.stdout.write(_("Removed: %(count)s events.") % {"count": removed})

    def announce(self, plan, before):
        """Write what will be done."""
        if plan.kinds:
            said = _(
                "The texts of %(count)s events before %(day)s will be exported and deleted: names, reasons, details. "
                "The events stay, with time, kind and numbers of people. This can't be undone."
            )
        else:
            said = _(
                "%(count)s events before %(day)s, up to #%(through)s, will be exported and deleted. Keep the file: "
                "it is their only copy, and verification names its SHA-256. This can't be undone."
            )
        self.stdout.write(said % {"count": plan.count, "day": before, "through": plan.through})

    def carry_out(self, plan, path, reason, actor):
        """Verify, export, record, delete; a removal of texts that was interrupted goes on with the last step."""
        checker = sealing.verified(plan)
        removed_by = sealing.recorded_removal(plan, path)
        if removed_by is None:
            exported = sealing.export(plan, path, progress=self.progress)
            message = _("Exported: %(count)s events, SHA-256 %(sha256)s.")
            self.stdout.write(message % {"count": exported.lines, "sha256": exported.sha256})
            if not plan.kinds:
                seal = sealing.seal(plan, checker, exported, actor=actor, reason=reason)
                self.stdout.write(_("Sealed by event #%(seq)s.") % {"seq": seal.sealed_by_id})
                removed = sealing.remove(seal, progress=self.progress)
                self.stdout.write(_("Removed: %(count)s events.") % {"count": removed})
                return
            removed_by = sealing.record_removal(plan, exported, actor=actor, reason=reason)
        removed = sealing.remove_texts(plan, removed_by, progress=self.progress)
        self.stdout.write(_("Removed: %(count)s texts.") % {"count": removed})


def end_of_old_events(day: str) -> datetime:
    """Return the beginning of the first day that stays; raise CommandError if it isn't a day, or too young."""
    morning = morning_of(day)
    if morning > clock.now() - YOUNGEST:
        message = _("Events of the last %(days)s days stay, because live sessions, objections and receipts need them.")
        raise CommandError(message % {"days": YOUNGEST.days})
    return morning
