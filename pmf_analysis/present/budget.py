"""Which sentences a story of page one has room for; the others stand in the appendix."""

from __future__ import annotations

from collections.abc import Collection

import pandas as pd

from pmf_analysis.findings import Catalogue
from pmf_analysis.terms import Severity

_WORST_FIRST = (Severity.CRITICAL, Severity.WARNING, Severity.INFO)


def within_budget(
    findings: pd.DataFrame,
    catalogue: Catalogue,
    most: int,
    always: Collection[str] = (),
    page: str = "now",
) -> pd.DataFrame:
    """Findings that a story tells of what is now, or of what comes, in the catalogue's order.

    Parameters
    ----------
    findings : pandas.DataFrame
        Of one series: ``code`` and whatever else.
    catalogue : Catalogue
    most : int
        Sentences that a story has room for.
    always : collection of str
        Families that are told whatever the room; so are every doubt about the record, and what
        gives the story its place in the headline.
    page : str
        ``now`` or ``later``.

    Returns
    -------
    pandas.DataFrame
        Rows of the table. What is left of the room goes by severity, then by the order of the
        catalogue; a caveat goes with its family and takes no room.
    """
    held = set(findings["code"])
    here = [one for one in catalogue.entries if one.page == page and one.code in held]
    order = {one.code: place for place, one in enumerate(here)}
    headed = max((one for one in here if one.headline), key=lambda e: e.attention, default=None)
    kept = {one.code for one in here if one.family in always or one.is_doubt or one is headed}
    leading = sorted(
        (one for one in here if not one.caveat),
        key=lambda e: (e.code not in kept, _WORST_FIRST.index(e.severity), order[e.code]),
    )
    told = leading[: max(most, len(kept))]
    families = {one.family for one in told}
    caveats = [one for one in here if one.caveat and one.family in families]
    rows = findings[findings["code"].isin([one.code for one in (*told, *caveats)])]
    return rows.sort_values("code", key=lambda codes: codes.map(order), kind="stable")
