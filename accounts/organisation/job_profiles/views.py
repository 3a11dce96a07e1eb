"""Pages of job profiles: the list, and one profile with what points to it."""

from typing import Any

from django.http import Http404
from django.shortcuts import render
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from accounts.authorization.decorators import shows
from accounts.models import JobProfile
from accounts.organisation.lookup import get_profile_or_404
from accounts.organisation.rules import why_not_edit_profiles
from accounts.organisation.uses import items_by_profile, people_by_profile, uses_of_profile


@require_safe
@shows(gettext_lazy("Job profiles"))
def job_profile_list(request):
    """List the job profiles of the company, each with its people and the audiences that name it."""
    if why_not_edit_profiles(request.user):
        raise Http404
    profiles: list[Any] = sorted(JobProfile.objects.all(), key=lambda profile: profile.name.casefold())
    people, items = people_by_profile(), items_by_profile()
    for profile in profiles:
        profile.people_count, profile.item_count = people.get(profile.pk, 0), items.get(profile.pk, 0)
    return render(request, "organisation/job_profile_list.html", {"profiles": profiles})


@require_safe
@shows(gettext_lazy("Job profile"), of=JobProfile)
def job_profile_detail(request, pk):
    """Show a job profile: its people, the audiences that name it, and what the actor can do with it."""
    profile = get_profile_or_404(request.user, pk)
    context = {"profile": profile, "uses": uses_of_profile(request.user, profile)}
    return render(request, "organisation/job_profile.html", context)
