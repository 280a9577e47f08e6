"""Stories: each changes what it says, and shows, or does not show, as the truth has it."""

import numpy as np
import pytest

from pmf_analysis import register
from pmf_analysis.synthetic import DEMO_SEED, STORIES, county_truth
from pmf_analysis.synthetic.places import COUNTY, SERVICES, names, parents
from pmf_analysis.synthetic.stories import choose

BY_NAME = {story.name: story for story in STORIES}


def with_units_above(units):
    held = set(units)
    while above := {parents()[unit] for unit in held if unit in parents()} - held:
        held |= above
    return {names()[unit] for unit in held}


def series(figures, indicator, unit, first=""):
    rows = figures[(figures["indicator"] == indicator) & (figures["service_area"] == names()[unit])]
    rows = rows[(rows["denominator"] > 0) & (rows["period"] >= first)].set_index("period")
    return 100 * (rows["numerator"] / rows["denominator"]).astype(float)


def rolling_year(figures, indicator, unit, last="2026-10"):
    rows = figures[(figures["indicator"] == indicator) & (figures["service_area"] == names()[unit])]
    rows = rows[rows["period"] <= last].tail(12)
    return 100 * rows["numerator"].sum() / rows["denominator"].sum()


def limits(values):
    """Limits of an XmR chart, worked out here from its definition."""
    reach = 2.66 * np.abs(np.diff(values)).mean()
    return values.mean() - reach, values.mean() + reach


def signals(values):
    """Whether the last point lies outside the limits or ends seven on one side of the mean."""
    lower, upper = limits(values)
    run = np.sign(values.to_numpy()[-7:] - values.mean())
    return bool(not lower <= values.iloc[-1] <= upper or abs(run.sum()) == 7)


@pytest.mark.parametrize("name", sorted(BY_NAME))
def test_a_story_changes_only_what_it_says(county, name):
    story = BY_NAME[name]
    plain, told = county(0, False), county(0, (name,))
    assert len(plain) == len(told)
    changed = told[
        (plain["numerator"].ne(told["numerator"]) | plain["denominator"].ne(told["denominator"]))
        .fillna(False)
        .to_numpy()
    ]
    in_the_figures = bool(story.levels or story.recount)
    assert (len(changed) > 0) == in_the_figures
    assert set(changed["indicator"]) <= {story.indicator}
    assert set(changed["service_area"]) <= with_units_above(story.units)
    assert (changed["period"] >= story.first).all()
    assert not story.last or (changed["period"] <= story.last).all()


@pytest.mark.parametrize(
    "name", ["recording_change", "conference_hub", "vacancies", "red_target_beyond"]
)
def test_planted_levels_are_in_the_figures(county, name):
    story = BY_NAME[name]
    for seed in (0, 1, DEMO_SEED):
        figures = county(seed)
        told = figures[
            (figures["indicator"] == story.indicator)
            & figures["service_area"].isin([names()[unit] for unit in story.units])
            & (figures["period"] >= story.first)
            & ((figures["period"] <= story.last) if story.last else True)
        ]
        children = int(told["denominator"].sum())
        share = told["numerator"].sum() / children
        aimed = np.mean(story.levels)
        assert abs(share - aimed) < 3.5 * np.sqrt(aimed * (1 - aimed) / children)


def test_the_hub_worked(county):
    east = series(county(DEMO_SEED), "ICPC-15", "east-social-work")
    assert east[:"2025-06"].mean() < 82
    assert east["2025-07":].mean() > 85
    assert (east[-7:] > east.mean()).all()


@pytest.mark.parametrize("seed", range(4))
def test_overtime_follows_the_worst_month_and_changes_nothing(county, seed):
    south = series(county(seed), "ASSESS-45", "south-social-work")
    assert south.idxmin() == "2026-03"
    after, before = south["2026-04":], south[:"2026-02"]
    assert after.mean() > south["2026-03"] + 2
    assert abs(after.mean() - before.mean()) < 2
    plain = series(county(seed, False), "ASSESS-45", "south-social-work")
    assert (plain.drop("2026-03") == south.drop("2026-03")).all()


def test_the_worst_month_of_the_demonstration_is_ordinary(county):
    south = series(county(DEMO_SEED), "ASSESS-45", "south-social-work")
    assert limits(south)[0] <= south["2026-03"]
    assert not signals(south)


def test_five_siblings_are_no_signal(county):
    for seed in (0, 1, 2, DEMO_SEED):
        marwick = series(county(seed), "CPP-REPEAT", "marwick")
        assert round(marwick["2026-09"], 1) == 8.3
        assert marwick["2026-10"] == 40
        assert marwick["2026-10"] < limits(marwick)[1]


def test_the_target_rises_and_the_work_stays(county, root):
    held = register.load(root / "data" / "synthetic" / "reference")
    figures = county(DEMO_SEED)
    before, after = (rolling_year(figures, "ICPC-15", COUNTY, m) for m in ("2026-09", "2026-10"))
    levels = [level.value for level in held.indicator("ICPC-15").target]
    assert levels == [85, 88]
    assert levels[0] <= min(before, after) and max(before, after) < levels[1]
    assert abs(after - before) < 1
    assert not signals(series(figures, "ICPC-15", COUNTY))


def test_dunwick_falls_alone(county):
    figures = county(DEMO_SEED)
    dunwick = series(figures, "ASSESS-45", "dunwick")
    assert dunwick["2026-10"] < limits(dunwick)[0]
    assert rolling_year(figures, "ASSESS-45", "dunwick") >= 85
    for unit in ("easthythe", "farrow"):
        assert not signals(series(figures, "ASSESS-45", unit))


def test_green_and_worsening(county):
    figures = county(DEMO_SEED)
    assert rolling_year(figures, "CIC-VISIT", "children-in-care") >= 94
    visits = series(figures, "CIC-VISIT", "children-in-care")
    assert visits["2026-10"] < limits(visits)[0]


def test_red_with_the_target_inside_and_beyond_the_limits(county):
    figures = county(DEMO_SEED)
    checks = series(figures, "IHA-20", "children-in-care")
    assert rolling_year(figures, "IHA-20", "children-in-care") < 85
    assert limits(checks)[0] < 90 < limits(checks)[1]
    assert not signals(checks)
    visits = series(figures, "CP-VISIT", "south-social-work")
    assert rolling_year(figures, "CP-VISIT", "south-social-work") < 92
    assert limits(visits)[1] < 96
    assert not signals(visits)


def test_nothing_happens_in_kelbourne_and_lathe(county):
    figures = county(DEMO_SEED)
    for unit in ("kelbourne", "lathe"):
        own = figures[figures["service_area"] == names()[unit]]["indicator"].unique()
        assert len(own) == 5
        for indicator in own:
            assert not signals(series(figures, indicator, unit)), (unit, indicator)


def test_the_recording_change_is_registered(county, root):
    held = register.load(root / "data" / "synthetic" / "reference")
    for unit in ("front-door", COUNTY):
        (found,) = held.breaks_of("REREF", unit)
        assert found.period == "2023-04"
        assert found.kind.stops_comparison
    again = series(county(DEMO_SEED), "REREF", "front-door")
    assert again[:"2023-03"].min() > again["2023-04":].max() + 10
    assert not signals(again["2023-04":])


def test_the_truth_names_what_the_register_knows(root):
    held = register.load(root / "data" / "synthetic" / "reference")
    told = county_truth(DEMO_SEED)["stories"]
    assert [entry["name"] for entry in told] == [story.name for story in STORIES]
    for entry in told:
        assert not entry["indicator"] or entry["indicator"] in held.indicators
        assert set(entry["where"]) <= set(held.units)
        assert entry["should_say"] or entry["must_not_say"]
        for claim in (*entry["should_say"], *entry["must_not_say"]):
            assert claim["page"] in (COUNTY, *SERVICES)
            assert claim["unit"] in (claim["page"], *held.children_of(claim["page"]))


def test_the_truth_tells_only_what_shows():
    told = [entry["name"] for entry in county_truth(1, 24, "2024-12")["stories"]]
    assert "recording_change" in told
    assert not {"conference_hub", "siblings", "vacancies", "target_rise"} & set(told)


def test_choosing_stories():
    assert choose(True) == STORIES
    assert choose(False) == ()
    assert [story.name for story in choose(["vacancies", "siblings"])] == [
        "siblings",
        "vacancies",
    ]
    assert [story.name for story in choose("siblings")] == ["siblings"]
