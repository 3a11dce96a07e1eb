"""People who edit the organisation, and requests to its pages."""

from django.urls import reverse

from accounts.models import Department, User

from .factories import UserFactory, permission_type

TREE = reverse("organisation")
PROFILES = reverse("job_profile_list")


def editor(department, *rights, first_name="Dora", places=()):
    """Return a user who edits departments: in these places, or without any in the whole company."""
    person = UserFactory(first_name=first_name, last_name="Lund", department=department)
    rights = rights or ("manage_departments",)
    person.groups.add(permission_type(f"Organisation of {first_name}", *rights, departments=places))
    return User.objects.get(pk=person.pk)


def page_of(view, department):
    return reverse(view, args=[department.pk])


def places():
    """Return the name of each department with the name of the one above it, in the order of the tree."""
    rows = list(Department.objects.order_by("path"))
    names = {each.path: each.name for each in rows}
    return [(each.name, names.get(each.path[: -Department.steplen])) for each in rows]


def reread(department):
    return Department.objects.get(pk=department.pk)
