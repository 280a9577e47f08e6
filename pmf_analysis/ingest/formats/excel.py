"""Excel workbooks (``.xlsx``, ``.xlsm``); macros are left out before anything is read."""

from __future__ import annotations

import re
from collections.abc import Mapping

from pmf_analysis.errors import UnreadableFileError
from pmf_analysis.ingest.formats import archive, limits
from pmf_analysis.ingest.formats.contents import Contents
from pmf_analysis.ingest.formats.limits import Allowance
from pmf_analysis.ingest.formats.percentages import remark_on_percentages, with_percentages
from pmf_analysis.ingest.formats.wording import locked
from pmf_analysis.ingest.formats.workbook_sheets import check_box, read_sheets
from pmf_analysis.ingest.formats.xml_reader import new_reader, read_through

ENDINGS = (".xlsx", ".xlsm")
KIND = "an Excel workbook"

_PARTS = (".xml", ".rels")
_LOCKED = "EncryptedPackage".encode("utf-16-le")
_CELL = re.compile(rb'<c r="([A-Z]{1,3})([0-9]{1,7})"[^<>]*?(/?)>')
_OTHER_CELL = re.compile(rb"<c[\t\r\n/>]")
_PREFIXED_CELL = re.compile(rb":c[\s/>]")
_NO_VALUE = re.compile(rb"(?:</f>|<f\b[^<>]*/>)\s*</c>")
_SHARED = re.compile(rb"\bt\s*=\s*[\"']s[\"']")
_SHARED_TEXTS = re.compile(rb"<(?:[\w.-]+:)?sst\b")
_PIECE = 8 * 1024 * 1024
_ERROR_CELL = re.compile(rb"(<(?:\w+:)?c\b[^<>]*?\bt\s*=\s*)(?:\"e\"|'e')")


def is_of(content: bytes) -> bool:
    """Whether the bytes are an Excel workbook, a locked one too, or a damaged zip file."""
    if archive.is_zip(content):
        names = archive.member_names(content)
        return not names or "xl/workbook.xml" in names
    return content.startswith(b"\xd0\xcf\x11\xe0") and _LOCKED in content


def read(content: bytes, name: str, title: str, allowance: Allowance) -> Contents:
    """Read the sheets of a workbook.

    Raises
    ------
    UnreadableFileError
        If it is locked, damaged, empty, or larger than its limits.
    """
    if not archive.is_zip(content):
        raise locked(name)
    parts, _ = archive.unpack(content, name, allowance, lambda path: path.endswith(_PARTS))
    without_value = _measure(parts, name, allowance)
    # the library leaves the words of errors out; as text it keeps them
    told = {path: _with_errors_as_text(part) for path, part in parts.items()}
    told, percentages = with_percentages(told)
    del parts
    sheets, remarks = read_sheets(archive.packed(told), name, allowance)
    return Contents(
        name[name.rindex(".") + 1 :].casefold(), sheets,
        remarks=(
            *remarks, *remark_on_percentages(percentages), *_remark_on_formulas(without_value),
        ),
    )  # fmt: skip


def _with_errors_as_text(part: bytes) -> bytes:
    if b'"e"' not in part and b"'e'" not in part:
        return part
    return _ERROR_CELL.sub(rb'\1"str"', part)


def _remark_on_formulas(count: int) -> tuple[str, ...]:
    """What is said of formulas that were saved without their value."""
    if not count:
        return ()
    cells, are = ("cell holds", "it is") if count == 1 else ("cells hold", "they are")
    return (
        f"{count:,} {cells} a formula without a stored value; {are} read as empty: formulas are "
        "not worked out.",
    )


def _measure(parts: Mapping[str, bytes], name: str, allowance: Allowance) -> int:
    """Hold the rectangle of every sheet, and the text it would hold, against the limits.

    Parameters
    ----------
    parts : mapping of str to bytes
        Name to content of the workbook's parts.
    name : str
    allowance : Allowance

    Returns
    -------
    int
        Cells with a formula and no stored value.

    Raises
    ------
    UnreadableFileError
        If a sheet is too large, or a part is no XML or declares a document type.
    """
    shared = without_value = 0
    for part in parts.values():
        if b"\x00" in part or b"<!DOCTYPE" in part or b"<!ENTITY" in part:
            raise UnreadableFileError(
                f"{name} holds a part in UTF-16, or one that declares a document type (DTD)",
                "a workbook as Excel writes it", "Save it anew and deliver it again",
            )  # fmt: skip
        rows, columns = _extent(part, name)
        check_box(rows, columns, name, allowance)
        # a plain search first: it costs a tenth of a pattern
        if b'"s"' in part or b"'s'" in part:
            shared += len(_SHARED.findall(part))
        if b"<f" in part:
            without_value += len(_NO_VALUE.findall(part))
    _check_text(parts, shared, name)
    return without_value


def _extent(part: bytes, name: str) -> tuple[int, int]:
    """Last row and column of the filled cells of a part, counted from 1."""
    if b"sheetData" not in part:
        return 0, 0
    rows = columns = at = 0
    while at < len(part):
        end = part.rfind(b"<", at + 1, at + _PIECE) if at + _PIECE < len(part) else len(part)
        piece = part[at:end] if end > at else part[at:]
        found = _CELL.findall(piece)
        unusual = _OTHER_CELL.search(piece) or _PREFIXED_CELL.search(piece)
        if unusual or len(found) != piece.count(b"<c "):
            return _walked_extent(part, name)
        filled = [(letters, row) for letters, row, closed in found if not closed]
        rows = max(rows, max((int(row) for _, row in filled), default=0))
        columns = max(columns, max(map(_column_number, {each for each, _ in filled}), default=0))
        at += len(piece)
    return rows, columns


def _walked_extent(part: bytes, name: str) -> tuple[int, int]:
    """As ``_extent``, for cells that are not written as is usual; element by element."""
    last_row = last_column = row = column = 0

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal last_row, last_column, row, column
        tag = tag.rpartition(":")[2]
        place = attributes.get("r", "")
        if tag == "row":
            row, column = _whole(place, row + 1), 0
        elif tag == "c":
            letters = place.rstrip("0123456789")
            column = _column_number(letters.encode()) if letters else column + 1
            row = _whole(place[len(letters) :], row)
        elif tag in ("v", "is", "f"):
            last_row, last_column = max(last_row, row), max(last_column, column)

    reader = new_reader(name)
    reader.StartElementHandler = start
    read_through(reader, part, name)
    return last_row, last_column


def _column_number(letters: bytes) -> int:
    """Number of a column, counted from 1: A is 1, AA is 27."""
    number = 0
    for letter in letters[:8].upper():
        number = number * 26 + letter - ord("A") + 1
    return number


def _whole(text: str, otherwise: int) -> int:
    return int(text[:12]) if text.isascii() and text.isdigit() else otherwise


def _check_text(parts: Mapping[str, bytes], shared: int, name: str) -> None:
    """Refuse a workbook whose cells repeat shared texts until they fill the memory."""
    texts = [part for part in parts.values() if _SHARED_TEXTS.search(part)]
    if shared * sum(map(len, texts)) <= limits.LARGEST:
        return
    lengths = [length for part in texts for length in _lengths(part, name)]
    if shared * max(lengths, default=0) > limits.LARGEST:
        _measure_text(parts, lengths, name)


def _lengths(part: bytes, name: str) -> list[int]:
    """Characters of each shared text."""
    lengths: list[int] = []
    reader = new_reader(name)

    def start(tag: str, _: dict[str, str]) -> None:
        if tag.rpartition(":")[2] == "si":
            lengths.append(0)

    def text(piece: str) -> None:
        if lengths:
            lengths[-1] += len(piece)

    reader.StartElementHandler = start
    reader.CharacterDataHandler = text
    read_through(reader, part, name)
    return lengths


def _measure_text(parts: Mapping[str, bytes], lengths: list[int], name: str) -> None:
    """Refuse a workbook whose cells repeat long texts until they fill the memory."""
    total = 0
    value: list[str] | None = None
    shared = False

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal value, shared
        tag = tag.rpartition(":")[2]
        if tag == "c":
            shared = attributes.get("t") == "s"
        value = [] if tag == "v" and shared else None

    def text(piece: str) -> None:
        if value is not None:
            value.append(piece)

    def end(tag: str) -> None:
        nonlocal total, value
        if value is not None:
            place = _whole("".join(value).strip(), -1)
            total += lengths[place] if 0 <= place < len(lengths) else 0
            value = None
        if total > limits.LARGEST:
            raise UnreadableFileError(
                f"{name} repeats long texts to more than {limits.LARGEST // 1024**2} MB",
                "a table of figures", "Deliver it in parts",
            )  # fmt: skip

    for part in parts.values():
        reader = new_reader(name)
        reader.StartElementHandler = start
        reader.CharacterDataHandler = text
        reader.EndElementHandler = end
        read_through(reader, part, name)
