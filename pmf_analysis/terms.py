"""The words of the field, each once: codes for tables, labels for readers.

Every enumeration is ordered as readers expect it; ``label`` is the one wording
used in notebooks and pages. `docs/terminology.md` is checked against this file.
"""

from __future__ import annotations

from enum import StrEnum


class Term(StrEnum):
    """A word with a code for tables and a label for readers."""

    label: str

    def __new__(cls, code: str, label: str) -> Term:
        """Make a word of its code and label."""
        member = str.__new__(cls, code)
        member._value_ = code
        member.label = label
        return member


class Polarity(Term):
    """Which way is good."""

    HIGH = "high", "higher is better"
    LOW = "low", "lower is better"
    CLOSE_TO_TARGET = "close_to_target", "close to the target is best"
    NEUTRAL = "neutral", "neither way is better by itself"


class Rag(Term):
    """Status against target and floor; always shown with its word."""

    GREEN = "green", "Green"
    AMBER = "amber", "Amber"
    RED = "red", "Red"
    NOT_RATED = "not_rated", "Not rated"


class DirectionOfTravel(Term):
    """Which way a series goes, by a named rule."""

    BETTER = "better", "better"
    WORSE = "worse", "worse"
    HIGHER = "higher", "higher"
    LOWER = "lower", "lower"
    SAME = "same", "no change"
    NO_CLEAR_TREND = "no_clear_trend", "no clear trend"
    NOT_TESTED = "not_tested", "not tested"


class Variation(Term):
    """What a control chart says of the latest point."""

    COMMON_CAUSE = "common_cause", "common cause: no more than usual variation"
    IMPROVEMENT_HIGH = "improvement_high", "special cause: improvement, high"
    IMPROVEMENT_LOW = "improvement_low", "special cause: improvement, low"
    CONCERN_HIGH = "concern_high", "special cause: concern, high"
    CONCERN_LOW = "concern_low", "special cause: concern, low"
    NEUTRAL_HIGH = "neutral_high", "special cause: high"
    NEUTRAL_LOW = "neutral_low", "special cause: low"
    NOT_TESTED = "not_tested", "not tested"


class Assurance(Term):
    """Whether a process, as it stands, will meet its target."""

    CONSISTENT_PASS = "consistent_pass", "will meet the target"
    INCONSISTENT = "inconsistent", "will sometimes meet the target and sometimes not"
    CONSISTENT_FAIL = "consistent_fail", "cannot meet the target as it stands"
    NOT_TESTED = "not_tested", "not tested"


class Comparison(Term):
    """A value held against a benchmark, with its 95% interval."""

    BETTER = "better", "better"
    SIMILAR = "similar", "similar"
    WORSE = "worse", "worse"
    HIGHER = "higher", "higher"
    LOWER = "lower", "lower"
    NOT_COMPARED = "not_compared", "not compared"


class FunnelScale(Term):
    """The scale on which the spread of a funnel's places is measured."""

    PROPORTION = "proportion", "arcsine of the square root of a proportion"
    LOG_RATIO = "log_ratio", "logarithm of observed over expected events"
    ROOT_RATIO = "root_ratio", "square root of observed over expected events"
    LOG_RATE = "log_rate", "logarithm of a ratio of two counts"


class State(Term):
    """What a figure is, or why there is none."""

    FINAL = "final", "final"
    PROVISIONAL = "provisional", "provisional"
    REVISED = "revised", "revised"
    SUPPRESSED = "suppressed", "withheld to protect confidentiality (c)"
    NOT_APPLICABLE = "not_applicable", "not applicable (z)"
    NOT_AVAILABLE = "not_available", "not available (x)"
    UNRELIABLE = "unreliable", "too unreliable to publish (u)"
    ROUNDS_TO_ZERO = "rounds_to_zero", "rounds to zero but is not zero (k)"
    LOW_RELIABILITY = "low_reliability", "published as of low reliability"
    NOT_GIVEN = "not_given", "not given"
    BREAK_INSIDE = "break_inside", "a registered break lies inside its months"
    FORECAST = "forecast", "forecast"

    @property
    def has_value(self) -> bool:
        """Whether a figure in this state carries a number."""
        return self in (
            State.FINAL, State.PROVISIONAL, State.REVISED, State.LOW_RELIABILITY
        )  # fmt: skip


class MeasureKind(Term):
    """What sort of number an indicator gives."""

    PROPORTION = "proportion", "share of a whole"
    RATE = "rate", "events per head of population"
    COUNT = "count", "count"
    MEAN = "mean", "mean"
    MEDIAN = "median", "median"


class SeriesKind(Term):
    """What the figures of a series are, for a forecast: it decides scale and noise."""

    LEVEL = "level", "level"
    COUNT = "count", "count"
    SMALL_COUNT = "smallcount", "small count"
    PERCENT = "percent", "percentage"


class Frequency(Term):
    """How often figures come."""

    MONTH = "month", "monthly"
    QUARTER = "quarter", "quarterly"
    YEAR = "year", "yearly"


class DataPeriod(Term):
    """What stretch of time one shown figure covers."""

    MONTH = "M", "month"
    MONTH_SNAPSHOT = "MS", "month-end snapshot"
    QUARTER = "Q", "quarter"
    ANNUAL = "A", "year"
    YEAR_TO_DATE = "YTD", "year to date"
    ROLLING_12_MONTHS = "R12M", "rolling twelve months"
    ROLLING_3_YEARS = "R3Y", "rolling three years"

    @property
    def overlaps(self) -> bool:
        """Whether successive figures share months, so that they are not independent."""
        return self in (
            DataPeriod.YEAR_TO_DATE,
            DataPeriod.ROLLING_12_MONTHS,
            DataPeriod.ROLLING_3_YEARS,
        )


class UnitKind(Term):
    """Kinds of unit that answer for results; peers are of one kind, and teams of one unit."""

    COUNTRY = "country", "country"
    REGION = "region", "region"
    AUTHORITY = "authority", "local authority"
    JOINT_AUTHORITY = "joint_authority", "local authorities that report together"
    COUNTY = "county", "county"
    AREA = "area", "area"
    DISTRICT = "district", "district"
    SERVICE = "service", "service"
    TEAM = "team", "team"


class BreakKind(Term):
    """Why a series must not be read straight through a date."""

    RECORDING = "recording", "change in recording"
    DEFINITION = "definition", "change of definition"
    BOUNDARY = "boundary", "boundary change"
    CATEGORY = "category", "split category"
    REBASE = "rebase", "rebase after an accepted change of level"

    @property
    def stops_comparison(self) -> bool:
        """Whether no sentence and no forecast may span the date."""
        return self is not BreakKind.REBASE


class ProposalStatus(Term):
    """What came of a date at which the limits of a series may need to restart."""

    PROPOSED = "proposed", "proposed: a person decides"
    REGISTERED = "registered", "registered already"
    OVERTAKEN = "overtaken", "the limits have restarted since"


class CheckStatus(Term):
    """What came of a check; never two words for one."""

    PASS = "pass", "passed"
    FAIL = "fail", "failed"
    NOT_ASSESSED = "not_assessed", "not assessed"
    COULD_NOT_RUN = "could_not_run", "could not run"


class Severity(Term):
    """How much a check, or a finding, matters."""

    CRITICAL = "critical", "critical"
    WARNING = "warning", "warning"
    INFO = "info", "for information"


class Characteristic(Term):
    """The six characteristics of good data (Audit Commission, 2007)."""

    ACCURACY = "accuracy", "accuracy"
    VALIDITY = "validity", "validity"
    RELIABILITY = "reliability", "reliability"
    TIMELINESS = "timeliness", "timeliness"
    RELEVANCE = "relevance", "relevance"
    COMPLETENESS = "completeness", "completeness"


class Dimension(Term):
    """The six dimensions of the Government Data Quality Framework (2020)."""

    ACCURACY = "accuracy", "accuracy"
    COMPLETENESS = "completeness", "completeness"
    CONSISTENCY = "consistency", "consistency"
    TIMELINESS = "timeliness", "timeliness"
    UNIQUENESS = "uniqueness", "uniqueness"
    VALIDITY = "validity", "validity"


class Verdict(Term):
    """The data-quality verdict that travels with every number."""

    GREEN = "green", "good"
    AMBER = "amber", "use with care"
    RED = "red", "do not rely on it"
    NOT_ASSESSED = "not_assessed", "not assessed"


class SpecialCause(Term):
    """The rule of a control chart that a point breaks; the first that applies."""

    ABOVE_LIMIT = "above_limit", "above the upper limit"
    BELOW_LIMIT = "below_limit", "below the lower limit"
    TREND_UP = "trend_up", "part of a steady rise"
    TREND_DOWN = "trend_down", "part of a steady fall"
    TWO_IN_THREE_HIGH = (
        "two_in_three_high",
        "close to the upper limit, like a figure just before or after it",
    )
    TWO_IN_THREE_LOW = (
        "two_in_three_low",
        "close to the lower limit, like a figure just before or after it",
    )
    SHIFT_HIGH = "shift_high", "part of a long run above the average"
    SHIFT_LOW = "shift_low", "part of a long run below the average"
    RARE_HIGH = "rare_high", "part of an unusually long time with none missed"
    RARE_LOW = "rare_low", "part of an unusually long time with none"
    NONE = "none", "usual variation"
    NOT_TESTED = "not_tested", "not tested"


class ChartKind(Term):
    """Which control chart a series is drawn on, by what is known of it."""

    XMR = "xmr", "single figures (XmR chart)"
    I = "i", "single figures (I chart)"  # noqa: E741
    P = "p", "share of cases (p chart)"
    P_PRIME = "pp", "share of cases, limits widened for more than chance (P' chart)"
    U = "u", "rate (u chart)"
    U_PRIME = "up", "rate, limits widened for more than chance (U' chart)"
    C = "c", "count (c chart)"
    G = "g", "cases between events (g chart)"
    T = "t", "time between events (t chart)"
    NONE = "none", "no control chart"


class ScreenVerdict(Term):
    """What the screen over everything says of a series."""

    CONCERN = "concern", "stands out: worse than before"
    IMPROVEMENT = "improvement", "stands out: better than before"
    NEUTRAL = "neutral", "stands out; neither way is good by itself"
    NONE = "none", "does not stand out"
    NOT_TESTED = "not_tested", "not tested"


class RunRate(Term):
    """What the cases still to come must bring for a target to be met by its date."""

    MET_ANYWAY = "met_anyway", "met whatever the cases still to come bring"
    NEEDED = "needed", "the cases still to come decide"
    OUT_OF_REACH = "out_of_reach", "cannot be met any more"
    NOT_TOLD = "not_told", "not told"


class Pace(Term):
    """When a target that is missed now would be met if things go on as they do."""

    MET = "met", "met now"
    ON_COURSE = "on_course", "would be met at this pace"
    WITHIN_RANGE = "within_range", "within the range of what may come already"
    NO_SIGN = "no_sign", "no sign that it will be met"
    NOT_TOLD = "not_told", "not told"


class Likelihood(Term):
    """How likely something is by its date, if nothing changes."""

    LIKELY = "likely", "likely"
    EVEN = "even", "about even"
    UNLIKELY = "unlikely", "unlikely"
    NOT_TOLD = "not_told", "not told"


class Prospect(Term):
    """A figure now, and its target at its date: what asks for attention before it is too late."""

    EARLY_WARNING = "early_warning", "green now, unlikely to meet the target"
    NO_RECOVERY = "no_recovery", "short of the target now, unlikely to meet it"
    EVEN = "even", "may meet the target or miss it: about even"
    RECOVERY = "recovery", "short of the target now, likely to meet it"
    KEEPS = "keeps", "green now, likely to meet the target"
    NOT_RATED = "not_rated", "not rated now"
    NO_TARGET = "no_target", "no chance of a target to tell"
    NO_FORECAST = "no_forecast", "no forecast"


class ForecastRecord(Term):
    """The latest figure beside what was forecast for it one period before."""

    INSIDE_80 = "inside_80", "inside the range of 4 chances in 5"
    INSIDE_95 = "inside_95", "inside the range of 19 chances in 20"
    OUTSIDE = "outside", "outside the range of 19 chances in 20"
    NOT_TOLD = "not_told", "not told"


class Impact(Term):
    """Whether an action made a difference to its figure, as far as the figures can say."""

    MADE_BETTER = "made_better", "better since, and unlikely to be chance"
    MADE_WORSE = "made_worse", "worse since, and unlikely to be chance"
    NO_DIFFERENCE_SHOWN = "no_difference_shown", "no difference shown"
    TOO_EARLY = "too_early", "too early to say"
    NOT_TESTED = "not_tested", "not tested"


class Holds(Term):
    """What the rows of a delivered table are."""

    FIGURES = "figures", "figures"
    RECORDS = "records", "records of single people, cases or workers"
    REFERENCE = "reference", "reference table"


class DataClass(Term):
    """Who may see data, and how long they are kept; the narrowest first."""

    IDENTIFIED = "identified", "identified: names or case numbers of people"
    RESTRICTED = "restricted", "restricted: pseudonyms, for audit"
    SHAREABLE = "shareable", "shareable inside the service"
    PUBLISHED = "published", "published"


class Structure(Term):
    """By which units figures of the past are read."""

    AS_THEN = "as_then", "units as they were then"
    AS_NOW = "as_now", "units as they are now"


class Cause(Term):
    """Why a figure differs from what it was before."""

    LATE_ENTRY = "late_entry", "late entry: the figure had not yet matured"
    CORRECTION = "correction", "correction of a figure that was final"
    DEFINITION = "definition", "change of definition in the register"
    STRUCTURE = "structure", "change of units"
    CODE = "code", "change of the workbench"


class Attribution(Term):
    """To whom an event is counted, where the records could name several."""

    TEAM_AT_EVENT = "team_at_event", "the team that held the case when it happened"
    TEAM_AT_PERIOD_END = "team_at_period_end", "the team that holds the case at the period's end"
    HOME_DISTRICT = "home_district", "the district of the child's home"
