"""The print settles the last digit where the counts are rounded, and nothing else."""

from __future__ import annotations

from types import SimpleNamespace

import pandas as pd
import pytest

from pmf_analysis.measures.settling import SETTLED, settled
from pmf_analysis.terms import MeasureKind, UnitKind

UNITS = {"R": SimpleNamespace(kind=UnitKind.REGION), "A": SimpleNamespace(kind=UnitKind.AUTHORITY)}


def register(**rules: object) -> SimpleNamespace:
    held = {"quality": SimpleNamespace(values=rules)} if rules else {}
    return SimpleNamespace(units=UNITS, rule_sets=held)


def indicator(kind: MeasureKind = MeasureKind.PROPORTION) -> SimpleNamespace:
    source = SimpleNamespace(table="d3", numerator=("n",))
    return SimpleNamespace(kind=kind, multiplier=100.0, source=SimpleNamespace(all=(source,)))


def rows(unit: str, numerator: float, denominator: float, printed: float) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "service_area": [unit], "cohort": ["all"], "period": ["2024/25"],
            "numerator": [numerator], "denominator": [denominator],
            "value": [numerator / denominator * 100], "method": ["Wilson"], "deliveries": ["a"],
            "printed": [printed],
        }
    )  # fmt: skip


def value_of(
    given: pd.DataFrame, held: SimpleNamespace, of: SimpleNamespace | None = None
) -> tuple:
    found = settled(given.drop(columns="printed"), [given], of or indicator(), held)
    return found["value"].item(), found["method"].item()


ROUNDED = register(rounded_to={"region": 10})


def test_a_region_takes_the_printed_digit():
    # 2,900 of 11,000 is 26.36; the print of unrounded counts says 26.3
    value, method = value_of(rows("R", 2900, 11_000, 26.3), ROUNDED)
    assert value == 26.3
    assert method == f"{SETTLED}; Wilson"


def test_a_value_that_prints_the_same_keeps_its_digits():
    value, method = value_of(rows("R", 2900, 11_000, 26.4), ROUNDED)
    assert value == pytest.approx(2900 / 11_000 * 100)
    assert method == "Wilson"


@pytest.mark.parametrize(
    ("given", "held", "why"),
    [
        (rows("A", 29, 110, 26.3), ROUNDED, "counts of authorities are exact"),
        (rows("R", 2900, 11_000, 25.9), ROUNDED, "more than rounding explains"),
        (rows("R", 2900, 11_000, float("nan")), ROUNDED, "nothing is printed"),
        (rows("R", 2900, 11_000, 26.3), register(), "no rule says that counts are rounded"),
    ],
    ids=lambda one: one if isinstance(one, str) else "",
)
def test_what_is_not_settled(given, held, why):
    assert value_of(given, held)[1] == "Wilson", why


def test_a_mean_is_never_settled():
    assert (
        value_of(rows("R", 2900, 11_000, 26.3), ROUNDED, indicator(MeasureKind.MEAN))[1] == "Wilson"
    )


def test_tables_that_round_every_unit_settle_every_unit():
    held = register(rounded_in={"d3": 0.1})
    value, _ = value_of(rows("A", 2.9, 11.0, 26.3), held)
    assert value == 26.3


def test_a_further_table_may_print_the_value():
    first = rows("R", 2900, 11_000, float("nan"))
    further = rows("R", 1, 1, 26.3).assign(deliveries="b")
    found = settled(first.drop(columns="printed"), [first, further], indicator(), ROUNDED)
    assert found[["value", "deliveries"]].to_numpy().tolist() == [[26.3, "a;b"]]
