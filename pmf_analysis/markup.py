"""Text and tables as HTML that cannot run, reorder the page or lose its headers.

Everything that comes from data passes through `escape`. What is already markup of our own
is an `Html`, which other writers leave alone.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pmf_analysis.errors import TableError
from pmf_analysis.formats import number

if TYPE_CHECKING:
    import pandas as pd

NOT_GIVEN = "not given"

# characters that have no place in a page: control characters, halves of characters, and those
# that turn the direction of all text after them
_UNPRINTABLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufffe\uffff\ud800-\udfff]"
)

Cell = Callable[[Any], object]


@dataclass(frozen=True)
class Html:
    """Markup written by the workbench; shows itself in a notebook and is not escaped again.

    Not a text on purpose: a table of texts would make it one and lose what it is.

    Attributes
    ----------
    text : str
    """

    text: str

    def __str__(self) -> str:
        return self.text

    def __html__(self) -> str:
        """Give the markup to a template engine."""
        return self.text

    def _repr_html_(self) -> str:
        return self.text

    def __bool__(self) -> bool:
        return bool(self.text)

    def __len__(self) -> int:
        return len(self.text)

    def __contains__(self, part: str) -> bool:
        return part in self.text


def plain(value: object) -> str:
    """A value as text, without characters that would disturb the text around it."""
    return _UNPRINTABLE.sub("\ufffd", str(value))


def escape(value: object) -> Html:
    """A value as text of a page or of an attribute.

    Parameters
    ----------
    value : object
        `Html` comes back as it is; all else is escaped, quotes as well.

    Returns
    -------
    Html
    """
    if isinstance(value, Html):
        return value
    return Html(html.escape(plain(value), quote=True))


def table_html(
    table: pd.DataFrame,
    caption: str,
    row_header: str | None = None,
    *,
    cells: Mapping[str, Cell] | None = None,
    missing: str = NOT_GIVEN,
) -> Html:
    """A table that a screen reader can find its way in.

    Parameters
    ----------
    table : pandas.DataFrame
        Its column names become the headers; its index is not shown.
    caption : str
        What the table is; also the name of the box that scrolls when it is wide.
    row_header : str, optional
        The column that names each row; the first one when not given.
    cells : mapping of column to function, optional
        How a column's values become text. A function may return `Html`, such as a badge.
    missing : str
        What stands where there is no value.

    Returns
    -------
    Html

    Raises
    ------
    TableError
        If the caption or a header is empty, a header stands twice, or there is no column.
    """
    columns = _headers(table, caption)
    header = columns[0] if row_header is None else str(row_header)
    if header not in columns:
        raise TableError(
            f"The table {caption!r} has no column {header!r} to name its rows",
            f"one of {', '.join(columns)}",
        )
    given = cells or {}
    writers = [_writer(table[name], given.get(name), missing) for name in table.columns]
    numeric = [table[name].dtype.kind in "iuf" and name not in given for name in table.columns]
    head = "".join(
        f'<th scope="col"{_right(right)}>{escape(name)}</th>'
        for name, right in zip(columns, numeric, strict=True)
    )
    rows = (
        "".join(
            _cell(write(value), name == header, right)
            for name, write, value, right in zip(columns, writers, row, numeric, strict=True)
        )
        for row in table.itertuples(index=False, name=None)
    )
    body = "".join(f"<tr>{row}</tr>\n" for row in rows)
    return Html(
        f'<div class="wide" role="region" tabindex="0" aria-label="{escape(caption)}">\n'
        f"<table>\n<caption><span>{escape(caption)}</span></caption>\n"
        f"<thead><tr>{head}</tr></thead>\n<tbody>\n{body}</tbody>\n</table>\n</div>"
    )


def _headers(table: pd.DataFrame, caption: str) -> list[str]:
    columns = [str(name) for name in table.columns]
    faults = []
    if not caption.strip():
        faults.append("it has no caption")
    if not columns:
        faults.append("it has no column")
    if any(not name.strip() for name in columns):
        faults.append("a column has no name")
    if len(set(columns)) < len(columns):
        faults.append("two columns have one name")
    if faults:
        raise TableError(
            f"The table {caption!r} cannot be shown: {', '.join(faults)}",
            "a caption, and a name for each column",
        )
    return columns


def _writer(column: pd.Series, given: Cell | None, missing: str) -> Callable[[object], Html]:
    if given is not None:
        return lambda value: escape(given(value))
    decimals = _decimals(column)

    def write(value: object) -> Html:
        if value is None or value != value or str(value) in ("", "<NA>", "NaT"):
            return escape(missing)
        return escape(value if decimals is None else number(float(value), decimals))

    return write


def _decimals(column: pd.Series) -> int | None:
    """The fewest decimals that print a column of numbers, up to four; None for text."""
    if column.dtype.kind in "iu":
        return 0
    if column.dtype.kind != "f":
        return None
    given = column.dropna()
    for decimals in range(4):
        if ((given - given.round(decimals)).abs() < 1e-9).all():
            return decimals
    return 4


def _cell(content: Html, heads_row: bool, right: bool) -> str:
    if heads_row:
        return f'<th scope="row"{_right(right)}>{content}</th>'
    return f"<td{_right(right)}>{content}</td>"


def _right(right: bool) -> str:
    return ' class="number"' if right else ""
