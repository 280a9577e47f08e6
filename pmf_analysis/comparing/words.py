"""What happened, in plain sentences: the same figures as the table, the most telling first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from pmf_analysis import formats, periods
from pmf_analysis.comparing.cells import CellDifferences, Names, decimals_of
from pmf_analysis.comparing.directions import NOT_TOLD_APART, Moved, short
from pmf_analysis.comparing.printed_codes import tells_codes
from pmf_analysis.comparing.rules import ComparingRules
from pmf_analysis.markup import plain
from pmf_analysis.register import Register
from pmf_analysis.terms import Cause, Rag, State

_CAUSES = {
    Cause.LATE_ENTRY: "late entry", Cause.CORRECTION: "correction",
    Cause.DEFINITION: "definition", Cause.STRUCTURE: "change of units",
    Cause.CODE: "change of the workbench",
}  # fmt: skip
_LONGEST = 80
_FEW = 3
_ACROSS = ["table", "breakdown", "period", "column"]
_SAME_SORT = ("table", "column", "breakdown")
_MOVES = (Moved.HIGHER, Moved.LOWER, Moved.WITHHELD, Moved.NOW_GIVEN)
_WORD_COLUMNS = (
    "indicator", "service_area", "cohort", "period", "code", "old_sentence", "new_sentence"
)  # fmt: skip


def no_findings() -> pd.DataFrame:
    """An empty table of findings that differ."""
    return pd.DataFrame({name: pd.Series(dtype="str") for name in _WORD_COLUMNS})


def sentences(
    changes: pd.DataFrame, effects: pd.DataFrame, register: Register, rules: ComparingRules
) -> tuple[str, ...]:
    """What happened, the most telling first.

    Parameters
    ----------
    changes, effects : pandas.DataFrame
        As in ``Comparison``, with everything hidden that must not be shown.
    register : Register
        Names of units and indicators.
    rules : ComparingRules
        How many sentences at the most.

    Returns
    -------
    tuple of str
        Status that turned; units whose figures moved, with the totals that follow; then
        how many others moved, by column, period and cause.
    """
    measured = changes["indicator"].ne("") & changes["table"].eq("")
    of_measures = pd.concat([effects, changes[measured]], ignore_index=True)
    turned = of_measures[of_measures["old_rag"] != of_measures["new_rag"]]
    said = [_of_measure(row, register) for row in turned.head(rules.sentences).itertuples()]
    cells = changes[~measured]
    stories, told = _stories(cells, register, rules.sentences)
    said += stories
    rest = pd.concat([cells[~told], changes[measured & ~changes.index.isin(turned.index)]])
    said += _by_group(rest, register)
    if len(said) <= rules.sentences:
        return tuple(said)
    left = len(said) - rules.sentences + 1
    return (*said[: rules.sentences - 1], f"{left} more sentences are left out; the table has all.")


# -- single figures -------------------------------------------------------------------------


def unit_name(code: str, register: Register) -> str:
    """Name of a unit; its code where the register does not know it."""
    unit = register.units.get(code)
    return unit.name if unit else plain(code)[:_LONGEST]


def period_label(code: str) -> str:
    """A period for readers."""
    period = periods.try_parse(code)
    return period.label if period else plain(code)[:_LONGEST]


def column_label(column: str, breakdown: str = "") -> str:
    """A column as words, with the label that splits the table."""
    name = plain(column).replace("_", " ").strip()[:_LONGEST] or "row"
    label = plain(breakdown).replace("_", " ").strip()[:_LONGEST]
    return f"{name} ({label})" if label else name


def figure_text(value: float, state: str, hidden: str, decimals: int) -> str:
    """A figure, or the reason why there is none."""
    if value == value:
        return formats.number(value, decimals)
    # a number that there is and that is not shown again
    return "not shown" if hidden and state and State(state).has_value else short(state)


def _of_measure(row: object, register: Register) -> str:
    indicator = register.indicators.get(row.indicator)
    label = indicator.label if indicator else row.indicator
    decimals = indicator.decimals if indicator else 1
    where = f"{unit_name(row.service_area, register)}, {label}, {period_label(row.period)}"
    cohort = "" if row.cohort in ("", "all") else f" ({plain(row.cohort)[:_LONGEST]})"
    return f"{where}{cohort}: {_turned(row)}{_moved(row, decimals)}; {_cause(row.cause)}."


def _cause(cause: str) -> str:
    """A cause in a word or two."""
    return _CAUSES.get(cause, NOT_TOLD_APART)


def _turned(row: object) -> str:
    if row.old_rag == row.new_rag or not (row.old_rag or row.new_rag):
        return ""
    names = [Rag(code).label if code else "no status" for code in (row.old_rag, row.new_rag)]
    return f"{names[0]} to {names[1]}, "


def _moved(row: object, decimals: int) -> str:
    if row.hidden:
        return row.hidden
    if row.direction == Moved.STATUS_ONLY:
        return f"{formats.number(row.new_value, decimals)} as before"
    old = figure_text(row.old_value, row.old_state, row.hidden, decimals)
    new = figure_text(row.new_value, row.new_state, row.hidden, decimals)
    return f"{old} to {new}"


# -- units and the totals that follow -------------------------------------------------------


def _stories(cells: pd.DataFrame, register: Register, most: int) -> tuple[list[str], pd.Series]:
    """A sentence for each unit and period where few units moved, with its totals.

    Returns the sentences, and which rows they tell.
    """
    told = pd.Series(False, index=cells.index)
    if cells.empty:
        return [], told
    is_total = cells["follows"] != ""
    roots = cells[~is_total & cells["direction"].isin(_MOVES)]
    counts = roots.groupby(_ACROSS)["service_area"].transform("nunique")
    roots = roots[counts <= _FEW]
    totals = cells[is_total]
    said = []
    decimals = _column_decimals(cells)
    for (unit, period), group in roots.groupby(["service_area", "period"], sort=False):
        if len(said) >= most:
            break
        beside = group[_ACROSS].drop_duplicates()
        after = totals.reset_index().merge(beside, on=_ACROSS)
        among = [unit in codes.split(";") for codes in after["follows"]]
        after = after[np.array(among, dtype=bool)]
        said.append(_story(unit, period, group, after, register, decimals))
        told[group.index] = True
        told[after["index"]] = True
    return said, told


def _column_decimals(cells: pd.DataFrame) -> Mapping[tuple[str, str, str], int]:
    """Decimals to print the figures of each table, column and label with."""
    found: dict[tuple[str, str, str], int] = {}
    for side in ("old_value", "new_value"):
        given = cells[cells[side].notna()]
        count = pd.Series(np.minimum(decimals_of(given[side].to_numpy(dtype=float)), 4),
                          index=given.index)  # fmt: skip
        most = count.groupby([given[name] for name in _SAME_SORT]).max()
        for key, decimals in most.items():
            found[key] = max(found.get(key, 0), int(decimals))
    return found


def _story(
    unit: str, period: str, group: pd.DataFrame, totals: pd.DataFrame, register: Register,
    decimals: Mapping[tuple[str, str, str], int],
) -> str:  # fmt: skip
    ordered = group.sort_values(["breakdown", "column"], kind="stable")
    parts = []
    for (kind, cause), rows in ordered.groupby(["kind", "cause"], sort=True):
        moves = [
            f"{column_label(row.column, row.breakdown)} "
            f"{_moved(row, decimals.get((row.table, row.column, row.breakdown), 0))}"
            for row in rows.itertuples()
        ]
        parts.append(f"{formats.listed(moves)}: {kind} ({_cause(cause)})")
    own = "; ".join(parts)
    first = f"{unit_name(unit, register)}, {period_label(period)}: {own}."
    if totals.empty:
        return first
    lowest = totals.assign(_rank=[_rank(code, register) for code in totals["service_area"]])
    lowest = lowest.sort_values(["_rank", "service_area", "breakdown", "column"], kind="stable")
    follow = [_follower(row, register, decimals) for row in lowest.itertuples()]
    return f"{first} What follows: {'; '.join(follow)}."


def _rank(code: str, register: Register) -> int:
    """How many units stand above: regions before the country, in a sentence from below."""
    depth, here = 0, code
    while here in register.units and register.units[here].parent and depth < 10:
        here, depth = register.units[here].parent, depth + 1
    return -depth


def _follower(row: object, register: Register, decimals: Mapping[tuple[str, str, str], int]) -> str:
    name = unit_name(row.service_area, register)
    moved = _moved(row, decimals.get((row.table, row.column, row.breakdown), 0))
    why = f" ({row.arithmetic})" if row.arithmetic else ""
    return f"{name} {column_label(row.column, row.breakdown)} {moved}{why}"


# -- many figures ---------------------------------------------------------------------------


def _by_group(rest: pd.DataFrame, register: Register) -> list[str]:
    """How many figures moved, by what they are, period, cause and kind."""
    if rest.empty:
        return []
    coded = (rest["direction"] == Moved.CODE_CHANGED.value).to_numpy()
    return [*_by_figure(rest[~coded], register), *_by_code(rest[coded], register)]


def _by_code(rows: pd.DataFrame, register: Register) -> list[str]:
    """Units that go by another code, each with its periods."""
    said = []
    for (unit, kind), held in rows.groupby(["service_area", "kind"], sort=True):
        ends = sorted((periods.parse(str(code)) for code in held["period"]), key=lambda at: at.end)
        span = ends[0].label if len(ends) == 1 else f"{ends[0].label} to {ends[-1].label}"
        cause = _cause(str(held["cause"].iloc[0]))
        said.append(f"{unit_name(str(unit), register)}, {span}: {kind} ({cause}).")
    return said


def _by_figure(rest: pd.DataFrame, register: Register) -> list[str]:
    if rest.empty:
        return []
    keys = ["table", "indicator", "column", "breakdown", "period", "cause", "kind"]
    counted = rest.groupby(keys, sort=True).agg(
        figures=("service_area", "size"), units=("service_area", "nunique"),
        unit=("service_area", "first"),
    ).reset_index()  # fmt: skip
    counted = counted.sort_values(["figures", *keys], ascending=[False] + [True] * len(keys),
                                  kind="stable")  # fmt: skip
    return [_group(row, register) for row in counted.itertuples()]


def _group(row: object, register: Register) -> str:
    if row.table:
        what = column_label(row.column, row.breakdown) if row.column else "rows"
    else:
        indicator = register.indicators.get(row.indicator)
        what = indicator.label if indicator else row.indicator
    where = unit_name(row.unit, register) if row.units == 1 else f"{row.units} units"
    count = "1 figure" if row.figures == 1 else f"{row.figures:,} figures"
    return (
        f"{what}, {period_label(row.period)}, {where}: {count}, {row.kind} ({_cause(row.cause)})."
    )


# -- notes of deliveries --------------------------------------------------------------------


def delivery_notes(
    found: CellDifferences, table: str, old: Mapping[str, object], new: Mapping[str, object]
) -> tuple[str, ...]:
    """What else differs between two deliveries, in sentences.

    Parameters
    ----------
    found : CellDifferences
    table : str
    old, new : mapping
        Receipts.

    Returns
    -------
    tuple of str
    """
    notes = [*_name_notes("column", found.columns), *_name_notes("label", found.labels)]
    for codes, words in ((found.periods.only_new, "are in the second delivery alone"),
                         (found.periods.only_old, "are in the first delivery alone")):  # fmt: skip
        if codes:
            labels = formats.listed([period_label(code) for code in codes])
            notes.append(f"{table}: figures of {labels} {words}; they are not changes.")
    if found.other_periods:
        notes.append(
            f"{table}: {found.other_periods:,} rows are of periods that one delivery alone has "
            "for their label; they are not changes."
        )
    if found.remarked:
        notes.append(
            f"{table}: {found.remarked:,} figures have the same number under another state, "
            "such as provisional and final."
        )
    if old.get("layout_version") != new.get("layout_version") or old["layout"] != new["layout"]:
        notes.append(
            f"{table}: the deliveries were read by the layouts {old['layout']} "
            f"{old.get('layout_version')} and {new['layout']} {new.get('layout_version')}; "
            "figures delivered alike and read differently are called a change of definition."
        )
    if not (tells_codes(old) and tells_codes(new)):
        notes.append(
            f"{table}: a receipt does not say by which code each unit was named, so changes of "
            "code cannot be told; receive the files again to have them told."
        )
    return tuple(notes)


def _name_notes(what: str, names: Names) -> list[str]:
    notes = [
        f"The {what} {_quoted(old)} is called {_quoted(new)} on the other side: the same figures "
        "under another name, which is a change of definition and not of figures."
        for new, old in sorted(names.renamed.items())
    ]
    for held, side in ((names.only_old, "first"), (names.only_new, "second")):
        if held:
            several = f"{what}s" if len(held) > 1 else what
            notes.append(
                f"In the {side} delivery alone: the {several} {_some(held)}; "
                "they are not held against anything."
            )
    return notes


def _some(names: Sequence[str], most: int = 8) -> str:
    shown = [_quoted(name) for name in names[:most]]
    if len(names) > most:
        shown.append(f"{len(names) - most} more")
    return formats.listed(shown)


def _quoted(name: str) -> str:
    return f"“{plain(name)[:_LONGEST]}”"
