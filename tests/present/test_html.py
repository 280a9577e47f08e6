from __future__ import annotations

from pathlib import Path

import pytest
from jinja2 import UndefinedError

from pmf_analysis.markup import Html
from pmf_analysis.present.html import RAG_SHAPES, rag_badge, render, verdict_badge
from pmf_analysis.terms import Rag, Verdict


@pytest.mark.parametrize("rag", list(Rag))
def test_status_is_a_shape_and_a_word(rag: Rag) -> None:
    badge = rag_badge(rag.value)
    assert f"rag-{rag.value}" in badge
    assert f'<span aria-hidden="true">{RAG_SHAPES[rag]}</span> {rag.label}' in badge


def test_no_two_statuses_share_a_shape() -> None:
    assert len(set(RAG_SHAPES.values())) == len(Rag)


@pytest.mark.parametrize("nothing", ["", None, float("nan")])
def test_nothing_reads_as_not_rated_and_not_assessed(nothing: object) -> None:
    assert "Not rated" in rag_badge(nothing)
    assert "Not assessed" in verdict_badge(nothing)


@pytest.mark.parametrize("verdict", list(Verdict))
def test_a_verdict_is_said_in_words(verdict: Verdict) -> None:
    assert verdict.label in str(verdict_badge(verdict.value)).casefold()


def test_an_unknown_code_is_an_error() -> None:
    with pytest.raises(ValueError, match="'mauve'"):
        rag_badge("mauve")


def test_templates_escape_what_they_print(tmp_path: Path) -> None:
    (tmp_path / "page.j2").write_text("{{ name }}|{{ made }}|{{ 3 }}", encoding="utf-8")
    printed = render(tmp_path, "page.j2", name="<script>\u202e", made=Html("<b>x</b>"))
    assert printed == "&lt;script&gt;\ufffd|<b>x</b>|3"


def test_an_unknown_name_in_a_template_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "page.j2").write_text("{{ nmae }}", encoding="utf-8")
    with pytest.raises(UndefinedError, match="nmae"):
        render(tmp_path, "page.j2", name="x")
