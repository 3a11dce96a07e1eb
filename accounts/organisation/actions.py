"""Changes of the department tree: each is checked again under lock, and is one transaction with its audit event."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection

from accounts.authorization.changes import NotAllowed, lock_users, require
from accounts.authorization.refusals import ChangeRefusal
from accounts.models import Department, DepartmentGroupPermission, User
from accounts.models.history import changed_by, one_moment
from accounts.users.id_ranges import compact
from audit import log
from audit.kinds import Kind

from .plans import MOST_LEVELS, Plan, plan_merge, plan_move, why_not_merge, why_not_move
from .preview import Preview, preview
from .rules import why_not_change_level, why_not_edit_department
from .tree import Node, Tree, find_same, lock_tree
from .uses import AUDIENCES, Uses, uses_of_department


@contextmanager
def changing(actor: User) -> Iterator[tuple[User, Tree]]:
    """Run the block in one transaction with its event, with the actor and the tree locked and read again."""
    with log.recording(), one_moment(), changed_by(actor, ""):
        [actor] = lock_users(actor)
        lock_tree()
        yield actor, Tree.read()


def found(tree: Tree, pk: int) -> Node:
    """Return the department of the tree. Raise NotAllowed if it no longer exists."""
    if pk not in tree:
        raise NotAllowed(ChangeRefusal.DEPARTMENT_GONE)
    return tree[pk]


def create_department(*, actor: User, name: str, parent: int | None) -> int:
    """
    Create a department directly below another one, and return its id.

    parent: the id of the other one; None for the top of the tree. Raise NotAllowed if the actor may not, or if the name
    is taken there.
    """
    with changing(actor) as (actor, tree):
        above = None if parent is None else found(tree, parent)
        require(why_not_change_level(actor, above))
        require(why_not_add(tree, above, name), limit=MOST_LEVELS)
        stored = (
            Department.objects.add_child(Department.objects.get(pk=above.id), {"name": name})
            if above
            else Department.objects.add_root({"name": name})
        )
        detail = {"department": stored.pk, "name_after": name, "after": {"place": place(above)}}
        log.record(Kind.DEPARTMENT_CREATED, actor=actor.as_person(), detail=detail)
    return int(stored.pk)


def why_not_add(tree: Tree, parent: Node | None, name: str) -> ChangeRefusal | None:
    """Return why no department of this name can be directly below another one; None if it can."""
    if find_same(parent.children if parent else tree.roots, name):
        return ChangeRefusal.NAME_TAKEN_HERE
    return ChangeRefusal.TREE_TOO_DEEP if parent and parent.depth >= MOST_LEVELS else None


def rename_department(*, actor: User, department: Department, name: str, seen: str) -> bool:
    """
    Rename a department, and return whether the name is another one.

    seen: the name that the form was made from. Raise NotAllowed if the actor may not, if the name is another one by
    now, or if it is taken at this place.
    """
    with changing(actor) as (actor, tree):
        node = found(tree, department.pk)
        require(why_not_edit_department(actor, node))
        if node.name != seen:
            raise NotAllowed(ChangeRefusal.ORGANISATION_CHANGED)
        if node.name == name:
            return False
        level = node.parent.children if node.parent else tree.roots
        if find_same(level, name, but=node):
            raise NotAllowed(ChangeRefusal.NAME_TAKEN_HERE)
        Department.objects.filter(pk=node.id).update(name=name)
        detail = {"department": node.id, "name_before": node.name, "name_after": name}
        log.record(Kind.DEPARTMENT_RENAMED, actor=actor.as_person(), detail=detail)
    return True


def move_department(*, actor: User, department: Department, target: int | None, seen: str) -> None:
    """
    Move a department, with everything below it, to directly below another one.

    target: the id of the other one; None for the top of the tree. seen: the fingerprint of the preview that was
    confirmed. Raise NotAllowed if the actor may not, or if the change would be another one by now.
    """
    with changing(actor) as (actor, tree):
        node = found(tree, department.pk)
        plan = plan_move(tree, node, None if target is None else found(tree, target))
        shown = confirmed(actor, plan, seen)
        put(node.id, plan.target)
        detail = {"department": node.id, "name_after": node.name, **said(shown)}
        detail |= {"before": {"place": place(node.parent)}, "after": {"place": place(plan.target)}}
        log.record(Kind.DEPARTMENT_MOVED, actor=actor.as_person(), detail=detail)


def merge_department(*, actor: User, department: Department, into: int, seen: str) -> None:
    """
    Merge a department into another one: its people, audiences, scopes and the departments below it.

    into: the id of the other one. seen: the fingerprint of the preview that was confirmed. Raise NotAllowed if the
    actor may not, or if the change would be another one by now.
    """
    with changing(actor) as (actor, tree):
        node, target = found(tree, department.pk), found(tree, into)
        plan = plan_merge(tree, node, target)
        lock_departments(*(each.id for pair in plan.merged.items() for each in pair))
        shown = confirmed(actor, plan, seen)
        for child, parent in plan.moved.items():
            put(child.id, parent)
        people, items, types = [], set(), set()
        for source, place_of_it in reversed(plan.merged.items()):
            users = User.objects.filter(department=source.id)
            people += users.values_list("pk", flat=True)
            users.update(department=place_of_it.id)
            items |= {name for each in AUDIENCES for name in each.replace("department", source.id, place_of_it.id)}
            types |= move_scopes(source.id, place_of_it.id)
            Department.objects.filter(pk=source.id).delete()
        detail = {
            "department": node.id, "into": target.id, "name_before": node.name, "name_after": target.name,
            "before": {"place": place(node)}, "after": {"place": place(target)},
            "merged_departments": [f"{source} → {each}" for source, each in plan.merged.items()],
            "moved_departments": [str(each) for each in plan.moved],
            "people_moved": compact(sorted(people))[0], "audiences": sorted(items), "permission_types": sorted(types),
        } | said(shown)  # fmt: skip
        log.record(Kind.DEPARTMENT_MERGED, actor=actor.as_person(), detail=detail)


def confirmed(actor: User, plan: Plan, seen: str) -> Preview:
    """Return the preview of a plan. Raise NotAllowed if the actor may not, or if it is not the one that was seen."""
    require(why_not(actor, plan), limit=MOST_LEVELS)
    shown = preview(actor, plan)
    require(shown.refused)
    if shown.fingerprint != seen:
        raise NotAllowed(ChangeRefusal.ORGANISATION_CHANGED)
    return shown


def why_not(actor: User, plan: Plan) -> ChangeRefusal | None:
    return why_not_merge(actor, plan) if plan.merged else why_not_move(actor, plan)


def put(pk: int, target: Node | None) -> None:
    """Move a stored department, with all below it, to directly below another one, or to the top of the tree."""
    moved = Department.objects.get(pk=pk)
    if target:
        Department.objects.move(moved, Department.objects.get(pk=target.id), "last-child")
    else:
        Department.objects.move(moved, Department.objects.get_last_root_node(), "last-sibling")


def move_scopes(source: int, into: int) -> set[str]:
    """Let the permission types that reach one department reach the other, and return their names."""
    grants = DepartmentGroupPermission.objects.filter(content_object=source)
    names = set(grants.values_list("group__name", flat=True))
    held = set(DepartmentGroupPermission.objects.filter(content_object=into).values_list("group", "permission"))
    for pk, *grant in grants.values_list("pk", "group", "permission"):
        if tuple(grant) in held:
            grants.filter(pk=pk).delete()
    grants.update(content_object=into)
    return names


def delete_department(*, actor: User, department: Department) -> None:
    """Delete a department that nothing points to. Raise NotAllowed if the actor may not, or if something does."""
    with changing(actor) as (actor, tree):
        node = found(tree, department.pk)
        lock_departments(node.id)
        require(why_not_change_level(actor, node.parent))
        [stored] = Department.objects.filter(pk=node.id)
        for refused, count in still_pointing(uses_of_department(actor, stored)):
            raise NotAllowed(refused, count=count)
        Department.objects.filter(pk=node.id).delete()
        detail = {"department": node.id, "name_before": node.name, "before": {"place": place(node.parent)}}
        log.record(Kind.DEPARTMENT_DELETED, actor=actor.as_person(), detail=detail)


def still_pointing(uses: Uses) -> list[tuple[ChangeRefusal, int]]:
    """Return each reason why a department or job profile can't be deleted, with its number."""
    counted: list[tuple[ChangeRefusal, int]] = [
        (ChangeRefusal.STILL_HAS_PEOPLE, uses.people),
        (ChangeRefusal.STILL_HAS_DEPARTMENTS, uses.children),
        (ChangeRefusal.STILL_IN_AUDIENCES, len(uses.items)),
        (ChangeRefusal.STILL_IN_SCOPES, len(uses.scopes)),
    ]
    return [(refused, count) for refused, count in counted if count]


def lock_departments(*numbers: int) -> None:
    """Let nobody point to these departments before the transaction ends. Wait for others that have just done so."""
    rows = Department.objects.filter(pk__in=numbers).order_by("pk")
    if connection.features.has_select_for_update:
        list(rows.select_for_update().values_list("pk"))


def place(node: Node | None) -> str | None:
    """Return the whole path of a department in words; None for the top of the tree."""
    return None if node is None else str(node)


def said(shown: Preview) -> dict[str, Any]:
    """Return what the confirmed preview said, for the audit log."""
    return {
        "people": shown.people,
        "learning": {each.item.name: [each.gaining, each.losing] for each in shown.learning},
        "rights": [
            f"{'+' if each.is_given else '-'} {each.group}: {', '.join(each.rights)} ({each.people})"
            for each in shown.reach
        ],
    }
