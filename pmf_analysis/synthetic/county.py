"""Monthly figures of Medwold, in the workbench's own long layout.

The order of work: draw every series that has no parts, month by month; plant the
stories; add districts up to services and services up to the county; withhold and
leave out what a real delivery would; write it down.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from pmf_analysis import periods
from pmf_analysis.errors import ParameterError
from pmf_analysis.periods import ReportingPeriod
from pmf_analysis.store import atomic_write
from pmf_analysis.synthetic import chance, levels
from pmf_analysis.synthetic.levels import Series
from pmf_analysis.synthetic.places import COUNTY, names, parents
from pmf_analysis.synthetic.recount import Counts, Table, recounted
from pmf_analysis.synthetic.stories import Story, choose, truth

COLUMNS = (
    "indicator", "service_area", "cohort", "period", "numerator", "denominator", "marker",
)  # fmt: skip

DEMO_SEED = 3
"""The seed of the demonstration: one whose chance raises no alarm where nothing was planted in
Kelbourne and Lathe, and in which every planted signal shows in the last month."""

FIRST_DAY_OF_DELIVERY = 6
"""Day of the following month on which Medwold's figures are published."""

_INDICATORS = (
    "REF", "REREF", "ASSESS-45", "ICPC-15", "CP-VISIT", "CPP-REPEAT", "CIC-VISIT", "PLACE-3",
    "IHA-20", "CL-EET", "ADOPT-DAYS", "AUDIT-GOOD",
)  # fmt: skip


@dataclass(frozen=True)
class Withheld:
    """Small cells that Medwold withholds: a denominator above 0 and below a number."""

    indicator: str
    unit: str
    below: int


@dataclass(frozen=True)
class NotTaken:
    """A month in which a figure was not taken, in any unit."""

    indicator: str
    period: str


WITHHELD = Withheld("ICPC-15", "disabled-children", 5)
NOT_TAKEN = NotTaken("CL-EET", "2024-12")


def make_county(
    seed: int,
    months: int = 60,
    last_month: str = "2026-10",
    stories: bool | Collection[str] = True,
) -> pd.DataFrame:
    """Make the monthly figures of Medwold.

    Parameters
    ----------
    seed : int
        Not negative. The same seed gives the same figures on every machine. A story changes
        the cells that it is about and their sums; more months only add months (but the worst
        month of the story ``overtime`` is the worst of the months made).
    months : int
        How many, at least 1.
    last_month : str
        Code of the last month.
    stories : bool or collection of str
        All stories, none, or those of some names of `STORIES`.

    Returns
    -------
    pandas.DataFrame
        Columns ``indicator, service_area, cohort, period, numerator, denominator, marker``,
        one row for an indicator, unit and month, in the order of indicators, units and
        months. ``service_area`` is a name. Numerator and denominator are whole numbers; a
        plain count has no denominator, and a withheld cell has neither and the marker ``c``.

    Raises
    ------
    ParameterError
        If an argument means nothing.
    """
    calendar = _calendar(seed, months, last_month)
    planted = choose(stories)
    counts = {
        (one.indicator, one.unit): _draw(one, seed, calendar, planted)
        for one in levels.all_series()
    }
    counts = recounted(counts, calendar, planted)
    return _long(_added_up(_with_referrals(counts)), calendar)


def write_county(
    folder: Path,
    seed: int,
    months: int = 60,
    last_month: str = "2026-10",
    stories: bool | Collection[str] = True,
) -> Path:
    """Write the delivery of Medwold's figures, and beside it ``truth.json``.

    Parameters
    ----------
    folder : Path
        Made when it is not there.
    seed, months, last_month, stories
        As in `make_county`.

    Returns
    -------
    Path
        The delivery, ``medwold_indicators_<date of publication>.csv``. There ``z`` (not
        applicable) stands for the denominator of a plain count.

    Raises
    ------
    ParameterError
        If an argument means nothing.
    """
    table = make_county(seed, months, last_month, stories)
    told = county_truth(seed, months, last_month, stories)
    delivery = Path(folder) / f"medwold_indicators_{told['published']}.csv"
    atomic_write(delivery.with_name("truth.json"), _json(told))
    return atomic_write(delivery, _csv(table))


def county_truth(
    seed: int,
    months: int = 60,
    last_month: str = "2026-10",
    stories: bool | Collection[str] = True,
) -> dict[str, object]:
    """What was planted and shows in the months made, as plain values.

    Parameters
    ----------
    seed, months, last_month, stories
        As in `make_county`.

    Returns
    -------
    dict
        ``county, seed, first_month, last_month, published``; ``stories``, each with what,
        indicator, where, from, to, before, after, size, and what pages should and must not
        say; and ``states``, the cells without a number.
    """
    calendar = _calendar(seed, months, last_month)
    first, last = calendar[0], calendar[-1]
    return {
        "county": COUNTY,
        "seed": seed,
        "first_month": first.code,
        "last_month": last.code,
        "published": _published(last_month),
        "stories": truth(story for story in choose(stories) if story.touches(first, last)),
        "states": {
            "withheld": {
                "indicator": WITHHELD.indicator,
                "where": [WITHHELD.unit],
                "when": f"the denominator is above 0 and below {WITHHELD.below}",
            },
            "not_taken": {"indicator": NOT_TAKEN.indicator, "period": NOT_TAKEN.period},
        },
    }


def _csv(table: pd.DataFrame) -> bytes:
    plain = table["indicator"] == levels.REFERRAL_COUNT
    written = table.assign(denominator=table["denominator"].astype("str").mask(plain, "z"))
    return written.to_csv(index=False, lineterminator="\n").encode()


def _json(content: Mapping[str, object]) -> bytes:
    return (json.dumps(content, indent=2, ensure_ascii=False) + "\n").encode()


def _calendar(seed: int, months: int, last_month: str) -> list[ReportingPeriod]:
    if isinstance(seed, bool) or not isinstance(seed, int) or seed < 0:
        raise ParameterError(f"The seed is {seed!r}", "a whole number, 0 or more")
    if isinstance(months, bool) or not isinstance(months, int) or months < 1:
        raise ParameterError(f"months is {months!r}", "a whole number, 1 or more")
    last = periods.parse(last_month)
    if last.frequency is not periods.Frequency.MONTH:
        raise ParameterError(f"The last month is {last_month!r}", "a month such as 2026-10")
    return periods.sequence(periods.shift(last, 1 - months), last)


def _published(last_month: str) -> str:
    following = periods.shift(periods.parse(last_month), 1)
    return following.start.replace(day=FIRST_DAY_OF_DELIVERY).isoformat()


def _draw(
    series: Series,
    seed: int,
    calendar: Sequence[ReportingPeriod],
    planted: Sequence[Story],
) -> Counts:
    """Counts of one series: monthly draws, summed over the months that a figure covers."""
    earlier = range(1 - series.window, 0)
    drawn = [periods.shift(calendar[0], step) for step in earlier] + list(calendar)
    cells = np.array([_cell(series, seed, period, planted) for period in drawn], dtype=np.int64)
    totals = np.lib.stride_tricks.sliding_window_view(cells, series.window, axis=0).sum(axis=-1)
    return Counts(totals[:, 0], totals[:, 1])


def _cell(
    series: Series, seed: int, period: ReportingPeriod, planted: Sequence[Story]
) -> tuple[int, int]:
    """Numerator and denominator of one month."""
    month = period.start.year * 12 + period.start.month - 1
    rng = chance.stream(seed, series.indicator, series.unit, month)
    expected = series.volume * series.season[period.start.month - 1]
    level = _level(series, period, planted)
    if series.draw == "families":
        return chance.families(rng, expected, level, levels.SIBLINGS)
    number = chance.events(rng, expected)
    if series.draw == "days":
        days = chance.waits(rng, number, levels.SHORTEST_WAIT, levels.SPREAD_OF_WAITS)
        return days, number
    return chance.successes(rng, number, level), number


def _level(series: Series, period: ReportingPeriod, planted: Sequence[Story]) -> float:
    for story in planted:
        level = story.level_at(series.indicator, series.unit, period)
        if level is not None:
            return level
    return series.level


def _with_referrals(counts: Table) -> Table:
    """Add the count of referrals, all of which come in at the Front Door."""
    referred = [
        held.denominator
        for (indicator, _), held in counts.items()
        if indicator == levels.REFERRED_AGAIN
    ]
    total = np.sum(referred, axis=0)
    return {**counts, (levels.REFERRAL_COUNT, levels.FRONT_DOOR): Counts(total, None)}


def _added_up(counts: Table) -> Table:
    """Add districts up to their services, and services up to the county."""
    held = dict(counts)
    above = parents()
    for unit, parent in above.items():  # districts come before services
        for indicator in _INDICATORS:
            if (indicator, unit) in held:
                own, whole = held[indicator, unit], held.get((indicator, parent))
                held[indicator, parent] = own if whole is None else whole.plus(own)
    return held


def _long(counts: Table, calendar: Sequence[ReportingPeriod]) -> pd.DataFrame:
    """Counts as rows of the long layout."""
    named = names()
    rows = [
        _row(indicator, unit, named, period.code, counts[indicator, unit], place)
        for indicator in _INDICATORS
        for unit in named
        if (indicator, unit) in counts
        for place, period in enumerate(calendar)
        if (indicator, period.code) != (NOT_TAKEN.indicator, NOT_TAKEN.period)
    ]
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    return table.astype({"numerator": "Int64", "denominator": "Int64"})


def _row(
    indicator: str,
    unit: str,
    named: Mapping[str, str],
    period: str,
    held: Counts,
    place: int,
) -> tuple[object, ...]:
    numerator = int(held.numerator[place])
    denominator = None if held.denominator is None else int(held.denominator[place])
    key = (indicator, named[unit], "all", period)
    if (indicator, unit) == (WITHHELD.indicator, WITHHELD.unit) and (
        0 < denominator < WITHHELD.below
    ):
        return (*key, None, None, "c")
    return (*key, numerator, denominator, "")
