"""A workspace on disk: deliveries in and out, prepared tables in and out.

``data/raw/<id>/`` holds a delivery as delivered with its ``receipt.json``;
``data/processed/figures/<id>.parquet`` its figures;
``data/processed/prepared/<key>/<name>.parquet`` prepared tables. A folder appears whole
or not at all, and is never changed afterwards, so any number of processes may read.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from pmf_analysis.errors import DeliveryError, ParameterError, WorkspaceError
from pmf_analysis.store.atomic import PARTIAL, atomic_folder, atomic_write, clear_partial
from pmf_analysis.store.canonical import canonical_json, sha256_of
from pmf_analysis.store.parquet import Filters, parquet_bytes, read_parquet
from pmf_analysis.tables import FIGURE, require

if TYPE_CHECKING:
    import pandas as pd

RECEIPT = "receipt.json"

_ID = re.compile(r"[0-9a-f]{16}")
_KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,127}")
_UNSAFE = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*]')


class Store:
    """The workspace in a folder.

    Parameters
    ----------
    folder : Path
        A workspace; see ``create_workspace``.

    Raises
    ------
    WorkspaceError
        If there is no such folder.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = Path(folder).resolve()
        if not self.folder.is_dir():
            raise WorkspaceError(
                f"There is no workspace {self.folder}", "a folder made by pmf new",
                "Make one with pmf new, or name another with pmf --workspace",
            )  # fmt: skip

    @property
    def raw(self) -> Path:
        """Where deliveries are kept as delivered."""
        return self.folder / "data" / "raw"

    @property
    def processed(self) -> Path:
        """Where figures and prepared tables are; can always be made again."""
        return self.folder / "data" / "processed"

    @property
    def reference(self) -> Path:
        """The register's folder."""
        return self.folder / "data" / "reference"

    @property
    def suites(self) -> Path:
        """The folder of expectation suites."""
        return self.folder / "expectations"

    @property
    def notebooks(self) -> Path:
        """The folder of notebooks."""
        return self.folder / "notebooks"

    @property
    def runs(self) -> Path:
        """Where runs are kept, a folder each."""
        return self.folder / "runs"

    # deliveries

    def deliveries(self) -> list[dict]:
        """Receipts of all deliveries, in the order of publication date and id.

        Raises
        ------
        WorkspaceError
            If a receipt is damaged.
        """
        held = self.raw.iterdir() if self.raw.is_dir() else ()
        receipts = [
            self._receipt(path.name) for path in held if _ID.fullmatch(path.name) and path.is_dir()
        ]
        return sorted(receipts, key=lambda receipt: (receipt["published"], receipt["id"]))

    def has_delivery(self, delivery: str) -> bool:
        """Whether a delivery is stored."""
        return (self.raw / _checked_id(delivery) / RECEIPT).is_file()

    def delivered_file(self, delivery: str) -> Path:
        """Path of a delivery's file as delivered.

        Raises
        ------
        WorkspaceError
            If there is no such delivery.
        """
        return self.raw / delivery / _safe_name(self._receipt(delivery)["file_name"])

    def add_delivery(self, source_path: Path, receipt: Mapping, figures: pd.DataFrame) -> bool:
        """Store a delivery: the file as delivered, its receipt and its figures.

        Parameters
        ----------
        source_path : Path
            The delivered file; it is copied, not moved.
        receipt : mapping
            As ``Receipt.as_dict`` gives it.
        figures : pandas.DataFrame
            Columns ``tables.FIGURE``.

        Returns
        -------
        bool
            False if this delivery was there already; then only figures that are missing
            under ``data/processed`` are put back.

        Raises
        ------
        DeliveryError
            If the file is not the one that the receipt is for; nothing was stored.
        TableError
            If the figures lack a column.
        """
        delivery = _checked_id(str(receipt["id"]))
        name = _safe_name(str(receipt["file_name"]))
        require(figures, FIGURE, "figure")
        stored = self.has_delivery(delivery)
        if not stored:
            self._check_source(Path(source_path), receipt)
        if not stored or not self._figures_path(delivery).is_file():
            atomic_write(self._figures_path(delivery), parquet_bytes(figures))
        if stored:
            return False

        def fill(folder: Path) -> None:
            shutil.copyfile(source_path, folder / name)
            self._check_source(folder / name, receipt)
            (folder / RECEIPT).write_bytes(canonical_json(dict(receipt)))

        return atomic_folder(self.raw / delivery, fill)

    def figures(
        self,
        ids: Iterable[str],
        tables: Sequence[str] | None = None,
        service_areas: Sequence[str] | None = None,
    ) -> pd.DataFrame:
        """Figures of some deliveries.

        Parameters
        ----------
        ids : iterable of str
            Delivery ids; rows come in this order, then in the order of the file.
        tables, service_areas : sequence of str, optional
            Only these; all when not given.

        Returns
        -------
        pandas.DataFrame
            Columns ``tables.FIGURE``; no row where nothing fits.

        Raises
        ------
        WorkspaceError
            If a delivery is unknown, or its figures must be made again.
        """
        import pandas as pd

        filters = [
            (column, "in", list(wanted))
            for column, wanted in (("table", tables), ("service_area", service_areas))
            if wanted is not None
        ]
        receipts = {delivery: self._receipt(delivery) for delivery in dict.fromkeys(ids)}
        parts = [
            self._figures_of(delivery, filters)
            for delivery, receipt in receipts.items()
            if tables is None or receipt["table"] in tables
        ]
        filled = [part for part in parts if len(part)]
        return pd.concat(filled, ignore_index=True) if filled else _no_figures()

    # prepared tables

    def put_prepared(self, key: str, tables: Mapping[str, pd.DataFrame]) -> bool:
        """Store prepared tables under the hash of what went in.

        Parameters
        ----------
        key : str
        tables : mapping
            Name to table. Rows that are read together should stand together.

        Returns
        -------
        bool
            False if there are tables under this key already; they are kept.
        """
        place = self._prepared_path(key)
        if place.is_dir():
            return False
        for name in tables:
            _checked_key(name)

        def fill(folder: Path) -> None:
            for name, table in tables.items():
                (folder / f"{name}.parquet").write_bytes(parquet_bytes(table))

        return atomic_folder(place, fill)

    def has_prepared(self, key: str) -> bool:
        """Whether there are prepared tables under a key."""
        return self._prepared_path(key).is_dir()

    def prepared_names(self, key: str) -> list[str]:
        """Names of the tables under a key, sorted; none where there is no such key."""
        return sorted(path.stem for path in self._prepared_path(key).glob("*.parquet"))

    def prepared(
        self,
        key: str,
        name: str,
        filters: Filters | None = None,
        columns: Sequence[str] | None = None,
    ) -> pd.DataFrame:
        """A prepared table, or the rows and columns of it that are asked for.

        Parameters
        ----------
        key, name : str
        filters : sequence of (column, operator, value), optional
            Conditions that all hold, such as ``("service_area", "in", ["E10000016"])``.
        columns : sequence of str, optional

        Returns
        -------
        pandas.DataFrame

        Raises
        ------
        WorkspaceError
            If there is no such table.
        """
        path = self._prepared_path(key) / f"{_checked_key(name)}.parquet"
        if not path.is_file():
            raise WorkspaceError(
                f"There is no prepared table {name!r} under {key!r}",
                f"one of {', '.join(self.prepared_names(key)) or 'none yet'}",
                "Prepare it with pmf run",
            )
        return read_parquet(path, columns, filters)

    # the rest

    def write_table(self, path: Path, table: pd.DataFrame) -> Path:
        """Write a table as Parquet at a place of the caller's, whole or not at all."""
        return atomic_write(path, parquet_bytes(table))

    def append_journal(self, event: Mapping) -> None:
        """Note that something happened, with the time; never hashed, never read back by a run.

        The only place of the workbench that reads the clock.
        """
        at = datetime.now(UTC).isoformat(timespec="seconds")
        line = canonical_json({**event, "at": at}, indent=None)
        with (self.folder / "journal.jsonl").open("ab") as stream:
            stream.write(line)

    def clean(self) -> int:
        """Remove what an interrupted writer left behind; how many there were.

        Nothing ever reads such leftovers. Call it when no other process writes.
        """
        prepared = self.processed / "prepared"
        places = (self.raw, self.processed, self.processed / "figures", prepared)
        return sum(clear_partial(place) for place in places)

    def _receipt(self, delivery: str) -> dict:
        path = self.raw / _checked_id(delivery) / RECEIPT
        try:
            receipt = json.loads(path.read_bytes())
            if receipt["id"] == delivery and isinstance(receipt["published"], str):
                return receipt
            problem = "it is the receipt of something else"
        except FileNotFoundError as error:
            raise WorkspaceError(
                f"There is no delivery {delivery}", "the id of a delivery in data/raw",
                "Receive the file with pmf receive",
            ) from error  # fmt: skip
        except (ValueError, KeyError, TypeError) as error:
            problem = f"{type(error).__name__}: {error}"
        raise WorkspaceError(
            f"data/raw/{delivery}/{RECEIPT} is damaged ({problem})", "the receipt as written",
            f"Remove the folder data/raw/{delivery} and receive the file again",
        )  # fmt: skip

    def _figures_of(self, delivery: str, filters: list) -> pd.DataFrame:
        path = self._figures_path(delivery)
        if not path.is_file():
            name = self._receipt(delivery)["file_name"]
            raise WorkspaceError(
                f"The figures of delivery {delivery} ({name}) are not under data/processed",
                "figures for every delivery",
                f"Receive data/raw/{delivery}/{name} again: that puts them back",
            )
        return read_parquet(path, FIGURE, filters)

    def _figures_path(self, delivery: str) -> Path:
        return self.processed / "figures" / f"{_checked_id(delivery)}.parquet"

    def _prepared_path(self, key: str) -> Path:
        return self.processed / "prepared" / _checked_key(key)

    def _check_source(self, path: Path, receipt: Mapping) -> None:
        if not path.is_file() or sha256_of(path) != receipt["sha256"]:
            raise DeliveryError(
                f"{receipt['file_name']} changed while it was received",
                "the same bytes as when it was read", "Receive it again; nothing was stored",
            )  # fmt: skip


def _no_figures() -> pd.DataFrame:
    import pandas as pd

    kinds = {"line": "int64", "value": "float64"}
    return pd.DataFrame({column: pd.Series(dtype=kinds.get(column, "str")) for column in FIGURE})


def _checked_id(delivery: str) -> str:
    if not _ID.fullmatch(delivery):
        raise ParameterError(f"{delivery[:60]!r} is no delivery id", "16 hexadecimal digits")
    return delivery


def _checked_key(key: str) -> str:
    if not _KEY.fullmatch(key) or ".." in key:
        raise ParameterError(
            f"{key[:60]!r} is no key of a prepared table", "letters, digits, - and _"
        )
    return key


def _safe_name(name: str) -> str:
    bad = not name or name != name.strip() or name.endswith(".") or len(name.encode()) > 240
    if bad or name.startswith(PARTIAL) or name in (RECEIPT, ".", "..") or _UNSAFE.search(name):
        raise DeliveryError(
            f"The file name {name[:60]!r} cannot be kept", "a plain file name without folders",
            "Rename the file and deliver it again",
        )  # fmt: skip
    return name
