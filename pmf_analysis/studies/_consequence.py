"""What stands out, in the order of its consequence, each reason in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import pandas as pd

from pmf_analysis import formats, periods
from pmf_analysis.register.models import Indicator, RuleSet
from pmf_analysis.register.registry import Context
from pmf_analysis.register.rule_values import value_of
from pmf_analysis.tables import SERIES
from pmf_analysis.terms import Polarity, ScreenVerdict, State

_SAYS = {
    ScreenVerdict.CONCERN.value: "a change for the worse",
    ScreenVerdict.IMPROVEMENT.value: "a change for the better",
    ScreenVerdict.NEUTRAL.value: "a change where neither way is good by itself",
}


def ranked(
    table: pd.DataFrame, analysed: pd.DataFrame, rules: RuleSet, context: Context
) -> pd.DataFrame:
    """Add rank, sum and reasons to the series that stand out.

    Parameters
    ----------
    table : pandas.DataFrame
        Series with ``screen_verdict``, ``adjusted_chance`` and ``since``.
    analysed : pandas.DataFrame
    rules : RuleSet
    context : Context

    Returns
    -------
    pandas.DataFrame
        With ``screen_rank`` (1 first; NaN for the others), ``consequence``, ``rank_reason`` and
        ``story``: the rank of the first series of the same story, which wholes and their parts
        share that changed alike.
    """
    stands_out = table["screen_verdict"].isin(list(_SAYS))
    chosen = table[stands_out]
    weights = value_of(rules, "consequence")
    weighed = [
        _weighed(row, level, context.register.indicator(row["indicator"]), weights)
        for row, level in zip(
            chosen.to_dict("records"), _levels(chosen, analysed), strict=True
        )
    ]  # fmt: skip
    chosen = chosen.assign(consequence=[total for total, _ in weighed])
    order = ["consequence", "adjusted_chance", *SERIES]
    chosen = chosen.assign(said=[said for _, said in weighed]).sort_values(
        order, ascending=[False, *[True] * 4], kind="stable"
    )
    chosen["screen_rank"] = np.arange(1.0, len(chosen) + 1)
    alike = _alike(chosen, rules, context)
    chosen["story"] = _stories(chosen, alike)
    chosen["rank_reason"] = [
        _reason(row.said, row.service_area, alike[row.Index], context)
        for row in chosen.itertuples()
    ]
    added = table.assign(screen_rank=np.nan, consequence=np.nan, story=np.nan, rank_reason="")
    for column in ("screen_rank", "consequence", "story", "rank_reason"):
        added.loc[chosen.index, column] = chosen[column]
    return added


def _reason(said: list[str], unit: str, same: Mapping[str, int], context: Context) -> str:
    text = f"{'; '.join(said)}."
    story = _story(unit, list(same), context)
    return f"{text[:1].upper()}{text[1:]}{f' {story}' if story else ''}"


def _levels(chosen: pd.DataFrame, analysed: pd.DataFrame) -> list[tuple[float, float, float]]:
    """The latest shown figure of each series, its target and its floor."""
    rows = analysed[analysed["state"] != State.FORECAST]
    last = rows.sort_values("period_end", kind="stable").drop_duplicates(list(SERIES), keep="last")
    held = last.set_index(list(SERIES))[["shown_value", "target", "floor"]]
    keys = pd.MultiIndex.from_frame(chosen[list(SERIES)])
    found = held.reindex(keys).apply(pd.to_numeric).to_numpy(dtype=float, na_value=np.nan)
    return [tuple(row) for row in found]


def _weighed(
    row: Mapping, level: tuple[float, float, float], indicator: Indicator, weights: Mapping
) -> tuple[float, list[str]]:
    """The sum of the weights of one series, and what each is for."""
    total = float(weights[row["screen_verdict"]])
    said = [_SAYS[row["screen_verdict"]]]
    short, unit = _short_of_target(level, indicator)
    if short > 0:
        total += min(short, float(weights["most_tolerances"])) * float(weights["short_of_target"])
        said.append(f"{formats.number(short, 1)} times {unit} short of its target")
    if indicator.duty:
        total += float(weights["duty"])
        said.append("a statutory duty")
    if indicator.risks:
        total += float(weights["risk"])
        linked = formats.listed(list(indicator.risks))
        said.append(f"linked to risk{'' if len(indicator.risks) == 1 else 's'} {linked}")
    if row["adjusted_chance"] <= float(weights["almost_certain"]):
        total += float(weights["certainty"])
        said.append("almost certainly not chance")
    return total, said


def _short_of_target(level: tuple[float, float, float], indicator: Indicator) -> tuple[float, str]:
    """How far a figure is short of its target, in its tolerance or the room down to its floor."""
    value, target, least = level
    if indicator.polarity is Polarity.NEUTRAL or np.isnan(value) or np.isnan(target):
        return 0.0, ""
    short = {
        Polarity.HIGH: target - value,
        Polarity.LOW: value - target,
    }.get(indicator.polarity, abs(value - target) - (indicator.tolerance or 0.0))
    room = indicator.tolerance or abs(target - least)
    if np.isnan(room) or room <= 0:
        return 0.0, ""
    words = "its tolerance" if indicator.tolerance else f"the room down to its {indicator.bound}"
    return max(short / room, 0.0), words


def _alike(chosen: pd.DataFrame, rules: RuleSet, context: Context) -> dict[int, dict[str, int]]:
    """Of each series that stands out, its whole and parts that changed alike, with their rows."""
    within = value_of(rules, "one_story_within")
    held, on = context.register, context.as_at
    changes = {
        (row.indicator, row.cohort, row.service_area): _Change(
            row.Index, periods.step_number(periods.parse(row.since)), row.after > row.before
        )
        for row in chosen.itertuples()
    }
    found = {}
    for (indicator, cohort, unit), own in changes.items():
        room = int(within[held.indicator(indicator).frequency.value])
        around = (held.parent_of(unit, on), *held.children_of(unit, on))
        near = {other: changes.get((indicator, cohort, other)) for other in around}
        found[own.row] = {
            other: change.row for other, change in near.items() if own.is_like(change, room)
        }
    return found


def _stories(chosen: pd.DataFrame, alike: Mapping[int, Mapping[str, int]]) -> list[float]:
    """The rank of the first series of each one's story, from the first rank to the last."""
    rank = chosen["screen_rank"]
    story: dict[int, float] = {}
    for first in chosen.index:
        waiting = [first]
        while waiting:
            row = waiting.pop()
            if row not in story:
                story[row] = rank[first]
                waiting += alike[row].values()
    return [story[row] for row in chosen.index]


class _Change(NamedTuple):
    """When a series changed, and whether it went up."""

    row: int
    since: int
    up: bool

    def is_like(self, other: _Change | None, room: int) -> bool:
        return other is not None and self.up == other.up and abs(self.since - other.since) <= room


def _story(unit: str, same: list[str], context: Context) -> str:
    """That a unit's whole, or parts of it, stand out as it does; empty where none does."""
    held = context.register
    whole = held.parent_of(unit, context.as_at)
    parts = held.children_of(unit, context.as_at)
    alike = [held.units[part].name for part in parts if part in same]
    words = []
    if alike:
        verb = "stands" if len(alike) == 1 else "stand"
        of_them = f"Of its {len(parts)} parts, {'only ' if len(alike) == 1 else ''}"
        named = f"{of_them if len(parts) > 1 else ''}{formats.listed(alike)} {verb}"
        words.append(f"{named} out in the same way: one story.")
    if whole and whole in same:
        words.append(f"{held.units[whole].name} stands out in the same way: one story.")
    return " ".join(words)
