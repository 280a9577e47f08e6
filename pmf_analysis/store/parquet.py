"""Tables as Parquet with the same bytes for the same rows; the only owner of pyarrow."""

from __future__ import annotations

import io
import operator
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from pmf_analysis.errors import TableError, WorkspaceError

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa
    import pyarrow.compute as pc

ROWS_IN_GROUP = 4096
"""Rows whose least and greatest values are noted together, so that others are skipped."""

_COMPARE = {
    "==": operator.eq, "!=": operator.ne, "<": operator.lt, ">": operator.gt,
    "<=": operator.le, ">=": operator.ge,
}  # fmt: skip

Filters = Sequence[tuple[str, str, object]]
"""Conditions that all hold: column, ``==``, ``!=``, ``<``, ``>``, ``<=``, ``>=``, ``in`` or
``not in``, and a value."""


ROWS_READ_WHOLE = 131_072
"""The same of a table that is read whole: fewer groups are written and read faster."""


def parquet_bytes(table: pd.DataFrame, whole: bool = False) -> bytes:
    """A table as a Parquet file.

    Parameters
    ----------
    table : pandas.DataFrame
        The index is left out.
    whole : bool, optional
        Whether it is read whole and most texts stand in it once, as ids do: then its groups of
        rows are larger, and no list of the different texts is kept. The rows are the same.

    Returns
    -------
    bytes
        A function of columns and rows alone (and of the library's version).

    Raises
    ------
    TableError
        If a column mixes kinds of values, or two columns have one name.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        arrow = pa.Table.from_pandas(table, preserve_index=False).replace_schema_metadata(None)
    except (pa.ArrowException, TypeError, ValueError) as error:
        raise TableError(
            f"This table cannot be stored: {error}",
            "columns named once, each with one kind of value",
        ) from error
    stream = io.BytesIO()
    pq.write_table(
        arrow, stream, compression="zstd", store_schema=True, use_dictionary=not whole,
        row_group_size=ROWS_READ_WHOLE if whole else ROWS_IN_GROUP,
    )  # fmt: skip
    return stream.getvalue()


def read_parquet(
    source: Path | bytes, columns: Sequence[str] | None = None, filters: Filters | None = None
) -> pd.DataFrame:
    """A table from a Parquet file.

    Parameters
    ----------
    source : Path or bytes
    columns : sequence of str, optional
        All when not given.
    filters : sequence of tuple, optional
        Conditions that all hold. Groups of rows that cannot hold them are not read.

    Returns
    -------
    pandas.DataFrame

    Raises
    ------
    WorkspaceError
        If there is no such file or it is damaged.
    TableError
        If a column that is asked for is not there.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    given = io.BytesIO(source) if isinstance(source, bytes) else str(source)
    named = "the table" if isinstance(source, bytes) else f"{Path(source).name}"
    try:
        # one thread: many kernels read at once, and a forked one must not inherit threads
        with pq.ParquetFile(given, pre_buffer=False) as file:
            schema = file.schema_arrow
            _check_columns(
                schema.names, [*(columns or ()), *(each[0] for each in filters or ())], named
            )
            wanted = list(columns) if columns is not None else None
            if not filters:
                arrow = file.read(wanted, use_threads=False)
        if filters:
            if isinstance(given, io.BytesIO):
                given.seek(0)
            arrow = pq.read_table(
                given, columns=wanted, filters=_condition(filters, schema), use_threads=False,
                pre_buffer=False, partitioning=None,
            )  # fmt: skip
        elif wanted is not None:
            arrow = arrow.select(wanted)
    except FileNotFoundError as error:
        raise WorkspaceError(
            f"There is no table {named}", "a prepared table", "Prepare it again with pmf run"
        ) from error
    except (pa.ArrowException, OSError) as error:
        raise WorkspaceError(
            f"{named} is damaged: {str(error).splitlines()[0][:200]}", "a Parquet file",
            "Delete data/processed in the workspace and prepare it again",
        ) from error  # fmt: skip
    return arrow.to_pandas(use_threads=False)


def rows_in(path: Path) -> int:
    """How many rows a Parquet file holds, by its own account.

    Raises
    ------
    WorkspaceError
        If it is damaged.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        return pq.read_metadata(str(path)).num_rows
    except (pa.ArrowException, OSError) as error:
        raise WorkspaceError(f"{path.name} is damaged", "a Parquet file") from error


def _condition(filters: Filters | None, schema: pa.Schema) -> pc.Expression | None:
    """Filters as one expression; values take the kind of their column, an empty list too."""
    import pyarrow as pa
    import pyarrow.compute as pc

    whole = None
    for column, sign, value in filters or ():
        field, kind = pc.field(column), schema.field(column).type
        try:
            if sign in ("in", "not in"):
                found = field.isin(pa.array(list(value), type=kind))
                part = found if sign == "in" else ~found
            else:
                part = _COMPARE[sign](field, pa.scalar(value, type=kind))
        except (pa.ArrowException, KeyError, TypeError) as error:
            raise TableError(
                f"The filter {column} {sign} {value!r} cannot be applied to a column of {kind}",
                f"one of {', '.join(_COMPARE)}, in, not in, and values of that kind",
            ) from error
        whole = part if whole is None else whole & part
    return whole


def _check_columns(held: list[str], asked: list[str], named: str) -> None:
    unknown = sorted({column for column in asked if column not in held})
    if unknown:
        raise TableError(f"{named} has no column {', '.join(unknown)}", f"one of {', '.join(held)}")
