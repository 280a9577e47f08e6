"""The pages of a run: one document per unit, and one county page with the exceptions first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from pmf_analysis import formats, periods
from pmf_analysis.errors import ExportError
from pmf_analysis.export.document import (
    Appendix,
    AreaDocument,
    AreaRow,
    CountyDocument,
    ExceptionRow,
    Provenance,
)
from pmf_analysis.export.glance import glance
from pmf_analysis.export.html import export_area, export_county, export_sheet
from pmf_analysis.export.notebooks import export_notebook_body
from pmf_analysis.export.sheets import COUNTY_PAGE, county_sheets
from pmf_analysis.findings import load_catalogue, number_text
from pmf_analysis.markup import Html, escape, table_html
from pmf_analysis.prepared import Prepared, of_indicators, published_table
from pmf_analysis.present.html import rag_badge, verdict_badge
from pmf_analysis.present.named_parts import by_year, that_differ
from pmf_analysis.present.six_fields import six_fields
from pmf_analysis.present.standing_out import standing_out
from pmf_analysis.present.summary import RULES as PAGE_RULES
from pmf_analysis.present.summary import (
    ExceptionLine,
    Summary,
    beside,
    exceptions,
    summarise,
    worst_verdict,
)
from pmf_analysis.register import Register
from pmf_analysis.register.models import Unit
from pmf_analysis.store import atomic_write, canonical_json, sha256_of
from pmf_analysis.tables import of_everyone
from pmf_analysis.terms import Comparison, Rag, State, Structure, UnitKind, Variation, Verdict

OWN_LAYOUT = "pmf_long"
CHANGED = "†"
"""Beside a figure of which a closed one has changed; a note says which."""


@dataclass(frozen=True)
class _Area:
    """One unit of a run with what its page needs."""

    unit: Unit
    place: str
    fact: pd.DataFrame
    finding: pd.DataFrame
    summary: Summary
    named: pd.DataFrame
    """Latest rows of named parts, such as children who are not unaccompanied."""
    beside: str
    glance: Html | None = None
    """The unit and its parts in small; nothing where it has none."""

    @property
    def link(self) -> str:
        return f"{self.place}.html"


def write_pages(
    prepared: Prepared,
    manifest: Mapping[str, object],
    run_folder: Path,
    folder: Path | None = None,
    notice: str = "",
) -> list[Path]:
    """Export every page of a run.

    Parameters
    ----------
    prepared : Prepared
    manifest : mapping
        The run's manifest.
    run_folder : Path
        Where the executed notebooks are.
    folder : Path, optional
        Where the pages go; ``export`` in the run's folder when not given.
    notice : str
        Printed above everything, on every page.

    Returns
    -------
    list of Path
        The county page first, then a document for each unit in the order of the run, then the
        further pages of the whole county.

    Raises
    ------
    ExportError
        If an executed notebook that succeeded cannot be shown.
    """
    folder = folder or run_folder / "export"
    (folder / "hashes.json").unlink(missing_ok=True)  # pages without it are not finished
    provenance = _provenance(manifest)
    said = " ".join(part for part in (notice, _notice(prepared)) if part)
    tasks = list(manifest["tasks"])
    asked = manifest["inputs"]["indicators"]
    fact = prepared.table("fact")
    whole = {
        "fact": of_everyone(of_indicators(fact, asked)),
        "finding": of_everyone(of_indicators(prepared.table("finding"), asked)),
        "named": of_indicators(that_differ(fact), asked),
        "beside": of_everyone(fact),
    }
    areas = [_area(prepared, unit, place, whole) for unit, place in _units(prepared, tasks)]
    written = []
    for area in areas:
        own = [task for task in tasks if task["unit"] == area.unit.code]
        document = _area_document(prepared, area, own, run_folder, provenance, said)
        written.append(export_area(document, folder / area.link))
    county = _county_document(prepared, areas, whole, provenance, said)
    sheets = county_sheets(prepared, county, whole["fact"], {a.unit.code: a.link for a in areas})
    county = replace(county, further=tuple((name, sheet.title) for name, sheet in sheets.items()))
    written.insert(0, export_county(county, folder / COUNTY_PAGE))
    written += [export_sheet(sheet, folder / name) for name, sheet in sheets.items()]
    _remove_others(folder, written)
    hashes = {path.name: sha256_of(path) for path in written}
    atomic_write(folder / "hashes.json", canonical_json(hashes))
    return written


def _remove_others(folder: Path, written: Sequence[Path]) -> None:
    for path in folder.glob("*.html"):
        if path not in written:
            path.unlink()


def _units(prepared: Prepared, tasks: Sequence[Mapping]) -> list[tuple[Unit, str]]:
    places = {task["unit"]: task["place"] for task in tasks}
    return [(prepared.register.units[code], place) for code, place in places.items()]


def _area(prepared: Prepared, unit: Unit, place: str, whole: Mapping[str, pd.DataFrame]) -> _Area:
    held = prepared.register
    fact = _of(whole["fact"], [unit.code])
    finding = _of(whole["finding"], [unit.code])
    parts = _of(whole["fact"], held.children_of(unit.code, prepared.context.as_at))
    summary = summarise(fact, finding, prepared.context, parts)
    said = beside(whole["beside"], unit.code, prepared.context)
    named = _of(whole["named"], [unit.code])
    small = glance(prepared, unit, whole["fact"], whole["finding"])
    return _Area(unit, place, fact, finding, summary, named, said, small)


def _of(table: pd.DataFrame, codes: Sequence[str]) -> pd.DataFrame:
    return table[table["service_area"].isin(list(codes))].reset_index(drop=True)


def _provenance(manifest: Mapping) -> Provenance:
    inputs = manifest["inputs"]
    return Provenance(
        run_id=manifest["run_id"],
        workbench=manifest["workbench"],
        rule_sets=tuple(inputs["rule_sets"]),
        deliveries=tuple((given["file_name"], given["sha256"]) for given in inputs["deliveries"]),
        neighbour_model=inputs["neighbour_model"],
    )


def _area_document(
    prepared: Prepared,
    area: _Area,
    tasks: Sequence[Mapping],
    run_folder: Path,
    provenance: Provenance,
    notice: str,
) -> AreaDocument:
    summary, held = area.summary, prepared.register
    return AreaDocument(
        area_name=area.unit.name,
        kind=area.unit.kind.label.capitalize(),
        period_label=_period_label(area.fact),
        as_at=_as_at(prepared),
        headline=summary.headline,
        beside=area.beside,
        provenance=provenance,
        stories=summary.stories,
        everything_else=summary.everything_else,
        trust=summary.trust,
        questions=summary.questions,
        verdict=summary.verdict,
        counts=summary.counts,
        overview=overview(prepared, area.fact, area.named),
        glance=area.glance,
        appendices=tuple(_appendix(task, run_folder) for task in tasks),
        notice=notice,
        county_name=held.units[held.county].name,
        county_link=COUNTY_PAGE,
    )


def _appendix(task: Mapping, run_folder: Path) -> Appendix:
    """An executed notebook; one that failed is said to have failed, and not shown."""
    if task["outcome"] != "succeeded":
        place = f"cell {task['failed_cell']}" if task["failed_cell"] else "its kernel"
        words = escape(f"This part could not be made: {task['notebook']} failed in {place}.")
        return Appendix(task["title"], Html(f"<p>{words}</p>"))
    path = run_folder / task["output"]
    if sha256_of(path) != task["sha256"]:
        raise ExportError(
            f"{task['output']} is not what the run left",
            "the notebook that the manifest names by its hash",
            "Run again: pmf run",
        )
    body = export_notebook_body(path, prefix=f"{task['notebook']}", title=False)
    return Appendix(task["title"], body)


def _as_at(prepared: Prepared) -> str:
    """The date of the data, and whether a delivery said it or it was taken from the periods."""
    on = prepared.context.as_at
    delivery = prepared.table("delivery")
    latest = delivery[delivery["published"] == on.isoformat()]
    stated = latest["published_basis"].str.match("given|file name").any()
    guessed = "" if stated or latest.empty else " (no publication date was stated: end of the data)"
    structure = prepared.context.structure
    units = f"; {structure.label}" if structure is Structure.AS_NOW else ""
    return f"{periods.format_date(on)}{guessed}{units}"


def _notice(prepared: Prepared) -> str:
    """What stands above every page: invented data, or whose figures they are."""
    workspace = prepared.register.workspace
    own = prepared.table("delivery")["layout"].eq(OWN_LAYOUT).all()
    return "" if own and not workspace.synthetic else workspace.notice


def _period_label(fact: pd.DataFrame) -> str:
    """The latest period of a unit, as most of its indicators name it."""
    given = fact[fact["has_value"].astype(bool)]
    given = fact if given.empty else given
    if given.empty:
        return "no figures"
    latest = given[given["period_end"] == given["period_end"].max()]
    commonest = latest["period"].value_counts(sort=True).index[0]
    return periods.parse(commonest).label


def overview(prepared: Prepared, fact: pd.DataFrame, named: pd.DataFrame | None = None) -> Html:
    """Every indicator of a unit on one line, with its named parts; and six fields of each.

    Parameters
    ----------
    prepared : Prepared
    fact : pandas.DataFrame
        The unit's rows.
    named : pandas.DataFrame, optional
        The same of named parts, such as children who are not unaccompanied.
    """
    if fact.empty:
        return Html("<p>No figure was delivered.</p>")
    held = prepared.register
    parts = {} if named is None else dict(tuple(named.groupby("indicator", sort=True)))
    rows = []
    for row in fact.to_dict("records"):
        rows.append(_line(row, held))
        own = parts.get(row["indicator"])
        rows += [] if own is None else [_line(one, held) for one in own.to_dict("records")]
    table = table_html(
        pd.DataFrame(rows),
        "The latest figure of every indicator",
        "Indicator",
        cells={"Status": rag_badge, "Data": verdict_badge},
    )
    fields = six_fields(fact, held)
    return Html(f"{table}{_published_notes(prepared, fact)}{fields}")


def _line(row: Mapping, held: Register) -> dict[str, object]:
    indicator = held.indicator(row["indicator"])
    part = indicator.part_of(row["cohort"])
    line = {
        "Indicator": f"{indicator.label}, {part}" if part else indicator.label,
        "Period": _period_cell(row),
        "Figure": _figure_cell(row),
        "Target": row["levels_text"] or "none set",
        "Status": row["rag"],
        "Change beyond chance?": _change(row),
    }
    if row["service_area"] != held.county:
        line[f"Against {held.units[held.county].name}"] = _against(row, indicator)
    return {**line, "Data": row["verdict"]}


def _figure_cell(row: Mapping) -> str:
    figure = row["shown_text"] or formats.state_text(row["shown_state"])
    return f"{figure} {CHANGED}" if row["closed_change"] else figure


def _published_notes(prepared: Prepared, fact: pd.DataFrame) -> Html:
    """What was published on closing and is another figure now, a line each."""
    published = published_table(prepared)
    if published is None:
        return Html("")
    shown = published["service_area"].isin(fact["service_area"])
    own = published[shown & published["indicator"].isin(fact["indicator"])]
    changed = own[own["published_change"] != "same"].sort_values(
        ["indicator", "period_end"], ascending=[True, False], kind="stable"
    )
    named = {code: one.label for code, one in prepared.register.indicators.items()}
    lines = [
        f"{named.get(row.indicator, row.indicator)}, "
        f"{periods.in_sentence(row.published_label)}: "
        f"published as {_and_status(row, 'published')}; now {_and_status(row, 'present')}."
        for row in changed.itertuples(index=False)
    ]
    if not lines:
        return Html("")
    listed = "".join(f"<li>{escape(line)}</li>" for line in lines)
    lead = f"{CHANGED} A figure of this indicator has changed since it was published on closing:"
    return Html(f"<p>{escape(lead)}</p><ul>{listed}</ul>")


def _and_status(row: tuple, side: str) -> str:
    """A figure with its status, which is left out where neither side has one."""
    text = str(getattr(row, f"{side}_text"))
    if row.published_rag == row.present_rag == Rag.NOT_RATED:
        return text
    return f"{text}, {Rag(getattr(row, f'{side}_rag')).label}"


def _period_cell(row: Mapping) -> str:
    note = f" ({State.PROVISIONAL.label})" if row["shown_state"] == State.PROVISIONAL else ""
    return f"{row['shown_label']}{note}"


def _change(row: Mapping) -> str:
    if row["signal"] == "improvement" and row["claims_doubted"]:
        return "in doubt"
    words = {
        "improvement": "yes, better",
        "concern": "yes, worse",
        "neutral": "yes",
        "none": "no",
    }
    note = ", provisional" if row["state"] == State.PROVISIONAL and row["signal"] in words else ""
    return words.get(row["signal"], Variation.NOT_TESTED.label) + note


def _against(row: Mapping, indicator: object) -> str:
    compared = Comparison(row["vs_england"])
    text = number_text(row["england"], indicator)
    return f"{compared.label} ({text})" if text else compared.label


def _county_document(
    prepared: Prepared,
    areas: Sequence[_Area],
    whole: Mapping[str, pd.DataFrame],
    provenance: Provenance,
    notice: str,
) -> CountyDocument:
    held = prepared.register
    county = held.units[held.county]
    links = {area.unit.code: area.link for area in areas}
    shown = [area.unit.code for area in areas]
    facts = [area.fact for area in areas]
    own_finding, own_fact = _of(whole["finding"], [county.code]), _of(whole["fact"], [county.code])
    stands_alone = county.kind is UnitKind.COUNTY and county.code not in links
    if stands_alone and not own_fact.empty:
        shown.append(county.code)
        facts.append(own_fact)
    fact = pd.concat(facts, ignore_index=True)
    finding = pd.concat([*(a.finding for a in areas), own_finding], ignore_index=True)
    finding = finding[finding["service_area"].isin(shown)]
    lines = exceptions(fact, finding, prepared.context)
    most = int(held.rule_set(PAGE_RULES).values["most_exceptions"])
    rows = tuple(
        ExceptionRow(
            area_name=held.units[line.service_area].name,
            link=links.get(line.service_area, ""),
            indicator_name=held.indicator(line.indicator).name,
            rag=line.rag,
            sentence=line.sentence,
        )
        for line in lines[:most]
    )
    return CountyDocument(
        county_name=held.workspace.title,
        period_label=_period_label(fact),
        as_at=_as_at(prepared),
        headline=_county_headline(lines, len(fact), county.name),
        exceptions_found=len(lines),
        provenance=provenance,
        beside=beside(whole["beside"], county.code, prepared.context),
        exceptions=rows,
        standing_out=standing_out(
            prepared.table("screen"), prepared.table("fact"), shown, links, prepared.context
        ),
        overview=_own_overview(prepared, own_fact, whole) if stands_alone else None,
        areas=(
            *_rows_of(areas),
            *_row_of_all(county, own_fact, stands_alone and not own_fact.empty),
        ),
        trust=_county_trust(fact),
        notice=notice,
    )


def _own_overview(
    prepared: Prepared, fact: pd.DataFrame, whole: Mapping[str, pd.DataFrame]
) -> Html | None:
    """All indicators of the county, which has no page of its own, and its named parts."""
    if fact.empty:
        return None
    held = prepared.register
    table = overview(prepared, fact, _of(whole["named"], [held.county]))
    analysis = prepared.table("analysis", [held.county])
    parts = [str(by_year(analysis, held.indicator(code))) for code in fact["indicator"]]
    return Html("\n".join([str(table), *filter(None, parts)]))


def _rows_of(areas: Sequence[_Area]) -> list[AreaRow]:
    return [
        AreaRow(area.unit.name, area.link, area.summary.counts, area.summary.verdict)
        for area in areas
    ]


def _row_of_all(county: Unit, fact: pd.DataFrame, shown: bool) -> list[AreaRow]:
    """The county's own figures, which stand on this page alone."""
    if not shown:
        return []
    counts = {rag.value: int((fact["rag"] == rag).sum()) for rag in Rag}
    note = "the whole county; its figures stand on this page"
    return [AreaRow(county.name, "", counts, worst_verdict(fact["verdict"]), note)]


def _county_headline(lines: Sequence[ExceptionLine], figures: int, whole: str) -> str:
    """How many figures need attention, by their leading reason, most urgent first."""
    if not lines:
        return f"None of {figures} figures needs attention."
    counts = Counter(line.code for line in lines)
    entries = sorted(load_catalogue().entries, key=lambda entry: -entry.attention)
    said = [
        f"{counts[entry.code]} {_lower_first((entry.headline or entry.title).format(whole=whole))}"
        for entry in entries
        if entry.code in counts
    ]
    verb = "needs" if len(lines) == 1 else "need"
    return f"{len(lines)} of {figures} figures {verb} attention: {formats.listed(said)}."


def _lower_first(text: str) -> str:
    return text[:1].lower() + text[1:]


def _county_trust(fact: pd.DataFrame) -> str:
    if fact.empty:
        return "Nothing was delivered."
    counts = fact["verdict"].value_counts()
    said = [
        f"{int(counts[verdict])} {_lower_first(verdict.label)}"
        for verdict in Verdict
        if verdict in counts.index
    ]
    return f"The data behind {len(fact)} figures: {formats.listed(said)}."


def red_figures(prepared: Prepared, units: Sequence[str]) -> pd.DataFrame:
    """Facts of the given units whose data-quality verdict is red."""
    fact = prepared.table("fact", list(units))
    return fact[fact["verdict"] == Verdict.RED].reset_index(drop=True)
