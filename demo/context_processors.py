"""Template context of the demo: its cards, its tour, and the tour's bar; nothing anywhere else."""

from django.conf import settings
from django.utils.functional import SimpleLazyObject

from . import entrance


def demo(request):
    """Return the cards, and the tour for the entrance and the bar, lazily; an empty context outside the demo."""
    if not settings.DEMO:
        return {}
    return {
        "demo_cards": entrance.cards(),
        "demo_tour": SimpleLazyObject(lambda: entrance.tour(request)),
        "demo_bar": SimpleLazyObject(lambda: entrance.bar(request)),
    }
