"""Pages that change a department: create, rename, move, merge, delete."""

from collections.abc import Callable
from dataclasses import dataclass
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
from accounts.authorization.changes import NotAllowed, require
from accounts.authorization.decorators import shows
from accounts.authorization.refusals import ChangeRefusal
from accounts.authorization.undo import say_with_undo
from accounts.models import Department

from . import actions
from .forms import NameForm, PlaceForm
from .lookup import get_department_or_404, line_in_scope, parent_of
from .plans import MOST_LEVELS, Plan, plan_merge, plan_move
from .preview import preview
from .rules import why_not_change_level, why_not_edit_departments
from .tree import Tree
from .uses import uses_of_department

# Refusals that somebody mends in the form.
OF_NAME = (ChangeRefusal.NAME_TAKEN_HERE, ChangeRefusal.TREE_TOO_DEEP)


@require_http_methods(["GET", "HEAD", "POST"])
@with_reauthentication
@shows(gettext_lazy("Form for a new department"))
def department_create(request):
    """Create a department directly below the one of `?below=`, or at the top of the tree without it."""
    if why_not_edit_departments(request.user):
        raise Http404
    above = department_below_which(request)
    require(why_not_change_level(request.user, above))
    require_reauthentication(request)
    form = NameForm(request.POST if request.method == "POST" else None)
    status = 422 if form.is_bound else 200
    if form.is_valid():
        name = form.cleaned_data["name"]
        try:
            pk = actions.create_department(actor=request.user, name=name, parent=above and above.pk)
        except NotAllowed as not_allowed:
            status = say(form, not_allowed)
        else:
            messages.success(request, _("“%(name)s” was created.") % {"name": name})
            return redirect("department_detail", pk)
    title = _("New department below %(name)s") % {"name": above.name} if above else _("New department")
    back = reverse("department_detail", args=[above.pk]) if above else reverse("organisation")
    line = [*line_in_scope(request.user, above), opened(above)] if above else []
    return name_page(request, form, {"title": title, "back": back, "line": line, "button": _("Create")}, status)


def department_below_which(request: Any) -> Department | None:
    below = request.GET.get("below", "")
    if not below:
        return None
    if not (below.isdecimal() and len(below) <= 15):
        raise Http404
    return get_department_or_404(request.user, int(below))


@require_http_methods(["GET", "HEAD", "POST"])
@with_reauthentication
@shows(gettext_lazy("Form of a department's name"), of=Department)
def department_rename(request, pk):
    """Rename a department; a name that somebody else gave it meanwhile is shown, not overwritten."""
    department = get_department_or_404(request.user, pk)
    require_reauthentication(request)
    rename = partial(actions.rename_department, actor=request.user, department=department)
    return rename_page(request, department, rename, {"line": line_with(request.user, department)})


def rename_page(request: Any, renamed: Any, rename: Callable[..., bool], context: dict[str, Any]) -> Any:
    """Show the form of the name of a department or job profile, or rename it. context: what the page needs besides."""
    form = NameForm(request.POST if request.method == "POST" else None, stored=renamed.name)
    status = 422 if form.is_bound else 200
    if form.is_valid():
        name = form.cleaned_data["name"]
        try:
            changed = rename(name=name, seen=form.seen)
        except NotAllowed as not_allowed:
            status = say(form, not_allowed, stored=renamed.name)
        else:
            if changed:
                said = _("“%(before)s” was renamed to “%(name)s”.") % {"before": form.seen, "name": name}
                say_with_undo(request, said, request.path, name=form.seen, seen=name)
            else:
                messages.info(request, _("Nothing was different, so nothing was changed."))
            return redirect(renamed)
    context |= {"title": _("Rename %(name)s") % {"name": renamed.name}, "button": _("Rename")}
    return name_page(request, form, context | {"back": renamed.get_absolute_url()}, status)


def say(form: NameForm, not_allowed: NotAllowed, *, stored: str = "") -> int:
    """Add the refusal to the form, and return the status of the page. stored: the name by now."""
    if not_allowed.refusal in (*OF_NAME, ChangeRefusal.PROFILE_NAME_TAKEN):
        form.add_error("name", not_allowed.sentence)
        return 422
    form.add_error(None, not_allowed.sentence)
    if not_allowed.refusal != ChangeRefusal.ORGANISATION_CHANGED:
        return 403
    form.add_error("name", _("By now it is “%(value)s”.") % {"value": stored})
    form.seen = stored
    return 409


def name_page(request: Any, form: NameForm, context: dict[str, Any], status: int) -> Any:
    drafts.fill(request, form)
    return render(request, "organisation/name_form.html", context | {"form": form}, status=status)


@dataclass(frozen=True, slots=True)
class Way:
    """A change of place: its words, and the plan and the action behind them."""

    title: Any
    label: Any
    button: Any
    done: Any
    plan: Callable[..., Plan]
    act: Callable[..., None]
    target: str
    with_top: bool


MOVE = Way(
    gettext_lazy("Move %(name)s"),
    gettext_lazy("Move to directly below"),
    gettext_lazy("Move"),
    gettext_lazy("“%(name)s” was moved."),
    plan_move,
    actions.move_department,
    "target",
    with_top=True,
)
MERGE = Way(
    gettext_lazy("Merge %(name)s into another department"),
    gettext_lazy("Merge into"),
    gettext_lazy("Merge"),
    gettext_lazy("“%(name)s” was merged."),
    plan_merge,
    actions.merge_department,
    "into",
    with_top=False,
)


@require_http_methods(["GET", "HEAD", "POST"])
@with_reauthentication
@shows(gettext_lazy("Form for moving a department"), of=Department)
def department_move(request, pk):
    """Move a department: the choice of a place, then the preview, then the change."""
    return change_place(request, get_department_or_404(request.user, pk), MOVE)


@require_http_methods(["GET", "HEAD", "POST"])
@with_reauthentication
@shows(gettext_lazy("Form for merging a department"), of=Department)
def department_merge(request, pk):
    """Merge a department into another one: the choice of that one, then the preview, then the change."""
    return change_place(request, get_department_or_404(request.user, pk), MERGE)


def change_place(request, department, way):
    """Answer a step: "preview" shows what would change, "confirm" changes it, any other step shows the form."""
    require(why_not_change_level(request.user, parent_of(department)))
    require_reauthentication(request)
    tree, step = Tree.read(), request.POST.get("step")
    node = tree.get(department.pk)
    if node is None:
        raise Http404
    form = PlaceForm(
        request.POST if step in ("preview", "confirm") else None,
        actor=request.user,
        tree=tree,
        node=node,
        label=way.label,
        with_top=way.with_top,
    )
    facts = {"name": department.name}
    context = {"form": form, "department": department, "title": way.title % facts, "button": way.button}
    context["line"] = line_with(request.user, department)
    if not (form.is_bound and form.is_valid()):
        if not form.is_bound:
            drafts.fill(request, form)
            form.initial.setdefault("place", request.POST.get("place", ""))
        return render(request, "organisation/place_form.html", context, status=422 if form.is_bound else 200)
    status = 200
    if step == "confirm":
        try:
            chosen = {way.target: form.number, "seen": request.POST.get("seen", "")}
            way.act(actor=request.user, department=department, **chosen)
        except NotAllowed as not_allowed:
            status = 409 if not_allowed.refusal == ChangeRefusal.ORGANISATION_CHANGED else 403
            context["not_allowed"] = not_allowed.sentence
        else:
            messages.success(request, way.done % facts)
            return redirect("department_detail", form.number if way is MERGE else department.pk)
    tree = Tree.read()
    if node.id not in tree or (form.number is not None and form.number not in tree):
        return redirect("organisation")
    plan = way.plan(tree, tree[node.id], None if form.number is None else tree[form.number])
    if refused := actions.why_not(request.user, plan):
        form.add_error("place", NotAllowed(refused, limit=MOST_LEVELS).sentence)
        return render(request, "organisation/place_form.html", context, status=422)
    context |= {"preview": preview(request.user, plan), "plan": plan}
    return render(request, "organisation/preview.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@with_reauthentication
@shows(gettext_lazy("Question before deleting a department"), of=Department)
def department_delete(request, pk):
    """Ask for confirmation (GET), and delete a department that nothing points to (POST)."""
    department = get_department_or_404(request.user, pk)
    parent = parent_of(department)
    require(why_not_change_level(request.user, parent))
    uses = uses_of_department(request.user, department)
    reasons = [NotAllowed(refused, count=count).sentence for refused, count in actions.still_pointing(uses)]
    if not reasons:
        require_reauthentication(request, button=_("Delete"))
    if request.method == "POST" and not reasons:
        try:
            actions.delete_department(actor=request.user, department=department)
        except NotAllowed as not_allowed:
            reasons = [not_allowed.sentence]
        else:
            messages.success(request, _("“%(name)s” was deleted.") % {"name": department.name})
            return redirect("department_detail", parent.pk) if parent else redirect("organisation")
    context = {"name": department.name, "reasons": reasons, "line": line_with(request.user, department)}
    context |= {"back": department.get_absolute_url(), "kept": _("The audit log keeps where it was.")}
    status = 403 if request.method == "POST" else 200
    return render(request, "organisation/delete.html", context, status=status)


def line_with(actor: Any, department: Department) -> list[Any]:
    return [*line_in_scope(actor, department), opened(department)]


def opened(department: Any) -> Any:
    department.is_open = True
    return department
