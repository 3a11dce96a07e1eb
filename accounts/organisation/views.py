"""Pages of the department tree: the whole of it, and one department with what points to it."""

from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from accounts import policy
from accounts.authorization.decorators import shows
from accounts.models import Department, User
from accounts.models.folding import folded, has_words, readings_of
from accounts.policy.rights import Right

from .lookup import get_department_or_404, line_in_scope, parent_of
from .rules import edits_organisation, why_not_change_level, why_not_edit_departments
from .tree import Tree, people_of_departments, steps
from .uses import uses_of_department

ALL_OPEN = 60  # departments: a larger tree begins with its first two levels open
FOUND_AT_MOST = 100  # departments of a search


@require_safe
@shows(gettext_lazy("Departments"))
def organisation(request):
    """Show the departments that the actor may edit as one nested list, or those that a search finds."""
    actor = request.user
    if not edits_organisation(actor):
        raise Http404
    if why_not_edit_departments(actor):
        return redirect("job_profile_list")
    tree = Tree.read(policy.in_scope(actor, Right.MANAGE_DEPARTMENTS, "path"))
    tree.count_people(people_of_departments())
    query = request.GET.get("q", "").strip()[:100]
    words = readings_of(query)
    found = [node for root in tree.roots for node in root.branch() if has_words(folded(node.name), words)]
    context = {
        "tree": tree,
        "query": query,
        "found": found[:FOUND_AT_MOST] if query else [],
        "found_more": max(0, len(found) - FOUND_AT_MOST),
        "steps": [] if query else list(steps(tree.roots, open_to=99 if len(tree) <= ALL_OPEN else 2)),
        "may_add_roots": why_not_change_level(actor, None) is None,
    }
    return render(request, "organisation/organisation.html", context)


@require_safe
@shows(gettext_lazy("Department"), of=Department)
def department_detail(request, pk):
    """Show a department: its place, its people, what points to it, and what the actor can do with it."""
    department = get_department_or_404(request.user, pk)
    path = department.path
    below = Department.objects.filter(path__startswith=path, depth=department.depth + 1).order_by("path")
    context = {
        "department": department,
        "line": line_in_scope(request.user, department),
        "uses": uses_of_department(request.user, department),
        "people_below": User.objects.filter(department__path__startswith=path).count(),
        "below": sorted(below, key=lambda each: each.name.casefold()),
        "may_leave": why_not_change_level(request.user, parent_of(department)) is None,
    }
    return render(request, "organisation/department.html", context)
