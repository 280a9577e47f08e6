"""What an indicator's definition reads, and whether it holds together with the layouts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from pmf_analysis.counting import conditions
from pmf_analysis.counting.columns import CHILD, split
from pmf_analysis.counting.conditions import Read
from pmf_analysis.errors import RegisterError, nearest
from pmf_analysis.register import Register
from pmf_analysis.register.faults import Faults, model_of_part, place_of
from pmf_analysis.register.layouts import Layout
from pmf_analysis.register.models import Indicator, RecordSource, Test
from pmf_analysis.register.yaml_files import YamlFile, read
from pmf_analysis.terms import Attribution, Holds

HOME = "home_district"
"""Field with the district of a child's home, of a record or of its child."""
ALLOCATION = "allocation"
"""Table of who holds a child's case: ``child_id, team, started_on, ended_on``."""
CHILDREN = "child"

_AT = ("source", "records")
_DATE = ("date",)
_CODE = ("code", "text")

Fields = Mapping[str, Mapping[str, str]]
"""Table to its fields and their types."""


def counted_indicators(register: Register) -> list[Indicator]:
    """The indicators that are counted from records, by code."""
    return [one for _, one in sorted(register.indicators.items()) if one.source.records]


def tests_of(source: RecordSource) -> Iterator[tuple[tuple[str | int, ...], Test]]:
    """Every condition of a definition with its place in it, the total among them."""
    groups = {("where",): source.where, ("numerator",): source.numerator}
    groups |= {
        ("cohorts", name, "where"): cohort.where for name, cohort in sorted(source.cohorts.items())
    }
    for place, tests in groups.items():
        yield from (((*place, number), test) for number, test in enumerate(tests))
    if source.total is not None:
        yield ("total",), source.total


def tables_of(indicator: Indicator, fields: Fields) -> tuple[str, ...]:
    """Names of the tables that an indicator is counted from, its own first.

    Parameters
    ----------
    indicator : Indicator
        Counted from records.
    fields : mapping of str to mapping
        Of each table at hand the fields; their types do not matter here.
    """
    source = indicator.source.records
    assert source is not None
    found = [source.table]
    for _, one in [*_of_time(source), *_of_place(indicator, fields), *_of_tests(source)]:
        found += [one.table, split(one.name)[0]]
    return tuple(dict.fromkeys(name for name in found if name))


def tables_read(register: Register, fields: Fields) -> tuple[str, ...]:
    """Names of all tables that a register's indicators are counted from, sorted."""
    found = {name for one in counted_indicators(register) for name in tables_of(one, fields)}
    return tuple(sorted(found))


def validate(register: Register, layouts: Mapping[str, Layout]) -> None:
    """Hold every definition against the kinds of condition and the layouts of records.

    Parameters
    ----------
    register : Register
    layouts : mapping of str to Layout
        Those of the workspace.

    Raises
    ------
    RegisterError
        Naming every fault with file, line and field: an unknown kind of condition, what a
        kind needs or does not know, a table or field that no layout of records has, a field
        of the wrong type.
    """
    fields = fields_of(layouts)
    faults = Faults()
    for indicator in counted_indicators(register):
        _check(indicator, _file_of(indicator, register), fields, faults)
    faults.raise_if_any()


def fields_of(layouts: Mapping[str, Layout]) -> dict[str, dict[str, str]]:
    """The fields of every table of records, and their types."""
    found: dict[str, dict[str, str]] = {}
    for layout in layouts.values():
        if layout.holds is Holds.RECORDS:
            held = found.setdefault(layout.table, {})
            held |= {name: rule.type for name, rule in layout.fields.items()}
    return found


def _file_of(indicator: Indicator, register: Register) -> YamlFile:
    name = f"indicators/{indicator.code}.yml"
    if register.folder is None:
        return YamlFile(name, {}, "{}")
    return read(Path(register.folder) / name, name)


def _check(indicator: Indicator, file: YamlFile, fields: Fields, faults: Faults) -> None:
    source = indicator.source.records
    assert source is not None
    if source.table not in fields:
        hint = nearest(source.table, fields)
        faults.add(f"{place_of(file, (*_AT, 'table'))}: no layout of records has it. {hint}")
        return
    known = len(faults.found)
    for place, test in tests_of(source):
        _check_test(place, test, file, faults)
    if len(faults.found) > known:
        return
    read_at = [*_of_time(source), *_of_place(indicator, fields), *_of_tests(source)]
    for place, one in read_at:
        if said := _why_unreadable(one, fields):
            faults.add(f"{place_of(file, (*_AT, *place))}: {said}")


def _check_test(place: Sequence[str | int], test: Test, file: YamlFile, faults: Faults) -> None:
    at = (*_AT, *place)
    try:
        kind = conditions.kind_of(test)
    except RegisterError as error:
        faults.add(f"{place_of(file, at)}: {str(error).rstrip('.')}")
        return
    rule = model_of_part(kind.Rule, file, at, dict(test), faults)
    if rule is not None and (said := conditions.problem_of(kind, rule, place == ("total",))):
        faults.add(f"{place_of(file, at)}: {said}")


def _why_unreadable(one: Read, fields: Fields) -> str:
    """Why a column cannot be read; empty where it can."""
    table, name = one.table, one.name
    other, below = split(name)
    if other:
        if f"{other}_id" not in fields.get(table, {}):
            return f"{name!r} needs a field {other}_id in the table {table}"
        table, name = other, below
    if table not in fields:
        return f"no layout of records has the table {table!r}. {nearest(table, fields)}"
    if name not in fields[table]:
        hint = nearest(name, fields[table])
        return f"the table {table} has no field {name!r}. {hint}"
    kind = fields[table][name]
    if one.types and kind not in one.types:
        return f"the field {name} of {table} is of type {kind}, expected {' or '.join(one.types)}"
    return ""


_Placed = tuple[tuple[str | int, ...], Read]


def _of_time(source: RecordSource) -> Iterator[_Placed]:
    if source.at:
        yield ("at",), Read(source.table, source.at, _DATE)
    if source.open is not None:
        yield ("open", "from"), Read(source.table, source.open.from_, _DATE)
        yield ("open", "to"), Read(source.table, source.open.to, _DATE)
    if source.latest:
        yield ("latest",), Read(source.table, source.latest, _DATE)
        yield ("latest",), Read(source.table, f"{source.table}_id")
    if source.latest or source.count == "children":
        yield ("count",), Read(source.table, CHILD)


def _of_place(indicator: Indicator, fields: Fields) -> Iterator[_Placed]:
    source = indicator.source.records
    assert source is not None
    if indicator.attribute_to == Attribution.HOME_DISTRICT:
        own = HOME in fields.get(source.table, {})
        yield ("table",), Read(source.table, HOME if own else f"{CHILDREN}.{HOME}", _CODE)
        return
    if by_allocation(indicator, fields):
        for name in (CHILD, "team"):
            yield ("table",), Read(ALLOCATION, name)
        for name in ("started_on", "ended_on"):
            yield ("table",), Read(ALLOCATION, name, _DATE)
    if source.team in fields.get(source.table, {}) or not by_allocation(indicator, fields):
        yield ("team",), Read(source.table, source.team, _CODE)


def by_allocation(indicator: Indicator, fields: Fields) -> bool:
    """Whether a record is counted to whoever holds its child's case.

    An allocation itself, and a record that is about no child, is counted to its own team.
    """
    source = indicator.source.records
    return (
        source is not None
        and indicator.attribute_to == Attribution.TEAM_AT_PERIOD_END
        and source.table != ALLOCATION
        and CHILD in fields.get(source.table, {})
    )


def _of_tests(source: RecordSource) -> Iterator[_Placed]:
    for place, test in tests_of(source):
        kind, rule = conditions.rule_of(test)
        yield from ((place, one) for one in kind.reads(rule, source.table))
