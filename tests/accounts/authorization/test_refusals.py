"""A refused change is said in the sentence of its refusal, whether a form or an error page says it."""

import pytest

from accounts.authorization.changes import NotAllowed, require
from accounts.authorization.refusals import ChangeRefusal
from accounts.policy import Refusal
from accounts.users import edit_views
from tests.support.assumed import sign_in


def test_no_refusal_lets_the_change_through():
    require(None)
    with pytest.raises(NotAllowed) as caught:
        require(Refusal.SELF)
    assert caught.value.refusal is Refusal.SELF
    assert caught.value.sentence == str(caught.value) == "This is your own account."


@pytest.mark.parametrize(("count", "beginning"), [(1, "1 person holds this"), (2, "2 people hold this")])
def test_facts_complete_the_sentence(count, beginning):
    assert NotAllowed(ChangeRefusal.TYPE_IS_HELD, count=count).sentence.startswith(beginning)


@pytest.mark.django_db
def test_a_refusal_that_no_view_catches_is_a_page_with_its_sentence(client, sam, lena, monkeypatch):
    sign_in(client, sam)

    def refused_under_lock(**_change):
        raise NotAllowed(ChangeRefusal.USER_GONE)

    monkeypatch.setattr(edit_views.actions, "set_active", refused_under_lock)
    response = client.post(f"/users/{lena.pk}/reactivate/")
    assert response.status_code == 403
    assert "This account no longer exists." in response.content.decode()
