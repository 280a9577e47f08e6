"""Figures that are not final yet, held against the limits of those that are.

Late entries pull the newest figures one way in every unit and every month, so that a verdict on
them would be one on entering, not on the service. Limits and runs rest on final figures; one
that still waits is judged only where its best and its worst case give the same verdict.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pmf_analysis import periods
from pmf_analysis.analysis import _lines, maturity
from pmf_analysis.analysis._columns import of_indicator
from pmf_analysis.methods import xmr
from pmf_analysis.register.registry import Context
from pmf_analysis.terms import ChartKind, SpecialCause, State

Flags = NDArray[np.bool_]

_SHARES = (ChartKind.P.value, ChartKind.P_PRIME.value)


class Judged(NamedTuple):
    """What the limits of the final figures say of those that wait.

    Attributes
    ----------
    rows : ndarray of int, shape (n,)
        Places, among the charted rows, of those that wait in a segment which has limits.
    causes : ndarray of str, shape (n,)
        Codes of `terms.SpecialCause`; not tested where the two cases differ.
    """

    rows: NDArray[np.int64]
    causes: NDArray[np.object_]


def waiting(measures: pd.DataFrame, context: Context) -> Flags:
    """Which figures are provisional because their indicator says that they mature later."""
    return (measures["state"].astype(str) == State.PROVISIONAL.value).to_numpy() & (
        days_left(measures, context) > 0
    )


def days_left(measures: pd.DataFrame, context: Context) -> NDArray[np.int64]:
    """Days from the date of the run until each figure is final; 0 or less where it is."""
    numbers, known = pd.factorize(measures["period"])
    ends = np.array([periods.parse(code).end for code in known], dtype="datetime64[D]")
    late = of_indicator(measures, context, lambda found: found.matures_after)
    passed = np.datetime64(context.as_at, "D") - ends[numbers]
    return late.astype(np.int64) - passed.astype(np.int64)


def judged(
    points: pd.DataFrame,
    group: NDArray[np.int64],
    measures: pd.DataFrame,
    lines: _lines.Lines,
    rules: xmr.XmrRules,
    context: Context,
) -> Judged:
    """Hold the figures that wait against the limits of the final ones.

    Parameters
    ----------
    points : pandas.DataFrame
        Charted rows, by series, segment and position: ``position``, ``chart_value``, ``factor``
        and ``waits``, on the index of ``measures``.
    group : ndarray of int, shape (n,)
        Number of each row's series and segment.
    measures : pandas.DataFrame
    lines : _lines.Lines
        One for each point, in order; a point that waits has those of its own number of cases.
    rules : xmr.XmrRules
    context : Context

    Returns
    -------
    Judged
    """
    waits = points["waits"].to_numpy(dtype=bool)
    kept = np.flatnonzero(np.isin(group, group[waits]) & (lines.points > 0))
    points, waits = points.iloc[kept], waits[kept]
    if not waits.any():
        return Judged(kept[waits], np.array([], dtype=object))
    # what a late entry would do to the time between rare events is not known
    own = lines.at(kept)._replace(long_gap=np.zeros(len(kept), dtype=np.int64))
    follows = (points["position"].diff() == 1).to_numpy()
    value = points["chart_value"].to_numpy(dtype=float)
    ends = maturity.delivered_ends(measures.loc[points.index[waits]], context)
    cases = [value]
    for end in ("value_low", "value_high"):
        case = value.copy()
        case[waits] = ends[end].to_numpy() / points.loc[waits, "factor"].to_numpy()
        cases.append(np.where(np.isnan(case), value, case))
    # the late cases count in both ends, and narrow the limits that these are held against; what
    # both ends say by the limits of the cases known so far stands where that decides nothing
    whole = _narrowed(own, waits, points["denominator"].to_numpy(dtype=float), ends["late"])
    causes = np.full(int(waits.sum()), SpecialCause.NOT_TESTED.value, dtype=object)
    for lines_of_ends in (own, whole):
        said = [
            _lines.causes(case, group[kept], lines_, rules, follows)[waits]
            for case, lines_ in zip(cases, (own, lines_of_ends, lines_of_ends), strict=True)
        ]
        same = [_direction(each) for each in said]
        agreed = (same[0] == same[1]) & (same[0] == same[2]) & ends["value_low"].notna().to_numpy()
        causes[agreed] = said[0][agreed]
    return Judged(kept[waits], causes)


def _narrowed(
    lines: _lines.Lines, waits: Flags, cases: NDArray[np.float64], late: pd.Series
) -> _lines.Lines:
    """The limits of shares that wait, by the cases that they will have in the end."""
    more = np.zeros(len(waits))
    more[waits] = late.fillna(0.0).to_numpy()
    share = waits & np.isin(lines.kind, _SHARES) & (cases > 0)
    closer = np.sqrt(np.divide(cases, cases + more, out=np.ones(len(waits)), where=share))
    names = ("lower", "upper", "near_lower", "near_upper")
    return lines._replace(
        **{name: lines.centre + closer * (getattr(lines, name) - lines.centre) for name in names}
    )


def _direction(causes: NDArray[np.object_]) -> NDArray[np.object_]:
    """What each cause says of the figure: high, low or nothing."""
    return xmr.variation(causes, np.full(len(causes), "neutral", dtype=object))


def words(period: str, days: int, value: float, lower: float, upper: float) -> str:
    """That a figure is not judged yet, until when, and where it lies so far."""
    until = "1 day" if days == 1 else f"{days} days"
    where = "below" if value < lower else "above" if value > upper else "inside"
    label = periods.in_sentence(periods.parse(period).label)
    return (
        f"{label[:1].upper()}{label[1:]} is not judged yet: entries are still to come, and it is "
        f"{until} until the figure is final. So far it lies {where} the usual limits."
    )
