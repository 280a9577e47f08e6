"""Whether a row that should hold the names of columns holds the values of a case instead."""

from __future__ import annotations

import re
from collections.abc import Iterable

_VALUE = re.compile(
    r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}"  # a date
    r"|\d{5}|@"  # a long number, an address
    r"|\b[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}\b"  # a postcode
)


def holds_values(names: Iterable[str]) -> bool:
    """Whether one of the names is a date, a long number, an address or a postcode.

    A file that came without its header has the first person of its list there: such a row
    is never repeated.
    """
    return any(_VALUE.search(name) for name in names)
