"""How the cost of each step grows: the CPU time of one thing among many against one among few.

Shared by the programs that hold more against few; no program itself.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from typing import TypeVar

Made = TypeVar("Made")
Costs = dict[str, float]
"""Step to CPU seconds of one thing."""

Ratios = dict[str, dict[str, float]]
"""Step to its growth and its share of the time."""


def timed(work: Callable[[], Made]) -> tuple[Made, float]:
    """What some work makes, and the CPU seconds it took."""
    start = time.process_time()
    made = work()
    return made, time.process_time() - start


def measure_in_turn(
    many: Callable[[], Costs], few: Callable[[], Costs], pairs: int
) -> list[tuple[Costs, Costs]]:
    """Both sides in turn, so many times, after a first run that is not counted."""
    few()  # loads what is loaded once
    return [(many(), few()) for _ in range(pairs)]


def by_step(found: Sequence[tuple[Costs, Costs]]) -> Ratios:
    """For each step its growth and its share of the time, medians over pairs of runs."""
    return {
        name: {
            "growth": statistics.median(many[name] / few[name] for many, few in found),
            "share": statistics.median(many[name] / sum(many.values()) for many, _ in found),
        }
        for name in found[0][0]
    }


def together(found: Sequence[tuple[Costs, Costs]]) -> Ratios:
    """The growth of all steps together, median over pairs of runs."""
    growth = statistics.median(sum(many.values()) / sum(few.values()) for many, few in found)
    return {"together": {"growth": growth, "share": 1.0}}


def report(about: str, thing: str, times: int, ratios: Callable[[int], Ratios]) -> int:
    """Read the options of the command line, measure, and print the ratios.

    Parameters
    ----------
    about : str
        What the program measures, for its help.
    thing : str
        What the cost is of, such as a row.
    times : int
        How many times as many the many are.
    ratios : callable
        From the number of pairs of runs.

    Returns
    -------
    int
        Exit status.
    """
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument("--pairs", type=int, default=3, help="pairs of runs")
    parser.add_argument("--json", action="store_true", help="print for programs")
    given = parser.parse_args()
    found = ratios(given.pairs)
    if given.json:
        sys.stdout.write(json.dumps(found, indent=1) + "\n")
        return 0
    sys.stdout.write(
        f"CPU time of one {thing} at x{times} against x1, and share of all at x{times}\n"
    )
    sys.stdout.writelines(
        f"{one['growth']:6.2f}  {one['share']:5.0%}  {name}\n" for name, one in found.items()
    )
    return 0
