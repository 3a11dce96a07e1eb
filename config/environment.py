"""
The environment: variables, and the file .env, which variables override.

A variable NAME_FILE names a file that holds the value of NAME, so that secrets needn't stand in the environment.
"""

from pathlib import Path

import environ

BASE_DIR = Path(__file__).resolve().parent.parent

env = environ.FileAwareEnv()
env.read_env(str(BASE_DIR / ".env"))
