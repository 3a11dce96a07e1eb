"""Every address of the administration: why it is there, and what each sort of user gets. A new one needs a line."""

import re

import pytest
from django.contrib import admin
from django.contrib.auth import SESSION_KEY
from django.test import Client
from django.urls import reverse

from audit.models import AuditEvent
from learning.models import Document, Event, Module
from tests.support.assumed import log_in_as, sign_in
from tests.support.url_configuration import patterns

pytestmark = pytest.mark.django_db

# Why an address is there, and what GET answers the auditor, the content creator and the owner. Everybody else gets the
# same everywhere: who is not signed in is led to the sign-in, a learner finds nothing, and on behalf it is closed.
AUDIT, LEARNING, ALL = (200, 403, 200), (403, 200, 200), (200, 200, 200)
NOBODY, FORBIDDEN, LED_ON = (404, 404, 404), (403, 403, 403), (302, 302, 302)
ADDRESSES = {
    "index": ("what the visitor may see here", ALL),
    "login": ("Django's name for the sign-in, which is ours alone", NOBODY),
    "logout": ("Django's templates name it; leads to our own, which asks first", LED_ON),
    "password_change": ("Django's templates name it; leads to our own, throttled and on record", LED_ON),
    "password_change_done": ("the same", LED_ON),
    "jsi18n": ("words of the date picker", ALL),
    "app_list": ("one app of the index; tested with the audit log", (200, 404, 200)),
    "(?P<url>.*)$": ("whatever else is asked for is not there", NOBODY),
    "audit_auditevent_changelist": ("the auditor's list", AUDIT),
    "audit_auditevent_change": ("one event, to read", AUDIT),
    "audit_auditevent_export": ("takes POST alone", FORBIDDEN),
    "audit_auditevent_verify": ("takes POST alone", FORBIDDEN),
    "audit_auditevent_receipt": ("a receipt from somebody's mailbox is compared with the log", AUDIT),
    "audit_auditevent_summary": ("how Login as User is used", AUDIT),
    "audit_auditevent_timeline": ("one assumed session", AUDIT),
    "audit_auditevent_add": ("Django's; nobody adds", FORBIDDEN),
    "audit_auditevent_delete": ("Django's; nobody deletes", FORBIDDEN),
    "audit_auditevent_history": ("Django's; an event has none", AUDIT),
    "audit/auditevent/<path:object_id>/": ("Django's old address of an event", LED_ON),
    "impersonation_assumedsession_changelist": ("live assumed sessions", (403, 403, 200)),
    "impersonation_assumedsession_change": ("one assumed session, to read", (403, 403, 200)),
    "impersonation_assumedsession_end": ("asks before it is ended", (403, 403, 200)),
    "impersonation_assumedsession_add": ("Django's; nobody adds", FORBIDDEN),
    "impersonation_assumedsession_delete": ("Django's; nobody deletes", FORBIDDEN),
    "impersonation_assumedsession_history": ("Django's; nobody edits, so it is empty", (403, 403, 200)),
    "impersonation/assumedsession/<path:object_id>/": ("Django's old address", LED_ON),
}
for kind in ("module", "event", "document"):
    for page in ("changelist", "add", "change", "delete", "history"):
        ADDRESSES[f"learning_{kind}_{page}"] = (f"content creators write a {kind}", LEARNING)
    ADDRESSES[f"learning/{kind}/<path:object_id>/"] = ("Django's old address", LED_ON)


@pytest.fixture
def there(client, sam, max_, catalogue):
    """Something behind each address, by the name of its model."""
    session = log_in_as(client, sam, max_)
    learning = {model._meta.model_name: model.objects.get().pk for model in (Module, Event, Document)}
    return learning | {"assumedsession": session.pk, "auditevent": AuditEvent.objects.get(seq=1).pk}


def addresses(there):
    """Every address of the administration as (line of the table, address)."""
    for name, route, _pattern in patterns():
        if not route.startswith("admin/"):
            continue
        model = next((model for model in there if f"/{model}/" in route), "")
        known = {"object_id": there.get(model, 1), "pk": there.get(model, 1)}
        known |= {"app_label": "audit", "url": "r/1/1/", "assumed_session": there["assumedsession"]}
        plain = re.sub(r"\(\?P(<\w+>)[^)]*\)", r"\1", route).translate(str.maketrans("", "", "^$\\"))
        address = re.sub(r"<(?:\w+:)?(\w+)>", lambda gap, known=known: str(known[gap[1]]), plain)
        yield name.removeprefix("admin:") or route.removeprefix("admin/"), f"/{address}"


def test_every_address_has_its_line(there):
    assert {name for name, _address in addresses(there)} == set(ADDRESSES)


def signed_in(person):
    client = Client()
    sign_in(client, person)
    return client


@pytest.mark.parametrize("place", [0, 1, 2], ids=["auditor", "content creator", "owner"])
def test_who_enters_gets_what_the_table_says(there, audrey, carl, owner, place):
    client = signed_in((audrey, carl, owner)[place])
    asked = dict(addresses(there))
    answers = {name: client.get(address).status_code for name, address in asked.items()}
    assert answers == {name: ADDRESSES[name][1][place] for name in asked}


def test_everybody_else_gets_nothing(there, lena, sam, owner):
    on_behalf = Client()
    log_in_as(on_behalf, sam, lena)
    for client, answer in ((Client(), {302}), (signed_in(lena), {404}), (on_behalf, {403})):
        for name, address in addresses(there):
            for method in (client.get, client.post):
                response = method(address)
                assert {response.status_code} == answer, (name, response.status_code)
                if response.status_code == 302:
                    assert response.url.startswith(reverse("account_login")), name


@pytest.mark.parametrize("method", ["get", "post"])
def test_the_password_is_changed_on_our_own_page_alone(owner, method):
    client = signed_in(owner)
    before = owner.password
    typed = {"old_password": "standin-demo", "new_password1": "Quite-Another-1", "new_password2": "Quite-Another-1"}
    for address in ("/admin/password_change/", "/admin/password_change/done/"):
        response = getattr(client, method)(address, typed)
        assert (response.status_code, response.url) == (302, reverse("account_change_password"))
    owner.refresh_from_db()
    assert owner.password == before


@pytest.mark.parametrize("method", ["get", "post"])
def test_the_administration_signs_nobody_out_behind_our_back(owner, method):
    client = signed_in(owner)
    response = getattr(client, method)("/admin/logout/")
    assert (response.status_code, response.url) == (302, reverse("account_logout"))
    assert client.session[SESSION_KEY] == str(owner.pk)


def test_no_address_tells_who_exists(audrey, carl, owner, lena):
    from django.contrib.contenttypes.models import ContentType

    people = ContentType.objects.get_for_model(lena).pk
    for person in (audrey, carl, owner):
        client = signed_in(person)
        for address in (f"/admin/r/{people}/{lena.pk}/", f"/admin/r/{people}/999999/", "/admin/autocomplete/?term=l"):
            assert client.get(address).status_code == 404, address


def test_pages_of_the_administration_name_no_address_that_is_gone(there, owner):
    client = signed_in(owner)
    for model in admin.site._registry:
        name = f"{model._meta.app_label}_{model._meta.model_name}"
        page = client.get(reverse(f"admin:{name}_change", args=[there[model._meta.model_name]]))
        assert page.status_code == 200, name
        assert "/admin/r/" not in page.content.decode(), name
