"""A workspace on disk: deliveries in and out, prepared tables in and out.

``data/raw/<id>/`` holds a delivery as delivered with its ``receipt.json``;
``data/processed/figures/<id>-<hash>.parquet`` its figures;
``data/processed/records/<id>/<table>.parquet`` its records;
``data/processed/prepared/<key>/<name>.parquet`` prepared tables. The hash in a name is the
first 32 digits of the SHA-256 of the file; a folder of tables has it in ``contents.json``.
A folder appears whole or not at all, and is never changed afterwards, so any number of
processes may read while one writes (``Store.writing``).
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, suppress
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from pmf_analysis.errors import DeliveryError, ParameterError, PmfError, WorkspaceError
from pmf_analysis.store.atomic import (
    PARTIAL,
    append_line,
    atomic_folder,
    atomic_write,
    remove,
    settle,
)
from pmf_analysis.store.canonical import canonical_json, sha256_of
from pmf_analysis.store.contents import CONTENTS, write_tables
from pmf_analysis.store.links import refuse_outward_links
from pmf_analysis.store.locking import writing
from pmf_analysis.store.parquet import Filters, parquet_bytes, read_parquet
from pmf_analysis.tables import FIGURE, require

if TYPE_CHECKING:
    import pandas as pd

RECEIPT = "receipt.json"

SEAL = "seal"
"""Field of a stored receipt that holds the hash of the others."""
JOURNAL = "journal.jsonl"
DELETED = "data/deleted.jsonl"
"""What is left of deliveries that were deleted on purpose, a line each."""

_ID = re.compile(r"[0-9a-f]{16}")
_KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,127}")
_KEPT_RECEIPT = re.compile(r"receipt-([1-9][0-9]*)\.json")
_UNSAFE = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*]')


class Store:
    """The workspace in a folder.

    Parameters
    ----------
    folder : Path
        A workspace; see ``create_workspace``.
    wait : float
        Seconds that a writing verb waits for another writer, when it names none itself.

    Raises
    ------
    WorkspaceError
        If there is no such folder.
    """

    def __init__(self, folder: Path, wait: float = 0.0) -> None:
        self.folder = Path(folder).resolve()
        self.wait = wait
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

    def writing(self, verb: str, wait: float | None = None) -> AbstractContextManager[int]:
        """Hold the workspace as its one writer, in a ``with`` statement; may be nested.

        Gives the number of leftovers of killed writers that were cleared.

        Parameters
        ----------
        verb : str
            What is being done, for the message that another writer gets.
        wait : float, optional
            Seconds to wait for another writer; the store's own when not given.

        Raises
        ------
        WorkspaceError
            If another process writes; see ``locking.writing``.
        """
        return writing(self.folder, verb, self.wait if wait is None else wait)

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

    def receipt(self, delivery: str) -> dict:
        """Receipt of a delivery.

        Raises
        ------
        WorkspaceError
            If there is no such delivery, or its receipt is damaged.
        """
        return self._receipt(delivery)

    def delivered_file(self, delivery: str) -> Path:
        """Path of a delivery's file as delivered.

        Raises
        ------
        WorkspaceError
            If there is no such delivery.
        """
        return self.raw / delivery / _safe_name(self._receipt(delivery)["file_name"])

    def add_delivery(
        self,
        source_path: Path,
        receipt: Mapping,
        figures: pd.DataFrame,
        records: Mapping[str, pd.DataFrame] | None = None,
    ) -> bool:
        """Store a delivery: the file as delivered, its receipt, its figures and records.

        Parameters
        ----------
        source_path : Path
            The delivered file; it is copied, not moved.
        receipt : mapping
            As ``Receipt.as_dict`` gives it.
        figures : pandas.DataFrame
            Columns ``tables.FIGURE``; no row where the file holds records alone.
        records : mapping of str to pandas.DataFrame, optional
            Name to table of single people, cases or workers, with columns of its own.

        Returns
        -------
        bool
            False if this delivery was there already; then only figures and records that
            are missing under ``data/processed`` are put back.

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
        for table in records or {}:
            _checked_key(table)
        refuse_outward_links(self.folder, [f"data/raw/{delivery}", *self._derived(delivery)])
        stored = self.has_delivery(delivery)
        if not stored:
            self._check_source(Path(source_path), receipt)
        self._put_derived(delivery, figures, records or {}, again=not stored)
        if stored:
            return False

        def fill(folder: Path) -> None:
            shutil.copyfile(source_path, folder / name)
            self._check_source(folder / name, receipt)
            (folder / RECEIPT).write_bytes(sealed(receipt))
            settle(folder)

        try:
            return atomic_folder(self.raw / delivery, fill)
        except PmfError:  # its tables belong to nothing then, and take up room
            for path in self.places_of(delivery):
                with suppress(WorkspaceError):
                    remove(path)
            raise

    def amend_published(self, delivery: str, published: date, by: str = "") -> bool:
        """Give a stored delivery the publication date that is said later.

        The receipt is replaced in one step; the earlier one stays beside it as
        ``receipt-1.json``, ``receipt-2.json`` and so on.

        Parameters
        ----------
        delivery : str
        published : date
        by : str
            The role that says so, for the journal.

        Returns
        -------
        bool
            False if the receipt says this date already; then nothing was changed.

        Raises
        ------
        WorkspaceError
            If there is no such delivery, or it cannot be written to.
        """
        earlier = self._receipt(delivery)
        if earlier["published"] == published.isoformat():
            return False
        folder = self.raw / delivery
        refuse_outward_links(self.folder, [f"data/raw/{delivery}/{RECEIPT}"])
        held = (folder / RECEIPT).read_bytes()
        kept = [path.read_bytes() for path in self.earlier_receipts(delivery)]
        if not kept or kept[-1] != held:
            atomic_write(folder / f"receipt-{len(kept) + 1}.json", held)
        amended = {**earlier, "published": published.isoformat(), "published_basis": "given"}
        atomic_write(folder / RECEIPT, sealed(amended))
        self.append_journal(
            {"event": "amended", "delivery": delivery, "published": published.isoformat(),
             "before": earlier["published"], "by": by}
        )  # fmt: skip
        return True

    def earlier_receipts(self, delivery: str) -> list[Path]:
        """Receipts of a delivery that a later one has replaced, oldest first."""
        found = [
            (int(match[1]), path)
            for path in (self.raw / _checked_id(delivery)).glob("receipt-*.json")
            if (match := _KEPT_RECEIPT.fullmatch(path.name))
        ]
        return [path for _, path in sorted(found)]

    def deleted(self) -> list[dict]:
        """What is left of deliveries that were deleted on purpose, in the order of deletion."""
        path = self.folder / DELETED
        found = []
        for line in path.read_bytes().splitlines() if path.is_file() else ():
            try:
                found.append(dict(json.loads(line)))
            except (ValueError, TypeError):  # a check of the store names the line
                continue
        return found

    def figures(
        self,
        ids: Iterable[str],
        tables: Sequence[str] | None = None,
        service_areas: Sequence[str] | None = None,
        breakdowns: Sequence[str] | None = None,
    ) -> pd.DataFrame:
        """Figures of some deliveries.

        Parameters
        ----------
        ids : iterable of str
            Delivery ids; rows come in this order, then in the order of the file.
        tables, service_areas, breakdowns : sequence of str, optional
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
            for column, wanted in (
                ("table", tables), ("service_area", service_areas), ("breakdown", breakdowns),
            )
            if wanted is not None
        ]  # fmt: skip
        receipts = {delivery: self._receipt(delivery) for delivery in dict.fromkeys(ids)}
        parts = [
            self._figures_of(delivery, filters)
            for delivery, receipt in receipts.items()
            if tables is None or set(tables_of(receipt)) & set(tables)
        ]
        filled = [part for part in parts if len(part)]
        return pd.concat(filled, ignore_index=True) if filled else _no_figures()

    def record_tables(self, delivery: str) -> list[str]:
        """Names of the tables of records of a delivery, sorted; none where it has none."""
        self._receipt(delivery)
        return sorted(path.stem for path in self._records_path(delivery).glob("*.parquet"))

    def records(
        self,
        table: str,
        ids: Iterable[str] | None = None,
        columns: Sequence[str] | None = None,
    ) -> pd.DataFrame:
        """One table of records, of every delivery that has it.

        Parameters
        ----------
        table : str
            Name of the table.
        ids : iterable of str, optional
            Delivery ids; rows come in this order. All, in the order of publication, when
            not given.
        columns : sequence of str, optional
            Only these; the table must have them.

        Returns
        -------
        pandas.DataFrame
            ``delivery`` first, then the columns of the tables in the order of their
            appearance; null where a delivery has no such column.

        Raises
        ------
        WorkspaceError
            If a delivery is unknown, or no delivery has such a table.
        """
        import pandas as pd

        chosen = dict.fromkeys(ids) if ids is not None else self._delivery_ids()
        held = {each: self._records_path(each) / f"{_checked_key(table)}.parquet"
                for each in chosen if table in self.record_tables(each)}  # fmt: skip
        if not held:
            known = sorted({name for each in chosen for name in self.record_tables(each)})
            raise WorkspaceError(
                f"No delivery holds records {table!r}", f"one of {', '.join(known) or 'none yet'}",
                "Receive such a file; if it was received, receive it again: that puts them back",
            )  # fmt: skip
        wanted = None if columns is None else [name for name in columns if name != "delivery"]
        parts = [_with_delivery(read_parquet(path, wanted), each) for each, path in held.items()]
        return pd.concat(parts, ignore_index=True)

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

        refuse_outward_links(self.folder, [f"data/processed/prepared/{key}"])
        return atomic_folder(place, lambda folder: write_tables(folder, tables))

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

    def places_of(self, delivery: str) -> list[Path]:
        """Every file and folder of a delivery: as delivered first, then its tables."""
        places = [self.raw / delivery, *self._figure_files(delivery), self._records_path(delivery)]
        return [path for path in places if path.exists()]

    def delete(self, places: Sequence[str], record: Mapping | None) -> None:
        """Delete files and folders: on record first, then out of sight in one step each.

        Call it as the one writer. Stopped in the middle, it is completed by the next
        writer, or by being asked again.

        Parameters
        ----------
        places : sequence of str
            Paths inside the workspace, below ``data/raw``, ``data/processed`` or ``runs``.
        record : mapping or None
            What stays, as a line of ``data/deleted.jsonl``; None for nothing.

        Raises
        ------
        WorkspaceError
            If a place cannot be written to.
        ParameterError
            If a place is not one of those; nothing was deleted.
        """
        for place in places:
            steps = Path(place).parts
            if ".." in steps or not place.startswith(("data/raw/", "data/processed/", "runs/")):
                raise ParameterError(f"{place[:60]!r} is not to be deleted", "a stored thing")
        refuse_outward_links(self.folder, [*places, DELETED])
        if record is not None and dict(record) not in self.deleted()[-1:]:
            append_line(self.folder / DELETED, canonical_json(record, indent=None))
        for place in places:
            remove(self.folder / place)

    def write_table(self, path: Path, table: pd.DataFrame) -> Path:
        """Write a table as Parquet at a place of the caller's, whole or not at all."""
        return atomic_write(path, parquet_bytes(table))

    def append_journal(self, event: Mapping) -> None:
        """Note that something happened, with the time; never hashed, never read back by a run.

        The only place of the workbench that reads the clock.
        """
        at = datetime.now(UTC).isoformat(timespec="seconds")
        refuse_outward_links(self.folder, [JOURNAL])
        append_line(self.folder / JOURNAL, canonical_json({**event, "at": at}, indent=None))

    def clean(self) -> int:
        """Remove what an interrupted writer left behind; how many there were.

        Nothing ever reads such leftovers. Every writer does this first, under its lock.
        """
        with self.writing("clean") as cleared:
            return cleared

    def _receipt(self, delivery: str) -> dict:
        path = self.raw / _checked_id(delivery) / RECEIPT
        try:
            receipt = json.loads(path.read_bytes())
            if receipt["id"] == delivery and isinstance(receipt["published"], str):
                return {name: value for name, value in receipt.items() if name != SEAL}
            problem = "it is the receipt of something else"
        except FileNotFoundError as error:
            self._say_if_deleted(delivery)
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

    def _say_if_deleted(self, delivery: str) -> None:
        for each in self.deleted():
            if each.get("id") == delivery:
                raise WorkspaceError(
                    f"Delivery {delivery} was deleted on purpose ({each.get('why')}; "
                    f"decided by {each.get('by')}, due {each.get('due')})",
                    "a delivery that is still kept",
                    "Receive the file again if there is a reason to hold it",
                )

    def _delivery_ids(self) -> dict[str, None]:
        return dict.fromkeys(str(receipt["id"]) for receipt in self.deliveries())

    def _put_derived(
        self, delivery: str, figures: pd.DataFrame, records: Mapping[str, pd.DataFrame], again: bool
    ) -> None:
        """Write the tables of a delivery: all of them again, or those that are missing."""
        before = self._figure_files(delivery)
        if again or not before:
            content = parquet_bytes(figures)
            name = f"{delivery}-{sha256_of(content)[:32]}.parquet"
            path = atomic_write(self.processed / "figures" / name, content)
            for other in before:
                if other != path:
                    other.unlink(missing_ok=True)
        place = self._records_path(delivery)
        if again:
            shutil.rmtree(place, ignore_errors=True)
        if records:
            atomic_folder(place, lambda folder: write_tables(folder, records, whole=True))

    def _derived(self, delivery: str) -> list[str]:
        return ["data/processed/figures/x", f"data/processed/records/{delivery}"]

    def _figure_files(self, delivery: str) -> list[Path]:
        # without a hash in the name: written by version 0.1
        pattern = f"{_checked_id(delivery)}*.parquet"
        return sorted((self.processed / "figures").glob(pattern))

    def _figures_path(self, delivery: str) -> Path:
        held = self._figure_files(delivery)
        return held[-1] if held else self.processed / "figures" / f"{delivery}.parquet"

    def _records_path(self, delivery: str) -> Path:
        return self.processed / "records" / _checked_id(delivery)

    def _prepared_path(self, key: str) -> Path:
        return self.processed / "prepared" / _checked_key(key)

    def _check_source(self, path: Path, receipt: Mapping) -> None:
        if not path.is_file() or sha256_of(path) != receipt["sha256"]:
            raise DeliveryError(
                f"{receipt['file_name']} changed while it was received",
                "the same bytes as when it was read", "Receive it again; nothing was stored",
            )  # fmt: skip


def sealed(receipt: Mapping) -> bytes:
    """A receipt as it is written: with the hash of what it says, so that a later change shows."""
    said = {name: value for name, value in receipt.items() if name != SEAL}
    return canonical_json({**said, SEAL: sha256_of(canonical_json(said))})


def tables_of(receipt: Mapping) -> list[str]:
    """Names of the published tables that a delivery holds figures of."""
    return list(receipt.get("tables") or [receipt.get("table", "")])


def _with_delivery(table: pd.DataFrame, delivery: str) -> pd.DataFrame:
    if "delivery" in table.columns:
        return table
    table = table.copy()
    table.insert(0, "delivery", delivery)
    return table


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
    ours = name in (RECEIPT, CONTENTS, ".", "..") or _KEPT_RECEIPT.fullmatch(name)
    if bad or ours or name.startswith(PARTIAL) or _UNSAFE.search(name):
        raise DeliveryError(
            f"The file name {name[:60]!r} cannot be kept",
            'a name without < > : " / \\ | ? *, of 240 bytes at most, that is not one of our own',
            "Rename the file and deliver it again",
        )  # fmt: skip
    return name
