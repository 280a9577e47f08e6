"""XML such as a statutory return: one sheet for each kind of element that holds values.

An element with values in it is a row of the sheet named by its path
(``Message/Children/Child/CINdetails``). Its values are the elements in it that hold text and
no further element; one that stands several times is joined with ``;``. Attributes are
``@name`` (of the element) or ``Value@name`` (of a value). Before them stands ``#Child`` for
each element around it: its number among those of its path in the document, from 1, so that
tables can be joined. The element's own number is the row's line.
"""

from __future__ import annotations

import re
from array import array

import numpy as np

from pmf_analysis.errors import UnreadableFileError
from pmf_analysis.ingest.formats import limits
from pmf_analysis.ingest.formats.contents import Contents
from pmf_analysis.ingest.formats.limits import Allowance
from pmf_analysis.ingest.formats.wording import empty, shown
from pmf_analysis.ingest.formats.xml_reader import new_reader, read_through
from pmf_analysis.ingest.sheets import Column, Sheet

ENDINGS = (".xml",)
KIND = "an XML document"

REPEATED = ";"
"""Between the texts of a value that stands several times in one element."""

_START = re.compile(rb"\s*<\?xml\b|\s*<!DOCTYPE\s+(?!html\b)", re.IGNORECASE)
_ELEMENT = re.compile(rb"\s*(<!--.*?-->\s*)*<[A-Za-z_][^<>]*>", re.DOTALL)
_MOST_NAMED = 10
_ABOUT_FORM = "http://www.w3.org/2001/XMLSchema-instance "


def is_of(content: bytes) -> bool:
    """Whether the bytes begin as XML does; a web page does not count."""
    start = content[:4096].removeprefix(b"\xef\xbb\xbf")
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        start = start.decode("utf-16", "ignore").encode()
    page = re.match(rb"\s*(<!doctype\s+html|<html)\b", start, re.IGNORECASE)
    return not page and bool(_START.match(start) or _ELEMENT.match(start))


def read(content: bytes, name: str, title: str, allowance: Allowance) -> Contents:
    """Read an XML document.

    Raises
    ------
    UnreadableFileError
        If it is not well formed, declares a document type, holds no value, or is deeper or
        larger than its limits.
    """
    tree = Tree(name, allowance)
    reader = new_reader(name, namespaces=True)
    reader.StartElementHandler = tree.start
    reader.CharacterDataHandler = tree.text
    reader.EndElementHandler = tree.end
    tree.line_of = lambda: reader.CurrentLineNumber
    read_through(reader, content, name)
    sheets = tree.sheets()
    if not sheets:
        raise empty(name)
    return Contents("xml", sheets, remarks=tree.remarks())


class _Element:
    """An element that is open."""

    __slots__ = ("attributes", "has_children", "number", "path", "pieces", "values")

    def __init__(self, path: tuple[str, ...], number: int, attributes: dict[str, str]) -> None:
        self.path = path
        self.number = number
        self.attributes = attributes
        self.has_children = False
        self.pieces: list[str] = []
        self.values: dict[str, list[str]] = {}


class _Table:
    """Rows of one path, column by column, each text once; only filled cells take room."""

    def __init__(self, path: tuple[str, ...]) -> None:
        self.path = path
        self.lines = array("q")
        self._texts: dict[str, dict[str, int]] = {}
        self._rows: dict[str, array[int]] = {}
        self._codes: dict[str, array[int]] = {}

    @property
    def width(self) -> int:
        """How many columns there are so far."""
        return len(self._texts)

    def add(self, line: int, cells: dict[str, str]) -> None:
        """A row; columns that it lacks are empty in it."""
        row = len(self.lines)
        for column, text in cells.items():
            if column not in self._texts:
                self._texts[column] = {"": 0}
                self._rows[column], self._codes[column] = array("i"), array("i")
            seen = self._texts[column]
            self._rows[column].append(row)
            self._codes[column].append(seen.setdefault(text, len(seen)))
        self.lines.append(line)

    def column(self, title: str) -> Column:
        """A column, without the empty text where no row is empty."""
        codes = np.zeros(len(self.lines), dtype=np.int32)
        codes[np.array(self._rows[title], dtype=np.intp)] = self._codes[title]
        texts = np.empty(len(self._texts[title]), dtype=object)
        texts[:] = list(self._texts[title])
        if codes.min() > 0:
            return Column(codes - np.int32(1), texts[1:])
        return Column(codes, texts)


class Tree:
    """Tables of a document, filled while its elements open and close."""

    def __init__(self, name: str, allowance: Allowance) -> None:
        self._name = name
        self._allowance = allowance
        self._open: list[_Element] = []
        self._count: dict[tuple[str, ...], int] = {}
        self._tables: dict[tuple[str, ...], _Table] = {}
        self._columns: dict[tuple[str, ...], dict[str, None]] = {}
        self._stray: dict[tuple[str, ...], list[int]] = {}

    def line_of(self) -> int:
        """Line of the document that is being read."""
        return 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """An element opens."""
        around = self._open[-1].path if self._open else ()
        path = (*around, _local(tag))
        number = self._count.get(path, 0) + 1
        if number == 1:
            self._check_path(path)
        self._count[path] = number
        own = {
            f"@{_local(key)}": " ".join(text.split())
            for key, text in attributes.items()
            if not key.startswith(_ABOUT_FORM)
        }
        if self._open:
            self._open[-1].has_children = True
            self._keep_stray(self._open[-1])
        self._open.append(_Element(path, number, own))

    def text(self, piece: str) -> None:
        """Text inside the element that is open."""
        self._open[-1].pieces.append(piece)

    def end(self, _: str) -> None:
        """An element closes: a value goes to the element around it, others become a row."""
        element = self._open.pop()
        if element.has_children:
            self._keep_stray(element)
            if element.values or element.attributes:
                self._add_row(element)
        elif self._open:
            self._add_value(self._open[-1], element)

    def _check_path(self, path: tuple[str, ...]) -> None:
        name = self._name
        if len(path) > limits.MOST_DEPTH or len(self._count) >= limits.MOST_PATHS:
            raise UnreadableFileError(
                f"{name} has elements more than {limits.MOST_DEPTH} deep, or of more than "
                f"{limits.MOST_PATHS:,} kinds, line {self.line_of()}",
                "a statutory return or another table in XML", "Look whether it is the right file",
            )  # fmt: skip
        if len(path[-1]) > limits.LONGEST_NAME:
            raise UnreadableFileError(
                f"{name} has an element with a name of {len(path[-1]):,} characters, "
                f"line {self.line_of()}", "short names", "Look whether it is the right file",
            )  # fmt: skip

    def _keep_stray(self, element: _Element) -> None:
        # what the text says may be personal: only its place is told
        if any(not piece.isspace() for piece in element.pieces):
            self._stray.setdefault(element.path, []).append(self.line_of())
        element.pieces.clear()

    def _add_value(self, around: _Element, value: _Element) -> None:
        text = "".join(value.pieces).strip()
        leaf = value.path[-1]
        found = [(leaf, text)]
        found += [(f"{leaf}{key}", each) for key, each in value.attributes.items()]
        for column, each in found:
            around.values.setdefault(column, []).append(each)
            self._columns.setdefault(around.path, {})[column] = None

    def _add_row(self, element: _Element) -> None:
        if element.path not in self._tables:
            self._tables[element.path] = _Table(element.path)
        for column in element.attributes:
            self._columns.setdefault(element.path, {})[column] = None
        table = self._tables[element.path]
        around = _ordinals([each.path for each in self._open])
        numbers = {title: str(each.number) for title, each in zip(around, self._open, strict=True)}
        values = {title: REPEATED.join(texts) for title, texts in element.values.items()}
        table.add(element.number, {**numbers, **element.attributes, **values})
        self._allowance.check_grid(len(table.lines), table.width, self._name)

    def sheets(self) -> tuple[Sheet, ...]:
        """A sheet for each path with rows, in the order in which the paths first open."""
        return tuple(
            self._sheet_of(self._tables[path]) for path in self._count if path in self._tables
        )

    def _sheet_of(self, table: _Table) -> Sheet:
        path = table.path
        around = _ordinals([path[:depth] for depth in range(1, len(path))])
        header = (*around, *self._columns[path])
        self._allowance.spend_cells(len(table.lines), len(header), self._name)
        lines = np.array(table.lines, dtype=np.int64)
        columns = tuple(table.column(title) for title in header)
        return Sheet("/".join(path), header, columns, lines)

    def remarks(self) -> tuple[str, ...]:
        """Where text stands between elements, without the text."""
        found = sorted(self._stray.items(), key=lambda each: each[1][0])
        said = [
            f"Text stands between the elements of {shown('/'.join(path))} "
            f"(places: {len(lines):,}, first in line {lines[0]}); it was not read."
            for path, lines in found[:_MOST_NAMED]
        ]
        if len(found) > _MOST_NAMED:
            said.append(f"So it does in {len(found) - _MOST_NAMED} other kinds of element.")
        return tuple(said)


def _local(tag: str) -> str:
    """A name without its namespace."""
    return tag.rpartition(" ")[2]


def _ordinals(paths: list[tuple[str, ...]]) -> list[str]:
    """Titles of the columns that number elements: the whole path where a name stands twice."""
    names = [path[-1] for path in paths]
    return [
        f"#{name if names.count(name) == 1 else '/'.join(path)}"
        for name, path in zip(names, paths, strict=True)
    ]
