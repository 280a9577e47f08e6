"""The values that a source prints beside the counts, held against those recomputed from them."""

from __future__ import annotations

import numpy as np
import pandas as pd

from pmf_analysis.quality.views import NO, Sources, numbers
from pmf_analysis.register.models import Indicator, Unit
from pmf_analysis.terms import MeasureKind

_AVERAGES = (MeasureKind.MEAN, MeasureKind.MEDIAN)
_CELL = ["indicator", "service_area", "cohort", "period", "delivery"]


def printed_steps(rows: pd.DataFrame, sources: Sources) -> pd.Series:
    """Difference of the recomputed value to the printed one, in units of the last printed digit.

    Less what the rounding of the counts explains: ``rounded_to`` and ``rounded_in`` of the
    rule set ``quality`` say how the sources round them. A share printed with one decimal may
    so differ by half a step (0.05), and a whole rate of a region by a little more than 0.5.

    Parameters
    ----------
    rows : pandas.DataFrame
        Measures, with a unique index and ``as_published``.
    sources : Sources

    Returns
    -------
    pandas.Series of float
        Null where nothing is printed, or a value has no parts to be recomputed from.
    """
    indicators = sources.context.register.indicators
    decimals = {code: one.decimals for code, one in indicators.items()}
    multipliers = {code: one.multiplier for code, one in indicators.items()}
    steps = 10.0 ** rows["indicator"].map(decimals).astype("float64")
    multiplier = rows["indicator"].map(multipliers).astype("float64")
    denominator = numbers(rows, "denominator").where(lambda whole: whole > 0)
    # a value taken over as printed proves nothing by being equal to it; its parts may
    recomputed = numbers(rows, "numerator") / denominator * multiplier
    own = numbers(rows, "value").where(rows["as_published"] == NO, recomputed)
    rounding = _half_step(rows, sources) * (multiplier + own) / denominator
    difference = (own - printed_values(rows, sources)).abs() - rounding.fillna(0.0)
    return (difference.clip(lower=0.0) * steps).round(6)


def _half_step(rows: pd.DataFrame, sources: Sources) -> pd.Series:
    """How far the rounding of the source may have moved a count of each row."""
    register = sources.context.register
    pairs = rows[["indicator", "service_area"]].drop_duplicates().dropna()
    steps = {
        pair: _rounded_to(
            register.indicators.get(pair[0]), register.units.get(pair[1]), sources
        ) / 2
        for pair in pairs.itertuples(index=False, name=None)
    }  # fmt: skip
    columns = zip(rows["indicator"], rows["service_area"], strict=True)
    return pd.Series([steps.get(pair, 0.0) for pair in columns], index=rows.index, dtype="float64")


def _rounded_to(indicator: Indicator | None, unit: Unit | None, sources: Sources) -> float:
    """To the nearest how many the counts of an indicator are published for a unit."""
    rules = sources.rules.values
    tables = {each.table for each in indicator.source.all if each.numerator} if indicator else set()
    stated = [rules.get("rounded_in", {})[one] for one in tables & set(rules.get("rounded_in", {}))]
    if stated:
        return float(max(stated))
    return float(rules["rounded_to"].get(unit.kind.value, 0)) if unit else 0.0


def printed_values(rows: pd.DataFrame, sources: Sources) -> pd.Series:
    """Find the printed value of each measure; NaN where none is known.

    A column ``printed`` wins. Else the figures are searched for the column that the
    register names, in the deliveries that the measure came from; of two, the last counts.

    Parameters
    ----------
    rows : pandas.DataFrame
        Measures, with a unique index.
    sources : Sources

    Returns
    -------
    pandas.Series of float
    """
    if "printed" in rows.columns:
        return numbers(rows, "printed")
    cells = _printed_cells(sources)
    if cells.empty:
        return pd.Series(np.nan, index=rows.index, dtype="float64")
    wanted = rows[[*_CELL[:-1], "deliveries"]].assign(at=rows.index)
    wanted = wanted.assign(delivery=wanted["deliveries"].str.split(";")).explode("delivery")
    found = wanted.merge(cells, on=_CELL, how="inner").drop_duplicates("at", keep="last")
    return found.set_index("at")["printed"].reindex(rows.index)


def _printed_cells(sources: Sources) -> pd.DataFrame:
    figures = sources.tables.get("figure")
    needed = {"table", "breakdown", "column", "value", "service_area", "cohort", "period"}
    if figures is None or not {*needed, "delivery"} <= set(figures.columns):
        return pd.DataFrame(columns=[*_CELL, "printed"])
    known = sources.context.register.indicators
    printing = [
        (code, place, source)
        for code, one in sorted(known.items())
        for place, source in enumerate(one.source.all)
        if source.value and (one.kind not in _AVERAGES or source.numerator)
    ]
    if not printing:
        return pd.DataFrame(columns=[*_CELL, "printed"])
    read = {(source.table, source.value) for _, _, source in printing}
    figures = figures[pd.MultiIndex.from_frame(figures[["table", "column"]]).isin(read)]
    of_cell = figures.groupby(["table", "column", "breakdown"], sort=False)
    parts = []
    for code, place, source in printing:
        at = of_cell.indices.get((source.table, source.value, source.breakdown), [])
        mine = figures.iloc[at][[*_CELL[1:], "value"]]
        parts.append(mine.assign(indicator=code, place=place, printed=numbers(mine, "value")))
    cells = pd.concat(parts).sort_values("place", ascending=False, kind="stable")
    # of several tables that came in one delivery the register's first counts
    return cells[[*_CELL, "printed"]].drop_duplicates(_CELL, keep="last")
