"""What a conference will bring, drawn for a family as a whole: brothers and sisters share it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pmf_analysis.synthetic import volumes
from pmf_analysis.synthetic.cases import TRANSFER, Cases
from pmf_analysis.synthetic.draws import choose, days_at
from pmf_analysis.synthetic.setting import Setting

MORE_THAN_ONE = 0.18
"""Of children who had a plan before: share who had two."""
SAME_FAMILY = 0.6
"""Share of families with a plan before whose earlier plan is looked for in the records."""


@dataclass(frozen=True)
class Prospects:
    """One item a case; of ordinary cases they mean nothing.

    Attributes
    ----------
    planned : ndarray of bool
        Whether the conference begins a plan.
    before : ndarray of int
        Plans before this one.
    known_family : ndarray of bool
        Whether the earlier plan is to be one of the records, if there is one that fits.
    lasts : ndarray of int
        Days.
    category : ndarray of str
    """

    planned: NDArray[np.bool_]
    before: NDArray[np.int64]
    known_family: NDArray[np.bool_]
    lasts: NDArray[np.int64]
    category: NDArray[np.str_]


def prospects(setting: Setting, cases: Cases) -> Prospects:
    """Draw for each family once."""
    planned, before, more, known, lasts, category = cases.drawn(setting, "prospect", 6)[
        :, cases.first
    ]
    chance = np.where(cases.kind == TRANSFER, volumes.PLANNED_TRANSFER, volumes.PLANNED)
    again = before < volumes.PLANNED_BEFORE
    return Prospects(
        planned=planned < chance,
        before=again * (1 + (more < MORE_THAN_ONE)),
        known_family=again & (known < SAME_FAMILY) & (cases.kind != TRANSFER),
        lasts=days_at(lasts, volumes.PLAN_DAYS),
        category=np.array(list(volumes.CATEGORIES))[
            choose(category, list(volumes.CATEGORIES.values()))
        ],
    )
