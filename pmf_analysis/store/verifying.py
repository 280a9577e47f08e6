"""Whether a workspace holds what it says: every stored byte against the hash noted with it.

Nothing is changed, nothing is computed again, and no symbolic link is followed.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from pmf_analysis.errors import PmfError
from pmf_analysis.store import closed
from pmf_analysis.store.atomic import PARTIAL
from pmf_analysis.store.canonical import canonical_json, sha256_of
from pmf_analysis.store.contents import CONTENTS, read_contents
from pmf_analysis.store.folder import DELETED, JOURNAL, RECEIPT, SEAL, Store, sealed
from pmf_analysis.store.leftovers import leftovers
from pmf_analysis.store.links import outward_links
from pmf_analysis.store.parquet import rows_in

_ID = re.compile(r"[0-9a-f]{16}")
_FIGURES = re.compile(r"([0-9a-f]{16})(?:-([0-9a-f]{32}))?\.parquet")

_FROM_A_COPY = "Put it back from a copy"
_RUN_AGAIN = "Make the run again with pmf run"
_PREPARE_AGAIN = "Delete the folder; pmf run makes it again when it is needed"
_PROCESSED = {"figures", "prepared", "records", "registers"}


@dataclass(frozen=True, order=True)
class Fault:
    """One thing that is not as it should be.

    Attributes
    ----------
    where : str
        Path inside the workspace.
    what : str
        What is wrong, as the rest of a sentence that begins with the path.
    do : str
        What to do about it.
    matters : bool
        False for what harms nothing: a leftover that the next writer clears.
    """

    where: str
    what: str
    do: str
    matters: bool = True

    def __str__(self) -> str:
        return f"{self.where} {self.what}. {self.do}."


@dataclass(frozen=True)
class Verification:
    """What came of a check of a workspace.

    Attributes
    ----------
    faults : tuple of Fault
        Sorted by place.
    counts : dict
        Kind to how many were checked; ``deleted`` counts deletions on record.
    """

    faults: tuple[Fault, ...]
    counts: dict[str, int]

    @property
    def whole(self) -> bool:
        """Whether all is well."""
        return not any(fault.matters for fault in self.faults)


def verify(store: Store, register_digest: Callable[[Path], str] | None = None) -> Verification:
    """Hold everything that a workspace stores against the hash noted with it.

    Parameters
    ----------
    store : Store
    register_digest : callable, optional
        Gives the digest of a register's folder; kept registers are held against it.

    Returns
    -------
    Verification
        While another process writes, its unfinished files are named as leftovers.
    """
    root = store.folder
    links, left = outward_links(root), leftovers(root)
    unread = {*left, *(root / link for link in links)}
    faults = {_link(link) for link in links} | {_left(store, path) for path in left}
    counts = dict.fromkeys(_CHECKS, 0)
    for kind, (pattern, check) in _CHECKS.items():
        for place in sorted(root.glob(pattern)):
            if not unread.intersection((place, *place.parents)):
                counts[kind] += 1
                faults.update(check(store, place))
    faults.update(_closed_faults(store) if root / "closed" not in unread else ())
    for fault in (*_unfinished(store), *_strays(store)):
        place = root / fault.where
        faults |= set() if unread.intersection((place, *place.parents)) else {fault}
    if register_digest:
        faults.update(_register_faults(store, register_digest))
    counts |= {"closed": _count(root / "closed"), "deleted": len(store.deleted())}
    return Verification(tuple(sorted(faults)), counts)


def _link(link: str) -> Fault:
    what = "is a symbolic link that leads out of the workspace; it was not followed"
    return Fault(link, what, "Remove the link and put there what it stood for")


def _left(store: Store, path: Path) -> Fault:
    what = "was left behind by a writer that was stopped"
    return Fault(_inside(store, path), what, "The next verb that writes clears it", matters=False)


# one kind each: what is wrong with the thing in one place


def _delivery_faults(store: Store, place: Path) -> Iterator[Fault]:
    where = _inside(store, place)
    try:
        receipt = store.receipt(place.name)
        delivered = store.delivered_file(place.name)
    except PmfError as error:
        yield Fault(where, f"has a receipt that cannot be used ({error.given})", _FROM_A_COPY)
        return
    if not delivered.is_file() or delivered.is_symlink():
        yield Fault(where, "does not hold the delivered file", _FROM_A_COPY)
    elif sha256_of(delivered) != receipt["sha256"]:
        yield Fault(where, "holds a file that is not the one delivered", _FROM_A_COPY)
    if _broken_seal(place):
        yield Fault(where, "has a receipt that was changed after it was written", _FROM_A_COPY)
    if receipt["sha256"][:16] != place.name:
        yield Fault(where, "holds the delivery of another id", _FROM_A_COPY)
    known = {delivered.name, RECEIPT, *(path.name for path in store.earlier_receipts(place.name))}
    if others := sum(path.name not in known for path in place.iterdir()):
        yield Fault(where, f"holds {others} files that belong to no delivery", "Move them away")
    yield from _derived_faults(store, receipt, f"pmf receive {where}/FILE")


def _broken_seal(place: Path) -> bool:
    """Whether a receipt is no longer what was written; those of older versions have no seal."""
    written = json.loads((place / RECEIPT).read_bytes())
    return SEAL in written and written != json.loads(sealed(written))


def _derived_faults(store: Store, receipt: Mapping, again: str) -> Iterator[Fault]:
    delivery = receipt["id"]
    held = sorted((store.processed / "figures").glob(f"{delivery}*.parquet"))
    make = f"Delete what is there and make it again: {again}"
    if not held:
        yield Fault(
            f"data/processed/figures/{delivery}.parquet", "is missing", f"Make it again: {again}"
        )
    for path in held[:-1]:
        yield Fault(_inside(store, path), "is not the only table of its delivery", make)
    for path in held:
        yield from _table_faults(store, path, _FIGURES, receipt.get("cells"), make)
    place = store.processed / "records" / delivery
    if receipt.get("holds") == "records" and receipt["rows_read"] and not place.is_dir():
        yield Fault(_inside(store, place), "is missing", f"Make it again: {again}")


def _table_faults(
    store: Store, path: Path, named: re.Pattern, rows: int | None, do: str
) -> Iterator[Fault]:
    """A table with its hash in its name."""
    where, match = _inside(store, path), named.fullmatch(path.name)
    if match is None:
        yield Fault(where, "has no name of a table", "Move it away")
    elif match[2] and sha256_of(path)[:32] != match[2]:
        yield Fault(where, "is not the table that was stored", do)
    else:
        yield from _row_faults(where, path, rows, do)


def _row_faults(where: str, path: Path, rows: int | None, do: str) -> Iterator[Fault]:
    try:
        held = rows_in(path)
    except PmfError:
        yield Fault(where, "is damaged", do)
        return
    if rows is not None and held != rows:
        yield Fault(where, f"holds {held:,} rows where {rows:,} are on record", do)


def _folder_faults(store: Store, place: Path) -> Iterator[Fault]:
    """A folder of tables with the list of its contents."""
    where, do = _inside(store, place), _PREPARE_AGAIN
    if place.parent.name == "records":
        do = f"Delete the folder and make it again: pmf receive data/raw/{place.name}/FILE"
    listed = read_contents(place)
    if listed is None:
        yield Fault(where, "has no list of its contents, so that it cannot be checked", do)
        return
    yield from _listed_faults(store, place, {n: each["sha256"] for n, each in listed.items()}, do)
    for name, each in listed.items():
        if (place / name).is_file():
            yield from _row_faults(f"{where}/{name}", place / name, each["rows"], do)
    for path in sorted(place.iterdir()):
        if path.name not in (CONTENTS, *listed):
            yield Fault(_inside(store, path), "belongs to no table there", "Move it away")


def _run_faults(store: Store, place: Path) -> Iterator[Fault]:
    try:
        manifest = json.loads(place.read_bytes())
        listed = {**manifest["outputs"]} | {t["output"]: t["sha256"] for t in manifest["tasks"]}
        # a run is named by what went in
        named = hashlib.sha256(canonical_json(manifest["inputs"])).hexdigest()[:12]
        other = not (manifest["run_id"] == place.parent.name == named)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        yield Fault(_inside(store, place), "is damaged", _RUN_AGAIN)
        return
    if other:
        yield Fault(_inside(store, place), "is the record of another run", _RUN_AGAIN)
    yield from _listed_faults(store, place.parent, listed, _RUN_AGAIN)


def _page_faults(store: Store, place: Path) -> Iterator[Fault]:
    published = _inside(store, place).startswith("published/")
    do = "Publish the run again with pmf publish" if published else _RUN_AGAIN
    try:
        listed = {str(name): str(each) for name, each in json.loads(place.read_bytes()).items()}
    except (OSError, ValueError, AttributeError):
        yield Fault(_inside(store, place), "is damaged", do)
        return
    yield from _listed_faults(store, place.parent, listed, do)


def _listed_faults(
    store: Store, folder: Path, listed: Mapping[str, str], do: str
) -> Iterator[Fault]:
    """Files that a list names, against its hashes; a name that leaves the folder is a fault."""
    for name, digest in sorted(listed.items()):
        path = folder / name
        if Path(name).is_absolute() or ".." in Path(name).parts:
            yield Fault(_inside(store, folder), "lists a file outside itself", do)
        elif path.is_symlink() or not path.is_file():
            yield Fault(_inside(store, path), "is missing", do)
        elif sha256_of(path) != digest:
            yield Fault(_inside(store, path), "is not the file on record", do)


def _line_faults(store: Store, place: Path) -> Iterator[Fault]:
    journal = place.name == JOURNAL
    for number, line in enumerate(place.read_bytes().splitlines(), start=1):
        try:
            json.loads(line)
        except ValueError:
            do = "Nothing is read from it" if journal else _FROM_A_COPY
            what = f"cannot be read in line {number}"
            yield Fault(_inside(store, place), what, do, matters=not journal)


def _closed_faults(store: Store) -> Iterator[Fault]:
    try:
        held = closed.closed_periods(store)
    except PmfError as error:
        yield Fault("closed", f"holds what cannot be read: {error.given}", _FROM_A_COPY)
        return
    for period in held:
        for line in closed.damage_of(period):
            where, _, what = line.partition(" ")
            yield Fault(where, what, _FROM_A_COPY)


def _register_faults(store: Store, digest: Callable[[Path], str]) -> Iterator[Fault]:
    for place in sorted((store.processed / "registers").glob("*")):
        if place.is_dir() and not place.name.startswith(PARTIAL) and digest(place) != place.name:
            yield Fault(_inside(store, place), "is not the register that was kept", _FROM_A_COPY)


def _unfinished(store: Store) -> Iterator[Fault]:
    for place in sorted(store.runs.glob("*")):
        if not place.is_dir() or place.is_symlink() or place.name.startswith(PARTIAL):
            continue
        if not (place / "manifest.json").is_file():
            what, do = "is a run that was not finished", "pmf run goes on where it ended"
            yield Fault(_inside(store, place), what, do, matters=False)
        elif not (place / "export" / "hashes.json").is_file():
            what, do = "is a run without its pages", "pmf run writes them"
            yield Fault(_inside(store, place), what, do, matters=False)
    for place in sorted((store.folder / "published").glob("*")):
        if place.is_dir() and not place.is_symlink() and not (place / "hashes.json").is_file():
            what = "holds pages of a publication that was not finished"
            yield Fault(_inside(store, place), what, "Publish the run again with pmf publish")


def _strays(store: Store) -> Iterator[Fault]:
    for path in sorted(store.raw.glob("*")):
        if not (_ID.fullmatch(path.name) and path.is_dir()):
            yield Fault(
                _inside(store, path), "is no delivery", "Receive it with pmf receive, or move it"
            )
    for path in sorted(store.processed.glob("*")):
        if path.name not in _PROCESSED:
            yield Fault(_inside(store, path), "is nothing that the workbench keeps", "Move it away")
    for path in sorted((store.processed / "figures").glob("*")):
        if not _FIGURES.fullmatch(path.name):
            yield Fault(_inside(store, path), "is no table of a delivery", "Move it away")


def _inside(store: Store, path: Path) -> str:
    return path.relative_to(store.folder).as_posix()


def _count(folder: Path) -> int:
    return sum(path.is_dir() for path in folder.glob("*"))


_CHECKS = {
    "deliveries": ("data/raw/" + "[0-9a-f]" * 16, _delivery_faults),
    "records": ("data/processed/records/*", _folder_faults),
    "prepared": ("data/processed/prepared/*", _folder_faults),
    "runs": ("runs/*/manifest.json", _run_faults),
    "pages": ("runs/*/export/hashes.json", _page_faults),
    "published": ("published/*/hashes.json", _page_faults),
    "journal": (JOURNAL, _line_faults),
    "deletions": (DELETED, _line_faults),
}
"""Kind of thing to where it is and what finds its faults."""
