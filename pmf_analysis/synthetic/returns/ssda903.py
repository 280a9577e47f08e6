"""The return on children looked after (SSDA903): eleven lists of one collection year.

References
----------
Department for Education, Children looked-after by local authorities in England: guide to the
SSDA903 collection 1 April 2024 to 31 March 2025: lists, items and codes.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from pmf_analysis.store import atomic_write
from pmf_analysis.synthetic.returns.collection import CollectionYear, last_extract
from pmf_analysis.synthetic.returns.episodes import care_episodes, in_year
from pmf_analysis.synthetic.returns.known import Tables, as_known
from pmf_analysis.synthetic.returns.leaving import adoption_lists, leavers
from pmf_analysis.synthetic.returns.looked_after import episode_list, reviews, social_workers
from pmf_analysis.synthetic.returns.outcomes import outcomes
from pmf_analysis.synthetic.returns.packing import packed
from pmf_analysis.synthetic.setting import Setting

TABLES = (
    "child", "allocation", "care_episode", "placement", "review", "health", "leaver_contact",
)  # fmt: skip
"""Tables of records that the return is made from, beside ``adoption``."""

_EMPTY = {"missing": ("CHILD", "DOB", "MISSING", "MIS_START", "MIS_END")}
"""Lists of which the county keeps no records: sent with their columns alone."""


def ssda903_lists(
    setting: Setting, versions: Tables, year: CollectionYear
) -> dict[str, pd.DataFrame]:
    """The lists of the return.

    Parameters
    ----------
    setting : Setting
    versions : mapping of str to DataFrame
        Tables of `RECORD_TABLES` with every version of every record.
    year : CollectionYear

    Returns
    -------
    dict of str to DataFrame
        List to its rows; dates are datetime64, everything else text.
    """
    known = as_known(versions, year.made_on, TABLES)
    children = known["child"].set_index("child_id")
    every = care_episodes(known, year.end)
    of_year = in_year(every, year.start)
    adoptions = as_known(versions, last_extract(setting), ["adoption"])["adoption"]
    decided, adopted = adoption_lists(setting, adoptions, of_year, year)
    health = outcomes(setting, known, of_year, year)
    left = leavers(known, every, year)
    lists = {
        "episodes": episode_list(setting, children, of_year),
        "reviews": reviews(setting, known, of_year, year),
        "uasc": _unaccompanied(children, of_year, year),
        "oc2": health,
        "oc3": left,
        "ad1": adopted,
        "placed_for_adoption": decided,
        "previous_permanence": _previous_permanence(of_year, year),
        "social_worker_episodes": social_workers(known, of_year, year),
        **{name: pd.DataFrame({one: [] for one in items}) for name, items in _EMPTY.items()},
    }
    header = _header(setting, children, of_year, lists)
    dated = {name: _with_birth(one, children) for name, one in lists.items()}
    return {"header": header, **dated}


def write_ssda903(folder: Path, setting: Setting, versions: Tables, year: CollectionYear) -> Path:
    """Write the return as one zip file of CSV files, dates as DD/MM/YYYY.

    Returns
    -------
    Path
        ``ssda903_<date>.zip`` in ``folder``.
    """
    lists = ssda903_lists(setting, versions, year)
    path = folder / f"ssda903_{year.made_on}.zip"
    atomic_write(path, packed(_files(lists)))
    return path


def texts(one: pd.DataFrame) -> pd.DataFrame:
    """A list as it stands in its file: dates as DD/MM/YYYY, nothing as an empty text."""
    dates = {
        name: one[name].dt.strftime("%d/%m/%Y")
        for name in one
        if pd.api.types.is_datetime64_dtype(one[name])
    }
    return one.assign(**dates).astype("object").fillna("").astype("str")


def _files(lists: Mapping[str, pd.DataFrame]) -> dict[str, bytes]:
    return {
        f"{name}.csv": texts(one).to_csv(index=False, lineterminator="\n").encode()
        for name, one in lists.items()
    }


def _header(
    setting: Setting,
    children: pd.DataFrame,
    of_year: pd.DataFrame,
    lists: Mapping[str, pd.DataFrame],
) -> pd.DataFrame:
    ids = sorted({child for one in lists.values() for child in one["CHILD"]})
    header = pd.DataFrame({"CHILD": pd.Series(ids, dtype="str")})
    known = children.reindex(header["CHILD"]).reset_index(drop=True)
    here = header["CHILD"].isin(of_year["child_id"])
    return header.assign(
        SEX=known["sex"],
        DOB=known["date_of_birth"],
        ETHNIC=known["ethnicity"],
        UPN=_no_pupil_number(known, of_year).where(here, ""),
        MOTHER=np.where(here & (known["sex"] == "F"), "0", ""),
        MC_DOB="",
    )


def _no_pupil_number(known: pd.DataFrame, of_year: pd.DataFrame) -> pd.Series:
    """Why no number is given: UN1 under school age, UN2 never at a school here, UN5 doubted."""
    if of_year.empty:
        return pd.Series("", index=known.index)
    latest = of_year["DECOM"].max()
    school_year = np.datetime64(f"{latest.year - (latest.month < 4) - 1}-08-31")
    young = known["date_of_birth"] > pd.Timestamp(school_year) - pd.DateOffset(years=4)
    reasons = np.select([young, known["uasc"] == "yes"], ["UN1", "UN2"], default="UN5")
    return pd.Series(reasons, index=known.index, dtype="str")


def _with_birth(one: pd.DataFrame, children: pd.DataFrame) -> pd.DataFrame:
    """A list with the date of birth where it asks for it, behind the child."""
    if "DOB" not in one:
        return one
    born = children["date_of_birth"].reindex(one["CHILD"]).to_numpy()
    return one.assign(DOB=born)


def _unaccompanied(
    children: pd.DataFrame, of_year: pd.DataFrame, year: CollectionYear
) -> pd.DataFrame:
    """Unaccompanied children looked after in the year; the status ends on the 18th birthday."""
    here = children.loc[children.index.isin(of_year["child_id"]) & (children["uasc"] == "yes")]
    adult = here["date_of_birth"] + pd.DateOffset(years=18)
    here = here[adult >= year.start]
    return pd.DataFrame({
        "CHILD": here.index.to_series().reset_index(drop=True),
        "SEX": here["sex"].to_numpy(),
        "DOB": pd.NaT,
        "DUC": (here["date_of_birth"] + pd.DateOffset(years=18)).to_numpy(),
    })  # fmt: skip


def _previous_permanence(of_year: pd.DataFrame, year: CollectionYear) -> pd.DataFrame:
    """Of each child who started in the year: no earlier permanence is known (Z1)."""
    begun = of_year[(of_year["RNE"] == "S") & (of_year["DECOM"] >= year.start)]
    ids = begun["child_id"].drop_duplicates().reset_index(drop=True)
    return pd.DataFrame(
        {"CHILD": ids, "DOB": pd.NaT, "PREV_PERM": "Z1", "LA_PERM": "", "DATE_PERM": ""}
    )
