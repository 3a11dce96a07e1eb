"""A run of the import, and the owner who looks at it."""

import pytest

from accounts.models import User
from tests.support.assumed import sign_in
from tests.support.import_files import row
from tests.support.import_pages import imported_on_the_page as imported


@pytest.fixture
def owners_browser(client, owner):
    sign_in(client, owner)
    return client


@pytest.fixture
def run(lena, aarhus, owner):
    User.objects.filter(pk=lena.pk).update(external_id="L-1")
    return imported(
        row("L-1", "Lene", place="Aarhus", status="Inactive"),
        row("2", "Max", "Kjær", "max@harbour.example", "Aarhus / Airport", "Barista"),
        actor=owner,
    )
