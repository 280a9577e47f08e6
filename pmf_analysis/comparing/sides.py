"""What may be compared, and how a person names it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from pmf_analysis import periods
from pmf_analysis.errors import ParameterError, RunError, nearest
from pmf_analysis.store import Store
from pmf_analysis.terms import Term

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_START = re.compile(r"[0-9a-f]{4,16}")


class SideKind(Term):
    """Kinds of thing that can be compared with their like."""

    DELIVERY = "delivery", "delivery"
    RUN = "run", "run"
    DATE = "date", "date"


@dataclass(frozen=True)
class Side:
    """One of the two things compared.

    Attributes
    ----------
    kind : SideKind
    name : str
        Id of the delivery or run, or the ISO date.
    label : str
        For readers.
    content : mapping
        The receipt or the manifest; empty for a date.
    """

    kind: SideKind
    name: str
    label: str
    content: Mapping[str, object] = field(default_factory=dict)

    @property
    def on(self) -> date:
        """The date; of a delivery or run use ``content``."""
        return date.fromisoformat(self.name)


def find_sides(store: Store, old: str, new: str) -> tuple[Side, Side]:
    """Find what two names mean: two deliveries of one table, two runs, or two dates.

    Parameters
    ----------
    store : Store
    old, new : str
        Id, unique start of an id (four characters or more) or file name of a delivery; id
        or start of the id of a run; date as ``2025-03-31``.

    Returns
    -------
    tuple of Side

    Raises
    ------
    ParameterError
        If a name means nothing or several things, or the two are not alike.
    """
    one, other = find_side(store, old), find_side(store, new)
    if one.kind is not other.kind:
        raise ParameterError(
            f"{old!r} is a {one.kind.label} and {new!r} a {other.kind.label}",
            "two deliveries of one table, two runs, or two dates",
            "Name two of a kind",
        )
    return one, other


def find_side(store: Store, text: str) -> Side:
    """What one name means; see `find_sides`.

    Raises
    ------
    ParameterError
        Naming what it could mean, or the nearest names.
    """
    asked = text.strip()
    if _DATE.fullmatch(asked):
        return _date(asked)
    receipts = store.deliveries()
    found = [*_deliveries(receipts, asked), *_runs(store, asked)]
    exact = [side for side in found if side.name == asked]
    found = exact or found
    if len(found) == 1:
        return found[0]
    if found:
        meanings = ", ".join(f"{side.kind.label} {side.name} ({side.label})" for side in found)
        raise ParameterError(
            f"{asked[:60]!r} means several things: {meanings}", "a name that means one",
            "Give more of the id",
        )  # fmt: skip
    known = [*(str(one["file_name"]) for one in receipts), *(str(one["id"]) for one in receipts),
             *run_ids(store)]  # fmt: skip
    raise ParameterError(
        f"There is no delivery, run or date {asked[:60]!r}",
        "a delivery's id or file name, a run's id, or a date such as 2025-03-31",
        nearest(asked, known),
    )


def run_ids(store: Store) -> list[str]:
    """Ids of the finished runs, sorted."""
    if not store.runs.is_dir():
        return []
    return sorted(path.parent.name for path in store.runs.glob("*/manifest.json"))


def _date(text: str) -> Side:
    try:
        on = date.fromisoformat(text)
    except ValueError as error:
        raise ParameterError(f"{text!r} is no date", "a date such as 2025-03-31") from error
    return Side(SideKind.DATE, text, f"what was known on {periods.format_date(on)}")


def _deliveries(receipts: list[dict], text: str) -> list[Side]:
    by_id = [one for one in receipts if _START.fullmatch(text) and one["id"].startswith(text)]
    chosen = by_id or [one for one in receipts if one["file_name"] == text]
    return [Side(SideKind.DELIVERY, one["id"], _delivery_label(one), one) for one in chosen]


def _delivery_label(receipt: Mapping[str, object]) -> str:
    on = periods.format_date(date.fromisoformat(str(receipt["published"])))
    return f"{receipt['file_name']}, published {on}"


def _runs(store: Store, text: str) -> list[Side]:
    if not _START.fullmatch(text):
        return []
    return [_run(store, one) for one in run_ids(store) if one.startswith(text)]


def _run(store: Store, run_id: str) -> Side:
    path = store.runs / run_id / "manifest.json"
    try:
        manifest = json.loads(path.read_bytes())
        inputs = manifest["inputs"]
        on = periods.format_date(date.fromisoformat(inputs["as_at"]))
        for name in ("prepared", "register", "code", "deliveries", "period"):
            inputs[name]
    except (ValueError, KeyError, TypeError) as error:
        raise RunError(
            f"runs/{run_id}/manifest.json cannot be read ({type(error).__name__}: {error})",
            "the manifest of a finished run",
            "Run it again",
        ) from error
    return Side(SideKind.RUN, run_id, f"run {run_id}, as known on {on}", manifest)
