"""Permission setup: permission types, the company's settings, protected accounts, and lists for Login as User."""

from typing import Any

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from accounts import policy
from accounts.authentication import drafts
from accounts.authentication.reauthentication import require_reauthentication, with_reauthentication
from accounts.authorization.by_which import by_which
from accounts.authorization.changes import (
    NotAllowed,
    require,
    set_protected,
    why_not_edit_settings,
    why_not_protect,
)
from accounts.authorization.decorators import post_only, shows
from accounts.authorization.grants import Grants, visible_types
from accounts.authorization.login_as import login_as_enabled, logs_in_as_somebody
from accounts.authorization.lookup import get_visible_user_or_404
from accounts.authorization.reach import actors_for, in_scope_by_ids, targets_of
from accounts.authorization.refusals import ChangeRefusal
from accounts.authorization.undo import say_with_undo
from accounts.models import Department, Organisation, PermissionType, User
from accounts.policy.holdings import Holdings
from accounts.policy.rights import Right
from accounts.users.pagination import COUNTED_AT_MOST, people_in_words

from .actions import (
    change_settings,
    count_holders,
    create_usual_types,
    delete_permission_type,
    is_held,
    save_permission_type,
    why_not_create_type,
    why_not_delete_type,
    why_not_edit_type,
    why_not_set_rights,
)
from .forms import OrganisationForm, PermissionTypeForm
from .matrix import Matrix, allowed
from .preview import preview
from .shipped import SHIPPED
from .user_lists import CountedHolders, UserList


@require_safe
@shows(gettext_lazy("List of permission types"))
def permission_type_list(request):
    """List the permission types that the actor may see, each with its scope and its number of holders."""
    if why_not_create_type(request.user):
        raise Http404
    types: list[Any] = list(visible_types(request.user).annotate(people=CountedHolders(request.user)))
    grants, matrix = Grants.read(), Matrix()
    paths = {holding.path for held in grants.values() for holding in held}
    departments = Department.objects.filter(path__in=paths).order_by("path")
    for permission_type in types:
        held = grants.of(permission_type)
        own = {holding.path for holding in held}
        permission_type.is_company_wide = "" in own
        permission_type.departments = [department for department in departments if department.path in own]
        permission_type.allows = allowed(matrix, held)
        permission_type.rights = [label for each in permission_type.allows for label in each.labels]
        permission_type.gist = [each.gist for each in permission_type.allows]
        permission_type.held_by = people_in_words(permission_type.people, COUNTED_AT_MOST)
    is_first = not types and policy.holds(request.user, Right.MANAGE_PERMISSION_TYPES)
    context = {"types": types, "usual": list(SHIPPED) if is_first else []}
    return render(request, "accounts/permission_type_list.html", context)


@post_only
@with_reauthentication
def permission_types_usual(request):
    """Create the permission types of a new installation."""
    if why_not_create_type(request.user):
        raise Http404
    button = _("Create the usual permission types")
    require_reauthentication(request, back=reverse("permission_type_list"), button=button)
    created = create_usual_types(actor=request.user)
    names = ", ".join(permission_type.name for permission_type in created)
    messages.success(
        request,
        _("These permission types were created: %(names)s. Give them to people in User Management.") % {"names": names},
    )
    return redirect("permission_type_list")


@require_http_methods(["GET", "HEAD", "POST"])
@with_reauthentication
@shows(gettext_lazy("Form for a new permission type"))
def permission_type_create(request):
    """Create a permission type: the form, then the preview, then the change."""
    if why_not_create_type(request.user):
        raise Http404
    return edit(request, None, Holdings())


@require_http_methods(["GET", "HEAD", "POST"])
@with_reauthentication
@shows(gettext_lazy("Permission type"), of=PermissionType)
def permission_type_edit(request, pk):
    """Change a permission type; an actor who may not change it reads it and the reason."""
    permission_type: Any = get_object_or_404(visible_types(request.user), pk=pk)
    grants = Grants.read()
    refused = why_not_edit_type(request.user, permission_type, grants)
    before = grants.of(permission_type)
    if not refused:
        return edit(request, permission_type, before)
    form = PermissionTypeForm(None, actor=request.user, permission_type=permission_type, before=before)
    form.close()
    return editor(request, form, refused=refused, status=403 if request.method == "POST" else 200)


def edit(request, permission_type, before):
    """Answer a step of the editor: "preview" shows the changes, "save" stores them, any other step shows the form."""
    require_reauthentication(request)
    step = request.POST.get("step")
    form = PermissionTypeForm(
        request.POST if request.method == "POST" else None,
        actor=request.user,
        permission_type=permission_type,
        before=before,
    )
    if step not in ("preview", "save"):
        drafts.fill(request, form)
        return editor(request, form)
    if not form.is_valid():
        return editor(request, form, status=422)
    if step == "preview" and form.seen not in ("", form.now):
        form.seen = form.now
        return editor(request, form, has_changed=True, status=409)
    refused = why_not_set_rights(request.user, form.held)
    if refused:
        return editor(request, form, refused=refused, status=403)
    name = form.cleaned_data["name"]
    if step == "save":
        try:
            save_permission_type(
                actor=request.user, permission_type=permission_type, name=name, held=form.held, seen=form.seen
            )
        except NotAllowed as not_allowed:
            messages.error(request, not_allowed.sentence)
        else:
            messages.success(request, _("“%(name)s” was saved.") % {"name": name})
            return redirect("permission_type_list")
    context = {
        "form": form,
        "permission_type": permission_type,
        "name": name,
        "preview": preview(permission_type, before, form.held, form.matrix),
        "seen": form.now,
    }
    return render(request, "accounts/permission_type_preview.html", context, status=409 if step == "save" else 200)


def editor(request, form, *, refused=None, has_changed=False, status=200):
    permission_type = form.permission_type
    context = {
        "form": form,
        "permission_type": permission_type,
        "is_held": permission_type and is_held(permission_type),
        "refused": refused,
        "has_changed": has_changed,
    }
    return render(request, "accounts/permission_type_edit.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@with_reauthentication
@shows(gettext_lazy("Question before deleting a permission type"), of=PermissionType)
def permission_type_delete(request, pk):
    """Ask for confirmation (GET), and delete a permission type that nobody holds (POST)."""
    permission_type = get_object_or_404(visible_types(request.user), pk=pk)
    context: dict[str, Any] = {"permission_type": permission_type}
    try:
        refused = why_not_delete_type(request.user, permission_type, Grants.read())
        require(refused, count=count_holders(permission_type))
        require_reauthentication(request, button=_("Delete"))
        if request.method == "POST":
            delete_permission_type(actor=request.user, permission_type=permission_type)
            messages.success(request, _("“%(name)s” was deleted.") % {"name": permission_type.name})
            return redirect("permission_type_list")
    except NotAllowed as not_allowed:
        context["not_allowed"] = not_allowed
    status = 403 if request.method == "POST" else 200
    return render(request, "accounts/permission_type_delete.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@with_reauthentication
@shows(gettext_lazy("Settings of the company"))
def organisation_settings(request):
    """Change the settings of the company, which take effect at every user's next request."""
    if why_not_edit_settings(request.user):
        raise Http404
    require_reauthentication(request)
    form = OrganisationForm(request.POST if request.method == "POST" else None, instance=Organisation.current())
    drafts.fill(request, form)
    status = 422 if form.is_bound else 200
    if form.is_valid():
        try:
            changed = change_settings(actor=request.user, values=form.cleaned_data, seen=form.seen)
        except NotAllowed as not_allowed:
            status = 409 if not_allowed.refusal == ChangeRefusal.SETTINGS_CHANGED else 403
            form.add_error(None, not_allowed.sentence)
            form.show_current()
        else:
            said = _("The settings were saved.") if changed else _("Nothing was different, so nothing was changed.")
            messages.success(request, said)
            return redirect("organisation_settings")
    return render(request, "accounts/organisation_settings.html", {"form": form}, status=status)


@post_only
@with_reauthentication
def user_protect(request, pk):
    """Protect an account, or lift its protection."""
    user = get_visible_user_or_404(request.user, pk)
    require(why_not_protect(request.user, user))
    protected = request.POST.get("protected") == "on"
    button = _("Protect this account") if protected else _("Lift the protection")
    require_reauthentication(request, back=user.get_absolute_url(), button=button)
    set_protected(actor=request.user, user=user, protected=protected)
    if protected:  # it ends sessions in the account, so lifting it is no exact reverse
        messages.success(request, _("%(name)s's account was protected.") % {"name": user.name})
    else:
        said = _("The protection of %(name)s's account was lifted.") % {"name": user.name}
        say_with_undo(request, said, request.path, protected="on")
    return redirect(user)


@require_safe
@shows(gettext_lazy("Who can log in as a person"), of=User)
def who_can_log_in(request, pk):
    """List the users who can log in as this user, if the actor may see them."""
    user = get_visible_user_or_404(request.user, pk)
    return users_page(request, user, actors_for(user), question="who_can_log_in")


@require_safe
@shows(gettext_lazy("Accounts that a person can open"), of=User)
def log_in_as_whom(request, pk):
    """List the possible targets of this user, if the actor may see them."""
    user = get_visible_user_or_404(request.user, pk)
    return users_page(request, user, targets_of(user), question="log_in_as_whom")


def users_page(request, user, users, *, question):
    visible = User.objects.visible_to(request.user)
    users = users.filter(in_scope_by_ids(request.user, {Right.SEE_PEOPLE}))
    found = UserList(users, visible, request.GET)
    asks_who = question == "who_can_log_in"
    context = {
        "person": user,
        "question": question,
        "list": found,
        "people": by_which(found.page.users, user) if asks_who else [(each, ()) for each in found.page],
        "holds_any": logs_in_as_somebody(user),
        "enabled": login_as_enabled(user),
    }
    return render(request, "accounts/permission_people.html", context)
