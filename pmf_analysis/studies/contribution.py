"""Why a figure changed: how much each unit below, or each group of children, carries.

The change of the latest shown figure against the same figure some years before is split, by
Kitagawa's method, into what happened within its parts (rate) and how the whole is made up of
them (mix); of a count, into the changes of its parts. Beside it stands how much of the change
comes through the numerator and how much through the denominator.

The table has, for each series and comparison, a row for the change itself (``split`` empty),
and for each split a row in all (``part`` empty) and one for each part, ordered by what it
carries; parts add up to the whole. Where a change cannot be split, ``reason`` says why, and
there are no effects. ``low`` and ``high`` are limits of the whole change, of the rate effect in
all, and of each part's own change; without them where figures share children or months.

Rule set: ``decomposition`` (comparisons, confidence, most, minority, remainder, rounded_to).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from pmf_analysis import periods
from pmf_analysis.register.rule_values import read, value_of
from pmf_analysis.studies import Known, _said_of_change
from pmf_analysis.studies._adding import NONE_OF_THESE, less, settle
from pmf_analysis.studies._alike import alike
from pmf_analysis.studies._effects import UNITS, ContributionRules, with_effects
from pmf_analysis.studies._said_of_change import FACTS
from pmf_analysis.studies._splitting import why_not_split
from pmf_analysis.studies._windows import Counts, Sum, Window, counts_of
from pmf_analysis.terms import MeasureKind

if TYPE_CHECKING:
    from pmf_analysis.register.models import RuleSet
    from pmf_analysis.register.registry import Context

__all__ = ["COLUMNS", "FACTS", "facts", "study"]

COLUMNS = (
    "indicator", "service_area", "cohort", "period", "label", "years", "period_before",
    "label_before", "split", "part", "part_name", "numerator_before", "denominator_before",
    "value_before", "numerator", "denominator", "value", "rate_effect", "mix_effect", "effect",
    "share", "low", "high", "numerator_effect", "denominator_effect", "reason", "rule_set",
)  # fmt: skip


@dataclass(frozen=True)
class _Change:
    """A figure and the one it is held against, in which nothing forbids to split."""

    counts: Counts
    unit: str
    years: int
    before: Window
    after: Window
    row_before: int
    row_after: int

    @property
    def key(self) -> dict[str, object]:
        """What all rows of the change have in common."""
        labels, old = self.counts.columns["shown_label"], self.before.period
        label = labels[self.row_before] if self.row_before >= 0 else old.label
        return {
            "indicator": self.counts.indicator.code, "service_area": self.unit,
            "cohort": self.counts.cohort,
            "period": self.after.period.code, "label": labels[self.row_after],
            "years": self.years, "period_before": old.code, "label_before": label,
        }  # fmt: skip


_Row = dict[str, object]


def study(analysed: pd.DataFrame, known: Known, context: Context) -> pd.DataFrame:
    """Split the change of every series at its latest figure.

    Parameters
    ----------
    analysed : pandas.DataFrame
        The analysis table.
    known : Known
        Not asked.
    context : Context

    Returns
    -------
    pandas.DataFrame
        The columns ``COLUMNS``; effects and limits in the indicator's own unit.
    """
    rule_set = context.register.rule_set("decomposition")
    rules = read(ContributionRules, rule_set)
    held = {(one.indicator.code, one.cohort): one for one in counts_of(analysed, context)}
    rows = [
        row
        for counts in held.values()
        for change in _changes(counts, rule_set)
        for row in _rows_of(change, held, rules, context)
    ]
    table = pd.DataFrame(rows).reindex(columns=[*COLUMNS[:-1], "group"])
    return with_effects(table, rules, context).assign(rule_set=rules.label)[list(COLUMNS)]


def facts(table: pd.DataFrame, latest: pd.DataFrame, context: Context) -> pd.DataFrame:
    """What can be said of each series' change; see `_said_of_change`."""
    rules = read(ContributionRules, context.register.rule_set("decomposition"))
    return _said_of_change.said(table, latest, rules, context)


def _changes(counts: Counts, rule_set: RuleSet) -> Iterator[_Change]:
    """The latest figure of each unit, held against those of earlier years."""
    season = periods.season_length(counts.indicator.frequency)
    for unit, row in counts.units.items():
        there = np.flatnonzero(counts.place[row] >= 0)
        if not len(there):
            continue
        at = int(counts.place[row, there[-1]])
        period = periods.parse(counts.columns["period"][at])
        if np.isnan(counts.columns["shown_value"][at]):
            continue
        for years in value_of(rule_set, "comparisons"):
            old = periods.shift(period, -years * season)
            yield _Change(
                counts, unit, years, counts.window(old), counts.window(period),
                counts.row_of(unit, periods.step_number(old)), at,
            )  # fmt: skip


def _rows_of(
    change: _Change,
    held: Mapping[tuple[str, str], Counts],
    rules: ContributionRules,
    context: Context,
) -> Iterator[_Row]:
    """Rows of one change: itself, and its splits with their parts, effects still to come."""
    key = change.key
    reason = _why_not(change)
    if reason:
        yield {**key, "split": "", "part": "", "part_name": "", "reason": reason}
        return
    before, after = change.counts.shown(change.row_before), change.counts.shown(change.row_after)
    yield {**key, **_line("", "", "", before, after)}
    yield from _by_units(change, before, after, rules, context)
    if change.counts.cohort == "all":
        for (code, cohort), part in held.items():
            if code == change.counts.indicator.code and cohort != "all":
                yield from _by_cohort(change, part, before, after)


def _why_not(change: _Change) -> str:
    """Why two figures are not held against each other; empty where they are."""
    held, kind = change.counts.columns, change.counts.indicator.kind
    label = periods.in_sentence(change.key["label_before"])
    if kind is MeasureKind.MEDIAN:
        return "A median is not made up of the figures of parts"
    if change.row_before < 0 or np.isnan(held["shown_value"][change.row_before]):
        return f"There is no figure for {label}"
    if held["era"][change.row_before] != held["era"][change.row_after]:
        return f"A registered break lies between {label} and now"
    if change.counts.shares_months(change.before, change.after):
        return f"The figure for {label} and the present one share months"
    pair = [change.counts.shown(row) for row in (change.row_before, change.row_after)]
    if not all(one.known and one.can_be(kind) for one in pair):
        return "The counts behind the two figures are not known"
    return ""


def _line(split: str, part: str, name: str, before: Sum, after: Sum) -> _Row:
    return {
        "split": split, "part": part, "part_name": name,
        "numerator_before": before.numerator, "denominator_before": before.denominator,
        "numerator": after.numerator, "denominator": after.denominator, "reason": "",
    }  # fmt: skip


def _by_units(
    change: _Change, before: Sum, after: Sum, rules: ContributionRules, context: Context
) -> Iterator[_Row]:
    """The units below, what they leave of the whole among them; or why there is no split."""
    indicator = change.counts.indicator
    start, end = change.before.first.start, change.after.period.end
    found = []
    for part in alike(context, change.unit, start, end, change.counts.units):
        pair = tuple(change.counts.over(part.units, one) for one in (change.before, change.after))
        if pair[0].given or pair[1].given:
            found.append((part, *pair))
    if len(found) < 2:
        return
    reason = why_not_split(indicator, found, (start, end), context)
    wholes, left = [before, after], []
    if not reason:
        wholes, left, reason = settle(indicator, wholes, [pair for _, *pair in found], rules)
    if reason:
        yield {**change.key, "split": UNITS, "part": "", "part_name": "", "reason": reason}
        return
    yield {**change.key, **_line(UNITS, "", "", *wholes)}
    for part, *pair in found:
        yield {**change.key, **_line(UNITS, part.code, part.name, *pair)}
    if left:
        yield {**change.key, **_line(UNITS, "rest", NONE_OF_THESE, *left)}


def _by_cohort(change: _Change, part: Counts, before: Sum, after: Sum) -> Iterator[_Row]:
    """A named part of the children, and all others."""
    rows = [part.row_of(change.unit, window.steps[1]) for window in (change.before, change.after)]
    if min(rows) < 0:
        return
    own = tuple(part.shown(row) for row in rows)
    # a month's share is not given where the part had no case, its counts are
    if not all(one.known for one in own):
        return
    rest = tuple(less(one, two) for one, two in zip((before, after), own, strict=True))
    if not all(one.can_be(change.counts.indicator.kind) for one in (*own, *rest)):
        return
    if not any(one.numerator or one.denominator for one in rest):
        return
    label = change.counts.indicator.part_of(part.cohort)
    yield {**change.key, **_line(part.cohort, "", "", before, after)}
    yield {**change.key, **_line(part.cohort, part.cohort, label, *own)}
    yield {**change.key, **_line(part.cohort, "rest", _others(label), *rest)}


@cache
def _others(label: str) -> str:
    """Words for the children who are not of a named part."""
    without = label.removeprefix("without ")
    return without if without != label else "all others"
