"""Write the table of `docs/deliveries.md`: what came of every file of a folder.

``python docs/write_deliveries.py FOLDER`` reads every data file below the folder by the
shipped register and layouts, stores nothing, and writes the part of the page between its two
marks. `tests/ingest/test_deliveries_page.py` holds the page against a fresh reading.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from pmf_analysis import register
from pmf_analysis.errors import DeliveryError
from pmf_analysis.ingest import Extract, Receipt, list_files, load_layouts, read_delivery
from pmf_analysis.ingest.grouping import group_refusals
from pmf_analysis.register.layouts import Layout
from pmf_analysis.terms import Holds

DOCS = Path(__file__).resolve().parent
REFERENCE = DOCS.parent / "data" / "reference"
PAGE = DOCS / "deliveries.md"
SAID = "2026-04-30"
"""Publication date of files that do not say theirs."""

_PART = re.compile(r"(<!-- deliveries begin -->\n).*?(<!-- deliveries end -->)", re.S)
_HEADINGS = {
    Holds.FIGURES: "Figures",
    Holds.REFERENCE: "Reference tables",
    Holds.RECORDS: "Records: invented samples in the forms of these publishers, of no real person",
}
_KINDS = tuple(_HEADINGS)


def read_each(folder: Path) -> Iterator[tuple[str, Extract]]:
    """Name and extract of every data file below a folder, each read when it is asked for."""
    held = register.load(REFERENCE)
    layouts = load_layouts(REFERENCE / "layouts")
    for path in list_files([folder]):
        yield path.name, read_or_say(path, held, layouts)


def read_or_say(path: Path, held: object, layouts: Mapping[str, Layout]) -> Extract:
    """A file, read; one that does not say when it was published as of ``SAID``."""
    try:
        return read_delivery(path, held, layouts)
    except DeliveryError as error:
        if "says when it was published" not in error.given:
            raise
    return read_delivery(path, held, layouts, published=SAID)


def table_of(receipts: Mapping[str, Receipt], layouts: Mapping[str, Layout]) -> str:
    """The generated part: totals, and tables by what the files hold.

    Parameters
    ----------
    receipts : mapping
        Name of a file to its receipt.
    layouts : mapping
        Name to layout, which says the publisher.

    Returns
    -------
    str
    """
    every = list(receipts.values())
    read, refused = (sum(getattr(each, name) for each in every)
                     for name in ("rows_read", "rows_refused"))  # fmt: skip
    left = sum(each.rows_not_described for each in every)
    rows = sum(each.rows_in_file for each in every)
    parts = [
        f"{len(every)} files hold {rows:,} rows below their headers: {read:,} read, {refused:,} "
        f"refused, {rows - read - refused:,} unaccounted for; {left:,} rows in sheets that no "
        "layout describes.",
    ]  # fmt: skip
    for kind in _KINDS:
        own = {name: each for name, each in receipts.items() if each.holds == kind.value}
        parts += [f"\n## {_HEADINGS[kind]}\n", *_rows(own, layouts), *_reasons(own)]
    return "\n".join(parts) + "\n"


def _rows(receipts: Mapping[str, Receipt], layouts: Mapping[str, Layout]) -> Iterator[str]:
    yield (
        "| Publisher | File | Format | Layout | Rows | Read | Refused | Cells unread | "
        "Sheets not read | Publication date |"
    )
    yield "| --- | --- | --- | --- | ---: | ---: | ---: | ---: | --- | --- |"
    by_publisher = sorted(receipts, key=lambda name: (_publisher(receipts[name], layouts), name))
    for name in by_publisher:
        each = receipts[name]
        left = ", ".join(sheet.name for sheet in each.sheets if not sheet.layout) or "none"
        known = "must be said" if each.published_basis == "given" else each.published_basis
        yield (
            f"| {_publisher(each, layouts)} | {name} | {each.format} | {each.layout} | "
            f"{each.rows_in_file:,} | {each.rows_read:,} | {each.rows_refused:,} | "
            f"{each.cells_unread:,} | {left} | {known} |"
        )


def _publisher(receipt: Receipt, layouts: Mapping[str, Layout]) -> str:
    """Who publishes what most of the file holds: the source of its layout before the comma."""
    most = max((sheet for sheet in receipt.sheets if sheet.layout), key=lambda sheet: sheet.rows)
    return " ".join(layouts[most.layout].source.split(",")[0].split())


def _reasons(receipts: Mapping[str, Receipt]) -> Iterator[str]:
    lines = [
        f"- {name}: {reason.rows:,} {'rows' if reason.rows > 1 else 'row'} ({reason.text}), "
        f"first in line {reason.first_line}"
        for name in sorted(receipts)
        for reason in group_refusals(receipts[name].refusals)
    ]
    if lines:
        yield "\nRefused:\n"
        yield from lines


def with_table(page: str, table: str) -> str:
    """A page with the table written anew."""
    return _PART.sub(lambda found: f"{found[1]}{table}{found[2]}", page)


def main(folder: str) -> None:
    """Read the folder and write the page."""
    receipts = {name: extract.receipt for name, extract in read_each(Path(folder))}
    table = table_of(receipts, load_layouts(REFERENCE / "layouts"))
    page = with_table(PAGE.read_text("utf-8"), table)
    PAGE.write_text(page, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main(sys.argv[1])
