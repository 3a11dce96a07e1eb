"""The brand of the company: who sets it, what it holds, and where it is seen."""

import re

import pytest
from django.core import mail
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Brand, Mail, User, mails
from accounts.models.brand import Shown, StoredBrand, read_shown, shown
from accounts.organisation.brand.actions import change_brand
from audit.models import AuditEvent
from tests.support.assumed import data_queries, detail, events, log_in_as, sign_in
from tests.support.factories import UserFactory
from tests.support.permission_setup import brand_data as data
from tests.support.pictures import chunk, png, rows

pytestmark = pytest.mark.django_db
PAGE = reverse("brand_settings")
SIGN_IN = reverse("account_login")


@pytest.fixture(autouse=True)
def uploads(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def set_brand(**values):
    Brand.objects.update_or_create(pk=1, defaults=values)


def picture(content=None):
    return SimpleUploadedFile("our logo.png", png() if content is None else content, content_type="text/html")


def test_the_owner_gives_the_platform_the_companys_name_and_everybody_sees_it(client, owner, lena):
    sign_in(client, owner)
    response = client.post(PAGE, data(name=" Harbour  Coffee ", support_name="the help desk"))
    assert response.url == PAGE
    [event] = events("organisation.settings_changed")
    assert detail(event) == {
        "before": {"name": "", "support_name": ""},
        "after": {"name": "Harbour Coffee", "support_name": "the help desk"},
    }
    client.logout()
    page = client.get(SIGN_IN).content.decode()
    assert "Sign in · Harbour Coffee</title>" in page
    assert "Ask the help desk." in page
    sign_in(client, lena)
    page = client.get("/").content.decode()
    assert "Harbour Coffee" in page
    assert "Standin · learning, with somebody beside you" in page


def test_the_same_again_records_nothing(client, owner):
    sign_in(client, owner)
    client.post(PAGE, data(name="Harbour Coffee"))
    client.post(PAGE, data())
    assert "Nothing was different" in client.get(PAGE).content.decode()
    assert len(events("organisation.settings_changed")) == 1


def test_who_may_not_edit_settings_finds_no_page(client, sam):
    sign_in(client, sam)
    assert client.get(PAGE).status_code == 404
    assert client.post(PAGE, data(name="Mine")).status_code == 404
    assert not Brand.objects.exists()


def test_a_change_that_can_not_be_recorded_is_not_made(client, owner, monkeypatch):
    def broken(*_rows):
        raise OperationalError("disk full")

    sign_in(client, owner)
    monkeypatch.setattr("audit.log.store", broken)
    client.raise_request_exception = False
    assert client.post(PAGE, data(name="Harbour Coffee")).status_code == 503
    assert read_shown() == Shown()


def test_what_somebody_else_saved_meanwhile_is_shown_and_not_overwritten(client, owner):
    sign_in(client, owner)
    old = data(name="Harbour Coffee")
    change_brand(actor=owner, values={"accent": "#1d4f91"})
    response = client.post(PAGE, old)
    assert response.status_code == 409
    page = response.content.decode()
    assert "By now it is “#1d4f91”." in page
    assert 'value="Harbour Coffee"' in page
    assert Brand.current().name == ""


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"name": "Standin <support@bank.example>"}, "“&lt;” can&#x27;t be in the name"),
        ({"name": "https://bank.example"}, "“:” can&#x27;t be in the name"),
        ({"name": "IT\u202eecived"}, "can&#x27;t be seen"),
        ({"name": "x" * 61}, "at most 60 characters"),
        ({"accent": "red"}, "Write a colour such as #0b5d58."),
        ({"accent": "#fff}x"}, "Write a colour such as #0b5d58."),
        ({"accent": "#ffff00"}, "#ffff00 is too light to be read on white. Choose a darker one, such as #"),
        ({"support_address": "javascript:alert(1)", "support_name": "us"}, "Write an address such as"),
        ({"support_address": "help@company.example"}, "Say who answers at this address."),
        ({"time_zone": "Mars/Olympus"}, "Select a valid choice."),
        ({"language": "tlh"}, "Select a valid choice."),
        ({"new_logo": "svg"}, "This is no PNG picture."),
    ],
)
def test_bad_input_is_refused_with_what_is_wrong_and_loses_nothing(client, owner, changes, sentence):
    sign_in(client, owner)
    sent = data(**{"support_name": "the help desk"} | changes)
    if "support_address" in changes and "support_name" not in changes:
        sent["support_name"] = ""
    if "new_logo" in changes:
        sent["new_logo"] = picture(b"<svg/>")
    response = client.post(PAGE, sent)
    assert response.status_code == 422
    page = response.content.decode()
    assert sentence in page
    assert "Not saved yet" in page
    assert not sent["support_name"] or f'value="{sent["support_name"]}"' in page
    assert not Brand.objects.exists()
    assert events("organisation.settings_changed") == []


def test_the_logo_is_written_again_and_shown_to_signed_out_people_too(client, owner):
    sign_in(client, owner)
    hidden = chunk(b"tEXt", b"Comment\0<script>")
    client.post(PAGE, data(new_logo=picture(png(hidden))))
    [event] = events("organisation.settings_changed")
    name = Brand.current().logo.name
    assert detail(event)["after"] == {"logo": name}
    assert re.fullmatch(r"brand/[0-9a-f]{32}\.png", name)
    client.logout()
    address = re.search(r'src="(/brand/logo-[^"]+)"', client.get(SIGN_IN).content.decode())[1]
    response = client.get(address)
    assert response.headers["Content-Type"] == "image/png"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in response.headers["Content-Security-Policy"]
    assert response.headers["Cache-Control"] == "max-age=31536000, public, immutable"
    assert b"script" not in response.content
    assert response.content.startswith(b"\x89PNG")


def test_a_removed_logo_is_gone_from_pages_and_its_address(client, owner):
    sign_in(client, owner)
    client.post(PAGE, data(new_logo=picture()))
    address = reverse("brand_logo", args=[Brand.current().logo.name[6:-4]])
    client.post(PAGE, data(remove_logo="on"))
    assert client.get(address).status_code == 404
    assert "/brand/logo-" not in client.get("/").content.decode()


def test_the_address_of_an_earlier_logo_leads_nowhere(client, owner):
    sign_in(client, owner)
    client.post(PAGE, data(new_logo=picture()))
    earlier = reverse("brand_logo", args=[Brand.current().logo.name[6:-4]])
    client.post(PAGE, data(new_logo=picture(png(pixels=rows(64, 64)))))
    assert client.get(earlier).status_code == 404


def test_a_logo_that_the_storage_has_lost_is_not_found(client, owner):
    sign_in(client, owner)
    client.post(PAGE, data(new_logo=picture()))
    name = Brand.current().logo.name
    default_storage.delete(name)
    assert client.get(reverse("brand_logo", args=[name[6:-4]])).status_code == 404
    assert client.get(PAGE).status_code == 200


def test_the_sheet_of_a_colour_is_made_of_its_address_alone(client, django_assert_num_queries):
    with django_assert_num_queries(0):
        response = client.get(reverse("brand_colours", args=["1d4f91"]))
    assert response.content.decode() == (
        "@layer tokens{:root{--accent:light-dark(#1d4f91,#7190ba);"
        "--accent-strong:light-dark(#163b6d,#a3b7d2);--on-accent:light-dark(#ffffff,#14110e);}}\n"
    )
    assert response.headers["Content-Type"] == "text/css"
    assert "immutable" in response.headers["Cache-Control"]


@pytest.mark.parametrize("colour", ["1d4f9", "1D4F91", "1d4f91}", "ffffff", "1d4f91;x", "red"])
def test_no_other_text_becomes_a_sheet(client, colour):
    assert client.get(f"/brand/{colour}.css").status_code == 404


def test_a_page_loads_the_colour_by_its_address(client, owner):
    set_brand(accent="#1d4f91")
    assert '<link rel="stylesheet" href="/brand/1d4f91.css">' in client.get(SIGN_IN).content.decode()
    sign_in(client, owner)
    assert '<link rel="stylesheet" href="/brand/1d4f91.css">' in client.get("/").content.decode()


@pytest.mark.parametrize(
    "row",
    [
        {"accent": "};body"},
        {"logo": "../../etc/passwd"},
        {"name": "a <b@c>"},
        {"support_address": "javascript:x", "support_name": "us"},
        {"support_name": "\u202e"},
    ],
)
def test_what_somebody_wrote_past_the_form_is_not_shown(row):
    set_brand(**row)
    assert read_shown() == Shown(support_name="us" if row.get("support_name") == "us" else "")


def queries(client, url):
    with CaptureQueriesContext(connection) as captured:
        response = client.get(url)
    assert response.status_code == 200
    return data_queries(captured)


def test_reading_the_brand_costs_no_query_of_its_own(client, owner, sam, lena):
    sign_in(client, lena)
    client.get("/documents/")
    before = queries(client, "/documents/")
    set_brand(name="Harbour Coffee", accent="#1d4f91", support_name="the help desk")
    assert len(queries(client, "/documents/")) == len(before)
    log_in_as(client, sam, lena)
    client.get(reverse("assumed_session"))
    assert len(queries(client, reverse("assumed_session"))) == 3  # browser session, the one statement, the reason


def test_in_an_assumed_session_pages_have_the_brand_and_its_settings_are_closed(client, owner, sam, lena):
    set_brand(name="Harbour Coffee")
    log_in_as(client, sam, lena)
    assert "· Harbour Coffee</title>" in client.get("/").content.decode()
    assert client.post(PAGE, data(name="Mine")).status_code == 403
    assert Brand.current().name == "Harbour Coffee"


def test_mails_come_from_the_company_at_the_operators_address(settings, lena):
    settings.DEFAULT_FROM_EMAIL = "Standin <learning@company.example>"
    assert sent_to(lena).from_email == "Standin <learning@company.example>"
    set_brand(name='O\'Neil & Søn, "Coffee"'.replace('"', ""))
    message = sent_to(lena)
    assert message.subject == "Choose a new password for O'Neil & Søn, Coffee"
    assert message.message()["From"].count("@") == 1
    assert message.message()["From"].endswith("<learning@company.example>")


def sent_to(person):
    mails.put(Mail.Kind.PASSWORD_LINK, person)
    Mail.objects.last().message().send()
    return mail.outbox[-1]


def test_new_people_get_the_companys_time_zone(client, owner):
    set_brand(time_zone="Europe/Berlin", language="xx")
    sign_in(client, owner)
    form = client.get(reverse("user_create")).context["form"]
    assert (form["time_zone"].value(), form["language"].value()) == ("Europe/Berlin", "en")


def test_a_page_without_a_database_has_our_own_name(monkeypatch, rf):
    def gone(*_args, **_kwargs):
        raise OperationalError("the server is away")

    monkeypatch.setattr(Brand.objects, "filter", gone)
    assert read_shown() == Shown()


def test_without_a_row_everything_is_ours(client):
    assert shown(None) == Shown()
    assert User.objects.annotate(brand=StoredBrand()).count() == 0
    UserFactory()
    assert User.objects.annotate(brand=StoredBrand()).get().brand is None
    assert "Sign in · Standin</title>" in client.get(SIGN_IN).content.decode()
    assert AuditEvent.objects.filter(kind="organisation.settings_changed").count() == 0
