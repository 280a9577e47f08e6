"""Numbers, percentages, dates and intervals as a reader sees them.

Rounding is half up, as official statistics print it, and works on the decimal
text of a number so that 2.675 becomes 2.68.
"""

from __future__ import annotations

import math
import re
import unicodedata
from decimal import ROUND_HALF_UP, Decimal

from pmf_analysis.terms import State

_UNITS = {"percent": "%", "count": "", "per_10000": " per 10,000", "days": " days"}


def round_half_up(value: float, decimals: int = 0) -> float:
    """Round half away from zero at a number of decimals.

    Parameters
    ----------
    value : float
        NaN comes back as NaN.
    decimals : int

    Returns
    -------
    float
    """
    if value is None or math.isnan(value) or math.isinf(value):
        return value
    # 12 significant digits carry any published figure and drop binary noise
    exact = Decimal(f"{value:.12g}")
    return float(exact.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP))


def number(value: float, decimals: int = 0) -> str:
    """A number with thousands separated: ``2,076`` or ``81.3``."""
    rounded = round_half_up(float(value), decimals)
    text = f"{abs(rounded):,.{decimals}f}"
    return f"-{text}" if rounded < 0 else text


def with_unit(value: float, unit: str, decimals: int = 0) -> str:
    """A number with its unit: ``81.3%``, ``53 per 10,000``, ``430 days``.

    Parameters
    ----------
    value : float
    unit : str
        ``percent``, ``count``, ``per_10000``, ``days``, or any other word,
        which then stands behind the number.
    decimals : int
    """
    return number(value, decimals) + _UNITS.get(unit, f" {unit}")


def difference(value: float, unit: str, decimals: int = 0) -> str:
    """The size of a difference: ``3.2 percentage points``, ``14 per 10,000``."""
    size = number(abs(value), decimals)
    if unit == "percent":
        return f"{size} percentage point{'' if float(size.replace(',', '')) == 1 else 's'}"
    return size + _UNITS.get(unit, f" {unit}")


def interval(lower: float, upper: float, unit: str, decimals: int = 0) -> str:
    """An interval in words: ``79.0% to 81.0%``."""
    if unit in ("percent", "count"):
        return f"{with_unit(lower, unit, decimals)} to {with_unit(upper, unit, decimals)}"
    return f"{number(lower, decimals)} to {with_unit(upper, unit, decimals)}"


def state_text(state: str) -> str:
    """What stands in a reader's table where there is no number."""
    return State(state).label


def chance(probability: float) -> str:
    """A probability as a reader can use it: ``about 3 in 4``.

    Steps are coarse on purpose; the ends say "almost".
    """
    steps = (
        (0.02, "almost none"), (0.075, "about 1 in 20"), (0.15, "about 1 in 10"),
        (0.225, "about 1 in 5"), (0.29, "about 1 in 4"), (0.415, "about 1 in 3"),
        (0.585, "about even"), (0.71, "about 2 in 3"), (0.775, "about 3 in 4"),
        (0.85, "about 4 in 5"), (0.925, "about 9 in 10"), (0.98, "about 19 in 20"),
    )  # fmt: skip
    for bound, words in steps:
        if probability < bound:
            return words
    return "almost certain"


def chance_share(probability: float) -> str:
    """A probability as a share: ``34%``; never 0% or 100% of what is not certain.

    Parameters
    ----------
    probability : float
        From 0 to 1.
    """
    if 0 < probability < 0.01:
        return "under 1%"
    if 0.99 < probability < 1:
        return "over 99%"
    return with_unit(100 * probability, "percent")


def listed(items: list[str]) -> str:
    """Items as a sentence lists them: ``a, b and c``."""
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} and {items[-1]}"


def plural(word: str) -> str:
    """Several of a thing: ``districts``, ``local authorities``."""
    return f"{word[:-1]}ies" if word.endswith("y") else f"{word}s"


def slug(text: str) -> str:
    """A name as a file name: ``bath-and-north-east-somerset``; ASCII, never empty."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-") or "unnamed"
