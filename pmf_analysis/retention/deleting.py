"""Deletion of what is due: recorded first, then hidden in one step, then removed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from pmf_analysis.errors import ParameterError
from pmf_analysis.retention.planning import Due, Pruning, plan_prune
from pmf_analysis.roles import checked_role
from pmf_analysis.store import Store, writes


@dataclass(frozen=True)
class Pruned:
    """What came of a deletion.

    Attributes
    ----------
    plan : Pruning
        What was due.
    deleted : tuple of Due
        Empty when the plan was only shown.
    held : tuple of Due
        Due, and kept because a closed period or a kept run was made from it.
    """

    plan: Pruning
    deleted: tuple[Due, ...]
    held: tuple[Due, ...]


def prune(
    store: Store, on: date, by: str, apply: bool = False, also_needed: bool = False
) -> Pruned:
    """Show, or delete, what is due on a date.

    Parameters
    ----------
    store : Store
    on : date
    by : str
        The role that decides; noted with every deletion.
    apply : bool
        Whether to delete; otherwise nothing is changed.
    also_needed : bool
        Whether to delete too what closed periods and kept runs were made from. Their own
        files stay; they can then not be made again.

    Returns
    -------
    Pruned

    Raises
    ------
    ParameterError
        If something is to be deleted and no role is named that decides it.
    WorkspaceError
        If another process writes, or a place cannot be written to. What was deleted until
        then is on record; starting again completes.
    """
    if apply:
        return _apply(store, on, by, also_needed)
    plan = plan_prune(store, on)
    return Pruned(plan, (), _held(plan, also_needed))


@writes("store prune")
def _apply(store: Store, on: date, by: str, also_needed: bool) -> Pruned:
    if not by.strip():
        raise ParameterError("A deletion needs a role that decides it", "a role", "Add --by ROLE")
    role = checked_role(by)
    plan = plan_prune(store, on)
    held = _held(plan, also_needed)
    deleted = tuple(each for each in plan.due if each not in held)
    for each in deleted:
        record = _record(each, on, role, plan.rules) if each.record else None
        store.delete(each.places, record)
    if deleted:
        store.append_journal({"event": "pruned", "deleted": len(deleted), "by": role})
    return Pruned(plan, deleted, held)


def _held(plan: Pruning, also_needed: bool) -> tuple[Due, ...]:
    return () if also_needed else tuple(each for each in plan.due if each.needed_by)


def _record(each: Due, on: date, by: str, rules: str) -> dict[str, object]:
    return {
        **each.record, "due": each.due, "deleted_on": on.isoformat(), "why": each.why, "by": by,
        "rules": rules, "needed_by": list(each.needed_by),
    }  # fmt: skip
