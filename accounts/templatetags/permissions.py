"""What pages about a person ask of the rules."""

from django import template

from accounts import policy
from accounts.authorization import changes
from accounts.policy.rights import Right
from accounts.user_import.confirm import may_import
from accounts.users import actions as user_actions
from accounts.users.export import may_export
from accounts.users.invitations import may_invite as why_not_invite

register = template.Library()


@register.filter
def may_protect(actor, person):
    """Whether the actor may protect this account, or lift its protection."""
    return not changes.may_protect(actor, person)


@register.filter
def edits_permission_types(actor):
    return policy.holds_anywhere(actor, Right.MANAGE_PERMISSION_TYPES)


@register.filter
def edits_settings(actor):
    return policy.holds(actor, Right.MANAGE_SETTINGS)


@register.filter
def exports_people(actor):
    return may_export(actor)


@register.filter
def imports_people(actor):
    return not may_import(actor)


@register.filter
def creates_people(actor):
    return not user_actions.may_create(actor)


@register.filter
def may_edit(actor, person):
    return not user_actions.may_edit(actor, person)


@register.filter
def may_change_status(actor, person):
    """Whether the actor may deactivate this person, or let them in again."""
    return not user_actions.may_change_status(actor, person)


@register.filter
def may_assign(actor, person):
    """Whether the actor may change which permission types this person holds."""
    return not changes.may_assign(actor, person)


@register.filter
def may_invite(actor, person):
    return not why_not_invite(actor, person)
