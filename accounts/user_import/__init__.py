"""
Import of users from the files of HR systems: read, plan, apply.

`plan_import` changes nothing; it returns what would happen, and each problem with its line.
`apply_import` applies a plan without problems in one transaction, or raises and changes nothing.
`stopped` records a run that changed nothing.
"""

from .applying.apply import UsersChanged, apply_import, stopped
from .planning.choices import Choices
from .planning.plan import Plan
from .planning.planner import plan_import, skipped_rows
from .problems import Problem

__all__ = ["Choices", "Plan", "Problem", "UsersChanged", "apply_import", "plan_import", "skipped_rows", "stopped"]
