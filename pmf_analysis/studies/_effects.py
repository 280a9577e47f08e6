"""The effects of every part of every change, worked out at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pmf_analysis.methods.decomposition import (
    count_change_limits,
    decompose,
    of_numerator_and_denominator,
    rate_limits,
)
from pmf_analysis.terms import MeasureKind

if TYPE_CHECKING:
    from pmf_analysis.register.registry import Context

UNITS = "units"
"""The split by the units directly below; any other is the name of a cohort."""

_KEY = ["indicator", "service_area", "cohort", "period", "years", "split"]
_NUMBERS = (
    "numerator_before", "denominator_before", "numerator", "denominator", "value_before", "value",
    "rate_effect", "mix_effect", "effect", "share", "low", "high", "numerator_effect",
    "denominator_effect",
)  # fmt: skip
_COUNTS = list(_NUMBERS[:4])

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class ContributionRules:
    """The numbers of the rule set ``decomposition``, as explained there."""

    confidence: float
    part_confidence: float
    most: float
    most_named: int
    minority: float
    total_moves: float
    total_least: float
    remainder: float
    rounded_to: int
    label: str = ""


def with_effects(table: pd.DataFrame, rules: ContributionRules, context: Context) -> pd.DataFrame:
    """Fill in values, effects and limits, and order parts by what they carry.

    Parameters
    ----------
    table : pandas.DataFrame
        Rows of changes, of splits in all, and of parts, with their counts.
    rules : ContributionRules
    context : Context

    Returns
    -------
    pandas.DataFrame
    """
    held = table.astype(dict.fromkeys(_NUMBERS, "float64")).reset_index(drop=True)
    if held.empty:
        return held
    indicators = context.register.indicators
    named = [indicators[code] for code in held["indicator"]]
    times = np.array([one.multiplier for one in named], dtype=float)
    counted = np.array([one.kind is MeasureKind.COUNT for one in named])
    kinds = np.array([one.kind.value for one in named], dtype=object)
    shared = np.array([one.overlapping for one in named])
    given = held["reason"].eq("").to_numpy()
    counts = [held[name].to_numpy(dtype=float) for name in _COUNTS]
    for before, name in ((True, "value_before"), (False, "value")):
        top, bottom = counts[:2] if before else counts[2:]
        bottom = np.where(counted, 1.0, np.where(bottom > 0, bottom, np.nan))
        held[name] = top / bottom * times
    numerator, denominator = of_numerator_and_denominator(*(one[given] for one in counts))
    whole = given & held["split"].eq("").to_numpy()
    held.loc[given, "numerator_effect"] = numerator * times[given]
    held.loc[given, "denominator_effect"] = denominator * times[given]
    held.loc[~whole | counted, ["numerator_effect", "denominator_effect"]] = np.nan
    held.loc[given, "effect"] = (held["value"] - held["value_before"])[given]
    _split(held, counts, given, counted, times)
    tested = given & ~shared
    _limits(held, counts, tested, kinds, times, rules)
    return _ordered(held)


def _split(
    held: pd.DataFrame, counts: list[Floats], given: NDArray[np.bool_],
    counted: NDArray[np.bool_], times: Floats,
) -> None:  # fmt: skip
    """Rate and mix of the parts, and of each split in all."""
    parts = given & held["part"].ne("").to_numpy()
    group = held.groupby(_KEY, sort=False).ngroup().to_numpy()
    by_rate = parts & ~counted
    of = pd.factorize(group[by_rate])[0]
    found = decompose(*(one[by_rate] for one in counts), of)
    held.loc[by_rate, "rate_effect"] = found.rate * times[by_rate]
    held.loc[by_rate, "mix_effect"] = found.mix_centred * times[by_rate]
    # a count's parts carry what they differ by
    held.loc[parts & counted, "rate_effect"] = held["effect"][parts & counted]
    held.loc[parts & counted, "mix_effect"] = 0.0
    held.loc[parts, "effect"] = (held["rate_effect"] + held["mix_effect"])[parts]
    total = given & held["split"].ne("").to_numpy() & ~parts
    sums = held[parts].groupby(group[parts])[["rate_effect", "mix_effect"]].sum(min_count=1)
    for name in sums.columns:
        held.loc[total, name] = sums[name].reindex(group[total]).to_numpy()
    change = pd.Series(held.loc[total, "effect"].to_numpy(), index=group[total])
    whole = change.reindex(group[parts]).to_numpy()
    own = held.loc[parts, "effect"].to_numpy()
    held.loc[parts, "share"] = np.divide(
        own, whole, out=np.full(len(own), np.nan), where=whole != 0
    )


def _limits(
    held: pd.DataFrame, counts: list[Floats], tested: NDArray[np.bool_],
    kinds: NDArray[np.object_], times: Floats, rules: ContributionRules,
) -> None:  # fmt: skip
    """Limits of whole changes, of rate effects in all, and of each part's own change."""
    group = held.groupby(_KEY, sort=False).ngroup().to_numpy()
    itself = held["split"].eq("").to_numpy()
    parts = held["part"].ne("").to_numpy()
    total = ~itself & ~parts
    level = np.where(itself, rules.confidence, rules.part_confidence)
    for kind in (MeasureKind.PROPORTION, MeasureKind.RATE):
        for confidence in (rules.confidence, rules.part_confidence):
            own = tested & (kinds == kind.value) & ~total & (level == confidence)
            if own.any():
                found = rate_limits(
                    *(one[own] for one in counts), np.arange(own.sum()), kind, confidence
                )
                both = (counts[1][own] > 0) & (counts[3][own] > 0)
                for name, end in zip(("low", "high"), found, strict=True):
                    held.loc[own, name] = np.where(both, end * times[own], np.nan)
        own = tested & parts & (kinds == kind.value)
        if own.any():
            of, order = pd.factorize(group[own])
            found = rate_limits(*(one[own] for one in counts), of, kind, rules.part_confidence)
            wholes = tested & total & np.isin(group, order)
            place = pd.Series(range(len(order)), index=order).reindex(group[wholes]).to_numpy()
            for name, end in zip(("low", "high"), found, strict=True):
                held.loc[wholes, name] = end[place] * times[wholes]
    for confidence in (rules.confidence, rules.part_confidence):
        own = tested & (kinds == MeasureKind.COUNT.value) & ~total & (level == confidence)
        found = count_change_limits(counts[0][own], counts[2][own], confidence)
        held.loc[own, "low"], held.loc[own, "high"] = found.lower, found.upper


def _ordered(held: pd.DataFrame) -> pd.DataFrame:
    """Each change, then each split in all, then its parts by what they carry."""
    order = held.assign(
        at=range(len(held)), group=held.groupby(_KEY, sort=False).ngroup(),
        last=held["part"].ne(""), size=-held["effect"].abs(),
    )  # fmt: skip
    ranked = order.sort_values(["group", "last", "size", "at"], kind="stable").index
    return held.loc[ranked].reset_index(drop=True)
