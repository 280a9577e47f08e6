"""The children in need census as the council sends it: one XML document.

References
----------
Department for Education, Children in need census 2025 to 2026: technical specification
(elements, their nesting and order).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from xml.etree.ElementTree import Element, SubElement, tostring

import numpy as np
import pandas as pd

from pmf_analysis.store import atomic_write
from pmf_analysis.synthetic.returns import made_up
from pmf_analysis.synthetic.returns.cin_modules import Modules, grouped, modules_of
from pmf_analysis.synthetic.returns.collection import CollectionYear
from pmf_analysis.synthetic.returns.known import Tables, as_known
from pmf_analysis.synthetic.returns.needs import episodes_of_need
from pmf_analysis.synthetic.setting import Setting

_DISABILITIES = (
    "MOB", "HAND", "PC", "INC", "COMM", "LD", "HEAR", "VIS", "BEH", "CON", "AUT", "DDA",
)  # fmt: skip
_DISABILITY_SHARES = (8, 3, 5, 4, 12, 22, 3, 3, 12, 2, 20, 6)
_NEEDS = ("N1", "N2", "N3", "N4", "N5", "N6", "N7", "N8")
_NEED_SHARES = (0.57, 0.09, 0.03, 0.08, 0.15, 0.04, 0.01, 0.03)

TABLES = (
    "child", "allocation", "referral", "assessment", "enquiry", "conference", "plan", "review",
    "care_episode",
)  # fmt: skip
"""Tables of records that the census is made from."""

Groups = Mapping[int | str, list[tuple[object, ...]]]


def write_cin_census(
    folder: Path, setting: Setting, versions: Tables, year: CollectionYear
) -> Path:
    """Write the census of a year.

    Returns
    -------
    Path
        ``cin_census_<date>.xml`` in ``folder``.
    """
    path = folder / f"cin_census_{year.made_on}.xml"
    atomic_write(path, tostring(_document(setting, versions, year), "unicode").encode())
    return path


def census_needs(known: Tables, year: CollectionYear) -> pd.DataFrame:
    """Episodes of need of a year; a referral on which nothing was done counts on its day."""
    needs = episodes_of_need(known, year.end)
    over = (needs["closed"] < year.start) | (needs["nfa"] & (needs["begun"] < year.start))
    return needs[~over]


def _document(setting: Setting, versions: Tables, year: CollectionYear) -> Element:
    known = as_known(versions, year.made_on, TABLES)
    needs = census_needs(known, year)
    modules = modules_of(setting, known, needs, year)
    message = Element("Message")
    message.append(_header(year))
    message[-1].tail = "\n"
    children = SubElement(message, "Children")
    for child in _children(setting, known, needs, modules, year):
        child.tail = "\n"  # a child a line
        children.append(child)
    return message


def _header(year: CollectionYear) -> Element:
    header = Element("Header")
    details = SubElement(header, "CollectionDetails")
    _say(details, "Collection", "CIN")
    _say(details, "Year", str(year.ends_in))
    _say(details, "ReferenceDate", str(year.end))
    source = SubElement(header, "Source")
    _say(source, "SourceLevel", "L")
    _say(source, "LEA", made_up.AUTHORITY)
    _say(source, "SoftwareCode", "Medwold")
    _say(source, "SerialNo", "001")
    _say(source, "DateTime", f"{year.made_on}T00:00:00")
    return header


def _children(
    setting: Setting, known: Tables, needs: pd.DataFrame, modules: Modules, year: CollectionYear
) -> Iterator[Element]:
    assessed = needs["need_id"].isin(modules.assessments["need_id"])
    # closed after assessment alone (RC8) is said of an assessment of this year only
    reason = needs["reason"].mask((needs["reason"] == "RC8") & ~assessed, "RC7")
    said = _with_primary_need(setting, known, needs.assign(reason=reason))
    by_child = grouped(said, "child_id")
    conferences = modules.conferences.dt.strftime("%Y-%m-%d").to_dict()
    held = _Held(
        grouped(modules.assessments, "need_id"), grouped(modules.cin_plans, "need_id"),
        grouped(modules.section_47, "need_id"),
        grouped(modules.protection_plans.drop(columns="child_id"), "need_id"),
        grouped(modules.reviews, "plan_id"), conferences,
    )  # fmt: skip
    for row in grouped(_described(setting, known, needs, year), "child_id").items():
        child_id, (described,) = row
        child = _child(str(child_id), described)
        for need in by_child[child_id]:
            _add_need(child, need, held)
        yield child


class _Held:
    """The modules by the episode of need that they belong to."""

    def __init__(
        self, assessments: Groups, cin_plans: Groups, section_47: Groups, plans: Groups,
        reviews: Groups, conferences: Mapping[int, str],
    ) -> None:  # fmt: skip
        self.assessments = assessments
        self.cin_plans = cin_plans
        self.section_47 = section_47
        self.plans = plans
        self.reviews = reviews
        self.conferences = conferences


def _with_primary_need(setting: Setting, known: Tables, needs: pd.DataFrame) -> pd.DataFrame:
    """Episodes of need with a primary need: the one of the child's care, else by share."""
    care = known["care_episode"].drop_duplicates("child_id").set_index("child_id")["need"]
    drawn = made_up.chosen(setting, "primary need", needs["child_id"], _NEEDS, _NEED_SHARES)
    need = needs["child_id"].map(care)
    need = need.where(need.notna() & (need != ""), drawn).mask(needs["nfa"], "")
    columns = ["need_id", "child_id", "begun", "source", "closed", "reason", "nfa"]
    return needs[columns].assign(need=need)


def _described(
    setting: Setting, known: Tables, needs: pd.DataFrame, year: CollectionYear
) -> pd.DataFrame:
    """Each child of the census: why no pupil number, birth, sex, ethnicity, disabilities."""
    every = needs.groupby("child_id", sort=True)["nfa"].all()
    ids = every.index.to_series().reset_index(drop=True)
    child = known["child"].set_index("child_id").reindex(ids).reset_index(drop=True)
    young = child["date_of_birth"] > pd.Timestamp(year.end) - pd.DateOffset(years=4)
    why = np.select(
        [every.to_numpy(), young, child["uasc"] == "yes"], ["UN7", "UN1", "UN2"], default="UN5"
    )
    first, second = (
        made_up.chosen(setting, f"disability {turn}", ids, _DISABILITIES, _DISABILITY_SHARES)
        for turn in (1, 2)
    )
    both = (made_up.uniform(setting, "second disability", ids) < 0.4) & (first != second)
    some = child["disability"] == "yes"
    return pd.DataFrame({
        "child_id": ids,
        "why": why,
        "born": child["date_of_birth"],
        "sex": child["sex"].fillna("U"),
        "ethnicity": child["ethnicity"].fillna("NOBT"),
        "disabilities": np.where(some, np.where(both, first + " " + second, first), "NONE"),
    })  # fmt: skip


def _child(child_id: str, described: tuple[object, ...]) -> Element:
    why, born, sex, ethnicity, disabilities = map(str, described)
    child = Element("Child")
    identifiers = SubElement(child, "ChildIdentifiers")
    _say(identifiers, "LAchildID", child_id)
    _say(identifiers, "UPNunknown", why)
    _say(identifiers, "PersonBirthDate", born)
    _say(identifiers, "Sex", sex)
    characteristics = SubElement(child, "ChildCharacteristics")
    _say(characteristics, "Ethnicity", ethnicity)
    held = SubElement(characteristics, "Disabilities")
    for one in disabilities.split():
        _say(held, "Disability", one)
    return child


def _add_need(child: Element, need: tuple[object, ...], held: _Held) -> None:
    need_id, begun, source, closed, reason, nfa, primary = need
    number = int(str(need_id))
    details = SubElement(child, "CINdetails")
    _say(details, "CINreferralDate", begun)
    _say(details, "ReferralSource", source)
    _say(details, "PrimaryNeedCode", primary)
    _say(details, "CINclosureDate", closed)
    _say(details, "ReasonForClosure", reason)
    _say(details, "DateOfInitialCPC", held.conferences.get(number, ""))
    for started, done, factors in held.assessments.get(number, ()):
        _add_assessment(details, started, done, str(factors))
    for started, over in held.cin_plans.get(number, ()):
        plan = SubElement(details, "CINPlanDates")
        _say(plan, "CINPlanStartDate", started)
        _say(plan, "CINPlanEndDate", over)
    for started, target, met, unneeded in held.section_47.get(number, ()):
        enquiry = SubElement(details, "Section47")
        _say(enquiry, "S47ActualStartDate", started)
        _say(enquiry, "InitialCPCtarget", target)
        _say(enquiry, "DateOfInitialCPC", met)
        _say(enquiry, "ICPCnotRequired", unneeded)
    _say(details, "ReferralNFA", nfa)
    for plan_id, *items in held.plans.get(number, ()):
        _add_protection_plan(details, items, held.reviews.get(str(plan_id), ()))


def _add_assessment(details: Element, started: object, done: object, factors: str) -> None:
    assessment = SubElement(details, "Assessments")
    _say(assessment, "AssessmentActualStartDate", started)
    _say(assessment, "AssessmentAuthorisationDate", done)
    if factors:
        identified = SubElement(assessment, "FactorsIdentifiedAtAssessment")
        for one in factors.split():
            _say(identified, "AssessmentFactors", one)


def _add_protection_plan(
    details: Element, items: list[object], reviews: Sequence[tuple[object, ...]]
) -> None:
    started, over, category, before = items
    plan = SubElement(details, "ChildProtectionPlans")
    _say(plan, "CPPstartDate", started)
    _say(plan, "CPPendDate", over)
    _say(plan, "InitialCategoryOfAbuse", category)
    _say(plan, "LatestCategoryOfAbuse", category)
    _say(plan, "NumberOfPreviousCPP", before)
    for (held_on,) in reviews:
        _say(SubElement(plan, "Reviews"), "CPPreviewDate", held_on)


def _say(parent: Element, name: str, value: object) -> None:
    """An element with a text; none where there is nothing to say."""
    if value != "":
        SubElement(parent, name).text = str(value)
