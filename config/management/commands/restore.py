"""`manage.py restore FILE`: replace the database and the uploads by those of a backup."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from audit.models import AuditEvent
from config.backup import archive, kept_outside
from config.backup.errors import BackupError
from config.backup.restoring import missing_keys, people_here, restore, why_not_restore


class Command(BaseCommand):
    help = "Restore a backup. Stop the servers and timers first. On PostgreSQL, run it as the owner of the tables."

    def add_arguments(self, parser):
        parser.add_argument("file", metavar="FILE", help="a file that `manage.py backup` wrote")
        parser.add_argument("--replace", action="store_true", help="replace a database that holds people or events")
        parser.add_argument("--yes", action="store_true", help="don't ask for confirmation")
        parser.add_argument(
            "--send-waiting-mail", action="store_true", help="send the mail that waited when the backup was made"
        )
        parser.add_argument("--check", action="store_true", help="only check the file and the settings")

    def handle(self, *, file: str, replace: bool, yes: bool, send_waiting_mail: bool, check: bool, **options):
        try:
            with archive.checked(Path(file)) as opened:
                manifest = opened.manifest
                self.stdout.write(f"{file}: made {manifest['made_at']} by version {manifest['version']}, undamaged.")
                for sentence in missing_keys(manifest):
                    self.stderr.write(f"WARNING: {sentence}")
                if refused := why_not_restore(manifest, replace=replace or check):
                    raise CommandError(f"{refused} Nothing was changed.")
                if check:
                    return
                self.ask(yes=yes)
                done = restore(opened, send_waiting_mail=send_waiting_mail)
        except BackupError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"Restored: {people_here() or 'no people and no events'}, {done.uploads} uploads.")
        for sentence in done.said:
            self.stdout.write(sentence)
        if done.granted_to:
            self.stdout.write(f"Grants were given again to {', '.join(done.granted_to)}.")
        for role in done.lost_roles:
            self.stderr.write(
                f"WARNING: the server has no role {role!r}. Create it, and run docs/reference/audit_grants.sql."
            )
        self.tell_what_is_different(manifest, send_waiting_mail=send_waiting_mail)

    def ask(self, *, yes: bool) -> None:
        """Ask for the name of the database if it holds something that will be deleted."""
        people = people_here()
        if yes or not people:
            return
        name = Path(str(connection.settings_dict["NAME"])).name
        if input(f"{people} will be deleted. Type the name of the database, {name}, to go on: ").strip() != name:
            raise CommandError("Nothing was changed.")

    def tell_what_is_different(self, manifest: dict[str, Any], *, send_waiting_mail: bool) -> None:
        """Say what a restore can't know, and what to do next."""
        say = self.stdout.write
        say(
            f"Everything since {manifest['made_at']} is undone. People who were deactivated since are active, people "
            "who lost a right have it, and people with a new password have the old one: repeat what matters before the "
            "servers start."
        )
        say("Everybody is signed out.")
        if live := manifest["live_assumed_sessions"]:
            say(f"Assumed sessions that were live: {live}. Nobody can use them; end_lapsed_sessions writes their end.")
        if (mails := manifest["waiting_mail"]) and not send_waiting_mail:
            kinds = ", ".join(f"{kind} {count}" for kind, count in mails.items())
            say(f"Mail that waited in the outbox was probably sent since, and is not sent again: {kinds}.")
        if erasures := list(kept_outside.undone()):
            people = ", ".join(str(each.person_id) for each in erasures)
            say(f"Erasures that this undid, of the people {people}: run `manage.py repeat_erasures`.")
        if AuditEvent.objects.exists():
            say("Now run `manage.py acknowledge_restore`, before anything else is recorded,")
            say("then `manage.py verify_audit`.")
