"""Take deliveries into a workspace: each file stands alone, whole or not at all."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from pmf_analysis import ingest, register
from pmf_analysis.errors import DeliveryError
from pmf_analysis.store import Store, writes


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
    """

    file_name: str
    receipt: dict[str, object] | None
    stored: bool
    error: str


@writes("receive")
def receive(
    store: Store,
    paths: Sequence[Path],
    layout: str = "",
    published: date | None = None,
    progress: Callable[[Received], None] | None = None,
) -> list[Received]:
    """Receive files and folders.

    Parameters
    ----------
    store : Store
    paths : sequence of Path
        A folder stands for the data files in it.
    layout : str
        Name of the layout; found by the file's columns when empty.
    published : date, optional
        Publication date; from the file when not given.
    progress : callable, optional
        Called with each file's result.

    Returns
    -------
    list of Received
        In the order of the files. A file that cannot be received changes nothing.
    """
    held = register.load(store.reference)
    layouts = ingest.load_layouts(store.reference / "layouts")
    results = []
    for path in ingest.list_files(paths):
        try:
            extract = ingest.read_delivery(
                path, held, layouts=layouts, layout=layout, published=published
            )
        except DeliveryError as error:
            result = Received(path.name, None, False, str(error))
        else:
            receipt = extract.receipt.as_dict()
            stored = store.add_delivery(path, receipt, extract.figures)
            result = Received(path.name, receipt, stored, "")
            if stored:
                store.append_journal(
                    {"event": "received", "delivery": receipt["id"], "file": path.name}
                )
        results.append(result)
        if progress:
            progress(result)
    return results
