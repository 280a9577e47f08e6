"""Faults of data quality planted in the recorded tables: of known place and number.

Each is small beside what the indicators count. They are a switch of their own, ``faults``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pmf_analysis.synthetic.draws import codes
from pmf_analysis.synthetic.extracts import last_taken
from pmf_analysis.synthetic.record_tables import RECORD_TABLES
from pmf_analysis.synthetic.setting import Setting
from pmf_analysis.synthetic.structure import HARSTOW_MERGES

SWITCH = "faults"

Tables = dict[str, pd.DataFrame]

UNKNOWN_TEAM = "harstow-protection-9"
ENDED_TEAM = "harstow-protection-2"
TEAM_WITHOUT_OUTCOMES = "glenmouth-assessment-2"
SHARE_WITHOUT_OUTCOME = 0.12
NO_SOURCE = "7X"
_RECENT = np.timedelta64(400, "D")
"""Faults are planted in what happened in about the last year, where nothing else is said."""


@dataclass(frozen=True)
class Fault:
    """One kind of fault, as it was planted.

    Attributes
    ----------
    kind : str
        A name for it.
    table, column : str
        Where it lies.
    says : str
        What a check should say.
    unit : str
        Team or district, where all lie in one; empty otherwise.
    records : tuple of str
        Ids of the records that are at fault, in order.
    """

    kind: str
    table: str
    column: str
    says: str
    unit: str = ""
    records: tuple[str, ...] = field(default=())


@dataclass(frozen=True)
class _Planting:
    """What a fault is planted with: the setting, a number wanted, and a stream of its own."""

    setting: Setting
    number: int
    rng: np.random.Generator

    def some(self, rows: pd.DataFrame, fits: NDArray[np.bool_] | pd.Series) -> pd.DataFrame:
        """Some of the rows that fit, in the order of the table."""
        places = np.flatnonzero(np.asarray(fits, dtype=bool))
        drawn = np.argsort(self.rng.random(len(places)), kind="stable")[: self.number]
        return rows.take(places[np.sort(drawn)])

    @property
    def recently(self) -> pd.Timestamp:
        """From when on something is recent."""
        return pd.Timestamp(self.setting.last_day - _RECENT)


Plant = Callable[[_Planting, Tables], tuple[Tables, list[str]]]
_KINDS: list[tuple[Fault, float, Plant]] = []


def _fault(
    kind: str, number: float, table: str, column: str, says: str, unit: str = ""
) -> Callable[[Plant], Plant]:
    """Register a kind of fault, and how many there are at scale 1."""

    def register(plant: Plant) -> Plant:
        _KINDS.append((Fault(kind, table, column, says, unit), number, plant))
        return plant

    return register


def plant(setting: Setting, versions: Mapping[str, pd.DataFrame]) -> tuple[Tables, list[Fault]]:
    """Plant the faults, if they are switched on.

    Parameters
    ----------
    setting : Setting
    versions : mapping of str to pandas.DataFrame
        Recorded tables.

    Returns
    -------
    tuple of (dict of str to pandas.DataFrame, list of Fault)
        The tables with the faults in them, and what was planted. Every kind is there at least
        once, but those for which a county as small as this has no record that fits.
    """
    tables = dict(versions)
    if not setting.planted(SWITCH):
        return tables, []
    found = []
    for fault, number, planted in _KINDS:
        wanted = max(1, round(number * setting.scale))
        with_faults = _Planting(setting, wanted, setting.stream(SWITCH, fault.kind))
        tables, ids = planted(with_faults, tables)
        if ids:
            found.append(replace(fault, records=tuple(sorted(ids))))
    return tables, found


# -- single cells --------------------------------------------------------------------------


def _latest(tables: Mapping[str, pd.DataFrame], name: str) -> pd.DataFrame:
    """The last version of every record that was not taken back and whose versions agree."""
    rows = tables[name]
    latest = rows[~rows[RECORD_TABLES[name].key].duplicated(keep="last").to_numpy()]
    return latest[(latest["withdrawn"] == "no").to_numpy()]


def _with_cells(tables: Tables, name: str, column: str, values: pd.Series) -> Tables:
    """Tables with other values in one column, in every version of the records named.

    Parameters
    ----------
    values : pandas.Series
        By id of the record.
    """
    rows = tables[name]
    ids = rows[RECORD_TABLES[name].key]
    here = ids.isin(values.index).to_numpy()
    if column in _LATER.get(name, ()):
        here = here & rows[column].notna().to_numpy()
    changed = rows[column].copy()
    changed[here] = ids[here].map(values).astype(rows[column].dtype)
    return {**tables, name: rows.assign(**{column: changed})}


_LATER = {"placement": ("ended_on",), "plan": ("ended_on",), "visit": ("event_date",),
          "review": ("event_date",), "assessment": ("event_date", "outcome")}  # fmt: skip
"""Columns that a first version may lack: a fault in them does not fill it."""


def _put(tables: Tables, name: str, column: str, rows: pd.DataFrame, values: object) -> tuple[
    Tables, list[str]
]:  # fmt: skip
    """One column of some records set to other values: the tables and the records' ids."""
    ids = rows[RECORD_TABLES[name].key]
    held = pd.Series(values, index=ids.array, dtype=rows[column].dtype)
    return (_with_cells(tables, name, column, held) if len(ids) else tables), list(ids)


@_fault("unknown_team", 6, "visit", "team_then",
        "visits of a team that is no unit")  # fmt: skip
def _unknown_team(at: _Planting, tables: Tables) -> tuple[Tables, list[str]]:
    rows = _latest(tables, "visit")
    chosen = at.some(rows, (rows["kind"] == "protection") & (rows["due_on"] >= at.recently))
    return _put(tables, "visit", "team_then", chosen, UNKNOWN_TEAM)


@_fault("ended_team", 4, "complaint", "team_then",
        "complaints about a team after it had ended", ENDED_TEAM)  # fmt: skip
def _ended_team(at: _Planting, tables: Tables) -> tuple[Tables, list[str]]:
    units = tables["unit"]
    ended = units[(units["unit_code"] == ENDED_TEAM) & units["valid_to"].notna()]
    rows = _latest(tables, "complaint")
    after = (rows["event_date"] >= pd.Timestamp(HARSTOW_MERGES)) & bool(len(ended))
    return _put(tables, "complaint", "team_then", at.some(rows, after), ENDED_TEAM)


@_fault("unknown_child", 5, "enquiry", "child_id",
        "enquiries about a child that is not in the table of children")  # fmt: skip
def _unknown_child(at: _Planting, tables: Tables) -> tuple[Tables, list[str]]:
    rows = _latest(tables, "enquiry")
    chosen = at.some(rows, rows["event_date"] >= at.recently)
    return _put(tables, "enquiry", "child_id", chosen, codes("C9", len(chosen), digits=6))


@_fault("wrong_code", 8, "referral", "source",
        "a source of referral that is no code of the list")  # fmt: skip
def _wrong_code(at: _Planting, tables: Tables) -> tuple[Tables, list[str]]:
    rows = _latest(tables, "referral")
    chosen = at.some(rows, rows["event_date"] >= at.recently)
    return _put(tables, "referral", "source", chosen, NO_SOURCE)


@_fault("no_due_date", 5, "review", "due_on", "reviews without a due date")
def _no_due_date(at: _Planting, tables: Tables) -> tuple[Tables, list[str]]:
    rows = _latest(tables, "review")
    chosen = at.some(rows, rows["due_on"] >= at.recently)
    return _put(tables, "review", "due_on", chosen, pd.NaT)


@_fault("no_home_district", 8, "child", "home_district",
        "children whose home district is not known")  # fmt: skip
def _no_home_district(at: _Planting, tables: Tables) -> tuple[Tables, list[str]]:
    rows = _latest(tables, "child")
    chosen = at.some(rows, (rows["first_known_on"] >= at.recently) & (rows["uasc"] == "no"))
    return _put(tables, "child", "home_district", chosen, None)


@_fault("negative_previous_plans", 2, "plan", "previous_plans",
        "a number of previous plans below 0")  # fmt: skip
def _negative_previous_plans(at: _Planting, tables: Tables) -> tuple[Tables, list[str]]:
    rows = _latest(tables, "plan")
    fits = (rows["previous_plans"] == 0) & (rows["event_date"] >= at.recently)
    return _put(tables, "plan", "previous_plans", at.some(rows, fits.fillna(False)), -1)


@_fault("missing_outcome", 0, "assessment", "outcome",
        "completed assessments without an outcome: one team leaves it empty in about one of eight",
        TEAM_WITHOUT_OUTCOMES)  # fmt: skip
def _missing_outcome(at: _Planting, tables: Tables) -> tuple[Tables, list[str]]:
    rows = _latest(tables, "assessment")
    year = pd.Timestamp(f"{at.setting.calendar[-1].start.year}-01-01")
    drawn = at.rng.random(len(rows))  # a share, whatever the number
    here = (rows["team_then"] == TEAM_WITHOUT_OUTCOMES) & (rows["event_date"] >= year)
    chosen = rows[(here & (drawn < SHARE_WITHOUT_OUTCOME)).to_numpy()]
    chosen = chosen if len(chosen) else at.some(rows, here)
    return _put(tables, "assessment", "outcome", chosen, None)


# -- dates ---------------------------------------------------------------------------------


@_fault("before_birth", 6, "visit", "event_date",
        "visits dated before the child was born")  # fmt: skip
def _before_birth(at: _Planting, tables: Tables) -> tuple[Tables, list[str]]:
    rows = _latest(tables, "visit")
    fits = (rows["kind"] == "care") & (rows["event_date"] >= at.recently)
    fits &= rows["event_date"] <= rows["due_on"]
    chosen = at.some(rows, fits)
    # the year typed wrongly: no child in care is 26 or older
    return _put(tables, "visit", "event_date", chosen,
                (chosen["event_date"] - pd.Timedelta(days=26 * 365)).array)  # fmt: skip


@_fault("end_before_start", 3, "plan", "ended_on", "plans that end before they begin")
def _end_before_start(at: _Planting, tables: Tables) -> tuple[Tables, list[str]]:
    rows = _latest(tables, "plan")
    chosen = at.some(rows, rows["ended_on"] >= at.recently)
    return _put(tables, "plan", "ended_on", chosen,
                (chosen["event_date"] - pd.Timedelta(days=7)).array)  # fmt: skip


@_fault("in_the_future", 4, "review", "event_date",
        "reviews dated after the day on which they were extracted")  # fmt: skip
def _in_the_future(at: _Planting, tables: Tables) -> tuple[Tables, list[str]]:
    rows = _latest(tables, "review")
    fits = rows["event_date"] >= pd.Timestamp(at.setting.last_day) - pd.Timedelta(days=150)
    chosen = at.some(rows, fits & rows["due_on"].notna())
    return _put(tables, "review", "event_date", chosen,
                (chosen["event_date"] + pd.Timedelta(days=365)).array)  # fmt: skip


@_fault("visit_before_plan", 4, "visit", "event_date",
        "protection visits dated before the child's plan began")  # fmt: skip
def _visit_before_plan(at: _Planting, tables: Tables) -> tuple[Tables, list[str]]:
    plans = _latest(tables, "plan")
    once = plans[~plans["child_id"].duplicated(keep=False).to_numpy()]
    begun = once.set_index("child_id")["event_date"]
    rows = _latest(tables, "visit")
    rows = rows.assign(begun=rows["child_id"].map(begun).astype("datetime64[s]"))
    fits = (rows["kind"] == "protection") & rows["begun"].notna()
    fits &= (rows["event_date"] >= at.recently) & (rows["event_date"] <= rows["due_on"])
    fits &= rows["team_then"] != UNKNOWN_TEAM
    chosen = at.some(rows, fits)
    return _put(tables, "visit", "event_date", chosen,
                (chosen["begun"] - pd.Timedelta(days=10)).array)  # fmt: skip


# -- placements that do not meet -----------------------------------------------------------


def _followed(at: _Planting, tables: Tables, least_days: int) -> pd.DataFrame:
    """Placements followed at once by another of the same child, both long enough."""
    rows = _latest(tables, "placement")
    rows = rows.sort_values(["child_id", "event_date", "placement_id"], kind="stable")
    following = rows.shift(-1)
    length = (rows["ended_on"] - rows["event_date"]).dt.days
    next_length = (following["ended_on"] - following["event_date"]).dt.days
    fits = (rows["child_id"] == following["child_id"]) & (length > least_days)
    fits &= rows["care_episode_id"] == following["care_episode_id"]
    fits &= (following["ended_on"].isna() | (next_length > least_days)).to_numpy()
    fits &= rows["ended_on"] >= at.recently
    fits &= following["event_date"] == rows["ended_on"]
    fits &= rows["ended_on"] <= pd.Timestamp(last_taken(at.setting)) - pd.Timedelta(days=30)
    return rows[fits.fillna(False).to_numpy()].sort_values("placement_id", kind="stable")


@_fault("overlapping_placements", 4, "placement", "ended_on",
        "placements of one child that overlap")  # fmt: skip
def _overlapping_placements(at: _Planting, tables: Tables) -> tuple[Tables, list[str]]:
    rows = _followed(at, tables, 25)
    chosen = at.some(rows, _half(rows, 0))
    return _put(tables, "placement", "ended_on", chosen,
                (chosen["ended_on"] + pd.Timedelta(days=10)).array)  # fmt: skip


@_fault("gap_between_placements", 4, "placement", "ended_on",
        "a gap between two placements of one stay in care")  # fmt: skip
def _gap_between_placements(at: _Planting, tables: Tables) -> tuple[Tables, list[str]]:
    rows = _followed(at, tables, 25)
    chosen = at.some(rows, _half(rows, 1))
    return _put(tables, "placement", "ended_on", chosen,
                (chosen["ended_on"] - pd.Timedelta(days=10)).array)  # fmt: skip


def _half(rows: pd.DataFrame, rest: int) -> NDArray[np.bool_]:
    """Every other child, so that two kinds of fault never meet in one."""
    numbers = rows["child_id"].str.extract(r"(\d+)$")[0].astype("int64")
    return (numbers % 2 == rest).to_numpy()


# -- records too many ----------------------------------------------------------------------


@_fault("key_twice", 4, "referral", "referral_id",
        "one id twice in one extract, with different content")  # fmt: skip
def _key_twice(at: _Planting, tables: Tables) -> tuple[Tables, list[str]]:
    rows = _latest(tables, "referral")
    fits = (rows["event_date"] >= at.recently) & (rows["source"] != NO_SOURCE)
    chosen = at.some(rows, fits)
    other = np.where(chosen["source"] == "1A", "1B", "1A")
    again = chosen.assign(source=pd.array(other, dtype="str"))
    return _added(tables, "referral", again), list(chosen["referral_id"])


@_fault("two_open_plans", 2, "plan", "child_id", "children with two open plans at once")
def _two_open_plans(at: _Planting, tables: Tables) -> tuple[Tables, list[str]]:
    rows = _latest(tables, "plan")
    known = rows["changed_at"] < pd.Timestamp(at.setting.last_day) - pd.Timedelta(days=60)
    fits = rows["ended_on"].isna() & known & (rows["previous_plans"] >= 0).fillna(False)
    chosen = at.some(rows, fits)
    ids = chosen["plan_id"].str
    again = chosen.assign(
        plan_id=ids.extract(r"^(\D+)")[0] + "8" + ids.extract(r"(\d+)$")[0],
        event_date=chosen["event_date"] + pd.Timedelta(days=14),
        entered_at=chosen["entered_at"] + pd.Timedelta(days=14),
        changed_at=chosen["changed_at"] + pd.Timedelta(days=14),
    )
    return _added(tables, "plan", again), sorted([*chosen["plan_id"], *again["plan_id"]])


def _added(tables: Tables, name: str, rows: pd.DataFrame) -> Tables:
    """A table with more versions at its end."""
    typed = rows.astype(tables[name].dtypes)
    return {**tables, name: pd.concat([tables[name], typed], ignore_index=True)}
