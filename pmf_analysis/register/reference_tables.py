"""The reference CSV files: units, targets, breaks, tolerances, neighbours."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel

from pmf_analysis import periods
from pmf_analysis.errors import RegisterError
from pmf_analysis.register import yaml_files
from pmf_analysis.register.csv_files import CsvRow, read_rows
from pmf_analysis.register.faults import Faults, model_of_row, model_of_yaml
from pmf_analysis.register.models import (
    Break,
    Frozen,
    NeighbourModel,
    NeighbourModels,
    TargetRow,
    Tolerance,
    Unit,
    UnitMove,
)
from pmf_analysis.terms import UnitKind

UNIT_COLUMNS = ("code", "name", "kind", "parent", "valid_from", "valid_to", "successors", "aliases")
UNIT_CHOICES = ("members", "case_holding", "source")
MOVE_COLUMNS = ("unit", "moved_on", "parent_before", "source")
TARGET_COLUMNS = (
    "indicator", "unit", "from", "target", "floor", "agreed_by", "agreed_on", "provisional",
)  # fmt: skip
BREAK_COLUMNS = (
    "indicator", "unit", "period", "kind", "reason", "recorded_by", "recorded_on", "source",
)  # fmt: skip
BREAK_CHOICES = ("baseline_points",)
TOLERANCE_COLUMNS = (
    "unit", "indicator", "dimension", "green_max", "amber_max", "min_n", "approved_by",
    "valid_from", "source",
)  # fmt: skip
NEIGHBOUR_COLUMNS = ("unit", "rank", "neighbour")


@dataclass(frozen=True)
class Row:
    """A model and the CSV row it came from, for later messages."""

    model: BaseModel
    source: CsvRow


def units(folder: Path, faults: Faults) -> list[Unit]:
    """Units of ``units.csv``; lists in a cell have ``;`` between their items."""
    rows = _rows(folder, "units.csv", UNIT_COLUMNS, faults, optional=UNIT_CHOICES, needed=True)
    found: dict[str, Unit] = {}
    for row in rows:
        fields: dict[str, object] = _given(row, ("source",))
        for column in ("successors", "aliases", "members"):
            fields[column] = [item.strip() for item in row[column].split(";") if item.strip()]
        unit = model_of_row(Unit, row, fields, faults)
        if unit is None:
            continue
        if unit.code in found:
            faults.add(row.fault("code", f"a code once only; {found[unit.code].name} has it too"))
        if unit.valid_from and unit.valid_to and unit.valid_to < unit.valid_from:
            faults.add(row.fault("valid_to", "a date on or after valid_from"))
        found.setdefault(unit.code, unit)
    return [found[code] for code in sorted(found)]


def unit_moves(folder: Path, known: Mapping[str, Unit], faults: Faults) -> list[UnitMove]:
    """Units that passed to another parent, by unit and date; a file without rows is fine."""
    held: list[Row] = []
    for row in _rows(folder, "unit_moves.csv", MOVE_COLUMNS, faults):
        for column in ("unit", "parent_before"):
            if row[column] not in known:
                faults.add(row.fault(column, "the code of a unit in units.csv"))
        if row["unit"] == row["parent_before"]:
            faults.add(row.fault("parent_before", "another unit than the one that moved"))
        for found in _row(UnitMove, row, _given(row), faults):
            unit = known.get(found.model.unit)
            if unit and not unit.holds_on(found.model.moved_on):
                faults.add(row.fault("moved_on", f"a day on which {unit.name} exists"))
            held.append(found)
    _once(held, ("unit", "moved_on"), faults)
    _each_moves(held, known, faults)
    return sorted((row.model for row in held), key=lambda move: (move.unit, move.moved_on))


def _each_moves(held: list[Row], known: Mapping[str, Unit], faults: Faults) -> None:
    """A move leads to another parent than the one before it."""
    later: dict[str, str] = {code: unit.parent for code, unit in known.items()}
    for row in sorted(held, key=lambda one: one.model.moved_on, reverse=True):
        move = row.model
        if later.get(move.unit) == move.parent_before:
            faults.add(
                row.source.fault("parent_before", "another parent than the one that follows")
            )
        later[move.unit] = move.parent_before


def targets(folder: Path, faults: Faults) -> list[Row]:
    """Targets that differ for one unit; a file without rows is fine."""
    held: list[Row] = []
    columns = {"target.value": "target", "floor.value": "floor", "target.from": "from"}
    for row in _rows(folder, "targets.csv", TARGET_COLUMNS, faults):
        shared = _given(row, ("indicator", "unit", "target", "floor"))
        fields: dict[str, object] = {
            "indicator": row["indicator"],
            "unit": row["unit"],
            "target": {"value": row["target"], **shared},
        }
        if row["floor"]:
            fields["floor"] = {"value": row["floor"], **shared}
        columns |= {f"{part}.{name}": name for part in ("target", "floor") for name in shared}
        held += _row(TargetRow, row, fields, faults, columns)
    _once(held, ("indicator", "unit", "from"), faults)
    return held


def breaks(folder: Path, faults: Faults) -> list[Row]:
    """Dates at which a series must not be read straight through."""
    held: list[Row] = []
    for row in _rows(folder, "breaks.csv", BREAK_COLUMNS, faults, optional=BREAK_CHOICES):
        if periods.try_parse(row["period"]) is None:
            faults.add(row.fault("period", "a period's code such as 2015/16 or 2017-04"))
            continue
        held += _row(Break, row, _given(row), faults)
    _once(held, ("indicator", "unit", "period", "kind"), faults)
    return held


def tolerances(folder: Path, faults: Faults) -> list[Row]:
    """How much may fail before a data-quality verdict turns, by dimension and unit."""
    held: list[Row] = []
    for row in _rows(folder, "tolerances.csv", TOLERANCE_COLUMNS, faults):
        for found in _row(Tolerance, row, _given(row), faults):
            if found.model.amber_max < found.model.green_max:
                faults.add(row.fault("amber_max", "at least green_max"))
            held.append(found)
    _once(held, ("unit", "indicator", "dimension", "valid_from"), faults)
    return held


def neighbour_models(
    folder: Path, known: Mapping[str, Unit], faults: Faults
) -> list[NeighbourModel]:
    """Every model listed in ``neighbours/models.yml``, each with its CSV file."""
    path = folder / "neighbours" / "models.yml"
    files = {file.stem for file in path.parent.glob("*.csv")}
    if not path.exists():
        if files:
            faults.add("neighbours/models.yml is missing; it gives each model a date and a source")
        return []
    try:
        listed = model_of_yaml(
            NeighbourModels, yaml_files.read(path, "neighbours/models.yml"), faults
        )
    except RegisterError as error:
        faults.add(str(error).rstrip("."))
        return []
    models = sorted(listed.models if listed else (), key=lambda model: model.name)
    for name in sorted(files - {model.name for model in models}):
        faults.add(f"neighbours/{name}.csv is not listed in neighbours/models.yml")
    return [
        NeighbourModel(
            name=model.name, dated=model.dated, source=model.source,
            neighbours=_neighbours(folder, model.name, known, faults),
        )
        for model in models
    ]  # fmt: skip


def _neighbours(
    folder: Path, model: str, known: Mapping[str, Unit], faults: Faults
) -> dict[str, tuple[str, ...]]:
    file = f"neighbours/{model}.csv"
    ranked: dict[str, dict[int, str]] = {}
    rows = _rows(folder, file, NEIGHBOUR_COLUMNS, faults, ("closeness",), needed=True)
    for row in rows:
        for column in ("unit", "neighbour"):
            if row[column] not in known:
                faults.add(row.fault(column, "the code of a unit in units.csv"))
        kinds = {known[row[one]].kind for one in ("unit", "neighbour") if row[one] in known}
        if len(kinds) > 1 or UnitKind.JOINT_AUTHORITY in kinds:
            faults.add(row.fault("neighbour", "a unit of the same kind, on its own"))
        if not row["rank"].isdecimal():
            faults.add(row.fault("rank", "a whole number"))
            continue
        held = ranked.setdefault(row["unit"], {})
        if int(row["rank"]) in held:
            faults.add(row.fault("rank", f"each rank once for {row['unit']}"))
        if row["neighbour"] in (row["unit"], *held.values()):
            faults.add(row.fault("neighbour", "each other unit once"))
        held[int(row["rank"])] = row["neighbour"]
    return {unit: tuple(held[rank] for rank in sorted(held)) for unit, held in ranked.items()}


def _rows(
    folder: Path, name: str, columns: Iterable[str], faults: Faults,
    optional: tuple[str, ...] = (), needed: bool = False,
) -> list[CsvRow]:  # fmt: skip
    path = folder / name
    if not needed and not path.exists():
        return []
    try:
        return read_rows(path, name, tuple(columns), optional)
    except RegisterError as error:
        faults.add(str(error).rstrip("."))
        return []


def _given(row: CsvRow, without: Iterable[str] = ()) -> dict[str, object]:
    """The cells that are not empty, so that a model's defaults stand for the others."""
    return {name: cell for name, cell in row.cells.items() if cell and name not in without}


def _row(
    model: type[Frozen], row: CsvRow, fields: Mapping[str, object], faults: Faults,
    columns: Mapping[str, str] | None = None,
) -> list[Row]:  # fmt: skip
    found = model_of_row(model, row, fields, faults, columns)
    return [Row(found, row)] if found is not None else []


def _once(rows: list[Row], columns: tuple[str, ...], faults: Faults) -> None:
    seen: dict[tuple[str, ...], int] = {}
    for row in rows:
        key = tuple(row.source[column] for column in columns)
        if key in seen:
            faults.add(
                f"{row.source.name}, line {row.source.line}: the same {', '.join(columns)} "
                f"as line {seen[key]}"
            )
        seen.setdefault(key, row.source.line)
