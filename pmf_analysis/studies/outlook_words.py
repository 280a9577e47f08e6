"""The outlook of one series in words, and the verdicts that conditions look at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import ceil, floor
from typing import Any

import pandas as pd

from pmf_analysis import formats, periods
from pmf_analysis.register.models import Indicator, RuleSet
from pmf_analysis.register.rule_values import value_of
from pmf_analysis.register.spans import shown_label
from pmf_analysis.terms import ForecastRecord, Frequency, Likelihood, MeasureKind, Polarity, RunRate

Row = Mapping[str, Any]

_LAST = {
    Frequency.MONTH: "last month's value", Frequency.QUARTER: "last quarter's value",
    Frequency.YEAR: "last year's value",
}  # fmt: skip
_SEASONAL = {
    Frequency.MONTH: "last year's value of the same month",
    Frequency.QUARTER: "last year's value of the same quarter",
    Frequency.YEAR: "last year's value",
}

_OPEN = 1e-9


def facts_of(
    row: Row, more: Sequence[Row], indicator: Indicator, rules: RuleSet
) -> dict[str, object]:
    """The facts of one series.

    Parameters
    ----------
    row : mapping
        Its row of the study's table, as forecast.
    more : sequence of mapping
        Its rows with more cases than forecast.
    indicator : Indicator
    rules : RuleSet
        ``outlook``.

    Returns
    -------
    dict
        Some of the study's ``FACTS``; the others are empty.
    """
    said: dict[str, object] = {
        "forecast_record": row["record"],
        "record_words": record_words(row, indicator),
        **_skill(row, indicator),
    }
    if pd.isna(row["forecast"]):
        return said
    return said | {
        "undeclared_change": row["undeclared_change"],
        "outlook_period": period_words(row, indicator),
        "outlook_figure": figure_words(row, indicator),
        "outlook_range": range_words(row, indicator),
        "outlook_beyond": _date(row["due_on"]) if row["due_beyond"] == "yes" else "",
        "outlook_target": level_text(row["target"], indicator),
        "outlook_floor": level_text(row["floor"], indicator),
        "target_outlook": row["target_outlook"],
        "target_chance": row["target_chance"],
        "target_chance_words": chance_words(row["target_chance"]),
        "floor_outlook": row["floor_outlook"],
        "floor_chance": row["floor_chance"],
        "floor_chance_words": chance_words(row["floor_chance"]),
        "floor_first_period": named(row["floor_first"], indicator),
        "floor_first_words": chance_words(row["floor_first_chance"]),
        "run_rate": row["run_rate"],
        "run_rate_words": run_rate_words(row, indicator, rules),
        "pace": row["pace"],
        "pace_period": named(row["pace_period"], indicator),
        f"more_{'starts' if indicator.stock else 'cases'}_words": more_cases_words(
            row, more, indicator
        ),
    }


def period_words(row: Row, indicator: Indicator) -> str:
    """The figure that the outlook speaks of: ``the 12 months to March 2027``."""
    return _in_words(row["due_label"], indicator)


def figure_words(row: Row, indicator: Indicator) -> str:
    """The same with its noun: ``the figure for the 12 months to March 2027``; empty without."""
    period = period_words(row, indicator)
    named = not period or period.startswith("the figure ")
    return period if named else f"the figure for {period}"


def range_words(row: Row, indicator: Indicator) -> str:
    """The range of 4 chances in 5: ``80.1% and 84.2%``."""
    return _between(row["lower80"], row["upper80"], indicator)


def level_text(level: object, indicator: Indicator) -> str:
    """A target or floor, in as many decimals as it was agreed with; empty without one."""
    if level is None or pd.isna(level):
        return ""
    decimals = 0 if float(level).is_integer() else max(indicator.decimals, 1)
    return formats.with_unit(float(level), indicator.unit, decimals)


def chance_words(chance: float) -> str:
    """A chance in words and as a share: ``about 1 in 10 (9%)``; empty where it is not known.

    What a forecast leaves open is never certain, however few of its paths went that way.
    """
    if pd.isna(chance):
        return ""
    share = formats.chance_share(min(max(float(chance), _OPEN), 1 - _OPEN))
    return f"{formats.chance(float(chance))} ({share})"


def run_rate_words(row: Row, indicator: Indicator, rules: RuleSet) -> str:
    """What the cases still to come must bring; empty where it was not worked out."""
    verdict = row["run_rate"]
    if verdict == RunRate.NOT_TOLD.value:
        return ""
    cases = "" if pd.isna(row["needed_of"]) else f"the {_about(row['needed_of'])} cases "
    if verdict == RunRate.MET_ANYWAY.value:
        return f"{cases or 'the cases '}still to come"
    if verdict == RunRate.OUT_OF_REACH.value:
        if not cases:
            return "not one more came"
        if indicator.kind is MeasureKind.MEAN:
            return f"{cases}still to come added nothing"
        every = "every one" if indicator.polarity is Polarity.HIGH else "none"
        return f"{every} of {cases}still to come counted towards it"
    if indicator.kind is MeasureKind.MEAN:
        return _mean_words(row, indicator)
    return _cases_words(row, indicator, rules)


def more_cases_words(row: Row, more: Sequence[Row], indicator: Indicator) -> str:
    """The figure with more cases, and the chance of the target unless it is unlikely already."""
    open_yet = row["target_outlook"] in (Likelihood.LIKELY.value, Likelihood.EVEN.value)
    said = []
    for one in more:
        figure = formats.with_unit(one["forecast"], indicator.unit, indicator.decimals)
        chance = chance_words(one["target_chance"])
        told = f", the chance of meeting the target {chance}" if open_yet else ""
        said.append(f"{figure} with {share_words(one)} more{told}")
    return "; ".join(said)


def share_words(row: Row) -> str:
    """By how much more cases come than are forecast: ``10%``."""
    return formats.with_unit(100 * row["scenario"], "percent")


def record_words(row: Row, indicator: Indicator) -> str:
    """The latest figure beside its own forecast; empty where there was none."""
    if row["record"] == ForecastRecord.NOT_TOLD.value:
        return ""

    def text(value: float) -> str:
        return formats.with_unit(value, indicator.unit, indicator.decimals)

    inner = _interval(row["before_lower80"], row["before_upper80"], indicator)
    outer = _interval(row["before_lower95"], row["before_upper95"], indicator)
    place = {
        ForecastRecord.INSIDE_80.value: "inside that range",
        ForecastRecord.INSIDE_95.value:
            f"outside that range, and inside the one of 19 chances in 20 ({outer})",
        ForecastRecord.OUTSIDE.value:
            f"outside even the range of 19 chances in 20 ({outer})",
    }[row["record"]]  # fmt: skip
    label = periods.in_sentence(periods.parse(row["record_period"]).label)
    return (
        f"One {indicator.frequency} before, the forecast for {label} was {text(row['before'])}, "
        f"with 4 chances in 5 of {inner}; it came out at {text(row['happened'])}, {place}"
    )


def naive_words(naive: str, indicator: Indicator) -> str:
    """The simple guess that came closer on past figures: ``last year's value``."""
    if naive == "seasonal_naive":
        return _SEASONAL[indicator.frequency]
    return _LAST[indicator.frequency]


# --- parts of the above -----------------------------------------------------------------------


def _skill(row: Row, indicator: Indicator) -> dict[str, object]:
    if pd.isna(row["skill"]):
        return {}
    if row["skill"] <= 0:
        return {"no_skill_words": naive_words(row["naive"], indicator)}
    return {"skill_words": row["reason"]}


def _cases_words(row: Row, indicator: Indicator, rules: RuleSet) -> str:
    high = indicator.polarity is Polarity.HIGH
    number, bound = formats.number, "at least" if high else "at most"
    of = "" if pd.isna(row["needed_of"]) else f" of {_about(row['needed_of'])} cases"
    months = row["needed_periods"]
    said = f"{bound} {number(row['needed'])}{of} {_stretch(row, indicator)}"
    if of and row["needed_of"] > 0 and indicator.kind is MeasureKind.PROPORTION:
        share = formats.with_unit(100 * row["needed"] / row["needed_of"], "percent")
        said += f" ({share})"
    each = row["needed"] / months
    if months > 1 and each >= float(value_of(rules, "least_a_month")):
        whole = f" of {number(row['needed_of'] / months)}" if of else ""
        said += f", about {number(each)}{whole} a {indicator.frequency}"
    if pd.isna(row["expected"]):
        return said
    return f"{said}; the forecast is {number(row['expected'])}"


def _mean_words(row: Row, indicator: Indicator) -> str:
    """Of a mean: what the coming cases may take on average."""
    high = indicator.polarity is Polarity.HIGH
    each = row["needed"] / row["needed_of"]
    scale = 10.0**indicator.decimals
    each = (ceil(each * scale) if high else floor(each * scale)) / scale
    bound = "at least" if high else "at most"
    text = formats.with_unit(each, indicator.unit, indicator.decimals)
    said = f"an average of {bound} {text} over {_about(row['needed_of'])} cases"
    said += f" {_stretch(row, indicator)}"
    if pd.isna(row["expected"]):
        return said
    expected = row["expected"] / row["needed_of"]
    shown = formats.with_unit(expected, indicator.unit, indicator.decimals)
    return f"{said}; the forecast is {shown}"


def _stretch(row: Row, indicator: Indicator) -> str:
    """``from November 2026 to March 2027``, ``in March 2027``, ``on 31 March 2027``."""
    first, last = (periods.parse(row[name]) for name in ("needed_from", "needed_to"))
    if indicator.stock:
        return f"on {periods.format_date(last.end)}"
    if first == last:
        return f"in {periods.in_sentence(last.label)}"
    begins, ends = (periods.in_sentence(one.label) for one in (first, last))
    return f"from {begins} to {ends}"


def _about(cases: float) -> str:
    return f"about {formats.number(cases)}"


def named(code: str, indicator: Indicator) -> str:
    """The shown figure of a period in a sentence; empty without one."""
    return _in_words(shown_label(periods.parse(code), indicator), indicator) if code else ""


def _in_words(label: str, indicator: Indicator) -> str:
    if indicator.stock:
        return f"the figure on {label}"
    return periods.in_sentence(label)


def _date(code: str) -> str:
    on = periods.parse_date(code)
    return "" if on is None else periods.format_date(on)


def _interval(lower: float, upper: float, indicator: Indicator) -> str:
    return formats.interval(lower, upper, indicator.unit, indicator.decimals)


def _between(lower: float, upper: float, indicator: Indicator) -> str:
    return _interval(lower, upper, indicator).replace(" to ", " and ", 1)
