"""The verb that takes deliveries in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pmf_analysis.cli.options import AsJson, the_store
from pmf_analysis.cli.printing import Progress, complain, show

if TYPE_CHECKING:
    from pmf_analysis.receiving import Received


def receive(
    context: typer.Context,
    paths: Annotated[list[Path] | None, typer.Argument(help="Files, or folders of files.")] = None,
    source: Annotated[
        str, typer.Option(help="A database source of the register, in place of files.")
    ] = "",
    layout: Annotated[
        str,
        typer.Option(help="Layout to read with, or a file of layouts; found when not given."),
    ] = "",
    published: Annotated[
        str,
        typer.Option(
            help="Publication date, YYYY-MM-DD; from the file when not given. For a file "
            "received before, it amends the date."
        ),
    ] = "",
    undated: Annotated[
        str, typer.Option(help="Publication date of the files that say none, YYYY-MM-DD.")
    ] = "",
    explain: Annotated[
        bool,
        typer.Option(
            "--explain",
            help="Say how the files would be read, and propose a layout for an unknown one; "
            "store nothing.",
        ),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Take deliveries in and print what could not be read, row by row."""
    from pmf_analysis import receiving
    from pmf_analysis.periods import parse_date

    if bool(paths) == bool(source):
        raise typer.BadParameter("give files, or a database source with --source")
    store = the_store(context)
    if explain:
        _explain(store.reference, paths or [], layout, as_json)
        return
    with Progress(as_json) as shown:

        def said(result: Received) -> None:
            shown.say(f"{result.file_name}: {'not ' * bool(result.error)}received")

        if source:
            results = receiving.receive_source(store, source, parse_date(published), said)
        else:
            results = receiving.receive(
                store, paths or [], layout, parse_date(published), said,
                undated=parse_date(undated),
            )  # fmt: skip
    lines = [line for result in results if result.receipt for line in _receipt_lines(result)]
    show([_received_json(result) for result in results], lines, as_json)
    for result in results:
        if result.error:
            complain(f"{result.file_name} was not received. {result.error}")
    if any(result.error for result in results):
        raise typer.Exit(2)


def _explain(reference: Path, paths: list[Path], layout: str, as_json: bool) -> None:
    from pmf_analysis import ingest, register
    from pmf_analysis.ingest.explain import explain

    held = register.load(reference)
    layouts = ingest.load_layouts(reference / "layouts")
    found = [explain(path, held, layouts, layout) for path in ingest.list_files(paths)]
    show(
        [each.as_dict() for each in found], [line for each in found for line in each.lines()],
        as_json,
    )  # fmt: skip


def _received_json(result: Received) -> dict[str, object]:
    return {
        "file": result.file_name, "stored": result.stored, "error": result.error,
        "amended": result.amended, "receipt": result.receipt,
    }  # fmt: skip


def _receipt_lines(result: Received) -> list[str]:
    receipt = result.receipt
    lines = [
        f"{result.file_name}: {_state(result)}. Layout {receipt['layout']}, "
        f"{receipt['rows_in_file']:,} rows: {receipt['rows_read']:,} read, "
        f"{receipt['rows_refused']:,} refused; {receipt['cells_unread']:,} cells unread; "
        f"published {receipt['published']} ({receipt['published_basis']}); "
        f"sha256 {receipt['sha256'][:16]}"
    ]
    lines += [
        f"  sheet {sheet['name']}: {sheet['rows']:,} rows not read: {sheet['reason']}"
        for sheet in receipt.get("sheets", ())
        if sheet["reason"]
    ]
    lines += _grouped((r, f"refused: {r['reason']}") for r in receipt["refusals"])
    lines += _grouped((u, f"{u['column']}: {u['reason']}") for u in receipt["unread"])
    lines += [f"  {_duplicate_line(found)}" for found in receipt["duplicates"]]
    lines += [f"  {remark}" for remark in receipt["remarks"]]
    lines += _question_of_date(result)
    for name, words in (
        ("labels_unknown", "read, but no indicator or layout knows the label"),
        ("columns_not_read", "not read, since no layout knows the column"),
    ):
        lines += [f"  {words}: {label}" for label in receipt[name]]
    return lines


def _question_of_date(result: Received) -> list[str]:
    """Of a date that was said now by whoever delivers; no other can be mistyped."""
    from pmf_analysis import periods
    from pmf_analysis.ingest.names import question_of_date

    receipt = result.receipt
    if not receipt["published_basis"].startswith("given") or not (result.stored or result.amended):
        return []
    last = receipt["last_period"]
    asked = question_of_date(
        date.fromisoformat(receipt["published"]), periods.parse(last).end if last else None
    )
    return [f"  {asked}"] if asked else []


def _state(result: Received) -> str:
    if result.stored:
        return "received"
    if result.amended:
        now = result.receipt["published"]
        return f"already received; published {now} now, {result.amended} before"
    return "already received, nothing changed"


def _grouped(found: Iterable[tuple[Mapping, str]]) -> list[str]:
    """One line for what is said of successive lines of a sheet alike."""
    groups: list[tuple[str, int, int, str]] = []
    for entry, words in found:
        sheet, line = entry.get("sheet", ""), entry["line"]
        last = groups[-1] if groups else None
        if last and (last[0], last[3]) == (sheet, words) and line == last[2] + 1:
            groups[-1] = (sheet, last[1], line, words)
        else:
            groups.append((sheet, line, line, words))
    return [
        f"  {f'sheet {sheet}, ' if sheet else ''}"
        + (f"line {first}" if first == last else f"lines {first} to {last}")
        + (f": {words}" if words.startswith("refused") else f", {words}")
        for sheet, first, last, words in groups
    ]


def _duplicate_line(found: Mapping) -> str:
    lines = ", ".join(str(number) for number in found["lines"])
    what = " ".join(str(found[name]) for name in ("breakdown", "service_area", "period"))
    differ = "with different values" if found["values_differ"] else "with the same values"
    return f"lines {lines}: delivered more than once, {differ}: {what.strip()}"
