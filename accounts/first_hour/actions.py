"""What begins a company: the first owner, a test mail to themselves, and hiding the first steps."""

from __future__ import annotations

from datetime import timedelta

from django.contrib.contenttypes.models import ContentType

from accounts.authorization.changes import NotAllowed, lock_users, require, why_not_edit_settings
from accounts.authorization.refusals import ChangeRefusal
from accounts.models import HiddenFirstSteps, Mail, User, mails
from accounts.models.email_addresses import store_email_addresses
from accounts.permission_setup.actions import create_types_of_first_owner
from accounts.users.actions import said
from audit import clock, log
from audit.context import Person
from audit.kinds import Kind

TEST_MAILS = 5
WITHIN = timedelta(hours=1)


class OwnerExists(Exception):
    """The company has an owner already; nothing has changed."""


def create_owner(user: User, *, actor: Person | None, is_another: bool, is_mailed: bool) -> list[str]:
    """
    Store a new owner with the permission types of a new installation, and return the names of those that were missing.

    user: unsaved, with the password, and valid. actor: who runs the command, if they said so. is_another: whether the
    company may have an owner already. is_mailed: whether a link to a new password goes to the owner. Raise OwnerExists
    if the company has an owner and no other one is asked for, and IntegrityError if the email address is taken.
    """
    with log.recording():
        # A row that is always there, so that of two commands at once the second one waits and finds the owner.
        ContentType.objects.select_for_update().get(app_label="accounts", model="user")
        if not is_another and User.objects.filter(is_superuser=True).exists():
            raise OwnerExists
        user.is_superuser = user.is_staff = True
        user.save()
        store_email_addresses([user])
        if is_mailed:
            mails.put(Mail.Kind.PASSWORD_LINK, user)
        log.record(Kind.USER_CREATED, actor=actor, target=user.as_person(), detail={"after": said(user), "owner": True})
        return [permission_type.name for permission_type in create_types_of_first_owner()]


def send_test_mail(*, actor: User) -> None:
    """Put a test mail to the actor into the outbox. Raise NotAllowed if the actor may not, or asks too often."""
    with log.recording():
        [actor] = lock_users(actor)
        require(why_not_edit_settings(actor))
        if mails_to_test(actor).filter(created_at__gt=clock.now() - WITHIN).count() >= TEST_MAILS:
            raise NotAllowed(ChangeRefusal.TOO_MANY_TEST_MAILS)
        mails.put(Mail.Kind.TEST, actor)
        log.record(Kind.MAIL_TESTED, actor=actor.as_person(), target=actor.as_person())


def mails_to_test(user: User):
    """Return the test mails of a user, the newest first."""
    return Mail.objects.filter(kind=Mail.Kind.TEST, recipient=user.pk).order_by("-pk")


def hide(user: User, *, hidden: bool) -> None:
    """Hide the first steps on the user's dashboard, or show them there again."""
    if hidden:
        HiddenFirstSteps.objects.get_or_create(user=user)
    else:
        HiddenFirstSteps.objects.filter(user=user).delete()
