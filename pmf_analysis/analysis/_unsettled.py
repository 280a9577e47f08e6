"""Newest figures that are not final yet, held against the ranges made for their periods.

A forecast starts from the last settled figure, and the figures after it take no part in it.
Where one of them lies outside its range, best and worst case included, the forecast must not
pass over it: it is named, and the range is wider.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pmf_analysis import periods
from pmf_analysis.analysis._series import Coming
from pmf_analysis.analysis.maturity import delivered_ends
from pmf_analysis.forecasting import LEVELS, Distribution, Forecast
from pmf_analysis.register.registry import Context
from pmf_analysis.terms import State

Floats = NDArray[np.float64]

_LOWER, _UPPER = 0.025, 0.975

_NOISE = 1e-9
"""Differences smaller than this come from binary arithmetic."""


def with_unsettled(
    ready: Sequence[Coming],
    made: Sequence[Forecast],
    measures: pd.DataFrame,
    context: Context,
    times: float,
) -> list[tuple[Coming, Forecast]]:
    """Name figures that are not final and lie outside their range, and widen what follows.

    Parameters
    ----------
    ready : sequence of Coming
    made : sequence of Forecast
        Of their values, in the same order.
    measures : pandas.DataFrame
    context : Context
    times : float
        How many times as wide ranges become where a change is suspected.

    Returns
    -------
    list of tuple of Coming and Forecast
        In the same order; the words are added to ``change``. Ranges that another change has
        widened already stay as they are.
    """
    found = list(zip(ready, made, strict=True))
    behind = [
        (place, own.distribution)
        for place, (one, own) in enumerate(found)
        if one.history.behind and own.distribution is not None
    ]
    waiting = [
        found[place][0].history.era[found[place][0].history.stop :].tolist() for place, _ in behind
    ]
    said = outside(waiting, [own for _, own in behind], measures, context)
    for (place, distribution), words in zip(behind, said, strict=True):
        if not words:
            continue
        one, own = found[place]
        if not one.values.exposed:
            own = replace(own, distribution=widened(distribution, times))
        change = f"{one.change}; {words[0].lower()}{words[1:]}" if one.change else words
        found[place] = (replace(one, change=change), own)
    return found


def outside(
    waiting: Sequence[Sequence[int]],
    made: Sequence[Distribution],
    measures: pd.DataFrame,
    context: Context,
) -> list[str]:
    """Say of each series which figures that are not final lie outside the 95% range.

    Parameters
    ----------
    waiting : sequence of sequence of int
        Places in the measure table of the periods after the last settled figure, oldest first;
        -1 where there is no row.
    made : sequence of Distribution
        From the first of those periods on.
    measures : pandas.DataFrame
    context : Context
        Its rule set ``maturity`` says how many cases may still come in.

    Returns
    -------
    list of str
        A sentence without its full stop; empty where no figure lies outside in both its best
        and its worst case, or where those are not known.
    """
    young = measures["state"].eq(State.PROVISIONAL.value).to_numpy()
    held = sorted({row for rows in waiting for row in rows if row >= 0 and young[row]})
    if not held:
        return [""] * len(waiting)
    ends = delivered_ends(measures.iloc[held], context)
    low, high = (
        dict(zip(held, ends[name].tolist(), strict=True)) for name in ("value_low", "value_high")
    )
    labels = measures["period"].to_numpy(dtype=object)
    said = []
    for rows, distribution in zip(waiting, made, strict=True):
        places = [(step, row) for step, row in enumerate(rows) if row in low]
        if not places:
            said.append("")
            continue
        lower, upper = (distribution.quantile(level) for level in (_LOWER, _UPPER))
        below = [row for step, row in places if high[row] < lower[step] - _NOISE]
        above = [row for step, row in places if low[row] > upper[step] + _NOISE]
        said.append(_words([str(labels[row]) for row in sorted({*below, *above})], below, above))
    return said


def widened(distribution: Distribution, times: float) -> Distribution:
    """The distribution with ranges so many times as wide, from values that it holds already.

    Each level takes the value of the one that lies nearest to so many times its normal score,
    so nothing that cannot occur comes in.

    Parameters
    ----------
    distribution : Distribution
    times : float
        At least 1.

    Returns
    -------
    Distribution
    """
    from scipy.special import ndtri

    scores = ndtri(LEVELS)
    nearest = np.argmin(np.abs(times * scores[:, None] - scores[None, :]), axis=1)
    smooth = distribution.smooth
    return replace(
        distribution,
        table=distribution.table[nearest],
        smooth=None if smooth is None else smooth[nearest],
    )


def _words(codes: list[str], below: list[int], above: list[int]) -> str:
    if not codes:
        return ""
    names = [periods.in_sentence(periods.parse(code).label) for code in codes]
    which = " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))
    figures = f"The figures for {which}" if len(names) > 1 else f"The figure for {which}"
    lie = "lie" if len(names) > 1 else "lies"
    if below and above:
        where = f"{lie} outside what was expected"
    else:
        where = f"{lie} {'lower' if below else 'higher'} than expected"
    return f"{figures}, not final yet, {where}, also after allowing for cases still to come"
