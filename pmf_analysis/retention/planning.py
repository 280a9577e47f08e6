"""What is due for deletion on a date, with the reason, and what still needs it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from pmf_analysis import register
from pmf_analysis.errors import PmfError
from pmf_analysis.gathering import known_at
from pmf_analysis.prepared import prepared_key
from pmf_analysis.register import Context, Register
from pmf_analysis.register.layouts import load_layouts
from pmf_analysis.retention.policy import Policy, read_policy
from pmf_analysis.store import Store
from pmf_analysis.store.closed import closed_periods
from pmf_analysis.terms import DataClass


@dataclass(frozen=True)
class Due:
    """One thing that is due for deletion.

    Attributes
    ----------
    kind : str
        ``delivery``, ``run``, ``prepared tables`` or ``kept register``.
    id : str
        Id of the delivery or run; key or digest otherwise.
    places : tuple of str
        Files and folders, as paths inside the workspace.
    data_class : DataClass or None
        Of a delivery.
    bytes : int
    due : str
        First day on which it is to be deleted, YYYY-MM-DD; empty for what nothing needs.
    why : str
    needed_by : tuple of str
        Closed periods and kept runs that were made from it; it is deleted only if that is
        asked for.
    record : mapping
        What stays in ``data/deleted.jsonl``; empty for what can be made again.
    """

    kind: str
    id: str
    places: tuple[str, ...]
    data_class: DataClass | None
    bytes: int
    due: str
    why: str
    needed_by: tuple[str, ...]
    record: Mapping[str, object]


@dataclass(frozen=True)
class Pruning:
    """What is due on a date.

    Attributes
    ----------
    on : date
    rules : str
        Name and version of the rule set.
    due : tuple of Due
        Deliveries first, then runs, then what can be made again.
    unclassified : tuple of str
        Ids of deliveries whose class of data is not known; they are kept.
    """

    on: date
    rules: str
    due: tuple[Due, ...]
    unclassified: tuple[str, ...]


def plan_prune(store: Store, on: date) -> Pruning:
    """What is due for deletion on a date; nothing is changed.

    Parameters
    ----------
    store : Store
    on : date
        The day of the deletion; the clock is not asked.

    Returns
    -------
    Pruning

    Raises
    ------
    RuleSetError
        If the rule set ``retention`` is missing or cannot be used.
    WorkspaceError
        If a receipt or the record of a closed period is damaged.
    """
    held = register.load(store.reference)
    policy = read_policy(held)
    classes = _classes(store)
    runs = _manifests(store)
    closed = {f"closed period {one.period}": _texts(one.record) for one in closed_periods(store)}
    old_runs = {
        run: found
        for run, found in _superseded(runs, policy, on, _published(store))
        if not _Needed(closed).by(run)
    }
    kept = {f"run {run}": _texts(text) for run, text in runs.items() if run not in old_runs}
    needed = _Needed(closed | kept)
    due = [
        *_due_deliveries(store, policy, on, classes, needed),
        *(_due_run(store, run, *found) for run, found in sorted(old_runs.items())),
        *_due_derived(store, held, needed),
    ]
    unclassified = tuple(sorted(each for each, kind in classes.items() if kind is None))
    return Pruning(on, policy.label, tuple(due), unclassified)


@dataclass(frozen=True)
class _Needed:
    """Who names what: kept runs and closed periods, with every text of their records."""

    kept: Mapping[str, frozenset[str]]

    def by(self, name: str) -> tuple[str, ...]:
        return tuple(sorted(who for who, texts in self.kept.items() if name in texts))


def _due_deliveries(
    store: Store, policy: Policy, on: date, classes: Mapping[str, DataClass | None], needed: _Needed
) -> Iterator[Due]:
    for receipt in store.deliveries():
        delivery, kind = str(receipt["id"]), classes[str(receipt["id"])]
        due = policy.due(kind, date.fromisoformat(receipt["published"])) if kind else None
        if due is None or due > on:
            continue
        why = f"{kind.label}; kept for {policy.keep_days[kind]} days by {policy.label}"
        record = {
            "kind": "delivery", "id": delivery, "sha256": receipt["sha256"],
            "tables": receipt.get("tables") or [receipt.get("table", "")],
            "data_class": kind.value, "published": receipt["published"],
        }  # fmt: skip
        if kind in policy.name_kept:
            record["file_name"] = receipt["file_name"]
        places = store.places_of(delivery)
        yield Due(
            "delivery", delivery, _inside(store, places), kind, _size(places), due.isoformat(),
            why, needed.by(delivery), record,
        )  # fmt: skip


def _due_run(store: Store, run: str, due: date, later: str) -> Due:
    places = [store.runs / run]
    why = f"run {later} asks the same as at a later date"
    record = {"kind": "run", "id": run}
    return Due("run", run, _inside(store, places), None, _size(places), due.isoformat(), why,
               (), record)  # fmt: skip


def _due_derived(store: Store, held: Register, needed: _Needed) -> Iterator[Due]:
    """Prepared tables and kept registers that neither a kept record nor the present names."""
    present = _present(store, held)
    for kind, folder in (("prepared tables", "prepared"), ("kept register", "registers")):
        for place in sorted((store.processed / folder).glob("[!.]*")):
            if place.is_symlink() or place.name in present or needed.by(place.name):
                continue
            yield Due(
                kind, place.name, _inside(store, [place]), None, _size([place]), "",
                "no kept run, closed period or present state names it", (), {},
            )  # fmt: skip


def _present(store: Store, held: Register) -> set[str]:
    try:
        on, receipts = known_at(store, None)
    except PmfError:  # an empty workspace
        return {held.digest()}
    return {held.digest(), prepared_key(store, Context(held, on), receipts, "")}


def _superseded(
    runs: Mapping[str, dict], policy: Policy, on: date, published: set[str]
) -> Iterator[tuple[str, tuple[date, str]]]:
    """Runs that a later one replaces, with the day they are due and the later run."""
    for run, manifest in runs.items():
        later = [
            (as_at, other)
            for other, one in runs.items()
            if _question(one) == _question(manifest)
            and (as_at := one["inputs"]["as_at"]) > manifest["inputs"]["as_at"]
        ]
        if not later or run in published:
            continue
        as_at, other = min(later)
        due = date.fromisoformat(as_at) + timedelta(days=policy.superseded_run_days + 1)
        if due <= on:
            yield run, (due, other)


def _question(manifest: Mapping) -> str:
    """What a run asks, whatever was known when it was made."""
    inputs = manifest["inputs"]
    asked = [
        [task["unit"], task["notebook"], {**task["parameters"], "as_at": ""}]
        for task in inputs["tasks"]
    ]
    return json.dumps([inputs["period"], asked], sort_keys=True)


def _manifests(store: Store) -> dict[str, dict]:
    found = {}
    for path in sorted(store.runs.glob("*/manifest.json")):
        try:
            manifest = json.loads(path.read_bytes())
            _question(manifest), manifest["inputs"]["as_at"]
        except (OSError, ValueError, KeyError, TypeError):  # kept: a check of the store names it
            continue
        found[path.parent.name] = manifest
    return found


def _published(store: Store) -> set[str]:
    return {path.name for path in (store.folder / "published").glob("*")}


def _classes(store: Store) -> dict[str, DataClass | None]:
    """Class of each delivery: from its receipt, or from the layout that read it."""
    layouts = load_layouts(store.reference / "layouts")
    found: dict[str, DataClass | None] = {}
    for receipt in store.deliveries():
        said = receipt.get("data_class")
        layout = layouts.get(str(receipt.get("layout", "")))
        if said in set(DataClass):
            found[str(receipt["id"])] = DataClass(said)
        else:
            found[str(receipt["id"])] = layout.data_class if layout else None
    return found


def _texts(content: object) -> frozenset[str]:
    """Every text in a record, wherever it stands."""
    if isinstance(content, str):
        return frozenset((content,))
    if isinstance(content, Mapping):
        content = [*content, *content.values()]
    if isinstance(content, list | tuple):
        return frozenset().union(*(_texts(each) for each in content))
    return frozenset()


def _inside(store: Store, places: list[Path]) -> tuple[str, ...]:
    return tuple(path.relative_to(store.folder).as_posix() for path in places)


def _size(places: list[Path]) -> int:
    files = [path for place in places for path in (place, *place.rglob("*"))]
    return sum(path.stat().st_size for path in files if path.is_file() and not path.is_symlink())
