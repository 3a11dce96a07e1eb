"""
People from the files of HR systems: read, plan, apply.

`plan_import` changes nothing and says everything: what would happen, and what is wrong in which line.
`apply_import` does what a plan without problems says, in one transaction, or nothing.
"""

from .apply import PeopleChanged, apply_import
from .plan import Plan, plan_import, rejected_rows
from .problems import Problem

__all__ = ["PeopleChanged", "Plan", "Problem", "apply_import", "plan_import", "rejected_rows"]
