"""The forms of permission types, for `every_form`."""

from django.urls import reverse

from accounts.models import PermissionType

from .page_forms import form_on


def new_permission_type(w):
    address = reverse("permission_type_create")
    filled = {"name": "Helpers", "scope": "company", "rights": ["people_see"], "step": "preview"}
    preview = w.browser.post(address, w.shown(address) | filled)
    return address, form_on(preview) | {"step": "save"}


def changed_permission_type(w):
    address = reverse("permission_type_edit", args=[PermissionType.objects.get(name="Manager").pk])
    preview = w.browser.post(address, w.shown(address) | {"name": "Managers", "step": "preview"})
    return address, form_on(preview) | {"step": "save"}


def usual_permission_types(w):
    PermissionType.objects.all().delete()
    address = reverse("permission_types_usual")
    return address, w.shown(reverse("permission_type_list"), address)


def deleted_permission_type(w):
    address = reverse("permission_type_delete", args=[PermissionType.objects.create(name="Nobody's").pk])
    return address, w.shown(address)


def permission_types_of_lena(w):
    address = w.person("user_permission_types")
    data = w.shown(address)
    return address, data | {"types": [PermissionType.objects.get(name="Manager").pk]}


FORMS_OF_PERMISSIONS = {
    "user_permission_types": ("owner", permission_types_of_lena),
    "permission_type_create": ("owner", new_permission_type),
    "permission_type_edit": ("owner", changed_permission_type),
    "permission_type_delete": ("owner", deleted_permission_type),
    "permission_types_usual": ("owner", usual_permission_types),
}
