"""Closed periods on disk: what was published for a period, never changed afterwards.

``closed/<name>/`` holds ``closed.json``, ``figures.parquet`` and ``findings.parquet``; the
name is the period's code with ``_`` for a slash. ``closed.json`` lists the SHA-256 of the
other files under ``content``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from pmf_analysis import periods
from pmf_analysis.errors import PmfError, WorkspaceError
from pmf_analysis.store.atomic import PARTIAL, atomic_folder
from pmf_analysis.store.canonical import canonical_json, sha256_of
from pmf_analysis.store.folder import Store
from pmf_analysis.store.parquet import parquet_bytes, read_parquet

if TYPE_CHECKING:
    import pandas as pd

RECORD = "closed.json"


@dataclass(frozen=True)
class ClosedPeriod:
    """A closed period as it stands in the workspace.

    Attributes
    ----------
    period : str
        Code of the period.
    by : str
        The role that closed it.
    as_at : date
        The date of the knowledge that was published.
    folder : Path
    record : mapping
        The content of ``closed.json``.
    digest : str
        SHA-256 of ``closed.json``, and so of all that it lists.
    """

    period: str
    by: str
    as_at: date
    folder: Path
    record: Mapping[str, object]
    digest: str

    def table(self, name: str) -> pd.DataFrame:
        """``figures`` or ``findings``, as they were closed.

        Raises
        ------
        WorkspaceError
            If the file is not the one that was closed.
        """
        for fault in damage_of(self):
            raise WorkspaceError(
                fault, "the files as they were closed", "Put the folder back from a copy"
            )
        return read_parquet(self.folder / f"{name}.parquet")


def folder_name(period: str) -> str:
    """Name of the folder of a closed period: ``2024/25`` is ``2024_25``."""
    return periods.parse(period).code.replace("/", "_")


def closed_folder(store: Store) -> Path:
    """Where closed periods are kept, a folder each."""
    return store.folder / "closed"


def closed_periods(store: Store) -> tuple[ClosedPeriod, ...]:
    """Every closed period of a workspace, in the order of time.

    Raises
    ------
    WorkspaceError
        If a record cannot be read.
    """
    place = closed_folder(store)
    held = sorted(place.iterdir()) if place.is_dir() else []
    found = [_read(path) for path in held if not path.name.startswith(PARTIAL)]
    return tuple(sorted(found, key=lambda one: periods.parse(one.period)))


def put_closed(
    store: Store, period: str, record: Mapping[str, object], tables: Mapping[str, pd.DataFrame]
) -> ClosedPeriod | None:
    """Write a closed period, whole or not at all.

    Parameters
    ----------
    store : Store
    period : str
        Its code.
    record : mapping
        What ``closed.json`` says, but for ``content``, which is added here.
    tables : mapping of str to pandas.DataFrame
        Name to table; each becomes a Parquet file.

    Returns
    -------
    ClosedPeriod or None
        None if the period is closed already; then nothing was changed.
    """
    files = {f"{name}.parquet": parquet_bytes(table) for name, table in tables.items()}
    content = {name: sha256_of(held) for name, held in files.items()}
    files[RECORD] = canonical_json({**record, "period": period, "content": content})

    def fill(folder: Path) -> None:
        for name, held in files.items():
            (folder / name).write_bytes(held)

    place = closed_folder(store) / folder_name(period)
    return _read(place) if atomic_folder(place, fill) else None


def damage_of(closed: ClosedPeriod) -> list[str]:
    """What is wrong with the files of a closed period, one line each; none when it is whole."""
    where = f"closed/{closed.folder.name}"
    content = closed.record["content"]
    faults = []
    for name, digest in sorted(content.items()):  # type: ignore[attr-defined]
        path = closed.folder / name
        if not path.is_file():
            faults.append(f"{where}/{name} is missing")
        elif sha256_of(path) != digest:
            faults.append(f"{where}/{name} is not the file that was closed")
    strays = {path.name for path in closed.folder.iterdir()} - {RECORD, *content}  # type: ignore[misc]
    return [*faults, *(f"{where}/{name} does not belong there" for name in sorted(strays))]


def _read(folder: Path) -> ClosedPeriod:
    path = folder / RECORD
    try:
        written = path.read_bytes()
        record = json.loads(written)
        plain = all(Path(name).name == name for name in dict(record["content"]))
        whole = plain and folder_name(record["period"]) == folder.name
        problem = "" if whole else "it is the record of something else"
        closed = ClosedPeriod(
            record["period"], record["by"], date.fromisoformat(record["as_at"]), folder, record,
            sha256_of(written),
        )  # fmt: skip
    except (OSError, ValueError, KeyError, TypeError, AttributeError, PmfError) as error:
        closed, problem = None, type(error).__name__
    if closed is None or problem:
        raise WorkspaceError(
            f"closed/{folder.name}/{RECORD} is damaged ({problem})",
            "the record of a closed period as written",
            "Put the folder back from a copy; what was published cannot be made again from later "
            "data",
        )
    return closed
