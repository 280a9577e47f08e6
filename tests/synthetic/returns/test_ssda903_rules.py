"""The return obeys the Department's rules, written here from their published texts.

Each rule is a function of the lists of a return (text, as in the files) that gives the failing
rows of its first list. Where ../shared has worked cases of a rule, these hold the rule itself.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, partial

import pandas as pd
import pytest

from pmf_analysis.synthetic.record_tables import RECORD_TABLES
from pmf_analysis.synthetic.returns.collection import CollectionYear, latest_year
from pmf_analysis.synthetic.returns.known import as_known
from pmf_analysis.synthetic.returns.ssda903 import ssda903_lists, texts

LISTS = {
    "Header": "header", "Episodes": "episodes", "Reviews": "reviews", "UASC": "uasc",
    "OC2": "oc2", "OC3": "oc3", "AD1": "ad1", "PlacedAdoption": "placed_for_adoption",
    "PrevPerm": "previous_permanence", "Missing": "missing",
    "SWEpisodes": "social_worker_episodes",
}  # fmt: skip
"""The catalogue's names of the lists to those of the files."""

STATUSES = ["C1", "C2", "D1", "E1", "V2", "V3", "V4", "J1", "J2", "J3", "L1", "L2", "L3"]
PLACES = [
    "A3",
    "A4",
    "A5",
    "A6",
    "H5",
    "K1",
    "K2",
    "P1",
    "P2",
    "P3",
    "R1",
    "R2",
    "R3",
    "R5",
    "S1",
    "T0",
    "T1",
    "T2",
    "T3",
    "T4",
    "U1",
    "U2",
    "U3",
    "U4",
    "U5",
    "U6",
    "Z1",
]
ENDS = [
    "E11",
    "E12",
    "E2",
    "E3",
    "E4A",
    "E4B",
    "E13",
    "E41",
    "E45",
    "E46",
    "E47",
    "E48",
    "E5",
    "E6",
    "E7",
    "E8",
    "E9",
    "E14",
    "E15",
    "E16",
    "E17",
    "X1",
]
CHANGES = [
    "CARPL",
    "CLOSE",
    "ALLEG",
    "STAND",
    "APPRR",
    "CREQB",
    "CREQO",
    "CHILD",
    "LAREQ",
    "PLACE",
    "CUSTOD",
    "OTHER",
]
ETHNICITIES = [
    "WBRI",
    "WIRI",
    "WOTH",
    "WIRT",
    "WROM",
    "MWBC",
    "MWBA",
    "MWAS",
    "MOTH",
    "AIND",
    "APKN",
    "ABAN",
    "AOTH",
    "BCRB",
    "BAFR",
    "BOTH",
    "CHNE",
    "OOTH",
    "REFU",
    "NOBT",
]
TOUCH = ["YES", "NO", "DIED", "REFU", "NREQ", "RHOM"]
ACTIVITIES = ["F1", "P1", "F2", "P2", "F4", "P4", "F5", "P5", "G4", "G5", "G6", "0"]
HOMES = ["B", "C", "D", "E", "G", "H", "K", "R", "S", "T", "U", "V", "W", "X", "Y", "Z", "0"]
TEMPORARY = ["T0", "T1", "T2", "T3", "T4"]
ADOPTERS_PLACES = ["A3", "A4", "A5", "A6"]
OUTCOMES = [
    "CONVICTED",
    "HEALTH_CHECK",
    "IMMUNISATIONS",
    "TEETH_CHECK",
    "HEALTH_ASSESSMENT",
    "SUBSTANCE_MISUSE",
    "INTERVENTION_RECEIVED",
    "INTERVENTION_OFFERED",
]
ALWAYS = ["IMMUNISATIONS", "TEETH_CHECK", "HEALTH_ASSESSMENT", "SUBSTANCE_MISUSE"]
ADOPTION = ["DATE_INT", "DATE_MATCH", "FOSTER_CARE", "NB_ADOPTR", "SEX_ADOPTR", "LS_ADOPTR"]
DATES = [
    "DOB",
    "DECOM",
    "DEC",
    "REVIEW",
    "DUC",
    "DATE_INT",
    "DATE_MATCH",
    "DATE_PLACED",
    "DATE_PLACED_CEASED",
    "MIS_START",
    "MIS_END",
    "MC_DOB",
    "SW_DECOM",
    "SW_DEC",
]


@dataclass(frozen=True, repr=False)
class Sent:
    """The lists of a return, dates as dates and empty texts as missing."""

    lists: dict[str, pd.DataFrame]
    start: pd.Timestamp
    end: pd.Timestamp

    @classmethod
    def of(cls, lists: dict[str, pd.DataFrame], start, end) -> Sent:
        read = {}
        for name, rows in lists.items():
            rows = rows.mask(rows.isna() | (rows.astype("str") == ""))
            dated = {
                one: pd.to_datetime(rows[one], format="%d/%m/%Y", errors="coerce")
                for one in rows if one in DATES
            }  # fmt: skip
            read[name] = rows.assign(**dated)
        return cls(read, pd.Timestamp(start), pd.Timestamp(end))

    def __getattr__(self, name: str) -> pd.DataFrame:
        if name == "lists" or name not in self.lists:
            raise AttributeError(name)
        return self.lists[name]

    @cached_property
    def episodes(self) -> pd.DataFrame:
        """Episodes by child and date, with what was before and after, and the birth."""
        rows = self.lists["Episodes"]
        rows = rows.assign(
            CHILD=rows.get("CHILD", rows.index),
            DECOM=rows.get("DECOM", pd.NaT),
        )
        rows = rows.sort_values(["CHILD", "DECOM"], kind="stable")
        by_child = rows.groupby("CHILD")
        rows = rows.join([by_child.shift().add_prefix("p_"), by_child.shift(-1).add_prefix("n_")])
        if "Header" in self.lists:
            born = self.Header.drop_duplicates("CHILD").set_index("CHILD")["DOB"]
            rows["DOB"] = rows["CHILD"].map(born)
        return rows

    @property
    def last(self) -> pd.DataFrame:
        """The last episode of each child."""
        return self.episodes.drop_duplicates("CHILD", keep="last").set_index("CHILD")

    @property
    def whole_year(self) -> set[str]:
        """Children looked after from the first day to the last."""
        rows = self.episodes
        first = rows.groupby("CHILD")["DECOM"].transform("min")
        began = rows["DECOM"].where(rows["RNE"] == "S").groupby(rows["CHILD"]).ffill()
        rows = rows.assign(began=began.fillna(first))
        rows = rows[~rows["LS"].isin(["V3", "V4"])]
        goes_on = (rows["REC"] == "X1") & (rows["DEC"] >= self.end)
        here = (rows["DEC"].isna() | goes_on) & (rows["began"] <= self.start)
        return set(rows.loc[here, "CHILD"])

    def born(self, rows: pd.DataFrame) -> pd.Series:
        known = self.Header.drop_duplicates("CHILD").set_index("CHILD")["DOB"]
        return rows["CHILD"].map(known)


def years(born: pd.Series, count: int) -> pd.Series:
    return born + pd.DateOffset(years=count)


ACROSS_YEARS = {
    "502", "503A", "503B", "503C", "503D", "503E", "503F", "503G", "NoE", "559",
}  # fmt: skip
OPEN = {
    "care_episode": ("legal_status", "need"),
    "placement": ("placement_type", "provider", "distance_miles"),
}
"""What a first version of a record says already."""

RULES: dict[str, tuple[str, Callable[[Sent], pd.Series]]] = {}


def rule(code: str, first: str = "Episodes"):
    """Enter a function of a return that marks the failing rows of a list."""

    def entered(marks):
        assert code not in RULES
        RULES[code] = (first, marks)
        return marks

    return entered


def failing(code: str, sent: Sent) -> list[object]:
    first, marks = RULES[code]
    rows = sent.episodes if first == "Episodes" else sent.lists[first]
    marked = marks(sent)
    return sorted(rows.index[marked.reindex(rows.index).fillna(False).astype(bool)])


def _not_in(first, column, valid, empty, sent):
    """Cells of a list with another code, or with none where there must be one."""
    said = (sent.episodes if first == "Episodes" else sent.lists[first])[column]
    return ~said.isin(valid) & (said.notna() | (not empty))


for _code, _first, _column, _valid, _empty in (
    ("101", "Header", "SEX", ["M", "F", "U"], False),
    ("103", "Header", "ETHNIC", ETHNICITIES, False),
    ("131", "OC3", "IN_TOUCH", TOUCH, True),
    ("132", "OC3", "ACTIV", ACTIVITIES, True),
    ("133", "OC3", "ACCOM", HOMES, True),
    ("143", "Episodes", "RNE", list("SLPTBU"), True),
    ("144", "Episodes", "LS", STATUSES, True),
    ("145", "Episodes", "CIN", [f"N{n}" for n in range(1, 9)], True),
    ("146", "Episodes", "PLACE", PLACES, True),
    ("149", "Episodes", "REC", ENDS, True),
    ("167", "Reviews", "REVIEW_CODE", [f"PN{n}" for n in range(8)], True),
    ("175", "AD1", "NB_ADOPTR", ["1", "2"], True),
    ("176", "AD1", "SEX_ADOPTR", ["MM", "FF", "MF", "M1", "F1"], True),
    ("177", "AD1", "LS_ADOPTR", ["L0", "L11", "L12", "L2", "L3", "L4"], True),
    ("1009", "Episodes", "REASON_PLACE_CHANGE", CHANGES, True),
    ("631", "PrevPerm", "PREV_PERM", ["P1", "P2", "P3", "P4", "Z1"], True),
):
    rule(_code, _first)(partial(_not_in, _first, _column, _valid, _empty))

for _code, _first, _column in (
    ("102", "Header", "DOB"), ("141", "Episodes", "DECOM"), ("166", "Reviews", "REVIEW"),
    ("SW04STG1", "SWEpisodes", "SW_DECOM"),
):  # fmt: skip
    rule(_code, _first)(lambda sent, first=_first, column=_column: sent.lists[first][column].isna())


def _unknown(first, sent):
    return ~sent.lists[first]["CHILD"].isin(sent.Header["CHILD"])


def _twice(first, sent):
    return sent.lists[first]["CHILD"].duplicated(keep=False)


for _code, _first in (
    ("INT01", "AD1"), ("INT02", "PlacedAdoption"), ("INT05", "OC2"), ("INT06", "OC3"),
    ("INT07", "PrevPerm"), ("INT08", "Reviews"), ("INT09", "UASC"), ("INT03", "Episodes"),
):  # fmt: skip
    rule(_code, _first)(partial(_unknown, _first))

for _code, _first in (("INT14", "OC2"), ("INT15", "OC3"), ("INT17", "Reviews"), ("INT18", "UASC")):
    rule(_code, _first)(
        lambda sent, first=_first: sent.lists[first]["DOB"].ne(sent.born(sent.lists[first]))
        & sent.lists[first]["CHILD"].isin(sent.Header["CHILD"])
        & sent.lists[first]["DOB"].notna() & sent.born(sent.lists[first]).notna()
    )  # fmt: skip

for _code, _first in (
    ("INT31", "AD1"), ("INT32", "Header"), ("INT33", "OC2"), ("INT34", "OC3"),
    ("INT35", "PrevPerm"), ("INT36", "UASC"),
):  # fmt: skip
    rule(_code, _first)(
        lambda sent, first=_first: sent.lists[first]["CHILD"].duplicated(keep=False)
    )


# -- the child ------------------------------------------------------------------------------


@rule("209", "Header")
def _(sent):
    year = sent.start.year - 1
    return (sent.Header["UPN"] == "UN1") & (years(sent.Header["DOB"], 4) <= f"{year}-08-31")


@rule("301", "Header")
def _(sent):
    return sent.Header["DOB"] > sent.end


@rule("304", "UASC")
def _(sent):
    return sent.UASC["DUC"] > years(sent.UASC["DOB"], 18)


@rule("393", "Header")
def _(sent):
    here = sent.Header["CHILD"].isin(sent.Episodes["CHILD"])
    return here & (sent.Header["SEX"] == "F") & sent.Header["MOTHER"].isna()


@rule("442", "Header")
def _(sent):
    return sent.Header["CHILD"].isin(sent.Episodes["CHILD"]) & sent.Header["UPN"].isna()


# -- episodes -------------------------------------------------------------------------------


@rule("142")
def _(sent):
    rows = sent.episodes
    return rows["DEC"].isna() & rows["n_DECOM"].notna()


@rule("148")
def _(sent):
    return sent.episodes["DEC"].isna() ^ sent.episodes["REC"].isna()


@rule("217")
def _(sent):
    rows = sent.episodes
    return rows["PLACE"].isin(["A3", "A5"]) & ~rows["RNE"].isin(["S", "T", "U"])


@rule("225")
def _(sent):
    rows = sent.episodes
    moved = rows["n_RNE"].isin(["P", "B", "T", "U"])
    temporary = rows["PLACE"].isin(TEMPORARY) | rows["n_PLACE"].isin(TEMPORARY)
    return moved & ~temporary & rows["REASON_PLACE_CHANGE"].isna()


@rule("233")
def _(sent):
    return sent.episodes["DEC"].isna() & sent.episodes["REASON_PLACE_CHANGE"].notna()


@rule("302")
def _(sent):
    return sent.episodes["DECOM"] < sent.episodes["DOB"]


@rule("336")
def _(sent):
    rows = sent.episodes
    before = rows["p_PLACE"]
    fostered = before.isin([*ADOPTERS_PLACES, *(f"U{n}" for n in range(1, 7))])
    return rows["PLACE"].isin(["A3", "A5"]) & before.notna() & ~fostered


@rule("352")
def _(sent):
    rows = sent.episodes
    return (rows["RNE"] == "S") & (rows["DECOM"] >= years(rows["DOB"], 18))


@rule("353")
def _(sent):
    return sent.episodes["DECOM"] < "1991-10-14"


@rule("355")
def _(sent):
    return sent.episodes["DEC"] == sent.episodes["DECOM"]


@rule("356")
def _(sent):
    return sent.episodes["DEC"] < sent.episodes["DECOM"]


@rule("358")
def _(sent):
    rows = sent.episodes
    return rows["LS"].isin(["J1", "J2", "J3"]) & (rows["DECOM"] < years(rows["DOB"], 10))


def _too_long(code, status, days):
    @rule(code)
    def _(sent):
        rows = sent.episodes
        rows = rows[rows["LS"] == status]
        part = (
            ((rows["p_LS"] != status) | (rows["p_DEC"] != rows["DECOM"]))
            .groupby(rows["CHILD"])
            .cumsum()
        )
        over = rows["DEC"].fillna(sent.end + pd.Timedelta(days=1))
        key = [rows["CHILD"], part]
        lasted = over.groupby(key).transform("max") - rows["DECOM"].groupby(key).transform("min")
        return lasted > pd.Timedelta(days=days)


_too_long("361", "L1", 3)
_too_long("362", "L2", 21)
_too_long("363", "L3", 7)


def _too_young(code, places, age):
    @rule(code)
    def _(sent):
        rows = sent.episodes
        return rows["PLACE"].isin(places) & (rows["DECOM"] < years(rows["DOB"], age))


_too_young("371", ["H5"], 16)
_too_young("372", ["R5"], 10)
_too_young("373", ["S1"], 4)


@rule("378")
def _(sent):
    return (sent.episodes["PLACE"] == "P1") & (sent.episodes["LS"] == "V2")


@rule("380")
def _(sent):
    return (sent.episodes["RNE"] == "S") & sent.episodes["PLACE"].isin(TEMPORARY)


@rule("385")
def _(sent):
    return sent.episodes["DEC"] > sent.end


@rule("386")
def _(sent):
    rows = sent.episodes
    return rows["REC"].isin(["E11", "E12"]) & (rows["DEC"] >= years(rows["DOB"], 18))


@rule("387")
def _(sent):
    rows = sent.episodes
    return rows["REC"].isin(["E5", "E6"]) & (rows["DEC"] < years(rows["DOB"], 14))


@rule("388")
def _(sent):
    rows = sent.episodes
    goes_on = rows["DEC"].notna() & (rows["DEC"] == rows["n_DECOM"])
    return rows["REC"].notna() & ((rows["REC"] == "X1") != goes_on)


@rule("389")
def _(sent):
    rows = sent.episodes
    return (rows["REC"] == "E7") & (rows["DEC"] < years(rows["DOB"], 16))


@rule("390")
def _(sent):
    rows = sent.episodes
    return rows["REC"].isin(["E11", "E12"]) & ~rows["PLACE"].isin(ADOPTERS_PLACES)


@rule("392a")
def _(sent):
    rows = sent.episodes
    arrived = rows["CHILD"].isin(sent.UASC["CHILD"] if "UASC" in sent.lists else [])
    return ~arrived & ~rows["LS"].isin(["V3", "V4"]) & rows["PL_DISTANCE"].isna()


@rule("392b")
def _(sent):
    rows = sent.episodes
    lacks = rows["HOME_POST"].isna() | rows["PL_POST"].isna()
    return ~rows["CHILD"].isin(sent.UASC["CHILD"]) & ~rows["LS"].isin(["V3", "V4"]) & lacks


@rule("392d")
def _(sent):
    rows = sent.episodes
    return (rows["HOME_POST"] == rows["PL_POST"]) & (rows["PLACE"] != "P1")


@rule("406")
def _(sent):
    rows = sent.episodes
    return rows["CHILD"].isin(sent.UASC["CHILD"]) & rows["PL_DISTANCE"].notna()


@rule("407")
def _(sent):
    rows = sent.episodes
    guarded = rows["REC"].isin(["E45", "E46", "E47", "E48"])
    return guarded & (rows["DEC"] >= years(rows["DOB"], 18))


@rule("408")
def _(sent):
    return sent.episodes["PLACE"].isin(["A5", "A6"]) & (sent.episodes["LS"] != "E1")


@rule("431")
def _(sent):
    return (sent.episodes["RNE"] == "S") & (sent.episodes["DECOM"] == sent.episodes["p_DEC"])


@rule("432")
def _(sent):
    rows = sent.episodes
    ceased = rows["p_REC"].notna() & (rows["p_REC"] != "X1")
    return ceased & (rows["RNE"] != "S")


@rule("433")
def _(sent):
    rows = sent.episodes
    goes_on = rows["RNE"].isin(list("PLTBU")) & rows["p_DECOM"].notna()
    return goes_on & (rows["DECOM"] != rows["p_DEC"])


def _same(rows, columns):
    pairs = [
        (rows[one] == rows[f"p_{one}"]) | (rows[one].isna() & rows[f"p_{one}"].isna())
        for one in columns
    ]
    return pd.concat(pairs, axis=1).all(axis=1) & rows["p_DECOM"].notna()


WHERE = ["PLACE", "PL_POST", "URN", "PLACE_PROVIDER"]


@rule("434")
def _(sent):
    rows = sent.episodes
    moved = rows["p_DECOM"].notna() & ~_same(rows, WHERE)
    return (rows["RNE"] == "L") & (_same(rows, ["LS"]) | moved)


@rule("435")
def _(sent):
    rows = sent.episodes
    changed = rows["p_DECOM"].notna() & ~_same(rows, ["LS"])
    return (rows["RNE"] == "P") & (_same(rows, WHERE) | changed)


@rule("436")
def _(sent):
    rows = sent.episodes
    return rows["RNE"].isin(["B", "U"]) & (_same(rows, WHERE) | _same(rows, ["LS"]))


@rule("437")
def _(sent):
    return sent.episodes["REC"].isin(["E2", "E15"]) & sent.episodes["n_DECOM"].notna()


@rule("460")
def _(sent):
    rows = sent.episodes
    return (rows["REC"] == "E17") & (rows["DEC"] < years(rows["DOB"], 18))


@rule("501")
def _(sent):
    return sent.episodes["DECOM"] < sent.episodes["p_DEC"]


@rule("504")
def _(sent):
    rows = sent.episodes
    return (rows["CIN"] != rows["p_CIN"]) & (rows["DECOM"] == rows["p_DEC"])


@rule("516")
def _(sent):
    rows = sent.episodes
    return rows["REC"].isin(["E45", "E46"]) & ~rows["PLACE"].str.startswith("U")


@rule("526")
def _(sent):
    rows = sent.episodes
    return ~rows["PLACE"].isin([*TEMPORARY, "Z1"]) & rows["PLACE_PROVIDER"].isna()


@rule("527")
def _(sent):
    rows = sent.episodes
    return (rows["PLACE_PROVIDER"] == "PR1") & rows["PLACE"].isin(["P1", "R2", "R5"])


@rule("550")
def _(sent):
    return (sent.episodes["PLACE_PROVIDER"] == "PR0") & (sent.episodes["PLACE"] != "P1")


@rule("218")
def _(sent):
    rows = sent.episodes
    none = ["P1", "P3", "R1", "R2", "R5", *TEMPORARY, "Z1"]
    return ~rows["PLACE"].isin(none) & rows["URN"].isna()


@rule("222")
def _(sent):
    rows = sent.episodes
    return rows["PLACE"].isin(["P1", "P3", "R1", "R2", "R5", *TEMPORARY]) & rows["URN"].notna()


@rule("630")
def _(sent):
    rows = sent.episodes
    began = (rows["RNE"] == "S") & (rows["DECOM"] >= sent.start)
    return began & ~rows["CHILD"].isin(sent.PrevPerm["CHILD"])


@rule("635", "PrevPerm")
def _(sent):
    rows = sent.PrevPerm
    return (rows["PREV_PERM"] == "Z1") & (rows["DATE_PERM"].notna() | rows["LA_PERM"].notna())


# -- from one year to the next --------------------------------------------------------------


def _at_the_turn(sent):
    """First episodes of the year, with the open ones at the end of the year before."""
    before = sent.lists["Episodes_last"].sort_values(["CHILD", "DECOM"])
    before = before.drop_duplicates("CHILD", keep="last").set_index("CHILD")
    before = before[before["DEC"].isna()]
    first = sent.episodes.drop_duplicates("CHILD")
    return first[first["CHILD"].isin(before.index)], before


def _turned(code, column):
    @rule(code)
    def _(sent):
        first, before = _at_the_turn(sent)
        said = first["CHILD"].map(before[column])
        return (first[column] != said) & ~(first[column].isna() & said.isna())


for _code, _column in (
    ("502", "DECOM"), ("503A", "RNE"), ("503B", "LS"), ("503C", "CIN"), ("503D", "PLACE"),
    ("503E", "PLACE_PROVIDER"), ("503F", "URN"), ("503G", "PL_DISTANCE"),
):  # fmt: skip
    _turned(_code, _column)


@rule("NoE")
def _(sent):
    first = sent.episodes.drop_duplicates("CHILD")
    known = first["CHILD"].isin(sent.lists["Episodes_last"]["CHILD"])
    return (first["DECOM"] < sent.start) & ~known


@rule("559", "PlacedAdoption")
def _(sent):
    rows = sent.PlacedAdoption
    told = sent.lists["PlacedAdoption_last"]
    told = told.loc[told["DATE_PLACED"].notna(), "CHILD"]
    return (rows["DATE_PLACED"] < sent.start) & ~rows["CHILD"].isin(told)


# -- reviews --------------------------------------------------------------------------------


@rule("440", "Reviews")
def _(sent):
    rows = sent.Reviews
    return (rows["REVIEW_CODE"] == "PN0") & (rows["REVIEW"] >= years(rows["DOB"], 4))


@rule("441", "Reviews")
def _(sent):
    rows = sent.Reviews
    took_part = rows["REVIEW_CODE"].isin([f"PN{n}" for n in range(1, 8)])
    return took_part & (rows["REVIEW"] < years(rows["DOB"], 4))


# -- a whole year ---------------------------------------------------------------------------


@rule("158", "OC2")
def _(sent):
    return (sent.OC2["INTERVENTION_RECEIVED"] == "1") & sent.OC2["INTERVENTION_OFFERED"].notna()


@rule("159", "OC2")
def _(sent):
    rows = sent.OC2
    misuse = (rows["SUBSTANCE_MISUSE"] == "1") & (rows["INTERVENTION_RECEIVED"] == "0")
    return misuse & rows["INTERVENTION_OFFERED"].isna()


@rule("186", "OC2")
def _(sent):
    rows = sent.OC2
    of_age = (years(rows["DOB"], 4) <= sent.start) & (years(rows["DOB"], 17) > sent.end)
    lacks = rows["SDQ_SCORE"].isna() & rows["SDQ_REASON"].isna()
    return of_age & rows["CHILD"].isin(sent.whole_year) & lacks


@rule("188", "OC2")
def _(sent):
    rows = sent.OC2
    return (years(rows["DOB"], 4) > sent.end) & (
        rows["SDQ_SCORE"].notna() | rows["SDQ_REASON"].notna()
    )


@rule("189", "OC2")
def _(sent):
    rows = sent.OC2
    old = years(rows["DOB"], 17) <= sent.start
    return old & (rows["SDQ_SCORE"].notna() | rows["SDQ_REASON"].notna())


@rule("190", "OC2")
def _(sent):
    said = sent.OC2[OUTCOMES].notna().any(axis=1)
    return said & ~sent.OC2["CHILD"].isin(sent.whole_year)


@rule("191")
def _(sent):
    done = sent.OC2.loc[sent.OC2[ALWAYS].notna().all(axis=1), "CHILD"]
    rows = sent.episodes
    return rows["CHILD"].isin(sent.whole_year) & ~rows["CHILD"].isin(done)


@rule("192", "OC2")
def _(sent):
    return (sent.OC2["SUBSTANCE_MISUSE"] == "1") & sent.OC2["INTERVENTION_RECEIVED"].isna()


@rule("193", "OC2")
def _(sent):
    rows = sent.OC2
    helped = rows["INTERVENTION_RECEIVED"].notna() | rows["INTERVENTION_OFFERED"].notna()
    return (rows["SUBSTANCE_MISUSE"] != "1") & helped


@rule("197a", "OC2")
def _(sent):
    return sent.OC2["SDQ_SCORE"].notna() & sent.OC2["SDQ_REASON"].notna()


@rule("542", "OC2")
def _(sent):
    return (years(sent.OC2["DOB"], 10) > sent.end) & sent.OC2["CONVICTED"].notna()


@rule("543", "OC2")
def _(sent):
    return (years(sent.OC2["DOB"], 10) <= sent.end) & sent.OC2["CONVICTED"].isna()


@rule("545", "OC2")
def _(sent):
    return (years(sent.OC2["DOB"], 5) > sent.end) & sent.OC2["HEALTH_CHECK"].isna()


@rule("546", "OC2")
def _(sent):
    return (years(sent.OC2["DOB"], 5) <= sent.end) & sent.OC2["HEALTH_CHECK"].notna()


# -- leaving care ---------------------------------------------------------------------------


@rule("187", "OC3")
def _(sent):
    said = sent.OC3[["IN_TOUCH", "ACTIV", "ACCOM"]].notna().any(axis=1)
    return said & sent.OC3["CHILD"].isin(sent.whole_year)


@rule("215", "OC3")
def _(sent):
    return sent.OC3["CHILD"].isin(sent.OC2["CHILD"])


@rule("345", "OC3")
def _(sent):
    rows = sent.OC3
    return (rows["IN_TOUCH"] == "YES") & ((rows["ACTIV"] == "0") | (rows["ACCOM"] == "0"))


@rule("347", "OC3")
def _(sent):
    return (sent.OC3["ACCOM"] == "T") & (years(sent.OC3["DOB"], 18) > sent.end)


@rule("391", "OC3")
def _(sent):
    return years(sent.OC3["DOB"], 17) > sent.end


@rule("1007", "OC3")
def _(sent):
    rows = sent.OC3
    young = (years(rows["DOB"], 17) <= sent.end) & (years(rows["DOB"], 19) > sent.end)
    inside = rows["CHILD"].isin(sent.last.index[sent.last["DEC"].isna()])
    return young & inside


@rule("1011", "OC3")
def _(sent):
    said = sent.OC3[["IN_TOUCH", "ACTIV", "ACCOM"]].notna().any(axis=1)
    return said & sent.OC3["CHILD"].isin(sent.last.index[sent.last["REC"] == "E3"])


@rule("1014", "UASC")
def _(sent):
    said = sent.OC3[["IN_TOUCH", "ACTIV", "ACCOM"]].notna().any(axis=1)
    rows = sent.Episodes
    here = rows[(rows["DECOM"] <= sent.end) & ~(rows["DEC"] < sent.start)]
    left = said & ~sent.OC3["CHILD"].isin(here["CHILD"])
    return sent.UASC["CHILD"].isin(sent.OC3.loc[left, "CHILD"])


# -- adoption -------------------------------------------------------------------------------


@rule("331", "AD1")
def _(sent):
    adopted = sent.episodes[sent.episodes["REC"].isin(["E11", "E12"])]
    return sent.AD1["DATE_MATCH"] > sent.AD1["CHILD"].map(adopted.groupby("CHILD")["DECOM"].min())


@rule("333", "AD1")
def _(sent):
    return sent.AD1["DATE_MATCH"].notna() & ~(sent.AD1["DATE_INT"] <= sent.AD1["DATE_MATCH"])


@rule("335", "AD1")
def _(sent):
    rows = sent.AD1
    place = rows["CHILD"].map(sent.last["PLACE"])
    by_carers = place.isin(["A3", "A5"])
    return (by_carers & (rows["FOSTER_CARE"] == "0")) | (~by_carers & (rows["FOSTER_CARE"] == "1"))


@rule("514", "AD1")
def _(sent):
    return (sent.AD1["LS_ADOPTR"] == "L0") & ~sent.AD1["SEX_ADOPTR"].isin(["M1", "F1"])


@rule("518", "AD1")
def _(sent):
    return (sent.AD1["LS_ADOPTR"] == "L4") & ~sent.AD1["SEX_ADOPTR"].isin(["MM", "FF"])


@rule("524", "AD1")
def _(sent):
    return (sent.AD1["LS_ADOPTR"] == "L12") & ~sent.AD1["SEX_ADOPTR"].isin(["MM", "FF"])


@rule("601")
def _(sent):
    done = sent.AD1.loc[sent.AD1[ADOPTION].notna().all(axis=1), "CHILD"]
    return sent.episodes["REC"].isin(["E11", "E12"]) & ~sent.episodes["CHILD"].isin(done)


@rule("602", "AD1")
def _(sent):
    adopted = sent.Episodes.loc[sent.Episodes["REC"].isin(["E11", "E12"]), "CHILD"]
    return sent.AD1[ADOPTION].notna().any(axis=1) & ~sent.AD1["CHILD"].isin(adopted)


@rule("523", "AD1")
def _(sent):
    placed = sent.PlacedAdoption.set_index("CHILD")["DATE_PLACED"]
    return sent.AD1["CHILD"].map(placed) != sent.AD1["DATE_INT"]


@rule("551")
def _(sent):
    decided = sent.PlacedAdoption.loc[sent.PlacedAdoption["DATE_PLACED"].notna(), "CHILD"]
    rows = sent.episodes
    return rows["PLACE"].isin(ADOPTERS_PLACES) & ~rows["CHILD"].isin(decided)


@rule("552")
def _(sent):
    decided = sent.PlacedAdoption.drop_duplicates("CHILD").set_index("CHILD")["DATE_PLACED"]
    rows = sent.episodes
    return rows["PLACE"].isin(ADOPTERS_PLACES) & (rows["CHILD"].map(decided) > rows["DECOM"])


@rule("553")
def _(sent):
    decided = sent.PlacedAdoption.loc[sent.PlacedAdoption["DATE_PLACED"].notna(), "CHILD"]
    return (sent.episodes["LS"] == "E1") & ~sent.episodes["CHILD"].isin(decided)


@rule("554")
def _(sent):
    decided = sent.PlacedAdoption.drop_duplicates("CHILD").set_index("CHILD")["DATE_PLACED"]
    rows = sent.episodes
    ordered = rows["DECOM"].where(rows["LS"] == "E1").groupby(rows["CHILD"]).transform("min")
    return (rows["DECOM"] == ordered) & (rows["CHILD"].map(decided) > rows["DECOM"])


@rule("582", "AD1")
def _(sent):
    adopted = sent.episodes[sent.episodes["REC"].isin(["E11", "E12"])]
    return sent.AD1["CHILD"].map(adopted.set_index("CHILD")["DEC"]) == sent.AD1["DATE_MATCH"]


# -- social workers -------------------------------------------------------------------------


@rule("SW02STG1", "SWEpisodes")
def _(sent):
    return ~sent.SWEpisodes["SW_ID"].str.startswith(("SW", "XX"), na=False)


@rule("SW06STG2", "SWEpisodes")
def _(sent):
    rows = sent.SWEpisodes
    return (rows["SW_DECOM"] > sent.end) | (rows["SW_DEC"] < sent.start)


@rule("SW09STG2", "SWEpisodes")
def _(sent):
    return sent.SWEpisodes["SW_DEC"] == sent.SWEpisodes["SW_DECOM"]


@rule("SW10STG2", "SWEpisodes")
def _(sent):
    rows = sent.SWEpisodes.sort_values(["CHILD", "SW_DECOM"])
    before = rows.groupby("CHILD")["SW_DEC"].shift() - pd.Timedelta(days=7)
    return (rows["SW_REASON"] != "FCONTA") & (rows["SW_DECOM"] < before)


@rule("SW01bSTG1")
def _(sent):
    said = sent.SWEpisodes[sent.SWEpisodes[["SW_ID", "SW_DECOM", "SW_REASON"]].notna().all(axis=1)]
    inside = sent.episodes["DEC"].isna() & ~sent.episodes["LS"].isin(["V3", "V4"])
    return inside & ~sent.episodes["CHILD"].isin(said["CHILD"])


# -- the return against the rules, and the rules against worked cases -----------------------


@pytest.fixture(scope="session")
def held(small) -> Sent:
    """The last two years' returns of the small county."""
    last = latest_year(small.setting)
    lists = {
        f"{name}{ending}": texts(rows)
        for year, ending in ((last, ""), (CollectionYear(last.ends_in - 1), "_last"))
        for name, rows in _named(small, year).items()
    }
    return Sent.of(lists, last.start, last.end)


def _named(small, year) -> dict[str, pd.DataFrame]:
    made = ssda903_lists(small.setting, small.records.tables, year)
    return {name: made[stem] for name, stem in LISTS.items()}


@pytest.mark.parametrize("code", sorted(set(RULES) - ACROSS_YEARS))
def test_the_return_obeys(held, code):
    found = failing(code, held)
    assert not found, held.lists[RULES[code][0]].loc[found].head(8).to_string()


@pytest.mark.parametrize("code", sorted(ACROSS_YEARS))
def test_it_differs_from_the_last_one_only_where_records_were_put_right(held, put_right, code):
    found = failing(code, held)
    rows = held.lists[RULES[code][0]].loc[found]
    rows = rows[~rows["CHILD"].isin(put_right)]
    assert rows.empty, rows.head(8).to_string()


@pytest.fixture(scope="session")
def put_right(small) -> set[str]:
    """Children whose care is recorded otherwise than when the return before was made."""
    last = latest_year(small.setting)
    before, now = (
        as_known(small.records.tables, year.made_on, ["care_episode", "placement"])
        for year in (CollectionYear(last.ends_in - 1), last)
    )
    found: set[str] = set()
    for name, rows in before.items():
        key = next(iter(RECORD_TABLES[name].columns))
        columns = [key, "child_id", "event_date", *OPEN[name]]
        both = rows[columns].merge(now[name][columns], how="left", indicator=True)
        found |= set(both.loc[both["_merge"] == "left_only", "child_id"])
    return found


def test_there_is_something_in_every_list_to_obey_with(held):
    empty = {name for name in LISTS if held.lists[name].empty}
    assert empty == {"Missing"}
    assert set(held.Episodes["RNE"]) >= {"S", "P", "B"}


CASES = [
    "101", "102", "103", "143", "145", "146", "159", "166", "186", "187", "188", "197a",
    "209", "331", "345", "353", "356", "363", "372", "388", "434", "435", "440", "502", "503A",
    "503B", "503E", "503F", "504", "514", "518", "554", "1011", "1014", "INT01",
    "INT06", "INT07", "INT08", "INT09", "INT15", "INT17", "INT35", "NoE", "SW02STG1", "SW09STG2",
]  # fmt: skip


@pytest.fixture(scope="session")
def cases(shared) -> dict[str, list[dict]]:
    found: dict[str, list[dict]] = {}
    path = shared / "reference" / "dq" / "cases_903.jsonl"
    for line in path.read_text("utf-8").splitlines():
        case = json.loads(line)
        found.setdefault(case["code"], []).append(case)
    return found


@pytest.mark.shared
@pytest.mark.parametrize("code", CASES)
def test_a_rule_finds_what_a_worked_case_says(cases, code):
    case = [one for one in cases[code] if one["ruleset"] <= "2024_25"][-1]
    assert not case["not_applicable"]
    said = case["metadata"]
    lists = {name: _table(one) for name, one in case["tables"].items()}
    dates = [
        pd.to_datetime(said.get(key, day), format="%d/%m/%Y")
        for key, day in (("collection_start", "01/04/2020"), ("collection_end", "31/03/2021"))
    ]
    assert failing(code, Sent.of(lists, *dates)) == sorted(case["expected"][RULES[code][0]])


def _table(one: dict) -> pd.DataFrame:
    rows = [[_text(value) for value in row] for row in one["rows"]]
    return pd.DataFrame(rows, columns=one["columns"], index=one["index"], dtype="object")


def _text(value: object) -> str | None:
    """A value as a file holds it; an empty text, which is a wrong code there, as a wrong code."""
    if isinstance(value, dict):
        return pd.Timestamp(value["$ts"]).strftime("%d/%m/%Y")
    return value if value is None else str(value) or "an empty text"
