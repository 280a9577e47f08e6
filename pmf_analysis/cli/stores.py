"""The verbs that look after a workspace on disk."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from pmf_analysis.cli.options import AsJson, the_store
from pmf_analysis.cli.printing import show

if TYPE_CHECKING:
    from pmf_analysis.retention import Due, Pruned

app = typer.Typer(help="List, verify and prune what a workspace holds.", no_args_is_help=True)


@app.command("list")
def store_list(context: typer.Context, as_json: AsJson = False) -> None:
    """List the deliveries, in the order of their publication."""
    receipts = the_store(context).deliveries()
    rows = [
        {name: receipt.get(name) for name in _LISTED if name in receipt} for receipt in receipts
    ]
    lines = [
        f"{row['id']}  {row['published']} ({row['published_basis']})  {row['file_name']}: "
        f"{row['rows_read']:,} of {row['rows_in_file']:,} rows read by {row['layout']}"
        for row in rows
    ]
    show(rows, lines or ["The workspace holds no delivery."], as_json)


@app.command("verify")
def store_verify(context: typer.Context, as_json: AsJson = False) -> None:
    """Hold everything stored against its hash. Exit status 0 when all is well, else 1."""
    from pmf_analysis.register.loading import fingerprint
    from pmf_analysis.store import verify

    found = verify(the_store(context), fingerprint)
    counts = ", ".join(
        f"{count:,} {kind.replace('_', ' ')}" for kind, count in found.counts.items()
    )
    lines = [str(fault) for fault in found.faults]
    lines.append(f"{'All is well' if found.whole else 'Not all is well'}: checked {counts}.")
    faults = [
        {"where": f.where, "what": f.what, "do": f.do, "matters": f.matters} for f in found.faults
    ]
    show({"whole": found.whole, "counts": found.counts, "faults": faults}, lines, as_json)
    raise typer.Exit(0 if found.whole else 1)


@app.command("prune")
def store_prune(
    context: typer.Context,
    on: Annotated[str, typer.Option(help="The day to decide by, YYYY-MM-DD.")],
    by: Annotated[str, typer.Option(help="The role that decides a deletion.")] = "",
    apply: Annotated[
        bool, typer.Option("--apply", help="Delete; without it the plan is shown.")
    ] = False,
    also_needed: Annotated[
        bool,
        typer.Option(
            "--also-needed",
            help="Delete too what closed periods and kept runs were made from.",
        ),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Delete what is due by class of data; what and why stays on record."""
    from pmf_analysis import retention
    from pmf_analysis.periods import parse_date

    done = retention.prune(the_store(context), parse_date(on), by, apply, also_needed)
    show(_pruned_json(done), _pruned_lines(done, apply), as_json)


_LISTED = (
    "id", "file_name", "published", "published_basis", "layout", "tables", "table", "data_class",
    "rows_in_file", "rows_read", "rows_refused", "sha256",
)  # fmt: skip


def _due_line(each: Due, word: str) -> str:
    of = f" ({each.data_class.label})" if each.data_class else ""
    since = f", due {each.due}" if each.due else ""
    return f"{word} {each.kind} {each.id}{of}, {each.bytes:,} bytes{since}: {each.why}"


def _pruned_lines(done: Pruned, apply: bool) -> list[str]:
    deleted = {each.id for each in done.deleted}
    held = {each.id for each in done.held}
    lines = []
    for each in done.plan.due:
        word = "deleted" if each.id in deleted else "kept" if each.id in held else "would delete"
        lines.append(_due_line(each, word))
        if each.id in held:
            lines.append(f"  needed by {', '.join(each.needed_by)}; --also-needed deletes it too")
    lines += [f"{one}: the class of its data is not known; kept" for one in done.plan.unclassified]
    end = "" if apply or not lines else " Nothing was deleted: add --apply --by ROLE."
    lines.append(f"Rules: {done.plan.rules}. {len(done.plan.due)} due on {done.plan.on}.{end}")
    return lines


def _pruned_json(done: Pruned) -> dict[str, object]:
    def row(each: Due) -> dict[str, object]:
        return {
            "kind": each.kind, "id": each.id, "places": list(each.places), "bytes": each.bytes,
            "data_class": each.data_class, "due": each.due, "why": each.why,
            "needed_by": list(each.needed_by),
        }  # fmt: skip

    return {
        "on": done.plan.on.isoformat(), "rules": done.plan.rules,
        "due": [row(each) for each in done.plan.due],
        "deleted": [each.id for each in done.deleted], "held": [each.id for each in done.held],
        "unclassified": list(done.plan.unclassified),
    }  # fmt: skip
