"""All forms of the platform, with the data that a browser sends from each, and the users and items they concern."""

from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from .assumed import GOOD_REASON, log_in_as, sign_in
from .every_import_form import FORMS_OF_MANY
from .every_learning_form import LEARNING_FORMS
from .every_permission_form import FORMS_OF_PERMISSIONS
from .mail_backends import delivered
from .organisation import FORMS_OF_ORGANISATION
from .page_forms import form_on
from .second_factor import code_now
from .url_configuration import patterns
from .valid_html import html_of, what_is_wrong

PASSWORD, NEW_PASSWORD = "standin-demo", "a-longer-password-7"


class World:
    """The users and items that the forms concern, and a browser that checks CSRF tokens."""

    def __init__(self, **given):
        self.__dict__.update(given)
        self.browser = Client(enforce_csrf_checks=True)

    def person(self, name, person=None):
        return reverse(name, args=[(person or self.lena).pk])

    def shown(self, address, action=""):
        page = self.browser.get(address, follow=True)
        assert what_is_wrong(html_of(page)) == [], address
        return form_on(page, action)


def own_page(view, /, **filled):
    """Return a form with its own page, for Lena if the address needs a user."""

    def form(w):
        address = w.person(view) if "<int" in ROUTES[view] else reverse(view)
        return address, w.shown(address) | filled

    return form


def button(name, *, page="user_detail", person="lena", **filled):
    """Return a form that is a button on the page of a user."""

    def form(w):
        address = w.person(name, getattr(w, person))
        return address, w.shown(w.person(page, getattr(w, person)), address) | filled

    return form


def first_step(name, **filled):
    """Return a form on the page of the first steps."""

    def form(w):
        return reverse(name), w.shown(reverse("first_steps"), reverse(name)) | filled

    return form


def view_of_a_list(w):
    address = reverse("user_saved_views")
    return address, w.shown(reverse("user_list"), address) | {"name": "Everybody"}


def lock_to_lift(w):
    return w.person("user_lift_sign_in_lock"), w.shown(w.person("user_detail"), w.person("user_send_password_link"))


def factors_to_remove(w):
    TOTP.activate(w.lena, generate_totp_secret())
    return own_page("user_remove_second_factors", reason="She called, I know her voice")(w)


def proven_again(w):
    """Enter the password on allauth's re-authentication page, which allauth shows before it changes second factors."""
    page = w.browser.get(reverse("mfa_activate_totp"), follow=True)
    w.browser.post(page.request["PATH_INFO"], form_on(page) | {"password": PASSWORD})


def authenticator_app(w):
    proven_again(w)
    address = reverse("mfa_activate_totp")
    page = w.browser.get(address)
    return address, form_on(page) | {"code": code_now(page.context["form"].secret)}


def with_app(view, /, **filled):
    def form(w):
        proven_again(w)
        TOTP.activate(w.owner, generate_totp_secret())
        RecoveryCodes.activate(w.owner)
        return own_page(view, **filled)(w)

    return form


def code_again(w):
    secret = generate_totp_secret()
    TOTP.activate(w.owner, secret)
    address = f"{reverse('confirm_identity')}?next=/users/"
    return address, form_on(w.browser.get(address)) | {"code": code_now(secret)}


def language_before_sign_in(w):
    w.browser = Client(enforce_csrf_checks=True)
    address = reverse("choose_language")
    return address, w.shown(reverse("account_login"), address) | {"language": "da"}


def forgotten(w):
    w.browser = Client(enforce_csrf_checks=True)
    return own_page("account_reset_password", email=w.lena.email)(w)


def link_of_a_mail(w):
    forgotten_address, data = forgotten(w)
    w.browser.post(forgotten_address, data)
    [mail] = delivered()
    link = next(word for word in mail.body.split() if "/key/" in word).removeprefix("http://testserver")
    page = w.browser.get(link, follow=True)
    return page.wsgi_request.path, form_on(page) | {"password1": NEW_PASSWORD, "password2": NEW_PASSWORD}


def notices(w):
    browser = Client()
    log_in_as(browser, w.sam, w.lena)
    browser.post(reverse("assumed_session_exit"))  # a live session has a notice of its own
    return reverse("notices_seen"), w.shown("/", reverse("notices_seen"))


def end_of_session(w):
    session = log_in_as(Client(), w.sam, w.lena)
    address = reverse("admin:impersonation_assumedsession_end", args=[session.pk])
    return address, w.shown(address)


def sign_in_form(w):
    w.browser = Client(enforce_csrf_checks=True)
    address = f"{reverse('account_login')}?next=/modules/"
    return address, w.shown(address, reverse("account_login")) | {"login": w.lena.email, "password": PASSWORD}


def second_step(w):
    secret = generate_totp_secret()
    TOTP.activate(w.lena, secret)
    address, data = sign_in_form(w)
    page = w.browser.post(address, data, follow=True)
    return reverse("mfa_authenticate"), form_on(page) | {"code": code_now(secret)}


def start(w):
    address = w.person("login_as")
    reason = {"category": "other", "text": GOOD_REASON, "mode": "act"}
    return address, w.shown(address) | reason


def in_lenas_place(name):
    def form(w):
        address, data = start(w)
        assert w.browser.post(address, data).status_code == 302
        return reverse(name), w.shown(reverse("assumed_session"), reverse("assumed_session_exit"))

    return form


def more_power(w):
    """Return the form that changes the mode of a session that only looks."""
    address, data = start(w)
    assert w.browser.post(address, data | {"mode": "look_only"}).status_code == 302
    address = reverse("assumed_session_mode")
    return address, w.shown(address) | {"text": GOOD_REASON}


def session_of_hers(name, *, page=None, after=()):
    """Return a form of Lena about an assumed session of her account. after: what she does before."""

    def form(w):
        session = log_in_as(Client(), w.sam, w.lena)
        for earlier in after:
            address = reverse(earlier, args=[session.pk])
            assert w.browser.post(address, w.shown(address)).status_code == 302
        address = reverse(name, args=[session.pk])
        return address, w.shown(page or address, address if page else None)

    return form


def sign_out(w):
    return reverse("account_logout"), w.shown("/", reverse("account_logout"))


# The user who sends each form, and a function that opens its page and returns the address and all fields.
FORMS = (
    LEARNING_FORMS
    | FORMS_OF_MANY
    | FORMS_OF_ORGANISATION
    | FORMS_OF_PERMISSIONS
    | {
        "user_create": (
            "owner",
            own_page("user_create", first_name="Nora", last_name="Ny", email="nora@harbour.example"),
        ),
        "user_edit": ("owner", own_page("user_edit", email="lena.new@harbour.example")),
        "user_deactivate": ("owner", own_page("user_deactivate", reason="She has left the company")),
        "user_reactivate": ("owner", button("user_reactivate", person="ina")),
        "user_invite": ("owner", button("user_invite")),
        "user_remove_second_factors": ("owner", factors_to_remove),
        "user_send_password_link": ("owner", button("user_send_password_link")),
        "user_lift_sign_in_lock": ("owner", lock_to_lift),
        "user_protect": ("owner", button("user_protect")),
        "user_saved_views": ("owner", view_of_a_list),
        "first_steps_hide": ("owner", first_step("first_steps_hide", hidden="on")),
        "first_steps_test_mail": ("owner", first_step("first_steps_test_mail")),
        "organisation_settings": ("owner", lambda w: settings_off(w)),
        "brand_settings": ("owner", own_page("brand_settings", name="Harbour Coffee")),
        "confirm_identity": ("owner", own_page("confirm_identity", password=PASSWORD)),
        "confirm_identity (code)": ("owner", code_again),
        "mfa_activate_totp": ("owner", authenticator_app),
        "mfa_deactivate_totp": ("owner", with_app("mfa_deactivate_totp")),
        "mfa_generate_recovery_codes": ("owner", with_app("mfa_generate_recovery_codes")),
        "account_reauthenticate": ("owner", own_page("account_reauthenticate", password=PASSWORD)),
        "account_change_password": (
            "owner",
            own_page("account_change_password", oldpassword=PASSWORD, password1=NEW_PASSWORD, password2=NEW_PASSWORD),
        ),
        "account_preferences": ("lena", own_page("account_preferences", language="da", time_zone="Asia/Tokyo")),
        "choose_language": ("lena", language_before_sign_in),
        "account_reset_password": ("lena", forgotten),
        "account_reset_password_from_key": ("lena", link_of_a_mail),
        "notices_seen": ("lena", notices),
        "admin:impersonation_assumedsession_end": ("owner", end_of_session),
        "account_login": ("lena", sign_in_form),
        "mfa_authenticate": ("lena", second_step),
        "account_logout": ("lena", sign_out),
        "login_as": ("sam", start),
        "assumed_session_exit": ("sam", in_lenas_place("assumed_session_exit")),
        "account_logout (in an assumed session)": ("sam", in_lenas_place("account_logout")),
        "assumed_session_stay": ("sam", in_lenas_place("assumed_session_stay")),
        "assumed_session_mode": ("sam", more_power),
        "access_end": ("lena", session_of_hers("access_end", page="/")),
        "access_objection": ("lena", session_of_hers("access_objection")),
        "access_objection_withdraw": (
            "lena",
            session_of_hers("access_objection_withdraw", page="/account/access-history/", after=["access_objection"]),
        ),
    }
)


def settings_off(w):
    address, data = own_page("organisation_settings")(w)
    return address, {name: value for name, value in data.items() if name != "login_as_enabled"}


ROUTES = {name: route for name, route, _pattern in patterns()}


def ready(world, name):
    """Sign the sender in, and return the form's address and data."""
    who, make = FORMS[name]
    sign_in(world.browser, getattr(world, who))
    return make(world)


def send(client, address, data):
    files = {name: SimpleUploadedFile(f"{name}.csv", data[name]) for name in ("file",) if name in data}
    return client.post(address, data | files)
