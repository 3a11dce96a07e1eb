"""Command that erases one person's name and addresses from the audit log; every event stays."""

from dataclasses import asdict

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from audit import people
from audit.verification.erasure import erase, planned


class Command(BaseCommand):
    help = "Erase a person's name, address and browser from the audit log. The account itself is not touched."

    def add_arguments(self, parser):
        parser.add_argument("person", metavar="EMAIL_OR_ID", help="email address or number of the person")
        parser.add_argument(
            "--legal-basis", required=True, metavar="TEXT", help="legal basis of the erasure; it is recorded"
        )
        parser.add_argument("--actor", metavar="EMAIL", help="email address of the user who runs this; it is recorded")
        parser.add_argument("--dry-run", action="store_true", help="show what would be erased, and change nothing")
        parser.add_argument("--yes", action="store_true", help="don't ask for confirmation")

    def handle(self, *, person, legal_basis, actor, dry_run, yes, **options):
        if not legal_basis.strip():
            raise CommandError(_("Say what the legal basis is."))
        actor = people.actor(actor)
        person_id = people.person_id(person)
        plan = planned(person_id)
        if not plan.total:
            raise CommandError(_("The audit log holds no text of person %(id)s.") % {"id": person_id})
        self.stdout.write(
            _(
                "Person %(person_id)s: name, email address, network address and browser will be erased from "
                "%(as_actor)s events where they acted, name and email address from %(as_target)s where somebody acted "
                "for them, and from %(details)s what was changed about them. This can't be undone. The events, their "
                "numbers, the other person and the reasons stay; an event will say that this was done, and on which "
                "legal basis."
            )
            % asdict(plan)
        )
        if dry_run:
            self.stdout.write(_("Nothing was changed."))
            return
        if not yes and input(_("Type the number of the person to go on: ")).strip() != str(person_id):
            raise CommandError(_("Nothing was changed."))
        done = erase(person_id=person_id, legal_basis=legal_basis, actor=actor)
        self.stdout.write(_("Erased: %(count)s texts.") % {"count": done.total})
