"""What stands on a time axis beside a series, and what its title says."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from pmf_analysis import formats, periods
from pmf_analysis.charts import marks, words
from pmf_analysis.charts.marks import BreakMark
from pmf_analysis.charts.usual import Level
from pmf_analysis.register import Context
from pmf_analysis.register.models import Indicator, Unit
from pmf_analysis.terms import BreakKind, MeasureKind, State, Variation

_CONFIRMED = ("improvement", "concern", "neutral")
_NOT_JUDGED = ("", Variation.NOT_TESTED.value)


def breaks_of(context: Context, indicator: Indicator, unit: Unit) -> Sequence[BreakMark]:
    """Registered breaks and rebases as marks."""
    return [
        BreakMark(
            one.period,
            "limits restart" if one.kind is BreakKind.REBASE else one.kind.label,
            one.reason,
        )
        for one in context.register.breaks_of(indicator.code, unit.code)
    ]


def _judged(rows: pd.DataFrame) -> pd.DataFrame:
    """The row that the chart's verdict speaks of: the latest, or the last judged if that waits."""
    latest = _latest(rows)
    if latest.empty or not marks.texts(latest, "chart_waits")[0]:
        return latest
    tested = rows[~pd.Series(marks.texts(rows, "variation"), rows.index).isin(_NOT_JUDGED)]
    same = tested[tested["segment"].eq(latest["segment"].iloc[0])]
    found = _latest(same)
    return latest if found.empty else found


def actions_of(actions: pd.DataFrame | None) -> list[BreakMark]:
    """Actions as marks, each at the month of its date."""
    if actions is None:
        return []
    held = actions[actions["action_date"] != ""].drop_duplicates(["action_date", "words"])
    return [
        BreakMark(day[: len("2025-07")], f"action: {what.rstrip('.')}", action=True)
        for day, what in held[["action_date", "words"]].itertuples(index=False)
    ]


def level_of(changes: pd.DataFrame | None, indicator: Indicator) -> Level | None:
    """The level since a change that the screen confirms; none of a steady rise or fall."""
    if changes is None:
        return None
    own = changes[(changes["indicator"] == indicator.code) & ~changes["slides"].astype(bool)]
    own = own[own["screen_verdict"].isin(_CONFIRMED) & own["since"].ne("") & own["after"].notna()]
    if own.empty:
        return None
    return Level(str(own["since"].iloc[-1]), float(own["after"].iloc[-1]))


def _latest(rows: pd.DataFrame) -> pd.DataFrame:
    """The last row that has a figure, as a table of one row or none."""
    held = rows[rows["state"] != State.FORECAST.value].sort_values("period_end", kind="stable")
    return held[held["value"].notna()].tail(1)


def verdict_words(rows: pd.DataFrame, indicator: Indicator, doubt: str) -> str:
    """What the chart says of the latest figure judged; no improvement where that is doubted."""
    latest = _judged(rows)
    if latest.empty:
        return "no figure"
    period = f"{periods.parse(str(latest['period'].iloc[0])).label}{_counts(latest, indicator)}"
    if latest["state"].iloc[0] == State.PROVISIONAL.value:
        period += f", {State.PROVISIONAL.label}"
    code = marks.texts(latest, "variation")[0]
    if code in _NOT_JUDGED:
        return f"{words.shown(float(latest['value'].iloc[0]), indicator)}, {period}"
    said = {
        "": "no more than usual variation",
        "improvement": "an improvement that is unlikely to be chance",
        "concern": "a worsening that is unlikely to be chance",
        "neutral": "a change that is unlikely to be chance",
        marks.DOUBTED: "a change that is in doubt until it is explained",
    }
    return f"{said[marks.meaning(code, doubt)]}, {period}"


def _counts(latest: pd.DataFrame, indicator: Indicator) -> str:
    """The counts behind a share, since a share of a few says little by itself."""
    numerator, denominator = (
        marks.floats(latest, name)[0] for name in ("numerator", "denominator")
    )
    known = numerator == numerator and denominator == denominator
    if not known or indicator.kind is not MeasureKind.PROPORTION:
        return ""
    return f" ({formats.number(numerator)} of {formats.number(denominator)})"
