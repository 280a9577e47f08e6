"""The verb that takes deliveries in."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pmf_analysis.cli.options import AsJson, the_store
from pmf_analysis.cli.printing import Progress, show

if TYPE_CHECKING:
    from pmf_analysis.receiving import Received


def receive(
    context: typer.Context,
    paths: Annotated[list[Path], typer.Argument(help="Files, or folders of files.")],
    layout: Annotated[str, typer.Option(help="Layout to read with; found when not given.")] = "",
    published: Annotated[
        str,
        typer.Option(help="Publication date, YYYY-MM-DD; from the file when not given."),
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Take deliveries in and print what could not be read, row by row."""
    from pmf_analysis import receiving
    from pmf_analysis.periods import parse_date

    store = the_store(context)
    with Progress(as_json) as shown:
        results = receiving.receive(
            store, paths, layout, parse_date(published),
            lambda result: shown.say(f"{result.file_name}: {'not ' * bool(result.error)}received"),
        )  # fmt: skip
    lines = [line for result in results if result.receipt for line in _receipt_lines(result)]
    show([_received_json(result) for result in results], lines, as_json)
    for result in results:
        if result.error:
            typer.echo(f"{result.file_name} was not received. {result.error}", err=True)
    if any(result.error for result in results):
        raise typer.Exit(2)


def _received_json(result: Received) -> dict[str, object]:
    return {
        "file": result.file_name, "stored": result.stored, "error": result.error,
        "receipt": result.receipt,
    }  # fmt: skip


def _receipt_lines(result: Received) -> list[str]:
    receipt = result.receipt
    state = "received" if result.stored else "already received, nothing changed"
    lines = [
        f"{result.file_name}: {state}. Layout {receipt['layout']}, "
        f"{receipt['rows_in_file']:,} rows: {receipt['rows_read']:,} read, "
        f"{receipt['rows_refused']:,} refused; {receipt['cells_unread']:,} cells unread; "
        f"published {receipt['published']} ({receipt['published_basis']}); "
        f"sha256 {receipt['sha256'][:16]}"
    ]
    lines += [f"  line {r['line']}: refused: {r['reason']}" for r in receipt["refusals"]]
    lines += [f"  line {u['line']}, {u['column']}: {u['reason']}" for u in receipt["unread"]]
    lines += [f"  {_duplicate_line(found)}" for found in receipt["duplicates"]]
    lines += [f"  {remark}" for remark in receipt["remarks"]]
    for name, words in (
        ("labels_unknown", "read, but no indicator or layout knows the label"),
        ("columns_not_read", "not read, since no layout knows the column"),
    ):
        lines += [f"  {words}: {label}" for label in receipt[name]]
    return lines


def _duplicate_line(found: dict[str, object]) -> str:
    lines = ", ".join(str(number) for number in found["lines"])
    what = " ".join(str(found[name]) for name in ("breakdown", "service_area", "period"))
    differ = "with different values" if found["values_differ"] else "with the same values"
    return f"lines {lines}: delivered more than once, {differ}: {what.strip()}"
