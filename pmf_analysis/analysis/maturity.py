"""Provisional figures: how they could end once late entries are in.

What is still to come is measured on earlier deliveries where the measure table says so
(``late_share``), and otherwise assumed by the rule set ``maturity``. The best and the worst
case take all late cases as met, or all as missed. Where what was done is entered after the case
is, as a visit is after the day on which it was due, as many of the cases that are in and count
as missed may still turn. A shown figure that adds up several delivered ones moves by those of
them alone that are provisional.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pmf_analysis import formats, periods
from pmf_analysis.analysis import _columns
from pmf_analysis.analysis._calendar import places
from pmf_analysis.analysis._printed import printed
from pmf_analysis.analysis.status import RULES as STATUS_RULES
from pmf_analysis.analysis.status import Rated, rate
from pmf_analysis.register.models import Indicator, Level, RuleSet
from pmf_analysis.register.registry import Context
from pmf_analysis.register.rule_values import value_of
from pmf_analysis.register.spans import shown_span
from pmf_analysis.tables import KEY, MEASURE, SERIES, require
from pmf_analysis.terms import MeasureKind, Polarity, Rag, State

RULES = "maturity"

NOT_REACHED = {
    "provisional_status": "not_provisional",
    "provisional_reason": "The figure is not provisional.",
    "rag_best": Rag.NOT_RATED.value,
    "rag_worst": Rag.NOT_RATED.value,
}
"""What stands on rows whose shown figure is not provisional, nor one that it adds up."""

_COLUMNS = {
    "value_low": "float64", "value_high": "float64",
    "provisional_low": "float64", "provisional_high": "float64",
    "provisional_best": "float64", "provisional_worst": "float64",
    "provisional_share": "float64", "provisional_basis": "str", "provisional_status": "str",
    "provisional_reason": "str", "rag_best": "str", "rag_worst": "str", "rag_could_turn": "str",
}  # fmt: skip

_WITHOUT_CASES = (MeasureKind.MEAN, MeasureKind.MEDIAN)
_DATED = frozenset({"not_after", "not_before"})
"""Words of a condition that compare a date field with another one."""
_ORDER = (Rag.GREEN, Rag.AMBER, Rag.RED)
_NO_RECORDS = "a mean or a median could end anywhere without the records."
_NO_PARTS = "the counts that the figure is made of are not known."


def analyse(measures: pd.DataFrame, context: Context) -> pd.DataFrame:
    """Best and worst case of every provisional figure.

    Parameters
    ----------
    measures : pandas.DataFrame
        Measure table; ``late_share``, ``late_cases`` and ``late_periods`` say what earlier
        deliveries lacked, and may be absent.
    context : Context
        Its register holds the rule sets ``maturity``, which says ``assumed_share`` by
        frequency and ``approved``, and ``rag``.

    Returns
    -------
    pandas.DataFrame
        Rows whose delivered or shown figure is provisional: ``value_low`` and ``value_high``
        of the delivered figure; ``provisional_low``, ``provisional_high`` of the shown one,
        and the same by polarity as ``provisional_best`` and ``provisional_worst``;
        ``provisional_share`` (of all cases of the period) and ``provisional_basis``;
        ``provisional_status``: ``holds``, ``could_turn``, ``unmoved``, ``not_rated`` or
        ``no_case``, with ``provisional_reason``; ``rag_best``, ``rag_worst`` (terms.Rag), and
        ``rag_could_turn``, the other colours between them, with ``;`` between.

    Notes
    -----
    Of a share with ``n`` of ``d`` cases entered and a share ``s`` of all cases still to come,
    ``d s / (1 - s)`` cases are late, rounded up to whole ones. The share ends between
    ``n / (d + late)`` and ``(n + late + turned) / (d + late)``, where ``turned`` is 0, or the
    lesser of ``late`` and ``d - n`` where outcomes are entered after their cases; a count or a
    rate between what it is and that over ``1 - s``.
    """
    require(measures, MEASURE, "measure")
    young = measures["state"].eq(State.PROVISIONAL.value)
    shown_young = measures["shown_state"].eq(State.PROVISIONAL.value)
    rows = measures[young | shown_young]
    if rows.empty:
        return measures.loc[[], list(KEY)].assign(
            **{name: pd.Series(dtype=kind) for name, kind in _COLUMNS.items()}
        )
    rules = context.register.rule_set(RULES)
    held = [context.register.indicators[code] for code in rows["indicator"]]
    share, basis = _shares(rows, held, rules)
    late = _late(rows, held, share)
    turned = _turned(rows, held, late)
    shown_late, shown_turned = (_in_shown(rows, held, cases) for cases in (late, turned))
    low, high = _ends(rows, held, late, turned, "")
    shown_low, shown_high = _ends(rows, held, shown_late, shown_turned, "shown_")
    return _judged(
        rows[list(KEY)].assign(
            value_low=low, value_high=high, provisional_low=shown_low,
            provisional_high=shown_high, provisional_share=share, provisional_basis=basis,
        ),
        rows, held, shown_late, context,
    )  # fmt: skip


def delivered_ends(measures: pd.DataFrame, context: Context) -> pd.DataFrame:
    """Where delivered figures that are all provisional could end.

    Parameters
    ----------
    measures : pandas.DataFrame
        As `analyse` takes them.
    context : Context

    Returns
    -------
    pandas.DataFrame
        ``value_low``, ``value_high`` and ``late``, the cases that are still to come by them, on
        the same index; NaN where there is no case.
    """
    held = [context.register.indicators[code] for code in measures["indicator"]]
    share, _ = _shares(measures, held, context.register.rule_set(RULES))
    late = _late(measures, held, share)
    low, high = _ends(measures, held, late, _turned(measures, held, late), "")
    return pd.DataFrame({"value_low": low, "value_high": high, "late": late}, measures.index)


def _shares(
    rows: pd.DataFrame, held: list[Indicator], rules: RuleSet
) -> tuple[NDArray[np.float64], list[str]]:
    """Share of all cases of a period that is still to come, and what says so."""
    assumed: Mapping[str, float] = value_of(rules, "assumed_share")
    agreed = "" if value_of(rules, "approved") else ", a proposed default that nobody has approved"
    young = rows["state"].eq(State.PROVISIONAL.value).to_numpy()
    nothing = pd.DataFrame(index=rows.index)
    measured, cases, count = (
        _columns.numbers(rows if name in rows else nothing.assign(**{name: np.nan}), name)
        for name in ("late_share", "late_cases", "late_periods")
    )
    shares, words = np.full(len(rows), np.nan), []
    for place, indicator in enumerate(held):
        if not young[place]:
            words.append("late entries of earlier periods that it adds up")
        elif not np.isnan(measured[place]):
            shares[place] = measured[place]
            words.append(
                f"measured: {_percent(measured[place], 1)} of a "
                f"{indicator.frequency}'s cases came in later, over {count[place]:.0f} "
                f"{indicator.frequency}s with {formats.number(cases[place])} cases"
            )
        else:
            shares[place] = float(assumed[str(indicator.frequency)])
            words.append(
                f"assumed: {_percent(shares[place], 0)} of a {indicator.frequency}'s "
                f"cases come in later ({rules.label}{agreed})"
            )
    return shares, words


def _late(
    rows: pd.DataFrame, held: list[Indicator], share: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Cases of each provisional delivered figure that are still to come; NaN where unknown."""
    parted = np.array([one.kind is MeasureKind.PROPORTION for one in held])
    counted = np.array([one.kind not in _WITHOUT_CASES for one in held])
    numerator = _columns.numbers(rows, "numerator")
    cases = np.where(parted, _columns.numbers(rows, "denominator"), numerator)
    known = np.where(counted & ~np.isnan(numerator), cases, np.nan)
    return np.ceil(known * share / (1 - share) - 1e-9)


def _turned(
    rows: pd.DataFrame, held: list[Indicator], late: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Cases that are in and count as missed, and may yet turn out met; as many as are late."""
    turning = np.array([_outcome_comes_later(one) for one in held])
    missed = _columns.numbers(rows, "denominator") - _columns.numbers(rows, "numerator")
    return np.where(turning, np.minimum(late, missed), 0.0)


def _outcome_comes_later(indicator: Indicator) -> bool:
    """Whether cases count from the day when a thing was due, which is entered once it is done."""
    records = indicator.source.records
    return records is not None and any(
        test.keys() & _DATED and test.get("field") not in (None, records.at)
        for test in records.numerator
    )


def _in_shown(
    rows: pd.DataFrame, held: list[Indicator], late: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Cases still to come in each shown figure: those of the delivered figures it adds up."""
    spans = [
        shown_span(one, periods.parse(code)) for one, code in zip(held, rows["period"], strict=True)
    ]
    where = places(rows["period"])
    placed = rows[list(SERIES)].assign(
        frequency=where["frequency"], position=where["position"], row=np.arange(len(rows)),
        span=spans, late=late,
    )  # fmt: skip
    source = placed[rows["state"].eq(State.PROVISIONAL.value)]
    key = [*SERIES, "frequency"]
    pairs = placed.merge(source, on=key, suffixes=("", "_of"))
    back = pairs["position"] - pairs["position_of"]
    inside = pairs[(back >= 0) & (back < pairs["span"])]
    summed = inside.groupby("row")["late_of"].apply(lambda each: each.sum(skipna=False))
    return summed.reindex(range(len(rows))).to_numpy(dtype=float)


def _ends(
    rows: pd.DataFrame, held: list[Indicator], late: NDArray[np.float64],
    turned: NDArray[np.float64], which: str,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:  # fmt: skip
    """Least and greatest figure once the late cases are in; NaN where there is no case."""
    value = _columns.figures(rows, shown=bool(which))
    top = _columns.numbers(rows, f"{which}numerator")
    bottom = _columns.numbers(rows, f"{which}denominator")
    parted = np.array([one.kind is MeasureKind.PROPORTION for one in held])
    factor = np.array([one.multiplier for one in held])
    with np.errstate(divide="ignore", invalid="ignore"):
        more = np.where(top > 0, value * (top + late) / top, np.where(late == 0, value, np.nan))
        low = np.where(parted, factor * top / (bottom + late), value)
        high = np.where(parted, factor * (top + late + turned) / (bottom + late), more)
    known = ~np.isnan(value) & ~np.isnan(high)
    return np.where(known, low, np.nan), np.where(known, high, np.nan)


def _judged(
    found: pd.DataFrame, rows: pd.DataFrame, held: list[Indicator], late: NDArray[np.float64],
    context: Context,
) -> pd.DataFrame:  # fmt: skip
    """Add best and worst case by polarity, and their status."""
    targets, _ = levels = _columns.levels(rows, context)
    ends = zip(found["provisional_low"], found["provisional_high"], held, targets, strict=True)
    best, worst = (np.array(side, dtype=float) for side in zip(*map(_sides, ends), strict=True))
    bottom = _columns.numbers(rows, "shown_denominator")
    cases = (
        (_columns.figures(rows, shown=True), bottom),
        *((side, bottom + np.nan_to_num(late)) for side in (best, worst)),
    )
    now, rag_best, rag_worst = (_colours(rows, held, *one, levels, context) for one in cases)
    turns = [_others(*three) for three in zip(now, rag_best, rag_worst, strict=True)]
    known = found["provisional_low"].notna().to_numpy()
    young = rows["shown_state"].eq(State.PROVISIONAL.value).to_numpy()
    said = [_status(*each) for each in zip(young, known, late == 0, now, turns, strict=True)]
    judged = found.assign(
        provisional_best=best,
        provisional_worst=worst,
        provisional_status=said,
        provisional_reason=[_reason(*each) for each in zip(said, held, strict=True)],
        rag_best=[str(rag) for rag in rag_best],
        rag_worst=[str(rag) for rag in rag_worst],
        rag_could_turn=[";".join(turn) for turn in turns],
    )
    return judged[[*KEY, *_COLUMNS]].astype(_COLUMNS)


def _colours(
    rows: pd.DataFrame, held: list[Indicator], values: NDArray[np.float64],
    denominators: NDArray[np.float64], levels: tuple[list[Level | None], ...], context: Context,
) -> list[Rag]:  # fmt: skip
    """Status of some values in the place of the shown ones."""
    units = context.register.units
    rules = context.register.rule_set(STATUS_RULES)
    shown = printed(values, np.array([one.decimals for one in held]))
    ends = rows["period_end"].tolist()
    kinds = [str(units[unit].kind) if unit in units else "" for unit in rows["service_area"]]
    columns = zip(
        held, kinds, map(date.fromisoformat, ends), shown, denominators, rows["shown_state"],
        *levels, strict=True,
    )  # fmt: skip
    return [rate(Rated(*each), rules)[0] for each in columns]


def _sides(given: tuple[float, float, Indicator, Level | None]) -> tuple[float, float]:
    """Best and worst of a range; NaN where neither way is better."""
    low, high, indicator, target = given
    if indicator.polarity is Polarity.HIGH:
        return high, low
    if indicator.polarity is Polarity.LOW:
        return low, high
    if indicator.polarity is Polarity.NEUTRAL or target is None:
        return np.nan, np.nan
    best = min(max(target.value, low), high)
    return best, max((low, high), key=lambda end: abs(end - target.value))


def _others(now: Rag, best: Rag, worst: Rag) -> list[str]:
    """Colours from best to worst other than the present one; none where any is not rated."""
    if Rag.NOT_RATED in (now, best, worst):
        return []
    first, last = _ORDER.index(best), _ORDER.index(worst)
    return [str(rag) for rag in _ORDER[first : last + 1] if rag is not now]


def _status(young: bool, known: bool, unmoved: bool, now: Rag, turns: list[str]) -> str:
    if not young:
        return NOT_REACHED["provisional_status"]
    if not known:
        return "no_case"
    if unmoved:
        return "unmoved"
    if now is Rag.NOT_RATED:
        return "not_rated"
    return "could_turn" if turns else "holds"


def _reason(status: str, indicator: Indicator) -> str:
    """Why there is no best and worst case; empty where there is one."""
    if status == "no_case":
        return _NO_RECORDS if indicator.kind in _WITHOUT_CASES else _NO_PARTS
    return NOT_REACHED["provisional_reason"] if status == "not_provisional" else ""


def _percent(share: float, decimals: int) -> str:
    return formats.with_unit(share * 100, "percent", decimals)
