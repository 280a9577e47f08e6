"""The units of Medwold in time: county, areas, services, districts and teams.

One line of answering: a team answers to its district or service, a district to the social
work service that runs it, that service to its area, everything to the county. Thematic
services cross districts; what binds them to places is the home district of a child.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

COUNTY = "medwold"
BEGINNING = "2002-04-01"
"""First day of every unit that nothing happened to: no record of care begins before it."""

AREAS = {"north": "North", "east": "East", "south": "South", "west": "West"}

SERVICES = {
    "front-door": "Front Door",
    "north-social-work": "North Social Work",
    "east-social-work": "East Social Work",
    "south-social-work": "South Social Work",
    "west-social-work": "West Social Work",
    "children-in-care": "Children in Care",
    "unaccompanied-children": "Unaccompanied Children",
    "disabled-children": "Disabled Children",
    "care-leavers": "Care Leavers",
    "fostering": "Fostering",
    "adoption": "Adoption",
    "quality-assurance": "Quality Assurance and Reviewing",
}

DISTRICTS = {
    "ashmere": ("Ashmere", "north", 0.075), "beltham": ("Beltham", "north", 0.085),
    "coldry": ("Coldry", "north", 0.075), "dunwick": ("Dunwick", "east", 0.110),
    "easthythe": ("Easthythe", "east", 0.085), "farrow": ("Farrow", "east", 0.080),
    "glenmouth": ("Glenmouth", "south", 0.090), "harstow": ("Harstow", "south", 0.085),
    "ivelham": ("Ivelham", "south", 0.080), "kelbourne": ("Kelbourne", "west", 0.080),
    "lathe": ("Lathe", "west", 0.075), "marwick": ("Marwick", "west", 0.080),
}  # fmt: skip
"""Code to name, area at the beginning, and share of the county's families (they add up to 1)."""

CASE_HOLDING = (
    "north-social-work", "east-social-work", "south-social-work", "west-social-work",
    "children-in-care", "unaccompanied-children", "disabled-children", "care-leavers",
)  # fmt: skip

COLDRY_MOVES = "2025-04-01"
"""First day of Coldry in the West."""
HARSTOW_MERGES = "2025-10-01"
"""First day of Harstow Protection 4, into which Harstow Protection 2 and 3 merged."""


@dataclass(frozen=True)
class UnitRow:
    """One unit.

    Attributes
    ----------
    code, name, kind, parent : str
        ``parent`` is the one at the end; see `parent_on`.
    case_holding : bool or None
        Of teams; None for other kinds.
    valid_from, valid_to : str
        ISO dates; ``valid_to`` is empty while it exists.
    successors : tuple of str
    """

    code: str
    name: str
    kind: str
    parent: str
    case_holding: bool | None = None
    valid_from: str = BEGINNING
    valid_to: str = ""
    successors: tuple[str, ...] = ()


@cache
def all_units(moved: bool = True) -> tuple[UnitRow, ...]:
    """Every unit, wholes before their parts.

    Parameters
    ----------
    moved : bool
        Whether Coldry has moved and Harstow's teams have merged (story ``structure``).
    """
    units = [UnitRow(COUNTY, "Medwold", "county", "")]
    units += [UnitRow(code, name, "area", COUNTY) for code, name in AREAS.items()]
    for code, name in SERVICES.items():
        area = code.removesuffix("-social-work")
        units.append(UnitRow(code, name, "service", area if area in AREAS else COUNTY))
    for code, (name, area, _) in DISTRICTS.items():
        now = "west" if code == "coldry" and moved else area
        units.append(UnitRow(code, name, "district", f"{now}-social-work"))
    return (*units, *_teams(moved))


def _teams(moved: bool) -> list[UnitRow]:
    found = [_team("front-door", "Front Door", "front-door", n, False) for n in range(1, 5)]
    for code, (name, _, _) in DISTRICTS.items():
        found += [_team(f"{code}-assessment", f"{name} Assessment", code, n) for n in (1, 2)]
        if code == "harstow":
            found += _harstow(moved)
        else:
            found += [_team(f"{code}-protection", f"{name} Protection", code, n) for n in (1, 2)]
    for area, name in AREAS.items():
        found += [
            _team(f"children-in-care-{area}", f"Children in Care {name}", "children-in-care", n)
            for n in (1, 2, 3)
        ]
    for service, count in (("unaccompanied-children", 3), ("disabled-children", 6)):
        found += [_team(service, SERVICES[service], service, n) for n in range(1, count + 1)]
    for area, name in AREAS.items():
        found += [
            _team(f"care-leavers-{area}", f"Care Leavers {name}", "care-leavers", n) for n in (1, 2)
        ]
    for service, count in (("fostering", 6), ("adoption", 3), ("quality-assurance", 7)):
        name = SERVICES[service]
        found += [_team(service, name, service, n, False) for n in range(1, count + 1)]
    return found


def _team(stem: str, name: str, parent: str, number: int, holds: bool = True) -> UnitRow:
    return UnitRow(f"{stem}-{number}", f"{name} {number}", "team", parent, holds)


def _harstow(moved: bool) -> list[UnitRow]:
    first, second, third = (
        _team("harstow-protection", "Harstow Protection", "harstow", n) for n in (1, 2, 3)
    )
    if not moved:
        return [first, second]
    into = UnitRow(
        "harstow-protection-4", "Harstow Protection 4", "team", "harstow", True, HARSTOW_MERGES
    )
    ended = [
        UnitRow(
            one.code, one.name, one.kind, one.parent, True, BEGINNING, "2025-09-30", (into.code,)
        )
        for one in (second, third)
    ]
    return [first, *ended, into]


def teams_of(unit: str, part: str = "", moved: bool = True) -> tuple[UnitRow, ...]:
    """Teams below a district or service, whenever they existed.

    Parameters
    ----------
    unit : str
        Code of a district, or of a service whose teams answer to it directly.
    part : str
        Only teams with this in their code, such as ``assessment`` or ``north``.
    moved : bool
        As for `all_units`.
    """
    return tuple(
        one
        for one in all_units(moved)
        if one.kind == "team" and one.parent == unit and part in one.code.removeprefix(unit)
    )


def area_of(district: str) -> str:
    """The area of a district at the beginning."""
    return DISTRICTS[district][1]
