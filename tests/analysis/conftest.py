"""A register in a few lines, for tests of the methods."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from types import MappingProxyType

import pandas as pd
import pytest

from pmf_analysis import periods
from pmf_analysis.register import load
from pmf_analysis.register.models import Break, Indicator, RuleSet, Workspace
from pmf_analysis.register.registry import Context, Register
from pmf_analysis.tables import MEASURE


@pytest.fixture(scope="session")
def rule_sets(root) -> MappingProxyType[str, RuleSet]:
    """The shipped rule sets by name."""
    return MappingProxyType(dict(load(root / "data" / "reference").rule_sets))


def indicator(code: str = "T-01", **changes: object) -> Indicator:
    """An indicator of monthly counts, unless told otherwise."""
    given = {
        "code": code, "name": f"Test indicator {code}", "objective": "objective",
        "source": {"published": {"table": "t", "numerator": ["n"], "denominator": {"column": "d"}}},
        "kind": "count", "unit": "count", "polarity": "neutral", "frequency": "month",
        "data_period": "M", "applies_to": ["authority"], "owner": "role", "origin": "test",
    }  # fmt: skip
    return Indicator(**{**given, **changes})


@pytest.fixture
def make_indicator() -> Callable[..., Indicator]:
    """`indicator` as a fixture, since test files cannot import this one."""
    return indicator


@pytest.fixture
def make_context(rule_sets) -> Callable[..., Context]:
    """A context from indicators and breaks."""

    def make(*indicators: Indicator, breaks: tuple[Break, ...] = ()) -> Context:
        held = Register(
            workspace=Workspace(
                title="T", register_name="t", county="A", report_kinds=["authority"]
            ),
            indicators={found.code: found for found in indicators or (indicator(),)},
            units={},
            breaks=breaks,
            rule_sets=rule_sets,
        )
        return Context(held, date(2026, 1, 1))

    return make


@pytest.fixture
def make_break() -> Callable[..., Break]:
    """A registered break."""

    def make(period: str, kind: str = "rebase", indicator: str = "*", unit: str = "*") -> Break:
        return Break(
            indicator=indicator, unit=unit, period=period, kind=kind, reason="reason",
            recorded_by="role", recorded_on=date(2025, 1, 1), source="test",
        )  # fmt: skip

    return make


def measure_rows(
    values: list[float | None],
    start: str = "2020-04",
    indicator: str = "T-01",
    service_area: str = "A",
    **columns: object,
) -> pd.DataFrame:
    """Measure rows of one series in successive periods; None stands for a suppressed figure."""
    first = periods.parse(start)
    spans = [periods.shift(first, step) for step in range(len(values))]
    table = pd.DataFrame(
        {
            "indicator": indicator, "service_area": service_area, "cohort": "all",
            "period": [span.code for span in spans], "vintage": "",
            "period_end": [span.end.isoformat() for span in spans],
            "numerator": pd.Series(values, dtype="float64"), "denominator": float("nan"),
            "value": pd.Series(values, dtype="float64"),
            "state": ["suppressed" if value is None else "final" for value in values],
            "lower": float("nan"), "upper": float("nan"), "method": "", "quality": "not_assessed",
            "deliveries": "d",
        }
    )  # fmt: skip
    for name in ("numerator", "denominator", "value", "lower", "upper", "state"):
        table[f"shown_{name}"] = table[name]
    table["shown_label"] = table["period"]
    return table.assign(**columns)[[*MEASURE]]


@pytest.fixture
def make_rows() -> Callable[..., pd.DataFrame]:
    """`measure_rows` as a fixture."""
    return measure_rows
