"""Layouts: how a kind of delivered file is written, one YAML file each.

A layout says which columns a file must have and by which names they also go, which
column names the area, the period and the breakdown, which columns hold figures, and
which marks stand for a missing figure. ``extends`` names another layout; the file then
holds what differs: groups are merged field by field, lists and single values replace.

A file may describe several tables that come together (the sheets of a workbook, the
elements of an XML document, the files of a return): under ``parts``, a name for each and
what differs from the file's own fields. Each becomes a layout ``<file>.<part>``.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, field_validator, model_validator

from pmf_analysis.errors import RegisterError, nearest
from pmf_analysis.periods import MONTHS
from pmf_analysis.register.faults import Faults, model_of_yaml
from pmf_analysis.register.models import Frozen
from pmf_analysis.register.yaml_files import YamlFile, read
from pmf_analysis.terms import DataClass, Holds, State

_DAY = r"(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])"
_YEAR_RULES = ("financial_year", "academic_year", "calendar_year")
_PERIOD_RULES = (
    *_YEAR_RULES, "academic_year_ending", "code", "month", "day", "financial_quarter",
    "calendar_quarter",
)  # fmt: skip
_YEAR_PART = re.compile(
    r"(?:financial|calendar)_quarter [1-4]|month (?:[1-9]|1[0-2])|week (?:[1-9]|[1-4]\d|5[0-3])"
    rf"|day {_DAY}|{_DAY} to {_DAY} of (?:{'|'.join(_YEAR_RULES)})"
)


def folded(text: str) -> str:
    """A column's name without what never matters: capitals, surrounding and repeated blanks."""
    return " ".join(text.split()).casefold()


class AreaRule(Frozen):
    """Which column names the area of a row."""

    level: str = ""
    """Column with the geographic level; empty where all rows are of one level."""
    columns: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    """Level in lower case (empty where ``level`` is) to columns with a code or a name.
    The first of them that is filled decides."""
    always: str = ""
    """Code or name of the one area that the file is about, where no column names it."""
    in_register: bool = True
    """False where areas that the register does not know are kept under their printed code."""

    @model_validator(mode="after")
    def _said_once(self) -> AreaRule:
        if bool(self.columns) == bool(self.always) or (self.always and self.level):
            raise ValueError(
                "an area is named by columns, or always the same: not both, and not neither"
            )
        return self


def _compiled(pattern: str) -> str:
    try:
        re.compile(pattern)
    except re.error as error:
        raise ValueError(f"the pattern {pattern!r} cannot be read ({error})") from error
    return pattern


def _known_rule(rule: object) -> object:
    text = str(rule)
    if text in _PERIOD_RULES or _YEAR_PART.fullmatch(text):
        return text
    raise ValueError(
        f"unknown period rule {text!r}, expected {', '.join(_PERIOD_RULES)}; or for a column with "
        "the year alone: 'financial_quarter 1' to 4, 'calendar_quarter 1' to 4, 'month 1' to 12, "
        "'week 1' to 53, 'day 09-30' (month and day), '09-01 to 12-31 of academic_year'"
    )


PeriodKind = Annotated[str, BeforeValidator(_known_rule)]
"""How the text of a period is read.

Whole periods: ``financial_year``, ``academic_year``, ``calendar_year`` (a year, or two that
follow each other; of a financial year the one it ends in may stand alone, of an academic year
by ``academic_year_ending``), ``month`` (``2025-03``, ``202503``, ``March 2025``, any day of it),
``day`` (``2025-09-30``, ``30/09/2025``), ``financial_quarter`` (``2024/25 Q1``) and
``calendar_quarter`` (``2025 Q1``), ``code`` (a code of ``periods``). Parts of the year that the
text names: ``financial_quarter 1``, ``calendar_quarter 1``, ``month 5``, ``week 12`` (of the
ISO calendar), ``day 09-30``, ``09-01 to 12-31 of academic_year``."""


class PeriodPattern(Frozen):
    """One way of writing a period, with more around it than the period itself."""

    match: str
    """Regular expression of the whole text. Groups: ``period`` (read by ``rule``); or
    ``first`` and ``last`` (both read by it: a pool of years; ``last`` may lack its century);
    or ``year`` and ``month`` (a number or an English name: a month, such as ``202503``), with
    ``day`` too a day."""
    rule: PeriodKind | Literal[""] = ""
    """How it is read; empty: by the rule of the row's kind."""
    state: State | None = None
    """State of the row's numbers, such as provisional for ``2025 (prov)``."""

    _compiles = field_validator("match")(_compiled)


class PeriodRule(Frozen):
    """How the period of a row is written."""

    column: str = ""
    """Column with the period; empty where it stands elsewhere (``found_in``)."""
    found_in: Literal["column", "header", "above", "sheet_name", "file_name"] = "column"
    """``header``: in the names of the columns, by the group ``period`` of ``unpivot``;
    ``above``: in the rows above these, such as a title."""
    find: str = ""
    """Regular expression that finds the period (group ``period``) in the name of the sheet
    or file, or in a cell above the names of the columns."""
    patterns: tuple[PeriodPattern, ...] = ()
    """Tried in this order before ``kinds``."""
    kind_column: str = ""
    """Column with words such as ``Reporting year``; empty where all rows are of one kind."""
    kinds: dict[str, PeriodKind]
    """Words of ``kind_column`` in lower case (empty where there is none) to the rule."""
    other_kinds: PeriodKind | Literal[""] = ""
    """The rule of words of ``kind_column`` that ``kinds`` does not name; empty: such rows are
    refused."""


class BreakdownRule(Frozen):
    """The column or columns that split a table, and their labels.

    One column: ``column`` and ``labels``. Several (``care_leaver_age`` and ``breakdown``):
    ``columns``, in their order, each with labels of its own. The labels of a row are joined
    with `` | `` in that order, and empty ones are left out: a label such as the total, given
    the canonical label ``""``, does not show. So ``{care_leaver_age: {"": [19 to 21 years]},
    breakdown: {eet: [Total in education, employment or training]}}`` gives ``eet`` for the
    older ones and ``17 to 18 years | eet`` for the others (ages not listed stay as printed).
    A label from the name of a column (``unpivot``, group ``breakdown``) comes last; its
    labels are ``header_labels``.
    """

    column: str = ""
    """The column, where there is one only."""
    columns: dict[str, dict[str, tuple[str, ...]]] = Field(default_factory=dict)
    """Several columns: name to labels, as in ``labels`` (``{}``: as printed)."""
    header_labels: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    """Labels of the group ``breakdown`` of ``unpivot``, as in ``labels``."""
    ignore_label: bool = False
    """True where the column repeats one label, however it is worded: no breakdown.
    Should a file hold several labels, they are kept as printed."""
    labels: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    """Canonical label to the labels as printed in the vintages of the table. Other
    labels are kept as printed and named on the receipt."""
    indicators: bool = False
    """True where the labels are indicator codes; unknown ones are named on the receipt."""

    @property
    def by_column(self) -> dict[str, dict[str, tuple[str, ...]]]:
        """Every column that splits the table, to its labels; in the order of joining."""
        return self.columns or ({self.column: self.labels} if self.column else {})

    @model_validator(mode="after")
    def _one_way_of_saying(self) -> BreakdownRule:
        if self.column and self.columns:
            raise ValueError("a breakdown names one column, or columns: not both")
        if self.columns and (self.labels or self.ignore_label or self.indicators):
            raise ValueError(
                "labels, ignore_label and indicators are for a breakdown of one column"
            )
        return self


class RowRule(Frozen):
    """Which rows of a table of figures are refused, such as headings, subtotals and notes."""

    filled: tuple[str, ...] = ()
    """Columns that every row must fill; a row that does not is refused."""
    leave_out: dict[str, str] = Field(default_factory=dict)
    """Column to a regular expression of its whole cell, capitals do not matter: a row with
    such a cell is refused, as ``Indicator: 'Total.*'``."""

    @field_validator("leave_out")
    @classmethod
    def _compile(cls, patterns: dict[str, str]) -> dict[str, str]:
        return {column: _compiled(pattern) for column, pattern in patterns.items()}


class BlockRule(Frozen):
    """The part of a sheet that holds this table, where a sheet holds several."""

    begins: str = ""
    """Regular expression of a whole cell in the first row of the part, such as its title;
    empty: the sheet's first row."""
    ends: str = ""
    """The same for the first row that is no longer of it; empty: the sheet's last row."""
    columns: str = Field(default="", pattern=r"^([A-Z]{1,3}:[A-Z]{1,3})?$")
    """Columns of the part by their letters, such as ``E:G``; empty: all."""

    _compile = field_validator("begins", "ends")(_compiled)


class HeaderRule(Frozen):
    """Where the names of the columns stand.

    They are looked for: the first row, or rows, that name every required column.
    """

    rows: int = Field(default=1, ge=1, le=8)
    """How many rows stand on each other; the names of a column are joined from above."""
    fill: bool = True
    """Whether a blank in an upper row means the name to its left (merged cells)."""
    join: str = " | "
    """Stands between joined names."""


class UnpivotRule(Frozen):
    """Columns whose names hold part of the key: a period, a breakdown."""

    pattern: str
    """Regular expression of the whole column name (joined, where headers stand on each
    other). Groups, all optional but one: ``period``, ``breakdown``, ``column`` (the name
    of the figure)."""
    column: str = ""
    """Name of the figure where the pattern has no group ``column``."""

    _compiles = field_validator("pattern")(_compiled)


class QualifierRule(Frozen):
    """Columns that qualify the figures beside them, such as ``NumberQF`` for ``Number``."""

    suffix: str
    marks: dict[str, State]
    """Mark to the state it gives; several marks in a cell are parted by blanks, and the
    one that stands last in this list decides."""


class RecordField(Frozen):
    """A column of a table of records."""

    type: Literal["text", "code", "date", "whole", "number", "yes_no"] = "text"
    optional: bool = False
    """Whether a file may lack the column."""
    filled: bool = False
    """Whether every row must hold it: a row without it, such as a heading among the rows, is
    refused."""
    formats: tuple[str, ...] = ()
    """Ways of writing a date, as of ``datetime.strptime``; ``excel`` for day numbers. Those
    of the layout when empty."""


def _as_field(rule: object) -> object:
    # the type alone may stand for the whole rule
    return {"type": rule} if isinstance(rule, str) else rule


FieldRule = Annotated[RecordField, BeforeValidator(_as_field)]


class RecordRule(Frozen):
    """Which fields of a table of records tell its records and their versions apart."""

    key: str = ""
    """Field that is the same in every version of a record; empty where a row is a record."""
    entered: str = ""
    """Field with the date of the record's first entry."""
    changed: str = ""
    """Field with the date from which this version was known."""
    withdrawn: str = ""
    """Field that is ``yes`` where this version takes the record back."""

    @property
    def named(self) -> tuple[str, ...]:
        """The fields that it names."""
        return tuple(one for one in (self.key, self.entered, self.changed, self.withdrawn) if one)


class StateRule(Frozen):
    """A column with the state of a whole row: a marker or a word for it."""

    column: str
    applies_to: tuple[str, ...]
    """Columns of figures that must hold no number beside a marker."""


class Layout(Frozen):
    """How one kind of delivered file is written."""

    name: str = Field(pattern=r"^[a-z0-9_]+(\.[a-z0-9_]+)?$")
    version: str
    title: str
    source: str
    extends: str = ""
    part_of: str = ""
    """Name of the layout file that this is a part of; filled when loaded."""
    holds: Holds = Holds.FIGURES
    data_class: DataClass = DataClass.PUBLISHED
    sheets: tuple[str, ...] = ()
    """Names that the sheet of a workbook, the path of an XML element, or the file may have,
    with ``*`` for any text, capitals never matter; empty: any."""
    block: BlockRule | None = None
    """Where one sheet holds several tables: which part of it is this one. Each of them has a
    layout, or is a part of one."""
    header: HeaderRule = HeaderRule()
    unpivot: UnpivotRule | None = None
    json_columns: tuple[str, ...] = ()
    """Columns whose cells hold a JSON object; each of its entries becomes a column
    ``<column>.<entry>``, which ``unpivot`` may name."""
    qualifiers: QualifierRule | None = None
    durations: bool = False
    """Whether ``01:10`` is a duration of 1 year and 10 months, read as 22 months."""
    fields: dict[str, FieldRule] = Field(default_factory=dict)
    """Columns of a table of records or a reference table."""
    record: RecordRule | None = None
    """How a table of records keeps versions; none where every delivery holds all there is."""
    date_formats: tuple[str, ...] = ("%Y-%m-%d",)
    """How dates of ``fields`` are written."""
    published_from: str = ""
    """Field whose latest date is when a delivery of records or a reference table was
    published, where nobody says and the file's name does not: such as ``ReferenceDate``."""
    take: dict[str, str] = Field(default_factory=dict)
    """For XML: field to the path of the element that holds it elsewhere under the same
    parent, such as ``LAchildID: ChildIdentifiers/LAchildID``."""
    bases: tuple[str, ...] = ()
    """Names and versions of the layouts underneath, nearest first; filled when loaded."""
    abstract: bool = False
    """True for a layout that only others extend."""
    table: str = Field(default="", pattern=r"^[a-z0-9_]*$")
    """Name of the table; empty: from the file's name, without years and dates."""
    file_names: tuple[str, ...] = ()
    """How file names of this table begin; a file so named that lacks a column is refused."""
    rows: RowRule = RowRule()
    area: AreaRule | None = None
    period: PeriodRule | None = None
    breakdown: BreakdownRule | None = None
    cohort: str = ""
    """Column with the cohort; empty, or an empty cell: all."""
    state: StateRule | None = None
    figures: tuple[str, ...] = ()
    """Columns with figures that a file must have, by canonical name."""
    optional_figures: tuple[str, ...] = ()
    months_of: str = ""
    """Where a row holds April to March in twelve columns: the name of what they count."""
    optional_columns: tuple[str, ...] = ()
    """Columns that a file may have and that hold no figures, such as notes."""
    other_columns: Literal["list", "read"] = "list"
    """Columns not named here: listed on the receipt, or read (columns of text become
    the breakdown, columns of numbers become figures)."""
    synonyms: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    """Canonical column name to other spellings of it; capitals never matter."""
    markers: dict[str, State] = Field(default_factory=dict)
    """Mark in lower case to the state it stands for; square brackets around it are allowed."""
    thousands_separator: Literal["", ","] = ","
    """What may part groups of three digits."""
    percent_sign: bool = True
    """Whether a percent sign may stand behind a number."""
    scale: dict[str, float] = Field(default_factory=dict)
    """Column of figures to what its numbers are multiplied by: 100 where 0.853 is a share
    that the file calls 85.3%. A number with a percent sign behind it is taken as it is.
    ``"*"`` stands for every column not named."""

    @property
    def label(self) -> str:
        """Version of this layout and of those underneath it."""
        return f"{self.version} ({', '.join(self.bases)})" if self.bases else self.version

    @property
    def any_table(self) -> bool:
        """Whether it describes a kind of file, and no one table."""
        return not self.table

    @property
    def months(self) -> tuple[str, ...]:
        """The twelve columns of a wide layout, April first; empty in a long one."""
        return (*MONTHS[3:], *MONTHS[:3]) if self.months_of else ()

    @cached_property
    def required(self) -> tuple[str, ...]:
        """Columns that a file must have."""
        named = [
            self.period.column if self.period else "",
            self.period.kind_column if self.period else "",
            self.area.level if self.area else "",
            *([column for columns in self.area.columns.values() for column in columns]
              if self.area and not self.area.level else ()),
        ]  # fmt: skip
        fields = [name for name, rule in self.fields.items() if not rule.optional]
        taken = set(self.take)
        return tuple(
            column for column in dict.fromkeys(
                (*named, *self.own_columns, *self.json_columns, *self.row_columns, *fields)
            )
            if column and column not in taken
        )  # fmt: skip

    @property
    def row_columns(self) -> tuple[str, ...]:
        """Columns that say which rows are refused."""
        return tuple(dict.fromkeys((*self.rows.filled, *self.rows.leave_out)))

    @cached_property
    def own_columns(self) -> tuple[str, ...]:
        """Required columns that tell this table from others: breakdown and figures."""
        breakdown = tuple(self.breakdown.by_column) if self.breakdown else ()
        return (*breakdown, *self.figures, *self.months)

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """Every column that this layout knows, required ones first."""
        areas = [c for columns in self.area.columns.values() for c in columns] if self.area else []
        state = [self.state.column] if self.state else []
        cohort = [self.cohort] if self.cohort else []
        known = [
            *self.required, *areas, *cohort, *state, *self.optional_figures, *self.optional_columns,
            *self.fields,
        ]  # fmt: skip
        return tuple(dict.fromkeys(known))

    @cached_property
    def meaning(self) -> dict[str, str]:
        """Folded name of a column, as it may be printed, to its canonical name."""
        return {
            folded(spelling): column
            for column in self.columns
            for spelling in (column, *self.synonyms.get(column, ()))
        }

    @cached_property
    def spellings_required(self) -> tuple[tuple[str, ...], ...]:
        """Of each required column the folded names that it may have."""
        names: dict[str, list[str]] = {column: [] for column in self.required}
        for name, column in self.meaning.items():
            if column in names:
                names[column].append(name)
        return tuple(map(tuple, names.values()))

    def __copy__(self) -> Layout:
        copied = super().__copy__()
        # a copy may be given other fields, so what was worked out from these does not go along
        for name in set(copied.__dict__) - set(Layout.model_fields):
            del copied.__dict__[name]
        return copied

    @model_validator(mode="after")
    def _holds_together(self) -> Layout:
        if not self.abstract and self.holds is Holds.FIGURES:
            self._check_figures()
        if not self.abstract and self.holds is not Holds.FIGURES and not self.fields:
            raise ValueError(f"a layout of {self.holds} needs fields")
        if self.record is not None and not self.abstract:
            unknown = [name for name in self.record.named if name not in self.fields]
            if unknown or self.holds is not Holds.RECORDS:
                raise ValueError(f"record names {', '.join(unknown) or 'a table of no records'}")
        if self.published_from and (
            self.published_from not in self.fields
            or self.fields[self.published_from].type != "date"
        ):
            raise ValueError("published_from names a field of type date")
        for mark, state in self.markers.items():
            if state.has_value:
                raise ValueError(f"the marker {mark!r} stands for {state}, which carries a number")
        self._check_spellings()
        return self

    def _check_figures(self) -> None:
        if self.fields:
            raise ValueError("fields are for records and reference tables; name figures instead")
        if self.area is None or self.period is None:
            raise ValueError("a layout of figures needs area and period, or abstract: true")
        if self.other_columns == "list" and not self.figures and self.unpivot is None:
            raise ValueError("a layout of figures needs figures, unpivot, or other_columns: read")
        if (self.period.found_in == "column") != bool(self.period.column):
            raise ValueError("the period is found in its column, or elsewhere: not both or neither")
        if self.period.found_in == "header" and (
            self.unpivot is None or "(?P<period>" not in self.unpivot.pattern
        ):
            raise ValueError("a period in the header needs unpivot with a group period")
        if self.period.found_in in ("above", "sheet_name", "file_name") and not self.period.find:
            raise ValueError(f"a period in the {self.period.found_in} needs find")

    def _check_spellings(self) -> None:
        meaning: dict[str, str] = {}
        for column in self.columns:
            for spelling in (column, *self.synonyms.get(column, ())):
                other = meaning.setdefault(spelling.strip().casefold(), column)
                if other != column:
                    raise ValueError(f"{spelling!r} means both {other} and {column}")
        if any(not math.isfinite(by) or by == 0 for by in self.scale.values()):
            raise ValueError("scale multiplies by a number that is not 0")
        unknown = [column for column in self.synonyms if column not in self.columns]
        if unknown and not self.abstract:
            raise ValueError(f"synonyms of unknown columns: {', '.join(unknown)}")


def load_layouts(folder: Path) -> dict[str, Layout]:
    """Read every layout of a folder.

    Parameters
    ----------
    folder : Path
        Such as ``data/reference/layouts``.

    Returns
    -------
    dict
        Name to layout, sorted by name, without the abstract ones.

    Raises
    ------
    RegisterError
        If a file is no layout, is not named after its layout, or extends one that is
        missing or that extends it in turn; file and line are named, and all faults of
        all files together.
    """
    files = {path.stem: read(path, f"layouts/{path.name}") for path in sorted(folder.glob("*.yml"))}
    if not files:
        raise RegisterError(
            f"The folder {folder.name} holds no layout", "files such as layouts/pmf_long.yml"
        )
    faults = Faults()
    layouts = {}
    for stem, file in files.items():
        for content in _parts_of(stem, file):
            layout = _layout(stem, YamlFile(file.name, content, file.text), files, faults)
            if layout is not None and (layout.part_of or layout.name) != stem:
                faults.add(
                    f"{file.name}, line {file.line(('name',))}, name: given {layout.name!r}, "
                    f"expected {stem!r}, the file's own name"
                )
            if layout is not None and not layout.abstract:
                layouts[layout.name] = layout
    faults.raise_if_any()
    return dict(sorted(layouts.items()))


def _parts_of(stem: str, file: YamlFile) -> list[object]:
    """The content of a file, or of each of its parts with what they share."""
    content = file.content
    parts = content.get("parts") if isinstance(content, dict) else None
    if not isinstance(parts, dict) or not parts:
        return [content]
    whole = {key: value for key, value in content.items() if key != "parts"}
    return [
        {
            **_merged_group(whole, part if isinstance(part, dict) else {"part": part}),
            "name": f"{whole.get('name', stem)}.{name}",
            "part_of": whole.get("name", stem),
        }
        for name, part in parts.items()
    ]


def _layout(
    stem: str, file: YamlFile, files: Mapping[str, YamlFile], faults: Faults
) -> Layout | None:
    content, bases, passed = file.content, [], [stem]
    below = content.get("extends", "") if isinstance(content, dict) else ""
    while below:
        if below in passed or below not in files:
            problem = (
                "extends itself" if below in passed else f"no such layout. {nearest(below, files)}"
            )
            line = file.line(("extends",))
            faults.add(f"{file.name}, line {line}, extends: given {below!r}: {problem}")
            return None
        base = files[below].content
        if not isinstance(base, dict):
            return None  # the base itself is named as faulty
        bases.append(f"{base.get('name', below)} {base.get('version', '')}".strip())
        content = _merged(base, content)
        passed.append(below)
        below = base.get("extends", "")
    if isinstance(content, dict):
        content = {**content, "bases": bases}
    return model_of_yaml(Layout, YamlFile(file.name, content, file.text), faults)


def _merged(base: Mapping, difference: Mapping) -> dict:
    merged = {key: value for key, value in base.items() if key not in ("abstract", "extends")}
    for key, value in difference.items():
        below = merged.get(key)
        both = isinstance(below, dict) and isinstance(value, dict)
        merged[key] = _merged_group(below, value) if both else value
    return merged


def _merged_group(base: Mapping, difference: Mapping) -> dict:
    merged = dict(base)
    for key, value in difference.items():
        below = merged.get(key)
        both = isinstance(below, dict) and isinstance(value, dict)
        merged[key] = _merged_group(below, value) if both else value
    return merged
