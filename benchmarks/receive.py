"""How receiving grows with the rows of a file: ``python -m benchmarks.receive``.

Invented figures in the workbench's own long layout, and ten times as many, are written as
files and carried through each step of receiving. For each step the CPU time of one row
among ten times as many is held against that of one row among the few: 1 is a step that
grows with the rows and no faster.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np

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

Made = TypeVar("Made")


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
        _, sheets = _timed(lambda: read_document(path))
        extract, reading = _timed(lambda: ingest.read_delivery(path, held.register, held.layouts))
        receipt, account = _timed(extract.receipt.as_dict)
        _, storing = _timed(
            lambda: store.add_delivery(path, receipt, extract.figures, records=extract.records)
        )
    found = {
        "cells": sheets, "figures and receipt": reading - sheets, "receipt as text": account,
        "storing": storing,
    }  # fmt: skip
    return {name: seconds / rows for name, seconds in found.items()}


def _timed(work: Callable[[], Made]) -> tuple[Made, float]:
    start = time.process_time()
    made = work()
    return made, time.process_time() - start


def ratios(pairs: int) -> dict[str, dict[str, float]]:
    """For each step its growth and its share of the time, medians over pairs of runs."""
    held = known()
    measure(FEW, held)  # loads what is loaded once
    found = [(measure(FEW * MORE, held), measure(FEW, held)) for _ in range(pairs)]
    whole = [(sum(many.values()), sum(few.values())) for many, few in found]
    steps = {
        name: {
            "growth": statistics.median(many[name] / few[name] for many, few in found),
            "share": statistics.median(
                many[name] / total for (many, _), (total, _) in zip(found, whole, strict=True)
            ),
        }
        for name in found[0][0]
    }
    growth = statistics.median(many / few for many, few in whole)
    return {**steps, "together": {"growth": growth, "share": 1.0}}


def main() -> int:
    """Print the ratios."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--pairs", type=int, default=3, help="pairs of runs")
    parser.add_argument("--json", action="store_true", help="print for programs")
    given = parser.parse_args()
    found = ratios(given.pairs)
    if given.json:
        sys.stdout.write(json.dumps(found, indent=1) + "\n")
        return 0
    sys.stdout.write(f"CPU time of one row at x{MORE} against x1, and share of all at x{MORE}\n")
    sys.stdout.writelines(
        f"{one['growth']:6.2f}  {one['share']:5.0%}  {name}\n" for name, one in found.items()
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
