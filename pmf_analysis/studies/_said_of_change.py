"""What carried a change, in the words that sentences of the catalogue are filled with."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from pmf_analysis import formats, periods
from pmf_analysis.methods.decomposition import count_change_limits, rate_limits
from pmf_analysis.methods.intervals import Interval
from pmf_analysis.register.models import Indicator
from pmf_analysis.studies._effects import UNITS, ContributionRules
from pmf_analysis.tables import SERIES
from pmf_analysis.terms import MeasureKind

if TYPE_CHECKING:
    from pmf_analysis.register.registry import Context

_NAN = float("nan")

FACTS: Mapping[str, object] = {
    # the make-up of the whole carried most of a change
    "mix_carries": "", "mix_parts": "", "mix_rest": "",
    "mix_effect_total": _NAN, "mix_rate_total": _NAN, "mix_rate_low": _NAN,
    "mix_rate_high": _NAN, "mix_years": _NAN,
    # so did the make-up by a named part of the children
    "group_carries": "", "group_parts": "", "group_rest": "", "group_without": "",
    # a few parts carried most of a change by their own figures
    "carried_change": "", "carried_by": "",
    # the total of a share moved, and not what is counted of it
    "total_change": "", "total_moved": "", "total_counted": "", "total_without": "",
}  # fmt: skip
"""Facts, empty where there is nothing to say."""

_Facts = dict[str, object]


def said(
    table: pd.DataFrame, latest: pd.DataFrame, rules: ContributionRules, context: Context
) -> pd.DataFrame:
    """The facts of each series: those of the first comparison of which each can be said.

    Nothing is said of a change that chance could give, or that is printed as zero.

    Parameters
    ----------
    table : pandas.DataFrame
        From `contribution.study`.
    latest : pandas.DataFrame
        The latest row of each series.
    rules : ContributionRules
    context : Context

    Returns
    -------
    pandas.DataFrame
        The columns ``FACTS``, on the index of ``latest``.
    """
    found = {name: np.full(len(latest), empty, dtype=object) for name, empty in FACTS.items()}
    key = [*SERIES, "period"]
    place = {
        series: at for at, series in enumerate(zip(*(latest[one] for one in key), strict=True))
    }
    for group, rows in _worth_a_look(table, rules).groupby([*key, "years"], sort=False):
        at = place.get(group[:-1])
        indicator = context.register.indicators[group[0]]
        if at is None or not _printed(rows.iloc[0]["effect"], indicator):
            continue
        for facts in _each(rows, indicator, rules):
            first = next(iter(facts))
            if found[first][at] == "":  # an earlier comparison says it already
                for name, content in facts.items():
                    found[name][at] = content
    # said once, with the total where both are said
    found["group_without"][found["total_without"] != ""] = ""
    return pd.DataFrame(
        {
            name: pd.Series(column, index=latest.index).astype(
                "str" if isinstance(FACTS[name], str) else "float64"
            )
            for name, column in found.items()
        }
    )


def _worth_a_look(table: pd.DataFrame, rules: ContributionRules) -> pd.DataFrame:
    """Rows of the changes that are more than chance, in themselves or in their totals."""
    key = [*SERIES, "period", "years"]
    itself = table[table["split"].eq("") & table["reason"].eq("")]
    beyond = (itself["low"] > 0) | (itself["high"] < 0)
    totals = itself["denominator"] / itself["denominator_before"] - 1
    chosen = itself[beyond | (itself["low"].notna() & (totals.abs() >= rules.total_moves))]
    keys = (pd.MultiIndex.from_frame(one[key]) for one in (table, chosen))
    return table[next(keys).isin(next(keys))]


def _each(rows: pd.DataFrame, indicator: Indicator, rules: ContributionRules) -> Iterator[_Facts]:
    """Everything that can be said of one change."""
    itself, splits = rows.iloc[0], rows.iloc[1:]
    yield from _total_moved(itself, splits, indicator, rules)
    if not _beyond(itself):
        return
    for split, own in splits[splits["reason"].eq("")].groupby("split", sort=False):
        whole, parts = own.iloc[0], own.iloc[1:]
        if _leads(whole["mix_effect"], whole["effect"], rules) and _printed(
            whole["mix_effect"], indicator
        ):
            yield _by_mix(str(split), whole, parts, indicator, rules)
        if split == UNITS and _leads(whole["rate_effect"], whole["effect"], rules):
            yield from _by_parts(whole, parts, indicator, rules)


def _beyond(row: pd.Series) -> bool:
    """Whether the limits of a change leave out no change."""
    return bool(row["low"] > 0 or row["high"] < 0)


def _leads(effect: float, change: float, rules: ContributionRules) -> bool:
    """Whether an effect carries most of a change, the same way."""
    return bool(change) and effect / change > rules.most


def _by_mix(
    split: str,
    whole: pd.Series,
    parts: pd.DataFrame,
    indicator: Indicator,
    rules: ContributionRules,
) -> _Facts:
    # of two parts, the one that grew tells it all
    told = parts if len(parts) > 2 else parts[_share(parts, "") > _share(parts, "_before")]
    named = _named(told, "mix_effect", whole["mix_effect"], rules)
    words = {
        "carries": _carries(whole, indicator),
        "parts": formats.listed([_made_up(row, whole, indicator) for row in named]),
        "rest": _rest(whole, indicator),
    }
    if split == UNITS:
        return {
            **{f"mix_{name}": text for name, text in words.items()},
            "mix_effect_total": whole["mix_effect"], "mix_rate_total": whole["rate_effect"],
            "mix_rate_low": whole["low"], "mix_rate_high": whole["high"],
            "mix_years": float(whole["years"]),
        }  # fmt: skip
    return {
        **{f"group_{name}": text for name, text in words.items()},
        "group_without": _without(parts, indicator),
    }


def _by_parts(
    whole: pd.Series, parts: pd.DataFrame, indicator: Indicator, rules: ContributionRules
) -> Iterator[_Facts]:
    """The few parts whose own change, more than chance, carries most of the whole's."""
    beyond = parts[(parts["low"] > 0) | (parts["high"] < 0)]
    named = _named(beyond, "effect", whole["effect"], rules)
    carried = sum(row["effect"] for row in named)
    few = 2 * len(named) <= len(parts) and all(_printed(row["effect"], indicator) for row in named)
    if not named or not few or not _leads(carried, whole["effect"], rules):
        return
    yield {
        "carried_change": f"{'fall' if whole['effect'] < 0 else 'rise'} of "
        f"{_size(whole['effect'], indicator)} since {_since(whole)}",
        "carried_by": formats.listed(
            [
                f"{row['part_name']} carries {_number(row['effect'], indicator)} "
                f"({_figure(row['value'], indicator)} now, "
                f"{_figure(row['value_before'], indicator)} then)"
                for row in named
            ]
        ),
    }


def _total_moved(
    itself: pd.Series, splits: pd.DataFrame, indicator: Indicator, rules: ContributionRules
) -> Iterator[_Facts]:
    """A small share that moved because its total did, and what it counts did not."""
    counted = float(itself["numerator_before"]), float(itself["numerator"])
    totals = float(itself["denominator_before"]), float(itself["denominator"])
    if indicator.kind is not MeasureKind.PROPORTION or min(totals) < rules.total_least:
        return
    small = all(n < rules.minority * of for n, of in zip(counted, totals, strict=True))
    if not small or not _leads(itself["denominator_effect"], itself["effect"], rules):
        return
    limits = count_change_limits([counted[0]], [counted[1]], rules.part_confidence)
    whole = count_change_limits([totals[0]], [totals[1]], rules.confidence)
    moved = abs(totals[1] - totals[0]) >= rules.total_moves * totals[0]
    share = rate_limits(
        *([one] for one in (counted[0], totals[0], counted[1], totals[1])), [0],
        indicator.kind, rules.part_confidence,
    )  # fmt: skip
    if not moved or _within(whole) or _within(share) or not _within(limits):
        return
    fell = itself["effect"] < 0
    both = f"{formats.number(counted[0])} then, {formats.number(counted[1])} now"
    against = counted[1] >= counted[0] if fell else counted[1] <= counted[0]
    yield {
        "total_change": f"{'fell' if fell else 'rose'} by {_size(itself['effect'], indicator)} "
        f"since {_since(itself)}",
        "total_moved": f"{'rose' if totals[1] > totals[0] else 'fell'} from "
        f"{formats.number(totals[0])} to {formats.number(totals[1])}",
        "total_counted": f", not because {'fewer' if fell else 'more'} were counted: {both}"
        if against
        else f"; the number counted differs by no more than chance could give: {both}",
        "total_without": _without(splits, indicator),
    }


def _within(limits: Interval) -> bool:
    """Whether limits of one difference hold 0."""
    return bool(limits.lower[0] <= 0 <= limits.upper[0])


def _without(splits: pd.DataFrame, indicator: Indicator) -> str:
    """The figure of the first named part of the children, now and then; empty without one."""
    own = splits[splits["part"].eq(splits["split"]) & splits["part"].ne("")]
    own = own[own["value"].notna() & own["value_before"].notna()]
    if own.empty:
        return ""
    row = own.iloc[0]
    now, then = (_figure(row[name], indicator) for name in ("value", "value_before"))
    return f"{row['part_name']} it is {now}, and was {then}"


def _named(
    parts: pd.DataFrame, column: str, whole: float, rules: ContributionRules
) -> Sequence[pd.Series]:
    """The largest parts that pull the way of the whole, until they carry most of it."""
    same = parts[np.sign(parts[column]) == np.sign(whole)]
    ranked = same.reindex(same[column].abs().sort_values(ascending=False, kind="stable").index)
    named: list[pd.Series] = []
    for _, row in ranked.iterrows():
        if named and _leads(sum(one[column] for one in named), whole, rules):
            break
        named.append(row)
    return named[: rules.most_named]


def _share(parts: pd.DataFrame, when: str) -> pd.Series:
    held = parts[f"denominator{when}"]
    return held / held.sum()


def _made_up(row: pd.Series, whole: pd.Series, indicator: Indicator) -> str:
    """How much of the whole a part makes up, now and then, and its own figure."""
    value = row["value"] if row["denominator"] else row["value_before"]
    shares = [
        formats.with_unit(100 * row[name] / whole[name], "percent", 1)
        for name in ("denominator", "denominator_before")
    ]
    return (
        f"{row['part_name']}, at {_figure(value, indicator)}, now {shares[0]} of the total and "
        f"{shares[1]} then"
    )


def _carries(whole: pd.Series, indicator: Indicator) -> str:
    """How much of a change the make-up of the whole carries: a part of it, or all and more."""
    change, mix = whole["effect"], whole["mix_effect"]
    way = "fall" if change < 0 else "rise"
    named = f"{way} of {_size(change, indicator)} since {_since(whole)}"
    if abs(mix) < abs(change):
        return f"of the {named}, {_number(mix, indicator)} come"
    return f"the {named} comes"


def _rest(whole: pd.Series, indicator: Indicator) -> str:
    """What lies within the parts, and whether that is more than chance."""
    rate, chance = whole["rate_effect"], whole["low"] <= 0 <= whole["high"]
    if not _printed(rate, indicator):
        return "Nothing comes from within its parts"
    size = _number(rate, indicator)
    if np.sign(rate) == np.sign(whole["effect"]):
        return f"The other {size} {'could be chance' if chance else 'come from within its parts'}"
    moved = "fell" if rate < 0 else "rose"
    could = ", which could be chance" if chance else ""
    return f"Within its parts the figure {moved} by {size}{could}"


def _since(row: pd.Series) -> str:
    return periods.in_sentence(row["label_before"])


def _printed(value: float, indicator: Indicator) -> bool:
    """Whether a number is more than zero as it is printed."""
    return bool(np.isfinite(value)) and formats.round_half_up(abs(value), indicator.decimals) > 0


def _size(value: float, indicator: Indicator) -> str:
    return formats.difference(float(value), indicator.unit, indicator.decimals)


def _number(value: float, indicator: Indicator) -> str:
    return formats.number(abs(float(value)), indicator.decimals)


def _figure(value: float, indicator: Indicator) -> str:
    return formats.with_unit(float(value), indicator.unit, indicator.decimals)
