"""Every form of the product, sent twice: it does its work once, and both answers lead to the same place."""

import pytest
from django.apps import apps
from django.urls import reverse

from accounts.models import User
from impersonation.models import AssumedSession
from learning.models import Event
from tests.support.every_form import FORMS, World, ready, send
from tests.support.mail_backends import delivered
from tests.support.url_configuration import methods, patterns

pytestmark = [pytest.mark.django_db, pytest.mark.once]


OF_THE_REQUEST = {"sessions.Session", "config.CacheEntry"}
# What takes POST and yet has no form that could do something twice.
NO_SUCH_FORM = {
    "module_people_export": "each answer is a file of its own, so that each is on record",
    "demo_sign_in": "in the demo alone (tests/demo/test_entrance.py)",
    "demo_tour_hide": "in the demo alone; sets a cookie",
    "user_export": "each answer is a file of its own, so that each is on record",
    "admin:audit_auditevent_export": "each answer is a file of its own, so that each is on record",
    "admin:audit_auditevent_verify": "each verification is on record; one runs at a time",
    "account_set_password": "for accounts without a password, which nobody is signed in to",
    "mfa_reauthenticate": "leads to our own page that asks again",
    "mfa_reauthenticate_webauthn": "leads to our own page that asks again",
    "mfa_add_webauthn": "takes a real key, whose answer is good for one challenge alone",
    "mfa_edit_webauthn": "takes a real key; writes a name",
    "mfa_remove_webauthn": "takes a real key; what holds for the app's removal holds for it",
}
# What they change is a value of a row that is there already, or of the browser session.
WITHOUT_NEW_ROWS = {
    "user_import", "user_import_columns", "user_import_preview (cancel)", "confirm_identity",
    "confirm_identity (code)", "module_save", "account_reauthenticate", "assumed_session_stay", "notices_seen",
    "account_reset_password", "assumed_session_mode", "access_end", "access_objection_withdraw", "choose_language",
}  # fmt: skip

# The warning bar says the new mode anyway.
SAID_ONCE = {"assumed_session_mode"}


def everything():
    """How many rows each table has, and every row of people: what a second effect would change."""
    models = [model for model in apps.get_models() if model._meta.label not in OF_THE_REQUEST]
    people = list(User.objects.order_by("pk").values())
    for person in people:
        person.pop("last_login")
    return {model._meta.label: model.objects.count() for model in models}, people


@pytest.fixture
def world(sam, rita, lena, max_, ina, owner, mona, catalogue, norreport, settings):
    settings.ACCOUNT_RATE_LIMITS = False
    return World(sam=sam, rita=rita, lena=lena, max=max_, ina=ina, owner=owner, mona=mona, module=catalogue)


def words(client, address):
    """Return what the page there says of what was done."""
    page = client.get(address, follow=True)
    assert page.status_code == 200
    return [str(message) for message in page.context["messages"]]


@pytest.mark.parametrize("first_is_shown", [True, False], ids=["after the first page", "before the first page"])
@pytest.mark.parametrize("name", FORMS)
def test_a_form_that_is_sent_twice_does_its_work_once(world, name, first_is_shown):
    address, data = ready(world, name)
    untouched = everything()
    first = send(world.browser, address, data)
    assert first.status_code == 302, [line for line in first.content.decode().splitlines() if "error" in line]
    done = everything()
    assert done != untouched or name in WITHOUT_NEW_ROWS
    said = words(world.browser, first.url) if first_is_shown else None
    done = everything()  # a first look at the page is on record
    second = send(world.browser, address, data)
    assert (second.status_code, second.url) == (302, first.url)
    assert everything() == done
    once = words(world.browser, second.url)
    assert len(once) == len(set(once))
    if first_is_shown and name not in SAID_ONCE:
        assert once == said


def test_every_form_of_the_product_is_sent_twice_here():
    takes_post = set()
    for name, _route, pattern in patterns():
        allowed = methods(pattern.callback)
        if allowed is None or "POST" in allowed:
            takes_post.add(name)
    sent = {name.partition(" (")[0] for name in FORMS}
    without = takes_post - sent - set(NO_SUCH_FORM)
    assert {name for name in without if not name.startswith("admin:")} == {
        "", "mfa_index", "mfa_view_recovery_codes", "mfa_download_recovery_codes", "mfa_list_webauthn",
        "account_inactive", "account_reset_password_done", "account_reset_password_from_key_done",
    }  # fmt: skip
    assert not {name for name in without if name.endswith(("_add", "_change", "_delete")) and "learning" in name}


def test_the_same_wish_from_a_page_that_was_loaded_again_is_a_new_one(world):
    for _time in range(2):
        address, data = ready(world, "user_invite")
        send(world.browser, address, data)
    assert len(delivered()) == 2


def test_what_was_undone_in_between_is_done_again_from_the_page_that_back_shows(world):
    register, data = ready(world, "event_register")
    send(world.browser, register, data)
    leave = reverse("event_leave", args=[Event.objects.get().pk])
    send(world.browser, leave, world.shown(reverse("event_list"), leave))
    send(world.browser, register, data)
    assert Event.objects.get().registrations.filter(user=world.lena).exists()


def test_what_was_refused_is_looked_at_again(world):
    address, data = ready(world, "user_create")
    refused = send(world.browser, address, data | {"email": "no address"})
    assert refused.status_code == 422
    assert send(world.browser, address, data | {"email": "no address"}).status_code == 422
    assert send(world.browser, address, data).status_code == 302


def test_a_second_click_on_sign_in_proves_nothing(world):
    """Of who is not signed in meanwhile, a form without its token is refused, right password or not."""
    address, data = ready(world, "account_login")
    refused = send(world.browser, address, data | {"csrfmiddlewaretoken": "x" * 64})
    assert refused.status_code == 403
    assert "This form is out of date" in refused.content.decode()
    assert not AssumedSession.objects.exists()
    assert world.browser.get("/").status_code == 302
