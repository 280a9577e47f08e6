"""Legal statuses, placements and ends of care as the return's rules allow them together.

Medwold's case system keeps one legal status for a whole period of care, and a kind of placement
and a reason for the end that say nothing of each other. The return is coded from them as a
returns officer would do it.

References
----------
Department for Education, Children looked-after by local authorities in England: guide to the
SSDA903 collection; the numbers are those of the validation rules.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

_POLICE_PROTECTION, _POLICE_DAYS = "L1", np.timedelta64(3, "D")
"""Rule 361: at most 72 hours."""
_REMAND, _REMAND_FROM = "J1", 10
"""Rule 358: not under the age of 10."""
_ACCOMMODATED, _WITH_PARENTS = "V2", "P1"
"""Rule 378: who lives with parents is not looked after by agreement."""
_INTERIM_ORDER, _CARE_ORDER, _PLACEMENT_ORDER = "C1", "C2", "E1"
_UNDER_ORDER = ("A5", "A6")
"""Rule 408: placed for adoption under a placement order."""
_NOT_BY_CARERS = {"A3": "A4", "A5": "A6"}
"""Rule 336: adopted by those who fostered the child, where nobody did."""
_NOT_TO_CARERS = {"E45": "E47", "E46": "E48"}
"""Rule 516: guardianship of those who fostered the child, where nobody did."""


def lawful_spells(spells: pd.DataFrame, born: pd.Series) -> pd.DataFrame:
    """Spells of care whose legal status may last so long, at that age.

    Parameters
    ----------
    spells : DataFrame
        ``child_id``, ``since``, ``to`` (NaT while it lasts), ``legal_status`` and others.
    born : Series of datetime64
        By ``child_id``.

    Returns
    -------
    DataFrame
        Police protection gives way to an interim care order after three days; a child too
        young for a remand is under an interim care order.
    """
    tenth = born.reindex(spells["child_id"]).to_numpy() + np.timedelta64(_REMAND_FROM * 366, "D")
    young = (spells["legal_status"] == _REMAND) & (spells["since"].to_numpy() < tenth)
    spells = spells.assign(legal_status=spells["legal_status"].mask(young, _INTERIM_ORDER))
    limit = spells["since"] + _POLICE_DAYS
    long = (spells["legal_status"] == _POLICE_PROTECTION) & ~(spells["to"] <= limit)
    first = spells.assign(to=spells["to"].mask(long, limit))
    after = spells[long].assign(since=limit[long], legal_status=_INTERIM_ORDER)
    return pd.concat([first, after], ignore_index=True)


def lawful_pieces(pieces: pd.DataFrame) -> pd.DataFrame:
    """Pieces of care, by child and date, whose placement, status and end go together.

    Parameters
    ----------
    pieces : DataFrame
        ``child_id``, ``placement_type``, ``legal_status``, ``reason_ended`` and others.

    Returns
    -------
    DataFrame
        A placement order from the day of moving in with adopters, upon a care order; a care
        order for a child with parents; former carers only where the child was fostered.
    """
    same = pieces["child_id"] == pieces["child_id"].shift()
    before = pieces["placement_type"].shift().where(same)
    fostered = before.str.startswith(("U", "A"), na=False)
    place = pieces["placement_type"]
    place = place.where(fostered, place.replace(_NOT_BY_CARERS))
    status = pieces["legal_status"]
    status = status.mask((status == _PLACEMENT_ORDER) & ~place.isin(_UNDER_ORDER), _CARE_ORDER)
    status = status.mask(place.isin(_UNDER_ORDER), _PLACEMENT_ORDER)
    status = status.mask((status == _ACCOMMODATED) & (place == _WITH_PARENTS), _INTERIM_ORDER)
    ended = pieces["reason_ended"]
    ended = ended.where(place.str.startswith("U"), ended.replace(_NOT_TO_CARERS))
    return pieces.assign(placement_type=place, legal_status=status, reason_ended=ended)
