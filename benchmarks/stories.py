"""What the workbench says of Medwold, held against what was planted there.

``python -m benchmarks.stories`` makes the county, carries its records through the chain and
prints, for each claim of each story, one of:

- *hit*: it should be said, and is; *miss*: it should be said, and is not;
- *kept silent*: it must not be said, and is not; *false claim*: it must not be, and is;
- *not tested*: it rests on the checks of data quality, which take two thirds of the time:
  ``--checked`` makes those of the records in memory; ``--workspace FOLDER`` reads what a
  prepared workspace says instead, all checks included.

``--seeds 20`` counts the outcomes of each claim over counties of other seeds.

``--calm 20`` makes counties in which nothing was planted, and counts false claims: a line of the
county page, or a story on page one of the county or of a service, that says of an indicator that
it improved, worsened or is unusual beyond chance. A claim is counted once, however many pages and
sentences make it; they are held against all series of these units that a chart tests.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import pandas as pd

from pmf_analysis import (
    analysis,
    counting,
    findings,
    measures,
    periods,
    prepared,
    quality,
    register,
    studies,
)
from pmf_analysis.methods.intervals import wilson_interval
from pmf_analysis.present.summary import exceptions, summarise
from pmf_analysis.quality import Suite
from pmf_analysis.register import Context
from pmf_analysis.register.layouts import load_layouts
from pmf_analysis.store import create_workspace, open_store
from pmf_analysis.synthetic import DEMO_SEED, plot
from pmf_analysis.synthetic.making import make_records
from pmf_analysis.synthetic.setting import EXTRACT_DAY, Setting
from pmf_analysis.terms import BreakKind, UnitKind, Verdict


@dataclass(frozen=True)
class Saying:
    """What makes a claim: findings of some codes, and words that their sentence holds."""

    codes: tuple[str, ...]
    words: tuple[str, ...] = ("",)
    checked: bool = False
    """Whether it rests on the checks of data quality."""

    def among(self, found: pd.DataFrame) -> bool:
        """Whether one of some findings makes the claim."""
        said = found.loc[found["code"].isin(self.codes), "sentence"]
        return any(word in sentence for sentence in said for word in self.words)


CHANGES = (
    "V-IMPROVED", "V-WORSENED", "V-UNUSUAL", "L-IMPROVED", "L-WORSENED", "L-CHANGED",
    "I-BETTER", "I-WORSE",
)  # fmt: skip
"""Findings that speak of a change beyond chance."""

SAYS = {
    "improved": Saying(("V-IMPROVED", "V-OFF-TARGET-IMPROVING", "L-IMPROVED", "I-BETTER")),
    "worsened": Saying(("V-WORSENED", "V-GREEN-WORSENING", "L-WORSENED", "I-WORSE")),
    "signal": Saying(CHANGES),
    "cannot_meet": Saying(("A-CANNOT",)),
    "sometimes_meets": Saying(("A-SOMETIMES",)),
    "recording_changed": Saying(("B-BREAK",), (BreakKind.RECORDING.label,)),
    "structure_changed": Saying(
        ("B-BREAK", "B-PARTS"), (BreakKind.BOUNDARY.label, "not comparable")
    ),
    "regression_to_mean": Saying(("I-REGRESSION",)),
    "arrivals_explain": Saying(("X-DENOMINATOR",)),
    "mix_explains": Saying(("X-MIX",)),
    "follows_vacancies": Saying(("N-FOLLOWS",), ("Vacant posts",)),
    "green": Saying(("S-GREEN",)),
    "red": Saying(("S-RED",)),
    "colour_changed": Saying(("S-TARGET-MOVED",), ("the figure would be",)),
    "counted_once": Saying(("S-COUNTED-ONCE",)),
    "provisional_could_fall": Saying(("M-COULD-TURN", "M-HOLDS", "M-RANGE")),
    "back_dated": Saying(("Q-RED", "Q-AMBER"), ("moved", "changed to earlier days"), True),
}
"""Claim to what makes it. A claim that is not here has no sentence yet."""

OUTCOMES = ("hit", "miss", "kept silent", "false claim", "not tested")
"""What can come of a claim."""

NO_SENTENCE = "no sentence yet"
UNCHECKED = "data quality was not checked"


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
    number : int
    asked : str
        ``should`` or ``must not``.
    outcome : str
        One of `OUTCOMES`.
    note : str
        Why, where that is not plain.
    """

    story: str
    number: int
    asked: str
    claim: str
    unit: str
    indicator: str
    outcome: str
    note: str = ""


def held_against(
    found: pd.DataFrame, stories: Sequence[Mapping], checked: bool = False
) -> list[Row]:
    """Hold findings against the truth about each story.

    Parameters
    ----------
    found : pandas.DataFrame
        The finding table of one period.
    stories : sequence of mapping
        As in ``truth.json``.
    checked : bool
        Whether the verdicts come from checks of data quality.

    Returns
    -------
    list of Row
        One for each claim, in the order of the stories.
    """
    rows = []
    for story in stories:
        for asked, claims in (("should", story["should_say"]), ("must not", story["must_not_say"])):
            for claim in claims:
                outcome, note = _outcome(found, story, claim, asked, checked)
                rows.append(
                    Row(
                        str(story["name"]), int(story["number"]), asked, claim["claim"],
                        claim["unit"], str(story["indicator"]), outcome, note,
                    )
                )  # fmt: skip
    return rows


def _outcome(
    found: pd.DataFrame, story: Mapping, claim: Mapping, asked: str, checked: bool
) -> tuple[str, str]:
    saying = SAYS.get(claim["claim"])
    if saying is None:
        return ("miss" if asked == "should" else "kept silent"), NO_SENTENCE
    if saying.checked and not checked:
        return "not tested", UNCHECKED
    here = found[found["service_area"] == claim["unit"]]
    if story["indicator"]:
        here = here[here["indicator"] == story["indicator"]]
    here = here[~here["indicator"].isin(claim.get("besides", ()))]
    if asked == "should":
        return ("hit" if saying.among(here) else "miss"), ""
    said = sorted(
        {row["indicator"] for _, row in here.iterrows() if saying.among(row.to_frame().T)}
    )
    return ("false claim" if said else "kept silent"), ", ".join(said)


def carried_through(
    setting: Setting,
    reference: Path,
    kinds: Collection[UnitKind] = tuple(UnitKind),
    suites: Sequence[Suite] = (),
) -> Judged:
    """A county made, counted, measured, analysed and judged in memory, at its last month.

    Parameters
    ----------
    setting : Setting
    reference : Path
        ``data/reference`` of a workspace of Medwold.
    kinds : collection of UnitKind
        Of the units that are judged; all when not given.
    suites : sequence of Suite
        Checks of data quality to be made; without any, every verdict is green.

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
    records = counting.known_records(versions, rules, as_at)
    figures = counting.count(records, context, "one")
    units = context.register.units
    wanted = {code for code, unit in units.items() if unit.kind in kinds}
    figures = figures[figures["service_area"].isin(wanted)]
    delivered = {f"record.{name}": _as_read(table) for name, table in versions.items()}
    checks = _Checks(suites, delivered if suites else {})
    return judged(figures, context, made.truth, studies.Known(lambda: records), checks)


@dataclass(frozen=True)
class _Checks:
    """Suites, and the tables beside the measures that they look at."""

    suites: Sequence[Suite] = ()
    tables: Mapping[str, pd.DataFrame] = field(default_factory=dict)

    def verdicts(self, measured: pd.DataFrame, context: Context) -> pd.DataFrame:
        """The verdict on each indicator and unit; green where nothing is checked."""
        if self.suites:
            return quality.check(
                {"measure": measured, **self.tables}, self.suites, context
            ).verdicts
        pairs = measured[["indicator", "service_area"]].drop_duplicates()
        return pairs.assign(verdict=Verdict.GREEN.value, reason="not checked here", issues="")


def _as_read(versions: pd.DataFrame) -> pd.DataFrame:
    """Versions of records with the place at which a file would hold them."""
    return versions.assign(sheet="", line=range(2, len(versions) + 2))


def judged(
    figures: pd.DataFrame,
    context: Context,
    truth: Mapping[str, object],
    known: studies.Known,
    checks: _Checks | None = None,
) -> Judged:
    """Counted figures measured, analysed, studied and judged."""
    receipts = [{"id": "one", "published": context.as_at.isoformat()}]
    measured = measures.build(figures, receipts, context)
    measured = measures.with_growth(measured, figures, receipts, context)
    analysed = analysis.analyse_all(measured.assign(quality=Verdict.GREEN.value), context)
    verdicts = (checks or _Checks()).verdicts(measured, context)
    studied = studies.study_all(analysed, replace(known, verdicts=verdicts), context)
    facts = findings.latest_facts(analysed, verdicts, context, studied=studied)
    return Judged(context, facts, findings.judge(facts, context), truth)


def prepared_in(folder: Path) -> pd.DataFrame:
    """The findings of a workspace, as they are prepared there at its newest delivery."""
    return prepared.prepare(open_store(folder)).table("finding")


def claims_of(county: Judged) -> pd.DataFrame:
    """Every series that a chart tested, and where it is said to have changed beyond chance.

    Parameters
    ----------
    county : Judged

    Returns
    -------
    pandas.DataFrame
        ``indicator``, ``service_area``, ``cohort``, ``kind`` of unit, ``rule`` (the special
        cause) and ``signal``; ``changed``, whether a sentence says so anywhere;
        ``county_page`` and ``page_one``, whether it stands there.
    """
    series = ["indicator", "service_area", "cohort"]
    units = county.context.register.units
    facts = county.facts[county.facts["signal"] != "not_tested"]
    tested = facts[[*series, "special_cause", "signal"]].rename(columns={"special_cause": "rule"})
    keys = pd.MultiIndex.from_frame(tested[series])
    said = county.found[county.found["code"].isin(CHANGES)]
    lines = {(one.indicator, one.service_area, one.cohort) for one in _on_the_county_page(county)}
    told = set(_on_pages_one(county))
    return tested.assign(
        kind=[units[unit].kind.value for unit in tested["service_area"]],
        changed=keys.isin(pd.MultiIndex.from_frame(said[series])),
        county_page=[key in lines for key in keys],
        page_one=[key[:2] in told for key in keys],
    ).assign(page_one=lambda table: table["page_one"] & table["changed"])


PAGES = (UnitKind.COUNTY, UnitKind.SERVICE)
"""Kinds of unit that have a page one."""


def _pages(county: Judged) -> list[str]:
    """Units that have a page one: the county and its services."""
    held = county.context.register.units.items()
    return [code for code, unit in held if unit.kind in PAGES]


@dataclass(frozen=True)
class _Line:
    indicator: str
    service_area: str
    cohort: str


def _on_the_county_page(county: Judged) -> Iterator[_Line]:
    """Series of these units whose line on the county page speaks of a change."""
    inside = _pages(county)
    facts = county.facts[county.facts["service_area"].isin(inside)]
    found = county.found[county.found["service_area"].isin(inside)]
    for line in exceptions(facts, found, county.context):
        if line.code in CHANGES:
            rows = found[
                (found["indicator"] == line.indicator)
                & (found["service_area"] == line.service_area)
                & (found["code"] == line.code)
            ]
            for cohort in rows["cohort"]:
                yield _Line(line.indicator, line.service_area, cohort)


def _on_pages_one(county: Judged) -> Iterator[tuple[str, str]]:
    """Indicators that page one of a unit tells of."""
    for unit in _pages(county):
        facts = county.facts[county.facts["service_area"] == unit]
        found = county.found[county.found["service_area"] == unit]
        if len(facts):
            for story in summarise(facts, found, county.context).stories:
                yield story.indicator, unit


def calm(seeds: Collection[int], reference: Path, scale: float = 1.0) -> pd.DataFrame:
    """`claims_of` counties in which nothing was planted, one after the other, with ``seed``."""
    parts = []
    for seed in seeds:
        claims = claims_of(carried_through(Setting.of(seed, scale=scale), reference))
        parts.append(claims.assign(seed=seed))
        print(f"seed {seed}: {counted(claims)}", flush=True)
    return pd.concat(parts, ignore_index=True)


def counted(claims: pd.DataFrame) -> str:
    """False claims on the county page and on pages one, and what they are held against."""
    pages = claims[claims["kind"].isin(PAGES)]
    either = pages["county_page"] | pages["page_one"]
    return (
        f"{int(pages['county_page'].sum())} on the county page, {int(pages['page_one'].sum())} on "
        f"pages one, {int(either.sum())} on either, of {len(pages)} series tested"
    )


def calm_report(claims: pd.DataFrame) -> str:
    """False claims of calm counties in all: by page, kind of unit, indicator and rule."""
    pages = claims[claims["kind"].isin(PAGES)]
    either = pages["county_page"] | pages["page_one"]
    lines = [
        f"{name}: {_share(int(said.sum()), len(pages))}"
        for name, said in (
            ("county page", pages["county_page"]), ("pages one", pages["page_one"]),
            ("either", either),
        )
    ]  # fmt: skip
    for name in ("kind", "indicator", "rule"):
        lines.append(f"\nsaid anywhere, by {name}:")
        for value, part in claims.groupby(name, sort=True):
            of = len(claims) if name == "rule" else len(part)
            if count := int(part["changed"].sum()):
                lines.append(f"  {value}: {_share(count, of)}")
    return "\n".join(lines)


def _share(count: int, of: int) -> str:
    interval = wilson_interval([count], [of])
    low, high = float(interval.lower[0]), float(interval.upper[0])
    share = f"{100 * count / of:.1f}% (95% interval {100 * low:.1f}% to {100 * high:.1f}%)"
    return f"{count} of {of}, {share}"


def plain_table(rows: Sequence[Row]) -> str:
    """The claims as lines of text."""
    return "\n".join(
        f"{row.number:2} {row.story:18} {row.asked:8} {row.claim:24} {row.unit:22} {row.outcome}"
        f"{f' ({row.note})' if row.note else ''}"
        for row in rows
    )


def markdown_table(rows: Sequence[Row]) -> str:
    """The claims as a table for a page of documentation."""
    lines = ["| Story | Asked | Claim | Unit | Outcome |", "| --- | --- | --- | --- | --- |"]
    lines += [
        f"| `{row.story}` ({row.number}) | {row.asked} say | {row.claim.replace('_', ' ')} | "
        f"{row.unit} | {row.outcome}{f': {row.note}' if row.note else ''} |"
        for row in rows
    ]
    return "\n".join(lines)


def planted(
    seeds: Collection[int], reference: Path, scale: float = 1.0, suites: Sequence[Suite] = ()
) -> pd.DataFrame:
    """The claims of counties with every story, one after the other: `Row` and ``seed``."""
    parts = []
    for seed in seeds:
        setting = Setting.of(seed, scale=scale, stories=plot.choose(True))
        county = carried_through(setting, reference, suites=suites)
        rows = held_against(county.found, county.truth["stories"], checked=bool(suites))
        parts.append(pd.DataFrame([vars(row) for row in rows]).assign(seed=seed))
        print(f"seed {seed}: {totals(rows)}", flush=True)
    return pd.concat(parts, ignore_index=True)


def planted_table(claims: pd.DataFrame) -> str:
    """How often each claim had each outcome, as a table for a page of documentation."""
    kinds = [one for one in OUTCOMES if claims["outcome"].eq(one).any()]
    lines = [
        f"| Story | Asked | Claim | Unit | {' | '.join(kinds)} |",
        f"| --- | --- | --- | --- |{' --- |' * len(kinds)}",
    ]
    keys = ["number", "story", "asked", "claim", "unit"]
    for (number, story, asked, claim, unit), rows in claims.groupby(keys, sort=False):
        counts = " | ".join(str(int(rows["outcome"].eq(one).sum())) for one in kinds)
        what = f"{asked} say | {claim.replace('_', ' ')}"
        lines.append(f"| `{story}` ({number}) | {what} | {unit} | {counts} |")
    return "\n".join(lines)


def totals(rows: Sequence[Row]) -> str:
    """How many claims had each outcome."""
    outcomes = [row.outcome for row in rows]
    return ", ".join(f"{outcomes.count(one)} {one}" for one in sorted(set(outcomes)))


def main(given: Sequence[str] | None = None) -> int:
    """Read the command line, hold the county against its truth, print what came of it."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--calm", type=int, default=0, help="so many counties without stories")
    parser.add_argument("--seeds", type=int, default=0, help="so many counties with stories")
    parser.add_argument("--seed", type=int, default=DEMO_SEED, help="of the county with stories")
    parser.add_argument("--scale", type=float, default=1.0, help="size of the counties")
    parser.add_argument("--checked", action="store_true", help="make the checks of records too")
    parser.add_argument("--workspace", type=Path, help="read what is prepared there")
    parser.add_argument("--markdown", action="store_true", help="print a table for a page")
    options = parser.parse_args(given)
    with tempfile.TemporaryDirectory() as folder:
        workspace = create_workspace(Path(folder) / "w", "medwold")
        reference = workspace / "data" / "reference"
        suites = quality.load_suites(workspace / "expectations") if options.checked else ()
        if options.calm:
            print(calm_report(calm(range(options.calm), reference, options.scale)))
            return 0
        if options.seeds:
            print(planted_table(planted(range(options.seeds), reference, options.scale, suites)))
            return 0
        setting = Setting.of(options.seed, scale=options.scale, stories=plot.choose(True))
        if options.workspace:
            found, truth = prepared_in(options.workspace), plot.truth(setting)
        else:
            county = carried_through(setting, reference, suites=suites)
            found, truth = county.found, county.truth
    checked = bool(options.workspace or suites)
    rows = held_against(found, truth["stories"], checked)
    print(markdown_table(rows) if options.markdown else plain_table(rows))
    print(f"\n{totals(rows)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
