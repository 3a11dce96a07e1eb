"""Requests to permission setup, and the rights of a permission type."""

from django.contrib.auth.models import Group
from django.urls import reverse

from accounts.models import Brand, DepartmentGroupPermission, Organisation, User
from accounts.organisation.brand.actions import fingerprint, stored_values
from accounts.permission_setup.actions import settings_fingerprint


def fresh(person):
    return User.objects.get(pk=person.pk)


def address(name, view="permission_type_edit"):
    return reverse(view, args=[Group.objects.get(name=name).pk])


def set_company(**rules):
    """Store rules of the company, without an event."""
    Organisation.objects.update_or_create(pk=1, defaults=rules)


def settings_data(*, seen=None, **changes):
    """Return the data of the settings form as it is now, with changes; a value of None is not sent."""
    now = Organisation.current()
    data = now.stored_rules() | {"seen": settings_fingerprint(now) if seen is None else seen} | changes
    data = {name: "on" if value is True else value for name, value in data.items()}
    return {name: value for name, value in data.items() if value is not False and value is not None}


def brand_data(**changes):
    """Return the data of the brand's form as it is now, with changes."""
    now = Brand.current()
    kept = {name: value for name, value in stored_values(now).items() if name != "logo"}
    return kept | {"seen": fingerprint(now)} | changes


def asked(step, *rights, name="Support", scope="company", departments=(), seen=""):
    return {
        "step": step, "name": name, "scope": scope, "departments": [d.pk for d in departments], "rights": rights,
        "seen": seen,
    }  # fmt: skip


def save(client, url, *rights, **changes):
    """Request the preview, then confirm it."""
    shown = client.post(url, asked("preview", *rights, **changes))
    assert shown.status_code == 200, shown.content.decode()
    return client.post(url, asked("save", *rights, **changes, seen=shown.context["seen"]))


def held_by(name):
    group = Group.objects.get(name=name)
    company_wide = group.permissions.values_list("codename", flat=True)
    scoped = DepartmentGroupPermission.objects.filter(group=group)
    scoped = scoped.values_list("permission__codename", "content_object__name")
    return sorted(company_wide) + sorted(scoped)
