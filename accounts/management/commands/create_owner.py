"""`manage.py create_owner EMAIL`: create the first owner of a new installation."""

import sys
from getpass import getpass
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import IntegrityError
from django.utils.translation import gettext as _

from accounts.first_hour.actions import OwnerExists, create_owner
from accounts.mail_domains import stored_form
from accounts.models import User
from accounts.models.mails import password_link
from audit import people

ATTEMPTS = 3


class Command(BaseCommand):
    help = (
        "Create the first owner, who may do everything, and the permission types that most companies begin with. Both "
        "are on record in the audit log. Without an option, the command asks for a password on the terminal."
    )

    def add_arguments(self, parser):
        parser.add_argument("email", metavar="EMAIL", help="email address, with which the owner signs in")
        parser.add_argument("--first-name", default="", help="without it, the part of the address before the @")
        parser.add_argument("--last-name", default="")
        parser.add_argument("--another", action="store_true", help="create an owner although there is one")
        parser.add_argument("--actor", metavar="EMAIL", help="address of the user who runs this; it is recorded")
        how = parser.add_mutually_exclusive_group()
        how.add_argument("--password-stdin", action="store_true", help="read the password from the standard input")
        how.add_argument("--link", action="store_true", help="print a link that sets the password, once")
        how.add_argument("--mail", action="store_true", help="send such a link to the address by mail")

    def handle(self, *, email, first_name, last_name, another, actor, **options):
        user = User(email=stored_form(email.strip()), last_name=last_name.strip())
        user.first_name = first_name.strip() or user.email.partition("@")[0][:150]
        user.set_unusable_password()
        self.validate(user)
        if not another and User.objects.filter(is_superuser=True).exists():
            raise CommandError(self.exists())
        by = people.actor(actor)
        if options["password_stdin"]:
            self.set_password(user, sys.stdin.readline().rstrip("\r\n"))
        elif not options["link"] and not options["mail"]:
            self.ask_for_password(user)
        try:
            created = create_owner(user, actor=by, is_another=another, is_mailed=options["mail"])
        except OwnerExists as error:
            raise CommandError(self.exists()) from error
        except IntegrityError as error:
            raise CommandError(self.is_taken(user)) from error
        self.report(user, created, options)

    def exists(self) -> str:
        return _("There is an owner already, so nobody was created. To create another one, add --another.")

    def is_taken(self, user: User) -> str:
        return _("Somebody has the address %(email)s already, so nobody was created.") % {"email": user.email}

    def validate(self, user: User) -> None:
        """Raise CommandError with one sentence for each thing that is wrong."""
        try:
            user.full_clean(exclude=["password"], validate_unique=False, validate_constraints=False)
        except ValidationError as error:
            said = " ".join(sentence for sentences in error.message_dict.values() for sentence in sentences)
            raise CommandError(_("Nobody was created. %(why)s") % {"why": said}) from error
        if User.objects.filter(email=user.email).exists():
            raise CommandError(self.is_taken(user))

    def set_password(self, user: User, password: str) -> None:
        """Set the password. Raise CommandError if a rule of passwords stands against it."""
        try:
            validate_password(password, user)
        except ValidationError as error:
            raise CommandError(_("Nobody was created. %(why)s") % {"why": " ".join(error.messages)}) from error
        user.set_password(password)

    def ask_for_password(self, user: User) -> None:
        """Ask on the terminal, a few times if what was typed can't be a password."""
        if not sys.stdin.isatty():
            raise CommandError(_("There is no terminal to ask for a password: add --password-stdin, --link or --mail."))
        for left in reversed(range(ATTEMPTS)):
            try:
                password = getpass(_("Password: "))
                if password != getpass(_("Password again: ")):
                    raise CommandError(_("The two passwords differ."))
                self.set_password(user, password)
                return
            except CommandError as error:
                if not left:
                    raise
                self.stderr.write(str(error))

    def report(self, user: User, created: list[str], options: dict[str, Any]) -> None:
        """Say what was created, and what comes next."""
        self.stdout.write(_("%(email)s is an owner.") % {"email": user.email})
        if created:
            self.stdout.write(_("Permission types created: %(names)s.") % {"names": ", ".join(created)})
        if options["link"]:
            self.stdout.write(_("Open this link within three days to set the password; it works once:"))
            self.stdout.write(password_link(user))
        elif options["mail"]:
            self.stdout.write(_("A link to set the password goes out with the next run of send_notices."))
        else:
            self.stdout.write(_("Sign in; the dashboard begins with the first steps of the company."))
