"""Pages that ask for a password: our words, and nothing between a label and its field."""

import pytest
from django.urls import reverse

from tests.support.assumed import sign_in

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("page", ["account_change_password", "account_reauthenticate", "confirm_identity"])
def test_nothing_stands_between_a_password_and_its_label(client, lena, page):
    sign_in(client, lena)
    text = client.get(reverse(page)).content.decode()
    assert text.rindex('type="password"') < text.index("Forgot your password?")
    assert "placeholder" not in text


def test_the_fields_have_our_names(client, lena):
    sign_in(client, lena)
    text = client.get(reverse("account_change_password")).content.decode()
    for name in ("Current password", "New password", "New password again"):
        assert f">{name}</label>" in text, name
