"""What the coming figures mean for their targets: early warnings first, refusals last."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from pmf_analysis import formats
from pmf_analysis.tables import SERIES
from pmf_analysis.terms import ForecastRecord, Likelihood, Prospect, Rag

_FACTS = (
    *SERIES, "rag", "shown_text", "shown_state", "shown_value", "target", "target_outlook",
    "target_chance", "target_chance_words", "floor_chance", "outlook_period", "outlook_range",
    "skill_words", "no_skill_words", "forecast_reason", "forecast_break", "forecast_record",
)  # fmt: skip
_OUTLOOK = ("forecast", "due_period", "due_on", "before_lower95", "before_upper95", "before",
            "happened")  # fmt: skip
_SHORT_NOW = (Rag.AMBER.value, Rag.RED.value)


def prospects(fact: pd.DataFrame, outlook: pd.DataFrame) -> pd.DataFrame:
    """What each figure now and its chance of the target say together.

    Parameters
    ----------
    fact : pandas.DataFrame
        The latest row of each series.
    outlook : pandas.DataFrame
        Table of the study ``outlook``.

    Returns
    -------
    pandas.DataFrame
        One row for each series with ``prospect`` (terms.Prospect), what the page prints of it,
        and ``forecast``, the middle of what may come at the target's date; in the order of the
        prospects, within each the least chance of the target first.
    """
    told = outlook.loc[outlook["scenario"] == 0, [*SERIES, *_OUTLOOK]]
    table = fact.reindex(columns=list(_FACTS)).merge(told, on=list(SERIES), how="left")
    table["prospect"] = [
        prospect_of(str(rag), str(outlook_), bool(np.isfinite(middle))).value
        for rag, outlook_, middle in zip(
            table["rag"], table["target_outlook"], table["forecast"].astype(float), strict=True
        )
    ]
    place = table["prospect"].map({one.value: at for at, one in enumerate(Prospect)})
    return (
        table.assign(place=place)
        .sort_values(["place", "target_chance", *SERIES], kind="stable", ignore_index=True)
        .drop(columns="place")
    )


def prospect_of(rag: str, outlook: str, forecast: bool) -> Prospect:
    """The prospect of one figure.

    Parameters
    ----------
    rag : str
        Code of `terms.Rag`: its status now.
    outlook : str
        Code of `terms.Likelihood`: how likely the target is met at its date; or nothing.
    forecast : bool
        Whether there is one.
    """
    if not forecast:
        return Prospect.NO_FORECAST
    if outlook in ("", Likelihood.NOT_TOLD.value):
        return Prospect.NO_TARGET
    if rag not in (Rag.GREEN.value, *_SHORT_NOW):
        return Prospect.NOT_RATED
    if outlook == Likelihood.EVEN.value:
        return Prospect.EVEN
    likely = outlook == Likelihood.LIKELY.value
    if rag in _SHORT_NOW:
        return Prospect.RECOVERY if likely else Prospect.NO_RECOVERY
    return Prospect.KEEPS if likely else Prospect.EARLY_WARNING


def headline(table: pd.DataFrame) -> str:
    """The message over all figures: how many are likely to miss, to stay missed, to recover.

    Parameters
    ----------
    table : pandas.DataFrame
        From `prospects`.
    """
    counts = table["prospect"].value_counts()
    judged = [one for one in Prospect if one not in _NOT_JUDGED]
    whole = int(sum(counts.get(one.value, 0) for one in judged))
    if not whole:
        return "No figure has a target and a forecast, so no chance can be told."
    said = [
        f"{formats.number(number)} {words[number > 1]}"
        for one, words in _SAID.items()
        if (number := int(counts.get(one.value, 0)))
    ]
    of = f"Of {formats.number(whole)} figure{'' if whole == 1 else 's'} with a target"
    return f"{of} and a forecast, {formats.listed(said)}, if nothing changes."


_NOT_JUDGED = (Prospect.NOT_RATED, Prospect.NO_TARGET, Prospect.NO_FORECAST)
_SAID: Mapping[Prospect, tuple[str, str]] = {
    Prospect.EARLY_WARNING: (
        "meets it now and is unlikely to at its date",
        "meet it now and are unlikely to at its date",
    ),
    Prospect.NO_RECOVERY: (
        "misses it now and is unlikely to recover",
        "miss it now and are unlikely to recover",
    ),
    Prospect.EVEN: ("may go either way", "may go either way"),
    Prospect.RECOVERY: (
        "misses it now and is likely to recover",
        "miss it now and are likely to recover",
    ),
    Prospect.KEEPS: (
        "meets it now and is likely to stay there",
        "meet it now and are likely to stay there",
    ),
}
"""Of one figure, and of several."""


def surprises(table: pd.DataFrame) -> tuple[str, pd.DataFrame]:
    """How the latest figures came out against their own forecasts, and those far outside.

    Parameters
    ----------
    table : pandas.DataFrame
        From `prospects`.

    Returns
    -------
    tuple
        A sentence, and the rows outside the range of 19 chances in 20.
    """
    told = table[table["forecast_record"].isin([one.value for one in _TOLD])]
    if told.empty:
        return "No figure was forecast one period before, so nothing can be compared.", told
    counts = told["forecast_record"].value_counts()
    inner = int(counts.get(ForecastRecord.INSIDE_80.value, 0))
    out = int(counts.get(ForecastRecord.OUTSIDE.value, 0))
    words = (
        f"Of {formats.number(len(told))} latest figures, {formats.number(inner)} "
        f"({_share(inner, len(told))}) lay inside the range that was to hold 80% of them and "
        f"{formats.number(len(told) - out)} ({_share(len(told) - out, len(told))}) inside the one "
        "that was to hold 95%."
    )
    outside = told[told["forecast_record"] == ForecastRecord.OUTSIDE.value]
    return words, outside.reset_index(drop=True)


_TOLD = (ForecastRecord.INSIDE_80, ForecastRecord.INSIDE_95, ForecastRecord.OUTSIDE)


def _share(part: int, whole: int) -> str:
    return formats.with_unit(100 * part / whole, "percent")


def refusals(table: pd.DataFrame) -> pd.DataFrame:
    """Why there is no forecast, each reason once with its series, the commonest first.

    Parameters
    ----------
    table : pandas.DataFrame
        From `prospects`.

    Returns
    -------
    pandas.DataFrame
        ``indicator``, ``forecast_reason``, ``units`` (codes, in order) of each.
    """
    rows = table[table["prospect"] == Prospect.NO_FORECAST.value]
    if rows.empty:
        return pd.DataFrame(columns=["indicator", "forecast_reason", "units"])
    grouped = rows.groupby(["indicator", "forecast_reason"], sort=True)["service_area"]
    found = grouped.agg(lambda codes: tuple(sorted(codes))).rename("units").reset_index()
    size = found["units"].map(len)
    return (
        found.assign(size=size)
        .sort_values(["size", "indicator"], ascending=[False, True], kind="stable")
        .drop(columns="size")
        .reset_index(drop=True)
    )
