"""How people sign in: by e-mail and password through allauth, with sign-up closed."""

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend


class EmailBackend(AuthenticationBackend):
    """Answers for a deactivated account exactly as for a wrong password."""

    @classmethod
    def _stash_user(cls, user):
        # allauth remembers here whom it would send to a page that tells a right password from a wrong one.
        return None


class AccountAdapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request):
        return False
