"""Plain delimited text as columns, each different text once, without a loop over rows."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from pmf_analysis.store.parquet_columns import TextColumn

if TYPE_CHECKING:
    import pyarrow as pa

_MARKS = (",", "\t", ";", "|")
_BLOCK = 4 * 1024 * 1024


def read_plain_columns(text: str, mark: str) -> tuple[TextColumn, ...] | None:
    """The columns of a text whose lines are cells parted by a mark, and nothing else.

    Parameters
    ----------
    text : str
        From its first line on.
    mark : str
        What parts the cells.

    Returns
    -------
    tuple of TextColumn or None
        Without names, and with the first line among their rows: to the last cell what the
        standard reader (`csv.reader`) makes of the lines, without surrounding blanks, the
        texts in the order in which they come. None where there is any doubt of that: where
        the text holds quotes, a blank line, a line end of its own kind, a line with more
        cells or fewer, a single column, or a cell that the standard reader refuses as too long.
    """
    width = cells_in_first_line(text, mark)
    if width == 1 or not _is_plain(text, mark):
        return None
    import pyarrow as pa

    try:
        table = _parsed(text.encode(), mark, width)
    except pa.ArrowException:
        return None
    if table.num_rows != text.count("\n") + (not text.endswith("\n")):
        return None
    whole = [_whole(column) for column in table.columns]
    if any(_longest(column) > csv.field_size_limit() for column in whole):
        return None
    return tuple(_bare(column) for column in whole)


def cells_in_first_line(text: str, mark: str) -> int:
    """How many cells the first line has, where the text holds no quotes."""
    end = text.find("\n")
    return text.count(mark, 0, end if end >= 0 else len(text)) + 1


def _is_plain(text: str, mark: str) -> bool:
    # a blank line would be read as a row of empty cells, and a second byte-order mark left out
    odd = ('"', "\n\n", "\n\r\n")
    return (
        mark in _MARKS and not text.startswith("\ufeff") and not any(each in text for each in odd)
        and text.count("\r") == text.count("\r\n")
    )  # fmt: skip


def _parsed(content: bytes, mark: str, width: int) -> pa.Table:
    import pyarrow as pa
    from pyarrow import csv as arrow_csv

    names = [str(place) for place in range(width)]
    return arrow_csv.read_csv(
        pa.BufferReader(content),
        arrow_csv.ReadOptions(use_threads=False, block_size=_BLOCK, column_names=names),
        arrow_csv.ParseOptions(
            delimiter=mark, quote_char=False, escape_char=False, ignore_empty_lines=False
        ),
        arrow_csv.ConvertOptions(
            column_types=dict.fromkeys(names, pa.dictionary(pa.int32(), pa.string())),
            strings_can_be_null=False,
        ),
    )


def _whole(column: pa.ChunkedArray) -> pa.DictionaryArray:
    import pyarrow as pa

    whole = column.unify_dictionaries().combine_chunks()
    return whole.chunk(0) if isinstance(whole, pa.ChunkedArray) else whole


def _longest(column: pa.DictionaryArray) -> int:
    """Bytes of the longest text, which has no more characters than these."""
    import pyarrow.compute as pc

    return pc.max(pc.binary_length(column.dictionary)).as_py() or 0


def _bare(column: pa.DictionaryArray) -> TextColumn:
    """A column without blanks around its texts; those that are alike then are joined."""
    codes: NDArray[np.int32] = column.indices.to_numpy()
    texts: NDArray[np.object_] = column.dictionary.to_numpy(zero_copy_only=False)
    bare = list(map(str.strip, texts))
    if bare == texts.tolist():
        return TextColumn("", codes, texts)
    places: dict[str, int] = {}
    joined = np.array([places.setdefault(text, len(places)) for text in bare], dtype=np.int32)
    held = np.empty(len(places), dtype=object)
    held[:] = list(places)
    return TextColumn("", joined[codes], held)
