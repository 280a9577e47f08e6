"""Indicators counted from records: what counts is data, the count is exact.

``known_records`` gives every record as it was known on a date; ``count`` counts the indicators
whose definition is ``source.records`` in the register; ``validate`` holds the definitions
against the layouts before anything is counted. A kind of condition is one module of
``conditions``.
"""

from pmf_analysis.counting.definitions import fields_of, tables_read, validate
from pmf_analysis.counting.figures import UNATTRIBUTED, count, why_not_counted
from pmf_analysis.counting.known import known_records

__all__ = [
    "UNATTRIBUTED",
    "count",
    "fields_of",
    "known_records",
    "tables_read",
    "validate",
    "why_not_counted",
]
