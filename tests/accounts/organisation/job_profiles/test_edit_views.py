"""Creating, renaming, merging and deleting job profiles through their pages."""

import pytest
from django.urls import reverse

from accounts.authorization.changes import NotAllowed
from accounts.models import JobProfile, User
from accounts.organisation.job_profiles import actions
from tests.support.assumed import detail, events, sign_in
from tests.support.changes import make_stale
from tests.support.learning_factories import make_module
from tests.support.organisation import PROFILES, editor, page_of

pytestmark = pytest.mark.django_db
NEW = reverse("job_profile_create")


@pytest.fixture
def jens(client, company):
    person = editor(company, "manage_job_profiles", first_name="Jens")
    sign_in(client, person)
    return person


@pytest.fixture
def barista(db):
    return JobProfile.objects.create(name="Barista")


@pytest.fixture
def baker(db):
    return JobProfile.objects.create(name="Baker")


def text(response):
    return " ".join(response.content.decode().split())


def test_the_first_job_profile_is_created_on_record(client, jens):
    assert "There is no job profile yet." in text(client.get(PROFILES))
    assert client.post(NEW, {"name": "Barista"}).url == PROFILES
    [event] = events("job_profile.created")
    assert detail(event) == {"job_profile": JobProfile.objects.get().pk, "name_after": "Barista"}


@pytest.mark.parametrize(("name", "sentence"), [("BARISTA", "of this name already"), ("", "This field is required.")])
def test_a_bad_name_is_refused_with_what_is_wrong(client, jens, barista, name, sentence):
    response = client.post(NEW, {"name": name})
    assert response.status_code == 422
    assert sentence in text(response)
    assert JobProfile.objects.count() == 1


def test_a_job_profile_is_renamed_on_record(client, jens, barista, baker):
    address = page_of("job_profile_rename", barista)
    assert client.post(address, {"name": "Baker", "seen": "Barista"}).status_code == 422
    assert client.post(address, {"name": "Barkeeper", "seen": "Barrista"}).status_code == 409
    assert client.post(address, {"name": "barista", "seen": "Barista"}).status_code == 302
    [event] = events("job_profile.renamed")
    assert detail(event) == {"job_profile": barista.pk, "name_before": "Barista", "name_after": "barista"}


def test_a_merge_shows_who_gains_what_and_takes_people_and_audiences_along(client, owner, barista, baker, lena, max_):
    User.objects.filter(pk=lena.pk).update(job_profile=barista)
    User.objects.filter(pk=max_.pk).update(job_profile=baker)
    for_baristas = make_module("Latte art", {"job_profile": barista})
    for_bakers = make_module("Sourdough", {"job_profile": baker})
    make_module("Both", {"job_profile": barista}, {"job_profile": baker})
    sign_in(client, owner)
    address = page_of("job_profile_merge", barista)
    shown = client.post(address, {"step": "preview", "into": baker.pk})
    told = {effect.item.title: (effect.gaining, effect.losing) for effect in shown.context["preview"].learning}
    assert told == {"Latte art": (1, 0), "Sourdough": (1, 0)}
    sent = {"step": "confirm", "into": baker.pk, "seen": shown.context["preview"].fingerprint}
    assert client.post(address, sent).url == page_of("job_profile_detail", baker)
    assert list(JobProfile.objects.all()) == [baker]
    assert set(User.objects.filter(job_profile=baker)) == {lena, max_}
    for module in (for_baristas, for_bakers):
        assert [entry.job_profile_id for entry in module.audience.all()] == [baker.pk]
    [event] = events("job_profile.merged")
    assert detail(event)["people_moved"] == str(lena.pk)
    assert detail(event)["learning"] == {f"module-{for_baristas.pk}": [1, 0], f"module-{for_bakers.pk}": [1, 0]}


def test_a_merge_that_would_be_another_one_by_now_is_shown_again(client, jens, barista, baker, lena):
    address = page_of("job_profile_merge", barista)
    shown = client.post(address, {"step": "preview", "into": baker.pk})
    User.objects.filter(pk=lena.pk).update(job_profile=barista)
    sent = {"step": "confirm", "into": baker.pk, "seen": shown.context["preview"].fingerprint}
    response = client.post(address, sent)
    assert response.status_code == 409
    assert "something is different from what you saw" in text(response)
    assert JobProfile.objects.count() == 2


def test_a_job_profile_is_not_merged_into_itself_or_into_one_that_is_gone(client, jens, barista):
    address = page_of("job_profile_merge", barista)
    for into in (barista.pk, 12345, "x", ""):
        assert client.post(address, {"step": "preview", "into": into}).status_code == 422
    for into, sentence in ((barista.pk, "the job profile itself"), (12345, "no longer exists")):
        with pytest.raises(NotAllowed, match=sentence):
            actions.merge_profile(actor=jens, profile=barista, into=into, seen="")


def test_a_used_job_profile_is_not_deleted_an_unused_one_is(client, jens, barista, lena):
    User.objects.filter(pk=lena.pk).update(job_profile=barista)
    address = page_of("job_profile_delete", barista)
    assert "1 person still belongs here." in text(client.post(address))
    with pytest.raises(NotAllowed):
        actions.delete_profile(actor=jens, profile=barista)
    User.objects.filter(pk=lena.pk).update(job_profile=None)
    assert client.post(address).url == PROFILES
    [event] = events("job_profile.deleted")
    assert detail(event) == {"job_profile": barista.pk, "name_before": "Barista"}


def test_job_profiles_need_the_right_for_the_whole_company(client, company, copenhagen, barista):
    scoped = editor(company, "manage_job_profiles", "manage_departments", places=[copenhagen])
    sign_in(client, scoped)
    assert client.get(PROFILES).status_code == 404
    assert client.post(NEW, {"name": "Cook"}).status_code == 404
    for view in ("job_profile_detail", "job_profile_rename", "job_profile_merge", "job_profile_delete"):
        assert client.get(page_of(view, barista)).status_code == 404
    with pytest.raises(NotAllowed, match="right to edit the company's job profiles"):
        actions.create_profile(actor=scoped, name="Cook")


def test_it_takes_a_recent_sign_in(client, jens, barista):
    make_stale(client)
    for view in ("job_profile_rename", "job_profile_merge", "job_profile_delete"):
        assert "/confirm" in client.post(page_of(view, barista), {"name": "x", "step": "preview"}).url
