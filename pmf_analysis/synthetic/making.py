"""Medwold as records: the stages one after another, each upon the tables of those before."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from pmf_analysis.errors import TableError
from pmf_analysis.synthetic import faults, plot, sizes
from pmf_analysis.synthetic.extracts import LOG, MonthlyExtract, monthly_extracts
from pmf_analysis.synthetic.record_tables import RECORD_TABLES, RECORDED
from pmf_analysis.synthetic.recording import recorded
from pmf_analysis.synthetic.setting import Setting

Made = dict[str, pd.DataFrame]
Stage = Callable[[Setting, Mapping[str, pd.DataFrame]], Mapping[str, pd.DataFrame]]


@dataclass(frozen=True)
class Records:
    """Medwold's records.

    Attributes
    ----------
    tables : dict of str to pandas.DataFrame
        By name of a record table, in the order of `RECORD_TABLES`: one row a version.
    truth : dict
        What was planted, as plain values for ``truth.json``.
    """

    tables: Made
    truth: dict[str, object]


def make_records(setting: Setting) -> Records:
    """Make the records of Medwold, as its case system holds them after the last extract.

    Parameters
    ----------
    setting : Setting

    Returns
    -------
    Records
        The same setting gives the same records on every machine.
    """
    return records_of(setting, true_tables(setting))


def records_of(setting: Setting, true: Mapping[str, pd.DataFrame]) -> Records:
    """The records of what happened, as the case system holds it after the last extract.

    Parameters
    ----------
    setting : Setting
    true : mapping of str to pandas.DataFrame
        As `true_tables` gives them.

    Returns
    -------
    Records
    """
    versions, planted = faults.plant(setting, recorded(setting, true))
    versions[LOG] = extract_log(setting, versions)
    told = plot.truth(setting, planted, sizes.counts(setting, true, versions))
    return Records({name: versions[name] for name in RECORD_TABLES}, told)


def true_tables(setting: Setting) -> Made:
    """What happened, one row a record, whenever it was entered.

    Parameters
    ----------
    setting : Setting

    Returns
    -------
    dict of str to pandas.DataFrame
        Every record table but the log of extracts, with its columns in their order.

    Raises
    ------
    TableError
        If a stage makes a table with other columns, or a record twice.
    """
    made: Made = {}
    for stage in _stages():
        made = joined(made, stage(setting, made))
    return {
        name: _checked(name, made)[list(table.columns)]
        for name, table in RECORD_TABLES.items() if name != LOG
    }  # fmt: skip


def _stages() -> tuple[Stage, ...]:
    from pmf_analysis.synthetic.allocations import make_allocations
    from pmf_analysis.synthetic.care import make_care
    from pmf_analysis.synthetic.families import make_families
    from pmf_analysis.synthetic.practice import make_practice
    from pmf_analysis.synthetic.staff import make_staff

    return make_staff, make_families, make_care, make_allocations, make_practice


def joined(made: Mapping[str, pd.DataFrame], more: Mapping[str, pd.DataFrame]) -> Made:
    """Tables of the stages so far and of one more, which may add rows to a table."""
    return {
        **made,
        **{
            name: pd.concat([made[name], rows], ignore_index=True) if name in made else rows
            for name, rows in more.items()
        },
    }


def _checked(name: str, made: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    table = RECORD_TABLES[name]
    if name not in made:
        raise TableError(f"No stage makes the table {name}", "every record table")
    missing = sorted(set(table.columns) - set(made[name].columns))
    if missing:
        raise TableError(f"The table {name} is made without {', '.join(missing)}")
    twice = int(made[name][table.key].duplicated().sum())
    if twice:
        raise TableError(f"{twice:,} ids of the table {name} stand twice", "each record once")
    return made[name]


def extract_log(setting: Setting, versions: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """The log that the case system keeps of its extracts: one row for a table in an extract.

    Parameters
    ----------
    setting : Setting
    versions : mapping of str to pandas.DataFrame
        Recorded tables. The log itself is not counted in it.

    Returns
    -------
    pandas.DataFrame
        With `RECORDED`. ``rows`` are versions; ``replaces`` names the row of the extract that
        was taken again.
    """
    names = [name for name in RECORD_TABLES if name in versions and name != LOG]
    changed = {name: versions[name]["changed_at"].to_numpy().astype("datetime64[D]")
               for name in names}  # fmt: skip
    rows: list[dict[str, object]] = []
    first: dict[tuple[str, str], str] = {}
    for extract in monthly_extracts(setting):
        for name in names:
            number = f"X{len(rows) + 1:07d}"
            held = int(within(extract, name, changed[name]).sum())
            replaced = first.get((extract.month, name)) if extract.again else None
            first.setdefault((extract.month, name), number)
            rows.append({
                "extract_id": number, "table_name": name, "event_date": extract.taken,
                "covers_from": extract.covers_from, "covers_to": extract.covers_to,
                "rows": held, "replaces": replaced,
            })  # fmt: skip
    return _logged(rows)


def _logged(rows: list[dict[str, object]]) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=list(RECORD_TABLES[LOG].columns))
    dates = [column for column, kind in RECORD_TABLES[LOG].columns.items() if kind == "date"]
    texts = ["extract_id", "table_name", "replaces"]
    table = table.astype(
        {**dict.fromkeys(dates, "datetime64[s]"), **dict.fromkeys(texts, "str"), "rows": "Int64"}
    )
    return table.assign(
        entered_at=table["event_date"], changed_at=table["event_date"],
        withdrawn=pd.array(["no"] * len(table), dtype="str"),
    )[[*RECORD_TABLES[LOG].columns, *RECORDED]]  # fmt: skip


def within(
    extract: MonthlyExtract, name: str, changed: np.ndarray, since: np.datetime64 | None = None
) -> np.ndarray:
    """Which versions of a table an extract holds.

    Parameters
    ----------
    extract : MonthlyExtract
    name : str
        Of the table.
    changed : ndarray of datetime64[D], shape (n,)
        Days from which the versions were known.
    since : numpy.datetime64, optional
        Another day than the extract's own from which on; NaT for all.

    Returns
    -------
    ndarray of bool, shape (n,)
    """
    begins = extract.since if since is None else since
    found = changed <= extract.until(name)
    return found if np.isnat(begins) else found & (changed > begins)
