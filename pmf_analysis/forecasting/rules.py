"""What the rule sets say of forecasts, as frozen values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pmf_analysis.register.models import RuleSet
from pmf_analysis.register.rule_values import value_of

RULES = "forecast-methods"
"""The rule set of the pool, the combination and the past forecasts."""

FACTORS = "forecast-ranges"
"""The rule set of the shipped widths of ranges."""


@dataclass(frozen=True)
class ForecastRules:
    """Rule sets of the batch engine.

    Attributes
    ----------
    label : str
        Names and versions, as printed on outputs.
    methods : dict
        Values of the rule set ``forecast-methods``.
    ranges : dict
        Values of the rule set ``forecast-ranges``.
    """

    label: str
    methods: dict[str, Any]
    ranges: dict[str, Any]


def rules_of(methods: RuleSet, ranges: RuleSet) -> ForecastRules:
    """Read both rule sets.

    Parameters
    ----------
    methods, ranges : RuleSet
        ``forecast-methods`` and ``forecast-ranges``.

    Returns
    -------
    ForecastRules

    Raises
    ------
    RuleSetError
        If a value is missing; the message names file and path.
    """
    for path in ("members", "origins"):
        value_of(methods, path)
    for path in ("groups", "spread", "calibration", "correlation", "past"):
        value_of(ranges, path)
    return ForecastRules(f"{methods.label}, {ranges.label}", methods.values, ranges.values)
