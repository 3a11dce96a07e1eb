"""The page that makes recovery codes, which works while the ones from before can't be read."""

from allauth.mfa.recovery_codes.views import GenerateRecoveryCodesView
from django.views.decorators.http import require_http_methods
from django.views.generic.edit import FormView

from .markers import own_account_only
from .second_factors import on_record


class MakeRecoveryCodes(GenerateRecoveryCodesView):
    """Replaces recovery codes without reading the ones from before, because those may be unreadable."""

    def get_context_data(self, **kwargs):
        return FormView.get_context_data(self, **kwargs)  # the package's own counts the codes


@require_http_methods(["GET", "HEAD", "POST"])
@own_account_only
@on_record
def mfa_generate_recovery_codes(request):
    """Make new recovery codes."""
    return MakeRecoveryCodes.as_view()(request)
