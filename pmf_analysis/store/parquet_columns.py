"""A delivered Parquet file as columns of text, each different text once."""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from pmf_analysis.errors import UnreadableFileError

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.parquet as pq

_EXACT = 2**53


@dataclass(frozen=True)
class TextColumn:
    """A column as text: ``texts[codes]`` are its cells, an empty text where there is none."""

    name: str
    codes: NDArray[np.int32]
    texts: NDArray[np.object_]


@dataclass(frozen=True)
class ParquetShape:
    """What a Parquet file says of itself: rows, columns, and bytes when unpacked."""

    rows: int
    columns: int
    unpacked: int


def parquet_shape(content: bytes, name: str) -> ParquetShape:
    """What a Parquet file says of itself; no value is read.

    Raises
    ------
    UnreadableFileError
        If it is truncated or damaged.
    """
    import pyarrow as pa

    try:
        about = _open(content).metadata
        groups = (about.row_group(place) for place in range(about.num_row_groups))
        unpacked = sum(group.total_byte_size for group in groups)
    except (pa.ArrowException, OSError) as error:
        raise _damaged(name) from error
    return ParquetShape(about.num_rows, about.num_columns, unpacked)


def read_text_columns(content: bytes, name: str) -> tuple[TextColumn, ...]:
    """The columns of a Parquet file as text, without a loop over rows.

    Parameters
    ----------
    content : bytes
    name : str
        The file's name, for messages.

    Returns
    -------
    tuple of TextColumn
        Whole numbers without a point (``886.0`` as ``886``), other floats as the shortest
        text that reads back, dates as ``2024-03-31``, with a time where it is not midnight,
        ``TRUE`` and ``FALSE``; texts as they are, without surrounding blanks. Nulls and
        what is not a number (NaN) are empty texts.

    Raises
    ------
    UnreadableFileError
        If it is truncated or damaged, or a column holds lists or records.
    """
    import pyarrow as pa

    try:
        file = _open(content)
        _refuse_nested(file.schema_arrow, name)
        texts = [f.name for f in file.schema_arrow if pa.types.is_large_string(f.type) or
                 pa.types.is_string(f.type)]  # fmt: skip
        file = _open(content, texts)
        # one thread: a forked process must not inherit threads
        return tuple(
            _column_of(file.schema_arrow.field(place).name, file, place, name)
            for place in range(len(file.schema_arrow))
        )
    except (pa.ArrowException, OSError) as error:
        raise _damaged(name) from error


def _open(content: bytes, as_codes: list[str] | None = None) -> pq.ParquetFile:
    import pyarrow.parquet as pq

    return pq.ParquetFile(io.BytesIO(content), read_dictionary=as_codes, pre_buffer=False)


def _damaged(name: str) -> UnreadableFileError:
    return UnreadableFileError(
        f"{name} is truncated or damaged: it cannot be read as Parquet",
        "a whole Parquet file", "Ask for the file again; nothing was stored",
    )  # fmt: skip


def _refuse_nested(schema: pa.Schema, name: str) -> None:
    import pyarrow as pa

    for field in schema:
        if pa.types.is_nested(field.type):
            raise UnreadableFileError(
                f"{name}: the column {field.name[:80]!r} holds {field.type!s:.40}",
                "columns of text, numbers and dates", "Write it flat and deliver it again",
            )  # fmt: skip


def _column_of(title: str, file: pq.ParquetFile, place: int, name: str) -> TextColumn:
    import pyarrow as pa

    # by its place, so that columns with one name are both kept
    chunked = _one_column(file, place)
    if not pa.types.is_dictionary(chunked.type):
        chunked = chunked.dictionary_encode()
    whole = chunked.unify_dictionaries().combine_chunks()
    if isinstance(whole, pa.ChunkedArray):
        whole = whole.chunk(0) if whole.num_chunks else pa.array([], type=chunked.type)
    return _distinct(title, _codes_of(whole), _texts_of(whole.dictionary))


def _one_column(file: pq.ParquetFile, place: int) -> pa.ChunkedArray:
    groups = list(range(file.num_row_groups))
    return file.reader.read_row_groups(groups, column_indices=[place], use_threads=False).column(0)


def _codes_of(held: pa.DictionaryArray) -> NDArray[np.int64]:
    # a null becomes -1
    return held.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64)


def _distinct(title: str, codes: NDArray[np.int64], texts: list[str]) -> TextColumn:
    """Join texts that are alike once written; those that no row holds are left out."""
    used = np.zeros(len(texts) + 1, dtype=bool)
    used[codes] = True
    found: dict[str, int] = {}
    places = np.zeros(len(texts) + 1, dtype=np.int32)
    for code in np.flatnonzero(used[:-1]):
        places[code] = found.setdefault(texts[code], len(found))
    if used[-1]:
        places[-1] = found.setdefault("", len(found))
    held = np.empty(len(found), dtype=object)
    held[:] = list(found)
    return TextColumn(title, places[codes], held)


def _texts_of(values: pa.Array) -> list[str]:
    import pyarrow as pa

    kind = values.type
    if pa.types.is_floating(kind):
        numbers = values.to_numpy(zero_copy_only=False)
        return [_number(str(each)) for each in numbers]
    if pa.types.is_timestamp(kind):
        values = values.cast(pa.timestamp("us", kind.tz), safe=False)
    elif pa.types.is_time64(kind):
        values = values.cast(pa.time64("us"), safe=False)
    elif pa.types.is_duration(kind):
        values = values.cast(pa.duration("us"), safe=False)
    elif pa.types.is_binary(kind) or pa.types.is_large_binary(kind):
        values = values.cast(pa.large_string())
    return [_text(each) for each in values.to_pylist()]


def _number(text: str) -> str:
    # numpy writes the shortest text that reads back in the number's own width
    value = float(text)
    if value != value:
        return ""
    return str(int(value)) if value.is_integer() and abs(value) <= _EXACT else text


def _text(value: object) -> str:
    if isinstance(value, str):
        return value.strip()
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, Decimal):
        whole = value == value.to_integral_value()
        return str(int(value)) if whole else f"{value.normalize():f}"
    if isinstance(value, datetime):
        bare = value.time() == time() and value.utcoffset() in (None, timedelta(0))
        return value.date().isoformat() if bare else value.isoformat(sep=" ")
    if isinstance(value, date | time):
        return value.isoformat()
    return str(value)
