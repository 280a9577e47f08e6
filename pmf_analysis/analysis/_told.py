"""What is said of a forecast, in words."""

from __future__ import annotations

from pmf_analysis.analysis._series import Coming
from pmf_analysis.forecasting import Forecast, ForecastRules
from pmf_analysis.register.models import RuleSet

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
        return "There are too few figures to try the forecast on the past"
    if found.skill <= 0:
        return f"On past figures the forecast is no better than {naive}"
    share = round(100 * found.skill)
    closer = f"{share}%" if share else "less than 1%"
    return f"On past figures the forecast came {closer} closer than {naive}"


def method_words(
    one: Coming, found: Forecast, rules: RuleSet, engine: ForecastRules, summed: bool
) -> str:
    """How a forecast was made, in clauses."""
    parts = [f"{rules.label}, {engine.label}"]
    parts += [found.method] if found.method else []
    parts.append(f"judged by {found.origins} past forecasts")
    if one.history.season > 1:
        parts.append("season found" if found.seasonal else "no season found")
    if len(set(one.history.level.tolist())) > 1:
        parts.append("earlier figures moved to the level after a registered change")
    if one.history.behind:
        many = one.history.behind
        parts.append(f"the newest {'period' if many == 1 else f'{many} periods'} not settled yet")
    if summed:
        parts.append("the figure as shown is added up from single periods, known and coming")
    return "; ".join(parts)
