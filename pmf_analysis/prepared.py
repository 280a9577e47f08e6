"""The chain from deliveries to findings, computed once for all series.

The rooms that compute are loaded only when something has to be computed: a notebook of a
run reads its slice without them. The tables are kept in the store under a key that is a
hash of everything that went in: the register, the suites, the deliveries as known at a
date, the period, and the program itself. Asked again for the same, nothing is computed
twice.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pmf_analysis
from pmf_analysis import periods, register
from pmf_analysis.errors import ParameterError, RunError, nearest
from pmf_analysis.gathering import Gathered, gather, known_at, wanted_in_words
from pmf_analysis.register import Context, Register
from pmf_analysis.register.loading import fingerprint
from pmf_analysis.store import UNTIL_FREE, Store, canonical_json
from pmf_analysis.store.atomic import atomic_folder
from pmf_analysis.store.closed import ClosedPeriod, closed_periods
from pmf_analysis.terms import Structure, Verdict

if TYPE_CHECKING:
    import pandas as pd

    from pmf_analysis.quality import QualityResult

TABLES = ("analysis", "fact", "finding", "verdict", "check", "delivery")
"""What is always there; beside them the table of each study, by its name."""

_DIGEST = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class Prepared:
    """Every table of one state of knowledge.

    Attributes
    ----------
    store : Store
    key : str
        Hash of what went in.
    context : Context
        Register and as-at date.
    period : str
        Code of the last period included; empty for the latest.
    """

    store: Store
    key: str
    context: Context
    period: str

    @property
    def register(self) -> Register:
        """The register the tables were made with."""
        return self.context.register

    def table(self, name: str, service_areas: Sequence[str] = ()) -> pd.DataFrame:
        """One of `TABLES`, or the table of a study, whole or for some units.

        Parameters
        ----------
        name : str
        service_areas : sequence of str
            Unit codes; all when empty.

        Returns
        -------
        pandas.DataFrame
        """
        filters = [("service_area", "in", list(service_areas))] if service_areas else None
        return self.store.prepared(self.key, name, filters=filters)


@cache
def code_digest() -> str:
    """Hash over the program's own files, so that a change of code is a change of input."""
    package = Path(pmf_analysis.__file__).parent
    digest = hashlib.sha256()
    for path in sorted(package.rglob("*")):
        inside = path.relative_to(package)
        if path.suffix in (".py", ".yml", ".j2", ".css") and inside.parts[0] != "_shipped":
            digest.update(inside.as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def prepare(
    store: Store,
    as_at: date | None = None,
    period: str = "",
    structure: Structure = Structure.AS_THEN,
) -> Prepared:
    """The prepared tables: found by their key, or computed and kept.

    Parameters
    ----------
    store : Store
    as_at : date or None
        What was known then; the latest publication date when not given.
    period : str
        Code of the last period to include; empty for the latest.
    structure : Structure
        Whether figures of the past stand with the units as they were then or as they are now.

    Returns
    -------
    Prepared

    Raises
    ------
    RunError, ParameterError, RegisterError, SuiteError
        Before anything is written.
    """
    on, receipts = known_at(store, as_at)
    context = _context(store, on, structure)
    if period:
        periods.parse(period)
    key = prepared_key(store, context, receipts, period)
    prepared = Prepared(store, key, context, period)
    if not store.has_prepared(key) or not _register_path(store, context.register.digest()).is_dir():
        with store.writing("prepare", wait=UNTIL_FREE):
            if not store.has_prepared(key):  # another may have computed it meanwhile
                store.put_prepared(key, _compute(prepared, receipts))
            keep_register(store, context.register)
    return prepared


def prepared_key(
    store: Store, context: Context, receipts: list[dict[str, object]], period: str
) -> str:
    """Key of the prepared tables: a hash of everything that goes in.

    Parameters
    ----------
    store : Store
    context : Context
        Register and as-at date.
    receipts : list of dict
        Of what was known then.
    period : str
        Code of the last period to include; empty for the latest.
    """
    ingredients = {
        "as_at": context.as_at.isoformat(),
        "code": code_digest(),
        "deliveries": [[r["id"], r["published"]] for r in receipts],
        "period": period,
        "register": context.register.digest(),
        "suites": suites_digest(store),
        "version": pmf_analysis.__version__,
    }
    if closed := closed_at(store, context.as_at):
        ingredients["closed"] = [[one.period, one.digest] for one in closed]
    if context.structure is not Structure.AS_THEN:
        ingredients["structure"] = context.structure.value
    return hashlib.sha256(canonical_json(ingredients)).hexdigest()[:16]


def open_prepared(
    store: Store,
    key: str,
    as_at: date | None,
    period: str,
    structure: Structure = Structure.AS_THEN,
) -> Prepared:
    """Tables that a run has prepared already, for a notebook of that run."""
    if not store.has_prepared(key):
        return prepare(store, as_at, period, structure)
    on, _ = known_at(store, as_at)
    return Prepared(store, key, _context(store, on, structure), period)


def _context(store: Store, on: date, structure: Structure) -> Context:
    return Context(register.load(store.reference).under(structure), on, structure)


def keep_register(store: Store, held: Register) -> bool:
    """Keep a copy of the register's files under their digest, for a later comparison.

    Parameters
    ----------
    store : Store
    held : Register
        As loaded from the workspace.

    Returns
    -------
    bool
        False if the copy was there already.

    Raises
    ------
    RunError
        If the files are no longer those that were loaded; nothing was kept.
    """
    place = _register_path(store, held.digest())
    if held.folder is None or place.is_dir():
        return False
    source = Path(held.folder)

    def fill(folder: Path) -> None:
        for path in sorted(source.rglob("*")):
            inside = path.relative_to(source)
            if path.is_file() and not any(part.startswith(".") for part in inside.parts):
                (folder / inside).parent.mkdir(parents=True, exist_ok=True)
                (folder / inside).write_bytes(path.read_bytes())
        if fingerprint(folder) != held.digest():
            raise RunError(
                "The register was changed while it was read",
                "files that stay as they are until the run has begun",
                "Start again",
            )

    return atomic_folder(place, fill)


def kept_register(store: Store, digest: str) -> Register | None:
    """The register of a digest: the workspace's own, or the copy that was kept; None if gone.

    Raises
    ------
    RegisterError
        If the copy can no longer be read by this version of the workbench.
    """
    if fingerprint(store.reference) == digest:
        return register.load(store.reference)
    place = _register_path(store, digest)
    if not place.is_dir() or fingerprint(place) != digest:
        return None
    return register.load(place)


def _register_path(store: Store, digest: str) -> Path:
    if not _DIGEST.fullmatch(digest):
        raise ParameterError(f"{digest[:60]!r} is no digest of a register", "64 hexadecimal digits")
    return store.processed / "registers" / digest


def suites_digest(store: Store) -> str:
    """Hash over the workspace's expectation suites."""
    digest = hashlib.sha256()
    for path in sorted(store.suites.rglob("*.json")):
        name = path.relative_to(store.suites).as_posix()
        digest.update(name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def closed_at(store: Store, on: date) -> list[ClosedPeriod]:
    """Periods that had been closed on what was known by a date."""
    return [one for one in closed_periods(store) if one.as_at <= on]


def published_table(prepared: Prepared) -> pd.DataFrame | None:
    """Closed figures beside the present ones; None where nothing was closed."""
    there = "published" in prepared.store.prepared_names(prepared.key)
    return prepared.table("published") if there else None


def measure_table(
    prepared: Prepared, receipts: list[dict[str, object]], figures: pd.DataFrame
) -> pd.DataFrame:
    """The measure table up to the period, from the figures of the known deliveries."""
    from pmf_analysis import measures

    built = measures.build(figures, receipts, prepared.context)
    measured = measures.with_growth(built, figures, receipts, prepared.context)
    if prepared.period:
        end = periods.parse(prepared.period).end.isoformat()
        measured = measured[measured["period_end"] <= end].reset_index(drop=True)
    return measured


def _compute(prepared: Prepared, receipts: list[dict[str, object]]) -> dict[str, pd.DataFrame]:
    import pandas as pd

    from pmf_analysis import analysis, findings, studies

    context = prepared.context
    gathered = gather(prepared.store, receipts, context)
    measured = measure_table(prepared, receipts, gathered.figures)
    if measured.empty:
        raise RunError(
            "The deliveries hold no figure of any indicator in the register"
            + (f" up to {prepared.period}" if prepared.period else ""),
            wanted_in_words(context.register),
            "Receive such a file, or add an indicator file for what was delivered",
        )
    checked = check_tables(prepared, checked_tables(gathered, measured))
    verdict_of = checked.verdicts.set_index(["indicator", "service_area"])["verdict"]
    keys = pd.MultiIndex.from_frame(measured[["indicator", "service_area"]])
    judged = measured.assign(
        quality=verdict_of.reindex(keys).fillna(Verdict.NOT_ASSESSED.value).to_numpy()
    )
    analysed = analysis.analyse_all(judged, context)
    published = _published(prepared, analysed)
    if published is not None:
        analysed = findings.with_published(analysed, published)
    known = studies.Known(lambda: gathered.records, checked.verdicts)
    studied = studies.study_all(analysed, known, context)
    facts = findings.latest_facts(analysed, checked.verdicts, context, published, studied)
    kept = {} if published is None else {"published": published}
    return {
        **kept,
        "analysis": analysed,
        "fact": facts,
        "finding": findings.judge(facts, context),
        "verdict": checked.verdicts,
        "check": checked.results,
        "delivery": gathered.deliveries,
        **studied,
    }


def _published(prepared: Prepared, analysed: pd.DataFrame) -> pd.DataFrame | None:
    """The closed figures up to the period, each beside the present one."""
    import pandas as pd

    from pmf_analysis import findings

    closed = closed_at(prepared.store, prepared.context.as_at)
    if prepared.period:
        end = periods.parse(prepared.period).end
        closed = [one for one in closed if periods.parse(one.period).end <= end]
    if not closed:
        return None
    tables = [
        one.table("figures").assign(closed_by=one.by, closed_as_at=one.as_at.isoformat())
        for one in closed
    ]
    return findings.beside(pd.concat(tables, ignore_index=True), analysed, prepared.context)


def checked_tables(gathered: Gathered, measured: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Every table that suites look at, by its kind."""
    records = {f"record.{name}": rows for name, rows in gathered.versions.items()}
    return {
        "receipt": gathered.deliveries, "figure": gathered.figures, "measure": measured, **records,
    }  # fmt: skip


def check_tables(prepared: Prepared, tables: Mapping[str, pd.DataFrame]) -> QualityResult:
    """Run every suite of the workspace on the table of its kind."""
    from pmf_analysis import quality

    suites = quality.load_suites(prepared.store.suites)
    return quality.check(tables, suites, prepared.context)


def check(
    store: Store,
    as_at: date | None = None,
    period: str = "",
    structure: Structure = Structure.AS_THEN,
) -> tuple[Prepared, QualityResult]:
    """The quality results of what is known, from the prepared tables."""
    from pmf_analysis import quality

    prepared = prepare(store, as_at, period, structure)
    return prepared, quality.QualityResult(prepared.table("check"), prepared.table("verdict"))


def of_indicators(table: pd.DataFrame, codes: Sequence[str]) -> pd.DataFrame:
    """The rows of some indicators; all when none is named."""
    if not codes:
        return table
    return table[table["indicator"].isin(list(codes))].reset_index(drop=True)


def pick_indicators(held: Register, given: Sequence[str]) -> tuple[str, ...]:
    """Indicator codes as asked for; all when none is named.

    Raises
    ------
    ParameterError
        Naming the nearest known code.
    """
    for code in given:
        if code not in held.indicators:
            raise ParameterError(
                f"The indicator {code!r} is not in the register",
                "the code of an indicator file",
                nearest(code, held.indicators),
            )
    return tuple(given) or tuple(sorted(held.indicators))
