"""Who was looked after for the whole year, on a few episodes written by hand."""

from __future__ import annotations

import pandas as pd
import pytest

from pmf_analysis.synthetic.returns.collection import CollectionYear
from pmf_analysis.synthetic.returns.episodes import care_episodes, in_year
from pmf_analysis.synthetic.returns.outcomes import whole_year

YEAR = CollectionYear(2026)
DATES = ("event_date", "ended_on")


def of_year(*spells: tuple[str, str | None, str]) -> pd.DataFrame:
    """The year's episodes of one child, from first day, last day and reason of each spell."""
    columns = ["event_date", "ended_on", "reason_ended"]
    care = pd.DataFrame(spells, columns=columns).assign(
        care_episode_id=[f"CE{n}" for n in range(len(spells))], child_id="C1",
        legal_status="C2", need="N1", team_then="t",
    )  # fmt: skip
    lived = care[["event_date", "ended_on", "care_episode_id", "child_id", "team_then"]].assign(
        placement_id=[f"PL{n}" for n in range(len(spells))], placement_type="U6", provider="PR1",
        inside_county="yes", distance_miles=1.0, reason_changed="",
    )  # fmt: skip
    born = pd.DataFrame({"child_id": ["C1"], "date_of_birth": pd.to_datetime(["2015-01-01"])})
    dated = dict.fromkeys(DATES, "datetime64[s]")
    known = {"care_episode": care.astype(dated), "placement": lived.astype(dated), "child": born}
    return in_year(care_episodes(known, YEAR.end), YEAR.start)


@pytest.mark.parametrize(
    ("spells", "whole"),
    [
        ([("2025-04-01", None, "")], True),
        ([("2025-04-02", None, "")], False),
        # who left on the last day is not looked after on it; who moved on it is
        ([("2024-01-01", "2026-03-31", "E4A")], False),
        ([("2024-01-01", "2026-03-31", ""), ("2026-03-31", None, "")], True),
        ([("2024-01-01", "2026-04-01", "E4A")], True),
        ([("2024-01-01", "2025-07-01", "E4A"), ("2025-07-08", None, "")], False),
    ],
)
def test_who_was_looked_after_from_the_first_day_to_the_last(spells, whole):
    """Validation rules of the SSDA903: no episode of the year ends but with X1, none begins S."""
    assert whole_year(of_year(*spells), YEAR).tolist() == (["C1"] if whole else [])
