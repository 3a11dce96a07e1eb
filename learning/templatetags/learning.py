"""What the templates of learning/ need beyond Django's own filters."""

from django import template

from learning import text

register = template.Library()
register.filter("markdown", text.markdown)
