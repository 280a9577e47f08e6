"""The stories planted in Medwold, each switched by its name, and the truth about them.

A story changes levels (`levels`), counts that were drawn (`recount`), or no figure at
all, because its truth lies in the register or in there being nothing to say.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from pmf_analysis.errors import ParameterError, nearest
from pmf_analysis.periods import ReportingPeriod, parse, steps_between
from pmf_analysis.synthetic.places import DISTRICTS


@dataclass(frozen=True)
class Claim:
    """What a page should say, or must not say.

    Attributes
    ----------
    page : str
        Code of the service or county that the page is about.
    unit : str
        Code of the unit that is spoken of.
    claim : str
        One of ``improved``, ``worsened``, ``signal`` (either of the two), ``cannot_meet``,
        ``sometimes_meets``, ``colour_changed``, ``recording_changed``, ``green``, ``red``.
    words : str
        The same for a reader.
    """

    page: str
    unit: str
    claim: str
    words: str


@dataclass(frozen=True)
class WorstMonth:
    """One month, by bad luck alone, is the worst of the service's whole series."""

    service: str
    below_level: float
    """How far, at the least, in standard errors; well inside control limits."""


@dataclass(frozen=True)
class SetCounts:
    """Counts that are given and not drawn: (period, numerator, denominator)."""

    counts: tuple[tuple[str, int, int], ...]


@dataclass(frozen=True)
class Story:
    """One story and the truth about it.

    Attributes
    ----------
    name : str
        By which it is switched on and off.
    number : int
        In the design of the synthetic county.
    what : str
        What happened.
    indicator : str
        Code; empty where the story is about all.
    units : tuple of str
        Codes of the units whose own figures the story changes or is about.
    first, last : str
        Periods; empty for "from the start" and "to the end".
    before, after : float or None
        Levels planted, in the indicator's unit.
    size : str
        The same in words.
    levels : tuple of float
        The planted share month by month from ``first``; the last one stays.
    recount : WorstMonth or SetCounts or None
    should_say, must_not_say : tuple of Claim
    """

    name: str
    number: int
    what: str
    indicator: str
    units: tuple[str, ...]
    size: str
    first: str = ""
    last: str = ""
    before: float | None = None
    after: float | None = None
    levels: tuple[float, ...] = ()
    recount: WorstMonth | SetCounts | None = None
    should_say: tuple[Claim, ...] = ()
    must_not_say: tuple[Claim, ...] = ()

    def touches(self, first: ReportingPeriod, last: ReportingPeriod) -> bool:
        """Whether the story shows anywhere from one month to another."""
        return (not self.first or parse(self.first) <= last) and (
            not self.last or parse(self.last) >= first
        )

    def level_at(self, indicator: str, unit: str, period: ReportingPeriod) -> float | None:
        """The share that the story plants in a cell, or None where it plants none."""
        if not self.levels or indicator != self.indicator or unit not in self.units:
            return None
        if not self.touches(period, period):
            return None
        step = steps_between(parse(self.first), period) if self.first else 0
        return self.levels[min(step, len(self.levels) - 1)]


_EAST = tuple(DISTRICTS["east-social-work"])
_SOUTH = tuple(DISTRICTS["south-social-work"])

STORIES = (
    Story(
        name="recording_change", number=1, indicator="REREF", units=("front-door",),
        what="Repeat contacts about a concern already open at the Front Door were logged as new "
        "referrals until March 2023, and no longer after that. Children's lives did not change.",
        last="2023-03", before=46.0, after=19.0, levels=(0.46,),
        size="from 46% to 19% at the Front Door, from about 27% to 21.6% in the county",
        should_say=(
            Claim("front-door", "front-door", "recording_changed", "names the registered break"),
        ),
        must_not_say=(
            Claim("front-door", "front-door", "improved", "improved, across April 2023"),
            Claim("medwold", "medwold", "improved", "improved, across April 2023"),
        ),
    ),
    Story(
        name="conference_hub", number=4, indicator="ICPC-15", units=_EAST,
        what="A conference hub opened in the East in July 2025, and it worked.",
        first="2025-07", before=78.0, after=88.0, levels=(0.88,), size="10 percentage points",
        should_say=(
            Claim("east-social-work", "east-social-work", "improved",
                  "conferences within 15 working days have improved"),
        ),
        must_not_say=(
            Claim("south-social-work", "south-social-work", "improved", "improved by the hub"),
        ),
    ),
    Story(
        name="overtime", number=5, indicator="ASSESS-45", units=_SOUTH,
        what="March 2026 was, by chance, South's worst month. Overtime was paid from April, and "
        "the figures came back to where they had always been: they would have done so anyway.",
        first="2026-03", last="2026-03", before=87.5, after=87.5,
        size="no change of level", recount=WorstMonth("south-social-work", 2.2),
        must_not_say=(
            Claim("south-social-work", "south-social-work", "improved",
                  "improved since the overtime"),
        ),
    ),
    Story(
        name="siblings", number=9, indicator="CPP-REPEAT", units=("marwick",),
        what="Five brothers and sisters who had had a plan before began one together in "
        "Marwick in October 2026.",
        first="2026-09", last="2026-10", before=8.3, after=40.0,
        size="from 1 of 12 to 6 of 15: one family",
        recount=SetCounts((("2026-09", 1, 12), ("2026-10", 6, 15))),
        must_not_say=(
            Claim("west-social-work", "marwick", "signal", "second or later plans have risen"),
            Claim("west-social-work", "west-social-work", "signal",
                  "second or later plans have risen"),
        ),
    ),
    Story(
        name="target_rise", number=10, indicator="ICPC-15", units=("medwold",),
        what="The target rose from 85% to 88% on 1 October 2026; the work stayed as it was.",
        first="2026-10", before=85.0, after=88.0, size="no change in any figure",
        should_say=(
            Claim("medwold", "medwold", "colour_changed",
                  "Amber since the target rose; Green before"),
        ),
        must_not_say=(Claim("medwold", "medwold", "worsened", "conferences have worsened"),),
    ),
    Story(
        name="vacancies", number=12, indicator="ASSESS-45", units=("dunwick",),
        what="Vacancies in Dunwick rose from 14% to 31% in July 2026; two months later "
        "assessments began to be late.",
        first="2026-09", before=88.0, after=77.0, levels=(0.82, 0.77), size="11 percentage points",
        should_say=(
            Claim("east-social-work", "dunwick", "worsened",
                  "assessments within 45 working days have worsened in Dunwick"),
        ),
        must_not_say=(
            Claim("east-social-work", "easthythe", "worsened", "worsened in Easthythe"),
            Claim("east-social-work", "farrow", "worsened", "worsened in Farrow"),
        ),
    ),
    Story(
        name="green_worsening", number=13, indicator="CIC-VISIT", units=("children-in-care",),
        what="Visits by Children in Care have been slipping since November 2025, and are still "
        "above target over twelve months.",
        first="2025-11", before=95.6, after=93.4,
        levels=tuple(round(0.954 - 0.002 * month, 3) for month in range(11)),
        size="0.2 percentage points a month",
        should_say=(
            Claim("children-in-care", "children-in-care", "green", "Green"),
            Claim("children-in-care", "children-in-care", "worsened", "but it has worsened"),
        ),
    ),
    Story(
        name="red_target_inside", number=13, indicator="IHA-20", units=("children-in-care",),
        what="First health checks are steady and too few; with about 50 children a month some "
        "months reach the target of 90% by chance.",
        before=80.5, after=80.5, levels=(0.805,), size="steady at 80.5%",
        should_say=(
            Claim("children-in-care", "children-in-care", "red", "Red"),
            Claim("children-in-care", "children-in-care", "sometimes_meets",
                  "some months will meet the target and some will not"),
        ),
        must_not_say=(
            Claim("children-in-care", "children-in-care", "signal", "improved or worsened"),
        ),
    ),
    Story(
        name="red_target_beyond", number=13, indicator="CP-VISIT", units=_SOUTH,
        what="Child protection visits in the South are steady and too few; the target of 96% "
        "lies beyond anything that this way of working gives.",
        before=89.5, after=89.5, levels=(0.895,), size="steady at 89.5%",
        should_say=(
            Claim("south-social-work", "south-social-work", "red", "Red"),
            Claim("south-social-work", "south-social-work", "cannot_meet",
                  "the process as it stands cannot meet this target"),
        ),
        must_not_say=(
            Claim("south-social-work", "south-social-work", "signal", "improved or worsened"),
        ),
    ),
    Story(
        name="nothing", number=14, indicator="", units=("kelbourne", "lathe"),
        what="Nothing at all happened in Kelbourne and Lathe.", size="none",
        must_not_say=(
            Claim("west-social-work", "kelbourne", "signal", "anything improved or worsened"),
            Claim("west-social-work", "lathe", "signal", "anything improved or worsened"),
        ),
    ),
)  # fmt: skip
"""Every story, in the order of the design."""


def choose(stories: bool | Collection[str]) -> tuple[Story, ...]:
    """The stories of some names.

    Parameters
    ----------
    stories : bool or collection of str
        True for all, False for none, or names.

    Raises
    ------
    ParameterError
        If a name is no story's.
    """
    if isinstance(stories, bool):
        return STORIES if stories else ()
    wanted = {stories} if isinstance(stories, str) else set(stories)
    known = [story.name for story in STORIES]
    for name in sorted(wanted - set(known)):
        raise ParameterError(
            f"There is no story {name!r}",
            "the name of a story of Medwold",
            nearest(name, known),
        )
    return tuple(story for story in STORIES if story.name in wanted)


def truth(planted: Iterable[Story]) -> list[dict[str, object]]:
    """What was planted, as plain values for a file: one entry a story."""
    return [_entry(story) for story in planted]


def _entry(story: Story) -> dict[str, object]:
    def spoken(claims: tuple[Claim, ...]) -> list[dict[str, str]]:
        return [
            {"page": one.page, "unit": one.unit, "claim": one.claim, "words": one.words}
            for one in claims
        ]

    return {
        "name": story.name,
        "number": story.number,
        "what": story.what,
        "indicator": story.indicator,
        "where": list(story.units),
        "from": story.first,
        "to": story.last,
        "before": story.before,
        "after": story.after,
        "size": story.size,
        "in_the_figures": bool(story.levels or story.recount),
        "should_say": spoken(story.should_say),
        "must_not_say": spoken(story.must_not_say),
    }
