"""A comparison as JSON, as a table for a spreadsheet, and as a page."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pandas as pd

from pmf_analysis import formats
from pmf_analysis.comparing.comparison import Comparison
from pmf_analysis.comparing.directions import Moved
from pmf_analysis.comparing.words import column_label, figure_text, period_label, unit_name
from pmf_analysis.errors import ParameterError
from pmf_analysis.markup import Html, plain, table_html
from pmf_analysis.register import Register
from pmf_analysis.store import atomic_write, canonical_json
from pmf_analysis.terms import Cause, Rag

TEMPLATE = Path(__file__).parent / "templates"
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_PAGE_ROWS = 500
_NO_CAUSE = "cannot be told apart"


def as_dict(comparison: Comparison) -> dict[str, object]:
    """Everything that differs, as plain dictionaries and lists for JSON.

    Parameters
    ----------
    comparison : Comparison

    Returns
    -------
    dict
        ``old``, ``new``, ``same``, ``compared``, ``sentences``, ``notes``, ``by_cause``,
        ``changes``, ``effects``, ``findings``. What has no number is null.
    """
    return {
        "old": comparison.old,
        "new": comparison.new,
        "same": comparison.same,
        "compared": comparison.compared,
        "sentences": list(comparison.sentences),
        "notes": list(comparison.notes),
        "by_cause": _records(comparison.by_cause()),
        "changes": _records(comparison.changes),
        "effects": _records(comparison.effects),
        "findings": _records(comparison.words),
    }


def json_bytes(comparison: Comparison) -> bytes:
    """`as_dict` as canonical JSON."""
    return canonical_json(as_dict(comparison))


def write(comparison: Comparison, register: Register, path: Path) -> Path:
    """Write a comparison as the ending of the file says: ``.csv``, ``.html`` or ``.json``.

    Raises
    ------
    ParameterError
        If the ending is another one.
    """
    ending = path.suffix.casefold()
    if ending == ".csv":
        return write_csv(comparison, register, path)
    if ending == ".html":
        return write_page(comparison, register, path)
    if ending == ".json":
        return atomic_write(path, json_bytes(comparison))
    raise ParameterError(
        f"A comparison cannot be written to {path.name}", "a name ending in .csv, .html or .json"
    )


def write_csv(comparison: Comparison, register: Register, path: Path) -> Path:
    """Write every change as a row of a CSV file that a spreadsheet may open.

    Parameters
    ----------
    comparison : Comparison
    register : Register
        For the names of units.
    path : Path
        An existing file is replaced, in one step.

    Returns
    -------
    Path
        Changes of a delivery's cells come first, then what they do to the measures. No cell
        of text begins like a formula.
    """
    table = pd.concat([comparison.changes, comparison.effects], ignore_index=True)
    names = [unit_name(code, register) for code in table["service_area"]]
    table.insert(list(table.columns).index("service_area") + 1, "unit", names)
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerow(table.columns)
    writer.writerows([_cell(value) for value in row] for row in table.itertuples(index=False))
    return atomic_write(path, b"\xef\xbb\xbf" + stream.getvalue().encode())


def write_page(comparison: Comparison, register: Register, path: Path) -> Path:
    """Write a page that says what changed and why, and needs nothing but itself.

    Parameters
    ----------
    comparison, register
        As `write_csv`.
    path : Path
        An existing file is replaced, in one step.

    Returns
    -------
    Path
    """
    return atomic_write(path, page(comparison, register).encode())


def page(comparison: Comparison, register: Register) -> str:
    """The page of `write_page`."""
    from pmf_analysis.present.html import render

    cells, measures = comparison.changes, comparison.effects
    return render(
        TEMPLATE,
        "comparison.html.j2",
        old=comparison.old,
        new=comparison.new,
        same=comparison.same,
        compared=f"{comparison.compared:,}",
        sentences=comparison.sentences,
        notes=comparison.notes,
        by_cause=_cause_table(comparison, register),
        changes=_change_table(cells, register, "What changed"),
        effects=_change_table(measures, register, "What it does to the indicators"),
        findings=_finding_table(comparison.words, register),
        left_out=max(0, len(cells) - _PAGE_ROWS) + max(0, len(measures) - _PAGE_ROWS),
    )


def _cell(value: object) -> object:
    if value is None or value != value:
        return ""
    if not isinstance(value, str):
        return value
    text = plain(value)
    return f"'{text}" if text.startswith(_FORMULA) else text


def _records(table: pd.DataFrame) -> list[dict[str, object]]:
    held = table.astype(object).where(table.notna(), None)
    return held.to_dict("records")


# -- tables of the page ---------------------------------------------------------------------


def _subject(row: object, register: Register) -> str:
    if row.table:
        return column_label(row.column, row.breakdown)
    indicator = register.indicators.get(row.indicator)
    name = indicator.label if indicator else row.indicator
    return f"{name}, one period alone" if row.column == "value" and _rolls(indicator) else name


def _rolls(indicator: object) -> bool:
    return indicator is not None and indicator.data_period.overlaps and not indicator.overlapping


def _cause_table(comparison: Comparison, register: Register) -> Html:
    held = comparison.by_cause()
    if held.empty:
        return Html("")
    rows = [
        {
            "What": _subject(row, register),
            "Cause": Cause(row.cause).label if row.cause else _NO_CAUSE,
            "Figures": row.figures,
            "Of them with a size": row.with_number,
            "Sum of this cause's parts": row.change,
        }
        for row in held.assign(breakdown="").itertuples()
    ]
    return table_html(pd.DataFrame(rows), "How much each cause explains")


def _change_table(table: pd.DataFrame, register: Register, caption: str) -> Html:
    if table.empty:
        return Html("")
    rows = [_change(row, register) for row in table.head(_PAGE_ROWS).itertuples()]
    return table_html(pd.DataFrame(rows), caption)


def _change(row: object, register: Register) -> dict[str, str]:
    indicator = register.indicators.get(row.indicator) if not row.table else None
    decimals = indicator.decimals if indicator else None
    status = [Rag(code).label if code else "" for code in (row.old_rag, row.new_rag)]
    old, new = (
        row.hidden if row.hidden and value != value and side == "old"
        else _text(value, state, row.hidden, decimals)
        for side, value, state in (("old", row.old_value, row.old_state),
                                   ("new", row.new_value, row.new_state))
    )  # fmt: skip
    return {
        "Unit": unit_name(row.service_area, register),
        "What": _subject(row, register),
        "Period": period_label(row.period),
        "Before": old,
        "Now": new,
        "Change": "no number" if row.change != row.change else _number(row.change, decimals),
        "Moved": Moved(row.direction).label,
        "Cause": Cause(row.cause).label if row.cause else _NO_CAUSE,
        "In words": "; ".join(part for part in (row.kind, row.arithmetic) if part),
        "Status": "no change"
        if status[0] == status[1]
        else " to ".join(one or "none" for one in status),
    }


def _text(value: float, state: str, hidden: str, decimals: int | None) -> str:
    if value == value:
        return _number(value, decimals)
    return figure_text(value, state, hidden, 0)


def _number(value: float, decimals: int | None) -> str:
    if decimals is not None:
        return formats.number(value, decimals)
    places = next((d for d in range(4) if abs(round(value, d) - value) < 1e-9), 4)
    return formats.number(value, places)


def _finding_table(findings: pd.DataFrame, register: Register) -> Html:
    if findings.empty:
        return Html("")
    rows = [
        {
            "Unit": unit_name(row.service_area, register),
            "Period": period_label(row.period),
            "Before": row.old_sentence or "not said",
            "Now": row.new_sentence or "no longer said",
        }
        for row in findings.head(_PAGE_ROWS).itertuples()
    ]
    return table_html(pd.DataFrame(rows), "Findings that appear, disappear or read otherwise")
