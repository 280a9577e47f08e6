"""Whether an action made a difference to the figure that it was taken for.

Each action of the action log is joined to the series of its indicator and its unit. The figures
since are held against those before; against the trend before; against the same change looked for
on every earlier date, when nothing was done; and against those who had no such action. Only what
stands up to all of them is called better or worse since. An action that began just after an
extreme figure is told by itself: such figures come back without any action.

Nothing is said below the rule set's figures on either side, across a registered break, on figures
that overlap or are not final yet, and of an action without a date. Breaks are no actions.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

import numpy as np
import pandas as pd

from pmf_analysis import periods
from pmf_analysis.register.models import Indicator
from pmf_analysis.register.registry import Context
from pmf_analysis.register.rule_values import read
from pmf_analysis.studies import Known, _elsewhere, _impact_words
from pmf_analysis.studies._action_log import Action, actions
from pmf_analysis.studies._before_after import (
    READ,
    ImpactRules,
    Points,
    earlier,
    events_both,
    measured,
    points_of,
    segmented,
    stepped,
)
from pmf_analysis.tables import SERIES
from pmf_analysis.terms import Impact, Polarity

RULE_SET = "impact"

BREAK = "a registered break"
"""What ends the figures since an action, where no later one may be held against them."""

_TEXTS = (
    "action_id", "indicator", "service_area", "cohort", "action_date", "due_on", "done_on",
    "owner", "words", "last_before", "first_since", "last_since", "ended_by", "scale",
    "compared_with", "compared_codes", "earlier_changes", "verdict", "reason", "earlier_words",
    "comparison_words", "chart_words", "regression", "rule_set",
)  # fmt: skip
_NUMBERS = (
    "points_before", "points_since", "needed", "level_before", "level_since", "change",
    "change_lower", "change_upper", "change_chance", "trend_level", "trend_before",
    "level_change", "level_change_lower", "level_change_upper", "slope_change",
    "slope_change_lower", "slope_change_upper", "beyond_trend", "beyond_trend_lower",
    "beyond_trend_upper", "correlation", "earlier_dates", "earlier_as_large",
    "comparison_change", "comparison_lower", "comparison_upper",
)  # fmt: skip

COLUMNS = (*_TEXTS, *_NUMBERS)

FACTS = {
    "impact_verdict": "", "impact_date": "", "impact_change": "", "impact_range": "",
    "impact_earlier": "", "impact_compared": "", "impact_chart": "", "impact_reason": "",
    "impact_regression": "", "impact_until": "", "impact_effect": np.nan,
    "impact_effect_lower": np.nan, "impact_effect_upper": np.nan,
}  # fmt: skip
"""What is said of the latest action for a series: its verdict, date, change and its range in
words, up to when there are figures where later ones are not read, what else speaks for or against
it, and that an extreme figure came back by itself."""


@dataclass
class _Case:
    """An action with its series, and what has been found of it so far."""

    action: Action
    indicator: Indicator
    rows: pd.DataFrame
    waiting: int
    rules: ImpactRules
    first_since: int = 0
    last_before: int = 0
    closed: str = ""
    found: dict[str, object] = field(default_factory=dict)

    def points(self, whole: bool = False) -> Points:
        """The figures on both sides that the method reads, or all there are before."""
        before = self.rows[self.rows["step"] <= self.last_before]
        before = before if whole else before.tail(self.rules.most_before)
        since = self.rows[self.rows["step"] >= self.first_since].head(self.rules.most_after)
        return points_of(pd.concat([before, since], ignore_index=True), self.indicator)


def study(analysed: pd.DataFrame, known: Known, context: Context) -> pd.DataFrame:
    """What became of the figure of each action.

    Parameters
    ----------
    analysed : pandas.DataFrame
        The analysis table.
    known : Known
        Its records ``action`` are the action log; without them the table is empty.
    context : Context

    Returns
    -------
    pandas.DataFrame
        One row an action, in order of its date. Columns on the scale of ``scale``, a unit or
        percent of the level before; NaN where a number was not reached, ``reason`` says why.
    """
    rules = read(ImpactRules, context.register.rule_set(RULE_SET))
    log = actions(known.records, rules.words_at_most)
    wanted = {one.indicator for one in log}
    rows = analysed.loc[
        analysed["indicator"].isin(wanted) & (analysed["cohort"] == "all"), list(READ)
    ]
    series = dict(tuple(rows.groupby(["indicator", "service_area"], sort=True)))
    found = [_judged(one, log, series, rules, context) for one in log]
    table = pd.DataFrame(found, columns=list(COLUMNS))
    texts = table[list(_TEXTS)].astype(object).fillna("").astype("str")
    return pd.concat([texts, table[list(_NUMBERS)].astype(float)], axis=1)[list(COLUMNS)]


def _judged(
    action: Action,
    log: Sequence[Action],
    series: dict[tuple[str, str], pd.DataFrame],
    rules: ImpactRules,
    context: Context,
) -> dict[str, object]:
    """Everything that is said of one action."""
    row: dict[str, object] = {
        "action_id": action.key, "indicator": action.indicator, "service_area": action.unit,
        "cohort": "all", "action_date": _day(action.begun), "due_on": _day(action.due_on),
        "done_on": _day(action.done_on), "owner": action.owner, "words": action.words,
        "rule_set": rules.label,
    }  # fmt: skip
    case, reason = _case(action, log, series, rules, context)
    if case is None:
        return row | {"verdict": Impact.NOT_TESTED.value, "reason": reason}
    case.found |= {"regression": "", "ended_by": case.closed} | _regression(case)
    verdict, reason = _refused(case)
    if not reason:
        _measure(case)
        case.found |= _elsewhere.compared(
            action, log, series, case.points(), rules, context, case.first_since
        )
        verdict, reason = _verdict(case)
        case.found |= _impact_words.beside(case.found, case.indicator, verdict, _marks(case))
    return row | case.found | {"verdict": verdict.value, "reason": reason}


def _case(
    action: Action,
    log: Sequence[Action],
    series: dict[tuple[str, str], pd.DataFrame],
    rules: ImpactRules,
    context: Context,
) -> tuple[_Case | None, str]:
    """The action with its series, or why there is none to hold it against."""
    if action.begun is None:
        return None, "The action has no date"
    if action.indicator not in context.register.indicators:
        return None, "The action names no indicator of the register"
    rows = series.get((action.indicator, action.unit))
    if rows is None:
        return None, "There is no figure of this indicator for the unit that the action names"
    indicator = context.register.indicator(action.indicator)
    if indicator.overlapping:
        return None, (
            "Each figure counts many of the same cases as the one before, so a difference "
            "cannot be told from chance"
        )
    held = measured(rows, indicator)
    if held.empty:
        return None, "No figure of this indicator is final yet for the unit"
    last = int(held["step"].iloc[-1])
    waits = rows.loc[rows["state"] == "provisional", "period"].unique()
    young = sum(periods.step_number(periods.parse(code)) > last for code in waits)
    case = _Case(action, indicator, held, young if indicator.matures_after else 0, rules)
    first = _first_since(action.begun, str(held["period"].iloc[0]), rules)
    case.first_since, case.last_before = first
    _close(case, log)
    return case, ""


def _first_since(begun: date, like: str, rules: ImpactRules) -> tuple[int, int]:
    """The first period that counts as since, and the last before, by step numbers."""
    period = periods.parse(like)
    while period.end < begun:
        period = periods.shift(period, 1)
    while period.start > begun:
        period = periods.shift(period, -1)
    step = periods.step_number(period)
    passed = (begun - period.start).days / ((period.end - period.start).days + 1)
    return (step, step - 1) if passed < rules.begun_within else (step + 1, step - 1)


def _close(case: _Case, log: Sequence[Action]) -> None:
    """End the figures since where a break lies, or the next action for the figure begins."""
    own = case.action
    later = [
        one.begun for one in log
        if (one.indicator, one.unit) == (own.indicator, own.unit)
        and one.begun and own.begun and one.begun > own.begun
    ]  # fmt: skip
    first = case.rows["period"].iloc[0]
    for begun in later[:1]:
        end, _ = _first_since(begun, str(first), case.rules)
        if (case.rows["step"] >= end).any():
            case.closed = f"the next action for this figure, of {periods.format_date(begun)}"
        case.rows = case.rows[case.rows["step"] < end]
    since = case.rows["step"] >= case.first_since
    before = case.rows["step"] <= case.last_before
    own_era = case.rows.loc[since, "era"].head(1)
    if not own_era.empty and not before.any():
        return
    era = case.rows.loc[before, "era"].tail(1)
    if not own_era.empty and own_era.iloc[0] != era.iloc[0]:
        case.closed = BREAK
    if len(era):
        kept = case.rows["era"].eq(era.iloc[0])
        if since.any() and not kept[since].all():
            case.closed = BREAK
        case.rows = case.rows[kept]


def _refused(case: _Case) -> tuple[Impact, str]:
    """Why nothing can be said yet, or ever; an empty text where something can."""
    rules, step = case.rules, case.rows["step"]
    before = step[step <= case.last_before].tail(rules.most_before)
    since = step[step >= case.first_since].head(rules.most_after)
    case.found |= {"points_before": len(before), "points_since": len(since)}
    short = rules.min_before - len(before), rules.min_after - len(since)
    case.found["needed"] = max(short[1], 0)
    if short[0] > 0:
        return Impact.NOT_TESTED, _impact_words.too_few_before(
            len(before), rules.min_before, case.indicator
        )
    if short[1] > 0:
        words = _impact_words.too_few_since(
            len(since), short[1], case.waiting, case.indicator, case.closed
        )
        return (Impact.NOT_TESTED if case.closed else Impact.TOO_EARLY), words
    for part in (before, since):
        if len(part) < rules.min_share * (int(part.iloc[-1]) - int(part.iloc[0]) + 1):
            return Impact.NOT_TESTED, "Too many figures are missing between those that are there"
    points = case.points()
    if not events_both(points, case.first_since):
        return Impact.NOT_TESTED, "There was no event at all before the action, or none since"
    if np.ptp(points.value) == 0:
        return Impact.NO_DIFFERENCE_SHOWN, "Every figure is the same, before and since"
    return Impact.NOT_TESTED, ""


def _measure(case: _Case) -> None:
    """The change, the trend before, and the same change looked for on earlier dates."""
    points, rules = case.points(), case.rules
    step = stepped(points, case.first_since, rules)
    line = segmented(points, case.first_since, case.last_before, rules)
    dates, as_large, found = earlier(
        points.where(points.step <= case.last_before), float(step.value[2]), rules
    )
    size = points.difference
    numbers = {
        "level_before": points.level(step.value[0]), "level_since": points.level(step.value[1]),
        "change_chance": step.chance[2], "trend_level": points.level(line.value[0]),
        "trend_before": size(line.value[1]), "correlation": step.correlation,
        "earlier_dates": dates, "earlier_as_large": as_large,
    }  # fmt: skip
    for name, estimate, at in (
        ("change", step, 2), ("level_change", line, 2), ("slope_change", line, 3),
        ("beyond_trend", line, 4),
    ):  # fmt: skip
        numbers[name] = size(estimate.value[at])
        numbers[f"{name}_lower"] = size(estimate.lower[at])
        numbers[f"{name}_upper"] = size(estimate.upper[at])
    period = {int(row.step): row.period for row in case.rows.itertuples()}
    case.found |= {name: float(value) for name, value in numbers.items()} | {
        "scale": _impact_words.PERCENT_OF_BEFORE if points.counted else case.indicator.unit,
        "earlier_changes": " ".join(f"{size(one):.4g}" for one in found),
        "last_before": period[int(points.step[points.step <= case.last_before][-1])],
        "first_since": period[int(points.step[points.step >= case.first_since][0])],
        "last_since": period[int(points.step[-1])],
    }


def _verdict(case: _Case) -> tuple[Impact, str]:
    """The verdict, and what it rests on in words."""
    found, rules = case.found, case.rules
    change = float(found["change"])  # type: ignore[arg-type]
    way = {Polarity.HIGH: 1, Polarity.LOW: -1}.get(case.indicator.polarity, 0)
    if not way:
        return Impact.NOT_TESTED, (
            "Neither way is good by itself, so nothing is called better or worse"
        )
    sign = np.sign(change)
    clear = found["change_lower"] > 0 or found["change_upper"] < 0  # type: ignore[operator]
    trend = sign * float(found["beyond_trend"]) >= rules.trend_share * abs(change)  # type: ignore[arg-type]
    dates, as_large = found["earlier_dates"], found["earlier_as_large"]
    rare = dates >= rules.min_earlier and as_large <= rules.most_earlier * dates  # type: ignore[operator]
    beside = found.get("comparison_change", np.nan)
    alone = np.isnan(beside) or sign * beside >= rules.comparison_share * abs(change)  # type: ignore[call-overload,operator]
    held = (clear, trend, rare, alone, not found["regression"])
    words = _impact_words.reason(found, case.indicator, held)
    if all(held):
        return (Impact.MADE_BETTER if sign == way else Impact.MADE_WORSE), words
    return Impact.NO_DIFFERENCE_SHOWN, words


def _marks(case: _Case) -> list[str]:
    """What the control chart says of the figures since."""
    return list(case.rows.loc[case.rows["step"] >= case.first_since, "variation"])


def _regression(case: _Case) -> dict[str, str]:
    """That the action began after an extreme figure which came back by itself; or nothing."""
    # as printed, since an extreme figure is acted on as it is printed
    printed = replace(case, rows=case.rows.assign(seasonal_factor=1.0))
    rules, points = case.rules, printed.points(whole=True)
    way = {Polarity.HIGH: 1, Polarity.LOW: -1}.get(case.indicator.polarity, 0)
    before, after = points.step <= case.last_before, points.step >= case.first_since
    if not way or before.sum() < rules.extreme_points or after.sum() < rules.extreme_after:
        return {}
    near = before & (points.step > case.last_before - rules.extreme_within)
    worst = int(np.argmin(np.where(before, way * points.value, np.inf)))
    others = points.value[before & (np.arange(len(points)) != worst)]
    far = way * (others.mean() - points.value[worst]) / max(others.std(ddof=1), 1e-12)
    usual = case.rows.set_index("step")["special_cause"].get(int(points.step[worst]), "")
    if not near[worst] or far < rules.extreme_deviations or usual != "none":
        return {}
    kept = points.where(np.arange(len(points)) != worst)
    if not events_both(kept, case.first_since):
        return {}
    change = stepped(kept, case.first_since, rules)
    if not change.lower[2] <= 0 <= change.upper[2]:
        return {}
    month = case.rows.set_index("step")["period"].get(int(points.step[worst]), "")
    value = float(case.rows.set_index("step")["value"].get(int(points.step[worst]), np.nan))
    return {
        "regression": _impact_words.came_back(
            case.action.begun, month, value, int(before.sum()), case.indicator
        )
    }


def facts(table: pd.DataFrame, latest: pd.DataFrame, context: Context) -> pd.DataFrame:
    """What is said of the latest action for each series.

    Parameters
    ----------
    table : pandas.DataFrame
        From `study`.
    latest : pandas.DataFrame
        The latest row of each series.
    context : Context

    Returns
    -------
    pandas.DataFrame
        The columns `FACTS`, empty where no action of the rule set's last months is known, or
        a break lies behind the figures that it was judged by.
    """
    rules = read(ImpactRules, context.register.rule_set(RULE_SET))
    told = pd.DataFrame(FACTS, index=latest.index)
    keys = dict(zip(map(tuple, latest[list(SERIES)].to_numpy()), latest.index, strict=True))
    for key, rows in table.groupby(list(SERIES), sort=True):
        if key in keys:
            end = date.fromisoformat(str(latest.at[keys[key], "period_end"]))
            for name, value in _told(rows, end, rules, context):
                told.at[keys[key], name] = value
    return told


def _told(
    rows: pd.DataFrame, end: date, rules: ImpactRules, context: Context
) -> Iterator[tuple[str, object]]:
    begun = pd.to_datetime(rows["action_date"], errors="coerce")
    young = begun >= pd.Timestamp(end) - pd.DateOffset(months=rules.told_for)
    # what was found on the other side of a break is not told of the figures of today
    cut = (rows["ended_by"] == BREAK) & (rows["verdict"] != Impact.NOT_TESTED)
    held = rows[young & (begun <= pd.Timestamp(end)) & ~cut]
    back = held[held["regression"] != ""].tail(1)
    for row in back.itertuples():
        yield "impact_regression", row.regression
    judged = held[held["verdict"].isin([Impact.MADE_BETTER, Impact.MADE_WORSE])]
    for row in (judged if len(judged) else held).tail(1).itertuples():
        indicator = context.register.indicator(row.indicator)
        yield from _impact_words.told(row, indicator).items()


def _day(on: date | None) -> str:
    return "" if on is None else on.isoformat()
