"""Breaks and restarts of limits: listed, accepted from a proposal, or declared by a role.

A break is a line of ``breaks.csv`` in the workspace's register, with who decided it, when and why.
Nothing here decides: a proposal becomes a line only when a role accepts it. The next run reads
the line. To undo one, delete the line; the journal keeps that it was made.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from pmf_analysis import periods, register
from pmf_analysis.errors import ParameterError, RegisterError, harmless, nearest
from pmf_analysis.register import Register
from pmf_analysis.register.models import Break
from pmf_analysis.register.reference_tables import BREAK_COLUMNS
from pmf_analysis.register.registry import ANY
from pmf_analysis.roles import checked_role
from pmf_analysis.store import Store, atomic_write, writes
from pmf_analysis.terms import BreakKind, ProposalStatus

if TYPE_CHECKING:
    import pandas as pd

    from pmf_analysis.prepared import Prepared

FILE = "breaks.csv"

_LONGEST = 500
_WHERE = f"data/reference/{FILE}"


@dataclass(frozen=True)
class Series:
    """What breaks are asked of: an indicator and a unit, by code; ``*`` or nothing for all."""

    indicator: str = ""
    unit: str = ""

    @classmethod
    def of(cls, held: Register, indicator: str = "", area: str = "") -> Series:
        """Codes of what was named.

        Raises
        ------
        ParameterError
            If there is no such indicator or unit; names the nearest.
        """
        code = indicator if indicator in ("", ANY) else held.indicator(indicator).code
        return cls(code, area if area in ("", ANY) else held.unit(area).code)

    def holds(self, indicator: str, unit: str) -> bool:
        """Whether a break or proposal of that indicator and unit is asked for."""
        return all(
            asked in ("", ANY, one) or one == ANY
            for asked, one in ((self.indicator, indicator), (self.unit, unit))
        )


def registered(held: Register, series: Series) -> tuple[Break, ...]:
    """Registered breaks of what is asked for, earliest first, with those of all indicators."""
    return tuple(one for one in held.breaks if series.holds(one.indicator, one.unit))


def proposed(prepared: Prepared, series: Series) -> pd.DataFrame:
    """Dates of what is asked for at which limits may need to restart, that a person may accept."""
    table = prepared.table("proposal")
    open_ = table["status"].eq(ProposalStatus.PROPOSED.value) & table["cohort"].eq("all")
    table = table[open_].reset_index(drop=True)
    pairs = zip(table["indicator"], table["service_area"], strict=True)
    asked = [series.holds(*pair) for pair in pairs]
    return table.loc[asked].reset_index(drop=True)


@writes("breaks")
def accept(
    prepared: Prepared, indicator: str, area: str, period: str, by: str, on: date, because: str
) -> Break:
    """Register a proposed restart of the limits of one series.

    Parameters
    ----------
    prepared : Prepared
        With the proposals.
    indicator, area : str
        A code, and a code or name.
    period : str
        Of the proposal.
    by : str
        The role that decides; never a person's name.
    on : date
        The day of the decision.
    because : str
        Why the new level is accepted.

    Returns
    -------
    Break
        As it was written; its source keeps the evidence.

    Raises
    ------
    ParameterError
        If nothing is proposed there, naming what is; if the role is none, or no reason is given.
    RegisterError
        If the register does not hold together with it; then nothing was changed.
    """
    series = Series.of(prepared.register, indicator, area)
    code = periods.parse(period).code
    open_ = proposed(prepared, series)
    found = open_[open_["period"] == code]
    if ANY in (series.indicator, series.unit) or found.empty:
        known = open_["period"].tolist()
        raise ParameterError(
            f"No restart of {indicator} in {area} is proposed at {code}",
            f"one of {', '.join(known)}" if known else "a date that is proposed; there is none",
            nearest(code, known) or "See pmf breaks list, or declare a break",
        )
    row = found.iloc[0]
    source = f"proposed by {row['rule_set']}: {row['reason']}"
    made = _break(series, code, BreakKind.REBASE, by, on, because, source)
    _register(prepared.store, register.load(prepared.store.reference), (made,), "accepted")
    return made


@writes("breaks")
def declare(
    store: Store,
    indicator: str,
    area: str,
    period: str,
    kind: str,
    by: str,
    on: date,
    because: str,
    source: str,
    below: bool = False,
) -> tuple[Break, ...]:
    """Register a change that stops comparison, or a restart of limits that nobody proposed.

    Parameters
    ----------
    store : Store
    indicator, area : str
        A code, and a code or name; ``*`` for all.
    period : str
        Code of the first period after it.
    kind : str
        Code of `terms.BreakKind`.
    by, on, because
        As for `accept`.
    source : str
        Where it can be read up, such as a change note.
    below : bool
        Also for every unit below the one that is named.

    Returns
    -------
    tuple of Break
        As they were written, one for each unit.

    Raises
    ------
    ParameterError
        As `accept`; also if the period is not one of the indicator's.
    RegisterError
        If one is registered already, or the register does not hold together.
    """
    held = register.load(store.reference)
    if kind not in list(BreakKind):
        known = [one.value for one in BreakKind]
        raise ParameterError(
            f"The kind is {kind!r}", f"one of {', '.join(known)}", nearest(kind, known)
        )
    series = Series.of(held, indicator, area)
    if not series.indicator or not series.unit:
        raise ParameterError(
            "No indicator or unit is named", "a code or name, or * for all", "Name both"
        )
    code = _period_of(held, series.indicator, period)
    units = (series.unit, *(_below(held, series.unit) if below else ()))
    made = tuple(
        _break(Series(series.indicator, unit), code, BreakKind(kind), by, on, because, source)
        for unit in units
    )
    _register(store, held, made, "declared")
    return made


def _below(held: Register, unit: str) -> Iterator[str]:
    """Units below one, today, in the order of the register."""
    for code in held.children_of(unit):
        yield code
        yield from _below(held, code)


def _period_of(held: Register, indicator: str, period: str) -> str:
    """The code of a period, of the indicator's own frequency."""
    found = periods.parse(period)
    if indicator != ANY and found.frequency is not held.indicator(indicator).frequency:
        wanted = held.indicator(indicator).frequency
        raise ParameterError(
            f"{period} is a {found.frequency}, and figures of {indicator} are {wanted.label}",
            f"the code of a {wanted}",
            "Give the first period after the change",
        )
    return found.code


def _break(
    series: Series, period: str, kind: BreakKind, by: str, on: date, because: str, source: str
) -> Break:
    return Break(
        indicator=series.indicator, unit=series.unit, period=period, kind=kind,
        reason=_words(because, "reason", "--because"), recorded_by=checked_role(by),
        recorded_on=on, source=_words(source, "source", "--source"),
    )  # fmt: skip


def _words(text: str, what: str, option: str) -> str:
    """A text as it is kept: one line, no longer than a paragraph, and no formula of a table."""
    said = " ".join(harmless(text).split()).rstrip(".")
    if len(said) < 3 or len(said) > _LONGEST or said[0] in "=+-@":
        raise ParameterError(
            f"The {what} has {len(said)} characters"
            + (f" and begins with {said[0]}" if said else ""),
            f"a sentence of 3 to {_LONGEST} characters that begins with a letter or a number",
            f"Give it with {option}",
        )
    return said


def _register(store: Store, held: Register, made: Sequence[Break], how: str) -> None:
    """Write the lines, see that the register still holds together, and note it."""
    path = store.reference / FILE
    for one in made:
        _refuse_known(held, one)
    before = path.read_bytes() if path.exists() else None
    atomic_write(path, _with_lines(before, made))
    try:
        register.load(store.reference)
    except RegisterError:
        if before is None:
            path.unlink()
        else:
            atomic_write(path, before)
        raise
    for one in made:
        store.append_journal(
            {"event": f"break {how}", **one.model_dump(mode="json", exclude={"baseline_points"})}
        )


def _refuse_known(held: Register, made: Break) -> None:
    for one in held.breaks:
        if (one.indicator, one.unit, one.period, one.kind) == (
            made.indicator, made.unit, made.period, made.kind,
        ):  # fmt: skip
            raise RegisterError(
                f"A {one.kind.label} of {one.indicator} in {one.unit} at {one.period} "
                f"is registered already, by {one.recorded_by} on {one.recorded_on}",
                "each break once",
                f"See {_WHERE}; a line there is changed or deleted by editing the file",
            )


def _with_lines(before: bytes | None, made: Sequence[Break]) -> bytes:
    """The file with lines behind its last one; what stands there keeps its order and quotes."""
    if before is None or not before.strip():
        before = (",".join(BREAK_COLUMNS) + "\n").encode()
    end = "\r\n" if b"\r\n" in before else "\n"
    if not before.endswith(b"\n"):
        before += end.encode()
    header = next(csv.reader(io.StringIO(before.decode("utf-8-sig"), newline="")))
    written = io.StringIO(newline="")
    writer = csv.writer(written, lineterminator=end)
    for one in made:
        cells = one.model_dump(mode="json")
        writer.writerow([_cell(cells.get(name.strip())) for name in header])
    return before + written.getvalue().encode()


def _cell(value: object) -> str:
    return "" if value is None else str(value)
