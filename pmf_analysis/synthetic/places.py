"""The places of Medwold that have figures of their own.

Names and parents are those of ``data/synthetic/reference/units.csv``. A district
answers to the social work service that runs it; the four areas are those four
services, which are also known as North, East, South and West.
"""

from __future__ import annotations

COUNTY = "medwold"

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
    "north-social-work": {
        "ashmere": "Ashmere",
        "beltham": "Beltham",
        "coldry": "Coldry",
    },
    "east-social-work": {
        "dunwick": "Dunwick",
        "easthythe": "Easthythe",
        "farrow": "Farrow",
    },
    "south-social-work": {
        "glenmouth": "Glenmouth",
        "harstow": "Harstow",
        "ivelham": "Ivelham",
    },
    "west-social-work": {
        "kelbourne": "Kelbourne",
        "lathe": "Lathe",
        "marwick": "Marwick",
    },
}

SHARE_OF_FAMILIES = {
    "ashmere": 0.075, "beltham": 0.085, "coldry": 0.075,
    "dunwick": 0.110, "easthythe": 0.085, "farrow": 0.080,
    "glenmouth": 0.090, "harstow": 0.085, "ivelham": 0.080,
    "kelbourne": 0.080, "lathe": 0.075, "marwick": 0.080,
}  # fmt: skip
"""How the families of the county spread over the districts; adds up to 1."""


def parents() -> dict[str, str]:
    """The parent of every district and service, districts first."""
    held = {district: service for service, below in DISTRICTS.items() for district in below}
    return held | dict.fromkeys(SERVICES, COUNTY)


def names() -> dict[str, str]:
    """The name of every unit, the county first and districts behind their service."""
    held = {COUNTY: "Medwold"}
    for service, name in SERVICES.items():
        held |= {service: name} | DISTRICTS.get(service, {})
    return held
