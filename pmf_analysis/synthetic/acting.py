"""What is decided and said about the figures: the action log and the monthly commentary.

Plain invented sentences; whoever acts or answers is a role.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from pmf_analysis import periods
from pmf_analysis.synthetic.draws import codes
from pmf_analysis.synthetic.record_tables import RECORD_TABLES
from pmf_analysis.synthetic.setting import Setting

MOST_WORDS = 80
"""Of a comment, over why, what and who together."""
COMMENTED = 0.85
"""Share of months in which a comment on a red figure came."""
_WRITTEN_ON = 3
"""Day of the following month on which a comment is written, before the extract is taken."""


@dataclass(frozen=True)
class Action:
    """One action: for which figure, of whom, begun and due and done when, by whom, what.

    Attributes
    ----------
    story : str
        Only where this story is planted; empty: always.
    """

    indicator: str
    unit: str
    begun: str
    due: str
    done: str
    owner: str
    words: str
    story: str = ""


ACTIONS = (
    Action("ICPC-15", "east-social-work", "2025-07-01", "2025-07-31", "2025-07-01",
           "head of east social work",
           "Open one conference hub for the East that books rooms and chairs.",
           "conference_hub"),
    Action("ASSESS-45", "south-social-work", "2026-04-01", "2026-06-30", "2026-06-30",
           "head of south social work",
           "Pay overtime for assessments that are about to be late.", "overtime"),
    Action("VACANCY", "dunwick", "2026-07-20", "2026-12-31", "",
           "head of east social work",
           "Advertise the vacant posts in Dunwick and ask agencies for cover.", "vacancies"),
    Action("REREF", "front-door", "2022-02-01", "2022-06-30", "2022-06-27",
           "head of the front door",
           "Read every tenth referral that came back within three months."),
    Action("CPP-REPEAT", "medwold", "2022-09-05", "2023-03-31", "2023-04-12",
           "head of quality assurance",
           "Hold a review three months after a plan has ended."),
    Action("PLACE-3", "fostering", "2023-01-16", "2023-12-31", "2024-01-22",
           "head of fostering", "Recruit twelve more fostering households for teenagers."),
    Action("CL-EET", "care-leavers", "2023-04-03", "2024-03-31", "2024-03-28",
           "head of care leavers", "Agree apprenticeships with the county's own departments."),
    Action("IHA-20", "children-in-care", "2023-10-02", "2024-03-31", "2024-05-07",
           "head of children in care",
           "Send the consent form to the health team on the day of entry."),
    Action("CIC-VISIT", "unaccompanied-children", "2024-06-03", "2024-09-30", "2024-09-30",
           "head of unaccompanied children",
           "Plan visits by place so that one journey serves several children."),
    Action("ADOPT-DAYS", "adoption", "2024-01-08", "2024-12-31", "2025-02-03",
           "head of adoption", "Begin the search for a family before the placement order."),
    Action("AUDIT-GOOD", "disabled-children", "2024-09-02", "2025-03-31", "2025-03-31",
           "head of disabled children", "Read two audits together in every team meeting."),
    Action("CP-VISIT", "south-social-work", "2025-01-13", "2025-06-30", "2025-07-14",
           "head of south social work", "Show each worker the visits that are due next week."),
    Action("ASSESS-45", "disabled-children", "2025-05-05", "2025-10-31", "2025-11-03",
           "head of disabled children", "Ask for the school's report on the first day."),
    Action("CPP-REPEAT", "west-social-work", "2025-09-01", "2026-03-31", "2026-03-30",
           "head of west social work", "Keep the family worker for six weeks after a plan ends."),
    Action("PLACE-3", "children-in-care", "2026-02-02", "2026-11-30", "",
           "head of children in care", "Meet within five days when a placement is at risk."),
    Action("CL-EET", "care-leavers", "2026-05-11", "2027-03-31", "",
           "head of care leavers", "Offer each young person one meeting with an employer."),
)  # fmt: skip
"""The action log."""


@dataclass(frozen=True)
class Commented:
    """A red figure on which its service comments month by month.

    Attributes
    ----------
    first, last : str
        Months; empty for from the start and to the end.
    why, what : tuple of str
        Sentences that take turns.
    """

    indicator: str
    unit: str
    author: str
    why: tuple[str, ...]
    what: tuple[str, ...]
    who: str
    first: str = ""
    last: str = ""
    story: str = ""


COMMENTED_ON = (
    Commented(
        "IHA-20", "children-in-care", "head of children in care",
        ("Consent came late for some children.", "The clinic had too few appointments.",
         "Children placed outside the county waited longer."),
        ("We ask for consent on the day of entry.", "We book two more clinics a month.",
         "We pay for checks where the children live."),
        "team managers of children in care", story="red_target_inside",
    ),
    Commented(
        "CP-VISIT", "south-social-work", "head of south social work",
        ("Families were out when the worker called.", "Workers who left had visits to hand over.",
         "Visits were made a day or two late."),
        ("Managers read the list of visits due each Monday.",
         "A duty worker makes the visits that are about to be late.",
         "Visits are planned for the first half of the month."),
        "team managers of the protection teams", story="red_target_beyond",
    ),
    Commented(
        "PLACE-3", "medwold", "head of children in care",
        ("There are too few households for teenagers.", "Some first placements were for days only.",
         "Brothers and sisters were placed apart at first."),
        ("We recruit households for teenagers.", "We meet when a placement is at risk.",
         "We match more carefully at the first placement."),
        "head of fostering",
    ),
    Commented(
        "ICPC-15", "east-social-work", "head of east social work",
        ("Chairs and rooms were booked too late.", "Reports came in after the day agreed.",
         "Partners could not come on the first date."),
        ("We prepare one hub that books all conferences.", "We ask for reports a week earlier.",
         "We offer partners a call instead of a journey."),
        "team managers of the protection teams", last="2025-06", story="conference_hub",
    ),
    Commented(
        "ASSESS-45", "dunwick", "head of east social work",
        ("Several posts are vacant and cases were handed over.",
         "Workers from agencies had to learn the county's forms."),
        ("Teams of the other districts take one new case a week each.",
         "Managers close the assessments that wait for a signature."),
        "team managers in dunwick", first="2026-09", story="vacancies",
    ),
)  # fmt: skip
"""Red figures and what is said of them."""

APPROVER = "assistant director for children's social work"


def actions(setting: Setting) -> pd.DataFrame:
    """The action log: what was begun in the months made, in its order."""
    begun = [
        one for one in ACTIONS
        if setting.first_day <= np.datetime64(one.begun, "D") <= setting.last_day
        and (not one.story or setting.planted(one.story))
    ]  # fmt: skip
    begun.sort(key=lambda one: (one.begun, one.indicator, one.unit))
    return _typed("action", [
        {"indicator": one.indicator, "unit_code": one.unit, "event_date": one.begun,
         "due_on": one.due, "done_on": one.done, "owner": one.owner, "words": one.words}
        for one in begun
    ], "D")  # fmt: skip


def commentary(setting: Setting) -> pd.DataFrame:
    """Comments on red figures, month by month; in some months none came."""
    rows = []
    for one in COMMENTED_ON:
        drawn = setting.stream("commentary", one.indicator, one.unit).random(len(setting.calendar))
        if one.story and not setting.planted(one.story):
            continue
        for place, month in enumerate(setting.calendar):
            spoken = (not one.first or month.code >= one.first) and (
                not one.last or month.code <= one.last
            )
            if spoken and drawn[place] < COMMENTED and month in setting.counted:
                rows.append(_comment(one, month, place))
    rows.sort(key=lambda row: (row["period"], row["indicator"], row["unit_code"]))
    return _typed("commentary", rows, "N")


def _comment(one: Commented, month: periods.ReportingPeriod, turn: int) -> dict[str, str]:
    following = periods.shift(month, 1)
    return {
        "indicator": one.indicator, "unit_code": one.unit, "period": month.code,
        "event_date": following.start.replace(day=_WRITTEN_ON).isoformat(),
        "author": one.author, "approved_by": APPROVER,
        "why": one.why[turn % len(one.why)], "what": one.what[turn % len(one.what)],
        "who": one.who, "by_when": periods.shift(month, 3).end.isoformat(),
    }  # fmt: skip


def _typed(name: str, rows: list[dict[str, str]], letter: str) -> pd.DataFrame:
    """Rows as a table of its columns and types, with ids in their order."""
    table = RECORD_TABLES[name]
    ids = codes(letter, len(rows))
    held = {
        column: [*ids] if column == table.key else [row[column] for row in rows]
        for column in table.columns
    }
    return pd.DataFrame({
        column: pd.Series([value or "NaT" for value in held[column]], dtype="datetime64[s]")
        if kind == "date" else pd.array(held[column], dtype="str")
        for column, kind in table.columns.items()
    })  # fmt: skip
