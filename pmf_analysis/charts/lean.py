"""A picture in as few bytes as it can be drawn with, so that a page can be sent by e-mail.

The drawing library writes each letter as a shape of its own, each step of a line on a line of
its own, and names and groups that nothing refers to. What is drawn stays the same to a
hundredth of a point.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from itertools import count
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

_SVG = "{http://www.w3.org/2000/svg}"
_LINK = "{http://www.w3.org/1999/xlink}href"
_LETTER_SCALE = 0.015625
"""A letter's outline is this many times smaller than it is defined."""
_COARSE = 8
"""A letter's outline is kept in steps of so many of its own: 0.02 points in type of 12 points."""
_LETTER = re.compile(r"DejaVuSans(-Bold)?(-Oblique)?-[0-9a-f]+")
_STEP = re.compile(r"[A-Za-z]|-?\d+\.?\d*(?:e-?\d+)?")
_NUMBER = re.compile(r"-?\d+\.\d+")
_OF_LETTER = re.compile(r"translate\((-?[\d.]+) (-?[\d.]+)\)")
_LAST_SCALE = re.compile(r"scale\((-?[\d.]+) (-?[\d.]+)\)$")
_REFERENCE = re.compile(r"url\(#([\w-]+)\)")
_KNOWN_STEPS = frozenset("MLQCz")
_ENCODED = str.maketrans(
    {"%": "%25", "#": "%23", "&": "%26", "<": "%3C", ">": "%3E", '"': "%22", "\n": " ", "\t": " "}
)


def address(svg: bytes) -> str:
    """A picture as an address of its own data, fit for an attribute in double quotes.

    Parameters
    ----------
    svg : bytes

    Returns
    -------
    str
        ``data:image/svg+xml,`` and the picture, with what an address may not hold encoded.
    """
    return f"data:image/svg+xml,{svg.decode().strip().translate(_ENCODED)}"


def lean(svg: bytes) -> bytes:
    """The same picture without what draws nothing.

    Parameters
    ----------
    svg : bytes
        As the drawing library writes it. Comments, metadata, and names that nothing refers to
        are left out; letters are kept once, and places to a hundredth of a point.

    Returns
    -------
    bytes
        SVG; the same for the same input.
    """
    return _Writer(ElementTree.fromstring(svg)).written()


class _Writer:
    """Writes one picture; knows the names in it and the letters that it uses."""

    def __init__(self, root: Element) -> None:
        self.root = root
        self.letters = {
            one.get("id", ""): one.get("d", "")
            for one in root.iter(f"{_SVG}path")
            if _LETTER.fullmatch(one.get("id", ""))
        }
        names = _names()
        referred = dict.fromkeys(_referred(root))
        self.names = {name: next(names) for name in referred if self.letters.get(name, "?")}

    def written(self) -> bytes:
        """The whole picture."""
        shapes = "".join(
            f"<path id='{self.names[name]}' d='{path(d, 1 / _COARSE)}'/>"
            for name, d in self.letters.items()
            if name in self.names
        )
        inner = f"<defs>{shapes}</defs>" if shapes else ""
        inner += "".join(self._piece(one) for one in self.root)
        kept = {name: self.root.get(name, "") for name in ("width", "height", "viewBox")}
        sizes = "".join(f" {name}='{_escaped(value)}'" for name, value in kept.items() if value)
        spaces = "xmlns='http://www.w3.org/2000/svg' xmlns:xlink='http://www.w3.org/1999/xlink'"
        return f"<svg {spaces}{sizes}>{inner}</svg>".encode()

    def _piece(self, one: Element) -> str:
        tag = one.tag.removeprefix(_SVG) if isinstance(one.tag, str) else ""
        if not tag or tag == "metadata" or one.get("id") in self.letters:
            return ""
        if tag == "g" and self._spells(one):
            return self._text(one)
        inner = _escaped((one.text or "").strip()) + "".join(self._piece(each) for each in one)
        kept = "".join(f" {name}='{value}'" for name, value in self._attributes(tag, one))
        if tag in ("g", "defs") and not inner:
            return ""
        if tag == "g" and not kept:
            return inner
        return f"<{tag}{kept}>{inner}</{tag}>" if inner else f"<{tag}{kept}/>"

    def _attributes(self, tag: str, one: Element) -> Iterator[tuple[str, str]]:
        for name, value in one.attrib.items():
            if name == "id":
                if value in self.names:
                    yield "id", self.names[value]
            elif name == _LINK:
                yield "xlink:href", f"#{self.names.get(value[1:], value[1:])}"
            elif name == "d" and tag == "path":
                yield "d", path(value)
            elif name == "style":
                yield "style", _escaped(self._pointed(_compact(value)))
            else:
                yield _plain_name(name), _escaped(self._pointed(_rounded(value)))

    def _pointed(self, value: str) -> str:
        """A value that refers to names, with the names as they are written here."""
        return _REFERENCE.sub(lambda found: f"url(#{self.names.get(found[1], found[1])})", value)

    def _spells(self, group: Element) -> bool:
        """Whether a group is a text: letters side by side, and nothing else."""
        uses = [one for one in group if one.tag != f"{_SVG}defs"]
        return bool(uses) and all(
            one.tag == f"{_SVG}use"
            and one.get(_LINK, "")[1:] in self.letters
            and set(one.attrib) <= {_LINK, "transform"}
            and _OF_LETTER.fullmatch(one.get("transform", "translate(0 0)"))
            for one in uses
        )

    def _text(self, group: Element) -> str:
        """A text in the measure of its letters, so that none needs a scale of its own."""
        spelled = []
        for one in group.iter(f"{_SVG}use"):
            name = self.names.get(one.get(_LINK, "")[1:])
            if name:
                along, up = _OF_LETTER.fullmatch(one.get("transform", "translate(0 0)")).groups()
                x, y = (round(float(part) / _LETTER_SCALE / _COARSE) for part in (along, up))
                place = (f" x='{x}'" if x else "") + (f" y='{y}'" if y else "")
                spelled.append(f"<use xlink:href='#{name}'{place}/>")
        given = _LAST_SCALE.sub(_scaled, group.get("transform", ""))
        if given == group.get("transform", ""):
            given = f"{given} scale({_LETTER_SCALE * _COARSE})".strip()
        before, scale, after = given.rpartition(" scale") if " scale" in given else ("", "", given)
        kept = (
            f" style='{_escaped(_compact(group.get('style', '')))}'" if group.get("style") else ""
        )
        return f"<g{kept} transform='{_rounded(before)}{scale}{after}'>{''.join(spelled)}</g>"


def _scaled(found: re.Match[str]) -> str:
    across, up = (float(part) * _LETTER_SCALE * _COARSE for part in found.groups())
    return f"scale({across:.9g} {up:.9g})"


def _referred(root: Element) -> Iterator[str]:
    """Names that something refers to, in the order of their first mention."""
    for one in root.iter():
        for name, value in one.attrib.items():
            yield from [value[1:]] if name == _LINK else _REFERENCE.findall(value)


def _names() -> Iterator[str]:
    """Names of one letter, then of a letter and a number."""
    for number in count():
        letter = "abcdefghijklmnopqrstuvwxyz"[number % 26]
        yield letter + (str(number // 26) if number > 25 else "")


@lru_cache(maxsize=2048)
def path(given: str, fine: float = 100) -> str:
    """The steps of a path in as few letters as they need.

    Parameters
    ----------
    given : str
        Steps ``M``, ``L``, ``Q``, ``C`` and ``z``, from fixed places; others are left as they
        are.
    fine : float
        Places are kept to one part in so many of a unit, and written in units; below 1, in
        whole steps of its inverse.

    Returns
    -------
    str
        Steps from one place to the next, or from fixed places where that is shorter.
    """
    found = _STEP.findall(given)
    if any(one.isalpha() and one not in _KNOWN_STEPS for one in found):
        return " ".join(given.split())
    number = _hundredths if fine == 100 else str
    made, here, start, before, place = [], (0, 0), (0, 0), "", 0
    while place < len(found):
        step = found[place]
        place += 1
        if step == "z":
            made.append("z")
            here, before = start, "z"
            continue
        many = {"M": 2, "L": 2, "Q": 4, "C": 6}[step]
        ends = [round(float(one) * fine) for one in found[place : place + many]]
        place += many
        made.append(_shorter(step, ends, here, before, number))
        here = (ends[-2], ends[-1])
        start = here if step == "M" else start
        before = made[-1][0] if made[-1][0].isalpha() else before
    return "".join(made)


def _shorter(
    step: str, ends: list[int], here: tuple[int, int], before: str, number: Callable[[int], str]
) -> str:
    """One step from a fixed place or from the place before, whichever is written shorter."""
    moved = [value - here[place % 2] for place, value in enumerate(ends)]
    ways = [(step, ends)]
    if before:
        ways.append((step.lower(), moved))
    if before and step == "L" and 0 in moved:
        kept = 0 if moved[1] == 0 else 1
        ways += [("hv"[kept], [moved[kept]]), ("HV"[kept], [ends[kept]])]
    written = (
        ("" if way == before and step != "M" else way, [number(one) for one in values])
        for way, values in ways
    )
    return min((_joined(letter, values) for letter, values in written), key=len)


def _joined(letter: str, values: list[str]) -> str:
    """Numbers after their letter, a blank only where two would run together."""
    made = letter
    for value in values:
        apart = value[0] != "-" and not made[-1:].isalpha()
        made += f" {value}" if apart else value
    return made


def _hundredths(value: int) -> str:
    whole, part = divmod(abs(value), 100)
    text = f"{whole}.{part:02d}".rstrip("0").rstrip(".") if part else str(whole)
    text = text[1:] if text.startswith("0.") else text
    return f"-{text}" if value < 0 else text


def _rounded(value: str) -> str:
    """A text with its numbers to a hundredth."""
    return _NUMBER.sub(lambda found: _hundredths(round(float(found[0]) * 100)), value)


@lru_cache(maxsize=512)
def _compact(style: str) -> str:
    parts = (part.partition(":") for part in style.split(";") if part.strip())
    return ";".join(f"{name.strip()}:{_rounded(value.strip())}" for name, _, value in parts)


def _plain_name(name: str) -> str:
    return name.rpartition("}")[2]


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace("'", "&apos;")
