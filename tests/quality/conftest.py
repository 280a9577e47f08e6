"""A small register, and tables about it in which nothing is wrong."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from pmf_analysis import periods
from pmf_analysis.formats import round_half_up
from pmf_analysis.quality import QualityResult, Suite, check, load_suites
from pmf_analysis.register import Context, Register, load
from pmf_analysis.register.models import Indicator, Unit, Workspace

MONTHS = [
    period.code for period in periods.sequence(periods.month(2023, 1), periods.month(2024, 2))
]
UNITS = ("K", "A", "B")
Tables = dict[str, pd.DataFrame]


def indicator(code: str, kind: str, unit: str, table: str, **more: object) -> Indicator:
    """An indicator fed by one table; a count has no denominator."""
    published = {
        "table": table, "numerator": ["done"], "value": "printed" if kind == "proportion" else "",
        "denominator": None if kind == "count" else {"column": "whole"},
    }  # fmt: skip
    return Indicator(
        code=code, name=f"Indicator {code}", objective="safe", kind=kind, unit=unit,
        source={"published": published}, frequency="month", data_period="M",
        applies_to=["county", "district"], owner="head-of-service", origin="local",
        **{"description": "What it counts.", "polarity": "neutral", **more},
    )  # fmt: skip


def register_of(*indicators: Indicator, tolerances: tuple = (), rule_sets: dict) -> Register:
    """A register of a county K with the districts A and B."""
    units = [Unit(code="K", name="County", kind="county")]
    units += [Unit(code=one, name=f"District {one}", kind="district", parent="K") for one in "AB"]
    return Register(
        workspace=Workspace(title="T", register_name="t", county="K", report_kinds=["district"]),
        indicators={one.code: one for one in indicators},
        units={one.code: one for one in units},
        tolerances=tolerances,
        rule_sets=rule_sets,
    )


@pytest.fixture(scope="session")
def suites(root: Path) -> list[Suite]:
    """The shipped suites."""
    return load_suites(root / "expectations")


@pytest.fixture(scope="session")
def quality_rules(root: Path) -> dict:
    """The shipped rule set."""
    return {"quality": load(root / "data" / "reference").rule_set("quality")}


@pytest.fixture(scope="session")
def register(quality_rules: dict) -> Register:
    """Two indicators, a county of two districts."""
    return register_of(*_both(), rule_sets=quality_rules)


@pytest.fixture(scope="session")
def context(register: Register) -> Context:
    """What is known in April 2024."""
    return Context(register, date(2024, 4, 1))


def receipts() -> pd.DataFrame:
    """One delivery of each table."""
    return pd.DataFrame(
        {
            "delivery": ["d1", "d2"], "table": ["visits", "calls"],
            "file_name": ["visits.csv", "calls.csv"], "layout": ["long", "long"],
            "rows_in_file": [126, 42], "rows_read": [126, 42], "rows_refused": 0,
            "cells": [126, 42], "cells_unread": 0, "duplicates": 0,
            "latest_period_end": "2024-02-29", "published": "2024-03-20",
        }
    )  # fmt: skip


def measures() -> pd.DataFrame:
    """Fourteen months of both indicators in three units; the county is the sum."""
    rows = []
    for at, code in enumerate(MONTHS):
        counts = {"A": 200 + 3 * at, "B": 300 + 5 * (at % 4)}
        wholes = {"A": 400 + 2 * at, "B": 500 + at}
        counts["K"], wholes["K"] = sum(counts.values()), sum(wholes.values())
        for unit in UNITS:
            n, d = counts[unit], wholes[unit]
            rows.append(_measure("P", unit, code, n, d, 100 * n / d, "d1"))
            rows.append(_measure("C", unit, code, n, float("nan"), n, "d2"))
    return pd.DataFrame(rows)


def _measure(
    code: str, unit: str, period: str, n: float, d: float, value: float, delivery: str
) -> dict:
    figures = {"numerator": float(n), "denominator": float(d), "value": float(value)}
    figures |= {"state": "final", "lower": value * 0.9, "upper": value * 1.01}
    return {
        "indicator": code, "service_area": unit, "cohort": "all", "period": period,
        "vintage": "2024-03-20", "period_end": periods.parse(period).end.isoformat(),
        **figures, "method": "wilson 95%", "quality": "not_assessed", "deliveries": delivery,
        **{f"shown_{name}": figure for name, figure in figures.items()},
        "shown_label": periods.parse(period).label,
    }  # fmt: skip


def figures() -> pd.DataFrame:
    """The delivered cells that the measures came from."""
    rows = []
    for one in measures().itertuples():
        cells = {"done": one.numerator}
        if one.indicator == "P":
            cells |= {"whole": one.denominator, "printed": round_half_up(one.value, 1)}
        for column, value in cells.items():
            rows.append(
                {
                    "delivery": one.deliveries, "table": "visits" if len(cells) > 1 else "calls",
                    "line": len(rows) + 2, "service_area": one.service_area, "cohort": "all",
                    "breakdown": "", "period": one.period, "column": column,
                    "value": value, "state": "final", "text": f"{value:g}",
                }
            )  # fmt: skip
    return pd.DataFrame(rows)


def clean_tables() -> Tables:
    """All three kinds of table, nothing wrong in any."""
    return {"receipt": receipts(), "figure": figures(), "measure": measures()}


@pytest.fixture(scope="session")
def context_with(quality_rules: dict) -> Callable[..., Context]:
    """Make a context of other indicators or tolerances: ``(indicator arguments, tolerances)``."""

    def made(*arguments: dict, tolerances: tuple = ()) -> Context:
        given = [indicator(**one) for one in arguments] or list(_both())
        held = register_of(*given, tolerances=tolerances, rule_sets=quality_rules)
        return Context(held, date(2024, 4, 1))

    return made


def _both() -> tuple[Indicator, Indicator]:
    return (
        indicator("P", "proportion", "percent", "visits"),
        indicator("C", "count", "count", "calls"),
    )


@pytest.fixture(scope="session")
def make_clean() -> Callable[[], Tables]:
    """Make all three kinds of table, nothing wrong in any."""
    return clean_tables


@pytest.fixture
def clean() -> Tables:
    """All three kinds of table, nothing wrong in any."""
    return clean_tables()


@pytest.fixture(scope="session")
def checked(suites: list[Suite], context: Context) -> Callable[[Tables], QualityResult]:
    """Check tables by the shipped suites."""
    return lambda tables: check(tables, suites, context)


@pytest.fixture(scope="session")
def check_measures(
    suites: list[Suite], context: Context
) -> Callable[[pd.DataFrame], QualityResult]:
    """Check a measure table alone."""
    suite = [one for one in suites if one.table_kind == "measure"]
    return lambda table: check({"measure": table}, suite, context)


@pytest.fixture(scope="session")
def clean_result(checked: Callable[[Tables], QualityResult]) -> QualityResult:
    """What is found where nothing is wrong."""
    return checked(clean_tables())
