"""What a register holds: indicators, units, targets, breaks, neighbours, policy.

Every model is frozen and refuses unknown fields, so that a misspelt field in a
register file is an error and not a silent default.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from pmf_analysis import periods
from pmf_analysis.terms import (
    Attribution,
    BreakKind,
    DataPeriod,
    Dimension,
    Frequency,
    MeasureKind,
    Polarity,
    UnitKind,
)


def _as_date(value: object) -> object:
    # a month such as 2024-04 means its first day
    if isinstance(value, str) and len(value) == 7 and value[4] == "-":
        return f"{value}-01"
    return value


FromDate = Annotated[date, BeforeValidator(_as_date)]


def _as_period(value: object) -> object:
    if isinstance(value, str) and value and periods.try_parse(value) is None:
        raise ValueError(f"{value!r} is no period code, such as 2024/25 or 2025-09-30")
    return value


PeriodCode = Annotated[str, BeforeValidator(_as_period)]


class Frozen(BaseModel):
    """Base of the register's models."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", str_strip_whitespace=True, allow_inf_nan=False
    )


class Denominator(Frozen):
    """What a numerator is held over: a column of this table or of another one.

    Without ``table`` and ``breakdown`` it stands in the numerator's own row.
    """

    column: str
    plus: tuple[str, ...] = ()
    """Further columns of the same row that are added to it."""
    table: str = ""
    breakdown: str = ""
    period_shift: int = 0
    """Periods to look ahead of the denominator's own: 1 when the population of
    2024 serves the year to March 2025."""

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that add up to it."""
        return (self.column, *self.plus)


class Published(Frozen):
    """An indicator fed from published or locally compiled figures."""

    table: str
    breakdown: str = ""
    numerator: tuple[str, ...] = ()
    """Columns that add up to the numerator; none where only the value is published."""
    denominator: Denominator | None = None
    value: str = ""
    """Column with the printed value, which the recomputed one is held against."""
    covers: DataPeriod | None = None
    """What stretch one delivered figure covers, when that is not one period of the
    indicator's frequency: R12M where the delivered series itself is rolling."""
    from_period: PeriodCode = ""
    """First period that is taken from this table; empty: from its first."""
    to_period: PeriodCode = ""
    """Last period that is taken from this table; empty: to its last."""

    @property
    def reads(self) -> tuple[tuple[str, str, str], ...]:
        """Every table, breakdown and column that it reads, sorted."""
        found = {(self.table, self.breakdown, column) for column in (*self.numerator, self.value)}
        below = self.denominator
        if below is not None:
            own = not below.table and not below.period_shift
            breakdown = below.breakdown or (self.breakdown if own else "")
            table = below.table or self.table
            found |= {(table, breakdown, column) for column in below.columns}
        return tuple(sorted(one for one in found if one[2]))


COUNTED = "counted"
"""Name of the table of figures that are counted from records."""

Test = dict[str, Any]
"""One condition on a record: what `counting.conditions` knows by the name of its first key."""


WholeNumber = Annotated[int, Field(ge=0)]


class OpenRule(Frozen):
    """Two date fields between which a record is open; it still is where the second is empty."""

    from_: str = Field(alias="from")
    to: str
    inclusive: bool = False
    """Whether it is still open on the second day itself, as a unit is on its last."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


def _as_written(name: str) -> str:
    # in, is and from are words of Python, and stand in a file without the mark behind them
    return name.removesuffix("_")


class Condition(Frozen):
    """Base of the kinds of condition, see `counting.conditions`."""

    model_config = ConfigDict(alias_generator=_as_written, populate_by_name=True)


class Cohort(Frozen):
    """A named part of what an indicator counts, such as children who are not unaccompanied."""

    label: str = Field(min_length=3)
    """Words that sentences on it begin with: ``without unaccompanied children``."""
    where: tuple[Test, ...] = Field(min_length=1)
    """What its records meet besides."""


class RecordSource(Frozen):
    """An indicator counted from records: which of them, in which period, to whom.

    Exactly one of ``at``, ``open`` and ``latest`` says when a record counts. A field of the
    record that another one belongs to is named with its table: ``child.uasc`` is the field
    ``uasc`` of the child whose key stands in ``child_id``.
    """

    table: str
    at: str = ""
    """Date field of an event: it counts in the period in which this date lies."""
    open: OpenRule | None = None
    """It counts in each period on whose last day it is open: a stock."""
    latest: str = ""
    """Date field: of each child the latest record up to the period's last day counts."""
    count: Literal["rows", "children"] = "rows"
    """Records, or children: each once in a unit, however many records it has there."""
    where: tuple[Test, ...] = ()
    """What every record that counts must meet; they are the denominator, or the count."""
    numerator: tuple[Test, ...] = ()
    """What those of the numerator meet besides."""
    total: Test | None = None
    """What the numerator adds up over the records, where it is no count of them."""
    cohorts: dict[str, Cohort] = Field(default_factory=dict)
    """Named parts, counted beside all."""
    team: str = "team_then"
    """Field with the team that an event is counted to."""
    held_by: tuple[str, ...] = ()
    """Where a record counts to whoever holds its child's case: only those who are these units
    or below them today. A child that none of them holds counts with the record's own team."""
    history: int = Field(default=0, ge=0)
    """Months of records that a period needs before it."""
    covers: DataPeriod | None = None
    """What stretch one counted figure looks at, when that is not one period."""

    @model_validator(mode="after")
    def _one_time(self) -> RecordSource:
        if sum(map(bool, (self.at, self.open, self.latest))) != 1:
            raise ValueError("source.records needs exactly one of at, open and latest")
        if "all" in self.cohorts:
            raise ValueError("a cohort has a name of its own; all is counted always")
        if self.total is not None and (self.numerator or self.count == "children"):
            raise ValueError("total adds up over rows, and takes no numerator beside it")
        return self


class Source(Frozen):
    """Where an indicator's numbers come from."""

    published: Published
    records: RecordSource | None = None
    """Where they are counted from records; ``published`` is then the table of counts."""
    also: tuple[Published, ...] = ()
    """Further tables, in this order: each gives the units and periods for which those
    before it have no value."""

    @property
    def all(self) -> tuple[Published, ...]:
        """Every table that the numbers may come from, the first one first."""
        return (self.published, *self.also)

    @model_validator(mode="after")
    def _counted_alone(self) -> Source:
        if self.records is not None and self.also:
            raise ValueError("an indicator counted from records takes no further tables (also)")
        return self


class Level(Frozen):
    """A target or a floor: a value agreed by a role, from a date."""

    value: float
    from_: FromDate = Field(alias="from")
    agreed_by: str = ""
    agreed_on: date | None = None
    provisional: bool = False

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


def _as_levels(value: object) -> object:
    # one level may stand without the list around it
    return [value] if isinstance(value, dict) else value


Levels = Annotated[tuple[Level, ...], BeforeValidator(_as_levels)]


def level_at(levels: tuple[Level, ...], on: date) -> Level | None:
    """The level in force on a date: the latest that holds from then or before."""
    held = [level for level in levels if level.from_ <= on]
    return max(held, key=lambda level: level.from_) if held else None


class ExpectedRange(Frozen):
    """Lower and upper threshold of an activity indicator, which has no target."""

    lower: float
    upper: float
    from_: FromDate = Field(alias="from")
    source: str = ""
    units: tuple[str, ...] = ()
    """Codes of the units whose figures it speaks of; empty: of all."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Flows(Frozen):
    """Indicators that count what a stock gains and loses in a period."""

    starts: str
    ends: str


class Indicator(Frozen):
    """One indicator: what is counted, over what, which way is good, who owns it."""

    code: str = Field(pattern=r"^[A-Z][A-Z0-9]*(-[A-Z0-9]+)*$")
    name: str = Field(min_length=3)
    short_name: str = ""
    """At most about 30 characters, for charts and tables; the name when empty."""
    description: str = ""
    """One plain sentence: what it counts and why it matters."""
    objective: str
    source: Source
    kind: MeasureKind
    unit: str
    """``percent``, ``per_10000``, ``count``, ``days``, or another plain word."""
    multiplier: float = Field(default=0.0, ge=0)
    """Value = numerator / denominator x multiplier; by the unit when not given."""
    decimals: int = Field(default=-1, ge=-1, le=4)
    """Decimals as printed, and of the neighbours' rounding rule; by the unit when not given."""
    polarity: Polarity
    frequency: Frequency
    data_period: DataPeriod
    stock: bool = False
    """True for a count at a date, whose successive values overlap."""
    flows: Flows | None = None
    """Of a stock: codes of the indicators of its starts and ends, for its forecast."""
    matures_after: int = Field(default=0, ge=0)
    """Days after the period's end until a figure is final."""
    duty: bool = False
    target: Levels = ()
    floor: Levels = ()
    tolerance: float | None = Field(default=None, ge=0)
    """How far from target still counts as close (close-to-target polarity), in the unit."""
    expected_range: ExpectedRange | None = None
    applies_to: tuple[UnitKind, ...] = Field(min_length=1)
    attribute_to: Attribution | Literal[""] = ""
    adds_up: bool | Literal["distinct_children"] = True
    owner: str
    """A role, never a person's name."""
    risks: tuple[str, ...] = ()
    origin: str
    context: bool = False
    """Whether its figure stands beside every page, such as caseload or vacancies."""
    ask: str = ""
    """The question to ask when the indicator gives cause for concern."""

    @property
    def overlapping(self) -> bool:
        """Whether successive delivered values share children or months, so that no test applies."""
        covers = self.source.published.covers
        return self.stock or (covers is not None and covers.overlaps)

    @property
    def label(self) -> str:
        """The short name, or the name."""
        return self.short_name or self.name

    def part_of(self, cohort: str) -> str:
        """Words for a cohort; empty for all."""
        if cohort in ("", "all"):
            return ""
        known = self.source.records.cohorts if self.source.records else {}
        return known[cohort].label if cohort in known else cohort

    def range_of(self, unit: str, on: date) -> ExpectedRange | None:
        """The expected range of a unit's figure at the end of a period."""
        held = self.expected_range
        if held is None or held.from_ > on or (held.units and unit not in held.units):
            return None
        return held

    @property
    def bounds(self) -> tuple[float, float]:
        """Least and greatest value that there can be; limits are shown within them."""
        return (0.0, 100.0 if self.unit == "percent" else math.inf)

    @property
    def bound(self) -> str:
        """What a reader calls the floor: a minimum only where higher is better."""
        return "minimum" if self.polarity is Polarity.HIGH else "limit"

    @model_validator(mode="before")
    @classmethod
    def _by_the_unit(cls, given: object) -> object:
        if not isinstance(given, dict):
            return given
        unit = given.get("unit")
        given = {**given, "source": _of_counts(given)}
        multiplier = {"percent": 100.0, "per_10000": 10_000.0}.get(str(unit), 1.0)
        decimals = {"percent": 1}.get(str(unit), 0)
        return {"multiplier": multiplier, "decimals": decimals, **given}

    @model_validator(mode="after")
    def _holds_together(self) -> Indicator:
        if self.polarity is Polarity.CLOSE_TO_TARGET and self.tolerance is None:
            raise ValueError("polarity close_to_target needs a tolerance, in the indicator's unit")
        if self.polarity is Polarity.NEUTRAL and (self.target or self.floor):
            raise ValueError("a neutral indicator has no target; give expected_range instead")
        counted = self.kind in (MeasureKind.PROPORTION, MeasureKind.RATE)
        for source in self.source.all:
            if not source.numerator and not source.value:
                raise ValueError(f"table {source.table} gives neither a numerator nor a value")
            if counted and source.numerator and not source.denominator:
                raise ValueError(f"kind {self.kind} needs a denominator")
            if source.covers != self.source.published.covers:
                raise ValueError(f"table {source.table} covers another stretch than the first")
        self._can_be_counted()
        if self.flows and not (self.stock and self.kind in (MeasureKind.COUNT, MeasureKind.RATE)):
            raise ValueError("flows belong to a stock that is a count or a rate")
        if self.stock and self.attribute_to == Attribution.TEAM_AT_EVENT:
            raise ValueError(
                "a stock is counted on a day and has no event; use attribute_to team_at_period_end"
            )
        if (
            self.attribute_to == Attribution.HOME_DISTRICT
            and UnitKind.DISTRICT not in self.applies_to
        ):
            raise ValueError("attribute_to home_district needs district in applies_to")
        for floor in self.floor:
            target = level_at(self.target, floor.from_)
            if target is None:
                continue
            if self.polarity is Polarity.HIGH and floor.value > target.value:
                raise ValueError(f"floor {floor.value:g} lies above target {target.value:g}")
            if self.polarity is Polarity.LOW and floor.value < target.value:
                raise ValueError(f"floor {floor.value:g} lies below target {target.value:g}")
        return self

    def _can_be_counted(self) -> None:
        records = self.source.records
        if records is None:
            return
        if self.kind not in _COUNTABLE:
            raise ValueError(
                f"kind {self.kind} is not counted from records; "
                f"{', '.join(one.value for one in _COUNTABLE)} are"
            )
        if self.frequency is not Frequency.MONTH:
            raise ValueError("records are counted by month; give frequency month")
        if not self.attribute_to:
            raise ValueError("source.records needs attribute_to: to whom a record is counted")
        if (records.total is not None) != (self.kind is MeasureKind.MEAN):
            raise ValueError("a mean needs source.records.total, and no other kind takes one")
        if bool(records.numerator) != (self.kind is MeasureKind.PROPORTION):
            raise ValueError("a proportion needs source.records.numerator, no other kind takes one")


_COUNTABLE = (MeasureKind.PROPORTION, MeasureKind.COUNT, MeasureKind.MEAN)


def _of_counts(given: Mapping[str, object]) -> object:
    """The source of an indicator; one counted from records reads the table of counts."""
    source = given.get("source")
    if not isinstance(source, dict) or "records" not in source or "published" in source:
        return source
    records = source["records"]
    counts: dict[str, object] = {
        "table": COUNTED, "breakdown": given.get("code"), "numerator": ["numerator"],
        "covers": records.get("covers") if isinstance(records, dict) else None,
    }  # fmt: skip
    if given.get("kind") != MeasureKind.COUNT.value:
        counts["denominator"] = {"column": "denominator"}
    return {**source, "published": counts}


class Unit(Frozen):
    """A place or part of the service that answers for results."""

    code: str
    name: str
    kind: UnitKind
    parent: str = ""
    valid_from: date | None = None
    valid_to: date | None = None
    successors: tuple[str, ...] = ()
    """Units that took over what it did; several where it was divided."""
    aliases: tuple[str, ...] = ()
    """Other codes and spellings under which deliveries name it."""
    members: tuple[str, ...] = ()
    """Units that report together as this one; their figures are never added to its own."""
    case_holding: bool | None = None
    """Whether it holds cases; unknown where not said."""

    def holds_on(self, on: date) -> bool:
        """Whether the unit exists on a date."""
        begun = self.valid_from is None or self.valid_from <= on
        return begun and (self.valid_to is None or on <= self.valid_to)

    def holds_in(self, start: date, end: date) -> bool:
        """Whether the unit exists on any day from ``start`` to ``end``."""
        begun = self.valid_from is None or self.valid_from <= end
        return begun and (self.valid_to is None or start <= self.valid_to)


class UnitMove(Frozen):
    """A unit that passed from one parent to another: a row of ``unit_moves.csv``."""

    unit: str
    moved_on: FromDate
    """First day under the next parent."""
    parent_before: str
    """Its parent until the day before; what it passed to is the parent of the next move,
    or the one in ``units.csv``."""
    source: str


class TargetRow(Frozen):
    """A target that differs for one unit: a row of ``targets.csv``."""

    indicator: str
    unit: str
    target: Level
    floor: Level | None = None


class Break(Frozen):
    """A date at which a series must not be read straight through."""

    indicator: str
    """An indicator code, or ``*`` for all."""
    unit: str
    """A unit code, or ``*`` for all."""
    period: str
    """Code of the first period after the break."""
    kind: BreakKind
    reason: str
    recorded_by: str
    recorded_on: date
    source: str
    baseline_points: int | None = Field(default=None, ge=1)
    """Take the limits from the first so many figures from here on and keep them; None: from all."""


class NeighbourModel(Frozen):
    """Who is compared with whom, by one dated model."""

    name: str
    dated: date
    source: str
    neighbours: dict[str, tuple[str, ...]]
    """Unit code to the codes of its neighbours, nearest first."""


class NeighbourModelEntry(Frozen):
    """One model as ``neighbours/models.yml`` lists it; its neighbours are in ``<name>.csv``."""

    name: str
    dated: date
    source: str


class NeighbourModels(Frozen):
    """The content of ``neighbours/models.yml``."""

    models: tuple[NeighbourModelEntry, ...]


class Tolerance(Frozen):
    """How much of the data may fail a check before the verdict turns."""

    unit: str
    """A unit code, or ``*`` for all."""
    indicator: str
    """An indicator code, or ``*`` for all."""
    dimension: Dimension
    green_max: float = Field(ge=0, le=1)
    amber_max: float = Field(ge=0, le=1)
    min_n: int = Field(ge=0)
    approved_by: str
    valid_from: date
    source: str


class Objective(Frozen):
    """A strategic objective that indicators serve."""

    code: str
    name: str
    statement: str
    order: int = 0


class Workspace(Frozen):
    """What a workspace is for: ``data/reference/workspace.yml``."""

    title: str
    register_name: str
    county: str
    """Code of the unit that the county page speaks for (England in the national register)."""
    report_kinds: tuple[UnitKind, ...]
    """Kinds of unit that get a document each when ``pmf run`` names no area."""
    benchmarks: tuple[Literal["county", "region", "neighbours"], ...] = ()
    neighbour_model: str = ""
    control_rules: str = "nhs-making-data-count"
    """Name of the rule set by which control charts are read; printed on every output."""
    synthetic: bool = False
    """Whether the data are invented; printed on every page."""
    notice: str = ""


class RuleSet(Frozen):
    """A named, versioned piece of policy: one file of ``data/reference/rules/``.

    ``values`` is read by the one module the rule set is for, which states in its
    docstring which values it needs.
    """

    name: str
    version: str
    purpose: str
    source: str
    values: dict[str, object]

    @property
    def label(self) -> str:
        """Name and version as printed on outputs."""
        return f"{self.name} {self.version}"
