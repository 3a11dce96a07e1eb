"""Administration that changes other people's data, or takes them out, takes a recent authentication."""

import re

import pytest
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.contrib.auth.models import Group, Permission
from django.core import mail
from django.test import Client
from django.urls import reverse

from accounts.authentication import drafts
from accounts.models import User
from accounts.permission_setup.shipped import SHIPPED
from accounts.policy.rights import Right
from audit.models import AuditEvent
from tests.support.assumed import events, log_in_as, login_as_data, post_login_as, sign_in
from tests.support.changes import CHANGES, PAIRS, make_stale, person_data, shipped
from tests.support.permission_setup import asked
from tests.support.second_factor import code_now
from tests.support.url_configuration import methods, patterns, views_with
from tests.support.writes import OF_THE_REQUEST, watching_writes

pytestmark = pytest.mark.django_db
CONFIRM = "/account/confirm-identity/"
ONLY_WITH_A_SECOND_FACTOR = "You may do this with a second factor only. Set one up under My account."
SAFE = {"GET", "HEAD", "OPTIONS"}
# Views of these apps that change something without the mark, each with its reason.
WITHOUT_REAUTHENTICATION = {
    "confirm_identity": "is the authentication",
    "assumed_session_exit": "ends what is going on, and nothing may block it",
    "assumed_session_stay": "of one's own session",
    "notices_seen": "of one's own notices",
    "access_end": "gives somebody else less power, and can't wait",
    "access_objection": "gives nobody power; reviewers look at it",
    "access_objection_withdraw": "of one's own objection",
    "user_saved_views": "of one's own views of a list",
    "first_steps_hide": "of one's own dashboard",
    "first_steps_test_mail": "sends to one's own address, and holds nothing",
    "choose_language": "of the browser, before sign-in",
    "account_preferences": "language and time zone of one's own account; they open nothing",
    "account_login": "is the authentication",
    "account_logout": "of one's own session",
    "account_inactive": "only says something",
    "account_reauthenticate": "is the authentication",
    "account_change_password": "of one's own account: asks for the password",
    "account_set_password": "of one's own account, where there is no password to ask for",
    "account_reset_password": "for who is signed out: sends a link to the address of the account",
    "account_reset_password_done": "only says something",
    "account_reset_password_from_key": "for who is signed out: the link authenticates",
    "account_reset_password_from_key_done": "only says something",
    "mfa_index": "only shows something",
    "mfa_list_webauthn": "only shows something",
    "mfa_authenticate": "is the authentication",
    "mfa_reauthenticate": "is the authentication",
    "mfa_reauthenticate_webauthn": "is the authentication",
    "mfa_activate_totp": "of one's own account: the package asks again who is there",
    "mfa_deactivate_totp": "of one's own account: the package asks again who is there",
    "mfa_view_recovery_codes": "of one's own account: the package asks again who is there",
    "mfa_generate_recovery_codes": "of one's own account: the package asks again who is there",
    "mfa_download_recovery_codes": "of one's own account: the package asks again who is there",
    "mfa_add_webauthn": "of one's own account: the package asks again who is there",
    "mfa_edit_webauthn": "the name of one's own key",
    "mfa_remove_webauthn": "of one's own account: the package asks again who is there",
}
APPS = ("accounts.", "impersonation.", "allauth.")


def asks(response):
    return response.status_code == 302 and response.url.startswith(CONFIRM)


def answer(client, address, data):
    """Return the response to a POST, read to its end; a file that was sent before is sent again."""
    for value in data.values():
        if hasattr(value, "seek"):
            value.seek(0)
    response = client.post(address, data)
    if response.streaming:
        b"".join(response.streaming_content)
    return response


def confirm(client, asked_at):
    """Re-authenticate as asked; return the address that one is led back to."""
    address = re.search(r'name="next" value="([^"]*)"', client.get(asked_at).content.decode())[1].replace("&amp;", "&")
    back = client.post(asked_at, {"password": "standin-demo", "next": address})
    assert back.status_code == 302
    return back.url


@pytest.fixture
def ritas_browser(client, rita):
    sign_in(client, rita)
    make_stale(client)
    return client


def test_rita_after_an_old_authentication_does_not_become_lena_by_her_address(ritas_browser, rita, lena):
    """She is refused Login as User; so is the way around it: Lena's address, a reset of the password, signing in."""
    assert asks(post_login_as(ritas_browser, lena))
    hers = "rita.private@harbour.example"
    assert asks(ritas_browser.post(reverse("user_edit", args=[lena.pk]), person_data(lena, email=hers)))
    lena.refresh_from_db()
    assert lena.email == "lena@harbour.example"
    Client().post("/accounts/password/reset/", {"email": hers})
    assert mail.outbox == []
    assert events("user.changed") == []


@pytest.mark.parametrize(("view", "name"), PAIRS)
def test_a_change_takes_a_recent_authentication(client, company, lena, view, name):
    change = CHANGES[view]
    sign_in(client, shipped(name, department=company))
    address, data = change.prepare(client, lena)
    make_stale(client)
    recorded = AuditEvent.objects.count()
    with watching_writes({"django_session"}) as written:
        refused = answer(client, address, data)
    assert asks(refused)
    assert written == []
    assert AuditEvent.objects.count() == recorded
    assert not asks(client.get(confirm(client, refused.url)))
    done = answer(client, address, data)
    assert done.status_code in (200, 302)
    assert not asks(done)
    assert not change.kind or events(change.kind)


def test_every_view_that_asks_is_tried(db):
    # The change of a session's mode asks within the session (tests/impersonation/mode/).
    assert {*CHANGES, "assumed_session_mode"} == views_with("with_reauthentication")


@pytest.mark.parametrize("view", [view for view, change in CHANGES.items() if change.is_form])
def test_a_form_asks_before_anything_is_written_into_it(client, company, lena, view):
    sign_in(client, shipped("Owner", department=company))
    address, _data = CHANGES[view].prepare(client, lena)
    assert client.get(address).status_code == 200
    make_stale(client)
    assert asks(client.get(address))


@pytest.mark.parametrize(
    ("view", "name"), [(view, name) for view in CHANGES for name in SHIPPED if (view, name) not in PAIRS]
)
def test_who_may_not_is_refused_before_being_asked(client, company, lena, view, name):
    sign_in(client, shipped(name, department=company))
    address, data = CHANGES[view].prepare(client, lena)
    make_stale(client)
    with watching_writes(OF_THE_REQUEST) as written:
        assert client.post(address, data).status_code in (403, 404)
    assert written == []


def test_a_view_that_changes_something_asks_or_says_here_why_not():
    changing = set()
    for name, _route, pattern in patterns():
        view = pattern.callback
        if view.__module__.startswith(APPS) and not name.startswith("admin:"):
            changing |= {name} if methods(view) is None or not methods(view) <= SAFE else set()
    assert changing - views_with("with_reauthentication") == set(WITHOUT_REAUTHENTICATION)
    # Of the administration: what reads, and learning content, which is nobody's data (docs/decisions/0014).
    unmarked = {name for name, _route, _pattern in patterns() if name.startswith("admin:")} - set(CHANGES)
    of_django = {f"admin:{name}" for name in ("app_list", "password_change", "password_change_done", "view_on_site")}
    ours = {name for name in unmarked - of_django if re.match("admin:(?!learning_)[a-z]+_", name)}
    assert {name.rpartition("_")[2] for name in ours} == {
        "add", "change", "changelist", "delete", "history", "receipt", "summary", "timeline", "verify"
    }  # fmt: skip


@pytest.mark.parametrize("what", ["add", "change", "delete"])
@pytest.mark.parametrize("model", ["audit_auditevent", "impersonation_assumedsession"])
def test_the_administration_changes_no_log_and_no_assumed_session(client, owner, sam, lena, model, what):
    session = log_in_as(Client(), sam, lena)
    sign_in(client, owner)
    row = session.pk if "session" in model else AuditEvent.objects.order_by("seq").first().pk
    with watching_writes(OF_THE_REQUEST) as written:
        address = reverse(f"admin:{model}_{what}", args=[] if what == "add" else [row])
        assert client.post(address, {"post": "yes"}).status_code == 403
    assert written == []


@pytest.mark.parametrize(("view", "name"), PAIRS)
def test_a_type_that_demands_a_second_factor_demands_it_for_every_change(client, company, lena, view, name):
    person = shipped(name, department=company)
    sign_in(client, person)
    address, data = CHANGES[view].prepare(client, lena)
    duty = Permission.objects.get(content_type__app_label="accounts", codename=Right.WITH_SECOND_FACTOR.codename)
    person.groups.add(Group.objects.create(name="Careful"))
    Group.objects.get(name="Careful").permissions.add(duty)
    with watching_writes(OF_THE_REQUEST) as written:
        refused = answer(client, address, data)
    assert (refused.status_code, ONLY_WITH_A_SECOND_FACTOR in refused.content.decode()) == (403, True)
    assert written == []
    secret = generate_totp_secret()
    TOTP.activate(person, secret)
    refused = answer(client, address, data)
    assert asks(refused), "a password is no longer enough"
    client.post(refused.url, {"code": code_now(secret)})
    done = answer(client, address, data)
    assert done.status_code in (200, 302)
    assert not asks(done)


def test_what_was_typed_about_lena_is_there_again_and_saved_by_hand_alone(ritas_browser, lena):
    address = reverse("user_edit", args=[lena.pk])
    asked_at = ritas_browser.post(address, person_data(lena, first_name="Magdalena", email="m@harbour.example")).url
    page = ritas_browser.get(confirm(ritas_browser, asked_at))
    form = page.context["form"]
    assert (form["first_name"].value(), form["email"].value()) == ("Magdalena", "m@harbour.example")
    assert "This is what you wrote before. Nothing has been done with it yet." in page.content.decode()
    lena.refresh_from_db()
    assert lena.first_name == "Lena"
    assert ritas_browser.get(address).context["form"]["first_name"].value() == "Lena", "shown once"


def test_a_change_that_somebody_made_meanwhile_is_noticed_in_a_kept_form_too(ritas_browser, lena):
    address = reverse("user_edit", args=[lena.pk])
    asked_at = ritas_browser.post(address, person_data(lena, first_name="Magdalena")).url
    User.objects.filter(pk=lena.pk).update(last_name="Holm")
    page = ritas_browser.get(confirm(ritas_browser, asked_at)).content.decode()
    seen = re.search('name="seen" value="([0-9a-f]{64})"', page)[1]
    assert ritas_browser.post(address, person_data(lena, first_name="Magdalena", seen=seen)).status_code == 409


def test_a_box_that_was_cleared_stays_cleared(ritas_browser, norreport):
    sent = person_data(department=norreport.pk)
    asked_at = ritas_browser.post("/users/new/", sent).url
    form = ritas_browser.get(confirm(ritas_browser, asked_at)).context["form"]
    assert (form["first_name"].value(), form["invite"].value()) == ("Nora", False)


def test_the_ticks_of_a_permission_type_and_of_a_person_are_kept(client, company, lena):
    sign_in(client, shipped("Owner", department=company))
    make_stale(client)
    asked_at = client.post("/permissions/new/", asked("preview", "people_see", "people_edit", name="Readers")).url
    page = client.get(confirm(client, asked_at))
    assert page.context["form"]["name"].value() == "Readers"
    assert page.context["form"]["rights"].value() == ["people_see", "people_edit"]
    make_stale(client)
    manager = Group.objects.get(name="Manager")
    asked_at = client.post(reverse("user_permission_types", args=[lena.pk]), {"types": [manager.pk]}).url
    page = client.get(confirm(client, asked_at))
    assert [each.group.name for each in page.context["form"].shown() if each.is_ticked] == ["Manager"]
    assert not lena.groups.exists()


@pytest.mark.parametrize("view", ["user_reactivate", "user_invite", "user_protect", "user_export"])
def test_a_button_leads_back_to_its_page_and_says_to_press_it_again(client, company, lena, view):
    sign_in(client, shipped("Owner", department=company))
    address, data = CHANGES[view].prepare(client, lena)
    make_stale(client)
    query = "?q=lena" if view == "user_export" else ""
    back = confirm(client, client.post(address + query, data).url)
    assert back == (f"/users/{query}" if query else lena.get_absolute_url())
    page = client.get(back).content.decode()
    button = re.search(r"Confirmed\. Press “([^”]+)” again\.", page)[1]
    assert len(re.findall(rf"<button[^>]*>{button}</button>", page)) == 1


def test_drafts_hold_no_secret_no_endless_text_and_no_endless_number_of_pages(ritas_browser, lena, norreport):
    address = reverse("user_deactivate", args=[lena.pk])
    ritas_browser.post(address, {"reason": "Left", "password": "standin-demo", "new_password2": "x", "code": "123456"})
    assert ritas_browser.session[drafts.KEY] == {address: {"reason": ["Left"]}}
    asked_at = ritas_browser.post(address, {"reason": "x" * drafts.LONGEST}).url
    assert ritas_browser.session[drafts.KEY] == {address: {"reason": ["Left"]}}
    for number in range(drafts.AT_MOST):
        person = User.objects.create_user(f"p{number}@harbour.example", first_name="P", department=norreport)
        ritas_browser.post(reverse("user_deactivate", args=[person.pk]), {"reason": "Left"})
    assert len(ritas_browser.session[drafts.KEY]) == drafts.AT_MOST
    assert address not in ritas_browser.session[drafts.KEY]
    asked_at = ritas_browser.post(address, {"reason": "x" * drafts.LONGEST}).url
    page = ritas_browser.get(confirm(ritas_browser, asked_at)).content.decode()
    assert "What you wrote was too long to be kept. Please write it again." in page


def test_signing_out_and_the_start_of_an_assumed_session_drop_drafts(ritas_browser, rita, lena):
    address = reverse("user_deactivate", args=[lena.pk])
    ritas_browser.post(address, {"reason": "Left"})
    assert ritas_browser.session[drafts.KEY]
    ritas_browser.post(CONFIRM, {"password": "standin-demo"})
    assert ritas_browser.post(reverse("login_as", args=[lena.pk]), login_as_data()).url == "/"
    assert drafts.KEY not in ritas_browser.session
    ritas_browser.post(reverse("assumed_session_exit"))
    sign_in(ritas_browser, rita)
    make_stale(ritas_browser)
    ritas_browser.post(address, {"reason": "Left"})
    ritas_browser.post("/accounts/logout/")
    sign_in(ritas_browser, rita)
    assert drafts.KEY not in ritas_browser.session
    assert not ritas_browser.get(address).context["form"]["reason"].value()


def test_in_an_assumed_session_a_form_is_looked_at_and_nothing_asks(client, owner, petra, lena):
    log_in_as(client, owner, petra)
    address = reverse("user_edit", args=[lena.pk])
    assert client.get(address).status_code == 200
    assert client.post(address, person_data(lena, first_name="X")).status_code == 403
