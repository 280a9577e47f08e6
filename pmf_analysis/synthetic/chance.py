"""Draws that come out the same on every machine.

Every cell (an indicator, a unit, a month) has a stream of its own, so that a
story planted in one cell, or a longer stretch of months, changes no other cell.
Only uniform numbers are drawn and compared; no logarithm or exponential, whose
last bits differ between machines, stands between the seed and a count.
"""

from __future__ import annotations

from zlib import crc32

import numpy as np

_CANDIDATES_PER_EVENT = 20


def stream(seed: int, indicator: str, unit: str, month: int) -> np.random.Generator:
    """The stream of one cell.

    Parameters
    ----------
    seed : int
        Not negative.
    indicator, unit : str
        Codes.
    month : int
        Months since the year 0.
    """
    key = crc32(f"{indicator}/{unit}".encode())
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed, key, month])))


def events(rng: np.random.Generator, expected: float) -> int:
    """How many of many candidates have an event: close to a Poisson count.

    Parameters
    ----------
    rng : numpy.random.Generator
    expected : float
        Mean number of events. The variance is 95% of it.
    """
    candidates = int(expected * _CANDIDATES_PER_EVENT) + 1
    return int((rng.random(candidates) < expected / candidates).sum())


def successes(rng: np.random.Generator, trials: int, share: float) -> int:
    """A binomial count; with the same stream it can only grow with ``share``."""
    return int((rng.random(trials) < share).sum())


def families(
    rng: np.random.Generator, expected: float, share: float, sizes: tuple[float, ...]
) -> tuple[int, int]:
    """Children of whole families, all with the outcome or none of them.

    Parameters
    ----------
    rng : numpy.random.Generator
    expected : float
        Mean number of children.
    share : float
        Of families with the outcome.
    sizes : tuple of float
        Shares of families with one child, two children, and so on; they add up to 1.

    Returns
    -------
    tuple of (int, int)
        Children with the outcome, and children.
    """
    mean = sum(share_of * children for children, share_of in enumerate(sizes, start=1))
    number = events(rng, expected / mean)
    children = 1 + np.searchsorted(np.cumsum(sizes[:-1]), rng.random(number), side="right")
    return int(children[rng.random(number) < share].sum()), int(children.sum())


def waits(rng: np.random.Generator, number: int, shortest: float, spread: float) -> int:
    """Days waited by a number of children together; a few wait far longer than most.

    Each waits ``shortest`` days and a share of ``spread`` that is a quarter on average.
    """
    days = shortest + spread * rng.random(number) * rng.random(number)
    return int(days.astype(np.int64).sum())
