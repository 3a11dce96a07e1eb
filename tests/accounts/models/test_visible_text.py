"""Letters that nobody sees: refused on every way in, found if they are stored already, and shown for what they are."""

import io
import unicodedata

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import JobProfile, User
from accounts.visible_text import is_visible, tidy
from tests.support.assumed import log_in_as, post_login_as, sign_in
from tests.support.changes import person_data
from tests.support.import_files import problems, row, rows

pytestmark = pytest.mark.django_db
PASSWORD = "standin-demo"
HIDDEN = {
    "Le\u200bna": "ZERO WIDTH SPACE (U+200B)",
    "\u202eaneL": "RIGHT-TO-LEFT OVERRIDE (U+202E)",
    "Le\u00adna": "SOFT HYPHEN (U+00AD)",
    "\u3164": "HANGUL FILLER (U+3164)",
    "\u2800": "BRAILLE PATTERN BLANK (U+2800)",
    "Lena\u200d": "ZERO WIDTH JOINER (U+200D)",
    "\x1b[31m": "control character (U+001B)",
    "\ufe0f": "Nothing of this can be seen.",
}
SEEN = ["Lena", "Sørensen-O'Neill", "می\u200cخواهم", "क्\u200dष", "李 雷", "Lena \N{HOT BEVERAGE}\ufe0f", "X"]
LETTERS = st.text(
    st.one_of(st.characters(exclude_categories=["Cs"]), st.sampled_from("aé\u0301\u200b\u200d\u202e \n\u3164\u00a0")),
    max_size=12,
)


def create(client, sam, **changes):
    return client.post(reverse("user_create"), person_data(department=sam.department_id, **changes))


@pytest.mark.parametrize("field", ["first_name", "last_name"])
@pytest.mark.parametrize("typed", HIDDEN)
def test_a_name_with_a_hidden_letter_is_refused_and_the_letter_named(client, sam, field, typed):
    sign_in(client, sam)
    response = create(client, sam, **{field: typed})
    assert response.status_code == 422
    assert HIDDEN[typed] in " ".join(response.context["form"].errors[field])


@pytest.mark.parametrize("typed", SEEN)
def test_a_name_that_people_have_is_taken(client, sam, typed):
    sign_in(client, sam)
    assert create(client, sam, first_name=typed).status_code == 302
    assert User.objects.get(email="nora@harbour.example").first_name == unicodedata.normalize("NFC", typed)


@pytest.mark.parametrize("typed", ["\u3164", "\u2800", "Le\u034fna"])
@pytest.mark.parametrize("column", ["identifier", "first", "last", "job", "place"])
def test_an_import_refuses_the_same(typed, column):
    said = problems(rows(row(**{"identifier": "1", column: typed})))
    assert any("isn't allowed here" in message for _line, _column, message in said)


@pytest.mark.parametrize("typed", HIDDEN)
def test_commands_and_code_refuse_the_same(typed):
    with pytest.raises(ValidationError):
        User.objects.create_user("noa@harbour.example", PASSWORD, first_name=typed)
    with pytest.raises(ValidationError):
        User.objects.create_user("noa@harbour.example", PASSWORD, first_name="Noa", external_id=typed)
    with pytest.raises(ValidationError):
        JobProfile(name=typed).full_clean()


def test_a_line_break_in_a_name_becomes_a_space():
    noa = User.objects.create_user("noa@harbour.example", PASSWORD, first_name="No\u0308a\r\nLevi")
    assert noa.first_name == "Nöa Levi"


@pytest.mark.parametrize("view", ["user_deactivate", "user_remove_second_factors"])
def test_a_reason_of_nothing_visible_is_none(client, sam, lena, view):
    sign_in(client, sam)
    client.post(reverse(view, args=[lena.pk]), {"reason": "\u200b" * 5})
    lena.refresh_from_db()
    assert lena.is_active


def test_login_as_takes_no_reason_and_no_ticket_that_nobody_can_read(client, sam, lena):
    sign_in(client, sam)
    assert (
        post_login_as(client, lena, text="\u3164\u115f\u1160\u3164\u115f\u1160\u3164\u115f\u1160\u3164").status_code
        == 422
    )
    assert post_login_as(client, lena, ticket="\u200b\u200b").status_code == 422
    assert post_login_as(client, lena).status_code == 302


def test_a_stored_name_of_hidden_letters_is_shown_and_found(client, sam, lena):
    User.objects.filter(pk=lena.pk).update(first_name="\u200b", last_name="\u202e")
    lena.refresh_from_db()
    log_in_as(client, sam, lena)
    sams_own = Client()
    sign_in(sams_own, sam)
    pages = [
        client.get(reverse("dashboard")),
        sams_own.get(reverse("user_list")),
        sams_own.get(reverse("login_as", args=[lena.pk])),
    ]
    for page in pages:
        assert page.status_code == 200
        assert "\\u200b \\u202e" in page.content.decode()
        assert not {"\u200b", "\u202e"} & set(page.content.decode())


def test_the_command_lists_what_is_stored_already_and_changes_nothing(sam, lena):
    User.objects.filter(pk=lena.pk).update(first_name="Le\u200bna", email="lena@har\u200bbour.example")
    sam.groups.update(name="Supp\u200bort")
    before = list(User.objects.order_by("pk").values())
    said = io.StringIO()
    call_command("check_names", stdout=said)
    lines = said.getvalue().splitlines()
    assert [line.partition(":")[0] for line in lines[:-1]] == [
        f"accounts.User {lena.pk} first_name",
        f"auth.Group {sam.groups.get().pk} name",
        f"accounts.User {lena.pk} email",
    ]
    assert "Le\\u200bna" in lines[0]
    assert lines[-1] == "3 found."
    assert list(User.objects.order_by("pk").values()) == before


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=LETTERS, label=LETTERS)
def test_what_a_form_accepts_is_stored_seen_and_signs_in(client, sam, name, label):
    address = f"noa@{label}.example"
    sign_in(client, sam)
    response = create(client, sam, first_name=name, email=address)
    if response.status_code == 422:
        return
    noa = User.objects.latest("pk")
    assert noa.first_name == tidy(name)
    assert any(is_visible(letter) for letter in noa.first_name)
    page = client.get(reverse("user_detail", args=[noa.pk]))
    assert page.status_code == 200
    noa.set_password(PASSWORD)
    noa.save()
    client.logout()
    client.post(reverse("account_login"), {"login": address, "password": PASSWORD})
    assert client.session["_auth_user_id"] == str(noa.pk)
    noa.delete()
