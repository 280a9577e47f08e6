"""Six fields read together: how far from the target, and where the fields contradict each other.

Status, polarity, direction, variation and assurance are columns of the analysis table. What
stands here is the sixth, the distance from target and floor, and what shows only when several
fields are held side by side. All of it is arithmetic; no test is made.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from pmf_analysis import formats, periods
from pmf_analysis.analysis.status import RULES as RAG_RULES
from pmf_analysis.register.models import Indicator
from pmf_analysis.register.registry import Context
from pmf_analysis.register.rule_values import value_of
from pmf_analysis.studies import Known
from pmf_analysis.tables import SERIES
from pmf_analysis.terms import Frequency, Polarity, Rag, State

RULES = "together"

COLUMNS = (*SERIES, "period", "target_gap", "distance_words", "singles", "singles_words")

FACTS = {
    "duty": "",
    "target_gap": float("nan"),
    "distance_words": "",
    "singles": "",
    "singles_words": "",
    "step_words": "",
    "average_meets": "",
    "directions_apart": "",
    "toward_target": "",
}

_FIGURES = {Frequency.MONTH: "months", Frequency.QUARTER: "quarters", Frequency.YEAR: "years"}
_APART = ({"better", "worse"}, {"higher", "lower"})
"""Verdicts of two rules of direction that disagree."""


def study(analysed: pd.DataFrame, known: Known, context: Context) -> pd.DataFrame:
    """Hold the latest figure of each series against its levels, and its single figures beside it.

    Parameters
    ----------
    analysed : pandas.DataFrame
        The analysis table.
    known : Known
        Not read.
    context : Context

    Returns
    -------
    pandas.DataFrame
        One row for each series, at its latest period:

        - ``target_gap`` : distance from the target in the indicator's unit, as printed; below 0
          on the wrong side; of an indicator for which close is best, what is left of the
          tolerance
        - ``distance_words`` : the same in words, with the distance from the floor
        - ``singles`` : the one colour of the latest single figures, where that contradicts the
          colour of a figure that adds up several; empty otherwise
        - ``singles_words`` : the same in words
    """
    rows = analysed[(analysed["state"] != State.FORECAST.value)].reset_index(drop=True)
    latest = rows.groupby(list(SERIES), sort=True).tail(1)
    found = latest[[*SERIES, "period"]].assign(
        **dict(zip(("target_gap", "distance_words"), _distances(latest, context), strict=True))
    )
    singles = _singles(rows, latest, context)
    return found.assign(
        singles=[colour for colour, _ in singles], singles_words=[words for _, words in singles]
    ).reset_index(drop=True)[list(COLUMNS)]


def facts(table: pd.DataFrame, latest: pd.DataFrame, context: Context) -> pd.DataFrame:
    """What the fields say of the latest row of each series when held side by side.

    Parameters
    ----------
    table : pandas.DataFrame
        From `study`.
    latest : pandas.DataFrame
        The latest row of each series.
    context : Context

    Returns
    -------
    pandas.DataFrame
        ``FACTS``: of the table; and ``duty`` (``yes`` for a statutory one), ``step_words``
        (what the step from the period before is worth, where the chart calls the figure usual or
        says the opposite), ``average_meets`` (``yes`` or ``no``: whether the
        average of the chart meets the target), ``directions_apart`` (two rules of direction that
        disagree, in words) and ``toward_target`` (``toward`` or ``away``, of a signal where close
        is best).
    """
    kept = [name for name in COLUMNS if name in FACTS]
    held = latest[[*SERIES, "period"]].merge(
        table, on=[*SERIES, "period"], how="left", validate="1:1"
    )
    found = held[kept].set_axis(latest.index).fillna({name: FACTS[name] for name in kept})
    polarity = _polarities(latest, context)
    duties = {code: "yes" if one.duty else "" for code, one in context.register.indicators.items()}
    return found.assign(
        duty=latest["indicator"].map(duties),
        step_words=_step_words(latest),
        average_meets=_average_meets(latest, polarity),
        directions_apart=_directions_apart(latest, context),
        toward_target=_toward(latest, polarity),
    )[list(FACTS)]


# -- the distance from target and floor ------------------------------------------------------


def _distances(latest: pd.DataFrame, context: Context) -> tuple[list[float], list[str]]:
    codes = ("indicator", "shown_value", "target", "floor")
    found = [
        _distance(context.register.indicator(code), value, target, floor)
        for code, value, target, floor in latest[list(codes)].itertuples(index=False)
    ]
    return [gap for gap, _ in found], [words for _, words in found]


def _distance(indicator: Indicator, value: float, target: float, floor: float) -> tuple[float, str]:
    if pd.isna(value) or pd.isna(target) or indicator.polarity is Polarity.NEUTRAL:
        return np.nan, ""
    shown = formats.round_half_up(float(value), indicator.decimals)
    if indicator.polarity is Polarity.CLOSE_TO_TARGET:
        return _from_close(indicator, shown, float(target))
    gap = _good(indicator, shown - float(target))
    if pd.isna(floor):
        return gap, _by(indicator, gap, "the target")
    over = _good(indicator, shown - float(floor))
    words = _by(indicator, gap, "the target")
    if gap >= 0:
        return gap, words
    size = f"{formats.number(abs(over), indicator.decimals)} " if over else ""
    return gap, f"{words}, and {size}{_side(indicator, over, f'the {indicator.bound}')}"


def _good(indicator: Indicator, difference: float) -> float:
    """A difference with the good side above 0, without what rounding leaves."""
    sign = 1 if indicator.polarity is Polarity.HIGH else -1
    return round(sign * difference, 9) + 0.0


def _by(indicator: Indicator, gap: float, level: str) -> str:
    size = formats.difference(abs(gap), indicator.unit, indicator.decimals)
    side = _side(indicator, gap, level)
    return f"{size} {side}" if gap else side


def _side(indicator: Indicator, gap: float, level: str) -> str:
    """Where a figure lies, from how far it is on the good side of a level."""
    if gap == 0:
        return f"exactly at {level}"
    return f"{'above' if (gap > 0) == (indicator.polarity is Polarity.HIGH) else 'below'} {level}"


def _from_close(indicator: Indicator, shown: float, target: float) -> tuple[float, str]:
    tolerance = float(indicator.tolerance or 0.0)
    away = round(shown - target, 9) + 0.0
    if away == 0:
        return tolerance, "exactly at the target"
    size = formats.difference(abs(away), indicator.unit, indicator.decimals)
    words = f"{size} {'above' if away > 0 else 'below'} the target"
    if tolerance:
        words += f", {formats.number(abs(away) / tolerance, 1)} times the tolerance"
    return round(tolerance - abs(away), 9), words


# -- single figures beside one that adds up several ------------------------------------------


def _singles(rows: pd.DataFrame, latest: pd.DataFrame, context: Context) -> list[tuple[str, str]]:
    """For each series, the one colour of its latest single figures where it contradicts."""
    count = int(value_of(context.register.rule_set(RULES), "latest_periods"))
    spans = {
        code: one.data_period.overlaps and not one.overlapping
        for code, one in context.register.indicators.items()
    }
    settled = rows[rows["indicator"].map(spans) & (rows["state"] != State.PROVISIONAL.value)]
    last = settled.groupby(list(SERIES), sort=True).tail(count)
    last = last.assign(colour=_colours(last, context))
    alone = last.groupby(list(SERIES), sort=True).agg(
        colour=("colour", "first"), colours=("colour", "nunique"), count=("colour", "size"),
        first=("period", "first"), until=("period", "last"),
    )  # fmt: skip
    only = alone[(alone["colours"] == 1) & (alone["count"] == count)]
    found = {row.Index: row for row in only.itertuples() if _steps(row) == count - 1}
    names = [*SERIES, "rag"]
    return [
        _single(context.register.indicator(key[0]), rag, found.get(tuple(key)), count)
        for *key, rag in latest[names].itertuples(index=False)
    ]


def _steps(row: tuple) -> int:
    return periods.steps_between(periods.parse(row.first), periods.parse(row.until))


def _single(indicator: Indicator, rag: str, alone: tuple | None, count: int) -> tuple[str, str]:
    contrary = {Rag.GREEN: (Rag.RED,), Rag.RED: (Rag.GREEN,), Rag.AMBER: (Rag.RED, Rag.GREEN)}
    if alone is None or alone.colour not in contrary.get(Rag(rag), ()):
        return "", ""
    said = "met the target" if alone.colour == Rag.GREEN else f"missed the {indicator.bound}"
    figures = _FIGURES[indicator.frequency]
    return alone.colour, f"each of the last {count} {figures} alone {said}"


def _colours(last: pd.DataFrame, context: Context) -> list[str]:
    """The colour of each single figure: none where it counts too few cases."""
    held = context.register
    small = value_of(held.rule_set(RAG_RULES), "small_numbers")
    kinds = last["service_area"].map({code: str(one.kind) for code, one in held.units.items()})
    few = kinds.isin(small["unit_kinds"]) & (last["denominator"] < small["below"])
    polarity = _polarities(last, context)
    decimals = last["indicator"].map({code: one.decimals for code, one in held.indicators.items()})
    shown = [
        np.nan if pd.isna(value) else formats.round_half_up(value, places)
        for value, places in zip(last["value"].tolist(), decimals.tolist(), strict=True)
    ]
    value = np.where(polarity == Polarity.HIGH, shown, np.negative(shown))
    sign = np.where(polarity == Polarity.HIGH, 1.0, -1.0)
    target, floor = (sign * pd.to_numeric(last[name]).to_numpy() for name in ("target", "floor"))
    colour = np.select(
        [value >= target, np.isnan(target), value < floor],
        [Rag.GREEN.value, "", Rag.RED.value], Rag.AMBER.value,
    )  # fmt: skip
    rated = ~few & polarity.isin([Polarity.HIGH, Polarity.LOW]) & last["value"].notna()
    return np.where(rated, colour, "").tolist()


# -- fields beside each other ----------------------------------------------------------------


def _polarities(latest: pd.DataFrame, context: Context) -> pd.Series:
    codes = {code: context.register.indicator(code).polarity for code in set(latest["indicator"])}
    return latest["indicator"].map(codes)


def _step_words(latest: pd.DataFrame) -> pd.Series:
    """What a step from the period before is worth beside what the chart says."""
    words = latest["dot_previous"].map(
        {
            "better": "the good direction, but no more than chance would give",
            "worse": "the wrong direction, but no more than chance would give",
            "higher": "no more than chance would give",
            "lower": "no more than chance would give",
        }
    )
    usual = latest["signal"].eq("none") & latest["chart_waits"].eq("")
    against = latest["signal"].eq("improvement") & latest["dot_previous"].eq("worse")
    against |= latest["signal"].eq("concern") & latest["dot_previous"].eq("better")
    other = "the other way from what the chart shows, and one step does not undo that"
    return words.where(usual).fillna("").mask(against, other)


def _average_meets(latest: pd.DataFrame, polarity: pd.Series) -> pd.Series:
    centre, target = (pd.to_numeric(latest[name]) for name in ("centre", "target"))
    met = (centre >= target).where(polarity == Polarity.HIGH, centre <= target)
    known = centre.notna() & target.notna() & polarity.isin([Polarity.HIGH, Polarity.LOW])
    return met.map({True: "yes", False: "no"}).where(known, "")


def _directions_apart(latest: pd.DataFrame, context: Context) -> list[str]:
    """The step from the period before and the line through the window, where they disagree."""
    said = []
    names = ("indicator", "dot_previous", "dot_regression", "dot_previous_change",
             "dot_regression_slope", "dot_regression_points")  # fmt: skip
    for code, step, line, change, slope, points in latest[list(names)].itertuples(index=False):
        rose = change > 0
        if {step, line} not in _APART or rose == (slope > 0):
            said.append("")
            continue
        of = _FIGURES[context.register.indicator(code).frequency]
        said.append(
            f"the last step is {'up' if rose else 'down'}, while the line through the last "
            f"{int(points)} {of} goes {'down' if rose else 'up'}"
        )
    return said


def _toward(latest: pd.DataFrame, polarity: pd.Series) -> pd.Series:
    """Whether a signal goes to the target or from it, where close to the target is best."""
    above = pd.to_numeric(latest["judged_value"]) > pd.to_numeric(latest["target"])
    high = latest["variation"].eq("neutral_high")
    close = polarity.eq(Polarity.CLOSE_TO_TARGET) & latest["signal"].eq("neutral")
    known = close & latest["judged_value"].notna() & latest["target"].notna()
    return (above == high).map({True: "away", False: "toward"}).where(known, "")
