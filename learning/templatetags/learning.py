"""Template filters of learning/."""

from django import template

from learning import text

register = template.Library()
register.filter("markdown", text.markdown)
