"""Who would hold a child's case, and from when to when, as each table says by itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pmf_analysis.synthetic import structure
from pmf_analysis.synthetic.care_days import Days, birthday, day_of, days_of
from pmf_analysis.synthetic.care_holders import ADOPTION, CHILDREN_IN_CARE, area_on, holdings
from pmf_analysis.synthetic.draws import Lags, days_at
from pmf_analysis.synthetic.holding import Spells
from pmf_analysis.synthetic.own_numbers import numbers_of, own
from pmf_analysis.synthetic.setting import Setting

Made = Mapping[str, pd.DataFrame]

IN_NEED: Lags = ((0.0, 4.0), (0.6, 14.0), (0.85, 50.0), (1.0, 210.0))
"""Days of help after an assessment that found a child in need."""
WAITING: Lags = ((0.0, 7.0), (0.8, 20.0), (1.0, 30.0))
"""Days after an assessment that led to an enquiry, until it is clear what follows."""
WITH_PROTECTION = 0.75
"""Share of children in need whom a protection team holds after the assessment."""
GROWN_UP = 18


@dataclass(frozen=True)
class Teams:
    """Every team there has been, by its place in a list.

    Attributes
    ----------
    codes : Index of str
    holds : ndarray of bool, shape (teams,)
        Whether it holds cases.
    handovers : tuple of (int, int, int)
        Team that ends, first day without it, team that goes on.
    protection : mapping of str to ndarray of int
        District to its protection teams as they were at the beginning.
    """

    codes: pd.Index
    holds: NDArray[np.bool_]
    handovers: tuple[tuple[int, int, int], ...]
    protection: Mapping[str, Days]

    @classmethod
    def of(cls, setting: Setting) -> Teams:
        """The teams of a setting."""
        rows = structure.all_units(setting.planted("structure"))
        rows = [row for row in rows if row.kind == "team"]
        codes = pd.Index([row.code for row in rows])
        handovers = tuple(
            (place, day_of(row.valid_to) + 1, int(codes.get_loc(row.successors[0])))
            for place, row in enumerate(rows)
            if row.valid_to
        )
        protecting = [
            (row.parent, place)
            for place, row in enumerate(rows)
            if "-protection-" in row.code and row.valid_from == structure.BEGINNING
        ]
        protection = {
            district: np.array([place for parent, place in protecting if parent == district])
            for district in structure.DISTRICTS
        }
        return cls(codes, np.array([bool(row.case_holding) for row in rows]), handovers, protection)

    def places(self, team: pd.Series) -> Days:
        """Places of teams named by their codes; -1 for one that does not exist."""
        return self.codes.get_indexer(team).astype(np.int64)

    def protecting(self, district: pd.Series, drawn: NDArray[np.float64]) -> Days:
        """For each child one of a district's protection teams, before any of them merged."""
        known = pd.Index(list(self.protection))
        at = known.get_indexer(district)
        size = np.array([len(teams) for teams in self.protection.values()])
        first = np.cumsum(size) - size
        every = np.concatenate(list(self.protection.values()))
        return every[first[at] + (drawn * size[at]).astype(np.int64)]


def claims(setting: Setting, made: Made, teams: Teams) -> list[Spells]:
    """Claims on children, those that give way first: assessment, need, plan, care and leaving.

    Parameters
    ----------
    setting : Setting
    made : mapping of str to DataFrame
        With ``child``, ``referral``, ``assessment``, ``plan``, and what
        `care_holders.holdings` needs.
    teams : Teams
    """
    born = made["child"].set_index("child_id")[["date_of_birth", "home_district"]]
    return [
        _assessed(made, teams),
        _in_need(setting, made["assessment"], born, teams),
        _planned(setting, made["plan"], born, teams),
        _in_care(setting, made, teams),
    ]


def _assessed(made: Made, teams: Teams) -> Spells:
    """From the referral to the end of the assessment."""
    assessment = made["assessment"]
    referred = made["referral"].set_index("referral_id")["event_date"]
    since = days_of(referred.reindex(assessment["referral_id"]))
    started = days_of(assessment["started_on"])
    return Spells(
        numbers_of(assessment["child_id"]),
        teams.places(assessment["team_then"]),
        np.minimum(since, started),
        days_of(assessment["event_date"]),
    )


def _in_need(
    setting: Setting, assessment: pd.DataFrame, born: pd.DataFrame, teams: Teams
) -> Spells:
    done = assessment.loc[
        assessment["event_date"].notna() & (assessment["outcome"] != "no_service")
    ]
    child, start = numbers_of(done["child_id"]), days_of(done["event_date"])
    theirs = born.loc[done["child_id"]]
    drawn = own(setting, "in need", child, start)
    enquired = (done["outcome"] == "section_47").to_numpy()
    length = np.where(enquired, days_at(drawn, WAITING), days_at(drawn, IN_NEED))
    grown_up = birthday(days_of(theirs["date_of_birth"]), GROWN_UP)
    own_team = teams.places(done["team_then"])
    passed = own(setting, "passed on", child, start) < WITH_PROTECTION
    of_district = done["team_then"].str.contains("-assessment-", regex=False).to_numpy()
    district = done["team_then"].str.split("-", n=1).str[0]
    district = district.where(of_district, theirs["home_district"].to_numpy())
    protection = teams.protecting(district, own(setting, "protection team", child))
    team = np.where(passed & of_district & ~enquired, protection, own_team)
    return Spells(child, team, start, np.minimum(start + length, grown_up))


def _planned(setting: Setting, plan: pd.DataFrame, born: pd.DataFrame, teams: Teams) -> Spells:
    """Plans; one of another service, which holds no cases, is held in the home district."""
    child, team = numbers_of(plan["child_id"]), teams.places(plan["team_then"])
    home = teams.protecting(
        born.loc[plan["child_id"], "home_district"], own(setting, "protection team", child)
    )
    team = np.where(teams.holds[team], team, home)
    return Spells(child, team, days_of(plan["event_date"]), days_of(plan["ended_on"]))


def _in_care(setting: Setting, made: Made, teams: Teams) -> Spells:
    """Children in care and care leavers.

    A child placed for adoption stays with the team that held it before; its adoption team
    supervises the family.
    """
    held = holdings(setting, made)
    child, start = numbers_of(held["child_id"]), days_of(held["started_on"])
    team = held["team"]
    adopted = team.str.startswith(f"{ADOPTION}-").to_numpy()
    before = team.mask(adopted).groupby(child).ffill()
    home = made["child"].set_index("child_id").loc[held["child_id"], "home_district"]
    first_of_area = f"{CHILDREN_IN_CARE}-" + pd.Series(area_on(setting, home, start), held.index)
    team = team.mask(adopted, before.fillna(first_of_area + "-1"))
    return Spells(child, teams.places(team), start, days_of(held["ended_on"]))
