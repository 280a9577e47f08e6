"""What conditions that measure between two dates share."""

from __future__ import annotations

from collections.abc import Iterator

from pmf_analysis.counting.conditions import Read
from pmf_analysis.register.models import Condition


class Between(Condition):
    """Two date fields of the record."""

    from_: str
    to: str

    def reads(self, table: str) -> Iterator[Read]:
        """Both of them."""
        yield Read(table, self.from_, ("date",))
        yield Read(table, self.to, ("date",))
