"""Factories for users, departments and permission types; the demo users are fixtures (conftest.py)."""

import factory
from django.contrib.auth.models import Group, Permission

from accounts.models import Department, DepartmentGroupPermission, User


class DepartmentFactory(factory.Factory):
    """A department: a root of the tree, or a child if `parent` is given."""

    class Meta:
        model = Department

    name = factory.Sequence(lambda n: f"Department {n}")
    parent = None

    @classmethod
    def _create(cls, model, *, name, parent):
        if parent is None:
            return Department.objects.add_root({"name": name})
        return Department.objects.add_child(Department.objects.get(pk=parent.pk), {"name": name})


class UserFactory(factory.Factory):
    """A user who can sign in with the demo password."""

    class Meta:
        model = User

    first_name = factory.Sequence(lambda n: f"Person{n}")
    last_name = "Jensen"
    email = factory.LazyAttribute(lambda person: f"{person.first_name.lower()}@harbour.example")
    password = "standin-demo"
    department = None

    @classmethod
    def _create(cls, model, **fields):
        return User.objects.create_user(**fields)


def permission_type(name, *codenames, departments=()):
    """Create a permission type with these rights, for the given departments or, without any, for the whole company."""
    group = Group.objects.create(name=name)
    permissions = Permission.objects.filter(codename__in=codenames)
    assert permissions.count() == len(codenames), codenames
    if not departments:
        group.permissions.set(permissions)
    for department in departments:
        for permission in permissions:
            DepartmentGroupPermission.objects.create(group=group, permission=permission, content_object=department)
    return group
