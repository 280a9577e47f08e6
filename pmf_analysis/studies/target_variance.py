"""How far a figure is from its target: in cases, by part, and against the year before.

The distance of the latest shown figure to the target in force is split three ways, each of
which adds up to it: by the units below (a part's distance, by its share of the whole); against
the year before, through the numerator, the denominator and a target that moved; and, in cases,
through the share met (rate), the number of cases (volume) and the target.

The table has, for each series with a target, a row for the whole (``part`` empty) and, where the
units below add up to it, one for each of them, the furthest from the target first. ``cases`` are
those short of the target: above 0 where it is missed. ``needed`` is the least number of cases
that would have met it, by the figure as printed.

Rule set: ``decomposition`` (most, most_named, remainder, rounded_to).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pmf_analysis import formats, periods
from pmf_analysis.methods.decomposition import of_numerator_and_denominator, shortfall_change
from pmf_analysis.register.models import Indicator
from pmf_analysis.register.rule_values import read
from pmf_analysis.studies import Known
from pmf_analysis.studies._adding import NONE_OF_THESE, settle
from pmf_analysis.studies._alike import alike
from pmf_analysis.studies._effects import ContributionRules
from pmf_analysis.studies._splitting import why_not_split
from pmf_analysis.studies._windows import Counts, Sum, counts_of
from pmf_analysis.tables import SERIES
from pmf_analysis.terms import MeasureKind, Polarity

if TYPE_CHECKING:
    from pmf_analysis.register.registry import Context

COLUMNS = (
    "indicator", "service_area", "cohort", "period", "label", "part", "part_name", "numerator",
    "denominator", "value", "target", "gap", "gap_effect", "cases", "needed", "period_before",
    "label_before", "gap_before", "gap_numerator", "gap_denominator", "gap_target",
    "cases_before", "cases_rate",
    "cases_volume", "cases_target", "reason", "rule_set",
)  # fmt: skip

_NAN = float("nan")
FACTS = {
    "needed": _NAN, "needed_words": "", "needed_where": "", "gap_before": _NAN,
    "gap_numerator": _NAN, "gap_denominator": _NAN, "gap_target": _NAN,
}  # fmt: skip

_NUMBERS = (
    "numerator", "denominator", "target", "numerator_before", "denominator_before", "target_before",
)  # fmt: skip
_MEASURED = tuple(
    name
    for name in COLUMNS[COLUMNS.index("value") : COLUMNS.index("reason")]
    if name not in ("period_before", "label_before")
)
_COUNTED = (MeasureKind.PROPORTION, MeasureKind.RATE)
_Row = dict[str, object]


def study(analysed: pd.DataFrame, known: Known, context: Context) -> pd.DataFrame:
    """Hold the latest figure of every series against its target.

    Parameters
    ----------
    analysed : pandas.DataFrame
        The analysis table, with the target of each row.
    known : Known
        Not asked.
    context : Context

    Returns
    -------
    pandas.DataFrame
        The columns ``COLUMNS``; gaps in the indicator's unit, figure less target.
    """
    rules = read(ContributionRules, context.register.rule_set("decomposition"))
    rows = [
        row
        for counts in counts_of(analysed, context)
        if counts.indicator.kind in (*_COUNTED, MeasureKind.MEAN)
        for unit in counts.units
        for row in _rows_of(counts, unit, rules, context)
    ]
    table = pd.DataFrame(rows).reindex(columns=list(dict.fromkeys((*COLUMNS, *_NUMBERS))))
    return _measured(table, context).assign(rule_set=rules.label)[list(COLUMNS)]


def facts(table: pd.DataFrame, latest: pd.DataFrame, context: Context) -> pd.DataFrame:
    """Cases that would have met the target, where most of them are, and the year before."""
    rules = read(ContributionRules, context.register.rule_set("decomposition"))
    key = [*SERIES, "period"]
    wholes = table[table["part"] == ""]
    numbers = [name for name, empty in FACTS.items() if not isinstance(empty, str)]
    found = latest[key].merge(wholes[[*key, *numbers, "denominator"]], on=key, how="left")
    found = found.set_index(latest.index)
    parts = dict(iter(table[table["part"] != ""].groupby(key, sort=False)))
    words, where = [], []
    needed = found[[*key, "needed", "denominator"]].itertuples(index=False, name=None)
    for *series, cases, total in needed:
        indicator = context.register.indicators[series[0]]
        short = cases > 0
        words.append(_needed(cases, total, indicator) if short else "")
        own = parts.get(tuple(series)) if short else None
        where.append("" if own is None else _where(own, indicator, rules))
    return found.assign(needed_words=words, needed_where=where)[list(FACTS)]


def _rows_of(
    counts: Counts, unit: str, rules: ContributionRules, context: Context
) -> Iterator[_Row]:
    """The whole and its parts, counts alone; effects come later."""
    there = counts.place[counts.units[unit]]
    there = there[there >= 0]
    if not len(there):
        return
    at = int(there[-1])
    held = counts.columns
    if np.isnan(held["target"][at]) or np.isnan(held["shown_value"][at]):
        return
    period = periods.parse(held["period"][at])
    key = {
        "indicator": counts.indicator.code, "service_area": unit, "cohort": counts.cohort,
        "period": period.code, "label": held["shown_label"][at], "target": held["target"][at],
    }  # fmt: skip
    whole = counts.shown(at)
    if not whole.known or not whole.can_be(counts.indicator.kind):
        yield {**key, "part": "", "part_name": "", "reason": "The counts are not known"}
        return
    window = counts.window(period)
    found = [
        (part, own)
        for part in alike(context, unit, window.first.start, period.end, counts.units)
        if (own := counts.over(part.units, window)).given
    ]
    wholes, left, reason = [whole], [], ""
    if len(found) > 1:
        span = (window.first.start, period.end)
        reason = why_not_split(counts.indicator, found, span, context)
        if not reason:
            sums = [[own] for _, own in found]
            wholes, left, reason = settle(counts.indicator, wholes, sums, rules)
    yield {
        **key, **_line("", "", whole), **_before(counts, unit, at), "reason": reason,
    }  # fmt: skip
    if len(found) < 2 or reason:
        return
    for part, own in found:
        yield {**key, **_line(part.code, part.name, own), "reason": ""}
    if left:
        yield {**key, **_line("rest", NONE_OF_THESE, left[0]), "reason": ""}


def _line(part: str, name: str, own: Sum) -> _Row:
    return {
        "part": part, "part_name": name, "numerator": own.numerator,
        "denominator": own.denominator,
    }  # fmt: skip


def _before(counts: Counts, unit: str, at: int) -> _Row:
    """The figure a year before, where no break lies between and it is another one."""
    held = counts.columns
    period = periods.parse(held["period"][at])
    old = periods.shift(period, -periods.season_length(counts.indicator.frequency))
    then = counts.row_of(unit, periods.step_number(old))
    if then < 0 or counts.shares_months(counts.window(old), counts.window(period)):
        return {}
    whole, level = counts.shown(then), held["target"][then]
    if (
        held["era"][then] != held["era"][at]
        or not whole.known
        or np.isnan(level)
        or not whole.can_be(counts.indicator.kind)
    ):
        return {}
    return {
        "period_before": old.code, "label_before": held["shown_label"][then],
        "numerator_before": whole.numerator,
        "denominator_before": whole.denominator, "target_before": level,
    }  # fmt: skip


def _measured(table: pd.DataFrame, context: Context) -> pd.DataFrame:
    """Values, gaps and cases of every row, and what made up the whole's since the year before."""
    held = table.astype(dict.fromkeys((*_NUMBERS, *_MEASURED), "float64"))
    if held.empty:
        return held
    named = [context.register.indicators[code] for code in held["indicator"]]
    times = np.array([one.multiplier for one in named], dtype=float)
    counted = np.array([one.kind in _COUNTED for one in named])
    way = np.array([_WAYS.get(one.polarity, np.nan) for one in named])
    x, n, t, x0, n0, t0 = (held[name].to_numpy(dtype=float) for name in _NUMBERS)
    level, level_before = t / times, t0 / times
    value = x / np.where(n > 0, n, np.nan)
    whole = held["part"].eq("").to_numpy()
    group = held.groupby([*SERIES, "period"], sort=False).ngroup().to_numpy()
    split = np.bincount(group[~whole], n[~whole], group.max() + 1)[group]
    share = np.where(whole, 1.0, np.divide(n, split, out=np.full(len(n), np.nan), where=split > 0))
    held["value"], held["gap"] = value * times, value * times - t
    # a part without cases has no distance, and takes no part of the whole's
    held["gap_effect"] = np.where(n > 0, held["gap"] * share, 0.0)
    held.loc[np.isnan(n), "gap_effect"] = np.nan
    held["cases"] = np.where(counted, way * (level * n - x), np.nan)
    held["needed"] = np.where(whole & counted, _least(x, n, t, named), np.nan)
    held["gap_before"] = x0 / np.where(n0 > 0, n0, np.nan) * times - t0
    through = of_numerator_and_denominator(x0, n0, x, n)
    held["gap_numerator"], held["gap_denominator"] = (one * times for one in through)
    held["gap_target"] = t0 - t
    held["cases_before"] = np.where(counted, way * (level_before * n0 - x0), np.nan)
    causes = shortfall_change(x0, n0, level_before, x, n, level)
    for name, cases in zip(("rate", "volume", "target"), causes, strict=True):
        held[f"cases_{name}"] = np.where(counted, way * cases, np.nan)
    order = held.assign(group=group, last=~whole, size=-held["cases"].fillna(0.0))
    return held.loc[order.sort_values(["group", "last", "size"], kind="stable").index].reset_index(
        drop=True
    )


_WAYS = {Polarity.HIGH: 1.0, Polarity.LOW: -1.0}
"""Which way cases are short: of those counted where more is better, above them where less is."""


def _least(
    x: NDArray[np.float64], n: NDArray[np.float64], t: NDArray[np.float64], named: list[Indicator]
) -> NDArray[np.float64]:
    """Least number of cases more (fewer) with which the printed figure meets the target."""
    found = np.full(len(x), np.nan)
    for at, one in enumerate(named):
        way = _WAYS.get(one.polarity)
        if one.kind is not MeasureKind.PROPORTION or way is None or not n[at] > 0:
            continue
        # a figure meets the target from half a last digit before it, as it is rounded
        edge = t[at] - way * 0.5 * 10.0**-one.decimals
        least = max(0.0, np.floor(way * (edge * n[at] / one.multiplier - x[at])) - 1.0)
        while (
            way
            * formats.round_half_up((x[at] + way * least) / n[at] * one.multiplier, one.decimals)
            < way * t[at]
        ):
            least += 1.0
        within = 0 <= x[at] + way * least <= n[at]
        found[at] = least if within else np.nan
    return found


def _needed(cases: float, total: float, indicator: Indicator) -> str:
    more = "more" if indicator.polarity is Polarity.HIGH else "fewer"
    return f"{formats.number(cases)} {more} of {formats.number(total)}"


def _where(parts: pd.DataFrame, indicator: Indicator, rules: ContributionRules) -> str:
    """The few parts in which most of the missing cases are; empty where they are spread."""
    short = parts[parts["cases"] > 0]
    total = short["cases"].sum()
    reached = short["cases"].cumsum() > rules.most * total
    if not reached.any():
        return ""
    named = short.iloc[: int(reached.to_numpy().argmax()) + 1]
    if len(named) > rules.most_named or 2 * len(named) > len(parts):
        return ""
    word = "short" if indicator.polarity is Polarity.HIGH else "too many"
    places = [
        f"{row.part_name} ({formats.number(max(1.0, row.cases))} {word})"
        for row in named.itertuples(index=False)
    ]
    return f"Furthest from it in cases: {formats.listed(places)}"
