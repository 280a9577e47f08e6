"""The register in use: look-ups over what its files hold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from pathlib import Path

from pmf_analysis import periods
from pmf_analysis.errors import ParameterError, RuleSetError, nearest
from pmf_analysis.register import lineage
from pmf_analysis.register.models import (
    Break,
    Indicator,
    Level,
    NeighbourModel,
    Objective,
    RuleSet,
    TargetRow,
    Tolerance,
    Unit,
    UnitMove,
    Workspace,
    level_at,
)
from pmf_analysis.register.unit_names import Names, name_units, unit_named
from pmf_analysis.terms import Structure, UnitKind

ANY = "*"


@dataclass(frozen=True)
class Register:
    """Everything that the files of ``data/reference`` say; never changed after loading.

    Attributes
    ----------
    workspace : Workspace
    indicators, units, neighbour_models, rule_sets, objectives : mapping
        By code or name, in that order.
    target_rows : tuple of TargetRow
        Targets that differ for one unit.
    breaks : tuple of Break
        With the boundary breaks that units and moves amount to.
    unit_moves : tuple of UnitMove
        Units that passed to another parent, by unit and date.
    tolerances : tuple of Tolerance
    folder : Path or None
        Where the files are.
    fingerprint : str
        SHA-256 over all files of the folder.
    """

    workspace: Workspace
    indicators: Mapping[str, Indicator]
    units: Mapping[str, Unit]
    target_rows: tuple[TargetRow, ...] = ()
    breaks: tuple[Break, ...] = ()
    neighbour_models: Mapping[str, NeighbourModel] = field(default_factory=dict)
    tolerances: tuple[Tolerance, ...] = ()
    objectives: Mapping[str, Objective] = field(default_factory=dict)
    rule_sets: Mapping[str, RuleSet] = field(default_factory=dict)
    folder: Path | None = None
    fingerprint: str = ""
    unit_moves: tuple[UnitMove, ...] = ()

    @property
    def county(self) -> str:
        """Code of the unit that the county page speaks for."""
        return self.workspace.county

    @property
    def control_rules(self) -> RuleSet:
        """The rule set by which the workspace reads its control charts."""
        return self.rule_set(self.workspace.control_rules)

    def digest(self) -> str:
        """SHA-256 over all files of the register: any change of any of them changes it."""
        return self.fingerprint

    def indicator(self, code: str) -> Indicator:
        """The indicator of a code, upper or lower case.

        Raises
        ------
        ParameterError
            If there is none; names the nearest codes.
        """
        found = self.indicators.get(code) or self.indicators.get(code.strip().upper())
        if found is None:
            raise ParameterError(
                f"There is no indicator {code!r}",
                "the code of a file in data/reference/indicators",
                nearest(code, self.indicators),
            )
        return found

    def find_unit(self, text: str, on: date | None = None) -> Unit | None:
        """The unit of a code, a name or another spelling, or None.

        Parameters
        ----------
        text : str
            Capitals and surrounding blanks do not matter.
        on : date, optional
            The day that is spoken of, such as a period's last. A name that served two units
            in turn means the one that existed then; without a date, the later one. A code
            means the unit it was given to, whatever the date.

        Returns
        -------
        Unit or None
        """
        return unit_named(self._unit_names, text, on)

    def unit(self, name_or_code: str) -> Unit:
        """The unit of a code, a name or another spelling.

        Raises
        ------
        ParameterError
            If there is none; names the nearest names.
        """
        found = self.find_unit(name_or_code)
        if found is None:
            names = (unit.name for unit in self.units.values())
            raise ParameterError(
                f"There is no unit {name_or_code!r}",
                "the code or name of a unit in data/reference/units.csv",
                nearest(str(name_or_code), names),
            )
        return found

    def rule_set(self, name: str) -> RuleSet:
        """The rule set of a name.

        Raises
        ------
        RuleSetError
            If there is none; names the nearest.
        """
        if name not in self.rule_sets:
            raise RuleSetError(
                f"There is no rule set {name!r}",
                "the name of a rule set in data/reference/rules",
                nearest(name, self.rule_sets),
            )
        return self.rule_sets[name]

    def target_at(self, indicator: str, unit: str, on: date) -> tuple[Level | None, Level | None]:
        """Target and floor in force for a unit on a date.

        A row of ``targets.csv`` for the unit wins over the indicator's own levels; a row
        without a floor leaves the indicator's own floor standing.

        Parameters
        ----------
        indicator, unit : str
            Codes.
        on : date
            The last day of the period that is judged.

        Returns
        -------
        tuple of (Level or None, Level or None)
        """
        own = self.indicator(indicator)
        floor = level_at(own.floor, on)
        rows = [row for row in self._targets.get((own.code, unit), ()) if row.target.from_ <= on]
        if not rows:
            return level_at(own.target, on), floor
        latest = max(rows, key=lambda row: row.target.from_)
        return latest.target, latest.floor or floor

    def neighbour_model(self, model: str = "") -> NeighbourModel | None:
        """A neighbour model by name; the workspace's own when none is named.

        Returns None only where none is named and the workspace has none.

        Raises
        ------
        ParameterError
            If the model is not listed in ``neighbours/models.yml``.
        """
        name = model or self.workspace.neighbour_model
        if not name:
            return None
        if name not in self.neighbour_models:
            raise ParameterError(
                f"There is no neighbour model {name!r}",
                "a model of data/reference/neighbours/models.yml",
                nearest(name, self.neighbour_models),
            )
        return self.neighbour_models[name]

    def neighbours(self, unit: str, model: str = "") -> tuple[str, ...]:
        """Codes of a unit's neighbours, nearest first; empty where the model has none.

        Parameters
        ----------
        unit : str
            A unit code.
        model : str, optional
            Name of the model; the workspace's own by default.

        Raises
        ------
        ParameterError
            If the model is not listed.
        """
        found = self.neighbour_model(model)
        return found.neighbours.get(unit, ()) if found else ()

    def region_of(self, unit: str) -> str | None:
        """Code of the nearest region above a unit (Inner London for Camden), or None."""
        code = self.units[unit].parent if unit in self.units else ""
        while code:
            if self.units[code].kind is UnitKind.REGION:
                return code
            code = self.units[code].parent
        return None

    def parent_of(self, unit: str, on: date | None = None) -> str:
        """Code of the unit directly above one, on a date or today; empty where there is none."""
        return lineage.parent_on(self.units[unit], self.moves_of.get(unit, ()), on)

    def children_of(self, unit: str, on: date | None = None) -> tuple[str, ...]:
        """Codes of the units directly below a unit: its parts, each once.

        Units that report together are not among them, since their members are.

        Parameters
        ----------
        unit : str
        on : date, optional
            Those that existed and stood below it on that day; all that are registered below
            it when not given.
        """
        if on is None:
            return self._children.get(unit, ())
        return tuple(
            code
            for code, one in sorted(self.units.items())
            if not one.members and one.holds_on(on) and self.parent_of(code, on) == unit
        )

    def peers_of(self, unit: str, on: date) -> tuple[str, ...]:
        """Codes of the other units of one's kind that exist on a date.

        Of a team those that answer to the same unit: teams elsewhere may do other work.
        Units that report together are nobody's peers; neither are regions inside a region
        peers of whole ones, nor the other way round.
        """
        own = self.units[unit]
        if own.kind is UnitKind.JOINT_AUTHORITY:
            return ()
        if own.kind is UnitKind.TEAM:
            sisters = self.children_of(self.parent_of(unit, on), on)
            return tuple(one for one in sisters if one != unit and self.units[one].kind is own.kind)

        def inside(one: Unit) -> bool:
            return one.parent in self.units and self.units[one.parent].kind is one.kind

        return tuple(
            code
            for code, one in sorted(self.units.items())
            if code != unit and one.kind is own.kind and one.holds_on(on)
            and inside(one) == inside(own)
        )  # fmt: skip

    def under(self, structure: Structure) -> Register:
        """The same register, with the boundary breaks of a structure.

        As they were then, a unit's figures must not be read across the day on which it gained
        or lost a part; as they are now, most such days are no break, since past figures move.
        """
        derived = {
            one: lineage.boundary_breaks(self.units, self.unit_moves, one) for one in Structure
        }
        known = [one for found in derived.values() for one in found]
        kept = [one for one in self.breaks if one not in known]
        return replace(self, breaks=in_order([*kept, *derived[structure]]))

    def breaks_of(self, indicator: str, unit: str) -> tuple[Break, ...]:
        """Breaks of one series, earliest first, with those that hold for all."""
        return tuple(
            one
            for one in self.breaks
            if one.indicator in (ANY, indicator) and one.unit in (ANY, unit)
        )

    @cached_property
    def moves_of(self) -> Mapping[str, tuple[UnitMove, ...]]:
        """Moves of each unit that has moved, earliest first."""
        return lineage.by_unit(self.unit_moves)

    @cached_property
    def _unit_names(self) -> Names:
        return name_units(self.units.values())[0]

    @cached_property
    def _children(self) -> dict[str, tuple[str, ...]]:
        children: dict[str, list[str]] = {}
        for unit in self.units.values():
            if unit.members:
                continue
            children.setdefault(unit.parent, []).append(unit.code)
        return {parent: tuple(sorted(codes)) for parent, codes in children.items()}

    @cached_property
    def _targets(self) -> dict[tuple[str, str], list[TargetRow]]:
        rows: dict[tuple[str, str], list[TargetRow]] = {}
        for row in self.target_rows:
            rows.setdefault((row.indicator, row.unit), []).append(row)
        return rows


@dataclass(frozen=True)
class Context:
    """What every method of measure and analysis may ask, beside its table.

    Attributes
    ----------
    register : Register
    as_at : date
        What was known on this date; nothing published later is used.
    structure : Structure
        Whether figures of the past stand with the units as they were then, or as they are
        on the as-at date; ``Register.under`` gives the register the breaks of it.
    """

    register: Register
    as_at: date
    structure: Structure = Structure.AS_THEN


def in_order(breaks: list[Break]) -> tuple[Break, ...]:
    """Breaks by the start of their first period."""
    return tuple(
        sorted(breaks, key=lambda one: (periods.parse(one.period).start, one.indicator, one.unit))
    )
