"""An import that is killed half-way leaves nothing; the last round, which is not killed, leaves everything."""

import pytest

from tests.impersonation.test_killed import killed_at_every_step
from tests.support.learning_factories import make_event

pytestmark = pytest.mark.django_db(transaction=True)


def test_an_import_killed_at_any_step_leaves_nothing(sam, lena):
    make_event()
    *killed, done = killed_at_every_step("import", sam, lena)
    assert len(killed) > 8
    assert {tuple(found["imports"]) for found in killed} == {(0, 0, 2, 2, 3)}
    assert [found["events"] for found in killed] == [[]] * len(killed)
    assert done["imports"] == [1, 4, 5, 5, 5]
    assert len(done["events"]) == 5
    assert {found["verified"] for found in (*killed, done)} == {0}
