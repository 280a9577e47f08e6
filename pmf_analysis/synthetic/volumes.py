"""What is normal for children and families in Medwold: volumes, levels and the time of year.

Volumes are children a month in the county at scale 1. Levels follow the public figures of large
shire counties for 2025, where there are any; `docs/synthetic.md` sets them side by side.

References
----------
Department for Education, Children in need, tables c1 to c6 and d1 to d7, 2024 and 2025.
"""

from __future__ import annotations

from pmf_analysis.synthetic.draws import Lags

SEASON = (1.03, 0.92, 1.13, 0.87, 1.06, 1.05, 1.05, 0.88, 1.05, 1.04, 1.04, 0.88)
"""Referrals by month, January first, as factors of a mean month; they average 1."""
REFERRAL_WEEKDAYS = (1.05, 1.03, 1.02, 1.0, 0.98, 0.06, 0.05)

REFERRALS = 2000
CONFERENCES = 107
"""Initial conferences of the districts' own children."""
DISABLED_CONFERENCES = 6
TRANSFERS = 10
"""Conferences on children who move in with a plan."""
ASSESSMENTS = 1800
DISABLED_ASSESSMENTS = 60
DISABLED_ASSESSMENTS_RISEN = 240
"""After the mix of assessments has changed (story ``mix``)."""
ENQUIRIES = 618

WITH_CONFERENCE = CONFERENCES + DISABLED_CONFERENCES
ORDINARY = REFERRALS - WITH_CONFERENCE - TRANSFERS
"""Referrals that lead to no conference."""
ASSESSED = (ASSESSMENTS - WITH_CONFERENCE) / ORDINARY
"""Share of ordinary referrals that are assessed; all of those with a conference are."""
ENQUIRED = (ENQUIRIES - WITH_CONFERENCE) / (ASSESSMENTS - WITH_CONFERENCE)
"""Share of ordinary assessments that end in a section 47 enquiry."""
_SELDOM_BACK = 0.94
"""Disabled children's assessments are open for longer, so that fewer come back within a year."""
_DISABLED_ORDINARY = (DISABLED_ASSESSMENTS - DISABLED_CONFERENCES) / _SELDOM_BACK
DISABLED_HELD = _DISABLED_ORDINARY / (ASSESSMENTS - WITH_CONFERENCE)
"""Share of children whom the disabled children's service assesses."""
DISABLED_MORE = (DISABLED_ASSESSMENTS_RISEN - DISABLED_ASSESSMENTS) / (
    (ASSESSMENTS - WITH_CONFERENCE) * (1 - ENQUIRED) * _SELDOM_BACK
)
"""Share of children whom it assesses besides, after the mix has changed."""

NO_SERVICE = 0.45
"""Share of assessments without an enquiry after which no service is needed."""

REFERRED_AGAIN = 0.216
"""Share of referrals of a child who was referred in the 12 months before."""
REFERRED_LONG_AGO = 0.10
"""Share of other referrals of a child who was last referred more than 13 months before."""

HOUSEHOLDS = (0.62, 0.24, 0.10, 0.04)
"""Shares of households with one to four children referred together."""
SIBLINGS = (0.5, 0.25, 0.15, 0.1)
"""Shares of families with one to four children who begin a plan together."""

IN_TIME = {
    "dunwick": 0.88, "glenmouth": 0.875, "harstow": 0.875, "ivelham": 0.875,
}  # fmt: skip
"""Share of assessments completed within 45 working days, by district."""
IN_TIME_USUAL, IN_TIME_DISABLED = 0.897, 0.72
BY_VACANCIES = 0.10
"""Points by which that share falls for a point of vacancies two months before..."""
MOST_BY_VACANCIES = 0.02
"""...and the most by which it moves either way."""
VACANT = 0.144
"""Share of posts vacant on average."""

CONFERENCE_IN_TIME_USUAL, CONFERENCE_IN_TIME_EAST = 0.874, 0.78
CONFERENCE_IN_TIME_HUB = 0.88
CONFERENCE_IN_TIME_DISABLED, CONFERENCE_IN_TIME_TRANSFER = 0.85, 0.85
PLANNED, PLANNED_TRANSFER = 0.91, 0.98
"""Share of conferences that begin a plan."""
PLANNED_BEFORE = 0.243
"""Share of plans of children who had one before."""
VISITED, VISITED_SOUTH = 0.942, 0.88
"""Share of protection visits on time; in the South with story ``red_target_beyond``."""
REVIEWED = 0.985

ASSESSED_WITHIN: Lags = (
    (0, 0), (0.0226, 1), (0.1587, 11), (0.2646, 21), (0.4694, 31), (0.7043, 41), (1, 46),
)  # fmt: skip
"""Working days of assessments in time (the bands of table c2)."""
ASSESSED_AFTER: Lags = ((0, 46), (0.594, 51), (0.841, 61), (0.96, 76), (1, 101))
CONFERRED_WITHIN: Lags = ((0, 4), (0.25, 9), (0.55, 12), (1, 16))
CONFERRED_AFTER: Lags = ((0, 16), (0.6, 21), (0.9, 31), (1, 46))
PLAN_DAYS: Lags = (
    (0, 21), (0.08, 91), (0.22, 182), (0.70, 358), (0.87, 480), (0.95, 730), (1, 1080),
)  # fmt: skip
"""Days that plans last (the bands of tables d5 and d7); 10.4 months on average."""

SOURCES = {
    "1A": 500, "1B": 300, "1C": 100, "1D": 867, "2A": 6080, "2B": 126, "3A": 620, "3B": 420,
    "3C": 180, "3D": 1180, "3E": 560, "3F": 516, "4": 411, "5A": 520, "5B": 760, "5C": 683,
    "5D": 560, "6": 5139, "7": 3246, "8": 648, "9": 167, "10": 528,
}  # fmt: skip
"""Weights of the sources of referral (the groups of table c5)."""
CATEGORIES = {"neglect": 0.5, "emotional": 0.37, "physical": 0.06, "sexual": 0.04, "multiple": 0.03}
ETHNICITIES = {
    "WBRI": 0.79, "WIRI": 0.005, "WOTH": 0.06, "WIRT": 0.006, "WROM": 0.012, "MWBC": 0.018,
    "MWBA": 0.013, "MWAS": 0.013, "MOTH": 0.018, "AIND": 0.008, "APKN": 0.004, "ABAN": 0.005,
    "AOTH": 0.01, "BCRB": 0.004, "BAFR": 0.018, "BOTH": 0.004, "OOTH": 0.012,
}  # fmt: skip
BOYS = 0.53

NFA_RECORDED = 0.28
"""Share of referrals recorded as needing no further action until the way of recording changed."""
NFA = 0.01
"""...and after it."""
_UNASSESSED = ORDINARY * (1 - ASSESSED)
NOT_IN_NEED = (NFA_RECORDED * REFERRALS - _UNASSESSED) / (
    (ASSESSMENTS - WITH_CONFERENCE) * (1 - ENQUIRED) * NO_SERVICE
)
"""Of referrals assessed and needing no service: share once recorded as no further action, and
now as not in need."""
UNASSESSED_NFA = NFA * REFERRALS / _UNASSESSED
"""Of referrals not assessed: share recorded as no further action now..."""
UNASSESSED_ADVICE = 0.6
"""...or as advice given; the others as not in need."""
DECIDED_AFTER = (0.35, 0.55, 0.07, 0.03)
"""Shares of referrals decided on after 0, 1, 2 and 3 working days."""
