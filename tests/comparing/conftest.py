"""Figures by hand, and a small workspace of the synthetic register with two vintages."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from pmf_analysis import receiving, register, tables
from pmf_analysis.comparing.rules import ComparingRules, comparing_rules
from pmf_analysis.register import Register
from pmf_analysis.store import Store, create_workspace
from pmf_analysis.terms import State

Cell = tuple[str, str, str, float | str]
"""Unit, period, column, and a number or a state."""

WORDS = ["delivery", "table", "service_area", "cohort", "breakdown", "period", "column", "state",
         "text"]  # fmt: skip


@pytest.fixture(scope="session")
def national(root: Path) -> Register:
    return register.load(root / "data/reference")


@pytest.fixture(scope="session")
def rules(national: Register) -> ComparingRules:
    return comparing_rules(national)


def figures(cells: Sequence[Cell], table: str = "t", breakdown: str = "") -> pd.DataFrame:
    """A figure table of one delivery."""
    rows = [
        {
            "delivery": "0" * 16, "table": table, "line": line, "service_area": unit,
            "cohort": "all", "breakdown": breakdown, "period": period, "column": column,
            "value": float("nan") if isinstance(held, str) else float(held),
            "state": held if isinstance(held, str) else State.FINAL.value, "text": str(held),
        }
        for line, (unit, period, column, held) in enumerate(cells, start=2)
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=list(tables.FIGURE)).astype(
        {"value": "float64", "line": "int64"} | dict.fromkeys(WORDS, "str")
    )


@pytest.fixture(scope="session")
def figures_of() -> Callable[..., pd.DataFrame]:
    return figures


MONTHS = [f"{2023 + month // 12}-{month % 12 + 1:02d}" for month in range(24)]


def long_csv(path: Path, changed: dict[tuple[str, str, str], tuple[object, object, str]]) -> Path:
    """Two indicators of the county and a service over two years, with what a vintage changes."""
    lines = ["indicator,service_area,cohort,period,numerator,denominator,state"]
    for indicator in ("ASSESS-45", "ICPC-15"):
        for unit in ("medwold", "north-social-work"):
            for number, month in enumerate(MONTHS):
                cell = (80 + number % 5, 100, "")
                top, bottom, state = changed.get((indicator, unit, month), cell)
                lines.append(f"{indicator},{unit},all,{month},{top},{bottom},{state}")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def read_as_figures(reference: Path, code: str) -> None:
    """Let an indicator rest on figures as delivered, not on records."""
    path = reference / "indicators" / f"{code}.yml"
    before, definition = path.read_text("utf-8").split("source:\n")
    after = definition[definition.index("kind:") :]
    source = {"table": "monthly_indicators", "breakdown": code, "numerator": ["numerator"],
              "denominator": {"column": "denominator"}}  # fmt: skip
    path.write_text(f"{before}source: {json.dumps({'published': source})}\n{after}", "utf-8")


@pytest.fixture(scope="session")
def town(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """Deliveries of January and March 2025: a late month, a correction, a withheld month.

    Assessments mature after 45 days: December 2024 had not on 10 January, June 2023 had.
    """
    folder = tmp_path_factory.mktemp("town")
    store = Store(create_workspace(folder / "w", "medwold"))
    for code in ("ASSESS-45", "ICPC-15"):
        read_as_figures(store.reference, code)
    vintages = [
        ("2025-01-10", {}),
        (
            "2025-03-10",
            {
                ("ASSESS-45", "medwold", "2024-12"): (70, 100, ""),
                ("ASSESS-45", "medwold", "2023-06"): (60, 100, ""),
                ("ICPC-15", "north-social-work", "2023-03"): ("", "", "c"),
            },
        ),
    ]
    for published, changed in vintages:
        path = long_csv(folder / f"monthly_indicators_{published}.csv", changed)
        (received,) = receiving.receive(store, [path], published=date.fromisoformat(published))
        assert not received.error
    return store
