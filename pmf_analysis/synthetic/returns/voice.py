"""Surveys and complaints as monthly series by service: counts, and never an answer's owner."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from pmf_analysis.store import atomic_write
from pmf_analysis.synthetic.returns.known import Tables, as_known
from pmf_analysis.synthetic.setting import Setting
from pmf_analysis.synthetic.structure import DISTRICTS, all_units

COLUMNS = ("service_area", "period", "asked", "count", "of")
CONTENT = 4
"""Answer from which someone counts as content, of 1 to 5."""


def survey_series(setting: Setting, known: Tables) -> pd.DataFrame:
    """Of the answers in a month, how many were content, by who was asked what.

    Returns
    -------
    DataFrame
        ``service_area`` (code of a service), ``period`` (month), ``asked`` (such as
        ``parent | listened``), ``count`` and ``of``.
    """
    rows = _placed(setting, known["survey"])
    asked = rows["respondents"] + " | " + rows["question"]
    content = (rows["answer"] >= CONTENT).fillna(False).astype(int)
    return _counted(rows.assign(asked=asked, counted=content))


def complaint_series(setting: Setting, known: Tables) -> pd.DataFrame:
    """Complaints received in a month by stage and subject; of those answered, the upheld.

    Returns
    -------
    DataFrame
        As from `survey_series`. ``asked`` is ``received | stage 1 | delay``: ``count`` of that
        subject, ``of`` all of the stage; ``answered in time | stage 1`` and
        ``upheld | stage 1`` (in whole or in part): of those answered.
    """
    rows = _placed(setting, known["complaint"])
    stage = "stage " + rows["stage"].astype("str")
    answered = rows["answered_on"].notna()
    in_time = (rows["answered_on"] <= rows["due_on"]).astype(int)
    upheld = rows["upheld"].isin(["yes", "partly"]).astype(int)
    every = rows.groupby(["service", "period", stage])["complaint_id"].transform("size")
    of_subject = _counted(
        rows.assign(asked="received | " + stage + " | " + rows["subject"], counted=1)
    )
    keys = rows.assign(asked="received | " + stage + " | " + rows["subject"], every=every)
    total = keys.groupby(["service", "period", "asked"])["every"].first()
    whole = total.reindex(pd.MultiIndex.from_frame(of_subject[["service_area", "period", "asked"]]))
    parts = [
        of_subject.assign(of=whole.to_numpy()),
        _counted(rows.assign(asked="answered in time | " + stage, counted=in_time)[answered]),
        _counted(rows.assign(asked="upheld | " + stage, counted=upheld)[answered]),
    ]
    order = ["service_area", "period", "asked"]
    return pd.concat(parts).sort_values(order, ignore_index=True)


def write_series(
    folder: Path, setting: Setting, versions: Tables, made_on: np.datetime64
) -> list[Path]:
    """Write ``surveys_<date>.csv`` and ``complaints_<date>.csv``.

    Returns
    -------
    list of Path
    """
    known = as_known(versions, made_on, ["survey", "complaint"])
    series = {
        "surveys": survey_series(setting, known), "complaints": complaint_series(setting, known),
    }  # fmt: skip
    return [
        atomic_write(
            folder / f"{name}_{made_on}.csv", rows.to_csv(index=False, lineterminator="\n").encode()
        )
        for name, rows in series.items()
    ]


def _csv(rows: pd.DataFrame) -> bytes:
    return rows.to_csv(index=False, lineterminator="\n").encode()


def _placed(setting: Setting, rows: pd.DataFrame) -> pd.DataFrame:
    """Rows of the months that can be counted, with service and month."""
    first = np.datetime64(setting.counted[0].start)
    within = (rows["event_date"] >= first) & (rows["event_date"] <= setting.last_day)
    rows = rows[within]
    service = rows["team_then"].map(_services()).fillna("medwold")
    return rows.assign(service=service, period=rows["event_date"].dt.strftime("%Y-%m"))


def _services() -> dict[str, str]:
    """Code of every team to the service that it answers to, at the end."""
    units = {unit.code: unit for unit in all_units()}
    found = {}
    for unit in units.values():
        if unit.kind == "team":
            parent = units[unit.parent]
            found[unit.code] = parent.parent if parent.code in DISTRICTS else parent.code
    return found


def _counted(rows: pd.DataFrame) -> pd.DataFrame:
    sums = rows.groupby(["service", "period", "asked"])["counted"].agg(["sum", "size"])
    found = sums.rename(columns={"sum": "count", "size": "of"}).reset_index()
    return found.rename(columns={"service": "service_area"})[list(COLUMNS)]
