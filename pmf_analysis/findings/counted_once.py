"""Children whom two services count: how far the services add up to more than their whole."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from pmf_analysis import formats
from pmf_analysis.register import Context
from pmf_analysis.terms import MeasureKind, UnitKind


def counted_once(latest: pd.DataFrame, context: Context) -> Sequence[str]:
    """For each count of distinct children in the county, what its services add up to.

    Parameters
    ----------
    latest : pandas.DataFrame
        The latest row of each series.
    context : Context

    Returns
    -------
    sequence of str
        One for each row, in words; empty where nothing is counted twice, or a service has no
        figure for the same period.
    """
    held = context.register
    kinds = latest["service_area"].map({code: unit.kind for code, unit in held.units.items()})
    services = latest[kinds == UnitKind.SERVICE]
    added = services.groupby(["indicator", "cohort", "period"])["shown_value"].agg(
        lambda values: values.sum(skipna=False)
    )
    said = []
    for row in latest.itertuples(index=False):
        indicator = held.indicator(row.indicator)
        total = added.get((row.indicator, row.cohort, row.period))
        distinct = indicator.kind is MeasureKind.COUNT and indicator.adds_up == "distinct_children"
        whole = row.service_area == held.county and distinct and total is not None
        more = total - row.shown_value if whole else 0
        said.append(
            f"The services add up to {formats.number(total)}, {formats.number(more)} more, "
            "because children who are with two of them are counted by both, and once here"
            if more > 0
            else ""
        )
    return said
