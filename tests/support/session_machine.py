"""State machine of users in three browsers: steps in any order, and invariants after each step."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import time_machine
from django.db import transaction
from django.test import Client
from django.urls import reverse
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from accounts.models import User
from audit.models import AuditEvent
from audit.verification.checker import verify
from impersonation import actions, loader
from impersonation.models import AssumedSession, Cause, Mode
from learning.models import Registration
from tests.conftest import SUPPORT

from .assumed import post_login_as, sign_in
from .late_steps import LateSteps
from .nodes import SeveralMachines
from .session_model import Browser, Human, Model, Session

BROWSERS, PEOPLE = st.integers(0, 2), st.sampled_from(["sam", "rita", "mona", "lena", "max"])
MOSTLY, SELDOM = st.sampled_from([True, True, True, False]), st.sampled_from([False, False, False, True])
TYPES = ["Support", "Regional support (Copenhagen)", "Manager"]
LONGEST = timedelta(hours=11)  # a browser session expires after twelve hours


def somebody_is_signed_in(platform):
    return any(browser.signed_in for browser in platform.model.browsers)


class Platform(LateSteps, SeveralMachines, RuleBasedStateMachine):
    world = None
    seen: Counter  # counts of the cases that occurred, so that a test can check that all did

    def __init__(self):
        super().__init__()
        self.people, self.groups, self.places, self.event = self.world
        self.transaction = transaction.atomic()
        self.transaction.__enter__()
        self.began = datetime(2027, 3, 1, 9, 0, tzinfo=UTC)
        self.clock = time_machine.travel(self.began, tick=False)
        self.traveller = self.clock.start()
        self.clients = [Client() for _ in range(3)]
        self.names = {person.pk: name for name, person in self.people.items()}
        copenhagen = self.places["Copenhagen"].path
        people = User.objects.select_related("department")
        self.model = Model(
            now=self.began,
            people={
                name: Human(path=person.department.path, types={group.name for group in person.groups.all()})
                for name, person in ((self.names[person.pk], person) for person in people)
            },
            types={
                "Support": {(right, "") for right in SUPPORT},
                "Regional support (Copenhagen)": {(right, copenhagen) for right in SUPPORT},
                "Manager": {("see_people", "")},
            },
        )
        self.seq, self.head = 0, None

    def teardown(self):
        self.seen.update(AssumedSession.objects.exclude(cause="").values_list("cause", flat=True))
        try:
            assert verify().exit_code == 0
        finally:
            self.be_a_machine(ahead=0)
            self.clock.stop()
            transaction.set_rollback(True)
            self.transaction.__exit__(None, None, None)

    def in_use(self, data):
        """Draw the number of a browser with a signed-in user, preferably one with an assumed session."""
        browsers = self.model.browsers
        signed_in = [number for number in range(3) if browsers[number].signed_in]
        assumed = [number for number in signed_in if browsers[number].session]
        return data.draw(st.sampled_from(assumed * 3 + signed_in), label="browser")

    # Steps of users in their browsers

    @rule(number=BROWSERS, who=PEOPLE)
    def sign_in(self, number, who):
        """Sign in in a new browser. The one before was closed, and its sessions stay open but unused."""
        if not self.model.people[who].active:
            return
        self.clients[number] = Client()
        sign_in(self.clients[number], User.objects.get(pk=self.people[who].pk))
        self.model.browsers[number] = Browser(signed_in=who, password=self.model.people[who].password)

    def start_as(self, number, who, target, mode):
        self.sign_in(number, who)
        if not self.model.people[who].active:
            return
        response = self.send_start(number, self.people[target], mode)
        live = AssumedSession.objects.live().filter(actor=self.people[who], started_at=self.model.now)
        if not self.model.may(who, target, mode):
            assert response.status_code in (403, 404, 422), response.status_code
            self.seen["start refused"] += 1
            return
        assert response.status_code == 302, response.content.decode()
        for earlier in self.model.sessions:
            if earlier.actor == who:
                earlier.over = earlier.had_a_reason_to_end = True
        session = Session(
            live.get().pk, who, target, mode, self.model.now, self.model.now, self.model.people[target].password
        )
        self.model.sessions.append(session)
        self.seen["started"] += 1
        self.model.browsers[number].session = session

    def send_start(self, number, target, mode):
        return post_login_as(self.clients[number], target, mode=mode)

    @rule(number=BROWSERS, who=st.sampled_from(["sam", "rita"]), whom=st.sampled_from(["lena", "max"]))
    def start(self, number, who, whom):
        self.start_as(number, who, whom, "act")
        self.look_at(number)

    @rule(number=BROWSERS, who=PEOPLE, whom=PEOPLE, mode=st.sampled_from(list(Mode.values)))
    def start_anything(self, number, who, whom, mode):
        self.start_as(number, who, whom, mode)

    @rule(number=BROWSERS, whom=PEOPLE)
    def start_inside_another(self, number, whom):
        self.look_at(number)  # a request in the model and in reality, so that an expired session ends in both
        count = AssumedSession.objects.count()
        if self.model.browsers[number].session:
            assert post_login_as(self.clients[number], self.people[whom]).status_code == 403
            assert AssumedSession.objects.count() == count

    @precondition(somebody_is_signed_in)
    @rule(data=st.data())
    def look(self, data):
        self.look_at(self.in_use(data))

    def look_at(self, number):
        expected = self.model.request(number)
        response = self.clients[number].get(reverse("module_list"))
        if expected is None:
            assert response.status_code == 302
            assert response.url.startswith(reverse("account_login"))
            return
        assert response.status_code == 200
        request, page = response.wsgi_request, response.content.decode()
        actor, user, mode = expected
        assert (self.names[request.actor.pk], self.names[request.user.pk]) == (actor, user)
        assert f'popovertarget="my-menu">{self.people[user].name}<' in page
        assert ('id="assumed-session"' in page) == (mode is not None)
        self.seen["looked on behalf" if mode else "looked"] += 1
        if mode:
            bar = page.partition('id="assumed-session"')[2].partition("</section>")[0]
            assert self.people[actor].name in bar
            assert self.people[user].name in bar

    @precondition(somebody_is_signed_in)
    @rule(data=st.data(), leaving=st.booleans())
    def write(self, data, leaving):
        number = self.in_use(data)
        expected = self.model.request(number)
        name = "event_leave" if leaving else "event_register"
        response = self.clients[number].post(reverse(name, args=[self.event.pk]))
        if expected is None:
            assert response.status_code == 302
            assert response.url.startswith(reverse("account_login"))
        elif expected[2] == "look_only":
            assert response.status_code == 403
            self.seen["write refused"] += 1
        else:
            self.seen["written on behalf" if expected[2] else "written"] += 1
            assert (response.status_code, response.url) == (302, reverse("event_list"))
            (self.model.registered.discard if leaving else self.model.registered.add)(expected[1])

    @precondition(somebody_is_signed_in)
    @rule(data=st.data(), signing_out=st.booleans())
    def leave(self, data, signing_out):
        number = self.in_use(data)
        expected = self.model.request(number)
        self.clients[number].post(reverse("account_logout" if signing_out else "assumed_session_exit"))
        session = self.model.browsers[number].session
        if session and expected:
            session.over = session.had_a_reason_to_end = True
        # A deactivated user is anonymous already, so there is nothing to sign out of.
        if session or (signing_out and expected):
            self.model.browsers[number] = Browser()
            self.look_at(number)

    # Changes to users meanwhile

    def concerned(self, data):
        """Draw a user, preferably the actor or target of a live assumed session."""
        open_ = [browser.session for browser in self.model.browsers if browser.session and not browser.session.over]
        involved = [who for session in open_ for who in (session.actor, session.target)]
        return data.draw(st.sampled_from(involved * 5 + sorted(self.people)), label="who")

    def next_request(self, data):
        """Usually send a request at once, in a browser with an assumed session."""
        assumed = [number for number in range(3) if self.model.browsers[number].session]
        if assumed and data.draw(MOSTLY, label="looked at"):
            self.look_at(data.draw(st.sampled_from(assumed), label="browser"))

    @rule(data=st.data(), active=st.booleans())
    def activate(self, data, active):
        who = self.concerned(data)
        User.objects.filter(pk=self.people[who].pk).update(is_active=active)
        self.model.people[who].active = active
        self.next_request(data)

    @rule(data=st.data(), group=st.sampled_from(TYPES), held=MOSTLY)
    def promote_or_demote(self, data, group, held):
        who = self.concerned(data)
        (self.groups[group].user_set.add if held else self.groups[group].user_set.remove)(self.people[who])
        (self.model.people[who].types.add if held else self.model.people[who].types.discard)(group)
        self.next_request(data)

    @rule(data=st.data(), staff=SELDOM)
    def make_staff(self, data, staff):
        who = self.concerned(data)
        User.objects.filter(pk=self.people[who].pk).update(is_staff=staff)
        self.model.people[who].staff = staff
        self.next_request(data)

    @rule(data=st.data(), place=st.sampled_from(["Copenhagen", "Nørreport", "Aarhus"]))
    def move(self, data, place):
        who = self.concerned(data)
        User.objects.filter(pk=self.people[who].pk).update(department=self.places[place])
        self.model.people[who].path = self.places[place].path
        self.next_request(data)

    @rule(data=st.data())
    def change_password(self, data):
        who = self.concerned(data)
        person = User.objects.get(pk=self.people[who].pk)
        self.model.people[who].password += 1
        person.set_password(f"number {self.model.people[who].password}")
        person.save(update_fields=["password"])
        self.next_request(data)

    @precondition(lambda self: self.model.sessions)
    @rule(data=st.data())
    def revoke(self, data):
        session = data.draw(st.sampled_from(self.model.sessions), label="session")
        row = loader.find(session.id)
        assert actions.end(row, Cause.REVOKED) == (row.ended_at is None)
        session.over = session.had_a_reason_to_end = True

    @precondition(lambda self: self.model.now - self.began < LONGEST)
    @rule(data=st.data(), minutes=st.sampled_from([1, 1, 5, 5, 14, 15, 15, 46]))
    def time_passes(self, data, minutes):
        self.model.now += timedelta(minutes=minutes)
        self.set_clock()
        self.next_request(data)

    # Invariants after each step

    @invariant()
    def rows_and_events_agree(self):
        self.seen["steps"] += 1
        self.model.look_for_reasons()
        rows = {row.pk: row for row in AssumedSession.objects.all()}
        live = Counter(row.actor_id for row in rows.values() if row.ended_at is None)
        assert all(count == 1 for count in live.values()), live
        assert set(rows) == {session.id for session in self.model.sessions}
        for session in self.model.sessions:
            ended = rows[session.id].ended_at is not None
            if session.over:
                assert ended, session
            if ended:
                in_use = any(browser.session is session for browser in self.model.browsers)
                assert session.had_a_reason_to_end or not in_use, session
                session.over = True
        said = AuditEvent.objects.exclude(assumed_session=None).values_list("kind", "assumed_session")
        counts = Counter(said)
        started = {key: count for (kind, key), count in counts.items() if kind == "assumed_session.started"}
        ends = {key: count for (kind, key), count in counts.items() if kind == "assumed_session.ended"}
        assert started == dict.fromkeys(rows, 1)
        assert ends == {key: 1 for key, row in rows.items() if row.ended_at is not None}

    @invariant()
    def changes_belong_to_the_target_of_their_event(self):
        people = {session.id: (session.actor, session.target) for session in self.model.sessions}
        for event in AuditEvent.objects.filter(seq__gt=self.seq).order_by("seq"):
            assert event.seq == self.seq + 1, "the chain has a gap"
            assert self.head in (None, event.prev_hash), "the chain is broken"
            self.seq, self.head = event.seq, event.entry_hash
            if event.assumed_session:
                assert (self.names[event.actor_id], self.names[event.target_id]) == people[event.assumed_session]

    @invariant()
    def nobody_is_registered_who_should_not_be(self):
        registered = Registration.objects.filter(event=self.event).values_list("user_id", flat=True)
        assert {self.names[person] for person in registered} == self.model.registered
