"""Collection years of the statutory returns, and the day on which each is made."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pmf_analysis.synthetic.setting import EXTRACT_DAY, Setting

_DAY = np.timedelta64(1, "D")


@dataclass(frozen=True)
class CollectionYear:
    """A year from 1 April to 31 March.

    Attributes
    ----------
    ends_in : int
        Calendar year of the 31 March.
    """

    ends_in: int

    @property
    def start(self) -> np.datetime64:
        """First day."""
        return np.datetime64(f"{self.ends_in - 1}-04-01")

    @property
    def end(self) -> np.datetime64:
        """Last day."""
        return np.datetime64(f"{self.ends_in}-03-31")

    @property
    def made_on(self) -> np.datetime64:
        """Day on which the return is made: what is entered later is not in it."""
        return np.datetime64(f"{self.ends_in}-06-30")

    @property
    def label(self) -> str:
        """As in the names of files, such as ``2025-26``."""
        return f"{self.ends_in - 1}-{self.ends_in % 100:02d}"


def latest_year(setting: Setting) -> CollectionYear:
    """The last collection year whose return has been made by the county's last extract."""
    ends_in = int(str(setting.last_day)[:4])
    year = CollectionYear(ends_in)
    return year if year.made_on <= last_extract(setting) else CollectionYear(ends_in - 1)


def last_extract(setting: Setting) -> np.datetime64:
    """Day on which the last month's extract is taken."""
    return setting.last_day + EXTRACT_DAY * _DAY
