"""Template context of the demo: its cards and its tour; nothing anywhere else."""

from django.conf import settings
from django.utils.functional import SimpleLazyObject

from . import entrance


def demo(request):
    """Return the cards and the tour, lazily; an empty context unless this is the demo."""
    if not settings.DEMO:
        return {}
    return {"demo_cards": entrance.cards(), "demo_tour": SimpleLazyObject(lambda: entrance.tour(request))}
