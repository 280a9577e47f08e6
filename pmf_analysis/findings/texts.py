"""The texts that fill a sentence's places, from one row of facts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from pmf_analysis import formats, periods
from pmf_analysis.findings.figure_texts import number_text, period_label
from pmf_analysis.register import Context
from pmf_analysis.register.models import Indicator
from pmf_analysis.studies import fact_texts
from pmf_analysis.terms import BreakKind, DataPeriod, Frequency, Rag, SpecialCause, State

Facts = Mapping[str, Any]

_PERIODS = {
    Frequency.MONTH: "months", Frequency.QUARTER: "quarters", Frequency.YEAR: "years",
}  # fmt: skip

_CHART_PLACES = ("limits", "normal_range", "normal_period", "signal_words", "charted")

_CLOSED_PLACES = (
    "closed_period", "closed_verb", "closed_text", "closed_rag", "closed_by", "closed_now_text",
    "closed_now_rag", "closed_others",
)  # fmt: skip

_SIZES = {
    SpecialCause.ABOVE_LIMIT: "upper",
    SpecialCause.BELOW_LIMIT: "lower",
    SpecialCause.SHIFT_HIGH: "centre",
    SpecialCause.SHIFT_LOW: "centre",
}


def texts(row: Facts, context: Context) -> dict[str, str]:
    """Every text that a sentence of the catalogue may use.

    Parameters
    ----------
    row : mapping of str
        A row of `facts.latest_facts`.
    context : Context

    Returns
    -------
    dict of str
        Capitalised places (``Period``) start a sentence.
    """
    indicator = context.register.indicator(row["indicator"])
    found = {
        "name": indicator.name,
        "part": indicator.part_of(str(row["cohort"])),
        "shown": row["shown_text"],
        "period": str(row["shown_label"] or period_label(row["period"])),
        "newest_period": periods.in_sentence(period_label(row["newest_period"])),
        "state": _state_text(row),
        "target": number_text(row["target"], indicator, limit=True),
        "levels": row["levels_text"],
        "range": _range_text(indicator),
        "rag_reason": _clause(row["rag_reason"]),
        "change": _change_text(row, indicator),
        "way": "higher" if row["dot_previous_change"] > 0 else "lower",
        "bound": indicator.bound,
        "previous": number_text(row["previous_value"], indicator),
        "previous_period": periods.in_sentence(row["previous_label"]),
        "previous_when": _when(row["previous_label"], indicator),
        "periods": _PERIODS[indicator.frequency],
        "chart_reason": _clause(row["chart_reason"]),
        "chart_waits": _clause(row["chart_waits"]),
        "target_change": _clause(row["target_change"]),
        "counted_once": _clause(row["counted_once"]),
        "england": number_text(row["england"], indicator),
        "whole": _whole_name(context),
        "neighbour_median": number_text(row["neighbour_median"], indicator),
        "neighbours_compared": str(row["neighbours_compared"] or ""),
        "neighbour_model": period_label(row["neighbour_model"]),
        "funnel_peers": _peers_text(row, context),
        "forecast_period": _forecast_period(row),
        "forecast_range": _forecast_text(row, indicator),
        "forecast_chance": _chance_text(row),
        "forecast_reason": _clause(row["forecast_reason"]),
        "naive_words": _naive_words(indicator),
        "break_period": periods.in_sentence(period_label(row["break_period"])),
        "break_kind": BreakKind(row["break_kind"]).label if row["break_kind"] else "",
        "break_reason": _clause(row["break_reason"]),
        "break_note": _clause(row["break_note"]),
        "rebase_period": periods.in_sentence(period_label(row["rebase_period"])),
        "rebase_reason": _clause(row["rebase_reason"]),
        "rebase_note": _clause(row["rebase_note"]),
        "verdict_reason": str(row["verdict_reason"]),
        **_provisional_texts(row, indicator),
        **_closed_texts(row),
        **_chart_texts(row, indicator),
        **{name: _clause(row[name]) for name in fact_texts()},
    }
    return found | {_upper_first(name): _upper_first(text) for name, text in found.items()}


def _state_text(row: Facts) -> str:
    state = row["shown_state"] if isinstance(row["shown_state"], str) else row["state"]
    return State(state).label if state else State.NOT_GIVEN.label


def _provisional_texts(row: Facts, indicator: Indicator) -> dict[str, str]:
    """What may still change, how far, and what says so."""
    return {
        "provisional_range": _between(row["provisional_low"], row["provisional_high"], indicator),
        "provisional_reason": _clause(row["provisional_reason"]),
        "provisional_note": _provisional_note(row, indicator),
        "late_basis": _late_basis(row, indicator),
        "turns": " or ".join(
            Rag(one).label for one in str(row["rag_could_turn"]).split(";") if one
        ),
        "rag": Rag(row["rag"] or Rag.NOT_RATED).label,
    }


def _closed_texts(row: Facts) -> dict[str, str]:
    """A closed figure that has changed since, as published and as known now."""
    if not row["closed_change"]:
        return dict.fromkeys(_CLOSED_PLACES, "")
    others = int(row["closed_changes"]) - 1
    figures = "figure" if others == 1 else "figures"
    differ = "differs" if others == 1 else "differ"
    return {
        "closed_period": periods.in_sentence(row["closed_label"]),
        "closed_verb": "were" if "s to " in row["closed_label"] else "was",
        "closed_text": row["closed_text"],
        "closed_rag": Rag(row["closed_rag"]).label,
        "closed_by": f"the {row['closed_by'].removeprefix('the ')}",
        "closed_now_text": row["closed_now_text"],
        "closed_now_rag": Rag(row["closed_now_rag"]).label,
        "closed_others": f"{others} more closed {figures} {differ}." if others else "",
    }


def _provisional_note(row: Facts, indicator: Indicator) -> str:
    """Said with every signal that rests on a figure which may still change."""
    if row["judged_state"] != State.PROVISIONAL.value:
        return ""
    label = _upper_first(periods.in_sentence(period_label(row["judged_period"])))
    if indicator.matures_after:
        return f"{label} is provisional, and its best and worst case say the same."
    return f"{label} is provisional, so this may not hold once late entries are in."


def _late_basis(row: Facts, indicator: Indicator) -> str:
    """Which share of the cases is still to come, and whether it was measured or assumed."""
    if pd.isna(row["provisional_share"]):
        return str(row["provisional_basis"])
    measured = str(row["provisional_basis"]).startswith("measured")
    share = formats.with_unit(float(row["provisional_share"]) * 100, "percent", int(measured))
    cases = f"{share} of a {indicator.frequency}'s cases"
    return f"measured: {cases} came in later" if measured else f"assumed: {cases} come in later"


def _range_text(indicator: Indicator) -> str:
    expected = indicator.expected_range
    if expected is None:
        return ""
    return formats.interval(expected.lower, expected.upper, indicator.unit, 0)


def _when(label: str, indicator: Indicator) -> str:
    """A period as the time of a figure: ``on 30 September 2026``, ``in September 2026``."""
    if not label:
        return ""
    snapshot = indicator.data_period is DataPeriod.MONTH_SNAPSHOT
    return f"{'on' if snapshot else 'in'} {periods.in_sentence(label)}"


def _change_text(row: Facts, indicator: Indicator) -> str:
    change = row["dot_previous_change"]
    if pd.isna(change):
        return ""
    return formats.difference(float(change), indicator.unit, indicator.decimals)


def _chart_texts(row: Facts, indicator: Indicator) -> dict[str, str]:
    """Limits in words, put back into the season that the period belongs to."""
    if pd.isna(row["lower_limit"]) or pd.isna(row["upper_limit"]):
        return dict.fromkeys(_CHART_PLACES, "")
    lower, upper = float(row["lower_limit"]), float(row["upper_limit"])
    centre = float(row["centre"])
    factor = float(row["judged_seasonal_factor"]) if _is_adjusted(row) else 1.0
    values = {
        "upper": _limit_text(upper, indicator),
        "lower": _limit_text(lower, indicator),
        "centre": _limit_text(centre, indicator),
    }
    cause = SpecialCause(row["special_cause"] or SpecialCause.NOT_TESTED)
    size = f" of {values[_SIZES[cause]]}" if cause in _SIZES else ""
    signalled = row["signal"] not in ("none", "not_tested")
    words = f"{_alone(row, indicator)} is {cause.label}{size}" if signalled else ""
    adjusted = " after allowing for the time of year" if _is_adjusted(row) else ""
    return {
        "limits": _limits_text(lower, upper, indicator) + adjusted,
        "normal_range": _normal_range(lower * factor, upper * factor, indicator),
        "normal_period": _normal_period(row, indicator),
        "charted": _alone(row, indicator),
        "signal_words": words + adjusted if words else "",
    }


def _alone(row: Facts, indicator: Indicator) -> str:
    """The charted figure by itself: ``October 2026 alone (81.8%)`` where more is shown."""
    label = periods.in_sentence(period_label(row["judged_period"]))
    value = number_text(row["judged_value"], indicator)
    spans = row["shown_label"] not in ("", period_label(row["period"]))
    return f"{label} alone ({value})" if spans else f"{label} ({value})"


def _is_adjusted(row: Facts) -> bool:
    """Whether the chart shows the figure over its seasonal factor."""
    factor = row["judged_seasonal_factor"]
    return pd.notna(factor) and float(factor) != 1.0


def _limit_text(limit: float, indicator: Indicator) -> str:
    return formats.with_unit(possible(limit, indicator), indicator.unit, indicator.decimals)


def _limits_text(lower: float, upper: float, indicator: Indicator) -> str:
    ends = (possible(lower, indicator), possible(upper, indicator))
    return formats.interval(*ends, indicator.unit, indicator.decimals)


def _normal_range(lower: float, upper: float, indicator: Indicator) -> str:
    """Where a usual figure lies: ``between 83.1% and 95.5%``, or that any would be usual."""
    ends = (possible(lower, indicator), possible(upper, indicator))
    anywhere = "anywhere " if ends == indicator.bounds else ""
    return f"{anywhere}between {_between(*ends, indicator)}"


def possible(limit: float, indicator: Indicator) -> float:
    """A limit within what can be; the stored numbers are not clipped."""
    least, greatest = indicator.bounds
    return min(max(limit, least), greatest)


def _normal_period(row: Facts, indicator: Indicator) -> str:
    if indicator.frequency is Frequency.MONTH:
        month = periods.MONTHS[periods.parse(row["judged_period"]).end.month - 1]
        return f"a usual {month}" if _is_adjusted(row) else "a usual month"
    return "a usual quarter" if indicator.frequency is Frequency.QUARTER else "a usual year"


def _forecast_period(row: Facts) -> str:
    label = periods.in_sentence(period_label(row["forecast_end"]))
    spans = row["shown_label"] not in ("", period_label(row["period"]))
    return f"{label} alone" if label and spans else label


def _forecast_text(row: Facts, indicator: Indicator) -> str:
    return _between(row["forecast_end_lower80"], row["forecast_end_upper80"], indicator)


def _between(lower: object, upper: object, indicator: Indicator) -> str:
    """Two ends of a range, with *and* between them; empty where there is no range."""
    if pd.isna(lower) or pd.isna(upper):
        return ""
    text = formats.interval(float(lower), float(upper), indicator.unit, indicator.decimals)
    return text.replace(" to ", " and ", 1)


def _chance_text(row: Facts) -> str:
    chance = row["forecast_target_chance"]
    return "" if pd.isna(chance) else formats.chance(float(chance))


def _naive_words(indicator: Indicator) -> str:
    if indicator.frequency is Frequency.YEAR:
        return "last year's value"
    return "repeating the last value, or last year's"


def _whole_name(context: Context) -> str:
    return context.register.units[context.register.county].name


def _peers_text(row: Facts, context: Context) -> str:
    """How many units of its kind a figure stands among: ``12 districts``."""
    units = context.register.units
    if not row["funnel_units"] or row["service_area"] not in units:
        return ""
    return f"{int(row['funnel_units'])} {formats.plural(units[row['service_area']].kind.label)}"


def _clause(value: object) -> str:
    """A reason without its full stop, to stand inside a sentence."""
    return "" if not isinstance(value, str) else value.strip().rstrip(".")


def _upper_first(text: str) -> str:
    return text[:1].upper() + text[1:]
