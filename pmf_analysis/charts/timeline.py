"""Periods on a time axis: equal steps, so that a period without figures leaves a gap."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from pmf_analysis import periods
from pmf_analysis.periods import MONTHS, ReportingPeriod
from pmf_analysis.terms import Frequency

_EVERY_YEARS = (1, 2, 3, 5, 10, 20)


@dataclass(frozen=True)
class Timeline:
    """All periods from the first to the last of a series.

    Attributes
    ----------
    periods : tuple of ReportingPeriod
        None left out.
    """

    periods: tuple[ReportingPeriod, ...]

    @classmethod
    def of(cls, codes: Sequence[str]) -> Timeline:
        """The time axis that some period codes need; they share one frequency."""
        found = sorted({periods.parse(code) for code in codes})
        return cls(tuple(periods.sequence(found[0], found[-1])) if found else ())

    def __len__(self) -> int:
        return len(self.periods)

    def place(self, code: str) -> float:
        """Steps from the first period; one of another frequency counts by its first day."""
        asked = periods.parse(code)
        if asked.frequency is self.periods[0].frequency:
            return float(periods.steps_between(self.periods[0], asked))
        return float(sum(period.end < asked.start for period in self.periods))

    def spread_out(self, series: pd.DataFrame) -> pd.DataFrame:
        """A series with a row for every period, in order; the last row of a period counts.

        Columns of a period that the series lacks are null.
        """
        latest = series.drop_duplicates("period", keep="last").set_index("period")
        return latest.reindex([period.code for period in self.periods])

    def ticks(self, most: int = 8) -> tuple[list[float], list[str]]:
        """Places and labels of a few periods; years for months and quarters.

        Parameters
        ----------
        most : int
            Labels that there is room for.
        """
        named = list(enumerate(self.periods))
        if self.periods and self.periods[0].frequency is Frequency.MONTH and len(named) <= 16:
            chosen = named[:: 1 + (len(named) - 1) // max(1, most - 1)]
            return [place for place, _ in chosen], [_month(period) for _, period in chosen]
        starts = [(place, period) for place, period in named if _starts_a_year(period)] or named
        for step in _EVERY_YEARS:
            # counted back from the last, which readers look for
            chosen = starts[::-1][::step][::-1]
            if len(chosen) <= most:
                break
        return [float(place) for place, _ in chosen], [_year(period) for _, period in chosen]

    @property
    def words(self) -> str:
        """The stretch that the axis covers: ``monthly, April 2013 to March 2025``."""
        if not self.periods:
            return ""
        first, last = self.periods[0], self.periods[-1]
        if len(self) == 1:
            return first.label
        if first.frequency is Frequency.YEAR and first.start != first.end:
            kind = "school years" if first.code.startswith("AY") else "years"
            return f"{kind} {_year(first)} to {_year(last)}"
        return f"{first.frequency.label}, {first.label} to {last.label}"


def stretches(era: Sequence[str]) -> list[tuple[int, int]]:
    """First and last place of each era; an empty code belongs to the era before it."""
    found: list[tuple[int, int]] = []
    now = ""
    for place, code in enumerate(era):
        if not found or (code and now and code != now):
            found.append((place, place))
        else:
            found[-1] = (found[-1][0], place)
        now = code or now
    return found


def _starts_a_year(period: ReportingPeriod) -> bool:
    return period.frequency is Frequency.YEAR or period.start.month == 1


def _month(period: ReportingPeriod) -> str:
    return f"{MONTHS[period.start.month - 1][:3]} {period.start.year}"


def _year(period: ReportingPeriod) -> str:
    if period.frequency is Frequency.YEAR and "/" in period.code:
        return period.code.removeprefix("AY")
    return str(period.end.year)
