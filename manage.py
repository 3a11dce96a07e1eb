#!/usr/bin/env python
"""Runs management commands."""

import sys

from django.core.management import execute_from_command_line

from config.environment import env
from config.start import load_settings

if __name__ == "__main__":
    env.only_collects = sys.argv[1:2] == ["check_config"]  # it says everything that is wrong, also elsewhere
    load_settings()
    execute_from_command_line(sys.argv)
