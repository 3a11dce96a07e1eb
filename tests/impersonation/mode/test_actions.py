"""Changing the mode of an assumed session: the same rules as a start, one more reason, and no exit in between."""

import pytest
from django.test import Client
from django.urls import reverse

import impersonation.actions
from accounts.models import User
from audit.models import AuditEvent
from impersonation import loader, middleware
from impersonation.models import AssumedSession, Mode
from learning.models import Answer
from tests.support.assumed import detail, events, log_in_as, post_login_as, sign_in, text
from tests.support.factories import permission_type

pytestmark = pytest.mark.django_db
WHY = "She asked me to tick the box for her"
PASSWORD = "standin-demo"


def change(client, mode="act", **sent):
    return client.post(reverse("assumed_session_mode"), {"mode": mode, "text": WHY} | sent)


def mode():
    return AssumedSession.objects.get().mode


@pytest.fixture
def looking(client, sam, lena):
    log_in_as(client, sam, lena, mode="look_only")
    return client


def save(client, module):
    return client.post(reverse("module_save", args=[module.pk]))


def test_sam_looks_first_then_acts_then_looks_again(looking, sam, lena, catalogue):
    session = AssumedSession.objects.get()
    assert save(looking, catalogue).status_code == 403
    assert change(looking, next="/modules/").url == "/modules/"
    assert save(looking, catalogue).status_code == 302
    assert change(looking, "look_only").status_code == 302
    assert save(looking, catalogue).status_code == 403
    up, down = events("assumed_session.mode_changed")
    assert text(up, "reason") == {"text": WHY, "mode": "act"}
    assert detail(up) == {"before": {"mode": "look_only"}, "after": {"mode": "act"}}
    assert detail(down) == {"before": {"mode": "act"}, "after": {"mode": "look_only"}}
    for event in (up, down):
        assert (event.actor_id, event.target_id, event.assumed_session) == (sam.pk, lena.pk, session.pk)
    assert AssumedSession.objects.get().ended_at is None


def test_acting_needs_a_reason_and_what_was_written_stays(looking):
    for words in ("", "because", "xxxxxxxxxxxxxxxx"):
        response = change(looking, text=words)
        assert response.status_code == 422
        assert words in response.content.decode()
    assert mode() == Mode.LOOK_ONLY
    assert not events("assumed_session.mode_changed")


def test_looking_at_the_form_changes_nothing(looking):
    assert looking.get(reverse("assumed_session_mode"), {"mode": "act", "text": WHY}).status_code == 200
    assert mode() == Mode.LOOK_ONLY


def test_the_right_to_look_alone_does_not_become_the_right_to_act(client, sam, lena):
    sam.groups.set([permission_type("Lookers", "see_people", "look_only_on_behalf")])
    log_in_as(client, sam, lena, mode="look_only")
    assert reverse("assumed_session_mode") not in client.get("/").content.decode()
    assert client.get(reverse("assumed_session_mode")).status_code == 403
    assert change(client).status_code == 403
    assert mode() == Mode.LOOK_ONLY
    [refused] = events("assumed_session.refused")
    assert detail(refused)["refusal"] == "no_right"


def test_who_may_only_act_is_not_led_into_a_session_that_would_end(client, sam, lena):
    sam.groups.set([permission_type("Actors", "see_people", "act_on_behalf")])
    log_in_as(client, sam, lena)
    assert reverse("assumed_session_mode") not in client.get("/").content.decode()
    assert change(client, "look_only").status_code == 403
    assert mode() == Mode.ACT


def test_a_form_from_before_the_change_does_nothing_after_it(sam, lena, catalogue):
    client = Client(enforce_csrf_checks=True)
    sign_in(client, sam)
    client.get(reverse("login_as", args=[lena.pk]))
    post_login_as(client, lena, mode="look_only", csrfmiddlewaretoken=client.cookies["csrftoken"].value)
    client.get("/")
    old = client.cookies["csrftoken"].value
    assert change(client, csrfmiddlewaretoken=old).status_code == 302
    assert client.cookies["csrftoken"].value != old
    address = reverse("module_save", args=[catalogue.pk])
    assert client.post(address, {"csrfmiddlewaretoken": old}).status_code == 403
    assert not Answer.objects.exists()
    assert change(client, "look_only", csrfmiddlewaretoken=old).status_code == 403
    assert mode() == Mode.ACT


def test_a_second_click_with_the_old_token_leads_on_and_changes_nothing(sam, lena):
    client = Client(enforce_csrf_checks=True)
    sign_in(client, sam)
    client.get(reverse("login_as", args=[lena.pk]))
    post_login_as(client, lena, mode="look_only", csrfmiddlewaretoken=client.cookies["csrftoken"].value)
    client.get("/")
    old = client.cookies["csrftoken"].value
    for _click in range(2):
        assert change(client, csrfmiddlewaretoken=old, next="/modules/").url == "/modules/"
    assert len(events("assumed_session.mode_changed")) == 1
    assert change(client, csrfmiddlewaretoken=old, next="//evil.example/").url == "/"


def test_the_same_change_twice_is_one_event(looking):
    assert change(looking).status_code == 302
    assert change(looking).status_code == 302
    assert len(events("assumed_session.mode_changed")) == 1


def test_who_looks_already_looks_on_and_who_acts_already_is_not_asked_why(looking):
    assert change(looking, "look_only", next="/modules/").url == "/modules/"
    assert "Look only from now on" not in looking.get("/modules/").content.decode()
    assert events("assumed_session.mode_changed") == []
    change(looking)
    assert looking.get(reverse("assumed_session_mode")).url == reverse("assumed_session")


def test_a_session_without_its_target_has_no_other_mode(looking, lena):
    session = loader.find(AssumedSession.objects.get().pk)
    assert session.other_mode == Mode.ACT
    User.objects.get(pk=lena.pk).delete()
    assert loader.find(session.pk).other_mode is None


def test_a_session_that_began_without_an_authentication_on_record_asks_who_is_there_before_acting(client, sam, lena):
    client.force_login(sam, backend="accounts.authentication.backends.EmailBackend")
    request = client.get(reverse("assumed_session")).wsgi_request
    reason = {"category": "other", "text": WHY}
    impersonation.actions.start(request=request, target_id=lena.pk, mode=Mode.LOOK_ONLY, reason=reason)
    client.cookies["sessionid"] = request.session.session_key
    assert change(client).url.startswith(reverse("confirm_identity"))
    assert mode() == Mode.LOOK_ONLY


def test_an_old_authentication_is_asked_for_again_in_the_session(looking, sam, lena):
    store = looking.session
    store["account_authentication_methods"] = []
    store.save()
    response = change(looking)
    assert response.url.startswith(reverse("confirm_identity"))
    page = looking.get(response.url)
    assert page.status_code == 200
    assert 'id="assumed-session"' in page.content.decode()
    assert looking.post(response.url, {"password": "wrong", "next": reverse("assumed_session_mode")}).status_code == 422
    assert mode() == Mode.LOOK_ONLY
    back = looking.post(response.url, {"password": PASSWORD, "next": reverse("assumed_session_mode")})
    assert back.url == reverse("assumed_session_mode")
    form = looking.get(back.url)
    assert WHY in form.content.decode()
    assert mode() == Mode.LOOK_ONLY
    assert change(looking).status_code == 302
    assert mode() == Mode.ACT


def test_the_password_of_lena_is_not_the_one_that_is_asked_for(looking, sam, lena):
    lena.set_password("of lena herself")
    AssumedSession.objects.update(target_auth_hash=lena.get_session_auth_hash())
    lena.save()
    address = reverse("confirm_identity")
    assert looking.post(address, {"password": "of lena herself"}).status_code == 422
    [failed] = events("sign_in.failed")
    assert (failed.actor_id, failed.target_id) == (sam.pk, sam.pk)
    assert looking.post(address, {"password": PASSWORD}).status_code == 302


def test_on_a_phone_nobody_acts(looking):
    response = looking.post(
        reverse("assumed_session_mode"), {"mode": "act", "text": WHY}, headers={"Sec-CH-UA-Mobile": "?1"}
    )
    assert response.status_code == 403
    assert mode() == Mode.LOOK_ONLY


def test_what_happened_meanwhile_refuses_the_change(looking, lena, monkeypatch):
    from impersonation.mode import views

    change_mode = views.change_mode

    def protected_first(**arguments):
        User.objects.filter(pk=lena.pk).update(is_protected=True)
        return change_mode(**arguments)

    monkeypatch.setattr(views, "change_mode", protected_first)
    assert change(looking).status_code == 403
    assert mode() == Mode.LOOK_ONLY


def test_an_ended_session_changes_no_more(looking, monkeypatch):
    from impersonation.mode import views

    change_mode = views.change_mode

    def ended_first(**arguments):
        AssumedSession.objects.update(ended_at=AssumedSession.objects.get().started_at, cause="revoked")
        return change_mode(**arguments)

    monkeypatch.setattr(views, "change_mode", ended_first)
    assert change(looking).url.startswith(reverse("account_login"))
    assert not events("assumed_session.mode_changed")


def test_without_a_session_there_is_no_mode(client, sam):
    sign_in(client, sam)
    assert change(client).url == reverse("assumed_session")
    assert not AuditEvent.objects.exists()


def test_a_permission_type_can_demand_to_begin_by_looking(client, sam, lena):
    sam.groups.add(permission_type("Careful", "begin_by_looking_on_behalf"))
    sign_in(client, sam)
    page = client.get(reverse("login_as", args=[lena.pk])).content.decode()
    assert 'value="look_only"' in page
    assert 'value="act"' not in page
    assert post_login_as(client, lena, mode="act").status_code in (403, 422)
    assert not AssumedSession.objects.exists()
    assert post_login_as(client, lena, mode="look_only").status_code == 302
    assert change(client).status_code == 302
    assert mode() == Mode.ACT


def test_begin_by_looking_without_the_right_to_look_starts_nothing(client, sam, lena):
    sam.groups.set([permission_type("Careful", "see_people", "act_on_behalf", "begin_by_looking_on_behalf")])
    sign_in(client, sam)
    response = client.get(reverse("login_as", args=[lena.pk]))
    assert response.status_code == 403
    assert "begin each session by looking" in response.content.decode()


def test_a_request_that_runs_while_the_mode_goes_down_changes_nothing(client, sam, lena, catalogue, monkeypatch):
    log_in_as(client, sam, lena)
    why_closed = middleware.why_closed

    def asked_before_the_change(session, view, *, safe):
        answer = why_closed(session, view, safe=safe)
        AssumedSession.objects.update(mode="look_only")  # as another tab does at this moment
        return answer

    monkeypatch.setattr(middleware, "why_closed", asked_before_the_change)
    assert save(client, catalogue).status_code == 403
    assert not events("assumed_session.request")
    assert not Answer.objects.exists()
