"""
The clock of the sign-in package, which asks `time.time()`, so each machine's own.

Proofs of identity, codes of authenticator apps and counted attempts go from one machine to the next, so the package
gets the clock that all of them share (audit/clock.py).
"""

import time
from types import SimpleNamespace

from allauth.account import models as sign_in
from allauth.account.internal import stagekit
from allauth.account.internal.flows import login, reauthentication
from allauth.core.internal import ratelimit
from allauth.mfa.totp.internal import auth as totp

from audit import clock

SHARED = SimpleNamespace(time=clock.seconds, monotonic=time.monotonic, sleep=time.sleep)
MODULES = (login, reauthentication, ratelimit, sign_in, stagekit, totp)


def share() -> None:
    """Let the package ask the shared clock; once, when the process starts."""
    for module in MODULES:
        module.time = SHARED
