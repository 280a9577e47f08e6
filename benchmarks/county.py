"""How making Medwold grows with its children: ``python -m benchmarks.county``.

For each stage the CPU time of one child in a county of ten times the size is held against that
of one child in the smaller one: 1 is a stage that grows with the children and no faster. The
full county is held against a tenth of it; with ``--ten`` ten counties against one, which needs
some 5 GB of memory.
"""

from __future__ import annotations

import resource
import sys
from functools import partial

from benchmarks.growth import Costs, Ratios, by_step, measure_in_turn, report, timed, together
from pmf_analysis.synthetic import making
from pmf_analysis.synthetic.allocations import make_allocations
from pmf_analysis.synthetic.care import make_care
from pmf_analysis.synthetic.families import make_families
from pmf_analysis.synthetic.plot import choose
from pmf_analysis.synthetic.practice import make_practice
from pmf_analysis.synthetic.setting import Setting
from pmf_analysis.synthetic.staff import make_staff

SEED = 3
TIMES = 10
STAGES = {
    "families": make_families, "care": make_care, "allocations": make_allocations,
    "practice": make_practice,
}  # fmt: skip
"""What is made of children; staff take no time."""


def costs(scale: float) -> Costs:
    """CPU seconds of each stage, for a county's worth of children."""
    setting = Setting.of(SEED, scale=scale, stories=choose(True))
    made: making.Made = making.joined({}, make_staff(setting, {}))
    found = {}
    for name, stage in STAGES.items():
        more, seconds = timed(partial(stage, setting, made))
        made = making.joined(made, more)
        found[name] = seconds / scale
    _, seconds = timed(partial(making.records_of, setting, made))
    return {**found, "recording and faults": seconds / scale}


def ratios(few: float, pairs: int) -> Ratios:
    """The growth of each stage, and of all of them together."""
    found = measure_in_turn(partial(costs, few * TIMES), partial(costs, few), pairs)
    return {**by_step(found), **together(found)}


def main() -> int:
    """Measure and print; the memory used at most goes to standard error."""
    few = 1.0 if "--ten" in sys.argv else 1 / TIMES
    sys.argv = [word for word in sys.argv if word != "--ten"]
    status = report(__doc__, "child", TIMES, partial(ratios, few))
    gigabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    sys.stderr.write(f"{gigabytes:.1f} GB of memory at most\n")
    return status


if __name__ == "__main__":
    sys.exit(main())
