"""Which team answered on a day."""

from __future__ import annotations

import numpy as np
import pytest

from pmf_analysis.synthetic.setting import Setting
from pmf_analysis.synthetic.structure import all_units
from pmf_analysis.synthetic.teams_then import PROTECTION, team_then

DAYS = np.array(["2025-09-30", "2025-10-01"], dtype="datetime64[D]")


@pytest.mark.parametrize(
    ("stories", "drawn", "expected"),
    [
        (["structure"], 0.5, ["harstow-protection-2", "harstow-protection-4"]),
        (["structure"], 0.9, ["harstow-protection-3", "harstow-protection-4"]),
        (["structure"], 0.1, ["harstow-protection-1", "harstow-protection-1"]),
        ([], 0.9, ["harstow-protection-2", "harstow-protection-2"]),
    ],
)
def test_a_team_that_ended_has_its_successor(stories, drawn, expected) -> None:
    setting = Setting.of(1, stories=stories)
    units = np.array(["harstow", "harstow"])
    found = team_then(setting, units, PROTECTION, np.full(2, drawn), DAYS)
    assert found.tolist() == expected


def test_every_team_of_a_district_and_of_a_service_is_reached() -> None:
    setting = Setting.of(1, stories=["structure"])
    drawn = np.arange(60) / 60
    days = np.full(60, DAYS[0])
    for unit, part, number in (
        ("lathe", PROTECTION, 2), ("harstow", PROTECTION, 3), ("front-door", "", 4),
        ("disabled-children", PROTECTION, 6), ("quality-assurance", PROTECTION, 7),
    ):  # fmt: skip
        found = set(team_then(setting, np.full(60, unit), part, drawn, days))
        assert len(found) == number
        assert found <= {row.code for row in all_units()}
