"""An executed notebook as part of a page; the only module that opens nbconvert."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from pmf_analysis.export.executed import Notebook, read_executed
from pmf_analysis.export.fragments import fragment
from pmf_analysis.importing import without_address_grammar
from pmf_analysis.markup import Html

if TYPE_CHECKING:
    from nbconvert.exporters import HTMLExporter

TEMPLATES = Path(__file__).parent / "templates"
_SHOWN = ("execute_result", "display_data")
_MARK = "\ue000output-"
"""Begins with a character for private use, which is taken out of a notebook's own text."""
_KINDS = ("text/html", "text/markdown", "image/svg+xml", "image/png", "text/plain")


def export_notebook_body(path: Path, *, prefix: str = "", top: int = 3, title: bool = True) -> Html:
    """The text and the outputs of an executed notebook.

    Input, prompts, logs and printed lines are left out. Its own title comes out as its highest
    heading.

    Parameters
    ----------
    path : Path
    prefix : str
        Begins every name in it; the notebook's own name when empty.
    top : int
        Level of its highest heading in the page.
    title : bool
        Whether its own title is shown; not where the page has given it one.

    Returns
    -------
    Html

    Raises
    ------
    ExportError
        If the notebook did not run once from top to bottom without error, shows a picture
        without alternative text, or a table without headers. The message names notebook and
        cell.
    """
    notebook = _to_show(read_executed(path))
    if not title and notebook["cells"]:
        first, *others = notebook["cells"]
        notebook = {**notebook, "cells": [_without_title(first), *others]}
    body = _exported(notebook)
    name = prefix or re.sub(r"[^a-z0-9]+", "-", path.stem.lower()).strip("-") or "notebook"
    return fragment(body, prefix=name, top=top, where=f"{path.parent.name}/{path.name}")


@cache
def exporter() -> HTMLExporter:
    """The exporter with our template, made once: making it costs more than using it."""
    with without_address_grammar():
        from nbconvert.exporters import HTMLExporter
    from traitlets.config import Config

    settings = Config()
    settings.NbConvertBase.display_data_priority = list(_KINDS)
    return HTMLExporter(
        config=settings,
        template_name="pmf",
        extra_template_basedirs=[str(TEMPLATES)],
        exclude_input=True,
        exclude_input_prompt=True,
        exclude_output_prompt=True,
        exclude_anchor_links=True,
    )


def _exported(notebook: Notebook) -> str:
    """The notebook through nbconvert, which is spared the outputs that are HTML already.

    It would read each of them several times over; they go in as marks and come back after.
    """
    pieces: list[str] = []

    def marked(output: Notebook) -> Notebook:
        if "text/html" not in output.get("data", {}):
            return output
        pieces.append(_text(output["data"]["text/html"]))
        return {**output, "data": {"text/html": f"<p>{_MARK}{len(pieces) - 1}</p>"}}

    cells = [
        {**cell, "outputs": [marked(one) for one in cell["outputs"]]} if "outputs" in cell else cell
        for cell in notebook["cells"]
    ]
    body, _ = exporter().from_notebook_node(_node({**notebook, "cells": cells}))
    return re.sub(rf"<p>{_MARK}(\d+)</p>", lambda found: pieces[int(found[1])], body)


def _to_show(notebook: Notebook) -> Notebook:
    """A copy with numbered cells and only those outputs that a reader is meant to see."""
    cells = []
    for number, cell in enumerate(notebook["cells"], start=1):
        copied = {
            **cell,
            "metadata": {**cell.get("metadata", {}), "pmf_cell": number},
            "source": _text(cell.get("source", "")).replace(_MARK[0], "\ufffd"),
        }
        if cell.get("cell_type") == "code":
            outputs = [_with_words(one, cell) for one in cell.get("outputs", [])]
            copied["outputs"] = [one for one in outputs if one["output_type"] in _SHOWN]
        cells.append(copied)
    return {**notebook, "cells": cells}


def _with_words(output: Notebook, cell: Notebook) -> Notebook:
    """An output whose picture carries the alternative text that cell or output gives it."""
    data = output.get("data", {})
    pictures = [kind for kind in ("image/svg+xml", "image/png") if kind in data]
    if "text/html" in data or not pictures:
        return output
    alt = output.get("metadata", {}).get("alt") or cell.get("metadata", {}).get("alt") or ""
    return {**output, "data": {"text/html": _picture(pictures[0], data[pictures[0]], alt)}}


def _picture(kind: str, content: str | list[str], alt: str) -> str:
    from base64 import b64encode
    from html import escape

    text = _text(content)
    coded = b64encode(text.encode()).decode() if kind == "image/svg+xml" else text
    return f'<img alt="{escape(str(alt))}" src="data:{kind};base64,{coded}">'


def _node(notebook: Notebook) -> object:
    from nbformat import from_dict
    from nbformat.v4.rwbase import rejoin_lines

    return rejoin_lines(from_dict(notebook))


def _without_title(cell: Notebook) -> Notebook:
    """A cell without the heading that it opens with, if it opens with one."""
    lines = _text(cell.get("source", "")).splitlines()
    if cell.get("cell_type") != "markdown" or not lines or not lines[0].startswith("# "):
        return cell
    return {**cell, "source": "\n".join(lines[1:])}


def _text(source: str | list[str]) -> str:
    return source if isinstance(source, str) else "".join(source)
