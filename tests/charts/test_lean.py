"""A picture in fewer bytes draws what it drew."""

from __future__ import annotations

import re
from urllib.parse import unquote
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pmf_analysis.charts.canvas import Sheet, paint
from pmf_analysis.charts.lean import address, lean, path
from pmf_analysis.charts.palette import shipped_palette

LINK = "{http://www.w3.org/1999/xlink}href"
_STEP = re.compile(r"([MLQCHVzmlqchv])|(-?(?:\d+\.?\d*|\.\d+))")
_MANY = {"m": 2, "l": 2, "q": 4, "c": 6, "h": 1, "v": 1}


@pytest.fixture(scope="module")
def drawn() -> bytes:
    def draw(axes: object) -> None:
        axes.plot([0, 1, 2], [3.14159, 1.5, 2.25], marker="D", clip_on=True)
        axes.annotate("Marwick & Lathe <1>", (1, 2), rotation=30)

    return paint(Sheet("Aa", "12.5%", 2.0, 0.4, 0.3), shipped_palette(), draw)


def _places(steps: str) -> list[tuple[str, float, float]]:
    """Where every step of a path leads, read by the rules of SVG 1.1, section 8.3."""
    found = [one[0] or float(one[1]) for one in _STEP.findall(steps)]
    here, start, letter, places, at = (0.0, 0.0), (0.0, 0.0), "", [], 0
    while at < len(found):
        if isinstance(found[at], str):
            letter, at = found[at], at + 1
        if letter == "z":
            here = start
            places.append(("z", *here))
            continue
        many = _MANY[letter.lower()]
        given_, at = found[at : at + many], at + many
        base = here if letter.islower() else (0.0, 0.0)
        if letter in "hvHV":
            kept = (0.0, 0.0) if letter.islower() else here
            given_ = [given_[0], kept[1]] if letter in "hH" else [kept[0], given_[0]]
        ends = [value + base[place % 2] for place, value in enumerate(given_)]
        here = (ends[-2], ends[-1])
        start = here if letter in "Mm" else start
        name = "L" if letter in "hvHVlL" else letter.upper()
        places.extend((name, ends[i], ends[i + 1]) for i in range(0, len(ends), 2))
    return places


_NUMBERS = st.floats(-5000, 5000, allow_nan=False).map(lambda value: f"{value:.6f}")


@given(
    st.lists(
        st.one_of(
            st.tuples(st.just("M"), st.lists(_NUMBERS, min_size=2, max_size=2)),
            st.tuples(st.just("L"), st.lists(_NUMBERS, min_size=2, max_size=2)),
            st.tuples(st.just("Q"), st.lists(_NUMBERS, min_size=4, max_size=4)),
            st.tuples(st.just("C"), st.lists(_NUMBERS, min_size=6, max_size=6)),
            st.tuples(st.just("z"), st.just([])),
        ),
        max_size=12,
    )
)
@settings(max_examples=60, deadline=None)
def test_a_path_leads_to_the_same_places(steps: list[tuple[str, list[str]]]) -> None:
    whole = "\n".join(
        f"{letter} {' '.join(values)}" for letter, values in [("M", ["0", "0"]), *steps]
    )
    before, after = _places(whole), _places(path(whole))
    assert [one[0] for one in after] == [one[0] for one in before]
    for (_, x, y), (_, x_after, y_after) in zip(before, after, strict=True):
        assert (x_after, y_after) == pytest.approx((x, y), abs=0.00501)


@pytest.mark.parametrize(
    ("steps", "shorter"),
    [
        ("M 0 368.28 \nL 576 368.28 \nL 576 0 \nz\n", "M0 368.28h576V0z"),
        ("M 0.5 -0.25 L 0.5 0.254", "M.5-.25v.5"),
        ("M 1 1 A 5 5 0 0 1 2 2", "M 1 1 A 5 5 0 0 1 2 2"),
        ("", ""),
    ],
)
def test_a_path_by_hand(steps: str, shorter: str) -> None:
    assert path(steps) == shorter


def test_every_name_that_is_referred_to_is_there_and_no_other(drawn: bytes) -> None:
    made = ElementTree.fromstring(lean(drawn))
    names = [one.get("id") for one in made.iter() if one.get("id")]
    pointed = {one.get(LINK)[1:] for one in made.iter() if one.get(LINK)}
    pointed |= set(re.findall(r"url\(#([\w-]+)\)", lean(drawn).decode()))
    assert len(names) == len(set(names))
    assert set(names) == pointed


def test_letters_stand_where_they_stood(drawn: bytes) -> None:
    """Each text: the same number of visible letters, each along by the same share of the type."""
    whole = ElementTree.fromstring(drawn)
    space = "{http://www.w3.org/2000/svg}"
    empty = {one.get("id") for one in whole.iter(f"{space}path") if not one.get("d")}

    def along(root: ElementTree.Element) -> list[float]:
        found = []
        for group in root.iter(f"{space}g"):
            scale = re.search(r"scale\(([\d.]+)", group.get("transform", ""))
            for one in group.findall(f"{space}use") if scale else ():
                moved = re.match(r"translate\(([\d.]+)", one.get("transform", ""))
                place = float(moved[1]) if moved else float(one.get("x", 0))
                if one.get(LINK)[1:] not in empty:
                    found.append(place * float(scale[1]))
        return found

    before, after = along(whole), along(ElementTree.fromstring(lean(drawn)))
    assert len(before) > 20
    assert after == pytest.approx(before, abs=0.011)


def test_it_is_less_than_half_and_the_same_again(drawn: bytes) -> None:
    assert len(lean(drawn)) < 0.6 * len(drawn)
    assert lean(drawn) == lean(drawn)


def test_an_address_reads_back_as_the_picture(drawn: bytes) -> None:
    made = address(lean(drawn))
    assert made.startswith("data:image/svg+xml,")
    assert not set('<>"#&\n') & set(made.removeprefix("data:image/svg+xml,"))
    assert unquote(made).removeprefix("data:image/svg+xml,").encode() == lean(drawn)


def test_a_text_that_is_not_ours_cannot_leave_its_place() -> None:
    text = "<text y='&apos;&lt;'>&lt;script&gt;&amp;</text>"
    svg = f"<svg xmlns='http://www.w3.org/2000/svg'>{text}</svg>"
    made = ElementTree.fromstring(lean(svg.encode()))
    assert [one.tag for one in made.iter()][1:] == ["{http://www.w3.org/2000/svg}text"]
    assert (made[0].text, made[0].get("y")) == ("<script>&", "'<")
