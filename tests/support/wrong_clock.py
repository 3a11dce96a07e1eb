"""
The project under a clock that is CLOCK_AHEAD minutes ahead (behind if negative).

`granian … tests.support.wrong_clock:application` serves it; `python -m tests.support.wrong_clock COMMAND` runs a
management command.
"""

import os
import sys
from datetime import UTC, datetime, timedelta

import time_machine

time_machine.travel(datetime.now(UTC) + timedelta(minutes=int(os.environ["CLOCK_AHEAD"])), tick=True).start()

from config.wsgi import application  # noqa: E402, F401

if __name__ == "__main__":
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)
