"""Episodes split where placement or status changes, on small tables written by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from pmf_analysis.synthetic.returns.episodes import care_episodes, in_year
from pmf_analysis.synthetic.returns.known import empty

END = np.datetime64("2026-03-31")


def tables(spells: list[tuple], placements: list[tuple], born: str = "2015-01-01") -> dict:
    care = pd.DataFrame(spells, columns=["event_date", "ended_on", "legal_status", "reason_ended"])
    care = care.assign(
        care_episode_id=[f"CE{n}" for n in range(len(care))],
        child_id="C1",
        need="N1",
        team_then="t",
    )
    lived = pd.DataFrame(placements, columns=["event_date", "ended_on", "placement_type"])
    lived = lived.assign(
        placement_id=[f"PL{n}" for n in range(len(lived))], child_id="C1", care_episode_id="CE0",
        provider="PR1", inside_county="yes", distance_miles=1.0, reason_changed="", team_then="t",
    )  # fmt: skip
    dated = dict.fromkeys(("event_date", "ended_on"), "datetime64[s]")
    child = pd.DataFrame({"child_id": ["C1"], "date_of_birth": pd.to_datetime([born])})
    return {
        "care_episode": care.astype(dated), "placement": lived.astype(dated), "child": child,
    }  # fmt: skip


def coded(known: dict) -> list[tuple[str, ...]]:
    rows = care_episodes(known, END)
    return list(zip(rows["RNE"], rows["LS"], rows["PLACE"], rows["REC"], strict=True))


def test_a_change_of_placement_begins_an_episode_and_a_status_goes_on():
    known = tables(
        [("2025-01-01", "2025-12-01", "C2", "E4A")],
        [("2025-01-01", "2025-05-01", "U6"), ("2025-05-01", "2025-12-01", "K2")],
    )
    assert coded(known) == [("S", "C2", "U6", "X1"), ("P", "C2", "K2", "E4A")]
    assert care_episodes(known, END)["REASON_PLACE_CHANGE"].tolist() == ["OTHER", ""]


def test_a_change_of_status_alone_and_one_of_both():
    known = tables(
        [("2025-01-01", "2025-03-01", "V2", ""), ("2025-03-01", "2025-05-01", "C1", ""),
         ("2025-05-01", None, "C2", "")],
        [("2025-01-01", "2025-05-01", "U6"), ("2025-05-01", None, "U4")],
    )  # fmt: skip
    assert coded(known) == [
        ("S", "V2", "U6", "X1"), ("L", "C1", "U6", "X1"), ("B", "C2", "U4", ""),
    ]  # fmt: skip


def test_a_second_period_of_care_starts_anew():
    known = tables(
        [("2025-01-01", "2025-02-01", "V2", "E4A"), ("2025-06-01", None, "V2", "")],
        [("2025-01-01", "2025-02-01", "U6"), ("2025-06-01", None, "U6")],
    )
    assert [row[0] for row in coded(known)] == ["S", "S"]
    assert care_episodes(known, END)["period_began"].dt.month.tolist() == [1, 6]


def test_what_comes_after_the_last_day_is_not_known():
    known = tables(
        [("2025-01-01", "2026-05-01", "C2", "E4A")],
        [("2025-01-01", "2026-04-15", "U6"), ("2026-04-15", "2026-05-01", "K2")],
    )
    assert coded(known) == [("S", "C2", "U6", "")]
    assert care_episodes(known, END)["DEC"].isna().all()


def test_an_episode_that_was_over_before_the_year_is_not_of_it():
    known = tables(
        [("2024-01-01", None, "C2", "")],
        [("2024-01-01", "2025-03-31", "U6"), ("2025-03-31", None, "U4")],
    )
    assert in_year(care_episodes(known, END), np.datetime64("2025-04-01"))["PLACE"].tolist() == [
        "U4"
    ]


@pytest.mark.parametrize(
    ("status", "places", "expected"),
    [
        ("E1", ["U6", "A5"], [("S", "C2", "U6", "X1"), ("U", "E1", "A5", "E11")]),
        ("E1", ["K2", "A5"], [("S", "C2", "K2", "X1"), ("B", "E1", "A6", "E11")]),
        ("E1", ["U6", "A3"], [("S", "C2", "U6", "X1"), ("T", "C2", "A3", "E11")]),
        ("V2", ["U6", "P1"], [("S", "V2", "U6", "X1"), ("B", "C1", "P1", "E11")]),
        ("J1", ["K1", "K2"], [("S", "C1", "K1", "X1"), ("P", "C1", "K2", "E11")]),
    ],
)
def test_status_and_placement_go_together_as_the_law_has_it(status, places, expected):
    first, second = places
    known = tables(
        [("2025-04-10", "2026-02-01", status, "E11")],
        [("2025-04-10", "2025-09-01", first), ("2025-09-01", "2026-02-01", second)],
        born="2018-01-01",
    )
    assert coded(known) == expected


def test_police_protection_lasts_three_days():
    known = tables([("2025-06-01", None, "L1", "")], [("2025-06-01", None, "U6")])
    rows = care_episodes(known, END)
    assert coded(known) == [("S", "L1", "U6", "X1"), ("L", "C1", "U6", "")]
    assert rows["DEC"].tolist() == [pd.Timestamp("2025-06-04"), pd.NaT]


def test_nobody_in_care_has_no_episodes():
    known = {name: empty(name) for name in ("care_episode", "placement", "child")}
    assert care_episodes(known, END).empty
