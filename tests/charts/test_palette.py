from __future__ import annotations

from dataclasses import replace

import pytest

from pmf_analysis.charts.palette import Palette, shipped_palette
from pmf_analysis.errors import RuleSetError
from pmf_analysis.register.models import RuleSet
from pmf_analysis.terms import Rag, Verdict


def luminance(colour: str) -> float:
    """Relative luminance (WCAG 2.2)."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_contrast_by_published_pairs() -> None:
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)
    assert contrast("#767676", "#FFFFFF") == pytest.approx(4.54, abs=0.01)


def test_the_analysis_function_palette_in_its_order() -> None:
    assert shipped_palette().main == (
        "#12436D", "#28A197", "#801650", "#F46A25", "#3D3D3D", "#A285D1",
    )  # fmt: skip


@pytest.mark.parametrize("kind", ["status", "verdict"])
def test_badges_can_be_read_and_state_their_contrast(kind: str) -> None:
    badges = getattr(shipped_palette(), kind)
    assert set(badges) == {term.value for term in (Rag if kind == "status" else Verdict)}
    for badge in badges.values():
        found = contrast(badge["ground"], badge["text"])
        assert found >= 4.5
        assert found == pytest.approx(badge["contrast"], abs=0.06)


def test_lines_and_words_of_charts_can_be_seen() -> None:
    palette = shipped_palette()
    fills = {"band80", "band95", "tail", "usual"}  # behind a line, never alone
    for name, colour in palette.chart.items():
        if name not in fills:
            assert contrast(colour, palette.ground) >= 3, name
    words = [palette.chart[n] for n in ("series", "target", "floor", "forecast_text")]
    words += [palette.chart["rolling_text"], palette.text, palette.quiet_text, palette.page["link"]]
    for colour in words:
        assert contrast(colour, palette.ground) >= 4.5, colour


def test_a_missing_colour_is_named() -> None:
    rules = RuleSet(name="palette", version="1", purpose="p", source="s", values={"main": []})
    with pytest.raises(RuleSetError, match="has no value focus"):
        Palette.of(rules)
    assert replace(shipped_palette(), focus="#000000").focus == "#000000"
