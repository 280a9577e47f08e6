"""Totals that moved because their members did, with the arithmetic where parts allow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pmf_analysis import formats, periods
from pmf_analysis.comparing.cells import CELL, decimals_of, read_values
from pmf_analysis.comparing.rules import ComparingRules
from pmf_analysis.register import Register
from pmf_analysis.register.models import Published

_BESIDE = ("cohort", "breakdown", "period", "column")
_NOTHING = {"follows": "", "explained": np.nan, "remainder": np.nan, "arithmetic": ""}
_MOST_PRINTED = 4


@dataclass(frozen=True)
class Ratio:
    """A printed value with the columns that it is made of.

    Attributes
    ----------
    breakdown, value : str
    numerator, denominator : tuple of str
        Columns that are added up.
    multiplier : float
    """

    breakdown: str
    value: str
    numerator: tuple[str, ...]
    denominator: tuple[str, ...]
    multiplier: float


def ratios_of(table: str, register: Register) -> tuple[Ratio, ...]:
    """Printed values of a table whose parts stand in the same row, by the indicators."""
    found = {
        Ratio(
            published.breakdown, published.value, published.numerator,
            published.denominator.columns, indicator.multiplier,
        )
        for indicator in register.indicators.values()
        for published in indicator.source.all
        if published.table == table and published.value and _own_row(published)
    }  # fmt: skip
    return tuple(sorted(found, key=lambda ratio: (ratio.breakdown, ratio.value, ratio.numerator)))


def _own_row(published: Published) -> bool:
    below = published.denominator
    return bool(
        published.numerator
        and below is not None
        and not below.table
        and not below.period_shift
        and below.breakdown in ("", published.breakdown)
    )


def add_members(
    cells: pd.DataFrame, old: pd.DataFrame, new: pd.DataFrame, ratios: Sequence[Ratio],
    register: Register, rules: ComparingRules,
) -> pd.DataFrame:  # fmt: skip
    """Say of each total that moved which members moved, and how much of it they explain.

    Parameters
    ----------
    cells : pandas.DataFrame
        Cells that differ, with both values and states.
    old, new : pandas.DataFrame
        Figures of the two deliveries, in the names of ``cells``.
    ratios : sequence of Ratio
    register : Register
        Who belongs to whom, on the last day of each period.
    rules : ComparingRules

    Returns
    -------
    pandas.DataFrame
        With ``follows`` (codes of members whose same figure moved, ``;`` between them),
        ``explained`` and ``remainder`` (adding up to the change; null where nothing can be
        added up) and ``arithmetic`` in words.
    """
    cells = cells.assign(**_NOTHING)
    above = _ancestors(cells, register)
    totals = {unit for units in above.values() for unit in units}
    is_total = cells["service_area"].isin(sorted(totals)).to_numpy()
    moves = _below(cells[~is_total], above)
    moves = moves[_key_in(moves, "total", cells[is_total])]
    if moves.empty:
        return cells
    sums = _sums(moves)
    cells = cells.merge(sums, on=list(CELL), how="left", validate="m:1")
    cells = cells.assign(follows=cells["members"].fillna(""))
    cells = _explain_sums(cells, old, register, rules)
    cells = _explain_ratios(cells, old, new, ratios, register)
    return cells.drop(columns=["members", "both_given", "with_withdrawn"])


def _ancestors(cells: pd.DataFrame, register: Register) -> dict[tuple[str, str], list[str]]:
    """For each unit and period of the cells the units above it, on the period's last day."""
    pairs = cells[["service_area", "period"]].drop_duplicates().itertuples(index=False, name=None)
    found = {}
    for unit, code in pairs:
        on = periods.parse(code).end
        above: list[str] = []
        here = unit
        while here in register.units:
            here = register.parent_of(here, on)
            if not here or here in above or here == unit:
                break
            above.append(here)
        found[unit, code] = above
    return found


def _below(leaves: pd.DataFrame, above: Mapping[tuple[str, str], list[str]]) -> pd.DataFrame:
    """One row for each cell and each unit above it, in ``total``."""
    keys = list(zip(leaves["service_area"], leaves["period"], strict=True))
    spread = leaves.assign(total=pd.Series([above[key] for key in keys], index=leaves.index,
                                           dtype=object))  # fmt: skip
    return spread.explode("total").dropna(subset=["total"])


def _key_in(moves: pd.DataFrame, unit: str, cells: pd.DataFrame) -> NDArray[np.bool_]:
    held = pd.MultiIndex.from_frame(cells[["service_area", *_BESIDE]])
    asked = pd.MultiIndex.from_frame(moves[[unit, *_BESIDE]].astype(str))
    return asked.isin(held)


def _sums(moves: pd.DataFrame) -> pd.DataFrame:
    """What the members of each total did, counted with and without those withdrawn."""
    old, new = moves["old_value"].to_numpy(dtype=float), moves["new_value"].to_numpy(dtype=float)
    both = np.where(np.isnan(old) | np.isnan(new), 0.0, new - old)
    every = np.nan_to_num(new) - np.nan_to_num(old)
    moves = moves.assign(both_given=both, with_withdrawn=every)
    moves = moves.sort_values("service_area", kind="stable")
    grouped = moves.groupby(["total", *_BESIDE], sort=True)
    sums = grouped.agg(
        members=("service_area", lambda codes: ";".join(dict.fromkeys(codes))),
        both_given=("both_given", "sum"),
        with_withdrawn=("with_withdrawn", "sum"),
    )
    return sums.reset_index().rename(columns={"total": "service_area"})


# -- figures that add up --------------------------------------------------------------------


def _explain_sums(
    cells: pd.DataFrame, old: pd.DataFrame, register: Register, rules: ComparingRules
) -> pd.DataFrame:  # fmt: skip
    change = (cells["new_value"] - cells["old_value"]).to_numpy(dtype=float)
    asked = (cells["follows"] != "").to_numpy() & ~np.isnan(change)
    asked &= _adds_up(cells, asked, old, register, rules)
    both, every = (cells[name].to_numpy(dtype=float) for name in ("both_given", "with_withdrawn"))
    explained = np.where(np.abs(change - every) <= np.abs(change - both), every, both)
    remainder = change - explained
    rounding = _rounding_unit(cells)
    words = np.full(len(cells), "", dtype=object)
    for place in np.flatnonzero(asked):
        words[place] = _in_words(explained[place], remainder[place], rounding[place])
    return cells.assign(
        explained=np.where(asked, explained, np.nan),
        remainder=np.where(asked, remainder, np.nan),
        arithmetic=words,
    )


def _adds_up(
    cells: pd.DataFrame, asked: NDArray[np.bool_], old: pd.DataFrame, register: Register,
    rules: ComparingRules,
) -> NDArray[np.bool_]:  # fmt: skip
    """Where the members of a total came near to it in the old delivery."""
    wanted = cells.loc[asked, list(_BESIDE)].drop_duplicates()
    figures = old.merge(wanted, on=list(_BESIDE))
    value, _ = read_values(figures)
    figures = figures[list(CELL)].assign(value=value).dropna(subset=["value"])
    above = _ancestors(figures, register)
    totals = {unit for units in above.values() for unit in units}
    leaves = figures[~figures["service_area"].isin(sorted(totals))]
    sums = _below(leaves, above).groupby(["total", *_BESIDE])["value"].sum()
    keys = pd.MultiIndex.from_frame(cells[["service_area", *_BESIDE]])
    total = cells["old_value"].to_numpy(dtype=float)
    with np.errstate(invalid="ignore", divide="ignore"):
        ratio = sums.reindex(keys).to_numpy(dtype=float) / total
    return np.abs(ratio - 1) <= rules.adds_up_within


def _rounding_unit(cells: pd.DataFrame) -> NDArray[np.float64]:
    """To what each total is rounded: 10, or its last decimal."""
    values = cells[["old_value", "new_value"]].to_numpy(dtype=float)
    tens = (np.nan_to_num(values) % 10 == 0).all(axis=1)
    decimals = np.maximum(*(decimals_of(np.nan_to_num(values[:, side])) for side in (0, 1)))
    return np.where(tens, 10.0, 10.0 ** -decimals.astype(float))


def _in_words(explained: float, remainder: float, rounding: float) -> str:
    decimals = max(0, round(-np.log10(rounding))) if rounding < 1 else 0
    moved = f"members' figures moved by {_signed(explained, decimals)}"
    if abs(remainder) < rounding / 1000:
        return f"{moved}, which is all of the change"
    left = _signed(remainder, max(decimals, 1) if abs(remainder) < 1 else decimals)
    if abs(remainder) <= rounding * (1 + 1e-9):
        return f"{moved}; {left} is left, no more than rounding"
    return f"{moved}; {left} is left unexplained"


def _signed(value: float, decimals: int) -> str:
    text = formats.number(value, decimals)
    return text if text.startswith("-") else f"+{text}"


# -- figures that are a ratio ---------------------------------------------------------------


@dataclass(frozen=True)
class _Side:
    """Numbers of one delivery by unit and column, for one cohort, breakdown and period."""

    values: Mapping[tuple[str, str], float]

    def sum_of(self, unit: str, columns: Sequence[str]) -> float:
        return float(sum(self.values.get((unit, column), np.nan) for column in columns))


def _explain_ratios(
    cells: pd.DataFrame, old: pd.DataFrame, new: pd.DataFrame, ratios: Sequence[Ratio],
    register: Register,
) -> pd.DataFrame:  # fmt: skip
    by_value = {(ratio.breakdown, ratio.value): ratio for ratio in reversed(ratios)}
    asked = (cells["follows"] != "") & cells["explained"].isna()
    asked &= cells["old_value"].notna() & cells["new_value"].notna()
    here = [
        place
        for place in np.flatnonzero(asked.to_numpy())
        if (cells["breakdown"].iat[place], cells["column"].iat[place]) in by_value
    ]
    if not here:
        return cells
    befores, afters = (_sides(figures, cells.iloc[here], ratios) for figures in (old, new))
    explained, words = cells["explained"].to_numpy(copy=True), list(cells["arithmetic"])
    remainder = cells["remainder"].to_numpy(copy=True)
    for place in here:
        row = cells.iloc[place]
        ratio = by_value[row["breakdown"], row["column"]]
        key = tuple(row[name] for name in _BESIDE[:3])
        told = _told(row, ratio, befores[key], afters[key], register)
        if told is not None:
            explained[place], remainder[place], words[place] = told
    return cells.assign(explained=explained, remainder=remainder, arithmetic=words)


def _sides(
    figures: pd.DataFrame, asked: pd.DataFrame, ratios: Sequence[Ratio]
) -> dict[tuple[str, str, str], _Side]:
    """Numbers of the parts, by cohort, breakdown and period."""
    columns = sorted({name for ratio in ratios for name in (*ratio.numerator, *ratio.denominator)})
    keys = asked[list(_BESIDE[:3])].drop_duplicates()
    held = figures[figures["column"].isin(columns)].merge(keys, on=list(_BESIDE[:3]))
    value, _ = read_values(held)
    held = held[["service_area", "column", *_BESIDE[:3]]].assign(value=value)
    found: dict[tuple[str, str, str], dict[tuple[str, str], float]] = {
        key: {} for key in keys.itertuples(index=False, name=None)
    }
    for row in held.itertuples(index=False):
        found[row.cohort, row.breakdown, row.period][row.service_area, row.column] = row.value
    return {key: _Side(values) for key, values in found.items()}


def _told(
    row: pd.Series, ratio: Ratio, before: _Side, after: _Side, register: Register
) -> tuple[float, float, str] | None:
    """Explained, remainder and words: the total's own parts, or the total without members."""
    unit, change = row["service_area"], row["new_value"] - row["old_value"]
    top, bottom = before.sum_of(unit, ratio.numerator), before.sum_of(unit, ratio.denominator)
    new_top, new_bottom = after.sum_of(unit, ratio.numerator), after.sum_of(unit, ratio.denominator)
    was = _value(top, bottom, ratio)
    decimals = int(max(decimals_of(np.array([row["old_value"], row["new_value"]]))))
    if not np.isfinite([was, new_top, new_bottom]).all():
        return None
    gone = [
        code
        for code in row["follows"].split(";")
        if np.isfinite(before.sum_of(code, ratio.numerator))
        and not np.isfinite(after.sum_of(code, ratio.numerator))
    ]
    own = _value(new_top, new_bottom, ratio)
    options = [(own, new_top, new_bottom, "its own parts now give")]
    less_top = new_top - sum(before.sum_of(code, ratio.numerator) for code in gone)
    less_bottom = new_bottom - sum(before.sum_of(code, ratio.denominator) for code in gone)
    if gone and np.isfinite([less_top, less_bottom]).all():
        names = formats.listed([register.units[code].name for code in gone])
        options += [
            (_value(less_top, less_bottom, ratio), less_top, less_bottom,
             f"without {names}, numerator and denominator give"),
            (_value(new_top, less_bottom, ratio), new_top, less_bottom,
             f"with the denominator less that of {names}, its parts give"),
        ]  # fmt: skip
    printed = 0.5 * 10.0**-decimals + 1e-9
    now, num, den, words = min(
        options, key=lambda option: max(printed, abs(option[0] - row["new_value"]))
    )
    explained = now - was
    text = f"{words} {_number(num)} / {_number(den)} = {formats.number(now, decimals)}"
    off = abs(now - row["new_value"])
    in_tens = 5 / den * ratio.multiplier if num % 10 == 0 and new_bottom % 10 == 0 else 0.0
    if off <= printed:
        text += ", as printed"
    elif off <= printed + in_tens:
        text += ", as printed within the rounding of its parts"
    else:
        text += f", {formats.number(off, decimals + 1)} from the printed"
    return explained, change - explained, text


def _value(top: float, bottom: float, ratio: Ratio) -> float:
    return top / bottom * ratio.multiplier if bottom else float("nan")


def _number(value: float) -> str:
    return formats.number(value, min(_MOST_PRINTED, int(decimals_of(np.array([value]))[0])))
