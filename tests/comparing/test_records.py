"""What was known of records on two dates, held against each other: late entry and correction."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from pmf_analysis import comparing, gathering, periods, register
from pmf_analysis.comparing.comparison import PARTS
from pmf_analysis.register import Context

BEFORE, AFTER = "2026-09-06", "2026-11-06"


@pytest.fixture(scope="module")
def found(small_medwold) -> comparing.Comparison:
    return comparing.compare(small_medwold, BEFORE, AFTER)


@pytest.fixture(scope="module")
def before(small_medwold) -> pd.Series:
    """Ivelham's assessments, counted from what was known on the earlier date."""
    return counted(small_medwold, BEFORE)


@pytest.fixture(scope="module")
def after(small_medwold) -> pd.Series:
    return counted(small_medwold, AFTER)


def counted(store, on: str) -> pd.Series:
    """Ivelham's share in time by month, on what was known on a date."""
    as_at, receipts = gathering.known_at(store, date.fromisoformat(on))
    context = Context(register.load(store.reference), as_at)
    figures = gathering.gather(store, receipts, context).figures
    here = figures[(figures["breakdown"] == "ASSESS-45") & (figures["service_area"] == "ivelham")]
    columns = here.pivot(index="period", columns="column", values="value")
    return 100 * columns["numerator"] / columns["denominator"]


def test_what_ivelham_entered_late_is_said_to_be_late_entry(found, before, after):
    months = before.index.intersection(after.index)
    moved = [one for one in months if before[one] != after[one]]
    table = found.changes
    rows = table[
        (table["indicator"] == "ASSESS-45")
        & (table["service_area"] == "ivelham")
        & (table["column"] == "value")
    ].set_index("period")
    assert len(moved) and sorted(rows.index) == moved
    young = {
        month: (date.fromisoformat(BEFORE) - periods.parse(month).end).days < 45 for month in moved
    }
    assert any(young.values())
    for month, row in rows.iterrows():
        assert (row["old_value"], row["new_value"]) == pytest.approx((before[month], after[month]))
        cause = "late_entry" if young[month] else "correction"
        assert row["cause"] == cause, month
        assert row[cause] == pytest.approx(after[month] - before[month]), month


def test_every_change_of_a_count_of_records_is_explained(found):
    sized = found.changes[found.changes["change"].notna()]
    assert len(sized)
    assert set(sized["cause"]) == {"late_entry", "correction"}
    told = sized[list(PARTS)].sum(axis=1)
    pd.testing.assert_series_equal(told, sized["change"], check_names=False, atol=1e-9)


def test_months_that_one_date_alone_knows_are_no_changes(found):
    assert "2026-10" not in set(found.changes["period"])
    assert any("of periods that the later side alone has" in note for note in found.notes)
