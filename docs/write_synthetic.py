"""Write the levels in `docs/synthetic.md`: what Medwold is like, beside what is aimed at.

``python docs/write_synthetic.py`` makes the county of the demonstration and those of the seeds
1 to 5, counts the indicators from their records, and writes the table between its two marks. It
takes some minutes. ``--print`` prints it and leaves the page alone.
"""

from __future__ import annotations

import re
import statistics
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from pmf_analysis import counting, periods, register
from pmf_analysis.register import Context
from pmf_analysis.register.layouts import load_layouts
from pmf_analysis.store import create_workspace
from pmf_analysis.synthetic import DEMO_SEED
from pmf_analysis.synthetic.aims import AIMS, Aim
from pmf_analysis.synthetic.making import make_records
from pmf_analysis.synthetic.measuring import County
from pmf_analysis.synthetic.plot import choose
from pmf_analysis.synthetic.setting import EXTRACT_DAY, Setting

PAGE = Path(__file__).resolve().parent / "synthetic.md"
SEEDS = (1, 2, 3, 4, 5)
_PART = re.compile(r"(<!-- levels begin -->\n).*?(<!-- levels end -->)", re.S)


def county(setting: Setting) -> County:
    """A county as known after its last extract, with what was counted from it."""
    with tempfile.TemporaryDirectory() as folder:
        reference = create_workspace(Path(folder) / "w", "medwold") / "data" / "reference"
        return _counted(setting, reference)


def _counted(setting: Setting, reference: Path) -> County:
    as_at = periods.shift(periods.parse(setting.last_month), 1).start.replace(day=EXTRACT_DAY + 1)
    rules = {
        one.table: one.record
        for one in load_layouts(reference / "layouts").values()
        if one.record is not None
    }
    versions = {
        name: table.assign(delivery="one") for name, table in make_records(setting).tables.items()
    }
    records = counting.known_records(versions, rules, as_at)
    counted = counting.count(records, Context(register.load(reference), as_at), "one")
    return County(setting, records, counted[(counted["service_area"] == "medwold").to_numpy()])


def levels(seed: int) -> list[float]:
    """What is measured in a county with every story planted, in the order of `AIMS`."""
    made = county(Setting.of(seed, stories=choose(True)))
    return [aim.measured(made) for aim in AIMS]


def table_of(demo: Sequence[float], seeds: Sequence[Sequence[float]]) -> str:
    """The table: what was made with the seed of the demonstration, and with some seeds."""
    head = (
        f"| What | Made (seed {DEMO_SEED}) | Mean of {len(seeds)} seeds | Aimed at | Within "
        "| Source |\n| --- | --- | --- | --- | --- | --- |\n"
    )
    return head + "".join(
        _row(aim, made, statistics.mean(one[place] for one in seeds))
        for place, (aim, made) in enumerate(zip(AIMS, demo, strict=True))
    )


def _row(aim: Aim, made: float, mean: float) -> str:
    numbers = (_number(aim, value) for value in (made, mean, aim.aimed, aim.within))
    unit = f", {aim.unit}" if aim.unit else ""
    return f"| {aim.name}{unit} | {' | '.join(numbers)} | {aim.source} |\n"


def _number(aim: Aim, value: float) -> str:
    """As many digits as the bound has a meaning for."""
    places = 2 if aim.within < 0.1 else 1 if aim.within < 20 else 0
    return f"{value:,.{places}f}"


def with_table(page: str, table: str) -> str:
    """A page with the table between its marks."""
    return _PART.sub(lambda found: found[1] + table + found[2], page)


def main() -> int:
    """Make, measure, and write or print."""
    seeds = [levels(seed) for seed in SEEDS]
    demo = seeds[SEEDS.index(DEMO_SEED)] if DEMO_SEED in SEEDS else levels(DEMO_SEED)
    table = table_of(demo, seeds)
    if "--print" in sys.argv[1:]:
        sys.stdout.write(table)
        return 0
    PAGE.write_text(with_table(PAGE.read_text("utf-8"), table), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
