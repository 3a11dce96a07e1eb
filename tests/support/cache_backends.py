"""A cache that is out of order, as one is whose table or server is gone."""

from django.core.cache.backends.base import BaseCache
from django.db import DatabaseError


class Down(BaseCache):
    """Fails whatever is asked of it."""

    def __init__(self, _location, params):
        super().__init__(params)

    def fail(self, *args, **kwargs):
        raise DatabaseError("The cache is out of order.")

    add = get = set = delete = touch = incr = clear = has_key = get_many = set_many = fail
