"""Lists of the SSDA903 return on leaving care: care leavers, and children to be adopted."""

from __future__ import annotations

import numpy as np
import pandas as pd

from pmf_analysis.synthetic.returns import made_up
from pmf_analysis.synthetic.returns.collection import CollectionYear
from pmf_analysis.synthetic.returns.episodes import ADOPTED
from pmf_analysis.synthetic.returns.known import Tables
from pmf_analysis.synthetic.setting import Setting

_LEAVER_AGES = range(17, 22)
_AFTER_BIRTHDAY = np.timedelta64(31, "D")
"""A contact counts until a month after the birthday."""
_NOT_LEAVERS = (*ADOPTED, "E2", "E3", "E4A", "E4B", "E43", "E44", "E45", "E46", "E47", "E48")
"""Ends of care after which the authority owes no leaving care: adopted, died, another
authority's, home, special guardianship."""

_ADOPTERS = (("2", "MF", "L11"), ("2", "FF", "L12"), ("2", "MM", "L12"), ("2", "MF", "L3"),
             ("1", "F1", "L0"))  # fmt: skip
_ADOPTER_SHARES = (0.62, 0.05, 0.09, 0.12, 0.12)


def leavers(known: Tables, every: pd.DataFrame, year: CollectionYear) -> pd.DataFrame:
    """The list OC3: those who turned 17 to 21 in the year after they had left care.

    Parameters
    ----------
    known : mapping of str to DataFrame
    every : DataFrame
        Episodes of care up to the year's end.
    year : CollectionYear

    Returns
    -------
    DataFrame
        What the last contact up to a month after the birthday found; activity and
        accommodation are 0 where the authority was not in touch.
    """
    contacts = known["leaver_contact"]
    born = known["child"].set_index("child_id")["date_of_birth"]
    birthday = pd.Series(_birthday(born.reindex(contacts["child_id"]), year), index=contacts.index)
    latest = (birthday + _AFTER_BIRTHDAY).clip(upper=pd.Timestamp(year.end))
    contacts = contacts[birthday.notna() & (contacts["event_date"] <= latest)]
    contacts = contacts.sort_values(["child_id", "event_date", "leaver_contact_id"])
    contacts = contacts.drop_duplicates("child_id", keep="last").reset_index(drop=True)
    contacts = contacts[~contacts["child_id"].isin(_no_leavers(every, born, year))]
    contacts = contacts.reset_index(drop=True)
    touch = contacts["in_touch"] == "yes"
    return pd.DataFrame({
        "CHILD": contacts["child_id"],
        "DOB": pd.NaT,
        "IN_TOUCH": np.where(touch, "YES", "NO"),
        "ACTIV": contacts["activity"].fillna("").replace("", "0").where(touch, "0"),
        "ACCOM": contacts["accommodation"].fillna("").replace("", "0").where(touch, "0"),
    })  # fmt: skip


def _birthday(born: pd.Series, year: CollectionYear) -> np.ndarray:
    """The 17th to 21st birthday that falls into the year; NaT where none does."""
    found = np.full(len(born), np.datetime64("NaT", "s"))
    for age in _LEAVER_AGES:
        day = (born + pd.DateOffset(years=age)).to_numpy()
        found = np.where((day >= year.start) & (day <= year.end), day, found)
    return found


def _no_leavers(every: pd.DataFrame, born: pd.Series, year: CollectionYear) -> pd.Series:
    """Children still in care on the birthday, and those whose care ended in another way."""
    last = every.drop_duplicates("child_id", keep="last")
    birthday = _birthday(born.reindex(last["child_id"]), year)
    still = ~(last["DEC"].to_numpy() < birthday)
    return last.loc[still | last["REC"].isin(_NOT_LEAVERS).to_numpy(), "child_id"]


def adoption_lists(
    setting: Setting, adoptions: pd.DataFrame, of_year: pd.DataFrame, year: CollectionYear
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Children for whom adoption was decided, and those who were adopted in the year.

    Parameters
    ----------
    setting : Setting
    adoptions : DataFrame
        The table ``adoption`` with what is known by now. A decision counts from its own day,
        though the case system keeps a row only from the day of moving in.
    of_year : DataFrame
        Episodes of care of the year.
    year : CollectionYear

    Returns
    -------
    tuple of DataFrame
        The lists ``placed_for_adoption`` and ``ad1``.
    """
    decided = adoptions[adoptions["decided_on"] <= year.end]
    decided = decided[decided["child_id"].isin(of_year["child_id"])]
    decided = decided.sort_values(["child_id", "decided_on"]).drop_duplicates("child_id")
    decided = decided.reset_index(drop=True)
    placed = pd.DataFrame({
        "CHILD": decided["child_id"],
        "DOB": pd.NaT,
        "DATE_PLACED": decided["decided_on"],
        "DATE_PLACED_CEASED": "",
        "REASON_PLACED_CEASED": "",
    })  # fmt: skip
    return placed, _adopted(setting, decided, of_year)


def _adopted(setting: Setting, decided: pd.DataFrame, of_year: pd.DataFrame) -> pd.DataFrame:
    last = of_year[of_year["REC"].isin(ADOPTED)].drop_duplicates("child_id", keep="last")
    found = last[["child_id", "PLACE"]].merge(decided, on="child_id", how="left")
    kinds = [" ".join(one) for one in _ADOPTERS]
    who = made_up.chosen(setting, "adopters", found["child_id"], kinds, _ADOPTER_SHARES)
    parts = who.str.split(" ", expand=True).reindex(columns=range(3))
    return pd.DataFrame({
        "CHILD": found["child_id"],
        "DOB": pd.NaT,
        "DATE_INT": found["decided_on"],
        "DATE_MATCH": found["matched_on"],
        "FOSTER_CARE": np.where(found["PLACE"].isin(["A3", "A5"]), "1", "0"),
        "NB_ADOPTR": parts[0],
        "SEX_ADOPTR": parts[1],
        "LS_ADOPTR": parts[2],
    })  # fmt: skip
