"""Users named by a number in an address."""

from __future__ import annotations

from django.shortcuts import get_object_or_404

from accounts.models import User


def get_visible_user_or_404(actor: User, pk: int) -> User:
    """
    Return the user if the actor may see them, with department, job profile and the facts that the rules need.

    Raise Http404 if the actor may not see the user, as if nobody had this number.
    """
    visible = User.objects.visible_to(actor).with_standing()
    return get_object_or_404(visible.select_related("department", "job_profile"), pk=pk)
