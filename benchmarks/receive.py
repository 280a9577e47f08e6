"""How receiving grows with the rows of a file: ``python -m benchmarks.receive``.

Invented figures in the workbench's own long layout, and ten times as many, are written as
files and carried through each step of receiving. For each step the CPU time of one row
among ten times as many is held against that of one row among the few: 1 is a step that
grows with the rows and no faster.
"""

from __future__ import annotations

import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.growth import Ratios, by_step, measure_in_turn, report, timed, together
from pmf_analysis import ingest, register
from pmf_analysis.ingest.documents import read_document
from pmf_analysis.register import Register
from pmf_analysis.register.layouts import Layout
from pmf_analysis.settings import shipped
from pmf_analysis.store import Store, create_workspace
from pmf_analysis.terms import UnitKind

FEW = 20_000
MORE = 10
SEED = 21


@dataclass(frozen=True)
class Known:
    """What files are read with; loaded once, and not measured."""

    register: Register
    layouts: dict[str, Layout]


def known() -> Known:
    """The shipped register and layouts."""
    folder = shipped() / "data" / "reference"
    return Known(register.load(folder), ingest.load_layouts(folder / "layouts"))


def write(path: Path, rows: int, held: Register) -> None:
    """A file of so many rows: authorities by months, over as many indicators as it takes."""
    units = [code for code, unit in held.units.items() if unit.kind is UnitKind.AUTHORITY]
    months = [f"{year}-{month:02d}" for year in range(2016, 2026) for month in range(1, 13)]
    chance = np.random.default_rng(SEED)
    numbers = chance.integers(0, 5_000, rows)
    lines = ["indicator,service_area,period,numerator,denominator"]
    for row, number in enumerate(numbers.tolist()):
        rest, month = divmod(row, len(months))
        indicator, unit = divmod(rest, len(units))
        lines.append(f"TRIAL-{indicator},{units[unit]},{months[month]},{number},{number + 5_000}")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def measure(rows: int, held: Known) -> dict[str, float]:
    """CPU seconds of each step for one row, in a file of so many."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "figures_2026-01-31.csv"
        write(path, rows, held.register)
        store = Store(create_workspace(Path(folder) / "workspace", "national"))
        _, sheets = timed(lambda: read_document(path))
        extract, reading = timed(lambda: ingest.read_delivery(path, held.register, held.layouts))
        receipt, account = timed(extract.receipt.as_dict)
        _, storing = timed(
            lambda: store.add_delivery(path, receipt, extract.figures, records=extract.records)
        )
    found = {
        "cells": sheets, "figures and receipt": reading - sheets, "receipt as text": account,
        "storing": storing,
    }  # fmt: skip
    return {name: seconds / rows for name, seconds in found.items()}


def ratios(pairs: int) -> Ratios:
    """For each step and all together the growth and the share of the time."""
    held = known()
    found = measure_in_turn(lambda: measure(FEW * MORE, held), lambda: measure(FEW, held), pairs)
    return {**by_step(found), **together(found)}


def main() -> int:
    """Print the ratios."""
    return report(__doc__.partition("\n")[0], "row", MORE, ratios)


if __name__ == "__main__":
    sys.exit(main())
