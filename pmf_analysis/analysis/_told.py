"""What is said of a forecast, in words."""

from __future__ import annotations

from pmf_analysis.analysis._series import Coming
from pmf_analysis.analysis._stocks import OF_FLOWS
from pmf_analysis.forecasting import Forecast

_LAST = {"month": "last month's figure", "quarter": "last quarter's figure",
         "year": "last year's figure"}  # fmt: skip

_YEAR_BEFORE = {
    "month": "the figure of the same month a year before",
    "quarter": "the figure of the same quarter a year before",
    "year": "last year's figure",
}


def skill_words(found: Forecast, frequency: str) -> str:
    """How past forecasts did against the better of the two naive ones, as a sentence."""
    naive = (_YEAR_BEFORE if found.better_naive == "seasonal_naive" else _LAST)[frequency]
    if not found.better_naive:
        return "The forecast was not tried on past figures"
    if found.skill <= 0:
        return f"On past figures the forecast is no better than {naive}"
    share = round(100 * found.skill)
    closer = f"{share}%" if share else "less than 1%"
    return f"On past figures the forecast came {closer} closer than {naive}"


def method_words(
    one: Coming, found: Forecast, labels: tuple[str, ...], summed: bool, note: str
) -> str:
    """How a forecast was made, in clauses.

    Parameters
    ----------
    one : Coming
    found : Forecast
    labels : tuple of str
        Of the rule sets.
    summed : bool
        Whether the figure as shown adds several delivered ones up.
    note : str
        What was done to make it add up with its whole and its parts; empty for nothing.

    Returns
    -------
    str
    """
    history = one.history
    levels, behind = len(set(history.level.tolist())), history.behind
    own = history.indicator.stock and OF_FLOWS not in found.method
    stock = "a stock, forecast from its own past figures" if own else ""
    season = "season found" if found.seasonal else "no season found"
    waiting = "period" if behind == 1 else f"{behind} periods"
    parts = (
        ", ".join(labels),
        found.method,
        f"judged by {found.origins} past forecasts" if found.origins else "",
        stock,
        season if history.season > 1 else "",
        "earlier figures moved to the level after a registered change" if levels > 1 else "",
        f"the newest {waiting} not settled yet" if behind else "",
        "the figure as shown is added up from single periods, known and coming" if summed else "",
        note,
    )
    return "; ".join(part for part in parts if part)
