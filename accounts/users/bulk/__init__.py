"""
Actions for many users at once: deactivate, reactivate, give or take a permission type, move, invite.

selection.py: the users that a query string names. verbs.py: each action with the rules of the single one. plan.py: who
is changed, and who is left out and why. actions.py: confirm, one batch, stop. views.py: the choice, the preview, the
run.
"""
