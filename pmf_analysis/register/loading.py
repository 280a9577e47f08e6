"""Read a folder of reference files into a register, or say what is wrong with it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from datetime import timedelta
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar

from pydantic import BaseModel

from pmf_analysis.errors import RegisterError, nearest
from pmf_analysis.register import reference_tables as tables
from pmf_analysis.register import yaml_files
from pmf_analysis.register.faults import Faults, model_of_yaml
from pmf_analysis.register.models import Indicator, Objective, RuleSet, Unit, Workspace
from pmf_analysis.register.registry import ANY, Register, in_order
from pmf_analysis.register.unit_names import name_units
from pmf_analysis.terms import Polarity, Structure, UnitKind

Model = TypeVar("Model", bound=BaseModel)


def load(folder: Path) -> Register:
    """Read a register.

    Parameters
    ----------
    folder : Path
        ``data/reference`` of a workspace or of the checkout. It needs ``workspace.yml``,
        ``units.csv`` and at least one file in ``indicators/``; what else the architecture
        page lists may be absent.

    Returns
    -------
    Register

    Raises
    ------
    RegisterError
        If a file cannot be read, or the files do not hold together. The message names every
        fault found with file, line, field or column, what was given and what was expected.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise RegisterError(f"There is no register in {folder.name}", "a folder data/reference")
    faults = Faults()
    workspace = _workspace(folder, faults)
    indicators = _by_code(folder, "indicators", Indicator, faults)
    objectives = _by_code(folder, "objectives", Objective, faults)
    rule_sets = _rule_sets(folder, faults)
    units = {unit.code: unit for unit in tables.units(folder, faults)}
    moves = tables.unit_moves(folder, units, faults)
    targets = tables.targets(folder, faults)
    breaks = tables.breaks(folder, faults)
    tolerances = tables.tolerances(folder, faults)
    models = tables.neighbour_models(folder, units, faults)
    faults.raise_if_any()
    if workspace is None or not indicators:
        raise RegisterError("indicators/ holds no file", "one YAML file for each indicator")
    register = Register(
        workspace=workspace,
        indicators=MappingProxyType(indicators),
        units=MappingProxyType(units),
        target_rows=tuple(row.model for row in targets),
        breaks=in_order([row.model for row in breaks]),
        neighbour_models=MappingProxyType({model.name: model for model in models}),
        tolerances=tuple(row.model for row in tolerances),
        objectives=MappingProxyType(objectives),
        rule_sets=MappingProxyType(rule_sets),
        folder=folder,
        fingerprint=fingerprint(folder),
        unit_moves=tuple(moves),
    )
    _check_units(register, faults)
    _check_workspace(register, faults)
    _check_objectives(register, faults)
    _check_holders(register, faults)
    _check_ranges(register, faults)
    _check_flows(register, faults)
    for row in (*targets, *breaks, *tolerances):
        _check_names(row, register, faults)
    _check_floors(targets, register, faults)
    faults.raise_if_any()
    return register.under(Structure.AS_THEN)


def fingerprint(folder: Path) -> str:
    """SHA-256 over the names and bytes of all files below a folder, in the order of names.

    Files whose name, or a folder's name, starts with a dot are left out.
    """
    digest = hashlib.sha256()
    files = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*")}
    for name in sorted(files):
        if files[name].is_dir() or any(part.startswith(".") for part in name.split("/")):
            continue
        content = hashlib.sha256(files[name].read_bytes()).hexdigest()
        digest.update(f"{name}\0{content}\n".encode())
    return digest.hexdigest()


def _read(reader: Callable[..., Model], faults: Faults) -> Model | None:
    try:
        return reader()
    except RegisterError as error:
        faults.add(str(error).rstrip("."))
        return None


def _workspace(folder: Path, faults: Faults) -> Workspace | None:
    file = _read(lambda: yaml_files.read(folder / "workspace.yml"), faults)
    return model_of_yaml(Workspace, file, faults) if file else None


def _yaml_models(
    folder: Path, part: str, model: type[Model], faults: Faults
) -> list[tuple[yaml_files.YamlFile, Model]]:
    """Every YAML file of one part of the register, in the order of names."""
    held = []
    for path in sorted((folder / part).glob("*.y*ml")):
        name = f"{part}/{path.name}"
        file = _read(lambda path=path, name=name: yaml_files.read(path, name), faults)
        found = model_of_yaml(model, file, faults) if file else None
        if found is not None:
            held.append((file, found))
    return held


def _by_code(folder: Path, part: str, model: type[Model], faults: Faults) -> dict[str, Model]:
    """Models by code, each from the file that bears its code."""
    found: dict[str, Model] = {}
    names: dict[str, str] = {}
    for file, one in _yaml_models(folder, part, model, faults):
        problem = ""
        if one.code in found:
            problem = f"{one.code} is also in {names[one.code]}"
        elif Path(file.name).stem != one.code:
            problem = f"given {one.code!r}, expected {Path(file.name).stem!r} as the file is named"
        if problem:
            faults.add(f"{file.name}, line {file.line(('code',))}, code: {problem}")
        found.setdefault(one.code, one)
        names.setdefault(one.code, file.name)
    return dict(sorted(found.items()))


def _rule_sets(folder: Path, faults: Faults) -> dict[str, RuleSet]:
    found: dict[str, RuleSet] = {}
    for file, one in _yaml_models(folder, "rules", RuleSet, faults):
        if one.name in found:
            line = file.line(("name",))
            faults.add(f"{file.name}, line {line}, name: there are two rule sets {one.name!r}")
        found[one.name] = one
    return dict(sorted(found.items()))


def _check_units(register: Register, faults: Faults) -> None:
    for clash in name_units(register.units.values())[1]:
        faults.add(f"units.csv: {clash}")
    for unit in register.units.values():
        where = f"units.csv, {unit.code}"
        for code in (unit.parent, *unit.successors, *unit.members):
            if code and code not in register.units:
                faults.add(f"{where}: {code!r} is no unit's code")
        if unit.successors and unit.valid_to is None:
            faults.add(f"{where}: has successors and no last day (valid_to)")
        _check_members(register, unit, where, faults)
    _check_circles(register, faults)


def _check_members(register: Register, unit: Unit, where: str, faults: Faults) -> None:
    """Units that report together name two or more members of one kind below one parent."""
    joint = unit.kind is UnitKind.JOINT_AUTHORITY
    if joint != bool(unit.members) or len(unit.members) == 1:
        faults.add(
            f"{where}: a {UnitKind.JOINT_AUTHORITY} names two or more members, no other does"
        )
    for code in unit.members:
        member = register.units.get(code)
        if member and (member.kind is not UnitKind.AUTHORITY or member.parent != unit.parent):
            faults.add(f"{where}: its member {code} is no authority under the same parent")


def _check_circles(register: Register, faults: Faults) -> None:
    """No unit is its own parent, today or before any move, or its own successor."""
    moved = {move.moved_on - timedelta(days=1) for move in register.unit_moves}
    for on in (None, *sorted(moved)):
        for code in register.units:
            if found := _circle(code, lambda one, on=on: [register.parent_of(one, on)], register):
                then = f" before {on + timedelta(days=1)}" if on else ""
                faults.add(f"units.csv, {code}: is its own parent{then}, through {found}")
    for code in register.units:
        if found := _circle(code, lambda one: register.units[one].successors, register):
            faults.add(f"units.csv, {code}: is its own successor, through {found}")


def _circle(code: str, after: Callable[[str], Iterable[str]], register: Register) -> str:
    """The unit through which a unit comes back to itself; empty where it does not."""
    seen: set[str] = set()
    ahead = [code]
    while ahead:
        at = ahead.pop()
        for one in after(at):
            if one == code:
                return at
            if one in register.units and one not in seen:
                seen.add(one)
                ahead.append(one)
    return ""


def _check_workspace(register: Register, faults: Faults) -> None:
    workspace, file = register.workspace, "workspace.yml"
    if workspace.county not in register.units:
        where = _where(register, file, "county")
        faults.add(f"{where}: given {workspace.county!r}, expected a code of units.csv")
    model = workspace.neighbour_model
    if model and model not in register.neighbour_models:
        hint = nearest(model, register.neighbour_models)
        faults.add(
            f"{_where(register, file, 'neighbour_model')}: there is no model {model!r} ({hint})"
        )
    if "neighbours" in workspace.benchmarks and not model:
        faults.add(f"{_where(register, file, 'benchmarks')}: neighbours need a neighbour_model")


def _check_objectives(register: Register, faults: Faults) -> None:
    for code, indicator in register.indicators.items():
        if indicator.objective not in register.objectives:
            hint = nearest(indicator.objective, register.objectives)
            faults.add(
                f"{_where(register, f'indicators/{code}.yml', 'objective')}: "
                f"given {indicator.objective!r}, expected a file of objectives/ ({hint})"
            )


def _check_ranges(register: Register, faults: Faults) -> None:
    """An expected range speaks of units that there are."""
    for code, indicator in register.indicators.items():
        named = indicator.expected_range.units if indicator.expected_range else ()
        for unit in named:
            if unit not in register.units:
                where = _where(register, f"indicators/{code}.yml", "expected_range")
                faults.add(f"{where}: given {unit!r}, expected the code of a unit in units.csv")


def _check_flows(register: Register, faults: Faults) -> None:
    """The starts and ends of a stock are indicators of its frequency that count events."""
    for code, indicator in register.indicators.items():
        flows = indicator.flows
        for named in (flows.starts, flows.ends) if flows else ():
            where = _where(register, f"indicators/{code}.yml", "flows")
            other = register.indicators.get(named)
            if other is None:
                hint = nearest(named, register.indicators)
                faults.add(f"{where}: given {named!r}, expected the code of an indicator ({hint})")
            elif other.overlapping or other.frequency is not indicator.frequency:
                faults.add(
                    f"{where}: given {named!r}, expected an indicator that counts events by "
                    f"{indicator.frequency}"
                )


def _where(register: Register, name: str, field: str) -> str:
    """File, line and field of a fault that was found after reading."""
    line = yaml_files.read(Path(register.folder or "") / name, name).line((field,))
    return f"{name}, line {line}, {field}"


def _check_holders(register: Register, faults: Faults) -> None:
    """Units that an indicator counted from records names are in the register."""
    for indicator in register.indicators.values():
        source = indicator.source.records
        for code in source.held_by if source else ():
            if code not in register.units:
                hint = nearest(code, register.units)
                faults.add(
                    f"indicators/{indicator.code}.yml, source.records.held_by: given {code!r}, "
                    f"expected the code of a unit in units.csv. {hint}"
                )


def _check_names(row: tables.Row, register: Register, faults: Faults) -> None:
    model, source = row.model, row.source
    if model.indicator not in (ANY, *register.indicators):
        hint = nearest(model.indicator, register.indicators)
        faults.add(source.fault("indicator", f"the code of an indicator ({hint})"))
    if model.unit not in (ANY, *register.units):
        faults.add(source.fault("unit", "the code of a unit in units.csv"))


def _check_floors(targets: list[tables.Row], register: Register, faults: Faults) -> None:
    """No unit's floor, its own or the indicator's, may be harder to meet than its target."""
    for row in targets:
        one, indicator = row.model, register.indicators.get(row.model.indicator)
        if indicator is None:
            continue
        if indicator.polarity is Polarity.NEUTRAL:
            faults.add(row.source.fault("indicator", "an indicator that is not neutral"))
        floor = register.target_at(one.indicator, one.unit, one.target.from_)[1]
        if floor is None:
            continue
        gap = one.target.value - floor.value
        if (indicator.polarity is Polarity.HIGH and gap < 0) or (
            indicator.polarity is Polarity.LOW and gap > 0
        ):
            faults.add(row.source.fault("target", f"a level that its floor {floor.value:g} allows"))
