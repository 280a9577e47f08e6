"""Take deliveries into a workspace: each file stands alone, whole or not at all."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from pmf_analysis import ingest, register, settings
from pmf_analysis.errors import DeliveryError
from pmf_analysis.ingest.database import fetch
from pmf_analysis.register import Register
from pmf_analysis.register.layouts import Layout
from pmf_analysis.register.sources import load_sources, pick_source
from pmf_analysis.store import Store, sha256_of, writes


@dataclass(frozen=True)
class Received:
    """What came of one file.

    Attributes
    ----------
    file_name : str
    receipt : dict or None
        None for a file that could not be received.
    stored : bool
        False for a file that was there already, or could not be received.
    error : str
        Why it could not be received; empty otherwise.
    amended : str
        The publication date that the receipt of a file that was there already said before,
        where another one was given now; empty otherwise.
    """

    file_name: str
    receipt: dict[str, object] | None
    stored: bool
    error: str
    amended: str = ""


@dataclass(frozen=True)
class _Reader:
    """What every file of one call is read with."""

    register: Register
    layouts: Mapping[str, Layout]
    layout: str
    published: date | None
    origin: str
    undated: date | None

    def read(self, path: Path, published: date | None) -> ingest.Extract:
        """Read one file."""
        return ingest.read_delivery(
            path, self.register, layouts=self.layouts, layout=self.layout,
            published=published, origin=self.origin, undated=self.undated,
        )  # fmt: skip


@writes("receive")
def receive(
    store: Store,
    paths: Sequence[Path],
    layout: str = "",
    published: date | None = None,
    progress: Callable[[Received], None] | None = None,
    origin: str = "",
    undated: date | None = None,
) -> list[Received]:
    """Receive files and folders.

    Parameters
    ----------
    store : Store
    paths : sequence of Path
        A folder stands for the data files in it.
    layout : str
        Name of the layout, or of a file with parts; found by the files' columns when empty.
    published : date, optional
        Publication date; from the file when not given. Given for a file that is stored
        already, it amends the stored date.
    progress : callable, optional
        Called with each file's result, in the order of the files.
    origin : str, optional
        Where the files were fetched, if they were not delivered.
    undated : date, optional
        Publication date of the files whose name and content say none.

    Returns
    -------
    list of Received
        In the order of the files. A file that cannot be received changes nothing. What is
        stored does not depend on the order: files are taken by their names.
    """
    reader = _Reader(
        register.load(store.reference), ingest.load_layouts(store.reference / "layouts"),
        layout, published, origin, undated,
    )  # fmt: skip
    files = ingest.list_files(paths)
    results: dict[int, Received] = {}
    said = 0
    for place in _turns(files):
        results[place] = _receive_one(store, files[place], reader)
        while said in results:
            if progress:
                progress(results[said])
            said += 1
    return [results[place] for place in range(len(files))]


def receive_source(
    store: Store,
    name: str,
    published: date | None = None,
    progress: Callable[[Received], None] | None = None,
) -> list[Received]:
    """Ask a database for what a source describes, and receive the answer as a file.

    Parameters
    ----------
    store : Store
    name : str
        Of a file in ``data/reference/sources``.
    published : date, optional
        Publication date; from the answer when not given.
    progress : callable, optional
        Called with the result.

    Returns
    -------
    list of Received
        Of the one file ``<name>.csv``; not stored where the database answers as before.

    Raises
    ------
    RegisterError, ParameterError, DeliveryError
        If there is no such source, or the database does not answer; nothing was stored.
    """
    source = pick_source(load_sources(store.reference / "sources"), name)
    answer = fetch(source, settings.secret(source.address_from))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / answer.file_name
        path.write_bytes(answer.content)
        origin = f"database source {source.name}"
        return receive(store, [path], source.layout, published, progress, origin)


def _turns(files: Sequence[Path]) -> Iterator[int]:
    """Places of files by their names; files of one name by their content."""
    names = Counter(path.name for path in files)

    def turn(place: int) -> tuple[str, str]:
        path = files[place]
        return path.name, _sha256(path) if names[path.name] > 1 else ""

    yield from sorted(range(len(files)), key=turn)


def _sha256(path: Path) -> str:
    """Of a file's bytes; empty where it cannot be opened, which reading it says better."""
    try:
        return sha256_of(path) if path.is_file() else ""
    except OSError:
        return ""


def _stored_date(store: Store, path: Path) -> date | None:
    """The publication date on the receipt of a file that is stored already."""
    delivery = _sha256(path)[:16]
    if not delivery or not store.has_delivery(delivery):
        return None
    return date.fromisoformat(str(store.receipt(delivery)["published"]))


def _receive_one(store: Store, path: Path, reader: _Reader) -> Received:
    held = _stored_date(store, path)
    try:
        extract = reader.read(path, reader.published or held)
        _refuse_contradiction(store, extract)
        receipt = extract.receipt.as_dict()
        delivery = str(receipt["id"])
        stored = store.add_delivery(path, receipt, extract.figures, records=extract.records)
    except DeliveryError as error:
        return Received(path.name, None, False, str(error))
    if stored:
        store.append_journal({"event": "received", "delivery": delivery, "file": path.name})
        return Received(path.name, receipt, True, "")
    before = str(store.receipt(delivery)["published"])
    amended = reader.published is not None and store.amend_published(delivery, reader.published)
    return Received(path.name, store.receipt(delivery), False, "", before if amended else "")


def _refuse_contradiction(store: Store, extract: ingest.Extract) -> None:
    """Refuse figures that another delivery of the same day gives differently."""
    receipt = extract.receipt
    if not len(extract.figures):
        return
    for other in store.deliveries():
        shared = set(receipt.tables) & set(other.get("tables") or [other["table"]])
        if other["id"] == receipt.id or other["published"] != receipt.published or not shared:
            continue
        found = ingest.contradiction(
            extract.figures, store.figures([other["id"]], tables=sorted(shared))
        )
        if found is not None:
            raise _which_is_later(receipt, other, found)


def _which_is_later(
    receipt: ingest.Receipt, other: Mapping[str, object], found: ingest.Contradiction
) -> DeliveryError:
    cells = "one cell" if found.cells == 1 else f"{found.cells:,} cells"
    name = str(other["file_name"])
    name = name if name != receipt.file_name else f"{name} ({other['id']})"
    return DeliveryError(
        f"{receipt.file_name} and {name}, which was received before, both count as published on "
        f"{receipt.published} ({receipt.published_basis}; {other['published_basis']}), and they "
        f"differ in {cells} of the table {found.table}, such as {found.column} for "
        f"{found.service_area}, {found.period}",
        "one of them published later than the other",
        f"Which one was published later? Receive that one with `pmf receive --published DATE`; "
        f"nothing of {receipt.file_name} was stored",
    )
