"""Pages that change a job profile: create, rename, merge, delete."""

from functools import partial
from typing import Any

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from accounts.authentication import drafts
from accounts.authentication.reauthentication import require_reauthentication, with_reauthentication
from accounts.authorization.changes import NotAllowed
from accounts.authorization.decorators import shows
from accounts.authorization.refusals import ChangeRefusal
from accounts.models import JobProfile
from accounts.organisation.actions import still_pointing
from accounts.organisation.edit_views import name_page, rename_page, say
from accounts.organisation.forms import NameForm, ProfileForm
from accounts.organisation.lookup import get_profile_or_404
from accounts.organisation.rules import why_not_edit_profiles
from accounts.organisation.uses import uses_of_profile

from . import actions


@require_http_methods(["GET", "HEAD", "POST"])
@with_reauthentication
@shows(gettext_lazy("Form for a new job profile"))
def job_profile_create(request):
    """Create a job profile."""
    if why_not_edit_profiles(request.user):
        raise Http404
    require_reauthentication(request)
    form = NameForm(request.POST if request.method == "POST" else None)
    status = 422 if form.is_bound else 200
    if form.is_valid():
        name = form.cleaned_data["name"]
        try:
            actions.create_profile(actor=request.user, name=name)
        except NotAllowed as not_allowed:
            status = say(form, not_allowed)
        else:
            messages.success(request, _("“%(name)s” was created.") % {"name": name})
            return redirect("job_profile_list")
    context = {"title": _("New job profile"), "button": _("Create"), "back": reverse("job_profile_list")}
    return name_page(request, form, context | {"is_profile": True}, status)


@require_http_methods(["GET", "HEAD", "POST"])
@with_reauthentication
@shows(gettext_lazy("Form of a job profile's name"), of=JobProfile)
def job_profile_rename(request, pk):
    """Rename a job profile; a name that somebody else gave it meanwhile is shown, not overwritten."""
    profile = get_profile_or_404(request.user, pk)
    require_reauthentication(request)
    rename = partial(actions.rename_profile, actor=request.user, profile=profile)
    return rename_page(request, profile, rename, {"is_profile": True, "profile": profile})


@require_http_methods(["GET", "HEAD", "POST"])
@with_reauthentication
@shows(gettext_lazy("Form for merging a job profile"), of=JobProfile)
def job_profile_merge(request, pk):
    """Merge a job profile into another one: the choice of that one, then the preview, then the change."""
    profile = get_profile_or_404(request.user, pk)
    require_reauthentication(request)
    others = {each.pk: each for each in JobProfile.objects.exclude(pk=pk)}
    step = request.POST.get("step")
    offered = sorted(((each.pk, each.name) for each in others.values()), key=lambda pair: pair[1].casefold())
    form = ProfileForm(request.POST if step in ("preview", "confirm") else None, others=offered)
    context: dict[str, Any] = {"form": form, "profile": profile}
    if not (form.is_bound and form.is_valid()):
        if not form.is_bound:
            drafts.fill(request, form)
            form.initial.setdefault("into", request.POST.get("into", ""))
        status = 422 if form.is_bound else 200
        return render(request, "organisation/job_profile_merge.html", context, status=status)
    status = 200
    if step == "confirm":
        try:
            seen = request.POST.get("seen", "")
            actions.merge_profile(actor=request.user, profile=profile, into=form.number, seen=seen)
        except NotAllowed as not_allowed:
            status = 409 if not_allowed.refusal == ChangeRefusal.ORGANISATION_CHANGED else 403
            context["not_allowed"] = not_allowed.sentence
        else:
            messages.success(request, _("“%(name)s” was merged.") % {"name": profile.name})
            return redirect("job_profile_detail", form.number)
    context["preview"] = actions.preview(request.user, profile, others[form.number])
    return render(request, "organisation/job_profile_preview.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@with_reauthentication
@shows(gettext_lazy("Question before deleting a job profile"), of=JobProfile)
def job_profile_delete(request, pk):
    """Ask for confirmation (GET), and delete a job profile that nothing points to (POST)."""
    profile = get_profile_or_404(request.user, pk)
    pointing = still_pointing(uses_of_profile(request.user, profile))
    reasons = [NotAllowed(refused, count=count).sentence for refused, count in pointing]
    if not reasons:
        require_reauthentication(request, button=_("Delete"))
    if request.method == "POST" and not reasons:
        try:
            actions.delete_profile(actor=request.user, profile=profile)
        except NotAllowed as not_allowed:
            reasons = [not_allowed.sentence]
        else:
            messages.success(request, _("“%(name)s” was deleted.") % {"name": profile.name})
            return redirect("job_profile_list")
    context = {"name": profile.name, "profile": profile, "is_profile": True, "reasons": reasons}
    context |= {"back": profile.get_absolute_url(), "kept": _("The audit log keeps its name.")}
    status = 403 if request.method == "POST" else 200
    return render(request, "organisation/delete.html", context, status=status)
