"""Six fields in every combination: what is said of them never contradicts itself."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import product

import pandas as pd
import pytest

from pmf_analysis.findings import facts as fact_columns
from pmf_analysis.findings import judge, load_catalogue
from pmf_analysis.findings.catalogue_files import CLAIM_WORDS
from pmf_analysis.studies import together
from pmf_analysis.terms import Assurance, Polarity, Rag, Variation

SAYS = {
    "S-GREEN": {"colour": "green"},
    "S-AMBER": {"colour": "off"},
    "S-RED": {"colour": "off"},
    "S-SMALL": {"colour": "none"},
    "S-NO-TARGET": {"colour": "none"},
    "V-IMPROVED": {"change": "better"},
    "V-WORSENED": {"change": "worse"},
    "V-UNUSUAL": {"change": "unusual"},
    "V-COMMON": {"change": "usual"},
    "V-NOT-TESTED": {"change": "not tested"},
    "A-CANNOT": {"meets": "never"},
    "A-SOMETIMES": {"meets": "sometimes"},
    "A-WILL": {"meets": "always"},
    "V-GREEN-WORSENING": {"colour": "green", "change": "worse"},
    "V-OFF-TARGET-IMPROVING": {"colour": "off", "change": "better"},
    "T-CHANCE": {"change": "usual", "step": "told"},
    "T-STEP-BACK": {"step": "told"},
    "T-DUTY": {"colour": "off", "change": "usual"},
    "T-CHANGE-THE-PROCESS": {"colour": "off", "change": "usual", "meets": "never"},
    "T-GREEN-CANNOT": {"colour": "green", "meets": "never"},
    "T-CANNOT-UNTIL-NOW": {"change": "better", "meets": "open"},
    "T-SOMETIMES-UNTIL-NOW": {"meets": "open"},
    "T-MET-UNTIL-NOW": {"change": "worse", "meets": "open"},
    "T-GREEN-BY-CHANCE": {"colour": "green", "change": "usual", "meets": "sometimes"},
    "T-MISS-BY-CHANCE": {"colour": "off", "change": "usual", "meets": "sometimes"},
    "T-OFF-WILL": {"colour": "off", "meets": "always"},
    "T-DIRECTIONS": {},
    "L-IMPROVED": {"level": "better"},
    "L-WORSENED": {"level": "worse"},
    "L-CHANGED": {"level": "other"},
    "L-TURNED-DOWN": {"level": "better", "change": "worse"},
    "L-TURNED-UP": {"level": "worse", "change": "better"},
    "T-LEVEL": {"change": "usual"},
    "T-LEVEL-MIX": {"level": "worse by the mix"},
    "T-GREEN-LEVEL": {"colour": "green", "level": "worse"},
    "T-OFF-TARGET-LEVEL": {"colour": "off", "level": "better"},
    "T-CANNOT-BEFORE-LEVEL": {"level": "better", "meets": "open"},
    "T-SOMETIMES-BEFORE-LEVEL": {"meets": "open"},
    "T-MET-BEFORE-LEVEL": {"level": "worse", "meets": "open"},
    "T-CLOSE-AWAY": {"change": "unusual", "goes": "away"},
    "T-CLOSE-TOWARD": {"change": "unusual", "goes": "toward"},
    "T-CLOSE-GREEN": {"colour": "green", "change": "unusual"},
    "C-HIGHER": {"step": "told"},
    "C-LOWER": {"step": "told"},
    "C-SAME": {"step": "told"},
    "T-SINGLES-RED": {"singles": "red"},
    "T-SINGLES-GREEN": {"singles": "green"},
    "T-RED-AHEAD": {"colour": "off", "beside": "ahead"},
    "T-RED-AHEAD-NEIGHBOURS": {"colour": "off", "beside": "ahead"},
    "T-GREEN-BEHIND": {"colour": "green", "beside": "behind"},
    "T-GREEN-BEHIND-NEIGHBOURS": {"colour": "green", "beside": "behind"},
}
"""What each sentence says of a subject; of one subject a story says one thing."""

LEVELS = {
    Polarity.HIGH: (85.0, 80.0), Polarity.LOW: (85.0, 90.0),
    Polarity.CLOSE_TO_TARGET: (85.0, float("nan")),
    Polarity.NEUTRAL: (float("nan"), float("nan")),
}  # fmt: skip
LIMITS = {
    # of higher is better; mirrored about the target where lower is better
    "consistent_fail": (70.0, 75.0, 80.0),
    "inconsistent": (80.0, 84.0, 88.0),
    "consistent_pass": (86.0, 90.0, 94.0),
    "not_tested": (70.0, 75.0, 80.0),
}
STEPS = {"better": 1.0, "worse": -1.0, "higher": 1.0, "lower": -1.0, "same": 0.0,
         "not_tested": float("nan")}  # fmt: skip


LEVELS_FOUND = ("improvement", "concern", "neutral", "none", "not_tested")
"""What the screen can say besides."""


def combinations() -> Iterator[dict[str, str]]:
    """Every combination of the fields that the methods can give."""
    for polarity, rag, variation, assurance, step, level in product(
        Polarity, Rag, Variation, Assurance, STEPS, LEVELS_FOUND
    ):
        rated = polarity in (Polarity.HIGH, Polarity.LOW)
        sided = variation.value.startswith(("improvement", "concern"))
        good_end = variation.value in ("improvement_high", "concern_low")
        possible = (
            (rag is Rag.NOT_RATED or polarity is not Polarity.NEUTRAL)
            and (rated or assurance is Assurance.NOT_TESTED)
            and (variation is not Variation.NOT_TESTED or assurance is Assurance.NOT_TESTED)
            and (not sided or (rated and good_end == (polarity is Polarity.HIGH)))
            and (rated or not sided)
            and not (rated and variation.value.startswith("neutral"))
            and (level == "none" or step == "same")
            and (level == "neutral") <= (not rated)
            and (level in ("improvement", "concern")) <= rated
            and (step in ("higher", "lower")) <= (polarity is Polarity.NEUTRAL)
            and (step in ("better", "worse")) <= (polarity is not Polarity.NEUTRAL)
        )
        if possible:
            yield {
                "indicator": polarity.value, "rag": rag.value, "variation": variation.value,
                "assurance": assurance.value, "dot_previous": step, "screen_verdict": level,
            }  # fmt: skip


@pytest.fixture(scope="module")
def polar(context):
    """The context with one indicator of each polarity."""
    own = context.register.indicator("ASSESS-45")
    made = {
        polarity.value: own.model_copy(update={"code": polarity.value, "polarity": polarity})
        for polarity in Polarity
    }
    held = replace(context.register, indicators={**context.register.indicators, **made})
    return replace(context, register=held)


@pytest.fixture(scope="module")
def every(facts, polar) -> pd.DataFrame:
    """Facts of every combination, each a unit of its own."""
    own = facts[(facts["indicator"] == "ASSESS-45") & facts["signal"].eq("none")].head(1)
    given = pd.DataFrame(list(combinations()))
    base = own.loc[own.index.repeat(len(given))].reset_index(drop=True)
    polarity = given["indicator"].map(Polarity)
    mirrored = polarity.eq(Polarity.LOW)
    change = given["dot_previous"].map(STEPS)
    limits = pd.DataFrame([LIMITS[one] for one in given["assurance"]])
    limits = limits.where(~mirrored, 170 - limits[[2, 1, 0]].set_axis([0, 1, 2], axis=1))
    rows = base.assign(
        **given.to_dict("list"),
        service_area=[f"u{at}" for at in range(len(given))],
        target=[LEVELS[one][0] for one in polarity],
        floor=[LEVELS[one][1] for one in polarity],
        has_target=[LEVELS[one][0] == LEVELS[one][0] for one in polarity],
        signal=given["variation"].map(Variation).map(fact_columns.SIGNALS).fillna("not_tested"),
        dot_previous_change=change.where(~mirrored, -change), dot_regression="worse",
        dot_regression_slope=[0.1 if one else -0.1 for one in mirrored],
        previous_differs=change.abs() > 0, range_position="", target_change="", late=False,
        lower_limit=limits[0], centre=limits[1], upper_limit=limits[2],
        level_words="since June 2026 the level has been another one", screen_series="262",
        mix_carries="", mix_parts="", mix_rest="", chart_waits="", claims_doubted="",
        break_period="", rebase_period="",
    )  # fmt: skip
    derived = together.facts(table_of(rows), rows, polar)
    return rows.assign(**{name: derived[name] for name in derived})


def table_of(rows: pd.DataFrame) -> pd.DataFrame:
    table = rows[["indicator", "service_area", "cohort", "period"]]
    return table.assign(target_gap=1.0, distance_words="near", singles="", singles_words="")


@pytest.fixture(scope="module")
def told(every, polar) -> pd.DataFrame:
    told = judge(every, polar)
    return told[
        told["family"].isin(["status", "variation", "assurance", "together", "change", "screen"])
    ]


def test_every_sentence_about_the_six_fields_was_thought_through():
    families = ("variation", "assurance", "together", "change", "screen")
    besides = {"V-NOT-YET", "V-DOUBTED"}
    codes = {one.code for one in load_catalogue().entries if one.family in families}
    assert codes - besides <= set(SAYS)


def test_no_story_says_two_things_of_one_subject(told, every):
    assert len(every) > 600
    for unit, codes in told.groupby("service_area")["code"]:
        said: dict[str, set[str]] = {}
        for code in codes:
            for subject, word in SAYS[code].items():
                said.setdefault(subject, set()).add(word)
        doubled = {subject: words for subject, words in said.items() if len(words) > 1}
        assert not doubled, (unit, list(codes), doubled)


def test_each_message_stands_once(told):
    assert not told.duplicated(["service_area", "sentence"]).any()
    claims = told[told["sentence"].str.contains(CLAIM_WORDS)]
    assert not claims.duplicated(["service_area", "family"]).any()
    steps = told[told["code"].isin(["C-HIGHER", "C-LOWER", "C-SAME", "T-CHANCE", "T-STEP-BACK"])]
    assert not steps["service_area"].duplicated().any()


def test_status_and_variation_are_said_of_every_combination(told, every):
    for family in ("status", "variation"):
        assert set(told.loc[told["family"] == family, "service_area"]) == set(
            every["service_area"]
        ), family


@pytest.mark.parametrize(
    ("fields", "code", "words"),
    [
        (("green", "concern", ""), "V-GREEN-WORSENING", "find out why before the colour turns"),
        (("amber", "improvement", ""), "V-OFF-TARGET-IMPROVING", "has not reached the target yet"),
        (("red", "common", "consistent_fail"), "T-CHANGE-THE-PROCESS", "do not chase single"),
        (("red", "common", "inconsistent"), "A-SOMETIMES", "Some months will meet the target"),
        (("green", "common", "inconsistent"), "T-GREEN-BY-CHANCE", "by chance as much as by"),
        (("green", "common", "consistent_fail"), "T-GREEN-CANNOT", "will not stay so"),
        (("red", "common", "consistent_pass"), "T-OFF-WILL", "It is Red, though months"),
        (("red", "improvement", "consistent_fail"), "T-CANNOT-UNTIL-NOW", "within reach"),
        (("green", "concern", "consistent_pass"), "T-MET-UNTIL-NOW", "that may end"),
    ],
)
def test_a_contradiction_is_said_in_words(told, every, fields, code, words):
    rag, variation, assurance = fields
    chosen = every[
        every["rag"].eq(rag) & every["variation"].str.startswith(variation)
        & every["assurance"].str.startswith(assurance)
        & every["indicator"].isin(["high", "low"]) & every["screen_verdict"].eq("none")
    ]  # fmt: skip
    said = told[told["service_area"].isin(chosen["service_area"]) & told["code"].eq(code)]
    assert len(said) == len(chosen) > 0
    assert said["sentence"].str.contains(words).all()


def test_a_change_that_is_no_more_than_chance_is_said_with_its_direction(told, every):
    usual = every[every["variation"].eq("common_cause") & every["previous_differs"]]
    said = told[told["code"] == "T-CHANCE"].set_index("service_area")["sentence"]
    assert set(said.index) == set(usual["service_area"])
    for row in usual.itertuples():
        way = {"better": "the good direction", "worse": "the wrong direction"}
        assert way.get(row.dot_previous, "no more than chance") in said[row.service_area]


def test_a_last_step_against_the_change_is_said_not_to_undo_it(told, every):
    worse = every["signal"].eq("improvement") & every["dot_previous"].eq("worse")
    better = every["signal"].eq("concern") & every["dot_previous"].eq("better")
    said = told[told["code"] == "T-STEP-BACK"]
    assert set(said["service_area"]) == set(every.loc[worse | better, "service_area"])
    assert said["sentence"].str.contains("one step does not undo that").all()


def test_rules_of_direction_that_disagree_are_named(told, every):
    apart = every[every["dot_previous"].eq("better")]
    said = told[told["code"] == "T-DIRECTIONS"]
    assert set(said["service_area"]) == set(apart["service_area"])
    assert said["sentence"].str.contains("one step is not a trend").all()


def test_where_close_is_best_the_side_says_whether_a_change_is_welcome(told, every):
    close = every[every["indicator"].eq("close_to_target") & every["signal"].eq("neutral")]
    off = close[close["rag"] != "green"]
    said = told.set_index("service_area")["code"]
    for row in off.itertuples():
        above = row.judged_value > row.target
        away = above == (row.variation == "neutral_high")
        assert ("T-CLOSE-AWAY" if away else "T-CLOSE-TOWARD") in set(said[row.service_area])
    green = close[close["rag"] == "green"]["service_area"]
    assert set(told.loc[told["code"] == "T-CLOSE-GREEN", "service_area"]) == set(green)


@pytest.mark.parametrize(
    ("rag", "columns", "code", "words"),
    [
        ("red", {"vs_england": "better"}, "T-RED-AHEAD", "Being ahead of Medwold is not enough"),
        ("red", {"vs_england": "similar", "vs_neighbours": "better"}, "T-RED-AHEAD-NEIGHBOURS",
         "Being ahead of like authorities is not enough"),
        ("green", {"vs_england": "worse"}, "T-GREEN-BEHIND", "does the target ask enough?"),
        ("green", {"vs_england": "better", "vs_neighbours": "worse"}, "T-GREEN-BEHIND-NEIGHBOURS",
         "does the target ask enough?"),
        ("green", {"singles": "red", "singles_words": "each of the last 3 months alone missed"},
         "T-SINGLES-RED", "Each of the last 3 months alone missed; the Green figure still counts"),
    ],
)  # fmt: skip
def test_a_colour_beside_others_is_said_in_words(every, polar, rag, columns, code, words):
    row = every[every["rag"].eq(rag) & every["indicator"].eq("high")].head(1)
    told = judge(row.assign(**columns), polar)
    (sentence,) = told.loc[told["code"] == code, "sentence"]
    assert words in sentence
