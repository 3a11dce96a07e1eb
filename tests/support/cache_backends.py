"""A cache backend that always fails, like one without its table or server."""

from django.core.cache.backends.base import BaseCache
from django.db import DatabaseError


class Down(BaseCache):
    """Raises an error for every operation."""

    def __init__(self, _location, params):
        super().__init__(params)

    def fail(self, *args, **kwargs):
        raise DatabaseError("The cache is out of order.")

    add = get = set = delete = touch = incr = clear = has_key = get_many = set_many = fail
