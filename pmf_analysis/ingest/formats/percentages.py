"""Cells of a workbook that are shown as percentages: 0.853 becomes ``85.3%``.

A workbook stores a percentage as a fraction and its sign as a format of the cell. As text the
cell is what a reader sees, and what the same table saved as CSV holds, to all stored digits.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation

_BUILT_IN = frozenset({9, 10})
"""Numbers of the formats ``0%`` and ``0.00%``, which no workbook spells out."""

_FORMAT = re.compile(rb"<(?:\w+:)?numFmt\b[^<>]*>")
_CELL_STYLES = re.compile(rb"<(?:\w+:)?cellXfs\b[^<>]*>(.*?)</(?:\w+:)?cellXfs>", re.DOTALL)
_STYLE = re.compile(rb"<(?:\w+:)?xf\b[^<>]*>")
_NUMBER_OF = re.compile(rb"\bnumFmtId\s*=\s*[\"'](\d{1,6})[\"']")
_CODE_OF = re.compile(rb"\bformatCode\s*=\s*(?:\"([^\"]*)\"|'([^']*)')")
_UNSHOWN = re.compile(rb"&quot;.*?&quot;|\"[^\"]*\"|\\\\.|\[[^\]]*\]")

_CELL = re.compile(
    rb"<((?:\w+:)?c)\b([^<>]*?\bs\s*=\s*[\"'](\d{1,6})[\"'][^<>]*)>"
    rb"((?:<(?:\w+:)?f\b[^<>]*?(?:/>|>[^<]*</(?:\w+:)?f>))?)<((?:\w+:)?v)>([^<]*)</(?:\w+:)?v>"
)
_TYPE = re.compile(rb"\bt\s*=\s*[\"'](\w+)[\"']")


def in_percent(fraction: str) -> str | None:
    """A stored fraction as a percentage, digit by digit; None where it is no number.

    Examples
    --------
    >>> in_percent("0.853")
    '85.3%'
    """
    try:
        # a workbook may store 0.57 with the tail of a binary fraction, 0.56999999999999995
        number = Decimal(repr(float(fraction))) * 100
    except (ValueError, InvalidOperation):
        return None
    if not number.is_finite() or abs(number.adjusted()) > 300:
        return None
    return f"{number.normalize():f}%"


def percent_styles(styles: bytes) -> frozenset[bytes]:
    """Numbers of the cell styles of a workbook that show percentages.

    Parameters
    ----------
    styles : bytes
        The part ``xl/styles.xml``.
    """
    formats = set(_BUILT_IN)
    for found in _FORMAT.findall(styles):
        number, code = _NUMBER_OF.search(found), _CODE_OF.search(found)
        if number and code and b"%" in _UNSHOWN.sub(b"", code[1] or code[2] or b""):
            formats.add(int(number[1]))
    listed = _CELL_STYLES.search(styles)
    if not listed:
        return frozenset()
    numbers = [_NUMBER_OF.search(style) for style in _STYLE.findall(listed[1])]
    return frozenset(
        str(place).encode() for place, number in enumerate(numbers)
        if number and int(number[1]) in formats
    )  # fmt: skip


def with_percentages(parts: Mapping[str, bytes]) -> tuple[dict[str, bytes], int]:
    """The parts of a workbook with percentages as text, and how many cells hold one."""
    styles = percent_styles(parts.get("xl/styles.xml", b""))
    told, count = dict(parts), 0
    if not styles:
        return told, 0

    def as_text(cell: re.Match[bytes]) -> bytes:
        nonlocal count
        kind = _TYPE.search(cell[2])
        if cell[3] not in styles or (kind and kind[1] != b"n"):
            return cell[0]
        text = in_percent(cell[6].decode("ascii", "replace"))
        if text is None:
            return cell[0]
        count += 1
        about = _TYPE.sub(b"", cell[2])
        return b"<%b%b t=\"str\">%b<%b>%b</%b>" % (
            cell[1], about, cell[4], cell[5], text.encode(), cell[5],
        )  # fmt: skip

    for path, part in parts.items():
        if path.startswith("xl/worksheets/"):
            told[path] = _CELL.sub(as_text, part)
    return told, count


def remark_on_percentages(count: int) -> tuple[str, ...]:
    """What is said of cells that are shown as percentages."""
    if not count:
        return ()
    cells = "cell is" if count == 1 else "cells are"
    return (f"{count:,} {cells} shown as a percentage: a stored 0.853 is read as 85.3%.",)
