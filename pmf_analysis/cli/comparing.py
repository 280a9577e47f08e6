"""The verbs about time: why a past figure moved, and what was published for a period."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pmf_analysis.cli.options import (
    AsAt,
    AsJson,
    BecauseOf,
    OverrideBy,
    Units,
    UnitsOf,
    the_register,
    the_store,
)
from pmf_analysis.cli.printing import Progress, show

if TYPE_CHECKING:
    from pmf_analysis.closing import Closed
    from pmf_analysis.comparing import Comparison

_SHOWN = 20


def compare(
    context: typer.Context,
    old: Annotated[str, typer.Argument(help="A delivery (id or file name), run, or date.")],
    new: Annotated[str, typer.Argument(help="Another of the same kind.")],
    out: Annotated[
        Path | None,
        typer.Option(help="Write every change to this file: .csv, .html or .json."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Say why past figures moved: each change with its cause, size and effect on status."""
    from pmf_analysis import comparing

    store = the_store(context)
    with Progress(as_json) as shown:
        shown.say("Holding the two against each other")
        found = comparing.compare(store, old, new)
    if out is not None:
        comparing.write(found, the_register(context), out)
    show(comparing.as_dict(found), _comparison_lines(found, out), as_json)


def close(
    context: typer.Context,
    period: Annotated[str, typer.Argument(help="Such as 2026-10 or 2024/25.")] = "",
    by: Annotated[str, typer.Option(help="The role that closes it, never a name.")] = "",
    as_at: AsAt = "",
    structure: Units = UnitsOf.AS_THEN,
    override_by: OverrideBy = "",
    because: BecauseOf = "",
    listed: Annotated[bool, typer.Option("--list", help="List the closed periods.")] = False,
    as_json: AsJson = False,
) -> None:
    """Freeze what is published for a period: values, status, targets and words."""
    from pmf_analysis import closing
    from pmf_analysis.periods import parse_date

    store = the_store(context)
    if listed:
        closed = closing.list_closed(store)
        lines = [_closed_line(one) for one in closed] or ["No period is closed."]
        show([_closed_json(one) for one in closed], lines, as_json)
        return
    if not period or not by:
        raise typer.BadParameter(
            "give a period and the role that closes it: pmf close PERIOD --by ROLE"
        )
    with Progress(as_json) as shown:
        shown.say("Checking, measuring, judging: all series at once")
        one = closing.close_period(
            store, period, by, parse_date(as_at), structure.structure, override_by, because
        )
    show(_closed_json(one), [_closed_line(one), f"Kept in {one.folder}"], as_json)


def _comparison_lines(found: Comparison, out: Path | None) -> list[str]:
    lines = [f"From {found.old} to {found.new}: {found.compared:,} figures are in both."]
    told = list(found.sentences)
    lines += told[:_SHOWN] if out is None else told
    if out is None and len(told) > _SHOWN:
        lines.append(f"and {len(told) - _SHOWN:,} sentences more: --json shows them all")
    lines += found.notes
    if out is not None:
        lines.append(f"{len(found.changes):,} changes in {out}")
    return lines


def _closed_json(one: Closed) -> dict[str, object]:
    return {
        "period": one.period, "as_at": one.as_at.isoformat(), "by": one.by,
        "figures": one.figures, "findings": one.findings, "provisional": one.provisional,
        "folder": one.folder, "override_by": one.override_by, "because": one.because,
    }  # fmt: skip


def _closed_line(one: Closed) -> str:
    override = f", in spite of a red verdict, by {one.override_by}: {one.because}"
    return (
        f"{one.label}: closed by {one.by}, as known on {one.as_at.isoformat()}; "
        f"{one.figures:,} figures ({one.provisional:,} provisional) and {one.findings:,} findings"
        + (override if one.override_by else "")
    )
