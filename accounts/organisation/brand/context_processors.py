"""Template context: the company's brand."""

from django.utils.functional import SimpleLazyObject

from accounts.models.brand import Shown, read_shown, shown


def brand(request):
    """Return the brand for each page; lazy, because a fragment shows nothing of it."""
    return {"brand": SimpleLazyObject(lambda: brand_of(request))}


def brand_of(request) -> Shown:
    """Return the brand that was read with the user of the request, or read it."""
    user = getattr(request, "user", None)
    if user is not None and user.is_authenticated and "stored_brand" in vars(user):
        return shown(user.stored_brand)
    return read_shown()
