"""A folder of tables with the list of its contents, so that it can be checked where it lies."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from pmf_analysis.store.canonical import canonical_json, sha256_of
from pmf_analysis.store.parquet import parquet_bytes

if TYPE_CHECKING:
    import pandas as pd

CONTENTS = "contents.json"
"""Name of the list: each file of the folder with its SHA-256 and its rows."""


def write_tables(folder: Path, tables: Mapping[str, pd.DataFrame], whole: bool = False) -> None:
    """Write tables as Parquet into a folder that nobody sees yet, and the list of them.

    Parameters
    ----------
    folder : Path
    tables : mapping of str to pandas.DataFrame
        Name to table.
    whole : bool, optional
        As of `parquet_bytes`.
    """
    listed = {}
    for name, table in tables.items():
        content = parquet_bytes(table, whole)
        (folder / f"{name}.parquet").write_bytes(content)
        listed[f"{name}.parquet"] = {"rows": len(table), "sha256": sha256_of(content)}
    (folder / CONTENTS).write_bytes(canonical_json(listed))


def read_contents(folder: Path) -> dict[str, dict] | None:
    """The list of a folder's contents: file name to ``rows`` and ``sha256``.

    Returns
    -------
    dict or None
        None if there is no list that can be read.
    """
    try:
        listed = json.loads((folder / CONTENTS).read_bytes())
        plain = all(
            Path(name).name == name and isinstance(each["sha256"], str) and int(each["rows"]) >= 0
            for name, each in listed.items()
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
    return listed if plain else None
