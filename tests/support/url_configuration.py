"""Traversal of the project's URL configuration."""

from django.urls import URLPattern, URLResolver, get_resolver


def patterns(resolver=None, namespace="", prefix=""):
    """Yield all patterns below the resolver, as (full name, route, pattern)."""
    for pattern in (resolver or get_resolver("config.urls")).url_patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from patterns(pattern, inner, route)
        elif isinstance(pattern, URLPattern):
            yield f"{namespace}{pattern.name}" if pattern.name else "", route, pattern


def views_with(marker):
    """Return the names of the URLs whose views have the marker."""
    return {name for name, _route, pattern in patterns() if getattr(pattern.callback, marker, False)}


def methods(view):
    """Return the HTTP methods that a view's decorator allows; None if the view has no such decorator."""
    while view is not None:
        code = getattr(view, "__code__", None)
        for name, cell in zip(code.co_freevars if code else (), getattr(view, "__closure__", None) or (), strict=False):
            if name == "request_method_list":
                return set(cell.cell_contents)
        view = getattr(view, "__wrapped__", None)
    return None
