"""How people sign in: by e-mail and password through allauth, with sign-up closed."""

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend
from django.contrib.auth import get_user_model


class EmailBackend(AuthenticationBackend):
    """Answers for a deactivated account exactly as for a wrong password."""

    def get_user(self, user_id):
        """The person of a request, with what they may do in the same statement: every page's navigation asks."""
        user = get_user_model().objects.with_standing().filter(pk=user_id).first()
        return user if user is not None and self.user_can_authenticate(user) else None

    @classmethod
    def _stash_user(cls, user):
        # allauth remembers here whom it would send to a page that tells a right password from a wrong one.
        return None


class AccountAdapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request):
        return False

    def get_reauthentication_methods(self, user):
        """Where there is a second factor a password alone is no proof: it would lead to the codes, and to a new key."""
        methods = super().get_reauthentication_methods(user)
        return [method for method in methods if method["id"] != "reauthenticate"] or methods
