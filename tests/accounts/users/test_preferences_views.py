"""The page of one's own language and time zone."""

import pytest
from django.urls import reverse

from accounts.models import User
from accounts.users import actions
from accounts.users.preferences_forms import PreferencesForm, places
from audit.models import AuditEvent
from tests.support.assumed import detail, log_in_as

pytestmark = pytest.mark.django_db
PAGE = reverse("account_preferences")


def test_a_learner_chooses_language_and_time_zone_and_reads_on_in_it(client, lena):
    client.force_login(lena)
    response = client.post(PAGE, {"language": "da", "time_zone": "America/Nuuk"}, follow=True)
    lena.refresh_from_db()
    assert (lena.language, lena.time_zone) == ("da", "America/Nuuk")
    assert response.redirect_chain == [(reverse("account"), 302)]
    assert response.headers["Content-Language"] == "da"
    page = response.content.decode()
    assert '<html lang="da">' in page
    assert "Dine indstillinger er gemt." in page
    event = AuditEvent.objects.get(kind="user.changed")
    assert (event.actor_id, event.target_id) == (lena.pk, lena.pk)
    assert detail(event) == {
        "before": {"language": "en", "time_zone": "Europe/Copenhagen"},
        "after": {"language": "da", "time_zone": "America/Nuuk"},
    }


def test_what_is_the_same_is_neither_stored_nor_recorded(client, lena):
    client.force_login(lena)
    response = client.post(PAGE, {"language": "en", "time_zone": "Europe/Copenhagen"}, follow=True)
    assert "Nothing was different" in response.content.decode()
    assert not AuditEvent.objects.filter(kind="user.changed").exists()


@pytest.mark.parametrize("wrong", [{"language": "tlh"}, {"time_zone": "Europe/Atlantis"}, {"time_zone": ""}])
def test_a_wrong_value_is_refused_and_the_right_one_is_kept(client, lena, wrong):
    client.force_login(lena)
    response = client.post(PAGE, {"language": "de", "time_zone": "Asia/Tokyo"} | wrong)
    assert response.status_code == 422
    page = response.content.decode()
    assert ('<option value="de" selected>' in page) == ("language" not in wrong)
    assert ('<option value="Asia/Tokyo" selected>' in page) == ("time_zone" not in wrong)
    assert User.objects.get(pk=lena.pk).language == "en"


def test_an_actor_neither_sees_nor_changes_it(client, sam, lena):
    log_in_as(client, sam, lena)
    assert client.get(PAGE).status_code == 403
    assert client.post(PAGE, {"language": "da", "time_zone": "UTC"}).status_code == 403
    assert User.objects.get(pk=lena.pk).language == "en"


def test_nothing_is_stored_if_the_log_cannot_be_written(client, lena, monkeypatch):
    def fail(*_args, **_details):
        raise RuntimeError("no log")

    monkeypatch.setattr(actions.log, "record", fail)
    with pytest.raises(RuntimeError):
        actions.choose_preferences(lena, {"language": "da", "time_zone": "UTC"})
    assert User.objects.get(pk=lena.pk).language == "en"


def test_one_language_leaves_only_the_time_zone(settings, client, lena):
    settings.LANGUAGES, settings.LANGUAGE_CODE = [("en", "English")], "en"
    client.force_login(lena)
    assert 'name="language"' not in client.get(PAGE).content.decode()
    client.post(PAGE, {"time_zone": "Asia/Tokyo"})
    assert User.objects.get(pk=lena.pk).time_zone == "Asia/Tokyo"


def test_a_stored_value_that_is_no_longer_offered_is_shown_and_has_to_be_replaced(client, lena):
    User.objects.filter(pk=lena.pk).update(language="tlh", time_zone="US/Pacific-Gone")
    client.force_login(User.objects.get(pk=lena.pk))
    page = client.get(PAGE).content.decode()
    assert page.count("unknown by now") == 2
    form = PreferencesForm({"language": "tlh", "time_zone": "US/Pacific-Gone"}, user=User.objects.get(pk=lena.pk))
    assert set(form.errors) == {"language", "time_zone"}


def test_time_zones_are_places_by_region_with_the_time_there(client, lena):
    client.force_login(lena)
    page = client.get(PAGE).content.decode()
    assert set(places()) >= {"Africa", "America", "Asia", "Europe"}
    assert '<optgroup label="Europe">' in page
    assert "Argentina – Buenos Aires · " in page
    assert '<option value="Europe/Copenhagen" selected>Copenhagen · ' in page
    assert ">UTC · " in page


def test_people_of_an_import_read_that_the_file_sets_it_again(client, lena, max_):
    for person, said in ((lena, True), (max_, False)):
        User.objects.filter(pk=person.pk).update(external_id="4711" if said else None)
        client.force_login(User.objects.get(pk=person.pk))
        assert ("its next import sets them again" in client.get(PAGE).content.decode()) == said
