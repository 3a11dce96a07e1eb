"""Command that loads the demo company, Harbour Coffee, into an empty database."""

import time
from contextlib import nullcontext

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Brand
from audit.verification.anchor_file import UnreadableAnchors, lines_of
from audit.verification.checker import record_verification, verify
from demo import audit, learning, story
from demo import users as demo_users

SAID_EVERY = 5  # seconds


class Command(BaseCommand):
    help = "Load the demo company: its people, their rights and what they learn. Safe to repeat."

    def add_arguments(self, parser):
        parser.add_argument("--users", type=int, default=0, metavar="N", help="have N generated colleagues as well")
        parser.add_argument(
            "--audit-events", type=int, default=0, metavar="N", help="append N generated events to the audit log"
        )
        parser.add_argument(
            "--force", action="store_true", help="load it although the database holds users who are not the demo's"
        )

    def handle(self, *, users: int, audit_events: int, force: bool, **options):
        if users < 0 or audit_events < 0:
            raise CommandError(_("--users and --audit-events can't be negative."))
        if (strangers := demo_users.strangers()) and not force:
            message = ngettext(
                "The database has %(count)s person who is not the demo's. Everybody knows the demo's password: don't "
                "load it where real people work. (--force loads it nevertheless.)",
                "The database has %(count)s people who are not the demo's. Everybody knows the demo's password: don't "
                "load it where real people work. (--force loads it nevertheless.)",
                strangers,
            )
            raise CommandError(message % {"count": strangers})
        with nullcontext() if story.has_begun() else story.two_months_ago():
            counts = demo_users.load().counts()
            self.stdout.write(_("People: %(created)s new, %(updated)s changed, %(unchanged)s as they were.") % counts)
            learning.load()
            Brand.objects.get_or_create(defaults={"name": "Harbour Coffee"})
        self.stdout.write(_("Learning: modules, events and documents are there."))
        self.tell_story()
        for reached in demo_users.generate(users):
            self.stdout.write(
                _("Generated colleagues: %(reached)s of %(users)s") % {"reached": reached, "users": users}
            )
        self.append_events(audit_events)
        message = _(
            "Done. Sign in as owner%(domain)s, sam%(domain)s or lena%(domain)s with the password “%(password)s”."
        )
        self.stdout.write(self.style.SUCCESS(message % {"domain": demo_users.DOMAIN, "password": demo_users.PASSWORD}))

    @transaction.atomic
    def tell_story(self) -> None:
        """
        Load the story unless the log holds one, and record a verification of the log as the nightly timer does.

        It is one transaction, so that no interruption leaves a story that was never verified. Without its anchors
        nothing is called clean: the log stays unverified then.
        """
        if not (told := story.load()):
            return
        said = _("Story: %(count)s events of the last two months are in the audit log.")
        self.stdout.write(said % {"count": told})
        try:
            with lines_of(settings.AUDIT_ANCHOR_FILE) as lines:
                record_verification(verify(lines))
        except UnreadableAnchors as error:
            self.stderr.write(str(error))

    def append_events(self, events: int) -> None:
        """Append generated events to the audit log, and write the progress every SAID_EVERY seconds."""
        began = said = time.monotonic()
        for reached in audit.generate(events):
            now = time.monotonic()
            if reached < events and now - said < SAID_EVERY:
                continue
            said = now
            told = {"reached": reached, "events": events, "rate": int(reached / max(now - began, 0.001))}
            self.stdout.write(_("Audit events: %(reached)s of %(events)s, %(rate)s a second") % told)
            if reached == events > audit.BATCH:
                self.stdout.write(_("Audit events: making what finds them; with millions that takes minutes …"))
