"""What a county is like: levels of its indicators, and shares and numbers of its records.

Each function here gives a `Measure`, which says one number of a `County`. Volumes are those of a
county of scale 1, whatever scale it was made at.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pmf_analysis.synthetic.setting import Setting

Rows = Callable[["County"], pd.DataFrame]
POPULATION = 355_000
"""Children aged 0 to 17, at scale 1."""


@dataclass(frozen=True)
class County:
    """A county to be measured.

    Attributes
    ----------
    setting : Setting
    tables : mapping of str to DataFrame
        One row a record: as they are true, or as known on a date.
    figures : DataFrame
        ``tables.FIGURE``: what was counted from them for the county as a whole.
    """

    setting: Setting
    tables: Mapping[str, pd.DataFrame]
    figures: pd.DataFrame

    @property
    def marches(self) -> list[pd.Timestamp]:
        """Every 31 March among the months that can be counted: the day of a census."""
        return [pd.Timestamp(one.end) for one in self.setting.counted if one.start.month == 3]

    def counted(self, indicator: str, first: str = "", last: str = "") -> pd.DataFrame:
        """Numerators and denominators of an indicator, a row a month."""
        rows = self.figures
        mine = rows[(rows["breakdown"] == indicator) & (rows["cohort"] == "all")]
        found = mine.pivot(index="period", columns="column", values="value").sort_index()
        return found.loc[first or None : last or None]


Measure = Callable[[County], float]

# -- indicators ----------------------------------------------------------------------------


def level(indicator: str, first: str = "", last: str = "", times: float = 100) -> Measure:
    """Numerators over denominators of all months from the first to the last."""

    def measured(county: County) -> float:
        found = county.counted(indicator, first, last)
        return times * float(found["numerator"].sum() / found["denominator"].sum())

    return measured


def mean(indicator: str, first: str = "", last: str = "") -> Measure:
    """What is counted in a mean month."""

    def measured(county: County) -> float:
        found = county.counted(indicator, first, last)
        return float(found["numerator"].mean() / county.setting.scale)

    return measured


def season(month: int) -> Measure:
    """Referrals of one month of the year, over those of a mean month."""

    def measured(county: County) -> float:
        found = county.counted("REF")["numerator"]
        there = found[found.index.str.endswith(f"-{month:02d}")]
        return float(there.mean() / found.mean())

    return measured


# -- rows of records -----------------------------------------------------------------------


def dated(table: str, first: str = "", last: str = "", column: str = "event_date") -> Rows:
    """Records whose date lies in the months that can be counted, or in some of these."""

    def rows(county: County) -> pd.DataFrame:
        found, months = county.tables[table], county.setting.counted
        begin, end = _span(county, first, last)
        inside = found[column].between(pd.Timestamp(months[begin].start),
                                       pd.Timestamp(months[end].end))  # fmt: skip
        return found[inside.to_numpy()].assign(day=found[column])

    return rows


def on_31_march(table: str) -> Rows:
    """Records begun and not ended on each 31 March, with it as ``day``."""

    def rows(county: County) -> pd.DataFrame:
        found = county.tables[table]
        parts = [
            found[((found["event_date"] <= day)
                   & (found["ended_on"].isna() | (found["ended_on"] > day))).to_numpy()]
            .assign(day=day)
            for day in county.marches
        ]  # fmt: skip
        return pd.concat(parts, ignore_index=True)

    return rows


def of_children(rows: Rows, uasc: bool) -> Rows:
    """Those of unaccompanied children, or those of all others."""

    def chosen(county: County) -> pd.DataFrame:
        found, child = rows(county), county.tables["child"]
        theirs = set(child.loc[_texts(child["uasc"]) == ("yes" if uasc else "no"), "child_id"])
        return found[found["child_id"].isin(theirs).to_numpy()]

    return chosen


def leavers(county: County) -> pd.DataFrame:
    """Last contacts, on each 31 March, with care leavers who are then 19, 20 or 21."""
    contact, child = county.tables["leaver_contact"], county.tables["child"]
    born = child.drop_duplicates("child_id").set_index("child_id")["date_of_birth"]
    held = contact.assign(born=contact["child_id"].map(born)).sort_values("event_date")
    parts = []
    for day in county.marches:
        now = held[(held["event_date"] <= day).to_numpy()].drop_duplicates("child_id", keep="last")
        youngest, oldest = (day - pd.DateOffset(years=years) for years in (19, 22))
        parts.append(now[((now["born"] <= youngest) & (now["born"] > oldest)).to_numpy()])
    return pd.concat(parts, ignore_index=True)


def _texts(column: pd.Series) -> pd.Series:
    """Codes as texts, a missing one empty; marks that were received as true or false too."""
    return column.astype("str").replace({"True": "yes", "False": "no"}).fillna("")


def _span(county: County, first: str, last: str) -> tuple[int, int]:
    codes = [month.code for month in county.setting.counted]
    return codes.index(first) if first else 0, codes.index(last) if last else len(codes) - 1


# -- numbers and shares of rows ------------------------------------------------------------


def monthly(table: str, first: str = "", last: str = "", column: str = "event_date") -> Measure:
    """Records dated in a mean month."""

    def measured(county: County) -> float:
        begin, end = _span(county, first, last)
        found = len(dated(table, first, last, column)(county))
        return found / (end - begin + 1) / county.setting.scale

    return measured


def yearly_rate(rows: Rows, months: int) -> Measure:
    """Records of some months, a year, per 10,000 children."""

    def measured(county: County) -> float:
        return _per_10_000(county, len(rows(county)) * 12 / months)

    return measured


def rate(rows: Rows) -> Measure:
    """Records on a mean 31 March, per 10,000 children."""

    def measured(county: County) -> float:
        return _per_10_000(county, len(rows(county)) / len(county.marches))

    return measured


def _per_10_000(county: County, number: float) -> float:
    return number / county.setting.scale / (POPULATION / 10_000)


def share(rows: Rows, column: str, codes: Collection[str]) -> Measure:
    """Percentage of rows with one of some codes; an empty code is a missing one."""

    def measured(county: County) -> float:
        return 100 * float(_texts(rows(county)[column]).isin(list(codes)).mean())

    return measured


def share_unaccompanied(rows: Rows) -> Measure:
    """Percentage of rows that are of unaccompanied children."""

    def measured(county: County) -> float:
        return 100 * len(of_children(rows, uasc=True)(county)) / len(rows(county))

    return measured


def lasted(rows: Rows, since: int, until: int | None) -> Measure:
    """Percentage of rows that had begun so many days before their ``day``, or more, or fewer."""

    def measured(county: County) -> float:
        found = rows(county)
        days = _days(found["day"]) - _days(found["event_date"])
        inside = days >= since
        return 100 * float((inside if until is None else inside & (days < until)).mean())

    return measured


def _days(dates: pd.Series) -> NDArray[np.int64]:
    return dates.to_numpy().astype("datetime64[D]").astype(np.int64)


# -- staff ---------------------------------------------------------------------------------


def agency(county: County) -> float:
    """Percentage of social workers in post who are from agencies, on a mean 31 March."""
    parts = [_social_workers(county, day) for day in county.marches]
    return 100 * float((pd.concat(parts)["employment"] == "agency").mean())


def caseload(county: County) -> float:
    """Open cases of a mean month for each social worker in a team that holds cases."""
    unit, post = county.tables["unit"], county.tables["post"]
    holding = set(unit.loc[_texts(unit["case_holding"]) == "yes", "unit_code"])
    team = post.drop_duplicates("post_id").set_index("post_id")["team"]
    people = [_social_workers(county, day) for day in county.marches]
    workers = sum(int(one["post_id"].map(team).isin(holding).sum()) for one in people)
    return float(county.counted("OPEN-CASES")["numerator"].mean() * len(people) / workers)


def _social_workers(county: County, day: pd.Timestamp) -> pd.DataFrame:
    person, post = county.tables["person"], county.tables["post"]
    theirs = set(post.loc[post["role"] == "social_worker", "post_id"])
    there = (person["started_on"] <= day) & (
        person["ended_on"].isna() | (person["ended_on"] >= day)
    )
    return person[(there & person["post_id"].isin(theirs)).to_numpy()]
