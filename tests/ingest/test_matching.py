"""Which layout is chosen, and what is said when none fits."""

from __future__ import annotations

import re

import pytest

from pmf_analysis.errors import ParameterError, UnknownLayoutError
from pmf_analysis.ingest.matching import choose_layout

BASE = ("time_period", "time_identifier", "geographic_level", "la_name")


def own(layouts, name: str) -> tuple[str, ...]:
    return layouts[name].required


@pytest.mark.parametrize(
    "name",
    ["c1_referrals", "c6_referrals_by_month", "b1_children_in_need", "c4_section_47",
     "d3_plans_starting", "d5_plans_at_31_march", "population", "cla_number", "pmf_long",
     "dfe_open_data", "csww_workforce"],
)  # fmt: skip
def test_each_shipped_layout_is_found_by_its_own_columns(layouts, name):
    assert choose_layout(own(layouts, name), layouts, "any.csv").layout.name == name


def test_each_single_missing_column_of_a_known_table_is_named(layouts):
    for name in ("c1_referrals", "c6_referrals_by_month", "c4_section_47", "cla_number"):
        for column in own(layouts, name):
            header = [each for each in own(layouts, name) if each != column]
            with pytest.raises(UnknownLayoutError, match=f"missing: {re.escape(column)}"):
                choose_layout(header, layouts, "any.csv")


def test_a_renamed_column_is_named_when_the_file_is_called_like_its_table(layouts):
    header = ["recount" if each == "rereferral_count" else each
              for each in own(layouts, "c1_referrals")]  # fmt: skip
    with pytest.raises(
        UnknownLayoutError, match="13 of 14 columns of c1_referrals; missing: reref"
    ):
        choose_layout(header, layouts, "c1_children_in_need_2013_to_2026.csv")


def test_a_tie_names_both_layouts(layouts):
    twin = layouts["d3_plans_starting"].model_copy(update={"name": "twin"})
    with pytest.raises(UnknownLayoutError, match="d3_plans_starting and twin equally well"):
        choose_layout(own(layouts, "d3_plans_starting"), {**layouts, "twin": twin}, "any.csv")


def test_two_columns_of_one_meaning_are_refused(layouts):
    header = [*own(layouts, "c6_referrals_by_month"), "Referrals"]
    with pytest.raises(UnknownLayoutError, match="'referral_count' and 'Referrals' both mean"):
        choose_layout(header, layouts, "any.csv")


def test_columns_of_nothing_known_are_listed(layouts):
    with pytest.raises(UnknownLayoutError, match="has the columns fruit, colour"):
        choose_layout(["fruit", "colour"], layouts, "any.csv")


def test_semicolons_are_recognised(layouts):
    with pytest.raises(UnknownLayoutError, match="one column only"):
        choose_layout(["indicator;service_area;period"], layouts, "any.csv")


def test_a_layout_can_be_said(layouts):
    header = own(layouts, "d3_plans_starting")
    said = choose_layout(header, layouts, "any.csv", "dfe_open_data")
    assert said.layout.name == "dfe_open_data"
    with pytest.raises(ParameterError, match="Did you mean dfe_open_data"):
        choose_layout(header, layouts, "any.csv", "dfe_opendata")
    with pytest.raises(UnknownLayoutError, match="not of layout pmf_long"):
        choose_layout(header, layouts, "any.csv", "pmf_long")
