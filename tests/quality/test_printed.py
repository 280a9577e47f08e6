"""Values recomputed from their parts, held against the printed ones."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from pmf_analysis import measures
from pmf_analysis.ingest import load_layouts, read_delivery
from pmf_analysis.quality.measure_view import measure_view
from pmf_analysis.quality.views import Sources
from pmf_analysis.register import Context, load

pytestmark = pytest.mark.shared

MOST = 0.6
"""Steps of the last printed digit that rule M-14 allows: half a step, and a little for floats."""


@pytest.fixture(scope="module")
def beyond(shared: Path, root: Path) -> pd.DataFrame:
    """Measures of the workforce and two looked-after tables, with their distance in steps."""
    reference = root / "data" / "reference"
    register, layouts = load(reference), load_layouts(reference / "layouts")
    data = shared / "data"
    files = [
        data / "dfe_workforce" / "csww_indicators_2017_to_2025.csv",
        data / "dfe_cla_2025" / "cla_number_and_rate_per_10k_children.csv",
        data / "dfe_cla_2025" / "la_cla_placement_stability.csv",
        next((data / "dfe_cin_2024").glob("d6_*")), next((data / "dfe_cin_2024").glob("d7_*")),
    ]  # fmt: skip
    extracts = [read_delivery(path, register, layouts) for path in files]
    figures = pd.concat([one.figures for one in extracts], ignore_index=True)
    context = Context(register, date(2026, 1, 1))
    table = measures.build(figures, [one.receipt.as_dict() for one in extracts], context)
    tables = {"measure": table, "figure": figures}
    sources = Sources(context, register.rule_set("quality"), tables)
    return measure_view(table, sources).rows


def named(rows: pd.DataFrame) -> set[tuple[str, str, str]]:
    return set(rows[["indicator", "service_area", "period"]].itertuples(index=False, name=None))


def test_workforce_rates_that_their_parts_do_not_give_are_found(beyond: pd.DataFrame) -> None:
    # England in 2024: 6,520.7 of 6,520.7 + 34,328.2 is 16.0%, printed 16.2%
    found = beyond[(beyond["printed_steps"] > MOST) & beyond["indicator"].str.startswith("SW-")]
    agency = {
        ("E92000001", "2024-09-30"), ("E92000001", "2023-09-30"), ("E12000005", "2024-09-30"),
        ("E12000007", "2023-09-30"), ("E13000002", "2023-09-30"),
    }  # fmt: skip
    turnover = {(unit, on) for unit in ("E92000001", "E12000001")
                for on in ("2022-09-30", "2024-09-30")}  # fmt: skip
    assert named(found) == {("SW-AGENCY", *cell) for cell in agency} | {
        ("SW-TURNOVER", *cell) for cell in turnover
    }  # fmt: skip
    england = found[(found["indicator"] == "SW-AGENCY") & (found["period"] == "2024-09-30")]
    value = england.set_index("service_area").loc["E92000001", "value"]
    assert value == pytest.approx(15.963, abs=0.001)


def test_whole_rates_and_shares_with_one_decimal_agree_within_their_rounding(
    beyond: pd.DataFrame,
) -> None:
    held = beyond.dropna(subset="printed_steps")
    for code in ("CLA", "CLA-START", "CLA-CEASE", "PLACE-3", "CPP-REVIEW", "CPP-END-2Y"):
        of_one = held[held["indicator"] == code]
        assert len(of_one) > 700, code
        own = of_one[~of_one["service_area"].str.startswith(("E12", "E13", "E92"))]
        # printed whole or with one decimal, of exact counts: half a step, and no more
        assert own["printed_steps"].max() <= 0.5 + 1e-6, code
        assert of_one["printed_steps"].max() <= MOST, code
