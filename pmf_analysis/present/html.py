"""Badges, tables and templates of our pages; the only module that opens jinja2."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from pmf_analysis.markup import NOT_GIVEN, Html, escape, plain, table_html
from pmf_analysis.terms import Rag, Verdict

if TYPE_CHECKING:
    from jinja2 import Environment

__all__ = [
    "RAG_SHAPES",
    "Html",
    "environment",
    "escape",
    "plain",
    "rag_badge",
    "render",
    "table_html",
    "verdict_badge",
]  # fmt: skip

RAG_SHAPES: Mapping[Rag, str] = {
    Rag.GREEN: "●",
    Rag.AMBER: "◆",
    Rag.RED: "▲",
    Rag.NOT_RATED: "–",
}
"""A shape for each status, so that colour never stands alone."""

VERDICT_SHAPES: Mapping[Verdict, str] = {
    Verdict.GREEN: "✓",
    Verdict.AMBER: "!",
    Verdict.RED: "✗",
    Verdict.NOT_ASSESSED: "?",
}


def rag_badge(rag: object) -> Html:
    """Status as shape and word: ``▲ Red``.

    Parameters
    ----------
    rag : str or Rag
        A code of `terms.Rag`; an empty or missing one reads as not rated.

    Returns
    -------
    Html
        Coloured by the page's style sheet; complete without it.
    """
    status = Rag(rag) if _given(rag) else Rag.NOT_RATED
    return _badge(f"rag-{status.value}", RAG_SHAPES[status], status.label)


def verdict_badge(verdict: object) -> Html:
    """Data-quality verdict as shape and word: ``! Use with care``.

    Parameters
    ----------
    verdict : str or Verdict
        A code of `terms.Verdict`; an empty or missing one reads as not assessed.
    """
    found = Verdict(verdict) if _given(verdict) else Verdict.NOT_ASSESSED
    label = found.label[0].upper() + found.label[1:]
    return _badge(f"verdict-{found.value}", VERDICT_SHAPES[found], label)


@cache
def environment(folder: Path) -> Environment:
    """The templates of a folder; every value they print is escaped, every unknown name an error.

    Parameters
    ----------
    folder : Path

    Returns
    -------
    jinja2.Environment
    """
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    made = Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        finalize=lambda value: value if isinstance(value, Html) or value is None else _clean(value),
    )
    made.globals.update(rag_badge=rag_badge, verdict_badge=verdict_badge)
    return made


def render(folder: Path, template: str, **values: object) -> str:
    """One template of a folder, filled."""
    return environment(folder).get_template(template).render(**values)


def _clean(value: object) -> object:
    # markup of the template engine itself, such as the result of a macro, is left alone
    return value if hasattr(value, "__html__") else plain(value)


def _badge(name: str, shape: str, word: str) -> Html:
    return Html(
        f'<span class="badge {name}"><span aria-hidden="true">{shape}</span> {escape(word)}</span>'
    )


def _given(value: object) -> bool:
    return value is not None and value == value and str(value) not in ("", NOT_GIVEN)
