"""What owners do on the page of the first steps: a test mail to themselves, and hiding the steps."""

from __future__ import annotations

from datetime import timedelta

from accounts.authorization.changes import NotAllowed, lock_users, require, why_not_edit_settings
from accounts.authorization.refusals import ChangeRefusal
from accounts.models import HiddenFirstSteps, Mail, User, mails
from audit import clock, log
from audit.kinds import Kind

TEST_MAILS = 5
WITHIN = timedelta(hours=1)


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
