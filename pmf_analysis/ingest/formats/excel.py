"""Excel workbooks (``.xlsx``, ``.xlsm``); macros are left out before anything is read."""

from __future__ import annotations

import re
from collections.abc import Mapping

from pmf_analysis.errors import UnreadableFileError
from pmf_analysis.ingest.formats import archive, limits
from pmf_analysis.ingest.formats.contents import Contents
from pmf_analysis.ingest.formats.limits import Allowance
from pmf_analysis.ingest.formats.wording import locked
from pmf_analysis.ingest.formats.workbook_sheets import check_box, read_sheets
from pmf_analysis.ingest.formats.xml_reader import new_reader, read_through

ENDINGS = (".xlsx", ".xlsm")
KIND = "an Excel workbook"

_PARTS = (".xml", ".rels")
_LOCKED = "EncryptedPackage".encode("utf-16-le")
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
    without_value = measure(parts, name, allowance)
    # the library leaves the words of errors out; as text it keeps them
    told = {path: _ERROR_CELL.sub(rb'\1"str"', part) for path, part in parts.items()}
    del parts
    sheets, remarks = read_sheets(archive.packed(told), name, allowance)
    return Contents(
        name[name.rindex(".") + 1 :].casefold(), sheets,
        remarks=(*remarks, *remark_on_formulas(without_value)),
    )  # fmt: skip


def remark_on_formulas(count: int) -> tuple[str, ...]:
    """What is said of formulas that were saved without their value."""
    if not count:
        return ()
    cells, are = ("cell holds", "it is") if count == 1 else ("cells hold", "they are")
    return (
        f"{count:,} {cells} a formula without a stored value; {are} read as empty: formulas are "
        "not worked out.",
    )


def measure(parts: Mapping[str, bytes], name: str, allowance: Allowance) -> int:
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
    surveys = []
    for part in parts.values():
        survey = Survey()
        reader = new_reader(name)
        reader.StartElementHandler = survey.start
        read_through(reader, part, name)
        check_box(survey.last_row, survey.last_column, name, allowance)
        surveys.append(survey)
        if survey.strings:
            survey.lengths = _lengths(part, name)
    longest = max((max(each.lengths, default=0) for each in surveys), default=0)
    if longest * sum(each.shared for each in surveys) > limits.LARGEST:
        _measure_text(parts, [n for each in surveys for n in each.lengths], name)
    return sum(each.without_value + each.open_formula for each in surveys)


class Survey:
    """How far a part of a workbook reaches, found element by element.

    Attributes
    ----------
    last_row, last_column : int
        Counted from 1; 0 in a part without cells.
    shared : int
        Cells whose text is one of the shared ones.
    strings : bool
        Whether the part holds the shared texts.
    lengths : list of int
        Characters of each shared text.
    without_value : int
        Cells with a formula and no stored value.
    open_formula : bool
        Whether the last cell had a formula, and no value yet.
    """

    def __init__(self) -> None:
        self.last_row = self.last_column = self.shared = self.without_value = 0
        self.strings = self.open_formula = False
        self.lengths: list[int] = []
        self._row = self._column = 0
        self._letters: dict[str, int] = {}

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """Take note of one element."""
        tag = tag.rpartition(":")[2]
        if tag == "v":
            self.open_formula = False
        elif tag == "c":
            self.without_value += self.open_formula
            self.open_formula = False
            self.shared += attributes.get("t") == "s"
            self._column = self._column_of(attributes.get("r", ""))
            self.last_column = max(self.last_column, self._column)
            self.last_row = max(self.last_row, self._row)
        elif tag == "f":
            self.open_formula = True
        elif tag == "row":
            self._row = _whole(attributes.get("r", ""), self._row + 1)
            self._column = 0
        elif tag == "sst":
            self.strings = True

    def _column_of(self, place: str) -> int:
        """Column of a cell such as ``AB12``; its row is taken note of."""
        letters = place.rstrip("0123456789")
        if not letters:
            return self._column + 1
        self._row = _whole(place[len(letters) :], self._row)
        if letters not in self._letters:
            self._letters[letters] = column_number(letters)
        return self._letters[letters]


def column_number(letters: str) -> int:
    """Number of a column, counted from 1: A is 1, AA is 27."""
    number = 0
    for letter in letters[:8].upper():
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


def _whole(text: str, otherwise: int) -> int:
    return int(text[:12]) if text.isascii() and text.isdigit() else otherwise


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
