"""What Medwold is to be like: levels, shares and seasons, how near to them it is, and why those.

`AIMS` is the one list of it. A test holds counties against it, and ``docs/write_synthetic.py``
prints it beside what was made.

References
----------
Department for Education, Children in need, 2024 and 2025; Children looked after in England,
2025; Children's social work workforce, 2025; Local authority interactive tool, April 2026.
"""

from __future__ import annotations

from dataclasses import dataclass

from pmf_analysis.synthetic.measuring import (
    Measure,
    Rows,
    agency,
    caseload,
    dated,
    lasted,
    leavers,
    level,
    mean,
    monthly,
    of_children,
    on_31_march,
    rate,
    season,
    share,
    share_unaccompanied,
    yearly_rate,
)

JUDGED = "J"
"""No public figure: a judgement."""
C1, C2, C4, C5 = "table c1, 2025", "table c2, 2024", "table c4, 2025", "table c5, 2024"
C6 = "table c6, mean of 2013 to 2024"
D3, D5, D7 = "table d3, 2025", "table d5, 2025", "table d7, 2024"
CARE, TOOL, STAFF = "children looked after, 2025", "interactive tool, 2025", "workforce, 2025"

CALM_UNTIL = "2025-10"
"""Last month before stories move the county's assessments and visits to children in care."""
ARRIVED = "2024-11"
"""First of 24 months after the story of arrivals had begun."""


@dataclass(frozen=True)
class Aim:
    """One thing that Medwold is to be like.

    Attributes
    ----------
    name : str
        For readers.
    unit : str
        Such as ``%``; empty for an index.
    aimed : float
        The figure of a large shire county where a source is named.
    within : float
        The farthest that a county of scale 1 may be from it.
    source : str
        Table and year, or `JUDGED`.
    measured : callable
        What it is in a county (`measuring`).
    """

    name: str
    unit: str
    aimed: float
    within: float
    source: str
    measured: Measure

    def is_met_by(self, made: float) -> bool:
        """Whether a value lies within the bound."""
        return abs(made - self.aimed) <= self.within


INDICATORS = (
    Aim("REF", "a month", 2003, 40, C1, mean("REF")),
    Aim("REREF", "%", 21.6, 0.7, C1, level("REREF")),
    Aim("NFA until March 2023", "%", 28.4, 1.5, "table c1, 2013", level("NFA", last="2023-03")),
    Aim("NFA from April 2023", "%", 0.5, 0.7, C1, level("NFA", first="2023-04")),
    Aim("ASSESS-45 until October 2025", "%", 88.5, 0.7, TOOL, level("ASSESS-45", last=CALM_UNTIL)),
    Aim("ICPC-15 from November 2025", "%", 87.2, 2.6, C4, level("ICPC-15", first="2025-11")),
    Aim("CP-VISIT", "%", 93.0, 0.7, JUDGED, level("CP-VISIT")),
    Aim("CPP-REPEAT", "%", 24.3, 2.6, D3, level("CPP-REPEAT")),
    Aim("CIC-VISIT until October 2025", "%", 95.2, 0.5, JUDGED,
        level("CIC-VISIT", last=CALM_UNTIL)),
    Aim("PLACE-3", "%", 12.0, 1.2, CARE, level("PLACE-3")),
    Aim("IHA-20", "%", 82.0, 3.0, JUDGED, level("IHA-20")),
    Aim("CL-EET", "%", 51.0, 2.5, CARE, level("CL-EET")),
    Aim("ADOPT-DAYS", "days", 430, 35, JUDGED, level("ADOPT-DAYS", times=1)),
    Aim("ADOPT-SHARE from November 2024", "%", 2.0, 1.0, TOOL,
        level("ADOPT-SHARE", first=ARRIVED)),
    Aim("AUDIT-GOOD", "%", 68.0, 2.5, JUDGED, level("AUDIT-GOOD")),
    Aim("VACANCY", "%", 14.4, 1.0, STAFF, level("VACANCY")),
    Aim("OPEN-CASES", "cases", 8359, 250, STAFF, mean("OPEN-CASES")),
)  # fmt: skip
"""The indicators of the county, over sixty months where nothing else is said."""

INDEX = {
    "January": 1.03, "February": 0.92, "March": 1.13, "April": 0.87, "May": 1.06, "June": 1.05,
    "July": 1.06, "August": 0.88, "September": 1.05, "October": 1.04, "November": 1.04,
    "December": 0.88,
}  # fmt: skip
SEASON = tuple(
    Aim(f"Referrals in {name}", "", index, 0.045, C6, season(month))
    for month, (name, index) in enumerate(INDEX.items(), start=1)
)
"""The time of year: referrals of a month over those of a mean month."""

SOURCES = tuple(
    Aim(f"Referrals: {who}", "%", aimed, 1.2, C5, share(dated("referral"), "source", codes.split()))
    for who, aimed, codes in (
        ("individuals", 7.3, "1A 1B 1C 1D"), ("schools", 25.2, "2A"),
        ("education services", 0.5, "2B"), ("health services", 14.4, "3A 3B 3C 3D 3E 3F"),
        ("housing", 1.7, "4"), ("councils' services", 10.5, "5A 5B 5C 5D"),
        ("police", 21.3, "6"), ("other legal agencies", 13.5, "7"), ("others", 2.7, "8"),
        ("anonymous", 0.7, "9"), ("unknown", 2.2, "10"),
    )
)  # fmt: skip
"""Who refers."""

WORK = (
    Aim("Assessments until October 2025", "a month", 1807, 45, C2,
        monthly("assessment", last=CALM_UNTIL)),
    Aim("Section 47 enquiries", "a month", 618, 25, C4, monthly("enquiry")),
    Aim("Initial conferences", "a month", 123, 8, C4, monthly("conference")),
    Aim("Plans begun", "a month", 106, 12, D3, monthly("plan")),
    Aim("Plans open", "per 10,000", 32.4, 3.0, D5, rate(on_31_march("plan"))),
)  # fmt: skip
"""How much there is to do."""

_BANDS = (
    ("up to 6 months", 0, 183, (58.5, 12.0), (14.1, 10.0)),
    ("6 months to 1 year", 183, 365, (19.7, 13.0), (50.4, 6.0)),
    ("1 to 2 years", 365, 730, (19.1, 6.0), (30.5, 9.0)),
    ("2 years or more", 730, None, (2.7, 1.3), (5.0, 1.5)),
)
_ENDED = dated("plan", column="ended_on")
DURATIONS = (
    *(Aim(f"Open plans: {name}", "%", *still, D5, lasted(on_31_march("plan"), since, until))
      for name, since, until, still, _ in _BANDS),
    *(Aim(f"Ended plans: {name}", "%", *over, D7, lasted(_ENDED, since, until))
      for name, since, until, _, over in _BANDS),
)  # fmt: skip
"""How long plans last."""

_HELD, _LIVES = on_31_march("care_episode"), on_31_march("placement")
_ENTERED = dated("care_episode", ARRIVED)


def _lives(name: str, aimed: float, within: float, source: str, codes: str) -> Aim:
    return Aim(f"In care: {name}", "%", aimed, within, source,
               share(_LIVES, "placement_type", codes.split()))  # fmt: skip


def _status(name: str, aimed: float, within: float, codes: str) -> Aim:
    rows: Rows = of_children(_HELD, uasc=False)
    return Aim(f"In care, without unaccompanied children: {name}", "%", aimed, within, JUDGED,
               share(rows, "legal_status", codes.split()))  # fmt: skip


IN_CARE = (
    Aim("Children in care", "per 10,000", 53, 4, CARE, rate(_HELD)),
    Aim("In care: unaccompanied", "%", 24, 7, TOOL, share_unaccompanied(_HELD)),
    Aim("Care begun from November 2024", "per 10,000", 91, 6, CARE, yearly_rate(_ENTERED, 24)),
    Aim(
        "Care begun, without unaccompanied children",
        "per 10,000",
        21,
        2,
        "median of neighbours, 2025",
        yearly_rate(of_children(_ENTERED, uasc=False), 24),
    ),
    _lives("with foster carers", 59, 10, TOOL, "U1 U2 U3 U4 U5 U6"),
    _lives("independent or semi-independent", 23, 10, TOOL, "H5 P2"),
    _lives("children's homes, secure homes", 9, 3, TOOL, "K1 K2"),
    _lives("other residential places", 2, 2, TOOL, "R1 R2 R3 R5 S1"),
    _lives("with parents", 1, 2.5, TOOL, "P1"),
    _lives("with adopters", 2, 1.5, JUDGED, "A3 A4 A5 A6"),
    _status("care order", 73, 6, "C1 C2"),
    _status("placement order", 7, 3, "E1"),
    _status("agreed with parents", 20, 6, "V2 V3 V4"),
)
"""Children in care on 31 March, and those who enter it."""

STAFFED = (
    Aim("Caseload", "a worker", 17.0, 0.7, STAFF, caseload),
    Aim("Agency workers", "%", 13.2, 1.5, STAFF, agency),
)
"""Who does the work."""

LEFT = tuple(
    Aim(f"Care leavers: home {name}", "%", aimed, 2.5, CARE, share(leavers, "suitable", (code,)))
    for name, aimed, code in (
        ("suitable", 83, "yes"), ("not suitable", 7, "no"), ("not known", 9, "")
    )
)  # fmt: skip
"""Care leavers aged 19 to 21 on 31 March."""

AIMS = (*INDICATORS, *SEASON, *SOURCES, *WORK, *DURATIONS, *IN_CARE, *STAFFED, *LEFT)
"""Everything that Medwold is to be like."""
