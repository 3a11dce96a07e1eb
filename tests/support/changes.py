"""All views that require re-authentication: how to send each change, who may make it, and the event it records."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.contrib.auth.models import Group
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.permission_setup.shipped import ship
from accounts.users.actions import fingerprint
from impersonation.models import AssumedSession
from learning.models import Registration

from .assumed import log_in_as, login_as_data
from .bulk import CHOOSE, of
from .factories import UserFactory
from .import_pages import COLUMNS, NEW, PREVIEW, UPLOAD, described, imported_run, looked_at, seen, upload
from .learning_factories import EVERYONE, make_event, make_module
from .organisation import CHANGES_OF_ORGANISATION
from .permission_setup import asked, brand_data, settings_data

HEADINGS = "Employee ID,First name,Last name,Email,Department,Job title,Status"


def person_data(person=None, **changes):
    """Return the data that the form of a user sends; without a user, the data of a new one."""
    if person is None:
        first = {"first_name": "Nora", "last_name": "Ny", "email": "nora@harbour.example", "department": ""}
        return first | {"language": "en", "time_zone": "Europe/Copenhagen"} | changes
    now = User.objects.get(pk=person.pk)
    data = {name: getattr(now, name) for name in ("first_name", "last_name", "email", "language", "time_zone")}
    return data | {"department": now.department_id or "", "job_profile": "", "seen": fingerprint(now)} | changes


def shipped(name, **fields):
    """Return a user with one of the permission types that every installation begins with."""
    ship()
    person = UserFactory(is_staff=name in ("Owner", "Auditor", "Content creator"), **fields)
    person.groups.add(Group.objects.get(name=name))
    return person


def make_stale(client):
    """Set the last authentication of this browser session back to an hour ago."""
    session = client.session
    records = session["account_authentication_methods"]
    session["account_authentication_methods"] = [record | {"at": time.time() - 3600} for record in records]
    session.save()


@dataclass(frozen=True)
class Change:
    """
    A change, with the view's expectations.

    prepare: returns the address and the data to send, given Lena and a browser that has just re-authenticated. by: the
    shipped permission types that may make the change. kind: the kind of the event that it records. is_form: whether a
    GET shows a form first.
    """

    prepare: Callable[[Any, User], tuple[str, dict[str, Any]]]
    by: tuple[str, ...]
    kind: str = ""
    is_form: bool = True


def to(view, kind, by, data=None, *, is_form=True):
    """Return a change that consists of one POST about Lena."""

    def prepare(client, lena):
        return reverse(view, args=[lena.pk]), data(lena) if callable(data) else data or {}

    return Change(prepare, by, kind, is_form)


def reactivating(client, lena):
    User.objects.filter(pk=lena.pk).update(is_active=False)
    return reverse("user_reactivate", args=[lena.pk]), {}


def removing_a_factor(client, lena):
    TOTP.activate(lena, generate_totp_secret())
    return reverse("user_remove_second_factors", args=[lena.pk]), {"reason": "Called back at the shop"}


def giving_a_place(client, lena):
    address = reverse("place_give", args=[make_event().pk])
    return address, {"person": lena.email, "reason": "Asked by phone"}


def taking_a_place_back(client, lena):
    make_event().register(lena)
    address = reverse("place_take_back", args=[Registration.objects.get(user=lena).pk])
    return address, {"reason": "Asked by phone"}


def giving_another_try(client, lena):
    module = make_module(tries=1)
    module.submit_for(lena)
    return reverse("result_reopen", args=[lena.pk, module.pk]), {"reason": "The fire alarm rang"}


def giving_more_time(client, lena):
    module = make_module("Closing the till", EVERYONE | {"due_at": timezone.now() + timedelta(days=1)})
    address = reverse("due_date_extend", args=[lena.pk, module.pk])
    return address, {"day": "2040-01-31", "reason": "She was ill"}


def taking_off_the_list(client, lena):
    event = make_event(capacity=1, has_waiting_list=True)
    event.register(UserFactory())
    event.wait(lena)
    return reverse("waiting_take_off", args=[event.waiting.get().pk]), {"reason": "Asked by phone"}


def assigning(client, lena):
    return reverse("user_permission_types", args=[lena.pk]), {"types": [Group.objects.get(name="Manager").pk]}


def saving_a_type(client, lena):
    address = reverse("permission_type_edit", args=[Group.objects.get(name="Manager").pk])
    shown = client.post(address, asked("preview", "people_see", "people_create", name="Manager"))
    token = shown.context["seen"] if shown.context and "seen" in shown.context else ""
    return address, asked("save", "people_see", "people_create", name="Manager", seen=token)


def without_a_usual_type(client, lena):
    Group.objects.filter(name="User").delete()
    return reverse("permission_types_usual"), {}


def importing(client, lena):
    rows = f"{HEADINGS}\n{NEW}\n".encode()
    if upload(client, rows).status_code != 302:
        return PREVIEW, {"step": "confirm"}
    return PREVIEW, {"step": "confirm", "seen": seen(looked_at(client, rows))}


def saying_the_columns(client, lena):
    upload(client, f"{HEADINGS}\n{NEW}\n".encode())
    return COLUMNS, described(client) or {"column_0": "email"}


def undoing_an_import(client, lena):
    address = reverse("user_import_undo", args=[imported_run(lena).pk])
    answer = client.get(address)
    return address, {"seen": seen(answer.content.decode())} if answer.status_code == 200 else {}


def choosing_a_file(client, lena):
    from django.core.files.uploadedfile import SimpleUploadedFile

    return UPLOAD, {"file": SimpleUploadedFile("people.csv", f"{HEADINGS}\n{NEW}\n".encode())}


def deactivating_many(client, lena):
    """Choose an action in the browser, and return the form of its preview."""
    response = client.post(CHOOSE + of(lena), {"action": "deactivate", "reason": "Left on Friday"})
    if response.status_code != 302:
        return CHOOSE, {"step": "confirm"}
    return response.url, {"step": "confirm", "seen": client.get(response.url).context["plan"].fingerprint}


def ending_a_session(client, lena):
    from django.test import Client

    session = log_in_as(Client(), shipped("Support", first_name="Siri"), lena)
    assert AssumedSession.objects.live().count() == 1
    return reverse("admin:impersonation_assumedsession_end", args=[session.pk]), {}


SUPPORT, OWNER = ("Owner", "Support"), ("Owner",)
CHANGES = {
    "user_create": Change(lambda client, lena: (reverse("user_create"), person_data()), SUPPORT, "user.created"),
    "user_edit": to("user_edit", "user.changed", SUPPORT, lambda lena: person_data(lena, email="new@harbour.example")),
    "user_permission_types": Change(assigning, OWNER, "permission_type.assigned"),
    "user_deactivate": to("user_deactivate", "user.deactivated", SUPPORT, {"reason": "Left on Friday"}),
    "user_bulk": Change(
        lambda client, lena: (CHOOSE + of(lena), {"action": "deactivate", "reason": "Left on Friday"}), SUPPORT
    ),
    "user_bulk_run": Change(deactivating_many, SUPPORT, "user.deactivated"),
    "user_reactivate": Change(reactivating, SUPPORT, "user.reactivated", is_form=False),
    "user_invite": to("user_invite", "user.invited", SUPPORT, is_form=False),
    "user_protect": to("user_protect", "user.protection_changed", OWNER, {"protected": "on"}, is_form=False),
    "user_remove_second_factors": Change(removing_a_factor, SUPPORT, "user.second_factor_removed"),
    "user_send_password_link": to("user_send_password_link", "user.password_link_sent", SUPPORT, is_form=False),
    "user_lift_sign_in_lock": to("user_lift_sign_in_lock", "user.sign_in_lock_lifted", SUPPORT, is_form=False),
    "place_give": Change(giving_a_place, OWNER, "registration.given"),
    "place_take_back": Change(taking_a_place_back, OWNER, "registration.withdrawn"),
    "result_reopen": Change(giving_another_try, SUPPORT, "result.reopened"),
    "due_date_extend": Change(giving_more_time, SUPPORT, "due_date.extended"),
    "waiting_take_off": Change(taking_off_the_list, OWNER, "registration.taken_off_list"),
    "permission_type_create": Change(
        lambda client, lena: (reverse("permission_type_create"), asked("save", "people_see", name="Readers")),
        OWNER, "permission_type.created",
    ),
    "permission_type_edit": Change(saving_a_type, OWNER, "permission_type.changed"),
    "permission_types_usual": Change(without_a_usual_type, OWNER, "permission_type.created", is_form=False),
    "permission_type_delete": Change(
        lambda client, lena: (reverse("permission_type_delete", args=[Group.objects.get(name="User").pk]), {}),
        OWNER, "permission_type.deleted",
    ),
    "organisation_settings": Change(
        lambda client, lena: (reverse("organisation_settings"), settings_data(login_as_enabled=False)),
        OWNER, "organisation.settings_changed",
    ),
    "brand_settings": Change(
        lambda client, lena: (reverse("brand_settings"), brand_data(name="Harbour Coffee")),
        OWNER, "organisation.settings_changed",
    ),
    "user_import": Change(choosing_a_file, OWNER),
    "user_import_columns": Change(saying_the_columns, OWNER),
    "user_import_preview": Change(importing, OWNER, "user.imported", is_form=False),
    "user_import_undo": Change(undoing_an_import, OWNER, "user.changed"),
    "user_export": Change(
        lambda client, lena: (reverse("user_export"), {"format": "csv"}), OWNER, "user.exported", is_form=False
    ),
    "module_people_export": Change(
        lambda client, lena: (reverse("module_people_export", args=[make_module().pk]), {}),
        OWNER, "user.exported", is_form=False,
    ),
    "login_as": to("login_as", "assumed_session.started", SUPPORT, login_as_data()),
    "admin:audit_auditevent_export": Change(
        lambda client, lena: (reverse("admin:audit_auditevent_export"), {"format": "csv"}),
        ("Owner", "Auditor"), "audit.exported", is_form=False,
    ),
    "admin:impersonation_assumedsession_end": Change(ending_a_session, OWNER, "assumed_session.revoked"),
}  # fmt: skip
CHANGES |= {view: Change(prepare, OWNER, kind) for view, (prepare, kind) in CHANGES_OF_ORGANISATION.items()}
PAIRS = [(view, name) for view, change in CHANGES.items() for name in change.by]
