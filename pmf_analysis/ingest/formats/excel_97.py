"""Old Excel workbooks (``.xls``): a container of streams, one of them the records of cells.

The library reads them; here the container is opened only so far as to learn how far the
sheets reach, and the words of errors, which the library leaves out.

References
----------
Microsoft, [MS-CFB] Compound File Binary File Format and [MS-XLS] Excel Binary File Format.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from pmf_analysis.ingest.formats.contents import Contents
from pmf_analysis.ingest.formats.limits import Allowance
from pmf_analysis.ingest.formats.wording import damaged, locked
from pmf_analysis.ingest.formats.workbook_sheets import check_box, read_sheets

ENDINGS = (".xls",)
KIND = "an old Excel workbook"

_MARK = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_NAMES = ("Workbook".encode("utf-16-le"), "Book".encode("utf-16-le"))
_LOCKED = "EncryptedPackage".encode("utf-16-le")
_NO_SECTOR = 0xFFFFFFF0
_SMALL = 4096
"""Streams shorter than this lie in the container's small sectors."""

_BEGINS, _LOCK, _ERROR = 0x0809, 0x002F, 0x0205
_CELLS = frozenset((0x0006, 0x00FD, 0x0201, 0x0203, 0x0204, 0x0205, 0x027E, 0x00D6))
_ROWS_OF_CELLS = frozenset((0x00BD, 0x00BE))


def is_of(content: bytes) -> bool:
    """Whether the bytes are an Office container that is not a locked newer workbook."""
    return content.startswith(_MARK[:4]) and _LOCKED not in content


def read(content: bytes, name: str, title: str, allowance: Allowance) -> Contents:
    """Read the sheets of an old workbook.

    Raises
    ------
    UnreadableFileError
        If it is locked, damaged, empty, or larger than its limits.
    """
    try:
        errors = _measure(_records(_stream(content)), name, allowance)
    except (struct.error, ValueError, IndexError, KeyError) as error:
        raise damaged(name, "a whole workbook") from error
    sheets, remarks = read_sheets(content, name, allowance)
    if errors:
        remarks = (
            *remarks,
            f"Cells that hold an error such as #DIV/0!, read as empty: {errors:,}.",
        )
    return Contents("xls", sheets, remarks=remarks)


def _measure(records: Iterator[tuple[int, bytes]], name: str, allowance: Allowance) -> int:
    """Hold the rectangle of every sheet against the limits; count cells with an error."""
    rows = columns = errors = 0
    for kind, body in records:
        if kind == _LOCK:
            raise locked(name)
        if kind == _BEGINS:
            rows = columns = 0
        elif kind in _CELLS:
            row, column = struct.unpack_from("<HH", body)
            rows, columns = max(rows, row + 1), max(columns, column + 1)
            errors += kind == _ERROR and len(body) > 7 and body[7] == 1
            errors += kind == 0x0006 and body[12:14] == b"\xff\xff" and body[6] == 2
        elif kind in _ROWS_OF_CELLS:
            (row,) = struct.unpack_from("<H", body)
            (column,) = struct.unpack_from("<H", body, len(body) - 2)
            rows, columns = max(rows, row + 1), max(columns, column + 1)
        else:
            continue
        check_box(rows, columns, name, allowance)
    return errors


def _records(stream: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    while at + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, at)
        yield kind, stream[at + 4 : at + 4 + length]
        at += 4 + length


def _stream(content: bytes) -> bytes:
    """The stream that holds the workbook."""
    (shift,) = struct.unpack_from("<H", content, 30)
    if shift not in (9, 12):
        raise ValueError("sector size")
    size = 1 << shift
    table = _sector_table(content, size)
    (first,) = struct.unpack_from("<I", content, 48)
    directory = _chain(content, table, first, size)
    entries = [directory[at : at + 128] for at in range(0, len(directory) - 127, 128)]
    found = [each for name in _NAMES for each in entries if _name_of(each) == name]
    if not found:
        raise ValueError("no workbook")
    entry = found[0]
    start, length = struct.unpack_from("<II", entry, 116)
    if length >= _SMALL:
        return _chain(content, table, start, size)[:length]
    (small_first,) = struct.unpack_from("<I", content, 60)
    (root_start,) = struct.unpack_from("<I", entries[0], 116)
    small = _chain(content, table, root_start, size)
    packed = _chain(content, table, small_first, size)
    small_table = list(struct.unpack(f"<{len(packed) // 4}I", packed))
    return _joined(small, small_table, start, 64, 0)[:length]


def _name_of(entry: bytes) -> bytes:
    (length,) = struct.unpack_from("<H", entry, 64)
    return entry[: max(length - 2, 0)]


def _sector_table(content: bytes, size: int) -> list[int]:
    """For each sector the next one of its stream."""
    places = list(struct.unpack_from("<109I", content, 76))
    (more,) = struct.unpack_from("<I", content, 68)
    seen = set()
    while more < _NO_SECTOR and more not in seen:
        seen.add(more)
        held = struct.unpack_from(f"<{size // 4}I", content, (more + 1) * size)
        places += held[:-1]
        more = held[-1]
    table: list[int] = []
    for place in places:
        if place < _NO_SECTOR:
            table += struct.unpack_from(f"<{size // 4}I", content, (place + 1) * size)
        if len(table) > len(content):
            raise ValueError("sectors repeat")
    return table


def _chain(content: bytes, table: list[int], first: int, size: int) -> bytes:
    return _joined(content, table, first, size, size)


def _joined(content: bytes, table: list[int], first: int, size: int, skipped: int) -> bytes:
    pieces, seen = [], set()
    while first < _NO_SECTOR:
        if first in seen:
            raise ValueError("sectors in a circle")
        seen.add(first)
        pieces.append(content[skipped + first * size : skipped + (first + 1) * size])
        first = table[first]
    return b"".join(pieces)
