"""The new people of an import: from its page to the invitation of exactly these people, once."""

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import BulkRun, Mail, User, UserImport
from accounts.users.invitations import invite
from tests.support.assumed import detail, events, log_in_as, sign_in
from tests.support.bulk import choose, confirmed, crowd, people_of, plan_of
from tests.support.factories import permission_type
from tests.support.import_files import row
from tests.support.import_pages import imported_on_the_page as imported

from .test_views import page_of, text

pytestmark = pytest.mark.django_db
NEW = [
    row("2", "Ann", "Ager", "ann@harbour.example", "Aarhus"),
    row("3", "Bo", "Bech", "bo@harbour.example", "Aarhus"),
    row("4", "Cia", "Carl", "cia@harbour.example", "Aarhus", status="Inactive"),
]


@pytest.fixture
def run(lena, aarhus, owner):
    User.objects.filter(pk=lena.pk).update(external_id="L-1")
    return imported(row("L-1", "Lene"), *NEW, actor=owner)


def link_of(client, run):
    """Return how many people the page offers to invite, and the address of the link."""
    context = client.get(page_of(run)).context
    return context["to_invite"], context["invite_address"]


def mailed():
    return sorted(mail.recipient.first_name for mail in Mail.objects.filter(kind=Mail.Kind.INVITATION))


def test_the_page_leads_to_the_invitation_of_exactly_the_new_people(owners_browser, run, owner, norreport):
    crowd(2, norreport)  # who never signed in, and were not imported
    page = text(owners_browser.get(page_of(run)))
    assert "2 people are new and not invited yet. Invite them…" in page, "who is deactivated is not counted"
    _count, address = link_of(owners_browser, run)
    assert address == f"{reverse('user_bulk')}?who=all&status=uninvited&import={run.pk}&action=invite"
    chosen = owners_browser.get(address)
    assert "Action for 2 people" in text(chosen)
    assert chosen.context["form"]["action"].value() == "invite"
    assert "All people who match “Not invited yet, New in the import of" in text(chosen)
    bulk = choose(owners_browser, address.partition("bulk/")[2], "invite")
    assert [user.first_name for user, _before in plan_of(owners_browser, bulk).first] == ["Ann", "Bo"]
    confirmed(owners_browser, bulk)
    assert mailed() == ["Ann", "Bo"]
    started, finished = events("user.bulk_changed")
    assert detail(started)["filters"] == {"status": "uninvited", "import": str(run.pk)}
    assert (detail(finished)["done"], len(people_of("user.invited"))) == (2, 2)


def test_there_is_no_link_once_everybody_is_invited_or_has_signed_in(owners_browser, run, owner):
    ann, bo = User.objects.get(first_name="Ann"), User.objects.get(first_name="Bo")
    invite(actor=owner, user=ann)
    assert link_of(owners_browser, run)[0] == 1
    assert "1 person is new and not invited yet. Invite this person…" in text(owners_browser.get(page_of(run)))
    User.objects.filter(pk=bo.pk).update(last_login=timezone.now())
    assert link_of(owners_browser, run)[0] == 0
    assert "not invited yet" not in text(owners_browser.get(page_of(run)))


def test_there_is_no_link_if_nobody_is_new(owners_browser, lena, owner):
    User.objects.filter(pk=lena.pk).update(external_id="L-1")
    assert link_of(owners_browser, imported(row("L-1", "Lene"), actor=owner)) == (0, "")


def test_there_is_no_link_without_the_right_and_only_within_it(client, run, lena, copenhagen):
    lena.groups.add(permission_type("Imports", "import_people"))
    sign_in(client, lena)
    assert link_of(client, run) == (0, "")
    # Lena's departments hold none of the new people.
    lena.groups.add(permission_type("Edits", "see_people", "edit_people", departments=[copenhagen]))
    assert link_of(client, run)[0] == 0
    lena.groups.add(permission_type("Sees all", "see_people"))
    assert link_of(client, run)[0] == 0, "to see them is not to edit them"
    lena.groups.add(permission_type("Edits all", "edit_people"))
    assert link_of(client, run)[0] == 2


def test_there_is_no_link_in_somebody_elses_place(client, owner, lena, run):
    lena.groups.add(permission_type("Imports and edits", "import_people", "see_people", "edit_people"))
    log_in_as(client, owner, lena)
    assert "not invited yet" not in client.get(page_of(run)).content.decode()


def test_two_actions_for_the_same_people_invite_nobody_twice(owners_browser, run, owner):
    query = link_of(owners_browser, run)[1].partition("bulk/")[2]
    first, second = (choose(owners_browser, query, "invite") for _each in range(2))
    seen = plan_of(owners_browser, second).fingerprint
    confirmed(owners_browser, first)
    assert mailed() == ["Ann", "Bo"]
    response = owners_browser.post(second.get_absolute_url(), {"step": "confirm", "seen": seen, "typed": "2"})
    assert response.status_code == 409
    # Both were confirmed before either sent anything.
    BulkRun.objects.filter(pk=second.pk).update(state="running", total=2, ids=ids_of("Ann", "Bo"))
    owners_browser.post(second.get_absolute_url(), {"step": "go_on"})
    second.refresh_from_db()
    assert (second.state, second.done, list(second.left_out)) == ("done", 0, ["invited_meanwhile"])
    assert mailed() == ["Ann", "Bo"]
    assert "Somebody has just invited this person." in text(owners_browser.get(second.get_absolute_url()))


def ids_of(*names):
    found = User.objects.filter(first_name__in=names).order_by("pk")
    return ",".join(str(user.pk) for user in found)


def test_the_list_shows_the_new_people_of_an_import_to_who_may_import(owners_browser, client, run, sam, lena):
    address = f"/users/?import={run.pk}"
    page = owners_browser.get(address)
    assert [user.first_name for user in page.context["page"].users] == ["Ann", "Bo", "Cia"]
    assert "Remove the filter: New in the import of" in page.content.decode()
    assert f'<input type="hidden" name="import" value="{run.pk}">' in page.content.decode()
    for nothing in ("0", "x", str(run.pk + 1), "9" * 30):
        assert not owners_browser.get(f"/users/?import={nothing}").context["page"].users
    sign_in(client, sam)
    assert not client.get(address).context["page"].users, "who may not import does not learn who was imported"


def test_an_undone_import_offers_nobody(owners_browser, run, owner):
    User.objects.filter(external_id__in="234").update(is_active=False)
    UserImport.objects.filter(pk=run.pk).update(state=UserImport.State.UNDONE)
    assert link_of(owners_browser, run)[0] == 0
