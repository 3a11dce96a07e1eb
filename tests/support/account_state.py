"""What the state of an account says to an actor, and the people of the support stories."""

from allauth.mfa.models import Authenticator

from accounts.account_state import state_of
from accounts.models import User
from audit import log
from audit.models import AuditErasure, AuditEvent, AuditText


def state(user, actor, **given):
    """Return the state of an account as an actor reads it, with both users read again as a page reads them."""
    users = User.objects.with_standing().select_related("department", "job_profile")
    return state_of(users.get(pk=user.pk), users.get(pk=actor.pk), **given)


def remark(user, actor, name, **given):
    """Return the remark of this name; None if there is none."""
    return next((each for each in state(user, actor, **given).remarks if each.name == name), None)


def sentence(user, actor, name, **given):
    return remark(user, actor, name, **given).sentence


def labels(remark):
    return [remedy.label for remedy in remark.remedies]


def without_password(user):
    """Take the password away that UserFactory sets, as an import leaves a new user."""
    user.set_unusable_password()
    user.save(update_fields=["password"])
    return user


def damage_factors(user):
    """Alter the stored secrets of a user's authenticator app and recovery codes."""
    Authenticator.objects.filter(user=user, type="totp").update(data={"secret": "damaged"})
    Authenticator.objects.filter(user=user, type="recovery_codes").update(data={"seed": "damaged", "used_mask": 0})


def erase_part(event, part):
    """Erase one part of an event, as an erasure on legal request does."""
    with log.recording():
        log.record("audit.erased")
    erased_by = AuditEvent.objects.order_by("-seq")[0]
    AuditErasure.objects.create(event=event, part=part, erased_by=erased_by)
    AuditText.objects.filter(event=event, part=part).delete()
