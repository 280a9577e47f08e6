"""A piece of HTML made fit to stand inside a page of ours.

Only elements and attributes of a short list pass; nothing that runs, fetches or restyles does.
Names become unique by a prefix, headings move below the page's own, and a picture without
words or a table without headers stops the export.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

from pmf_analysis.errors import ExportError
from pmf_analysis.markup import Html, plain

_TAGS = frozenset(
    {
        "a", "abbr", "article", "b", "bdi", "blockquote", "br", "caption", "cite", "code", "col",
        "colgroup", "dd", "del", "details", "dfn", "div", "dl", "dt", "em", "figcaption",
        "figure", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "i", "img", "ins", "kbd", "li", "ol",
        "p", "pre", "q", "s", "samp", "section", "small", "span", "strong", "sub", "summary",
        "sup", "table", "tbody", "td", "tfoot", "th", "thead", "time", "tr", "u", "ul", "var",
    }
)  # fmt: skip
"""Elements that pass; of others the content passes and they do not."""
_WITH_CONTENT = frozenset(
    {
        "audio", "canvas", "iframe", "math", "noframes", "noscript", "object", "script", "select",
        "style", "svg", "template", "textarea", "title", "video",
    }
)  # fmt: skip
"""Elements that are left out with all they hold."""
_VOID = frozenset({"br", "col", "hr", "img"})
_PLAIN_ATTRIBUTES = frozenset(
    {
        "alt", "class", "colspan", "datetime", "dir", "height", "lang", "open", "reversed", "role",
        "rowspan", "scope", "start", "tabindex", "title", "value", "width",
    }
)  # fmt: skip
_NAMES = frozenset({"id", "headers", "for", "aria-labelledby", "aria-describedby", "aria-controls"})
"""Attributes that hold names of elements."""
_PICTURE = re.compile(
    r"data:image/((svg\+xml|png|jpeg|gif|webp);base64,[A-Za-z0-9+/=\s]*|svg\+xml,[^<>\"#\n\t]+)"
)
"""A picture as data: in base 64, or one of lines as encoded text."""
_SOURCE = ("img", "src")
_HEADING = re.compile(r"h[1-6]")
_FILLER = re.compile(
    r"\s*(image|picture|chart|graph|figure|plot|photo|untitled|output|no description.*)?\W*", re.I
)


@dataclass
class _Table:
    """What has been seen of an open table."""

    caption: bool = False
    columns: bool = False
    rows: bool = False


@dataclass(eq=False)
class _Reader(HTMLParser):
    """Copies a piece of HTML, leaving out what may not pass."""

    prefix: str
    top: int
    where: str

    written: list[str] = field(default_factory=list)
    open_: list[str] = field(default_factory=list)
    dropped: list[str] = field(default_factory=list)
    headings: list[int] = field(default_factory=list)
    levels: list[int] = field(default_factory=list)
    tables: list[_Table] = field(default_factory=list)
    names: set[str] = field(default_factory=set)
    cell: str = ""

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=False)

    # -- what the parser calls ---------------------------------------------------

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.cell = given.get("data-cell", self.cell)
        if tag in _WITH_CONTENT:
            self.dropped.append(tag)
        if self.dropped or tag not in _TAGS:
            return
        if tag == "img":
            self._hold_picture(given)
        self._note_table(tag, given)
        kept = "".join(
            f' {name}="{_quoted(value)}"' for name, value in self._attributes(tag, given)
        )
        self.written.append(f"<{self._opened(tag)}{kept}>")
        if tag not in _VOID:
            self.open_.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in _VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if self.dropped:
            if tag == self.dropped[-1]:
                self.dropped.pop()
            return
        if tag not in self.open_:
            return
        while self.open_:
            closed = self.open_.pop()
            self._close(closed)
            if closed == tag:
                break

    def handle_data(self, data: str) -> None:
        if not self.dropped:
            self.written.append(html.escape(plain(data), quote=False))

    def handle_entityref(self, name: str) -> None:
        if not self.dropped:
            known = html.unescape(f"&{name};")
            self.written.append(html.escape(plain(known), quote=False))

    def handle_charref(self, name: str) -> None:
        if not self.dropped:
            self.written.append(html.escape(plain(html.unescape(f"&#{name};")), quote=False))

    def finish(self) -> Html:
        """The copy, with everything closed that was left open."""
        self.close()
        while self.open_:
            self._close(self.open_.pop())
        return Html("".join(self.written))

    # -- parts ---------------------------------------------------------------------

    def _attributes(self, tag: str, given: dict[str, str]) -> list[tuple[str, str]]:
        kept = []
        for name, value in given.items():
            if name in _NAMES:
                kept.append((name, " ".join(self._named(name, one) for one in value.split())))
            elif name == "href" and tag == "a":
                kept.extend(self._link(value))
            elif name in _PLAIN_ATTRIBUTES or name.startswith("aria-") or (tag, name) == _SOURCE:
                kept.append((name, plain(value)))
        return kept

    def _named(self, attribute: str, name: str) -> str:
        unique = f"{self.prefix}-{name}"
        if attribute != "id":
            return unique
        number, chosen = 2, unique
        while chosen in self.names:
            chosen, number = f"{unique}-{number}", number + 1
        self.names.add(chosen)
        return chosen

    def _link(self, address: str) -> list[tuple[str, str]]:
        if address.startswith("#"):
            return [("href", f"#{self.prefix}-{address[1:]}")]
        if re.match(r"https?://", address, re.I):
            return [("href", plain(address)), ("rel", "noreferrer")]
        return []

    def _opened(self, tag: str) -> str:
        if not _HEADING.fullmatch(tag):
            return tag
        # one level at a time, below the page's own headings
        level = int(tag[1])
        while self.headings and self.headings[-1] >= level:
            self.headings.pop()
        self.headings.append(level)
        self.levels.append(min(6, self.top + len(self.headings) - 1))
        return f"h{self.levels[-1]}"

    def _close(self, tag: str) -> None:
        if tag == "table" and self.tables:
            self._hold_table(self.tables.pop())
        name = f"h{self.levels.pop()}" if _HEADING.fullmatch(tag) and self.levels else tag
        self.written.append(f"</{name}>")

    def _note_table(self, tag: str, given: dict[str, str]) -> None:
        if tag == "table":
            self.tables.append(_Table())
        elif self.tables and tag == "caption":
            self.tables[-1].caption = True
        elif self.tables and tag == "th":
            self.tables[-1].columns |= given.get("scope") == "col"
            self.tables[-1].rows |= given.get("scope") == "row"

    def _hold_table(self, table: _Table) -> None:
        lacks = [
            word
            for word, there in (
                ("caption", table.caption),
                ("column headers", table.columns),
                ("row headers", table.rows),
            )
            if not there
        ]
        if lacks:
            raise ExportError(
                f"{self._place()}: a table has no {' and no '.join(lacks)}",
                "a table that a screen reader can find its way in",
                "Show it with table_html, or with a verb of the workbench",
            )

    def _hold_picture(self, given: dict[str, str]) -> None:
        if _FILLER.fullmatch(given.get("alt", "")):
            raise ExportError(
                f"{self._place()}: a picture has no alternative text",
                "what it shows, in a sentence",
                "Draw it with a verb of the workbench, which writes one",
            )
        if not _PICTURE.fullmatch(given.get("src", "")):
            raise ExportError(
                f"{self._place()}: a picture lies outside the page",
                "a picture inside the page, as data",
                "Draw it with a verb of the workbench",
            )

    def _place(self) -> str:
        return f"{self.where}, cell {self.cell}" if self.cell else self.where


def _quoted(value: str) -> str:
    """A value as it may stand between double quotes."""
    return html.escape(value, quote=False).replace('"', "&quot;")


def fragment(given: str, *, prefix: str, top: int, where: str) -> Html:
    """A piece of HTML as it may stand in a page.

    Parameters
    ----------
    given : str
        HTML of any origin.
    prefix : str
        Begins every name in the piece, so that two pieces cannot clash.
    top : int
        Level of its highest heading in the page; deeper ones follow without a gap.
    where : str
        What the piece is, for a message.

    Returns
    -------
    Html
        Well-formed; without scripts, styles, forms and addresses that a page would fetch.

    Raises
    ------
    ExportError
        If a picture has no alternative text or lies outside, or a table has no caption, no
        column headers or no row headers.
    """
    reader = _Reader(prefix, top, where)
    reader.feed(given)
    return reader.finish()
