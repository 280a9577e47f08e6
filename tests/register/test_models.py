"""What an indicator says of itself."""

from __future__ import annotations

from datetime import date

import pytest

from pmf_analysis.register.models import COUNTED, Indicator


@pytest.fixture
def indicator():
    """An indicator of counts, with what a test changes."""

    def made(**changes):
        given = {
            "code": "X", "name": "Children seen", "objective": "o", "kind": "count",
            "unit": "count", "polarity": "neutral", "frequency": "month", "data_period": "M",
            "applies_to": ["county"], "owner": "role", "origin": "test",
            "attribute_to": "team_at_event",
            "source": {"records": {"table": "visit", "at": "event_date"}},
        }  # fmt: skip
        return Indicator.model_validate({**given, **changes})

    return made


def test_what_is_counted_is_read_from_the_table_of_counts(indicator):
    published = indicator().source.published
    assert (published.table, published.breakdown, published.numerator) == (
        COUNTED, "X", ("numerator",),
    )  # fmt: skip
    assert published.denominator is None
    share = {
        "table": "visit", "at": "due_on", "numerator": [{"field": "event_date", "filled": True}],
        "covers": "R12M",
    }  # fmt: skip
    published = indicator(kind="proportion", source={"records": share}).source.published
    assert published.denominator.column == "denominator"
    assert published.covers == "R12M"


def test_a_cohort_is_named_in_its_own_words(indicator):
    part = {"label": "without the youngest", "where": [{"field": "age", "at_least": 1}]}
    records = {"table": "visit", "at": "event_date", "cohorts": {"older": part}}
    counted = indicator(source={"records": records})
    assert counted.part_of("all") == ""
    assert counted.part_of("older") == "without the youngest"
    assert counted.part_of("as delivered") == "as delivered"


def test_an_expected_range_speaks_of_the_units_it_names(indicator):
    spread = {"lower": 1, "upper": 2, "from": "2024-04"}
    everywhere, county = (
        indicator(expected_range=spread | more) for more in ({}, {"units": ["county"]})
    )
    on = date(2024, 4, 30)
    assert everywhere.range_of("team", on) is not None
    assert county.range_of("county", on) is not None
    assert county.range_of("team", on) is None
    assert county.range_of("county", date(2024, 3, 31)) is None
    assert indicator().range_of("county", on) is None


def test_only_a_stock_that_is_counted_has_flows(indicator):
    flows = {"starts": "IN", "ends": "OUT"}
    stock = {"stock": True, "attribute_to": "team_at_period_end", "data_period": "MS"}
    assert indicator(flows=flows, **stock).flows.ends == "OUT"
    for wrong in ({}, {**stock, "kind": "median"}):
        with pytest.raises(ValueError, match=r"flows belong to a stock|not counted from records"):
            indicator(flows=flows, **wrong)
