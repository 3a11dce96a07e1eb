"""Who was in the account of one user, and who can log in as them."""

from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.authorization.by_which import by_which
from accounts.authorization.decorators import administration
from accounts.authorization.login_as import login_as_enabled
from accounts.authorization.lookup import get_visible_user_or_404
from accounts.authorization.reach import actors_for
from accounts.models import User
from accounts.users.activity import reads_log

from .visits import visits_to

SHOWN = 10


@require_safe
@administration
def user_account_access(request, pk):
    """Show the newest sessions in a user's account that the actor may know of, and who could start one."""
    person, actor = get_visible_user_or_404(request.user, pk), request.user
    able = actors_for(person) & User.objects.visible_to(actor)
    found = list(able.select_related("department").order_by("first_name", "last_name", "pk")[: SHOWN + 1])
    context = {
        "person": person,
        "able": by_which(found[:SHOWN], person),
        "has_more": len(found) > SHOWN,
        "enabled": login_as_enabled(person),
        "visits": visits_to(person, actor),
        "reads_log": reads_log(actor),
    }
    return render(request, "impersonation/user_account_access.html", context)
