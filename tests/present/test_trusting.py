"""Whether forecasts can be trusted: groups, verdicts, scores and words from past forecasts."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from pmf_analysis import register
from pmf_analysis.methods.verification import clustered_share
from pmf_analysis.present.trusting import (
    bins_apart,
    by_group,
    chance_words,
    chances,
    judged,
    skills,
)


@pytest.fixture(scope="module")
def rules(root):
    return register.load(root / "data" / "reference").rule_set("calibration")


def past(series=20, figures=12, seed=1, truthful=True, **columns: object) -> pd.DataFrame:
    """Past forecasts whose ranges and chances hold as they say, or do not."""
    random = np.random.default_rng(seed)
    size = series * figures
    units = np.repeat([f"u{number}" for number in range(series)], figures)
    chance = random.random(size)
    met = random.random(size) < (chance if truthful else 0.5)
    made = pd.DataFrame(
        {
            "indicator": "T-01", "service_area": units,
            "cohort": "all", "period": "2024-01", "origin": "2023-01",
            "horizon": np.tile(np.arange(1, figures + 1), series), "frequency": "month",
            "kind": "percent", "few_cases": False,
            "inside80": random.random(size) < (0.8 if truthful else 0.4),
            "inside95": random.random(size) < (0.95 if truthful else 0.6),
            "away": 1.0, "naive_away": 2.0, "seasonal_away": 1.5,
            "target_chance": chance, "target_met": met.astype(float),
        }
    )  # fmt: skip
    made = made.astype({"inside80": float, "inside95": float})
    return made.assign(shown_inside80=made["inside80"], shown_inside95=made["inside95"], **columns)


def test_groups_are_all_kinds_and_horizons_that_have_figures(rules):
    table = pd.concat([past(), past(kind="smallcount", indicator="T-02"),
                       past(few_cases=True, indicator="T-03")])  # fmt: skip
    found = {one.name: one for one in by_group(table, rules, {"T-02"})}
    assert list(found) == [
        "All figures", "Percentages of more cases", "Percentages of few cases", "Small counts",
        "1 month ahead", "2 to 6 months ahead", "7 to 12 months ahead",
        "Over several periods, as shown",
    ]  # fmt: skip
    assert found["All figures"].inside95.cases == 720
    assert found["2 to 6 months ahead"].inside80.cases == 5 * 60
    assert found["Over several periods, as shown"].inside95.clusters == 20


def test_without_a_figure_there_is_the_first_group_alone(rules):
    (found,) = by_group(past().iloc[:0], rules)
    assert found.inside95.cases == 0


def test_verdicts_of_shares(rules):
    owner = np.arange(600) // 10
    share = clustered_share(np.arange(600) % 20 < 19, owner)
    assert judged(share, 0.95, rules) == "as promised"
    assert judged(share, 0.80, rules) == "too wide"
    assert judged(share, 0.99, rules) == "too narrow"
    assert judged(clustered_share(np.ones(600), owner // 20), 0.5, rules) == "too few to judge"
    assert judged(clustered_share(np.ones(20), np.arange(20)), 0.5, rules) == "too few to judge"


def test_truthful_chances_beat_a_constant_guess_and_others_do_not(rules):
    good = chances(past(60), "target_chance", "target_met", rules)
    assert "The chances were better, by" in chance_words(good.score, "the target was met")
    assert len(bins_apart(good.bins, rules)) <= 2
    bad = chances(past(60, truthful=False), "target_chance", "target_met", rules)
    assert "The chances were worse than that." in chance_words(bad.score, "the target was met")
    assert len(bins_apart(bad.bins, rules)) >= 4
    one = chances(past(1), "target_chance", "target_met", rules)
    assert "one series alone" in chance_words(one.score, "the target was met")
    none = chances(past().iloc[:0], "target_chance", "target_met", rules)
    assert chance_words(none.score, "the target was met").startswith("No past chance")


def test_skill_is_held_against_the_better_of_the_simplest(rules):
    table = pd.concat([past(4), past(2, indicator="T-02", away=3.0),
                       past(2, indicator="T-03", away=1.5),
                       past(2, indicator="T-04", naive_away=np.nan)])  # fmt: skip
    found = skills(table).set_index("indicator")
    assert list(found.index) == ["T-01", "T-03", "T-02"]
    assert found.loc["T-01"].to_dict() == pytest.approx(
        {"series": 4, "closer": 1, "ratio": 1 / 1.5}
    )
    assert found.loc["T-02", ["closer", "ratio"]].tolist() == [0.0, 2.0]
    assert found.loc["T-03", ["closer", "ratio"]].tolist() == [0.5, 1.0]
    assert skills(table.iloc[:0]).empty


def test_never_wrong_on_either_side_is_no_ratio(rules):
    found = skills(past(2, away=0.0, naive_away=0.0, seasonal_away=0.0))
    assert found["closer"].tolist() == [0.5]
    assert found["ratio"].isna().all()
