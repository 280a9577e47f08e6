"""What the workbench says of Medwold, held against what was planted there.

``python -m benchmarks.stories`` makes the county, carries its records through the chain and
prints, for each story, whether what should be said is said and what must not be said is not.
``--calm 20`` makes counties in which nothing was planted, and prints how often the county
page speaks of a change all the same.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from pmf_analysis import analysis, counting, findings, measures, periods, register
from pmf_analysis.present.summary import exceptions
from pmf_analysis.register import Context
from pmf_analysis.register.layouts import load_layouts
from pmf_analysis.store import create_workspace
from pmf_analysis.synthetic import DEMO_SEED
from pmf_analysis.synthetic.making import make_records
from pmf_analysis.synthetic.plot import choose
from pmf_analysis.synthetic.setting import EXTRACT_DAY, Setting
from pmf_analysis.terms import UnitKind, Verdict

SAYS = {
    "improved": ("V-IMPROVED",),
    "worsened": ("V-WORSENED", "V-GREEN-WORSENING"),
    "signal": ("V-IMPROVED", "V-WORSENED", "V-UNUSUAL", "V-GREEN-WORSENING"),
    "cannot_meet": ("A-CANNOT",),
    "sometimes_meets": ("A-SOMETIMES",),
    "recording_changed": ("B-BREAK",),
    "structure_changed": ("B-BREAK",),
    "green": ("S-GREEN",),
    "red": ("S-RED",),
    "provisional_could_fall": ("M-COULD-TURN", "M-HOLDS", "M-RANGE"),
    "back_dated": ("Q-RED", "Q-AMBER"),
}
"""Claim to the codes of the findings that make it. A claim that is not here has no sentence yet."""

CHANGES = ("V-IMPROVED", "V-WORSENED", "V-UNUSUAL", "V-GREEN-WORSENING")
"""Findings that speak of a change."""


@dataclass(frozen=True)
class Judged:
    """A county carried through the chain.

    Attributes
    ----------
    context : Context
    facts, found : pandas.DataFrame
        At the last period.
    truth : mapping
        What was planted.
    """

    context: Context
    facts: pd.DataFrame
    found: pd.DataFrame
    truth: Mapping[str, object]


@dataclass(frozen=True)
class Row:
    """What came of one claim of a story.

    Attributes
    ----------
    story, claim, unit, indicator : str
    asked : str
        ``should`` or ``must not``.
    outcome : str
        ``hit``, ``miss``, ``false claim`` or ``kept silent``.
    """

    story: str
    number: int
    asked: str
    claim: str
    unit: str
    indicator: str
    outcome: str


def held_against(found: pd.DataFrame, stories: Sequence[Mapping]) -> list[Row]:
    """Hold findings against the truth about each story.

    Parameters
    ----------
    found : pandas.DataFrame
        The finding table of one period.
    stories : sequence of mapping
        As in ``truth.json``.

    Returns
    -------
    list of Row
        One for each claim, in the order of the stories.
    """
    rows = []
    for story in stories:
        for asked, claims in (("should", story["should_say"]), ("must not", story["must_not_say"])):
            for claim in claims:
                said = is_said(found, str(story["indicator"]), claim)
                outcome = (
                    ("hit" if said else "miss")
                    if asked == "should"
                    else ("false claim" if said else "kept silent")
                )
                rows.append(
                    Row(
                        str(story["name"]), int(story["number"]), asked, claim["claim"],
                        claim["unit"], str(story["indicator"]), outcome,
                    )
                )  # fmt: skip
    return rows


def is_said(found: pd.DataFrame, indicator: str, claim: Mapping[str, str]) -> bool:
    """Whether a claim about a unit (and an indicator, unless it is about all) is among findings."""
    codes = SAYS.get(claim["claim"], ())
    here = found[(found["service_area"] == claim["unit"]) & found["code"].isin(codes)]
    return bool(len(here[here["indicator"] == indicator] if indicator else here))


def carried_through(setting: Setting, reference: Path) -> Judged:
    """A county made, counted, measured, analysed and judged in memory, at its last month.

    What the checks of data quality say is left out: every verdict is green.

    Parameters
    ----------
    setting : Setting
    reference : Path
        ``data/reference`` of a workspace of Medwold.

    Returns
    -------
    Judged
    """
    made = make_records(setting)
    as_at = periods.shift(periods.parse(setting.last_month), 1).start.replace(day=EXTRACT_DAY + 1)
    context = Context(register.load(reference), as_at)
    layouts = load_layouts(reference / "layouts").values()
    rules = {one.table: one.record for one in layouts if one.record is not None}
    versions = {name: table.assign(delivery="one") for name, table in made.tables.items()}
    figures = counting.count(counting.known_records(versions, rules, as_at), context, "one")
    receipts = [{"id": "one", "published": as_at.isoformat()}]
    measured = measures.build(figures, receipts, context)
    measured = measures.with_growth(measured, figures, receipts, context)
    analysed = analysis.analyse_all(measured.assign(quality=Verdict.GREEN.value), context)
    pairs = measured[["indicator", "service_area"]].drop_duplicates()
    verdicts = pairs.assign(verdict=Verdict.GREEN.value, reason="not checked here")
    facts = findings.latest_facts(analysed, verdicts, context)
    return Judged(context, facts, findings.judge(facts, context), made.truth)


def spoken_of_on_the_county_page(judged: Judged) -> tuple[int, int]:
    """Lines of the county page that speak of a change, and the figures that it stands for.

    Returns
    -------
    tuple of (int, int)
        Series of the county and its services whose line on the county page says that they
        changed beyond chance; all series of these units that were tested for it.
    """
    held = judged.context.register
    units = [code for code, unit in held.units.items()
             if unit.kind in (UnitKind.COUNTY, UnitKind.SERVICE)]  # fmt: skip
    facts = judged.facts[judged.facts["service_area"].isin(units)]
    found = judged.found[judged.found["service_area"].isin(units)]
    lines = exceptions(facts, found, judged.context)
    tested = facts["signal"] != "not_tested"
    return sum(line.code in CHANGES for line in lines), int(tested.sum())


def calm(seeds: Collection[int], reference: Path) -> list[tuple[int, int, int]]:
    """Seed, false claims and figures tested of counties in which nothing was planted."""
    rows = []
    for seed in seeds:
        judged = carried_through(Setting.of(seed), reference)
        rows.append((seed, *spoken_of_on_the_county_page(judged)))
        print(f"seed {seed}: {rows[-1][1]} of {rows[-1][2]}", flush=True)
    return rows


def main(given: Sequence[str] | None = None) -> int:
    """Read the command line, hold the county against its truth, print what came of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calm", type=int, default=0, help="so many counties without stories")
    parser.add_argument("--seed", type=int, default=DEMO_SEED, help="of the county with stories")
    options = parser.parse_args(given)
    with tempfile.TemporaryDirectory() as folder:
        reference = create_workspace(Path(folder) / "w", "medwold") / "data" / "reference"
        if options.calm:
            rows = calm(range(options.calm), reference)
            false, tested = (sum(row[at] for row in rows) for at in (1, 2))
            print(f"{false} false claims among {tested} figures: {100 * false / tested:.1f}%")
            return 0
        judged = carried_through(Setting.of(options.seed, stories=choose(True)), reference)
        for row in held_against(judged.found, judged.truth["stories"]):
            print(f"{row.number:2} {row.story:18} {row.asked:8} {row.claim:24} "
                  f"{row.unit:22} {row.outcome}")  # fmt: skip
    return 0


if __name__ == "__main__":
    sys.exit(main())
