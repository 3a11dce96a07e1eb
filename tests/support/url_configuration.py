"""The project's URL configuration, walked: every address with its view."""

from django.urls import URLPattern, URLResolver, get_resolver


def patterns(resolver=None, namespace="", prefix=""):
    """Every pattern below the resolver, as (full name, route, pattern)."""
    for pattern in (resolver or get_resolver("config.urls")).url_patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from patterns(pattern, inner, route)
        elif isinstance(pattern, URLPattern):
            yield f"{namespace}{pattern.name}" if pattern.name else "", route, pattern


def views_with(marker):
    """The names of the addresses whose views carry the marker."""
    return {name for name, _route, pattern in patterns() if getattr(pattern.callback, marker, False)}


def methods(view):
    """The methods that a view's decorator lets through; None where it has none."""
    while view is not None:
        code = getattr(view, "__code__", None)
        for name, cell in zip(code.co_freevars if code else (), getattr(view, "__closure__", None) or (), strict=False):
            if name == "request_method_list":
                return set(cell.cell_contents)
        view = getattr(view, "__wrapped__", None)
    return None
