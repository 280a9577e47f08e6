"""What earlier deliveries lacked, measured on the workspace's own vintages."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest

from pmf_analysis import measures
from pmf_analysis.register import Context, load

MONTHS = [str(month) for month in pd.period_range("2025-01", "2025-06", freq="M")]


@pytest.fixture(scope="module")
def rules(root):
    """The shipped rule set on maturity."""
    return load(root / "data/reference").rule_set("maturity")


@pytest.fixture
def context(rules, register_of, make):
    """Two units; a month matures 45 days after its end."""
    register = register_of(make.indicator(matures_after=45))
    held = {**register.rule_sets, "maturity": rules}
    return Context(replace(register, rule_sets=held), date(2025, 7, 6))


def monthly_deliveries(make, late=12, whole=200):
    """On the 6th of each month all months so far: the newest lacks its late cases."""
    parts, receipts = [], []
    for number, _ in enumerate(MONTHS, start=1):
        known = [
            (whole - late if month == MONTHS[number - 1] else whole) for month in MONTHS[:number]
        ]
        pairs = [(0.9 * cases, cases) for cases in known]
        parts.append(make.figures(make.monthly("2025-01", pairs), f"d{number}"))
        receipts.append({"id": f"d{number}", "published": f"2025-{number + 1:02d}-06"})
    return pd.concat(parts, ignore_index=True), receipts


def grown(figures, receipts, context):
    measured = measures.build(figures, receipts, context)
    return measures.with_growth(measured, figures, receipts, context)


def test_the_share_that_came_in_later_is_found(make, context):
    found = grown(*monthly_deliveries(make), context).set_index("period")
    assert found.loc["2025-06", "late_share"] == pytest.approx(12 / 200)
    # January to April have matured
    assert found.loc["2025-06", ["late_cases", "late_periods"]].tolist() == [800, 4]
    # May was delivered again at the age of 36 days: at that age nothing was missing any more
    assert found.loc["2025-05", "state"] == "provisional"
    assert found.loc["2025-05", "late_share"] == 0
    assert found.loc[:"2025-04", "late_share"].isna().all()
    assert found.loc[:"2025-04", "late_periods"].eq(0).all()


def test_the_order_of_rows_does_not_matter(make, context):
    figures, receipts = monthly_deliveries(make)
    shuffled = grown(figures.sample(frac=1, random_state=3), receipts[::-1], context)
    pd.testing.assert_frame_equal(shuffled, grown(figures, receipts, context))


def test_too_few_periods_or_cases_measure_nothing(make, context):
    figures, receipts = monthly_deliveries(make, late=1, whole=20)
    assert grown(figures, receipts, context)["late_share"].isna().all()
    figures, receipts = monthly_deliveries(make)
    early = replace(context, as_at=date(2025, 5, 6))
    known = [one for one in receipts if one["published"] <= "2025-05-06"]
    some = figures[figures["delivery"].isin([one["id"] for one in known])]
    assert grown(some, known, early)["late_share"].isna().all()


def test_a_figure_that_shrank_has_nothing_to_come(make, context):
    found = grown(*monthly_deliveries(make, late=-8), context).set_index("period")
    assert found.loc["2025-06", "late_share"] == 0


def test_one_delivery_or_no_rule_set_measures_nothing(make, context):
    figures, receipts = monthly_deliveries(make)
    alone = figures[figures["delivery"] == "d6"]
    found = grown(alone, receipts[-1:], context)
    assert found["late_share"].isna().all()
    assert set(measures.growth.GROWTH) <= set(found.columns)
    bare = replace(context, register=replace(context.register, rule_sets={
        "intervals": context.register.rule_set("intervals")
    }))  # fmt: skip
    assert grown(figures, receipts, bare)["late_share"].isna().all()


def test_a_share_is_never_taken_from_another_kind_of_unit(make, context):
    figures, receipts = monthly_deliveries(make)
    units = {
        **context.register.units,
        "B": context.register.units["B"].model_copy(update={"kind": "team"}),
    }
    there = replace(context, register=replace(context.register, units=units))
    newest = figures["delivery"] == "d6"
    other = figures[newest & (figures["period"] == "2025-06")].assign(service_area="B")
    found = grown(pd.concat([figures, other], ignore_index=True), receipts, there)
    by_unit = found[found["period"] == "2025-06"].set_index("service_area")["late_share"]
    assert by_unit["A"] == pytest.approx(0.06)
    assert np.isnan(by_unit["B"])


def test_nothing_young_in_any_delivery_measures_nothing(make, context):
    old = make.figures(make.monthly("2024-01", [(9, 10)]), "d1")
    marked = make.figures(make.monthly("2025-06", [(9, 10)]), "d2")
    receipts = [
        {"id": "d1", "published": "2025-06-06"}, {"id": "d2", "published": "2025-12-06"}
    ]  # fmt: skip
    both = pd.concat([old, marked], ignore_index=True)
    found = grown(both, receipts, replace(context, as_at=date(2025, 12, 6)))
    assert found["late_share"].isna().all()
    assert measures.growth._as_delivered(both, receipts, context, ["SHARE"]).empty
