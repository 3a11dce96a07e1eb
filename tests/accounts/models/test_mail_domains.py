"""An address is accepted only if it can be mailed, whichever way it comes in, and stored in one form."""

import unicodedata

import pytest
from django.core import mail
from django.core.exceptions import ValidationError
from django.core.mail.backends import smtp
from django.core.management import CommandError, call_command
from django.urls import reverse

from accounts.mail_domains import stored_form
from accounts.models import User
from accounts.models.mails import Mail, put
from tests.support.assumed import sign_in
from tests.support.changes import person_data
from tests.support.import_files import imported, problems, row, rows

pytestmark = pytest.mark.django_db
PASSWORD = "standin-demo"
FORTY_LETTERS = "".join(chr(0x4E00 + 97 * number) for number in range(40))
NO_DOMAIN, ELSEWHERE, TOO_LONG = "no such domain can exist", "write it that way", "which mail servers refuse"
# What is typed, and what is stored.
GOOD = {
    "noa@harbour.example": "noa@harbour.example",
    "Noa.Levi@Harbour.Example": "noa.levi@harbour.example",
    "noa+shop@harbour.example": "noa+shop@harbour.example",
    "o'noa@harbour.example": "o'noa@harbour.example",
    "noa@mail.harbour.co.example": "noa@mail.harbour.co.example",
    "noa@kaffebønne.example": "noa@kaffebønne.example",
    "noa@münchen.example": "noa@münchen.example",
    "noa@MU\u0308NCHEN.example": "noa@münchen.example",
    "noa@咖啡.example": "noa@咖啡.example",
    "noa@קפה.example": "noa@קפה.example",
    f"{'n' * 64}@harbour.example": f"{'n' * 64}@harbour.example",
}
BAD = {
    "noa@אb.example": NO_DOMAIN,
    f"noa@{FORTY_LETTERS}.example": NO_DOMAIN,
    f"noa@{'ø' * 60}.example": NO_DOMAIN,
    "noa@\u0661a\u05d0.example": NO_DOMAIN,
    "noa@straße.example": ELSEWHERE,
    "noa@xn--mnchen-3ya.example": ELSEWHERE,
    "noa@ｈarbour.example": ELSEWHERE,
    "noa@har\u00adbour.example": ELSEWHERE,
    "noa@har\u200bbour.example": ELSEWHERE,
    f"{'n' * 65}@harbour.example": TOO_LONG,
}


def envelope(address):
    """Return a sent message's recipients as the mail server gets them."""
    return smtp.sanitize_address(address, "utf-8")


@pytest.mark.parametrize("typed", GOOD)
def test_a_good_address_is_stored_in_one_form_mailed_and_signs_in(client, sam, typed):
    sign_in(client, sam)
    response = client.post(reverse("user_create"), person_data(email=typed, department=sam.department_id, invite="on"))
    assert response.status_code == 302, response.context["form"].errors
    noa = User.objects.get(first_name="Nora")
    assert noa.email == GOOD[typed]
    call_command("send_notices", verbosity=0)
    [message] = mail.outbox
    assert message.to == [noa.email]
    assert envelope(noa.email).isascii()
    noa.set_password(PASSWORD)
    noa.save()
    client.logout()
    client.post(reverse("account_login"), {"login": typed, "password": PASSWORD})
    assert client.session["_auth_user_id"] == str(noa.pk)


@pytest.mark.parametrize("typed", BAD)
def test_a_bad_address_is_refused_by_the_form_with_what_is_wrong(client, sam, typed):
    sign_in(client, sam)
    before = User.objects.count()
    response = client.post(reverse("user_create"), person_data(email=typed, department=sam.department_id))
    assert response.status_code == 422
    assert BAD[typed] in " ".join(response.context["form"].errors["email"])
    assert User.objects.count() == before


@pytest.mark.parametrize("typed", [typed for typed in BAD if not {"\u00ad", "\u200b"} & set(typed)])
def test_a_bad_address_is_refused_by_an_import_with_what_is_wrong(typed):
    [(line, column, message)] = problems(rows(row("1", email=typed)))
    assert (line, column) == (2, "E-mail")
    assert BAD[typed] in message


@pytest.mark.parametrize("typed", GOOD)
def test_a_good_address_is_imported_in_the_same_form(typed):
    imported(rows(row("1", email=typed)))
    assert User.objects.get().email == GOOD[typed]


@pytest.mark.parametrize("typed", BAD)
def test_a_bad_address_makes_no_user_and_no_owner(typed):
    with pytest.raises(ValidationError):
        User.objects.create_user(typed, PASSWORD, first_name="Noa")
    with pytest.raises(CommandError):
        call_command("create_owner", typed, first_name="Noa", link=True)
    assert not User.objects.exists()


def test_a_link_to_a_new_password_finds_the_address_however_it_is_composed(client):
    noa = User.objects.create_user("noa@münchen.example", PASSWORD, first_name="Noa")
    client.post(reverse("account_reset_password"), {"email": unicodedata.normalize("NFD", noa.email).upper()})
    call_command("send_notices", verbosity=0)
    assert [message.to for message in mail.outbox] == [[noa.email]]


def test_an_address_from_before_that_cannot_be_mailed_still_signs_in(client):
    noa = User.objects.create_user("noa@harbour.example", PASSWORD, first_name="Noa")
    User.objects.filter(pk=noa.pk).update(email="noa@אb.example")
    noa.emailaddress_set.update(email="noa@אb.example")
    client.post(reverse("account_login"), {"login": "noa@אb.example", "password": PASSWORD})
    assert client.session["_auth_user_id"] == str(noa.pk)
    put(Mail.Kind.INVITATION, noa)
    call_command("send_notices", verbosity=0)
    assert mail.outbox == []


def test_the_stored_form_is_its_own_stored_form():
    for typed in (*GOOD, *BAD, "İ@İ.example", "ǰ̣@x.example"):
        assert stored_form(stored_form(typed)) == stored_form(typed)
