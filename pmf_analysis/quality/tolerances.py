"""How much may fail: the limits of a rule in a place, and the colour by them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from pmf_analysis.errors import RuleSetError
from pmf_analysis.methods.intervals import wilson_interval
from pmf_analysis.quality.suites import Rule
from pmf_analysis.register.models import RuleSet, Tolerance
from pmf_analysis.terms import CheckStatus, Dimension, Severity, Verdict

ORDER = (Verdict.NOT_ASSESSED, Verdict.GREEN, Verdict.AMBER, Verdict.RED)


def worst(*verdicts: Verdict) -> Verdict:
    """Take the worst of some verdicts; not assessed is no verdict and loses to any."""
    return max(verdicts, key=ORDER.index, default=Verdict.NOT_ASSESSED)


@dataclass(frozen=True)
class Judged:
    """One rule in one place: status, share of failures, limits, colour."""

    status: CheckStatus
    rate: float
    green: float
    amber: float
    colour: Verdict


@dataclass(frozen=True)
class _Limits:
    green: float
    amber: float
    least: int


_NONE, _NONE_CRITICAL = _Limits(0.0, 1.0, 0), _Limits(0.0, 0.0, 0)


class Tolerances:
    """Limits by dimension, unit and indicator, as approved on a date.

    Parameters
    ----------
    rows : sequence of Tolerance
        Of ``tolerances.csv``. The row for the unit and the indicator wins over that for the
        unit, that for the indicator, that for all; of equals, the latest in force.
    rules : RuleSet
        ``quality``: ``tolerances`` by dimension and ``min_n``, used where there is no row,
        and ``small_numbers``.
    on : date

    Raises
    ------
    RuleSetError
        If the rule set lacks one of these.
    """

    def __init__(self, rows: Sequence[Tolerance], rules: RuleSet, on: date) -> None:
        self._rows: dict[tuple[str, str, str], Tolerance] = {}
        for row in sorted(rows, key=lambda row: row.valid_from):
            if row.valid_from <= on:
                self._rows[row.unit, row.indicator, row.dimension.value] = row
        try:
            least = int(rules.values["min_n"])
            self._defaults = {
                Dimension(name): _Limits(float(pair["green_max"]), float(pair["amber_max"]), least)
                for name, pair in rules.values["tolerances"].items()
            }
            self._small = Verdict(rules.values["small_numbers"])
            self._default = {dimension: self._defaults[dimension] for dimension in Dimension}
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise RuleSetError(
                f"The rule set {rules.label} cannot be used",
                "min_n, small_numbers and tolerances with green_max and amber_max by dimension",
                "Correct data/reference/rules/quality.yml",
            ) from error

    def judge(
        self, rule: Rule, place: Mapping[str, str], evaluated: int, failed: int, stopped: bool
    ) -> Judged:
        """Status and colour of a rule in a place.

        Parameters
        ----------
        rule : Rule
        place : mapping
            ``indicator`` and ``service_area``, empty where a rule does not tell them apart.
        evaluated, failed : int
        stopped : bool
            Whether the rule could not run.

        Returns
        -------
        Judged
            A rule with nothing evaluated is not assessed, never passed. A rule that allows
            no failure is red when it is critical, else amber.
        """
        units = [(place["indicator"], place["service_area"])]
        return self.judge_all(rule, units, [evaluated], [failed], stopped)[0]

    def judge_all(
        self,
        rule: Rule,
        places: Sequence[tuple[str, str]],
        evaluated: Sequence[int],
        failed: Sequence[int],
        stopped: bool,
        confidence: float = 0.0,
    ) -> list[Judged]:
        """Judge a rule in many places, those with equal counts and limits once.

        Parameters
        ----------
        rule : Rule
        places : sequence of tuple
            Indicator and unit of each.
        evaluated, failed : sequence of int
            Of each place.
        stopped : bool
        confidence : float
            Of the Wilson interval whose lower end is held against the limits in place of the
            share itself, so that chance in a few cases breaks none; 0 for the share itself.
            Where none may fail, one is enough all the same.

        Returns
        -------
        list of Judged
        """
        known: dict[tuple[_Limits, int, int], Judged] = {}
        found = []
        beyond = _surely(evaluated, failed, confidence)
        cases = zip(places, evaluated, failed, beyond, strict=True)
        for (indicator, unit), seen, wrong, share in cases:
            case = (self._limits(rule, unit, indicator), seen, wrong)
            if case not in known:
                known[case] = self._judged(rule, *case, share, stopped)
            found.append(known[case])
        return found

    def _judged(
        self, rule: Rule, limits: _Limits, evaluated: int, failed: int, share: float, stopped: bool
    ) -> Judged:
        if stopped or evaluated == 0:
            status = CheckStatus.COULD_NOT_RUN if stopped else CheckStatus.NOT_ASSESSED
            return Judged(status, float("nan"), limits.green, limits.amber, Verdict.NOT_ASSESSED)
        rate = failed / evaluated
        fails = failed > 0 if rule.counts else share > limits.green
        status = CheckStatus.FAIL if fails else CheckStatus.PASS
        colour = self._colour(share, evaluated, limits)
        return Judged(status, rate, limits.green, limits.amber, colour)

    def _colour(self, rate: float, evaluated: int, limits: _Limits) -> Verdict:
        if rate <= limits.green:
            return Verdict.GREEN
        colour = Verdict.AMBER if rate <= limits.amber else Verdict.RED
        if evaluated < limits.least:
            return min(colour, self._small, key=ORDER.index)
        return colour

    def _limits(self, rule: Rule, unit: str, indicator: str) -> _Limits:
        if rule.tolerance == "zero":
            return _NONE_CRITICAL if rule.severity is Severity.CRITICAL else _NONE
        for key in ((unit, indicator), (unit, "*"), ("*", indicator), ("*", "*")):
            row = self._rows.get((*key, rule.dimension.value))
            if row is not None:
                return _Limits(row.green_max, row.amber_max, row.min_n)
        return self._default[rule.dimension]


def _surely(evaluated: Sequence[int], failed: Sequence[int], confidence: float) -> list[float]:
    """Share that fails in each place: as found, or the least that chance does not explain."""
    seen, wrong = np.array(evaluated, dtype=float), np.array(failed, dtype=float)
    if not confidence:
        return np.divide(wrong, seen, out=np.zeros(len(seen)), where=seen > 0).tolist()
    return wilson_interval(wrong, seen, confidence).lower.tolist()
