"""Visits, reviews and health checks: what is due, what is on time, and two stories."""

import numpy as np
import pandas as pd
import pytest

from pmf_analysis.synthetic.care import periods_of_care
from pmf_analysis.synthetic.care_days import NEVER, day_of, month_number
from pmf_analysis.synthetic.care_visits import VISITS_ON_TIME, health, reviews, visits
from pmf_analysis.synthetic.setting import Setting

SETTING = Setting.of(6, scale=0.5)
FIRST, LAST = day_of(SETTING.first_day), day_of(SETTING.last_day)
EVERYONE = periods_of_care(SETTING, {})
SPELLS = EVERYONE[EVERYONE["ended"] >= FIRST].reset_index(drop=True)
BY_CHILD = SPELLS.set_index("child")
VISITS, REVIEWS, HEALTH = (make(SETTING, SPELLS) for make in (visits, reviews, health))
CHILDREN_IN_CARE = "^children-in-care"


def of_team(rows, stem):
    return rows[rows["team"].str.contains(stem)]


def on_time(rows):
    return rows["done"] <= rows["due"]


@pytest.mark.parametrize("rows", [VISITS, REVIEWS, HEALTH], ids=["visits", "reviews", "health"])
def test_all_is_due_and_done_within_care_and_the_records(rows):
    held = BY_CHILD.loc[rows["child"]]
    assert rows["due"].between(FIRST, LAST).all()
    assert (rows["due"].to_numpy() >= held["entered"].to_numpy()).all()
    assert (rows["due"].to_numpy() < held["ended"].to_numpy()).all()
    done = (rows["done"] < NEVER).to_numpy()
    assert rows["done"][done].max() <= LAST
    assert (rows["done"].to_numpy() >= held["entered"].to_numpy()).all()
    assert (rows["done"].to_numpy() < held["ended"].to_numpy())[done].all()


def test_one_visit_is_due_a_month_for_each_child_in_care():
    assert not VISITS.duplicated(["child", "turn"]).any()
    assert (month_number(VISITS["due"]) == VISITS["turn"]).all()
    middle = SETTING.starts[:-1].astype(np.int64) + 14
    stock = [((SPELLS["entered"] <= day) & (SPELLS["ended"] > day)).sum() for day in middle]
    due = VISITS.groupby("turn").size().to_numpy()
    assert np.abs(due / stock - 1).max() < 0.05


@pytest.mark.parametrize(("service", "level"), VISITS_ON_TIME.items())
def test_visits_are_on_time_as_often_as_planned(service, level):
    rows = of_team(VISITS, f"^{service}")
    error = np.sqrt(level * (1 - level) / len(rows))
    assert on_time(rows).mean() == pytest.approx(level, abs=4 * error)


def test_nobody_is_seen_at_a_visit_not_made():
    assert ((VISITS["seen_alone"] == "") == (VISITS["done"] == NEVER)).all()
    assert set(VISITS["seen_alone"]) == {"yes", "no", ""}


def test_visits_of_children_in_care_teams_worsen_with_the_story():
    worse = visits(Setting.of(6, scale=0.5, stories=["green_worsening"]), SPELLS)
    pd.testing.assert_frame_equal(worse[["child", "due", "team"]], VISITS[["child", "due", "team"]])
    changed = worse["done"] != VISITS["done"]
    assert 50 < changed.sum() < 200  # about 1.3 in a hundred of 645 visits in 12 months
    assert worse["team"][changed].str.match(CHILDREN_IN_CARE).all()
    assert worse["due"][changed].min() >= day_of("2025-11-01")
    rows = of_team(worse, CHILDREN_IN_CARE)
    by_month = on_time(rows).groupby(rows["turn"]).mean().iloc[-12:]
    assert by_month.mean() == pytest.approx(0.943, abs=0.01)
    slope = np.polyfit(np.arange(12), by_month, 1)[0]
    assert slope == pytest.approx(-0.002, abs=0.003)


@pytest.mark.parametrize(("stories", "level"), [((), 0.82), (("red_target_inside",), 0.805)])
def test_first_health_checks(stories, level):
    rows = health(Setting.of(6, scale=0.5, stories=stories), SPELLS)
    first = of_team(rows[rows["kind"] == "initial"], CHILDREN_IN_CARE)
    assert len(first) / 36 == pytest.approx(53, abs=5)
    assert on_time(first).mean() == pytest.approx(level, abs=0.025)
    others = rows["kind"].ne("initial") | ~rows["team"].str.match(CHILDREN_IN_CARE)
    pd.testing.assert_frame_equal(rows[others], HEALTH[others])


def test_a_first_health_check_is_due_20_working_days_after_entry():
    first = HEALTH[HEALTH["kind"] == "initial"].set_index("child")
    after = first["due"] - BY_CHILD.loc[first.index, "entered"]
    assert after.between(26, 36).all()  # four weeks, and bank holidays
    assert first.index.is_unique
    plain = ~BY_CHILD.loc[first.index, "uasc"]
    assert plain.sum() / 36 == pytest.approx(55, abs=5)


def test_reviews_come_after_four_weeks_three_months_and_six_months():
    at = REVIEWS.sort_values(["child", "due"])
    gap = at.groupby("child")["due"].diff()
    assert set(gap[at["turn"] == 1].dropna()) == {91}
    assert set(gap[at["turn"] > 1].dropna()) == {182}
    first = at[at["turn"] == 0].set_index("child")["due"]
    assert ((first - BY_CHILD.loc[first.index, "entered"]) == 28).all()
    assert on_time(at).mean() == pytest.approx(0.95, abs=0.01)


@pytest.mark.parametrize(("kind", "level"), [("review", 0.94), ("dental", 0.89)])
def test_yearly_checks(kind, level):
    rows = HEALTH[HEALTH["kind"] == kind].sort_values(["child", "due"])
    assert set(rows.groupby("child")["due"].diff().dropna()) == {365}
    assert on_time(rows).mean() == pytest.approx(level, abs=0.015)
