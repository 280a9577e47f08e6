"""Which team answered for a piece of work with children and families on its day."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pmf_analysis.synthetic import structure
from pmf_analysis.synthetic.cases import Dates
from pmf_analysis.synthetic.setting import Setting

ASSESSMENT, PROTECTION = "assessment", "protection"
FRONT_DOOR, DISABLED_CHILDREN, QUALITY = "front-door", "disabled-children", "quality-assurance"


def team_then(
    setting: Setting, units: NDArray[np.str_], part: str, drawn: NDArray[np.float64], days: Dates
) -> NDArray[np.str_]:
    """Teams of districts or services on days.

    Parameters
    ----------
    setting : Setting
    units : ndarray of str, shape (n,)
        Codes of districts, or of services whose teams answer to them.
    part : str
        `ASSESSMENT` or `PROTECTION`: what a district's teams do.
    drawn : ndarray of float, shape (n,)
        In [0, 1): which of the teams there are at the beginning.
    days : ndarray of datetime64[D], shape (n,)

    Returns
    -------
    ndarray of str, shape (n,)
        The successor of a team that had ended.
    """
    moved = setting.planted("structure")
    found = np.full(len(units), "", dtype="<U40")
    for unit in np.unique(units).tolist():
        teams = structure.teams_of(unit, part if unit in structure.DISTRICTS else "", moved)
        first = [team for team in teams if team.valid_from == structure.BEGINNING]
        mine = units == unit
        place = np.floor(drawn[mine] * len(first)).astype(np.int64)
        ends = np.array([team.valid_to or "9999-12-31" for team in first], dtype="datetime64[D]")
        now = np.array([team.code for team in first])
        later = np.array([team.successors[0] if team.successors else team.code for team in first])
        found[mine] = np.where(days[mine] > ends[place], later[place], now[place])
    return found
