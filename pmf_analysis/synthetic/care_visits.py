"""Visits, reviews and health checks of children in care: when due, and when done.

Stories ``green_worsening`` (visits by teams for children in care) and ``red_target_inside``
(first health checks of their children).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from pmf_analysis.synthetic import care_holders
from pmf_analysis.synthetic.care_days import (
    NEVER,
    Days,
    birthday,
    day_of,
    earlier_weekday,
    first_of,
    last_of,
    later_weekday,
    month_number,
)
from pmf_analysis.synthetic.care_holders import service_on, team_on
from pmf_analysis.synthetic.own_numbers import own
from pmf_analysis.synthetic.setting import Setting
from pmf_analysis.synthetic.workdays import working_days

VISITS_ON_TIME = {
    care_holders.CHILDREN_IN_CARE: 0.956, care_holders.UNACCOMPANIED: 0.95,
    care_holders.CARE_LEAVERS: 0.94, care_holders.DISABLED: 0.95, care_holders.ADOPTION: 0.96,
}  # fmt: skip
FIRST_CHECKS_ON_TIME = {
    care_holders.CHILDREN_IN_CARE: 0.82, care_holders.UNACCOMPANIED: 0.86,
    care_holders.CARE_LEAVERS: 0.84, care_holders.DISABLED: 0.80, care_holders.ADOPTION: 0.84,
}  # fmt: skip
REVIEWS_ON_TIME, HEALTH_ON_TIME, DENTAL_ON_TIME = 0.95, 0.94, 0.89
SEEN_ALONE = 0.86
"""Share of visits at which a child who can talk is seen alone."""
TALKS_FROM = 4

WORSENING, WORSENS_FROM, WORSENS_BY = "green_worsening", "2025-11", 0.002
INSIDE, INSIDE_LEVEL = "red_target_inside", 0.805

FIRST_CHECK = 20
"""Working days after entry within which the first health check is due."""
FIRST_REVIEWS = (28, 28 + 91)
"""Days after entry on which the first two reviews are due; then every `BETWEEN_REVIEWS`."""
BETWEEN_REVIEWS, YEAR = 182, 365
FIRST_DENTAL = 120


@dataclass(frozen=True)
class Pace:
    """How soon something due is done.

    Attributes
    ----------
    early : int
        Days before the due date on which it may be done.
    late : int
        Days after it by which it is done, if it is late.
    never : float
        Share of the late that is not done at all.
    """

    early: int
    late: int
    never: float


VISIT, REVIEW = Pace(12, 20, 0.30), Pace(8, 25, 0.05)
FIRST_HEALTH, HEALTH = Pace(12, 40, 0.06), Pace(25, 90, 0.35)


def visits(setting: Setting, spells: pd.DataFrame) -> pd.DataFrame:
    """One visit due in each month for each child in care on its day of the month.

    Parameters
    ----------
    setting : Setting
    spells : DataFrame
        As from `care_exits.with_exits`.

    Returns
    -------
    DataFrame
        ``child``, ``turn`` (months since 1970), ``due``, ``done`` (`NEVER` if not made),
        ``seen_alone``, ``team``.
    """
    found = _due_monthly(setting, spells)
    held, due, turn = found.drop(columns=["due", "turn"]), found["due"], found["turn"]
    service = service_on(setting, held, due)
    level = _levels(service, VISITS_ON_TIME)
    if setting.planted(WORSENING):
        first = month_number([day_of(f"{WORSENS_FROM}-01")])
        steps = np.maximum(turn.to_numpy() - first + 1, 0)
        level = level - WORSENS_BY * steps * (service == care_holders.CHILDREN_IN_CARE)
    done = _done(setting, "care visit", held, due.to_numpy(), turn.to_numpy(), level, VISIT)
    talks = due.to_numpy() >= birthday(held["born"], TALKS_FROM)
    alone = talks & (own(setting, "seen alone", held["child"], turn) < SEEN_ALONE)
    return pd.DataFrame(
        {
            "child": held["child"],
            "turn": turn,
            "due": due,
            "done": done,
            "seen_alone": np.where(done < NEVER, np.where(alone, "yes", "no"), ""),
            "team": team_on(setting, held, due),
        }
    )


def _due_monthly(setting: Setting, spells: pd.DataFrame) -> pd.DataFrame:
    entered, ended = spells["entered"].to_numpy(), spells["ended"].to_numpy()
    day = (own(setting, "care visit day", spells["child"]) * 28).astype(np.int64)
    starts = setting.starts[:-1].astype(np.int64)
    rows = [np.flatnonzero((entered <= start + day) & (start + day < ended)) for start in starts]
    row, start = np.concatenate(rows), np.repeat(starts, [len(one) for one in rows])
    held = spells.iloc[row].reset_index(drop=True)
    return held.assign(due=start + day[row], turn=month_number(start))


def reviews(setting: Setting, spells: pd.DataFrame) -> pd.DataFrame:
    """Reviews of care: after 4 weeks, 3 months later, then every 6 months.

    Returns
    -------
    DataFrame
        ``child``, ``turn`` (0 for a child's first), ``due``, ``done``, ``team``.
    """
    held, turn = _in_turn(setting, spells, BETWEEN_REVIEWS)
    first, second = FIRST_REVIEWS
    after = np.where(turn == 0, first, second + (turn - 1) * BETWEEN_REVIEWS)
    return _kept(setting, "care review", held, turn, after, REVIEWS_ON_TIME, REVIEW)


def health(setting: Setting, spells: pd.DataFrame) -> pd.DataFrame:
    """Health checks: the first, then one a year, and the dentist once a year.

    Returns
    -------
    DataFrame
        As for `reviews`, and ``kind``.
    """
    held, turn = _in_turn(setting, spells, YEAR)
    yearly = _kept(setting, "health review", held, turn, (turn + 1) * YEAR, HEALTH_ON_TIME, HEALTH)
    dental = _kept(
        setting, "dental", held, turn, FIRST_DENTAL + turn * YEAR, DENTAL_ON_TIME, HEALTH
    )
    return pd.concat(
        [
            _first_checks(setting, spells).assign(kind="initial"),
            yearly.assign(kind="review"),
            dental.assign(kind="dental"),
        ],
        ignore_index=True,
    )


def _first_checks(setting: Setting, spells: pd.DataFrame) -> pd.DataFrame:
    entered = spells["entered"].to_numpy()
    due = working_days().after(entered.astype("datetime64[D]"), FIRST_CHECK).astype(np.int64)
    service = service_on(setting, spells, due)
    level = _levels(service, FIRST_CHECKS_ON_TIME)
    if setting.planted(INSIDE):
        level = np.where(service == care_holders.CHILDREN_IN_CARE, INSIDE_LEVEL, level)
    turn = np.zeros(len(spells), dtype=np.int64)
    return _kept(setting, "first check", spells, turn, due - entered, level, FIRST_HEALTH)


def _in_turn(setting: Setting, spells: pd.DataFrame, every: int) -> tuple[pd.DataFrame, Days]:
    """Periods of care repeated, once for each turn that could fall into them."""
    until = np.minimum(spells["ended"].to_numpy(), last_of(setting) + 1)
    counts = (until - spells["entered"].to_numpy()) // every + 2
    row = np.repeat(np.arange(len(spells)), counts)
    turn = np.arange(len(row)) - np.repeat(np.cumsum(counts) - counts, counts)
    return spells.iloc[row], turn


def _kept(
    setting: Setting, purpose: str, held: pd.DataFrame, turn: Days, after: Days,
    level: ArrayLike, pace: Pace,
) -> pd.DataFrame:  # fmt: skip
    """What is due within care and within the records, and when it is done."""
    due = held["entered"].to_numpy() + after
    first, last = first_of(setting), last_of(setting)
    here = (due >= first) & (due <= last) & (due < held["ended"].to_numpy())
    kept, on, turns = held[here], due[here], turn[here]
    levels = np.broadcast_to(np.asarray(level, dtype=float), len(held))[here]
    return pd.DataFrame(
        {
            "child": kept["child"].to_numpy(),
            "turn": turns,
            "due": on,
            "done": _done(setting, purpose, kept, on, turns, levels, pace),
            "team": team_on(setting, kept, on),
        }
    )


def _done(
    setting: Setting, purpose: str, held: pd.DataFrame, due: Days, turn: Days,
    level: NDArray[np.float64], pace: Pace,
) -> Days:  # fmt: skip
    """Days on which things were done: within care and the records, or `NEVER`."""
    child = held["child"].to_numpy()
    on_time = own(setting, purpose, child, turn) < level
    lag = own(setting, f"{purpose} lag", child, turn)
    soon = earlier_weekday(due - (lag * pace.early).astype(np.int64))
    soon = np.maximum(soon, held["entered"].to_numpy())
    late = later_weekday(due + 1 + (lag * pace.late).astype(np.int64))
    never = own(setting, f"{purpose} never", child, turn) < pace.never
    until = np.minimum(held["ended"].to_numpy() - 1, last_of(setting))
    missed = never | (late > until)
    return np.where(on_time, soon, np.where(missed, NEVER, late))


def _levels(services: NDArray[np.str_], levels: dict[str, float]) -> NDArray[np.float64]:
    return np.select([services == code for code in levels], list(levels.values()))
