"""Figures of Medwold: the same bytes, exact sums, levels and time of year as aimed at."""

import hashlib
import json
import re

import pandas as pd
import pytest

from pmf_analysis.errors import ParameterError
from pmf_analysis.synthetic import DEMO_SEED, county_truth, make_county, write_county
from pmf_analysis.synthetic.county import COLUMNS
from pmf_analysis.synthetic.places import names, parents

KEY = ["indicator", "service_area", "cohort", "period"]
OVERLAPPING = ("PLACE-3", "CL-EET", "ADOPT-DAYS")
SEEDS = (0, 1, DEMO_SEED)


def latest(figures, indicator, unit="Medwold"):
    """Percent (or days) and mean denominator over the last twelve months, or at their end."""
    rows = figures[(figures["indicator"] == indicator) & (figures["service_area"] == unit)]
    rows = rows.tail(1 if indicator in OVERLAPPING else 12)
    scale = 1 if indicator == "ADOPT-DAYS" else 100
    value = scale * rows["numerator"].sum() / rows["denominator"].sum()
    return float(value), float(rows["denominator"].mean())


def test_shape(county):
    figures = county(DEMO_SEED)
    assert tuple(figures.columns) == COLUMNS
    assert not figures.duplicated(KEY).any()
    assert figures["indicator"].nunique() == 12
    assert figures["service_area"].nunique() == 25
    assert figures["period"].min() == "2021-11"
    assert figures["period"].max() == "2026-10"


def test_no_numerator_exceeds_its_denominator(county):
    shares = county(DEMO_SEED)[lambda rows: rows["indicator"] != "ADOPT-DAYS"].dropna()
    assert (shares["numerator"] <= shares["denominator"]).all()
    assert (shares["numerator"] >= 0).all()


def test_same_seed_same_bytes_whatever_the_machine(tmp_path):
    delivery = write_county(tmp_path / "a", DEMO_SEED)
    again = write_county(tmp_path / "b", DEMO_SEED)
    assert delivery.name == "medwold_indicators_2026-11-06.csv"
    assert delivery.read_bytes() == again.read_bytes()
    told = (delivery.with_name("truth.json"), again.with_name("truth.json"))
    assert told[0].read_bytes() == told[1].read_bytes()
    # what any machine must make; it changes only when the county itself is changed
    assert hashlib.sha256(delivery.read_bytes()).hexdigest() == PINNED


PINNED = "3756607d580d9967068c1c2d63468b66f14e0312abb4a0e6bac8169a94feec40"


def test_another_seed_another_county(county):
    assert not county(0).equals(county(1))


def test_more_months_add_months_only():
    short, long = make_county(5, 24, stories=False), make_county(5, 40, stories=False)
    kept = long[long["period"] >= "2024-11"].reset_index(drop=True)
    pd.testing.assert_frame_equal(short, kept)


@pytest.mark.parametrize("seed", SEEDS)
def test_parts_add_up_exactly(county, seed):
    figures = county(seed)
    code = {name: unit for unit, name in names().items()}
    above = figures["service_area"].map(code).map(parents()).map(names())
    withheld = figures.loc[figures["marker"] == "c", ["indicator", "period"]].drop_duplicates()
    parts = figures.assign(service_area=above).dropna(subset="service_area")
    sums = parts.groupby(KEY)[["numerator", "denominator"]].sum().reset_index()
    both = sums.merge(figures, on=KEY, how="left", suffixes=("_parts", ""), validate="1:1")
    both = both.merge(withheld, how="left", indicator="hidden")
    whole = both[both["hidden"] == "left_only"]
    assert both["numerator"].notna().all()
    assert len(whole) > 1000
    assert (whole["numerator"] == whole["numerator_parts"]).all()
    assert (whole["denominator"].fillna(0) == whole["denominator_parts"]).all()


def test_referrals_are_the_denominator_of_referred_again(county):
    figures = county(DEMO_SEED)
    whole = figures[figures["service_area"] == "Medwold"].set_index("period")
    again = whole[whole["indicator"] == "REREF"]["denominator"]
    assert (whole[whole["indicator"] == "REF"]["numerator"] == again).all()


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    ("indicator", "level", "within", "denominator"),
    [
        ("REREF", 21.6, 1.0, 2000), ("ASSESS-45", 88.5, 1.0, 1800), ("ICPC-15", 87.2, 2.5, 123),
        ("CP-VISIT", 93, 1.0, 1150), ("CPP-REPEAT", 24, 6.0, 106), ("CIC-VISIT", 95, 1.2, 1900),
        ("PLACE-3", 12, 2.5, 1896), ("IHA-20", 82, 4.0, 106), ("CL-EET", 51, 5.0, 1191),
        ("ADOPT-DAYS", 430, 45.0, 198), ("AUDIT-GOOD", 68, 6.0, 60),
    ],
)  # fmt: skip
def test_levels_are_those_of_a_large_shire_county(
    county, seed, indicator, level, within, denominator
):
    value, children = latest(county(seed), indicator)
    assert value == pytest.approx(level, abs=within)
    assert children == pytest.approx(denominator, rel=0.12)


@pytest.mark.parametrize("seed", SEEDS)
def test_referrals_follow_the_year(county, seed):
    figures = county(seed)
    rows = figures[(figures["indicator"] == "REF") & (figures["service_area"] == "Medwold")]
    assert rows["numerator"].between(1400, 2450).all()
    index = rows.groupby(rows["period"].str[5:])["numerator"].mean() / rows["numerator"].mean()
    assert set(index.nsmallest(3).index) == {"04", "08", "12"}
    assert index.idxmax() == "03"
    assert index["08"] == pytest.approx(0.87, abs=0.03)
    assert index["03"] == pytest.approx(1.13, abs=0.03)


def test_unaccompanied_children_come_in_summer(county):
    rows = county(DEMO_SEED)
    rows = rows[
        (rows["indicator"] == "IHA-20") & (rows["service_area"] == "Unaccompanied Children")
    ]
    months = rows.groupby(rows["period"].str[5:])["denominator"].mean()
    assert months.idxmax() == "08"
    assert months.idxmin() == "01"
    assert 5 < months["08"] / months["01"] < 9


def test_cells_without_a_number(county):
    figures = county(DEMO_SEED)
    withheld = figures[figures["marker"] == "c"]
    assert set(withheld["service_area"]) == {"Disabled Children"}
    assert set(withheld["indicator"]) == {"ICPC-15"}
    assert withheld[["numerator", "denominator"]].isna().all(axis=None)
    shown = figures[
        (figures["indicator"] == "ICPC-15") & (figures["service_area"] == "Disabled Children")
    ].dropna()
    assert not shown["denominator"].between(1, 4).any()
    taken = figures[figures["indicator"] == "CL-EET"].groupby("service_area")["period"]
    assert taken.size().eq(59).all()
    assert not taken.apply(lambda periods: (periods == "2024-12").any()).any()


def test_a_plain_count_has_no_denominator(tmp_path):
    lines = write_county(tmp_path, 0, 2).read_text(encoding="utf-8").splitlines()
    assert lines[0] == ",".join(COLUMNS)
    assert re.fullmatch(r"REF,Medwold,all,2026-09,\d+,z,", lines[1])


def test_truth_is_beside_the_delivery(tmp_path):
    delivery = write_county(tmp_path, 4, 12, "2025-03", {"recording_change", "nothing"})
    told = json.loads(delivery.with_name("truth.json").read_text(encoding="utf-8"))
    assert told == json.loads(json.dumps(county_truth(4, 12, "2025-03", ["nothing"])))
    assert (told["first_month"], told["last_month"]) == ("2024-04", "2025-03")
    assert delivery.name == f"medwold_indicators_{told['published']}.csv"
    assert told["published"] == "2025-04-06"


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"seed": -1}, "whole number, 0 or more"),
        ({"seed": 1.5}, "whole number, 0 or more"),
        ({"seed": 1, "months": 0}, "1 or more"),
        ({"seed": 1, "last_month": "2025/26"}, "a month such as 2026-10"),
        ({"seed": 1, "last_month": "October"}, "cannot be read"),
        ({"seed": 1, "stories": {"sibling"}}, "Did you mean siblings"),
    ],
)
def test_arguments_that_mean_nothing(given, words, tmp_path):
    with pytest.raises(ParameterError, match=words):
        make_county(**given)
    with pytest.raises(ParameterError, match=words):
        write_county(tmp_path / "nothing", **given)
    assert not (tmp_path / "nothing").exists()


def test_the_page_about_medwold_says_what_is_made(county, root):
    figures = county(DEMO_SEED)
    page = (root / "docs" / "synthetic.md").read_text(encoding="utf-8")
    rows = re.findall(
        r"^\| ([A-Z0-9-]+) \| [^|]+ \| ([\d.]+)(?:%| days) \| ([\d,]+) \|", page, re.MULTILINE
    )
    assert len(rows) == 11
    for indicator, printed, children in rows:
        value, denominator = latest(figures, indicator)
        assert f"{value:.1f}" == printed, indicator
        assert f"{denominator:,.0f}" == children, indicator
    assert f"{len(figures):,} rows" in page
