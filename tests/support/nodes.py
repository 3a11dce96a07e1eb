"""Several machines in front of one database, each with a clock of its own."""

from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import time_machine
from django.db import connection
from hypothesis import strategies as st
from hypothesis.stateful import rule

from audit import clock


class SeveralMachines:
    """What a state machine needs so that machines with other clocks answer: nobody may notice which one it is."""

    ahead = 0  # minutes, the clock of the machine that answers

    @rule(minutes=st.sampled_from([0, 5, -5]))
    def another_machine_answers(self, minutes):
        self.be_a_machine(ahead=minutes)
        self.seen["another machine"] += 1

    def be_a_machine(self, *, ahead):
        """The database's clock is right, and the machine has measured how far its own is away."""
        self.ahead = ahead
        connection._clock_difference = timedelta(minutes=-ahead)
        self.set_clock()

    def set_clock(self):
        self.traveller.move_to(self.model.now + timedelta(minutes=self.ahead))


@contextmanager
def node(minutes, *, at=None, has_measured=True):
    """
    Be a machine whose clock is ahead by so many minutes, or behind if they are negative.

    at: what a right clock shows; now if it isn't given. has_measured: a machine that made its connection before its
    clock was set wrong takes its clock for the database's.
    """
    right = at or datetime.now(UTC)
    before = clock.difference()
    with time_machine.travel(right + timedelta(minutes=minutes)):
        if has_measured and at is None and connection.vendor == "postgresql":
            clock.measure(None, connection)
        elif has_measured:  # no database shows this time, or it has no clock of its own: what it would have said
            connection._clock_difference = timedelta(minutes=-minutes)
        else:
            connection._clock_difference = timedelta()
        try:
            yield
        finally:
            connection._clock_difference = before
