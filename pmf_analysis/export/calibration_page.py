"""Whether the forecasts can be trusted: for a sceptic, what was said against what happened."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from pmf_analysis import formats
from pmf_analysis.charts.coverage import draw_coverage
from pmf_analysis.charts.reliability import draw_reliability
from pmf_analysis.export.document import Section
from pmf_analysis.markup import Html, escape, table_html
from pmf_analysis.methods.verification import Coverage, Share
from pmf_analysis.present.trusting import (
    NOMINAL,
    TOO_FEW,
    Chances,
    bins_apart,
    by_group,
    chance_words,
    chances,
    judged,
    skills,
)
from pmf_analysis.register import Register
from pmf_analysis.register.models import RuleSet
from pmf_analysis.register.rule_values import value_of
from pmf_analysis.studies.calibration import RULE_SET
from pmf_analysis.tables import SERIES

TITLE = "How far the forecasts can be trusted"
CALIBRATION_PAGE = "calibration.html"

_MET, _MISSED = "the target was met", "the agreed minimum or limit was missed"


def calibration_sections(table: pd.DataFrame, held: Register) -> tuple[str, tuple[Section, ...]]:
    """The page that a sceptic can judge the forecasts by.

    Parameters
    ----------
    table : pandas.DataFrame
        Of the study ``calibration``.
    held : Register

    Returns
    -------
    tuple of str and tuple of Section
        The headline; where the forecasts fall short, chances, ranges, how much closer they came
        than the simplest ones, and how all this was measured.
    """
    rules = held.rule_set(RULE_SET)
    if table.empty:
        words = "No series is long enough for a past forecast, so nothing can be judged yet."
        return words, (Section("measured", "How this is measured", _measured(table, rules)),)
    rolled = {code for code, one in held.indicators.items() if one.data_period.overlaps}
    groups = by_group(table, rules, rolled)
    met = chances(table, "target_chance", "target_met", rules)
    missed = chances(table, "floor_chance", "floor_missed", rules)
    closer = skills(table)
    sections = (
        Section("short", "Where they fall short", _falls_short(groups, met, closer, held, rules)),
        Section("chances", "Chances of meeting the target", _chances(met, missed, rules)),
        Section("ranges", "Ranges", _ranges(groups, rules)),
        Section("closer", "Closer than the simplest forecast?", _closer(closer, held)),
        Section("measured", "How this is measured", _measured(table, rules)),
    )
    return _headline(groups[0], met, rules), sections


def _headline(every: Coverage, met: Chances, rules: RuleSet) -> str:
    verdict = judged(every.inside95, NOMINAL["inside95"], rules)
    said = (
        f"The ranges that promise 95% held {_percent(every.inside95.share)} of "
        f"{formats.number(every.inside95.cases)} past figures: {verdict}."
    )
    score = met.score
    if not score.cases:
        return f"{said} No chance of meeting a target could be judged."
    if score.upper < 0:
        better = formats.with_unit(100 * score.skill, "percent")
        return f"{said} Chances of meeting the target were {better} better than a constant guess."
    return (
        f"{said} Chances of meeting the target were not shown to be better than a constant guess."
    )


def _falls_short(
    groups: Sequence[Coverage], met: Chances, closer: pd.DataFrame, held: Register, rules: RuleSet
) -> Html:
    """Plainly: which ranges are off, which chances, and where a forecast adds nothing."""
    said = []
    for one in groups:
        off = [
            f"those of {_percent(nominal, 0)} were {verdict} and held {_percent(share.share)} "
            f"({_interval_of(share)})"
            for share, nominal in ((one.inside80, 0.80), (one.inside95, 0.95))
            if (verdict := judged(share, nominal, rules)) in ("too narrow", "too wide")
        ]
        if off:
            said.append(f"Ranges, {one.name[:1].lower()}{one.name[1:]}: {formats.listed(off)}")
    if apart := bins_apart(met.bins, rules):
        said.append(f"Chances of meeting the target: {'; '.join(apart)}")
    none = closer.loc[~(closer["ratio"] < 1), "indicator"]
    if len(none):
        named = formats.listed([held.indicator(code).label for code in none])
        said.append(f"Forecasts no better than the last figure or the one a year before: {named}")
    if not said:
        return Html("<p>No range, chance or indicator was found wanting.</p>")
    items = "".join(f"<li>{escape(one)}.</li>" for one in said)
    return Html(f"<ul>{items}</ul>")


def _chances(met: Chances, missed: Chances, rules: RuleSet) -> Html:
    parts = [f"<p>{escape(chance_words(met.score, _MET))}</p>"]
    least = int(value_of(rules, "least_cases"))
    if met.score.cases:
        title = (
            "Targets were met about as often as was said"
            if not bins_apart(met.bins, rules)
            else "How often targets were met, by the chance that was said"
        )
        what = f"{formats.number(met.score.cases)} past chances of {met.score.clusters} series"
        chart = draw_reliability(met.bins, title=title, what=what, event=_MET, least=least)
        parts.append(str(chart.html()))
    parts.append(f"<p>{escape(chance_words(missed.score, _MISSED))}</p>")
    parts.append(str(_scores({_MET: met, _MISSED: missed})))
    return Html("\n".join(parts))


def _scores(given: dict[str, Chances]) -> Html:
    lines = [
        {
            "Chance that": event,
            "Cases": one.score.cases,
            "Series": one.score.clusters,
            "It happened in": _percent(one.score.share),
            "Brier score": f"{one.score.score:.4f}",
            "Of the base rate": f"{one.score.base_score:.4f}",
            "Better by": _percent(one.score.skill),
            "Difference, 95% interval": _interval(one.score.lower, one.score.upper),
            "Reliability": f"{one.score.reliability:.4f}",
            "Resolution": f"{one.score.resolution:.4f}",
        }
        for event, one in given.items()
        if one.score.cases
    ]
    if not lines:
        return Html("")
    note = (
        "The base rate is the share over all these cases, which nobody could know beforehand. "
        "Reliability is the mean squared distance of the dots from the line (0 is best), "
        "resolution that of the dots from the base rate (more is better)."
    )
    made = table_html(pd.DataFrame(lines), "Scores of the chances", "Chance that")
    return Html(f"{made}<p>{escape(note)}</p>")


def _ranges(groups: Sequence[Coverage], rules: RuleSet) -> Html:
    every = groups[0]
    what = (
        f"{formats.number(every.inside95.cases)} past figures of "
        f"{formats.number(every.inside95.clusters)} series"
    )
    verdict = judged(every.inside95, NOMINAL["inside95"], rules)
    title = {
        "as promised": "Ranges held about as many figures as they promise",
        "too narrow": "Ranges held fewer figures than they promise",
        "too wide": "Ranges held more figures than they promise",
    }.get(verdict, "How many figures lay inside their ranges")
    narrow = [one.name for one in groups[1:] if _too_narrow(one, rules)]
    if narrow:
        title += f"; too narrow: {'; '.join(narrow)}"
    drawn = [one for one in groups if judged(one.inside95, 0.95, rules) != TOO_FEW]
    chart = draw_coverage(drawn or groups, title=title, what=what)
    lines = [
        {
            "Figures": one.name,
            "80%: held": _percent(one.inside80.share),
            "Interval of 80%": _interval_of(one.inside80),
            "80%: verdict": judged(one.inside80, 0.80, rules),
            "95%: held": _percent(one.inside95.share),
            "Interval of 95%": _interval_of(one.inside95),
            "95%: verdict": judged(one.inside95, 0.95, rules),
            "Past figures": one.inside95.cases,
            "Series": one.inside95.clusters,
        }
        for one in groups
    ]
    made = table_html(pd.DataFrame(lines), "Achieved beside promised", "Figures")
    return Html(f"{chart.html()}\n{made}")


def _too_narrow(one: Coverage, rules: RuleSet) -> bool:
    inside = ((one.inside80, NOMINAL["inside80"]), (one.inside95, NOMINAL["inside95"]))
    return any(judged(share, nominal, rules) == "too narrow" for share, nominal in inside)


def _interval_of(share: Share) -> str:
    return f"{_percent(share.lower)} to {_percent(share.upper)}"


def _closer(closer: pd.DataFrame, held: Register) -> Html:
    if closer.empty:
        return Html("<p>No past forecast could be compared.</p>")
    lines = pd.DataFrame(
        {
            "Indicator": [held.indicator(code).label for code in closer["indicator"]],
            "Series": closer["series"].to_numpy(),
            "Came closer in": [_percent(one, 0) for one in closer["closer"]],
            "Distance, against the simplest": [_against(one) for one in closer["ratio"]],
        }
    )
    note = (
        "Held against the better of two forecasts that need no method: the last figure, and that "
        "of the same period a year before. Which of them was the better is chosen afterwards for "
        "each series, which nobody could have done beforehand: half of all series is a good "
        "result where figures move by chance."
    )
    return Html(f"<p>{escape(note)}</p>{table_html(lines, 'Past forecasts of each indicator')}")


def _against(ratio: float) -> str:
    if ratio != ratio:
        return "both were never wrong"
    if abs(ratio - 1) < 0.005:
        return "the same"
    size = formats.with_unit(100 * abs(1 - ratio), "percent")
    return f"{size} {'closer' if ratio < 1 else 'further off'}"


def _measured(table: pd.DataFrame, rules: RuleSet) -> Html:
    origins = value_of(rules, "origins")
    told = {one: origins[one] for one in origins if (table["frequency"] == one).any()} or origins
    spans = formats.listed(
        [f"{formats.listed([str(one) for one in steps])} {name}s" for name, steps in told.items()]
    )
    number = len(table[list(SERIES)].drop_duplicates())
    said = (
        f"Every series was forecast again as it stood {spans} ago, by the same method and rules, "
        "from what stood before that date alone, as far ahead as a forecast of today reaches. "
        "Each past forecast was then held against the final figure that followed: "
        f"{formats.number(len(table))} comparisons of {formats.number(number)} series.",
        "The past figures are those known today. Corrections made since then are not undone, so "
        "the record looks a little tidier than it was at the time. Registered breaks, targets "
        "and rules are those of today as well.",
        "Figures of one series are alike, and so are those of a unit and its parts. The intervals "
        "allow for the first and not for the second, so they are still somewhat too narrow.",
        "A group is judged from "
        f"{value_of(rules, 'least_figures')} figures of {value_of(rules, 'least_series')} series. "
        "A range of whole numbers cannot hold exactly its share: it holds somewhat more.",
        f"Rule set: {rules.label}.",
    )
    return Html("".join(f"<p>{escape(one)}</p>" for one in said))


def _percent(share: float, decimals: int = 1) -> str:
    return formats.with_unit(100 * share, "percent", decimals)


def _interval(lower: float, upper: float) -> str:
    if lower != lower:
        return "one series alone"
    return f"{lower:.4f} to {upper:.4f}"
