"""Closing a period: what is published for it is frozen, and stands beside whatever comes later.

A role closes a period once. Its figures, states, statuses, targets, floors, verdicts and
sentences, of every unit and indicator, are written to ``closed/`` with what they were made
from, and never changed. A figure belongs to the period of its own code: closing 2026-10
closes October's monthly figures, and closing 2026/27-Q2 the quarterly ones.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import pmf_analysis
from pmf_analysis import formats, periods
from pmf_analysis.errors import ParameterError, PublicationError, RunError, nearest
from pmf_analysis.gathering import known_at
from pmf_analysis.prepared import Prepared, code_digest, prepare
from pmf_analysis.roles import checked_role
from pmf_analysis.store import Store, writes
from pmf_analysis.store.closed import ClosedPeriod, closed_periods, put_closed
from pmf_analysis.tables import FINDING, SERIES
from pmf_analysis.terms import Structure, Verdict

if TYPE_CHECKING:
    import pandas as pd

FORMAT = 1
"""Version of what stands in ``closed.json``."""

FIGURES = (
    *SERIES, "period", "vintage", "period_end", "numerator", "denominator", "value", "state",
    "lower", "upper", "method", "shown_numerator", "shown_denominator", "shown_value",
    "shown_lower", "shown_upper", "shown_state", "shown_label", "shown_text", "levels_text",
    "target", "floor", "rag", "rag_rule", "rag_reason", "rag_best", "rag_worst",
    "provisional_low", "provisional_high", "provisional_basis", "special_cause", "variation",
    "assurance", "chart_reason", "verdict", "verdict_reason", "deliveries",
)  # fmt: skip
"""Columns of the frozen figures; ``indicator_name`` and ``unit_name`` come after them."""


@dataclass(frozen=True)
class Closed:
    """What a closing has frozen.

    Attributes
    ----------
    period : str
        Code of the period.
    label : str
        As a reader sees it.
    as_at : date
    by : str
        The role that closed it.
    figures, findings : int
        How many there are.
    provisional : int
        Figures among them that may still change.
    folder : str
        Where it stands, from the workspace's folder.
    override_by, because : str
        The role that closed it in spite of a red verdict, and why.
    """

    period: str
    label: str
    as_at: date
    by: str
    figures: int
    findings: int
    provisional: int
    folder: str
    override_by: str = ""
    because: str = ""


@writes("close")
def close_period(
    store: Store,
    period: str,
    by: str,
    as_at: date | None = None,
    structure: Structure = Structure.AS_THEN,
    override_by: str = "",
    because: str = "",
) -> Closed:
    """Freeze what is published for a period.

    Parameters
    ----------
    store : Store
    period : str
        Code of the period.
    by : str
        The role that closes it; never a person's name.
    as_at : date, optional
        What was known then; the latest publication date when not given.
    structure : Structure
        By which units figures of the past are read.
    override_by, because : str
        The role that closes the period in spite of a red data-quality verdict, and why.

    Returns
    -------
    Closed

    Raises
    ------
    ParameterError
        If the period's code means nothing, a role is none, or only one of role and reason
        is given.
    PublicationError
        If the period is closed already, or a verdict is red and nobody overrides it.
    RunError
        If there is no figure of the period.
    """
    code = periods.parse(period).code
    role = checked_role(by)
    if bool(override_by.strip()) != bool(because.strip()):
        raise ParameterError(
            "An override needs a role and a reason",
            "both --override-by ROLE and --because TEXT",
            "Give both, or neither",
        )
    override = (checked_role(override_by), because.strip()) if because.strip() else ("", "")
    _refuse_closed(store, code)
    prepared = prepare(store, as_at, code, structure)
    fact = prepared.table("fact")
    figures = _figures(prepared, fact, code)
    override = _gate(prepared, figures, *override)
    findings = _findings(prepared, fact, code)
    record = _record(prepared, role, structure, override, len(figures), len(findings))
    with store.writing("close"):
        written = put_closed(store, code, record, {"figures": figures, "findings": findings})
        if written is None:
            _refuse_closed(store, code)
        store.append_journal(
            {"event": "closed", "period": code, "by": role, "override_by": override[0]}
        )
    (found,) = [one for one in list_closed(store) if one.period == code]
    return found


def list_closed(store: Store) -> list[Closed]:
    """Every closed period, in the order of time.

    Raises
    ------
    WorkspaceError
        If a closed period is damaged.
    """
    return [_told(one) for one in closed_periods(store)]


def _refuse_closed(store: Store, code: str) -> None:
    for one in closed_periods(store):
        if one.period == code:
            raise PublicationError(
                f"{periods.parse(code).label} ({code}) was closed by {one.by}, as at "
                f"{periods.format_date(one.as_at)}",
                "a period that is still open",
                "A closed period stays as it is; later changes stand beside it on every page",
            )


def _figures(prepared: Prepared, fact: pd.DataFrame, code: str) -> pd.DataFrame:
    """The figures of a period, with the names that their units and indicators have now."""
    own = fact[fact["period"] == code].sort_values(list(SERIES), kind="stable")
    if not own["has_value"].any():
        known = sorted(set(prepared.table("analysis")["period"]), reverse=True)
        raise RunError(
            f"There is no figure of {periods.parse(code).label} ({code})",
            "a period for which figures were delivered",
            nearest(code, known),
        )
    held = prepared.register
    return own[list(FIGURES)].assign(
        indicator_name=[held.indicator(one).name for one in own["indicator"]],
        unit_name=[
            held.units[one].name if one in held.units else one for one in own["service_area"]
        ],
    )


def _findings(prepared: Prepared, fact: pd.DataFrame, code: str) -> pd.DataFrame:
    """Every sentence on a figure of the period, and on one that did not come in time."""
    late = fact["late"].astype(bool) & (fact["newest_period"] == code)
    series = fact.loc[(fact["period"] == code) | late, list(SERIES)]
    return prepared.table("finding").merge(series, on=list(SERIES))[list(FINDING)]


def _gate(
    prepared: Prepared, figures: pd.DataFrame, override_by: str, because: str
) -> tuple[str, str]:
    """The override that was needed; an error where a red verdict stops the closing."""
    red = figures[figures["verdict"] == Verdict.RED]
    if red.empty:
        return "", ""
    if not override_by:
        named = [f"{row.unit_name}, {row.indicator_name}" for row in red.itertuples(index=False)]
        shown = formats.listed(named[:5]) + (f" and {len(red) - 5} more" if len(red) > 5 else "")
        raise PublicationError(
            f"The data-quality verdict is red for {shown}",
            "no red verdict",
            "See pmf check; mend the data, or close with --override-by ROLE --because TEXT",
        )
    return override_by, because


def _record(
    prepared: Prepared, role: str, structure: Structure, override: tuple[str, str], figures: int,
    findings: int,
) -> dict[str, object]:  # fmt: skip
    held = prepared.register
    _, receipts = known_at(prepared.store, prepared.context.as_at)
    named = ("id", "table", "file_name", "sha256", "published")
    return {
        "format": FORMAT,
        "as_at": prepared.context.as_at,
        "by": role,
        "override": {"by": override[0], "because": override[1]} if override[0] else None,
        "structure": structure.value,
        "register": held.digest(),
        "rule_sets": sorted(one.label for one in held.rule_sets.values()),
        "deliveries": [{name: receipt[name] for name in named} for receipt in receipts],
        "prepared": prepared.key,
        "code": code_digest(),
        "version": pmf_analysis.__version__,
        "counts": {"figures": figures, "findings": findings},
    }


def _told(closed: ClosedPeriod) -> Closed:
    counts, override = closed.record["counts"], closed.record["override"] or {}
    provisional = closed.table("figures")["shown_state"].eq("provisional").sum()
    return Closed(
        period=closed.period,
        label=periods.parse(closed.period).label,
        as_at=closed.as_at,
        by=closed.by,
        figures=counts["figures"],  # type: ignore[index]
        findings=counts["findings"],  # type: ignore[index]
        provisional=int(provisional),
        folder=f"closed/{closed.folder.name}",
        override_by=override.get("by", ""),  # type: ignore[attr-defined]
        because=override.get("because", ""),  # type: ignore[attr-defined]
    )
