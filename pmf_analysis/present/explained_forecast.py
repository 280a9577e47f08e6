"""What an explained forecast says, and how far it is from the usual one, in sentences."""

from __future__ import annotations

import numpy as np
import pandas as pd

from pmf_analysis import formats, periods
from pmf_analysis.analysis.explaining import RULES, Effect, Explained
from pmf_analysis.register.models import Indicator, RuleSet
from pmf_analysis.register.registry import Context
from pmf_analysis.register.rule_values import value_of
from pmf_analysis.terms import Polarity, State


def sentences(rows: pd.DataFrame, explained: Explained, context: Context) -> list[str]:
    """Say what the two forecasts say, how far they are apart, and what the model attributes.

    Parameters
    ----------
    rows : pandas.DataFrame
        Rows of the analysis table of one indicator and unit, forecasts among them.
    explained : Explained
        Of these rows.
    context : Context

    Returns
    -------
    list of str
        One sentence each; the reason alone where there is no explained forecast.
    """
    if explained.reason:
        return [f"No explained forecast: {_lower(explained.reason)}."]
    rules = context.register.rule_set(RULES)
    indicator = context.register.indicator(str(rows["indicator"].iloc[0]))
    said = [*_apart(rows, explained, indicator, rules), *_attributed(explained, indicator)]
    said += [
        f"Too close to an end of the figures to be told from chance: {words}."
        for words in explained.left_out
    ]
    if explained.residual_p < float(value_of(rules, "residual_chance")):
        said.append(
            "What the model leaves over still follows on from one period to the next, so its "
            "ranges are likely to be too narrow."
        )
    if indicator.data_period.overlaps:
        said.append(
            f"These are figures of single {formats.plural(str(indicator.frequency))}; the one "
            f"shown and rated is of the {indicator.data_period.label}."
        )
    model = f"{explained.model}, on the {explained.scale} scale, from {len(explained.periods)}"
    return [*said, f"Model: {model} periods. Rule set: {explained.label}."]


def title(rows: pd.DataFrame, explained: Explained, context: Context) -> str:
    """The message of the chart of both forecasts."""
    indicator = context.register.indicator(str(rows["indicator"].iloc[0]))
    rules = context.register.rule_set(RULES)
    found = _difference(rows, explained)
    if found is None:
        return f"{indicator.label}: the explained forecast"
    return f"{indicator.label}: {_verdict(abs(found[2]), rules)}"


def _difference(rows: pd.DataFrame, explained: Explained) -> tuple[str, float, float] | None:
    """Last period of both, explained less usual there, and this in half-widths of the usual."""
    coming = rows[rows["state"].astype(str) == State.FORECAST.value].set_index("period")
    both = [code for code in explained.coming if code in coming.index]
    if not both:
        return None
    usual = coming.loc[both[-1]]
    own = float(explained.middle[explained.coming.index(both[-1])])
    half = float(usual["forecast_upper80"] - usual["forecast_lower80"]) / 2
    apart = own - float(usual["forecast"])
    return both[-1], apart, apart / half if half > 0 else np.sign(apart) * np.inf if apart else 0.0


def _verdict(size: float, rules: RuleSet) -> str:
    if size <= float(value_of(rules, "much_the_same")):
        return "both forecasts say much the same"
    if size <= float(value_of(rules, "disagree")):
        return "the two forecasts differ by less than how sure they are"
    return "the two forecasts disagree"


def _apart(
    rows: pd.DataFrame, explained: Explained, indicator: Indicator, rules: RuleSet
) -> list[str]:
    found = _difference(rows, explained)
    if found is None:
        return []
    code, apart, halves = found
    at = explained.coming.index(code)
    usual = rows[(rows["state"].astype(str) == State.FORECAST.value) & (rows["period"] == code)]
    usual_low, usual_middle, usual_high = (
        float(usual[name].iloc[0]) for name in ("forecast_lower80", "forecast", "forecast_upper80")
    )
    label = periods.in_sentence(periods.parse(code).label)
    # as the two figures are printed, so that a reader who takes one from the other agrees
    one, other = (
        formats.round_half_up(value, indicator.decimals)
        for value in (float(explained.middle[at]), usual_middle)
    )
    printed = one - other
    said = (
        f"For {label} the explained forecast is {_figure(explained.middle[at], indicator)}, the "
        f"usual one {_figure(usual_middle, indicator)}: {_size(printed, indicator)} apart"
    )
    if np.isfinite(halves):
        said += f", {abs(halves):.1f} times what the usual 80% range allows to one side"
    wide = float(explained.upper80[at] - explained.lower80[at])
    verdict = _verdict(abs(halves), rules)
    return [
        f"{said}. {verdict[:1].upper()}{verdict[1:]}.",
        *_more_cautious(apart, wide, usual_high - usual_low, halves, indicator, rules),
    ]


def _more_cautious(
    apart: float, wide: float, usual: float, halves: float, indicator: Indicator, rules: RuleSet
) -> list[str]:
    """Which is the less favourable, where they differ, and which is the less sure."""
    said = []
    sign = {Polarity.HIGH: 1, Polarity.LOW: -1}.get(indicator.polarity, 0)
    if sign and abs(halves) > float(value_of(rules, "much_the_same")):
        worse = "explained" if sign * apart < 0 else "usual"
        said.append(
            f"The {worse} forecast is the less favourable, so the more cautious to plan by."
        )
    if usual > 0:
        times = f"{wide / usual:.1f}"
        surer = (
            "neither claims to be the surer"
            if times == "1.0"
            else f"the {'explained' if wide < usual else 'usual'} forecast claims to be the surer"
        )
        said.append(
            f"The 80% range of the explained forecast is {times} times as wide as the usual one: "
            f"{surer}. Only the usual range is held against past figures."
        )
    return said


def _attributed(explained: Explained, indicator: Indicator) -> list[str]:
    said = [_effect(one, indicator) for one in explained.effects]
    year = explained.season
    if not len(year) or not np.any(year):
        return [*said, "The model finds no time of year."]
    moves = f"The time of year moves the figure by up to {_size(np.ptp(year), indicator)}"
    most, least = int(np.argmax(year)), int(np.argmin(year))
    if max(most, least) >= len(explained.coming):
        return [*said, f"{moves}."]
    high, low = (_time_of_year(explained.coming[at]) for at in (most, least))
    return [*said, f"{moves}: highest in {high}, lowest in {low}."]


def _time_of_year(code: str) -> str:
    """A period without its year: ``April``."""
    return periods.in_sentence(periods.parse(code).label).rsplit(" ", 1)[0]


def _effect(one: Effect, indicator: Indicator) -> str:
    low, high = (
        f"{'-' if edge < 0 else '+'}{formats.number(abs(edge), indicator.decimals)}"
        for edge in (one.low, one.high)
    )
    size = f"{'-' if one.value < 0 else '+'}{_size(one.value, indicator)}"
    interval = f"19 chances in 20 that it is between {low} and {high}"
    chance = "" if one.low > 0 or one.high < 0 else ", which could be chance"
    if not one.period:
        return f"For {one.words} in a month the model adds {size} ({interval}){chance}."
    since = periods.in_sentence(periods.parse(one.period).label)
    return (
        f"From {since} ({one.words}) the level is {size} away from where it would be "
        f"({interval}){chance}. That it came then does not prove that it came from that."
    )


def _figure(value: float, indicator: Indicator) -> str:
    return formats.with_unit(float(value), indicator.unit, indicator.decimals)


def _size(value: float, indicator: Indicator) -> str:
    return formats.difference(float(value), indicator.unit, max(indicator.decimals, 0))


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:].rstrip(".")
