"""A register of two towns in memory, and figures by hand."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from types import SimpleNamespace

import pandas as pd
import pytest

from pmf_analysis import measures, tables
from pmf_analysis.register import Context, Register
from pmf_analysis.register.models import Indicator, RuleSet, Unit, Workspace

Cell = tuple[str, str, str, float | str]
"""Unit, period, column, and a number or a state."""


def indicator(code: str = "SHARE", **changes: object) -> Indicator:
    """A monthly proportion of the table ``t``, with what a test changes."""
    given = {
        "code": code,
        "name": "A share of something",
        "objective": "safe",
        "source": {"published": {"table": "t", "numerator": ["n"], "denominator": {"column": "d"}}},
        "kind": "proportion",
        "unit": "percent",
        "polarity": "high",
        "frequency": "month",
        "data_period": "M",
        "applies_to": ["district"],
        "owner": "a role",
        "origin": "here",
    }
    return Indicator.model_validate({**given, **changes})


def source(**published: object) -> dict[str, object]:
    """A source of the table ``t``."""
    return {"published": {"table": "t", "numerator": ["n"], **published}}


@pytest.fixture
def register_of() -> Callable[..., Register]:
    """Make a register that holds some indicators."""

    def made(*indicators: Indicator) -> Register:
        return Register(
            workspace=Workspace(
                title="Towns", register_name="towns", county="A", report_kinds=("district",)
            ),
            indicators={one.code: one for one in indicators},
            units={code: Unit(code=code, name=code, kind="district") for code in "AB"},
            rule_sets={
                "intervals": RuleSet(
                    name="intervals", version="1", purpose="p", source="s",
                    values={"confidence": 0.95, "exact_below": 10},
                )
            },
        )  # fmt: skip

    return made


def figures(
    cells: Iterable[Cell], delivery: str = "first", table: str = "t", breakdown: str = "",
    cohort: str = "all",
) -> pd.DataFrame:  # fmt: skip
    """Figures of one delivery."""
    rows = [
        {
            "delivery": delivery,
            "table": table,
            "line": line,
            "service_area": unit,
            "cohort": cohort,
            "breakdown": breakdown,
            "period": period,
            "column": column,
            "value": float("nan") if isinstance(given, str) else float(given),
            "state": given if isinstance(given, str) else "final",
            "text": str(given),
        }
        for line, (unit, period, column, given) in enumerate(cells, start=2)
    ]
    return pd.DataFrame(rows, columns=list(tables.FIGURE)).astype({"value": "float64"})


def monthly(first: str, pairs: Iterable[tuple[float | str, float | str]]) -> list[Cell]:
    """Numerators ``n`` and denominators ``d`` of unit A, month after month."""
    months = pd.period_range(first, periods=len(list(pairs := list(pairs))), freq="M")
    return [
        cell
        for on, (top, bottom) in zip(months, pairs, strict=True)
        for cell in (("A", str(on), "n", top), ("A", str(on), "d", bottom))
    ]


@pytest.fixture
def build(register_of: Callable[..., Register]) -> Callable[..., pd.DataFrame]:
    """Build the measure table; deliveries are published in the order they are given."""

    def built(
        delivered: pd.DataFrame | list[pd.DataFrame],
        *indicators: Indicator,
        as_at: date = date(2030, 1, 1),
        published: dict[str, str] | None = None,
    ) -> pd.DataFrame:
        parts = delivered if isinstance(delivered, list) else [delivered]
        held = pd.concat(parts, ignore_index=True)
        ids = list(dict.fromkeys(held["delivery"]))
        dates = published or {one: f"2025-01-{day:02d}" for day, one in enumerate(ids, start=1)}
        receipts = [
            {"id": one, "published": dates[one], "table": "t", "file_name": f"{one}.csv"}
            for one in ids
        ]
        register = register_of(*(indicators or (indicator(),)))
        return measures.build(held, receipts, Context(register, as_at))

    return built


@pytest.fixture
def make() -> SimpleNamespace:
    """The makers of this file, for tests that cannot import it."""
    return SimpleNamespace(indicator=indicator, source=source, figures=figures, monthly=monthly)
