"""What forbids to hold the parts of a whole against each other."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

from pmf_analysis import periods
from pmf_analysis.measures.totals import why_not_added
from pmf_analysis.register.models import Indicator
from pmf_analysis.terms import BreakKind

if TYPE_CHECKING:
    from pmf_analysis.register.registry import Context


def why_not_split(
    indicator: Indicator, found: Sequence[tuple], span: tuple[date, date], context: Context
) -> str:
    """Why the parts of a whole are not held against each other; empty where they may be.

    Parameters
    ----------
    indicator : Indicator
    found : sequence of tuple
        Each part with its sums.
    span : tuple of date
        First and last day of all that is held against each other.
    context : Context
    """
    if reason := why_not_added(indicator):
        return reason.replace("not added up", "Not split")
    start, end = span
    for part, *sums in found:
        if not all(one.known for one in sums):
            return f"Not split: figures of {part.name} are missing"
        if not all(one.can_be(indicator.kind) for one in sums):
            return f"Not split: the counts of {part.name} do not fit each other"
        for unit in part.units:
            for one in context.register.breaks_of(indicator.code, unit):
                stops = one.kind.stops_comparison and one.kind is not BreakKind.BOUNDARY
                if stops and start < periods.parse(one.period).start <= end:
                    return f"Not split: a registered break of {part.name} lies between"
    return ""
