"""The one call: find the two sides, and compare them by what they are."""

from __future__ import annotations

from pmf_analysis import register
from pmf_analysis.comparing.comparison import Comparison
from pmf_analysis.comparing.deliveries import compare_deliveries
from pmf_analysis.comparing.knowledge import compare_known
from pmf_analysis.comparing.sides import SideKind, find_sides
from pmf_analysis.register import Register
from pmf_analysis.store import Store


def compare(store: Store, old: str, new: str, held: Register | None = None) -> Comparison:
    """Say why past figures differ between two deliveries of a table, two runs, or two dates.

    Parameters
    ----------
    store : Store
    old, new : str
        Id (or its unique start) or file name of a delivery; id of a run; date such as
        ``2025-03-31``, for what was known then.
    held : Register, optional
        The workspace's register, where it has been loaded already.

    Returns
    -------
    Comparison
        Without any number that a later publication withholds.

    Raises
    ------
    ParameterError
        If a name means nothing or several things, or the two are not alike.
    RunError
        If a run's manifest cannot be read, or nothing had been published by a date.
    """
    one, other = find_sides(store, old, new)
    held = held or register.load(store.reference)
    if one.kind is SideKind.DELIVERY:
        return compare_deliveries(store, one, other, held)
    return compare_known(store, one, other, held)
