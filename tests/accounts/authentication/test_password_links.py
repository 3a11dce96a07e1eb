"""Links to a new password after a restore: the password that it brings back makes no used link valid again."""

from datetime import timedelta

import pytest

from accounts.authentication.password_links import PasswordLinkTokens
from accounts.models import User
from audit.verification import restores

pytestmark = pytest.mark.django_db
LOSS = restores.Loss(lost_from=3, lost_through=9, anchored_hash="ab" * 32, anchors=1)


class Tokens(PasswordLinkTokens):
    """Tokens made some seconds away from now."""

    def __init__(self, seconds):
        super().__init__()
        self.seconds = seconds

    def _now(self):
        return super()._now() + timedelta(seconds=self.seconds)


def test_a_declared_restore_ends_the_links_that_are_older(lena):
    link, hash_before = Tokens(-60).make_token(lena), lena.password
    assert Tokens(0).check_token(lena, link)
    lena.set_password("a brand new one 17")
    lena.save()
    assert not Tokens(0).check_token(lena, link), "it was used"
    User.objects.filter(pk=lena.pk).update(password=hash_before)  # what a restore does
    lena.refresh_from_db()
    assert Tokens(0).check_token(lena, link)
    restores.acknowledge(LOSS, reason="The disk broke, backup of the night restored")
    assert not Tokens(0).check_token(lena, link)


def test_links_of_the_time_after_a_restore_work(lena):
    restores.acknowledge(LOSS, reason="The disk broke, backup of the night restored")
    assert Tokens(60).check_token(lena, Tokens(60).make_token(lena))


@pytest.mark.parametrize("token", [None, "", "no token", "zzzzzzzzzzzzzzzz-00", "-", "c0-ffee-0"])
def test_what_is_no_token_is_refused_after_a_restore_too(lena, token):
    restores.acknowledge(LOSS, reason="The disk broke, backup of the night restored")
    assert not Tokens(0).check_token(lena, token)
