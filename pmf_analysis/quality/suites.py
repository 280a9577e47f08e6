"""Expectation suites: read from JSON, held against what a suite may contain.

A suite is one file of ``expectations/`` in the form in which Great Expectations stores
suites. Files are canonical (sorted keys, two spaces, one newline at the end) and every
id follows from the suite, the rule and the version, so that a change of one rule is a
change of a few lines.

Each expectation's ``meta`` says which rule it is and what its failure means:

==================  ==============================================================
``rule_id``         short code, once in all suites
``version``         of the rule; part of its id
``characteristic``  one of the six of the 2007 standard (``terms.Characteristic``)
``dimension``       one of the six of the Government framework (``terms.Dimension``)
``owner``           a role
``reason``          one sentence: what a failure means to a reader
``tolerance``       ``zero`` (any failure counts) or ``by dimension`` (tolerances.csv)
``counts``          only where one row stands for many things: the columns that say how
                    many there are and how many failed; such a rule fails at one
==================  ==============================================================

The severity stands in the field ``severity`` that Great Expectations has for it.

A suite of ``expectations/records/`` is for one table of records; its own ``meta`` also says:

==================  ==============================================================
``table_kind``      ``record.`` and the name of the table
``record``          the columns that tell records and their versions apart: ``key``,
                    ``entered``, ``changed``, ``withdrawn``, as in the table's layout
``unit``            the column with the unit that answers for a record; empty where
                    only the county does
``called``          what the records are, as a plural in a sentence: "referrals"; "records"
                    where it is left out
``derives``         columns that are worked out before the rules look: name to the kind
                    of ``record_checks`` and what that kind needs to know
==================  ==============================================================
"""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn

from pmf_analysis.errors import SuiteError
from pmf_analysis.quality import conditions, expectations, record_checks
from pmf_analysis.terms import Characteristic, Dimension, Severity, Term

TABLE_KINDS = ("receipt", "figure", "measure")
RECORD = "record."
"""How the kind of a table of records begins; its name follows."""
KINDS_IN_WORDS = "one of " + ", ".join((*TABLE_KINDS, RECORD + "<table>"))
_RECORD_KIND = re.compile(r"record\.[a-z][a-z0-9_]*")
TOLERANCES = ("zero", "by dimension")

_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_OID, "pmf_analysis.quality")
_SUITE_FIELDS = {"name", "id", "meta", "notes", "expectations"}
_SUITE_META = ("suite_version", "owner", "approved_by", "table_kind")
_RULE_FIELDS = {"type", "kwargs", "meta", "severity", "id"}
_RULE_META = (
    "rule_id", "version", "characteristic", "dimension", "owner", "reason", "tolerance",
)  # fmt: skip
_RULE_META_CHOICES = {"counts"}
_RECORD_FIELDS = {"key", "entered", "changed", "withdrawn"}
_NOT_RUN = "Nothing was checked. Correct the file, or put back the version before"


@dataclass(frozen=True)
class Rule:
    """One expectation of a suite, with what its failure means.

    Attributes
    ----------
    type : str
        Of the expectation; one of ``expectations.TYPES``.
    arguments : mapping
        Its arguments, without the condition.
    condition : mapping or None
        Which rows it looks at; None for all.
    counts : mapping
        Empty, or ``evaluated`` and ``failed``: columns to add up instead of rows.
    """

    rule_id: str
    version: str
    id: str
    type: str
    arguments: Mapping[str, object]
    condition: Mapping | None
    severity: Severity
    characteristic: Characteristic
    dimension: Dimension
    owner: str
    reason: str
    tolerance: str
    counts: Mapping[str, str] = field(default_factory=dict)

    @property
    def reads(self) -> tuple[str, ...]:
        """Every column that the rule needs, sorted."""
        own = expectations.TYPES[self.type].reads(self.arguments)
        needed = {*own, *conditions.columns(self.condition), *self.counts.values()}
        return tuple(sorted(needed))


@dataclass(frozen=True)
class RecordColumns:
    """What a suite says of its table of records.

    Attributes
    ----------
    key, entered, changed, withdrawn : str
        Columns, as ``record`` of the table's layout names them.
    unit : str
        Column with the unit that answers for a record; empty where only the county does.
    derives : mapping
        Column to work out, to ``check`` (a kind of ``record_checks``) and its arguments.
    called : str
        What the records are, as a plural in a sentence.
    """

    key: str
    entered: str
    changed: str
    withdrawn: str
    unit: str
    derives: Mapping[str, Mapping[str, object]]
    called: str = "records"


@dataclass(frozen=True)
class Suite:
    """The rules for one kind of table; ``records`` where it is one of records."""

    name: str
    id: str
    version: str
    owner: str
    approved_by: str
    table_kind: str
    rules: tuple[Rule, ...]
    records: RecordColumns | None = None


def is_kind(kind: object) -> bool:
    """Whether there can be tables of a kind."""
    return kind in TABLE_KINDS or (isinstance(kind, str) and bool(_RECORD_KIND.fullmatch(kind)))


def load_suites(folder: Path) -> list[Suite]:
    """Read every suite of a folder.

    Parameters
    ----------
    folder : Path
        With one ``*.json`` file for each suite; those for tables of records may stand in its
        folder ``records``.

    Returns
    -------
    list of Suite
        In the order of the file names.

    Raises
    ------
    SuiteError
        If there is no suite, or a file holds anything that a suite may not: a condition
        that is text, an unknown type of expectation, a missing field of ``meta``, an id
        that does not follow from rule and version, a rule twice. Names file and rule.
    """
    paths = [*sorted(Path(folder).glob("*.json")), *sorted(Path(folder).glob("records/*.json"))]
    if not paths:
        raise SuiteError(
            f"There is no expectation suite in the folder {Path(folder).name}",
            "one JSON file for each kind of table: " + ", ".join(TABLE_KINDS),
            "Copy the shipped folder expectations/ into the workspace",
        )
    suites = [_suite(path) for path in paths]
    _refuse_repeats(suites)
    return suites


def canonical(content: object) -> str:
    """Write a suite in the one way: sorted keys, two spaces, one newline."""
    return json.dumps(content, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def suite_id(name: str, version: str) -> str:
    """Give a suite its id: always the same for one name and version."""
    return str(uuid.uuid5(_NAMESPACE, f"{name} {version}"))


def expectation_id(suite: str, rule_id: str, version: str) -> str:
    """Give an expectation its id: always the same for one suite, rule and version."""
    return str(uuid.uuid5(_NAMESPACE, f"{suite} {rule_id} {version}"))


def _suite(path: Path) -> Suite:
    content = _read(path)
    where = f"The suite {path.name}"
    if not isinstance(content, dict) or set(content) != _SUITE_FIELDS:
        _refuse(where, "is not one", "an object with " + ", ".join(sorted(_SUITE_FIELDS)))
    name, meta, listed = content["name"], content["meta"], content["expectations"]
    if name != path.stem:
        _refuse(where, f"is named {name!r}", "the name of its file")
    _require_texts(where, meta, _SUITE_META)
    if not is_kind(meta["table_kind"]):
        _refuse(where, f"is for {meta['table_kind']!r}", KINDS_IN_WORDS)
    expected = suite_id(name, meta["suite_version"])
    if content["id"] != expected:
        _refuse(where, f"has the id {content['id']!r}", f"{expected}, from name and version")
    if not isinstance(listed, list) or not listed:
        _refuse(where, "holds no expectation", "at least one")
    return Suite(
        name=name, id=expected, version=meta["suite_version"], owner=meta["owner"],
        approved_by=meta["approved_by"], table_kind=meta["table_kind"],
        rules=tuple(_rule(path.name, name, at, one) for at, one in enumerate(listed, start=1)),
        records=_record_columns(where, meta) if meta["table_kind"].startswith(RECORD) else None,
    )  # fmt: skip


def _record_columns(where: str, meta: Mapping[str, object]) -> RecordColumns:
    columns, unit, derives = (meta.get(name) for name in ("record", "unit", "derives"))
    if not isinstance(columns, dict) or set(columns) != _RECORD_FIELDS:
        _refuse(where, "lacks the field 'record' in meta", ", ".join(sorted(_RECORD_FIELDS)))
    if not isinstance(unit, str) or not all(map(_is_column_or_empty, (*columns.values(), unit))):
        _refuse(where, "names no plain columns in record and unit", "columns of the table")
    if not isinstance(derives, dict):
        _refuse(where, "lacks the field 'derives' in meta", "columns to work out, or none: {}")
    for name, given in derives.items():
        found = "" if conditions.NAME.fullmatch(name) else "its name is no plain column"
        found = found or record_checks.fault(given)
        if found:
            _refuse(where, f"derives {name!r} wrongly: {found}", "a kind of check, its arguments")
    called = meta.get("called", "records")
    _require_texts(where, {"called": called}, ("called",))
    return RecordColumns(**columns, unit=unit, derives=derives, called=str(called))


def _is_column_or_empty(value: object) -> bool:
    return value == "" or (isinstance(value, str) and bool(conditions.NAME.fullmatch(value)))


def _read(path: Path) -> object:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        line = f", line {error.lineno}" if isinstance(error, json.JSONDecodeError) else ""
        raise SuiteError(
            f"The suite {path.name}{line} cannot be read as JSON", "UTF-8 JSON", _NOT_RUN
        ) from error


def _rule(file: str, suite: str, at: int, content: object) -> Rule:
    where = f"The suite {file}, expectation {at}"
    if not isinstance(content, dict) or set(content) != _RULE_FIELDS:
        _refuse(where, "is not one", "an object with " + ", ".join(sorted(_RULE_FIELDS)))
    meta = content["meta"]
    _require_texts(where, meta, _RULE_META)
    where = f"{where} ({meta['rule_id']})"
    extra = set(meta) - set(_RULE_META) - _RULE_META_CHOICES
    if extra:
        _refuse(where, f"has the unknown field {min(extra)!r} in meta", "a known field")
    arguments = dict(content["kwargs"]) if isinstance(content["kwargs"], dict) else {}
    condition = arguments.pop("row_condition", None)
    found = conditions.fault(condition) if condition is not None else ""
    found = found or expectations.fault(content["type"], arguments)
    if found:
        _refuse(
            where, f"cannot be run: {found}", "a known type of expectation, and a condition as data"
        )
    expected = expectation_id(suite, meta["rule_id"], meta["version"])
    if content["id"] != expected:
        _refuse(where, f"has the id {content['id']!r}", f"{expected}, from rule and version")
    if meta["tolerance"] not in TOLERANCES:
        _refuse(where, f"has the tolerance {meta['tolerance']!r}", " or ".join(TOLERANCES))
    return Rule(
        rule_id=meta["rule_id"], version=meta["version"], id=expected,
        type=content["type"], arguments=arguments, condition=condition,
        severity=_term(where, Severity, content["severity"]),
        characteristic=_term(where, Characteristic, meta["characteristic"]),
        dimension=_term(where, Dimension, meta["dimension"]),
        owner=meta["owner"], reason=meta["reason"], tolerance=meta["tolerance"],
        counts=_counts(where, meta.get("counts")),
    )  # fmt: skip


def _counts(where: str, given: object) -> Mapping[str, str]:
    if given is None:
        return {}
    if (
        not isinstance(given, dict)
        or set(given) != {"evaluated", "failed"}
        or not all(
            isinstance(one, str) and conditions.NAME.fullmatch(one) for one in given.values()
        )
    ):
        _refuse(where, "has counts that are none", "the columns evaluated and failed")
    return dict(given)


def _require_texts(where: str, meta: object, names: tuple[str, ...]) -> None:
    given = meta if isinstance(meta, dict) else {}
    for name in names:
        if not isinstance(given.get(name), str) or not given[name].strip():
            _refuse(where, f"lacks the field {name!r} in meta", "a text")


def _term(where: str, terms: type[Term], code: object) -> Term:
    try:
        return terms(code)
    except ValueError:
        known = ", ".join(term.value for term in terms)
        _refuse(where, f"has the {terms.__name__.lower()} {code!r}", f"one of {known}")


def _refuse(where: str, fault: str, expected: str) -> NoReturn:
    raise SuiteError(f"{where} {fault}", expected, _NOT_RUN)


def _refuse_repeats(suites: list[Suite]) -> None:
    seen: dict[str, str] = {}
    kinds: dict[str, str] = {}
    for suite in suites:
        where = f"The suite {suite.name}.json"
        if suite.table_kind in kinds:
            _refuse(
                where, f"is a second suite for {suite.table_kind}", "one for each kind of table"
            )
        kinds[suite.table_kind] = suite.name
        for rule in suite.rules:
            if rule.rule_id in seen:
                _refuse(
                    where, f"holds the rule {rule.rule_id}, which {seen[rule.rule_id]} holds too",
                    "every rule once",
                )  # fmt: skip
            seen[rule.rule_id] = f"{suite.name}.json"
