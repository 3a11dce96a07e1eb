"""
The button "Undo" of a message.

    {% with undo=message|undo %}
"""

from django import template

from accounts.authorization.undo import undo_of

register = template.Library()
register.filter("undo", undo_of)
