"""The census has the shape of the Department's document and obeys its rules on dates."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
import pytest

from pmf_analysis.synthetic.returns.collection import latest_year

DISABILITIES = {
    "NONE", "MOB", "HAND", "PC", "INC", "COMM", "LD", "HEAR", "VIS", "BEH", "CON", "AUT", "DDA",
}  # fmt: skip


@dataclass
class Need:
    """One CINdetails module, its dates as days (NaT where an element is not there)."""

    child: str
    nfa: bool
    referred: np.datetime64
    closed: np.datetime64
    why: str
    conference: np.datetime64
    assessments: list = field(default_factory=list)
    enquiries: list = field(default_factory=list)
    plans: list = field(default_factory=list)
    cin_plans: list = field(default_factory=list)


def day(element: ET.Element, name: str) -> np.datetime64:
    return np.datetime64(element.findtext(name) or "NaT", "D")


def read_need(child: str, details: ET.Element) -> Need:
    need = Need(
        child, details.findtext("ReferralNFA") == "true", day(details, "CINreferralDate"),
        day(details, "CINclosureDate"), details.findtext("ReasonForClosure") or "",
        day(details, "DateOfInitialCPC"),
    )  # fmt: skip
    for one in details.findall("Assessments"):
        factors = [each.text for each in one.iter("AssessmentFactors")]
        names = ("AssessmentActualStartDate", "AssessmentAuthorisationDate")
        need.assessments.append((*(day(one, name) for name in names), factors))
    for one in details.findall("Section47"):
        unneeded = one.findtext("ICPCnotRequired") == "true"
        names = ("S47ActualStartDate", "DateOfInitialCPC", "InitialCPCtarget")
        need.enquiries.append((*(day(one, name) for name in names), unneeded))
    for one in details.findall("ChildProtectionPlans"):
        reviews = [np.datetime64(each.text) for each in one.iter("CPPreviewDate")]
        need.plans.append((day(one, "CPPstartDate"), day(one, "CPPendDate"), reviews))
    for one in details.findall("CINPlanDates"):
        need.cin_plans.append((day(one, "CINPlanStartDate"), day(one, "CINPlanEndDate")))
    return need


@pytest.fixture(scope="module")
def document(sent) -> ET.Element:
    return ET.parse(sent["cin_census"]).getroot()


@pytest.fixture(scope="module")
def needs(document) -> list[Need]:
    return [
        read_need(child.findtext("ChildIdentifiers/LAchildID") or "", details)
        for child in document.iter("Child")
        for details in child.findall("CINdetails")
    ]


@pytest.fixture(scope="module")
def year(small):
    return latest_year(small.setting)


def test_the_document_has_the_shape_of_the_census(document, year):
    assert document.tag == "Message"
    assert [one.tag for one in document] == ["Header", "Children"]
    assert document.findtext("Header/CollectionDetails/ReferenceDate") == str(year.end)
    assert document.findtext("Header/Source/LEA") == "000"
    children = list(document.iter("Child"))
    assert len(children) > 500
    tags = {tuple(dict.fromkeys(one.tag for one in child)) for child in children}
    assert tags == {("ChildIdentifiers", "ChildCharacteristics", "CINdetails")}


def test_every_child_stands_once_without_a_pupil_number(document):
    ids = [child.findtext("ChildIdentifiers/LAchildID") for child in document.iter("Child")]
    assert len(set(ids)) == len(ids)  # 8510
    assert document.find(".//UPN") is None
    reasons = {one.text for one in document.iter("UPNunknown")}
    assert reasons >= {"UN1", "UN2", "UN5"} and reasons <= {"UN1", "UN2", "UN5", "UN7"}


def test_a_child_without_action_alone_says_so(document):
    for child in document.iter("Child"):  # 8772
        if child.findtext("ChildIdentifiers/UPNunknown") == "UN7":
            assert {one.text for one in child.iter("ReferralNFA")} == {"true"}


def test_disabilities_are_codes_of_the_census_each_once(document):
    for child in document.iter("Child"):  # 8540, 8790, 8794
        said = [one.text for one in child.iter("Disability")]
        assert said and set(said) <= DISABILITIES and len(set(said)) == len(said)
        assert said == ["NONE"] or "NONE" not in said


def wrong(needs: list[Need], rule) -> list[str]:
    return [need.child for need in needs if rule(need)]


OF_ONE_NEED = {
    "8620": lambda n, y: not np.isnat(n.closed) and not y.start <= n.closed <= y.end,
    "8630": lambda n, y: n.closed < n.referred,
    "8805, 8810": lambda n, y: np.isnat(n.closed) == bool(n.why),
    "8600": lambda n, y: not n.referred <= y.end,
    "8831, 8832, 4000": lambda n, y: (
        n.nfa and bool(n.assessments or n.enquiries or n.plans or n.cin_plans)
    ),
    "8569Q": lambda n, y: n.nfa and n.referred < y.start,
    "2990": lambda n, y: (
        n.why == "RC8" and bool(n.enquiries or n.plans or n.cin_plans or not np.isnat(n.conference))
    ),
    "8825Q": lambda n, y: n.why == "RC8" and not n.assessments,
    "1103": lambda n, y: any(begun < n.referred for begun, *_ in n.assessments),
    "8608": lambda n, y: any(done < begun for begun, done, _ in n.assessments),
    "8565": lambda n, y: any(done > n.closed for _, done, _ in n.assessments),
    "8696": lambda n, y: any(
        not np.isnat(done) and not y.start <= done <= y.end for _, done, _ in n.assessments
    ),
    "8867": lambda n, y: (
        not np.isnat(n.closed) and any(np.isnat(done) for _, done, _ in n.assessments)
    ),
    "8896": lambda n, y: sum(np.isnat(done) for _, done, _ in n.assessments) > 1,
    "8614": lambda n, y: any(np.isnat(done) and says for _, done, says in n.assessments),
    "8897Q": lambda n, y: any(not np.isnat(done) and not says for _, done, says in n.assessments),
    "8898": lambda n, y: any(len(set(says)) < len(says) for *_, says in n.assessments),
    "2889": lambda n, y: any(begun < n.referred for begun, *_ in n.enquiries),
    "8615": lambda n, y: any(met < begun for begun, met, *_ in n.enquiries),
    "8715": lambda n, y: any(
        not np.isnat(met) and not y.start <= met <= y.end for _, met, *_ in n.enquiries
    ),
    "8868": lambda n, y: (
        not np.isnat(n.closed)
        and any(np.isnat(met) and not unneeded for _, met, _, unneeded in n.enquiries)
    ),
    "8870Q": lambda n, y: any(
        not np.isnat(due) and not np.is_busday(due) for *_, due, _ in n.enquiries
    ),
    "8875": lambda n, y: any(
        not np.isnat(met) and not np.is_busday(met) for _, met, *_ in n.enquiries
    ),
    "1105": lambda n, y: any(begun < n.referred for begun, *_ in n.plans),
    "8840, 8925": lambda n, y: any(over <= begun for begun, over, _ in n.plans),
    "8841": lambda n, y: any(one <= begun for begun, _, held in n.plans for one in held),
    "8930": lambda n, y: any(
        not np.isnat(over) and not y.start <= over <= y.end for _, over, _ in n.plans
    ),
    "8935": lambda n, y: sum(np.isnat(over) for _, over, _ in n.plans) > 1,
    "2885": lambda n, y: any(
        begun >= y.start and begun not in {n.conference, *(met for _, met, *_ in n.enquiries)}
        for begun, *_ in n.plans
    ),
    "4004": lambda n, y: sum(np.isnat(over) for _, over in n.cin_plans) > 1,
    "4011, 4012Q": lambda n, y: any(over <= begun for begun, over in n.cin_plans),
    "4013": lambda n, y: any(
        not np.isnat(over) and not y.start <= over <= y.end for _, over in n.cin_plans
    ),
    "4015": lambda n, y: any(begun < n.referred for begun, _ in n.cin_plans),
    "4016, 4017": lambda n, y: any(
        begun < (y.end if np.isnat(over) else over)
        and protected < (y.end if np.isnat(until) else until)
        for begun, until in n.cin_plans
        for protected, over, _ in n.plans
    ),
}


@pytest.mark.parametrize("rule", OF_ONE_NEED)
def test_each_episode_of_need_obeys(needs, year, rule):
    assert not wrong(needs, lambda need: OF_ONE_NEED[rule](need, year))


def test_episodes_of_need_of_a_child_do_not_overlap(needs, year):
    last: dict[str, np.datetime64] = {}
    for need in sorted(needs, key=lambda one: (one.child, one.referred)):
        if need.nfa:
            continue
        if need.child in last:  # 8815, 8816, 8820
            assert need.referred > last[need.child], need.child
        last[need.child] = year.end if np.isnat(need.closed) else need.closed


def test_most_plans_are_reviewed_and_most_needs_assessed(needs):
    plans = [plan for need in needs for plan in need.plans]
    assert len(plans) > 60
    assert sum(bool(held) for *_, held in plans) > len(plans) / 3
    assert sum(bool(need.assessments) for need in needs) > len(needs) / 2
    assert pd.Series([need.why for need in needs]).isin(["RC8", "RC7", ""]).mean() > 0.9
