"""What happens in Medwold: the stories planted in its records, and the truth about them.

A story is switched by its name; the stages that make the records ask whether it is planted.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass

from pmf_analysis.errors import ParameterError, nearest
from pmf_analysis.periods import ReportingPeriod, parse
from pmf_analysis.synthetic.extracts import monthly_extracts
from pmf_analysis.synthetic.faults import SWITCH, Fault
from pmf_analysis.synthetic.setting import Setting
from pmf_analysis.synthetic.structure import COUNTY

CLAIMS = (
    "improved", "worsened", "signal", "cannot_meet", "sometimes_meets", "colour_changed",
    "recording_changed", "structure_changed", "green", "red", "provisional_could_fall",
    "mix_explains", "regression_to_mean", "back_dated", "counted_once", "follows_vacancies",
    "arrivals_explain",
)  # fmt: skip
"""What a claim may be; ``signal`` is either of the first two."""

KINDS_OF_PAGE = ("findings", "trend", "variance", "data_quality", "deep_dive")
"""Where a claim belongs: among the findings of page one, or on the page of one question."""


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
        One of `CLAIMS`.
    words : str
        The same for a reader.
    kind_of_page : str
        One of `KINDS_OF_PAGE`.
    besides : tuple of str
        Codes of indicators that it does not speak of, because another story moves them there;
        of a story about one indicator it speaks of that one alone.
    """

    page: str
    unit: str
    claim: str
    words: str
    kind_of_page: str = "findings"
    besides: tuple[str, ...] = ()


@dataclass(frozen=True)
class Story:
    """One story and the truth about it.

    Attributes
    ----------
    name : str
        By which it is switched on and off.
    number : int
        In the design of the county.
    what : str
        What happened.
    indicator : str
        Code; empty where the story is about all.
    units : tuple of str
        Codes of the units that the story is about.
    tables : tuple of str
        Record tables in which it lies; none where it lies in the register or nowhere.
    size : str
        How much, in words.
    first, last : str
        Months; empty for "from the start" and "to the end".
    before, after : float or None
        Levels planted, in the indicator's unit.
    should_say, must_not_say : tuple of Claim
    """

    name: str
    number: int
    what: str
    indicator: str
    units: tuple[str, ...]
    tables: tuple[str, ...]
    size: str
    first: str = ""
    last: str = ""
    before: float | None = None
    after: float | None = None
    should_say: tuple[Claim, ...] = ()
    must_not_say: tuple[Claim, ...] = ()

    def touches(self, first: ReportingPeriod, last: ReportingPeriod) -> bool:
        """Whether the story shows anywhere from one month to another."""
        return (not self.first or parse(self.first) <= last) and (
            not self.last or parse(self.last) >= first
        )


EAST = ("dunwick", "easthythe", "farrow")
SOUTH = ("glenmouth", "harstow", "ivelham")

STORIES = (
    Story(
        name="recording_change", number=1, indicator="NFA", units=("front-door",),
        tables=("referral",),
        what="Until March 2023 the Front Door recorded referrals that ended with advice, or "
        "found no need, as no further action. From April 2023 it records what was done. The "
        "work, and children's lives, did not change.",
        first="2023-04", before=28.0, after=1.0, size="from 28% to 1% of referrals",
        should_say=(
            Claim("front-door", "front-door", "recording_changed", "names the registered break"),
            Claim("medwold", "medwold", "recording_changed", "names the registered break"),
        ),
        must_not_say=(
            Claim("front-door", "front-door", "signal", "fewer referrals end without action"),
            Claim("medwold", "medwold", "signal", "fewer referrals end without action"),
        ),
    ),
    Story(
        name="late_entry", number=2, indicator="ASSESS-45", units=("ivelham",),
        tables=("assessment",),
        what="Ivelham enters 18% of its completed assessments 25 to 70 days late, the untimely "
        "ones first: its newest month always looks better than it will be.",
        size="18% entered late; of those 60% timely, of the others about 94%",
        before=87.5, after=87.5,
        should_say=(
            Claim("south-social-work", "ivelham", "provisional_could_fall",
                  "the newest months are not final and may still fall"),
        ),
        must_not_say=(
            Claim("south-social-work", "ivelham", "improved",
                  "assessments within 45 working days have improved in Ivelham"),
        ),
    ),
    Story(
        name="structure", number=3, indicator="", units=("coldry", "harstow"), tables=("unit",),
        what="Coldry moved from North to West on 1 April 2025; Harstow Protection 2 and 3 merged "
        "into Harstow Protection 4 on 1 October 2025. The teams' work did not change.",
        first="2025-04", size="one district of four in the West; one team in place of two",
        should_say=(
            Claim("north-social-work", "north-social-work", "structure_changed",
                  "Coldry left in April 2025"),
            Claim("west-social-work", "west-social-work", "structure_changed",
                  "Coldry came in April 2025"),
            Claim("south-social-work", "harstow", "structure_changed",
                  "two teams merged in October 2025"),
        ),
        must_not_say=(
            # Beltham's dates are moved back, and Marwick has five siblings, in the same months
            Claim("north-social-work", "north-social-work", "signal", "changed by the move alone",
                  besides=("ASSESS-45",)),
            Claim("west-social-work", "west-social-work", "signal", "changed by the move alone",
                  besides=("CPP-REPEAT",)),
        ),
    ),
    Story(
        name="conference_hub", number=4, indicator="ICPC-15", units=EAST,
        tables=("conference", "action"),
        what="A conference hub opened in the East in July 2025, and it worked.",
        first="2025-07", before=78.0, after=88.0, size="10 percentage points",
        should_say=(
            Claim("east-social-work", "east-social-work", "improved",
                  "conferences within 15 working days have improved"),
        ),
        must_not_say=(
            Claim("south-social-work", "south-social-work", "improved", "improved by the hub"),
        ),
    ),
    Story(
        name="overtime", number=5, indicator="ASSESS-45", units=SOUTH,
        tables=("assessment", "action"),
        what="March 2026 was, by chance, South's worst month. Overtime was paid from April, and "
        "the figures came back to where they had always been: they would have done so anyway.",
        first="2026-03", last="2026-03", before=87.5, after=87.5, size="no change of level",
        should_say=(
            Claim("south-social-work", "south-social-work", "regression_to_mean",
                  "back from its worst month to where it usually is", "variance"),
        ),
        must_not_say=(
            Claim("south-social-work", "south-social-work", "improved",
                  "improved since the overtime"),
        ),
    ),
    Story(
        name="arrivals", number=6, indicator="ADOPT-SHARE", units=("medwold",),
        tables=("child", "care_episode", "placement"),
        what="From May 2024 far more unaccompanied children arrive, most of them in summer, and "
        "most leave within weeks. More children cease to be looked after; as many as before "
        "are adopted.",
        first="2024-05", size="from about 900 to 2,450 arrivals a year",
        should_say=(
            Claim("medwold", "medwold", "arrivals_explain",
                  "the share adopted fell because more others left, not because fewer were "
                  "adopted", "variance"),
        ),
        must_not_say=(
            Claim("medwold", "medwold", "worsened", "the share adopted has worsened"),
            Claim("adoption", "adoption", "worsened", "the share adopted has worsened"),
        ),
    ),
    Story(
        name="mix", number=7, indicator="ASSESS-45", units=("medwold",), tables=("assessment",),
        what="Assessments of disabled children, which take longer, rose from 60 to 240 a month "
        "in November 2025. No team became slower; the county's share fell by the mix alone.",
        first="2025-11", before=72.0, after=72.0,
        size="240 in place of 60 of some 1,800 assessments a month",
        should_say=(
            Claim("medwold", "medwold", "mix_explains",
                  "the county's share fell because more of the work is of the slow kind",
                  "variance"),
        ),
        must_not_say=(
            Claim("disabled-children", "disabled-children", "signal",
                  "assessments of disabled children have become slower"),
        ),
    ),
    Story(
        name="back_dating", number=8, indicator="ASSESS-45", units=("beltham",),
        tables=("assessment",),
        what="Since January 2026 three of five of Beltham's late assessments have their "
        "completion date changed, some weeks later, to exactly the last day in time.",
        first="2026-01", size="60% of late completions",
        should_say=(
            Claim("north-social-work", "beltham", "back_dated",
                  "completion dates were changed afterwards to exactly day 45", "data_quality"),
        ),
        must_not_say=(
            Claim("north-social-work", "beltham", "improved",
                  "assessments within 45 working days have improved in Beltham"),
        ),
    ),
    Story(
        name="siblings", number=9, indicator="CPP-REPEAT", units=("marwick",),
        tables=("child", "conference", "plan"),
        what="Five brothers and sisters who had had a plan before began one together in "
        "Marwick in October 2026.",
        first="2026-09", last="2026-10", before=8.3, after=40.0,
        size="from 1 of 12 to 6 of 15: one family",
        must_not_say=(
            Claim("west-social-work", "marwick", "signal", "second or later plans have risen"),
            Claim("west-social-work", "west-social-work", "signal",
                  "second or later plans have risen"),
        ),
    ),
    Story(
        name="target_rise", number=10, indicator="ICPC-15", units=("medwold",), tables=(),
        what="The target rose from 85% to 88% on 1 October 2026; the work stayed as it was.",
        first="2026-10", before=85.0, after=88.0, size="no change in any figure",
        should_say=(
            Claim("medwold", "medwold", "colour_changed",
                  "Amber since the target rose; Green before"),
        ),
        must_not_say=(Claim("medwold", "medwold", "worsened", "conferences have worsened"),),
    ),
    Story(
        name="two_services", number=11, indicator="OPEN-CASES",
        units=("children-in-care", "disabled-children"), tables=("allocation",),
        what="46 children have a worker in Children in Care and one in Disabled Children. Each "
        "service counts them; in the county each counts once.",
        first="2026-04", size="46 children at scale 1",
        should_say=(
            Claim("medwold", "medwold", "counted_once",
                  "the services add up to more than the county, by the children in two of them"),
        ),
    ),
    Story(
        name="vacancies", number=12, indicator="ASSESS-45", units=("dunwick",),
        tables=("post", "person", "assessment", "action"),
        what="Vacancies in Dunwick rose from 14% to 31% in July 2026; two months later "
        "assessments began to be late.",
        first="2026-07", before=88.0, after=77.0,
        size="11 percentage points: 82% in September and 77% in October 2026",
        should_say=(
            Claim("east-social-work", "dunwick", "worsened",
                  "assessments within 45 working days have worsened in Dunwick"),
            Claim("east-social-work", "dunwick", "follows_vacancies",
                  "two months after vacancies rose", "variance"),
        ),
        must_not_say=(
            Claim("east-social-work", "easthythe", "worsened", "worsened in Easthythe"),
            Claim("east-social-work", "farrow", "worsened", "worsened in Farrow"),
        ),
    ),
    Story(
        name="green_worsening", number=13, indicator="CIC-VISIT", units=("children-in-care",),
        tables=("visit",),
        what="Visits by Children in Care have been slipping since November 2025, and are still "
        "above target over twelve months.",
        first="2025-11", before=95.6, after=93.4, size="0.2 percentage points a month",
        should_say=(
            Claim("children-in-care", "children-in-care", "green", "Green"),
            Claim("children-in-care", "children-in-care", "worsened", "but it has worsened"),
        ),
    ),
    Story(
        name="red_target_inside", number=13, indicator="IHA-20", units=("children-in-care",),
        tables=("health",),
        what="First health checks are steady and too few; with about 50 children a month some "
        "months reach the target of 90% by chance.",
        before=80.5, after=80.5, size="steady at 80.5%",
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
        name="red_target_beyond", number=13, indicator="CP-VISIT", units=SOUTH,
        tables=("visit",),
        what="Child protection visits in the South are steady and too few; the target of 96% "
        "lies beyond anything that this way of working gives.",
        before=88.0, after=88.0, size="steady at 88%",
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
        name="nothing", number=14, indicator="", units=("kelbourne", "lathe"), tables=(),
        what="Nothing at all happened in Kelbourne and Lathe.", size="none",
        must_not_say=(
            Claim("west-social-work", "kelbourne", "signal", "anything improved or worsened"),
            Claim("west-social-work", "lathe", "signal", "anything improved or worsened"),
        ),
    ),
)  # fmt: skip
"""Every story, in the order of the design."""

NAMES = (*(story.name for story in STORIES), SWITCH)
"""What can be switched: the stories, and the faults of data quality."""


def choose(stories: bool | Collection[str]) -> frozenset[str]:
    """The names of what is planted, for `Setting.of`.

    Parameters
    ----------
    stories : bool or collection of str
        True for all stories and the faults, False for none, or names of `NAMES`.

    Returns
    -------
    frozenset of str

    Raises
    ------
    ParameterError
        If a name is none of them.
    """
    if isinstance(stories, bool):
        return frozenset(NAMES if stories else ())
    wanted = {stories} if isinstance(stories, str) else set(stories)
    for name in sorted(wanted - set(NAMES)):
        raise ParameterError(
            f"There is no story {name!r}", "the name of a story of Medwold", nearest(name, NAMES)
        )
    return frozenset(wanted)


def planted(setting: Setting) -> tuple[Story, ...]:
    """The stories that are planted and show in the months made."""
    first, last = setting.calendar[0], setting.calendar[-1]
    return tuple(
        story for story in STORIES if setting.planted(story.name) and story.touches(first, last)
    )


def truth(
    setting: Setting,
    faults: Iterable[Fault] = (),
    counts: Mapping[str, Mapping[str, object]] | None = None,
) -> dict[str, object]:
    """What was planted, as plain values for ``truth.json``.

    Parameters
    ----------
    setting : Setting
    faults : iterable of Fault
        As `faults.plant` gives them.
    counts : mapping of str to mapping, optional
        By name of a story: its size as it came out, counted from the tables (`sizes`).

    Returns
    -------
    dict
        ``county, seed, scale, months, first_month, last_month, published`` (dates of the
        extracts), ``stories`` and ``faults``.
    """
    held = counts or {}
    return {
        "county": COUNTY,
        "seed": setting.seed,
        "scale": setting.scale,
        "months": setting.months,
        "first_month": setting.counted[0].code,
        "last_month": setting.last_month,
        "published": [str(extract.published) for extract in monthly_extracts(setting)],
        "stories": [_entry(story, held.get(story.name, {})) for story in planted(setting)],
        "faults": [_planted_fault(fault) for fault in faults],
    }


def _entry(story: Story, counted: Mapping[str, object]) -> dict[str, object]:
    return {
        "name": story.name,
        "number": story.number,
        "what": story.what,
        "indicator": story.indicator,
        "where": list(story.units),
        "tables": list(story.tables),
        "from": story.first,
        "to": story.last,
        "before": story.before,
        "after": story.after,
        "size": story.size,
        "counted": dict(counted),
        "should_say": [_claim(claim) for claim in story.should_say],
        "must_not_say": [_claim(claim) for claim in story.must_not_say],
    }


def _claim(claim: Claim) -> dict[str, object]:
    return {**asdict(claim), "besides": list(claim.besides)}


def _planted_fault(fault: Fault) -> dict[str, object]:
    return {
        "kind": fault.kind,
        "table": fault.table,
        "column": fault.column,
        "where": fault.unit,
        "says": fault.says,
        "number": len(fault.records),
        "records": list(fault.records),
    }
