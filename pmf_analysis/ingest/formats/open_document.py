"""OpenDocument spreadsheets (``.ods``)."""

from __future__ import annotations

import re

from pmf_analysis.errors import UnreadableFileError
from pmf_analysis.ingest.formats import archive, limits
from pmf_analysis.ingest.formats.contents import Contents
from pmf_analysis.ingest.formats.limits import Allowance
from pmf_analysis.ingest.formats.percentages import in_percent, remark_on_percentages
from pmf_analysis.ingest.formats.wording import damaged, locked
from pmf_analysis.ingest.formats.workbook_sheets import check_box, read_sheets
from pmf_analysis.ingest.formats.xml_reader import new_reader, read_through

ENDINGS = (".ods",)
KIND = "an OpenDocument spreadsheet"

_MIME = b"application/vnd.oasis.opendocument.spreadsheet"
_ERROR_CELL = re.compile(
    rb"(<table:table-cell\b)([^<>]*)"
    rb"(>\s*<text:p\b[^<>]*>(?:#DIV/0!|#N/A|#NAME\?|#NULL!|#NUM!|#REF!|#VALUE!|Err:\d{3})</text:p>)"
)
_PERCENTAGE = re.compile(
    rb"(<table:table-cell\b)([^<>]*\soffice:value-type\s*=\s*[\"']percentage[\"'][^<>]*)"
    rb"(>\s*<text:p\b[^<>]*>)[^<]*(</text:p>)"
)
_VALUE = re.compile(rb"\soffice:value\s*=\s*[\"']([^\"']*)[\"']")
_STORED = re.compile(rb"\s(?:office:(?:value-type|value|string-value)|calcext:value-type)"
                     rb"\s*=\s*(?:\"[^\"]*\"|'[^']*')")  # fmt: skip


def is_of(content: bytes) -> bool:
    """Whether the bytes are an OpenDocument spreadsheet, or a damaged zip file."""
    if not archive.is_zip(content):
        return False
    names = archive.member_names(content)
    return not names or ("content.xml" in names and _MIME in content[:200])


def read(content: bytes, name: str, title: str, allowance: Allowance) -> Contents:
    """Read the sheets of a spreadsheet.

    Raises
    ------
    UnreadableFileError
        If it is locked, damaged, empty, or larger than its limits.
    """
    wanted = ("content.xml", "META-INF/manifest.xml", "mimetype")
    parts, _ = archive.unpack(content, name, allowance, lambda path: path in wanted)
    if b"encryption-data" in parts.get("META-INF/manifest.xml", b""):
        raise locked(name)
    if "content.xml" not in parts:
        raise damaged(name, "a whole spreadsheet")
    _measure(parts["content.xml"], name, allowance)
    # a cell with an error is stored as an empty text, or as 0, beside the words for it
    told = _ERROR_CELL.sub(_as_text, parts["content.xml"])
    told, percentages = _with_percentages(told)
    ordered = {"mimetype": _MIME, "content.xml": told}
    ordered |= {path: part for path, part in parts.items() if path not in ordered}
    del parts
    sheets, remarks = read_sheets(archive.packed(ordered), name, allowance)
    return Contents("ods", sheets, remarks=(*remarks, *remark_on_percentages(percentages)))


def _with_percentages(content: bytes) -> tuple[bytes, int]:
    """The content with percentages as text, and how many cells hold one."""
    count = 0

    def as_text(cell: re.Match[bytes]) -> bytes:
        nonlocal count
        value = _VALUE.search(cell[2])
        text = in_percent(value[1].decode("ascii", "replace")) if value else None
        if text is None:
            return cell[0]
        count += 1
        about = b' office:value-type="string"' + _STORED.sub(b"", cell[2])
        return cell[1] + about + cell[3] + text.encode() + cell[4]

    if b"percentage" not in content:
        return content, 0
    return _PERCENTAGE.sub(as_text, content), count


def _as_text(cell: re.Match[bytes]) -> bytes:
    return cell[1] + b' office:value-type="string"' + _STORED.sub(b"", cell[2]) + cell[3]


def _measure(content: bytes, name: str, allowance: Allowance) -> None:
    """Hold the rectangle of every sheet, and the text in it, against the limits."""
    survey = _Survey(name, allowance)
    reader = new_reader(name)
    reader.StartElementHandler = survey.start
    reader.EndElementHandler = survey.end
    reader.CharacterDataHandler = survey.text
    read_through(reader, content, name)


class _Survey:
    """How far each table reaches; cells and rows may be written once and count often."""

    def __init__(self, name: str, allowance: Allowance) -> None:
        self._name = name
        self._allowance = allowance
        self._total = 0
        self._table()

    def _table(self) -> None:
        self._rows = self._last_row = self._last_column = 0
        self._row()

    def _row(self, repeated: int = 1) -> None:
        self._repeated = repeated
        self._columns = self._filled = self._cells = self._characters = 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """Take note of an element that opens."""
        if tag == "table:table":
            self._table()
        elif tag == "table:table-row":
            self._row(_times(attributes.get("table:number-rows-repeated")))
        elif tag in ("table:table-cell", "table:covered-table-cell"):
            self._cells = _times(attributes.get("table:number-columns-repeated"))
            self._columns += self._cells
            if "office:value-type" in attributes:
                self._filled = self._columns

    def text(self, piece: str) -> None:
        """Take note of text in a cell."""
        if self._cells and not piece.isspace():
            self._filled = self._columns
            self._characters += len(piece) * self._cells

    def end(self, tag: str) -> None:
        """Take note of an element that closes."""
        if tag in ("table:table-cell", "table:covered-table-cell"):
            self._cells = 0
        elif tag == "table:table-row":
            self._rows += self._repeated
            if self._filled:
                self._last_row = self._rows
                self._last_column = max(self._last_column, self._filled)
                self._total += self._characters * self._repeated
                self._check()

    def _check(self) -> None:
        check_box(self._last_row, self._last_column, self._name, self._allowance)
        if self._total > limits.LARGEST:
            raise UnreadableFileError(
                f"{self._name} repeats texts to more than {limits.LARGEST // 1024**2} MB",
                "a table of figures", "Deliver it in parts",
            )  # fmt: skip


def _times(text: str | None) -> int:
    return int(text[:12]) if text and text.isascii() and text.isdigit() else 1
