"""People who edit the organisation, and requests to its pages."""

from django.test import Client
from django.urls import reverse

from accounts.models import Department, JobProfile, User

from .assumed import sign_in
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


def change(client, address, place):
    """Request the preview of a move or merge, then confirm it."""
    shown = client.post(address, {"step": "preview", "place": place})
    assert shown.status_code == 200, shown.content.decode()
    return client.post(address, {"step": "confirm", "place": place, "seen": shown.context["preview"].fingerprint})


def empty_department(name="Roastery"):
    return Department.objects.add_child(Department.objects.get(depth=1), {"name": name})


def confirmed(client, address, **chosen):
    """Request the preview of a move or merge; return the address, and the data that confirm it."""
    shown = client.post(address, {"step": "preview"} | chosen)
    token = shown.context["preview"].fingerprint if shown.context and "preview" in shown.context else ""
    return address, {"step": "confirm", "seen": token} | chosen


def renaming(client, lena):
    return page_of("department_rename", lena.department), {"name": "Nordhavn", "seen": lena.department.name}


def moving(client, lena):
    return confirmed(client, page_of("department_move", lena.department), place=empty_department().pk)


def merging(client, lena):
    return confirmed(client, page_of("department_merge", lena.department), place=empty_department().pk)


def deleting(client, lena):
    return page_of("department_delete", empty_department()), {}


def profile_of(view, **data):
    """Return a change of a job profile that consists of one POST."""

    def prepare(client, lena):
        return page_of(view, JobProfile.objects.create(name="Barista")), data

    return prepare


def merging_profiles(client, lena):
    source, into = (JobProfile.objects.create(name=name) for name in ("Barista", "Baker"))
    return confirmed(client, page_of("job_profile_merge", source), into=into.pk)


# How each form of the organisation is sent, by its view, and the event that it records.
CHANGES_OF_ORGANISATION = {
    "department_create": (
        lambda client, lena: (reverse("department_create"), {"name": "Berlin"}),
        "department.created",
    ),
    "department_rename": (renaming, "department.renamed"),
    "department_move": (moving, "department.moved"),
    "department_merge": (merging, "department.merged"),
    "department_delete": (deleting, "department.deleted"),
    "job_profile_create": (
        lambda client, lena: (reverse("job_profile_create"), {"name": "Cook"}),
        "job_profile.created",
    ),
    "job_profile_rename": (profile_of("job_profile_rename", name="Cook", seen="Barista"), "job_profile.renamed"),
    "job_profile_merge": (merging_profiles, "job_profile.merged"),
    "job_profile_delete": (profile_of("job_profile_delete"), "job_profile.deleted"),
}


def as_shown(view):
    """Return a form of `every_form`: what the change sends, with what its page holds."""

    def form(w):
        fetched = Client()
        sign_in(fetched, w.owner)
        address, data = CHANGES_OF_ORGANISATION[view][0](fetched, w.lena)
        return address, w.shown(address) | data

    return form


FORMS_OF_ORGANISATION = {view: ("owner", as_shown(view)) for view in CHANGES_OF_ORGANISATION}
