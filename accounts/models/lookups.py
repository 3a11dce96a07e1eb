"""A lookup for long lists of values."""

from typing import Any

from django.db.models import Field
from django.db.models.lookups import In


@Field.register_lookup
class Among(In):
    """
    `in` for a list of hundreds of values: PostgreSQL gets one array, which it reads several times faster.

    On SQLite it is `in` itself.
    """

    lookup_name = "among"

    def as_postgresql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        lhs, params = self.process_lhs(compiler, connection)
        field: Any = self.lhs.output_field
        values = [value for value in self.rhs if value is not None]
        return f"{lhs} = ANY(%s::{field.rel_db_type(connection)}[])", [*params, values]
