"""
Every way into somebody's account, tried as each shipped permission type: nobody gets in without a trail.

An attacker holds a permission type, has a mailbox of their own, and sits at their own browser. Whenever that browser,
or another one at hand, ends up in Lena's account, the log names the attacker and Lena, and Lena reads it in her
history.
"""

import re

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from accounts.models import User
from accounts.permission_setup import shipped
from audit.models import AuditEvent
from tests.accounts.users.test_edit_views import values
from tests.support.assumed import post_login_as, sign_in
from tests.support.factories import UserFactory
from tests.support.mail_backends import delivered

pytestmark = [pytest.mark.django_db, pytest.mark.once]
THEIRS = "attacker@harbour.example"
NEW = "a brand new one 17"
URL = "/account/access-history/"


@pytest.fixture(autouse=True)
def no_attempts_counted():
    cache.clear()


@pytest.fixture
def attacker(request, company, copenhagen):
    """Somebody who holds the permission type that the test is about."""
    shipped.ship()
    shipped.ship_scoped("Regional support", shipped.SUPPORT, copenhagen)
    group = shipped.PermissionType.objects.get(name=request.param)
    person = UserFactory(first_name="Att", last_name="Acker", department=company)
    person.groups.add(group)
    person.is_staff = any(group.permissions.exclude(content_type__app_label="accounts"))
    person.save()
    return person


def new_password(email):
    """Ask for a link, take it from the attacker's own mailbox, choose a password, and sign in; returns the browser."""
    browser = Client()
    browser.post(reverse("account_reset_password"), {"email": email})
    links = [re.search(r"http://testserver(\S+)", mail.body) for mail in delivered() if mail.to == [THEIRS]]
    for link in filter(None, links):
        form = browser.get(link[1], follow=True)
        browser.post(form.request["PATH_INFO"], {"password1": NEW, "password2": NEW})
    browser.post(reverse("account_login"), {"login": email, "password": NEW})
    return browser


def by_email_edit(browser, lena):
    browser.post(reverse("user_edit", args=[lena.pk]), values(lena, email=THEIRS))
    return new_password(THEIRS)


def by_import(browser, lena):
    rows = f"HR identifier,First name,Last name,E-mail\nL-1,Lena,Sørensen,{THEIRS}\n"
    browser.post(reverse("user_import"), {"file": SimpleUploadedFile("people.csv", rows.encode())})
    page = browser.get(reverse("user_import_preview"))
    seen = re.search(r'name="seen" value="(\w+)"', page.content.decode())
    browser.post(reverse("user_import_preview"), {"seen": seen[1] if seen else ""})
    return new_password(THEIRS)


def by_second_factor_removal(browser, lena):
    """Use the password that the attacker has seen."""
    TOTP.activate(lena, generate_totp_secret())
    browser.post(reverse("user_remove_second_factors", args=[lena.pk]), {"reason": "She says that she lost her phone"})
    theirs = Client()
    theirs.post(reverse("account_login"), {"login": lena.email, "password": "standin-demo"})
    return theirs


def by_invitation(browser, lena):
    """Change the address first, so that the invitation goes to the attacker."""
    browser.post(reverse("user_edit", args=[lena.pk]), values(lena, email=THEIRS))
    browser.post(reverse("user_invite", args=[lena.pk]))
    return new_password(THEIRS)


def by_password_link(browser, lena):
    browser.post(reverse("user_edit", args=[lena.pk]), values(lena, email=THEIRS))
    browser.post(reverse("user_send_password_link", args=[lena.pk]))
    return new_password(THEIRS)


def by_login_as(browser, lena):
    post_login_as(browser, lena)
    return browser


def by_rights(browser, lena):
    """Give the attacker the missing rights, then log in as her."""
    support = shipped.PermissionType.objects.get(name="Support")
    me = browser.session["_auth_user_id"]
    browser.post(reverse("user_permission_types", args=[me]), {"types": [support.pk]})
    return by_login_as(browser, lena)


def by_her_password(browser, lena):
    """No right is needed, and no log can tell who it was: it tells from where."""
    theirs = Client()
    theirs.post(reverse("account_login"), {"login": lena.email, "password": "standin-demo"})
    return theirs


def by_a_forgotten_password(browser, lena):
    return new_password(lena.email)


WAYS = {
    by_email_edit: {"Owner", "Support", "Regional support"},
    by_import: {"Owner"},
    by_second_factor_removal: {"Owner", "Support", "Regional support"},
    by_invitation: {"Owner", "Support", "Regional support"},
    by_password_link: {"Owner", "Support", "Regional support"},
    by_login_as: {"Owner", "Support", "Regional support"},
    by_rights: {"Owner", "Support", "Regional support"},
    by_her_password: {*shipped.SHIPPED, "Regional support"},
    by_a_forgotten_password: set(),
}
NAMES_NOBODY = {by_her_password}


def is_in_account_of(browser, lena):
    return browser.get(reverse("dashboard")).wsgi_request.user.pk == lena.pk


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
@pytest.mark.parametrize("attacker", [*shipped.SHIPPED, "Regional support"], indirect=True)
def test_nobody_gets_into_lenas_account_without_a_trail(client, attacker, lena, way, request):
    User.objects.filter(pk=lena.pk).update(external_id="L-1", last_login=None)
    lena.refresh_from_db()
    sign_in(client, attacker)
    entered = is_in_account_of(way(client, lena), lena)
    assert entered == (request.node.callspec.params["attacker"] in WAYS[way])
    about_her = AuditEvent.objects.filter(target_id=lena.pk).exclude(outcome="refused")
    if not entered:
        assert not about_her.filter(kind__in=["sign_in.succeeded", "assumed_session.started"]).exists()
        return
    assert about_her.exists()
    hers = Client()
    sign_in(hers, User.objects.get(pk=lena.pk))
    history = re.sub(r"<[^>]+>|\s+", " ", hers.get(URL).content.decode())
    if way in NAMES_NOBODY:
        assert re.search(r"You\s+·\s+Signed in\s+\(127\.0\.0\.1\)", history)
    else:
        assert about_her.filter(actor_id=attacker.pk).exists(), "the log names both"
        assert "Att Acker" in history


def test_a_removed_factor_is_the_last_of_its_kind(client, owner, lena):
    """What by_second_factor_removal rests on: with a second factor the password alone opens nothing."""
    TOTP.activate(lena, generate_totp_secret())
    theirs = by_her_password(client, lena)
    assert not is_in_account_of(theirs, lena)
    assert Authenticator.objects.filter(user=lena).exists()
