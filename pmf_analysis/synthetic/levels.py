"""What is normal in Medwold: volumes, levels and the time of year, without any story.

Levels follow the public figures of large shire counties for 2025, where there are
any; ``docs/synthetic.md`` sets them side by side.
"""

from __future__ import annotations

from dataclasses import dataclass

from pmf_analysis.synthetic.places import DISTRICTS, SERVICES, SHARE_OF_FAMILIES

Year = tuple[float, ...]
"""Twelve factors of a mean month, January first; they average 1."""

ALIKE: Year = (1.0,) * 12
REFERRALS: Year = (
    1.02,
    0.99,
    1.13,
    0.88,
    1.05,
    1.06,
    1.04,
    0.87,
    1.00,
    1.07,
    1.02,
    0.87,
)
ARRIVALS: Year = tuple(
    12 * children / 2450 for children in (60, 70, 100, 130, 180, 270, 360, 420, 380, 260, 140, 80)
)  # unaccompanied children; most come in summer
HALF_ARRIVALS: Year = tuple((1 + factor) / 2 for factor in ARRIVALS)
MONTH_AFTER_REFERRAL: Year = tuple(
    (1 + factor) / 2 for factor in (REFERRALS[-1], *REFERRALS[:-1])
)  # half of the work follows the referrals of the month before

SIBLINGS = (0.5, 0.25, 0.15, 0.1)
"""Shares of families with one to four children who begin a plan together."""

SHORTEST_WAIT, SPREAD_OF_WAITS = 230.0, 800.0
"""Days to an adoptive family: 430 on average."""

REFERRAL_COUNT = "REF"
"""The one indicator that is not drawn: all referrals, as counted below `REFERRED_AGAIN`."""
REFERRED_AGAIN = "REREF"
FRONT_DOOR = "front-door"


@dataclass(frozen=True)
class Series:
    """How the figures of one indicator come about in one unit without parts.

    Attributes
    ----------
    indicator, unit : str
        Codes.
    volume : float
        Denominator of a mean month (or of a month's share of the window).
    level : float
        Share with the outcome, 0 to 1.
    season : tuple of float, length 12
        Factors of the volume, January first.
    window : int
        Months that one delivered figure covers.
    draw : str
        ``each`` (children one by one), ``families`` (all of a family or none) or
        ``days`` (the numerator is days waited).
    """

    indicator: str
    unit: str
    volume: float
    level: float
    season: Year = ALIKE
    window: int = 1
    draw: str = "each"


def all_series() -> tuple[Series, ...]:
    """Every series that is drawn, in the order of indicators."""
    return (
        *_by_district("REREF", 1520, {}, 0.222, REFERRALS),
        Series("REREF", FRONT_DOOR, 400, 0.19, REFERRALS),
        Series("REREF", "disabled-children", 80, 0.20, REFERRALS),
        *_by_district("ASSESS-45", 1740, _ASSESSMENTS, 0.89, MONTH_AFTER_REFERRAL),
        Series("ASSESS-45", "disabled-children", 60, 0.84, MONTH_AFTER_REFERRAL),
        *_by_district("ICPC-15", 107, _CONFERENCES, 0.863, MONTH_AFTER_REFERRAL),
        Series("ICPC-15", "disabled-children", 6, 0.85, MONTH_AFTER_REFERRAL),
        Series("ICPC-15", "quality-assurance", 10, 0.85, MONTH_AFTER_REFERRAL),
        *_by_district("CP-VISIT", 1150, {}, 0.942, ALIKE),
        *_by_district("CPP-REPEAT", 96, {}, 0.24, MONTH_AFTER_REFERRAL, "families"),
        Series(
            "CPP-REPEAT",
            "quality-assurance",
            10,
            0.24,
            MONTH_AFTER_REFERRAL,
            1,
            "families",
        ),
        Series("CIC-VISIT", "children-in-care", 1300, 0.956),
        Series("CIC-VISIT", "unaccompanied-children", 400, 0.95, HALF_ARRIVALS),
        Series("CIC-VISIT", "care-leavers", 90, 0.94),
        Series("CIC-VISIT", "disabled-children", 60, 0.95),
        Series("CIC-VISIT", "adoption", 50, 0.96),
        Series("PLACE-3", "fostering", 700 / 12, 0.09, window=12),
        Series("PLACE-3", "children-in-care", 650 / 12, 0.155, window=12),
        Series("PLACE-3", "unaccompanied-children", 420 / 12, 0.11, window=12),
        Series("PLACE-3", "care-leavers", 126 / 12, 0.15, window=12),
        Series("IHA-20", "children-in-care", 50, 0.88),
        Series("IHA-20", "disabled-children", 5, 0.80),
        Series("IHA-20", "unaccompanied-children", 2450 / 12 / 4, 0.86, ARRIVALS),
        Series("CL-EET", "care-leavers", 1191 / 36, 0.51, window=36),
        Series("ADOPT-DAYS", "adoption", 66 / 12, 0.0, window=36, draw="days"),
        *(Series("AUDIT-GOOD", service, 5, _AUDITS.get(service, 0.68)) for service in SERVICES),
    )


_ASSESSMENTS = {
    "dunwick": 0.88, "glenmouth": 0.875, "harstow": 0.875, "ivelham": 0.875, "ashmere": 0.895,
}  # fmt: skip
_CONFERENCES = {"dunwick": 0.78, "easthythe": 0.78, "farrow": 0.78}
_AUDITS = {
    "adoption": 0.76,
    "fostering": 0.74,
    "disabled-children": 0.62,
    "front-door": 0.62,
}


def _by_district(
    indicator: str,
    county_volume: float,
    levels: dict[str, float],
    usual: float,
    season: Year,
    draw: str = "each",
) -> tuple[Series, ...]:
    return tuple(
        Series(
            indicator, district, county_volume * SHARE_OF_FAMILIES[district],
            levels.get(district, usual), season, draw=draw,
        )
        for below in DISTRICTS.values()
        for district in below
    )  # fmt: skip
