"""Episodes of need: from a referral until nothing is done for the child any more.

The case system keeps referrals and what is done for a child, but no dates on which a child
became and ceased to be in need. They are worked out as the children in need census counts
them: whatever overlaps, or follows on the same day, is one episode, and a referral of a child
in need already begins no new one.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from pmf_analysis.synthetic.returns.episodes import ADOPTED
from pmf_analysis.synthetic.returns.known import Tables

NO_ACTION = "no_further_action"

_NEVER = np.datetime64("2262-01-01", "s")
_LASTING = {
    "assessment": ("started_on", "event_date"),
    "enquiry": ("event_date", "event_date"),
    "conference": ("strategy_on", "event_date"),
    "plan": ("event_date", "ended_on"),
    "care_episode": ("event_date", "ended_on"),
    "allocation": ("started_on", "ended_on"),
}
"""Table to the columns with the first and last day of what it holds."""
_CLOSURES = {
    **dict.fromkeys(ADOPTED, "RC1"), "E2": "RC2", "E41": "RC3", "E43": "RC4", "E44": "RC4",
    "E45": "RC4", "E46": "RC4", "E47": "RC4", "E48": "RC4", "E3": "RC5", "E7": "RC6",
}  # fmt: skip
"""Reason why care ended to the census's reason for closure."""


def episodes_of_need(known: Tables, until: np.datetime64) -> pd.DataFrame:
    """Every episode of need that began by a day.

    Parameters
    ----------
    known : mapping of str to DataFrame
        Tables as known on a day.
    until : datetime64[D]
        An episode that ended later is open.

    Returns
    -------
    DataFrame
        By child and date: ``need_id`` (row number), ``child_id``, ``begun``, ``closed`` (NaT
        while open), ``source`` (10, not known, where it began without a referral), ``nfa``
        (whether it is a referral on which nothing was done) and ``reason`` for closure.
    """
    spans = _spans(known, until)
    first = ~spans.duplicated("child_id")
    before = spans.groupby("child_id", sort=False)["over"].cummax().shift()
    number = (first | (spans["begun"] > before)).cumsum() - 1
    blocks = spans.groupby(number, sort=False)
    found = blocks.agg(
        child_id=("child_id", "first"), begun=("begun", "first"), over=("over", "max")
    )
    source = spans["source"].groupby(number, sort=False).first()
    nothing = (spans["what"] == NO_ACTION).groupby(number, sort=False).all()
    found = found.assign(
        source=source.fillna("10").to_numpy(),
        nfa=nothing.to_numpy(),
        reason=_reasons(known, spans, number, found),
    )
    open_still = (found["over"] > until) | found["nfa"]
    found = found.assign(
        closed=found["over"].mask(open_still), reason=found["reason"].mask(open_still, "")
    )
    return found.drop(columns="over").rename_axis("need_id").reset_index()


def need_of(needs: pd.DataFrame, child: pd.Series, day: pd.Series) -> pd.Series:
    """The episode of need of each child on each day: its ``need_id``.

    Parameters
    ----------
    needs : DataFrame
        From `episodes_of_need`.
    child : Series of str, shape (n,)
    day : Series of datetime64, shape (n,)

    Returns
    -------
    Series of Int64, shape (n,)
        The latest that began by the day; missing where there is none.
    """
    asked = pd.DataFrame({"child_id": child, "day": day, "row": np.arange(len(child))})
    asked = asked[asked["day"].notna()].sort_values("day", kind="stable")
    held = needs[["child_id", "begun", "need_id"]].sort_values("begun", kind="stable")
    met = pd.merge_asof(asked, held, left_on="day", right_on="begun", by="child_id")
    found = met.set_index("row")["need_id"].astype("Int64").reindex(range(len(child)))
    return found.set_axis(child.index)


def _spans(known: Tables, until: np.datetime64) -> pd.DataFrame:
    """Everything done for a child, with its first and last day; referrals first of a day."""
    referral = known["referral"]
    parts = [pd.DataFrame({
        "child_id": referral["child_id"],
        "begun": referral["event_date"],
        "over": referral["decided_on"].fillna(referral["event_date"]),
        "what": referral["decision"].where(referral["decision"] == NO_ACTION, "referral"),
        "source": referral["source"],
    })]  # fmt: skip
    for name, (first, last) in _LASTING.items():
        rows = known[name]
        if name == "allocation":
            rows = rows[rows["kind"] == "case"]
        never = _NEVER if first != last and name != "conference" else pd.NaT
        parts.append(pd.DataFrame({
            "child_id": rows["child_id"],
            "begun": rows[first].fillna(rows[last]),
            "over": rows[last].fillna(never).fillna(rows[first]),
            "what": _what(name, rows),
            "source": None,
        }))  # fmt: skip
    spans = pd.concat(parts, ignore_index=True)
    spans = spans[spans["begun"].notna() & (spans["begun"] <= until) & spans["child_id"].notna()]
    spans = spans.assign(over=spans[["begun", "over"]].max(axis=1), later=spans["source"].isna())
    order = ["child_id", "begun", "later", "what", "over"]
    return spans.sort_values(order, kind="stable", ignore_index=True)


def _what(name: str, rows: pd.DataFrame) -> pd.Series | str:
    """The table's name; ``help`` for an assessment upon which something was to be done."""
    if name != "assessment":
        return name
    led_on = rows["outcome"].isin(["child_in_need", "section_47"])
    return pd.Series(np.where(led_on, "help", name), index=rows.index, dtype="str")


def _reasons(
    known: Tables, spans: pd.DataFrame, number: pd.Series, found: pd.DataFrame
) -> pd.Series:
    """Why each episode was closed: as care ended, after an assessment alone, or another reason."""
    kinds = {
        kind: (spans["what"] == kind).groupby(number, sort=False).any()
        for kind in ("assessment", "help", "enquiry", "conference", "plan", "care_episode")
    }
    alone = kinds.pop("assessment") & ~pd.DataFrame(kinds).any(axis=1)
    care = known["care_episode"]
    ends = care[care["ended_on"].notna()].sort_values(["child_id", "ended_on"])
    last = ends.assign(code=ends["reason_ended"].map(_CLOSURES))[["child_id", "ended_on", "code"]]
    last = last.drop_duplicates(["child_id", "ended_on"], keep="last")
    met = found.merge(last, left_on=["child_id", "over"], right_on=["child_id", "ended_on"],
                      how="left")["code"]  # fmt: skip
    other = np.where(alone, "RC8", "RC7")
    return pd.Series(met.to_numpy(), index=found.index).where(met.notna().to_numpy(), other)
