"""The eleven lists of the Annex A workbook, from Medwold's tables.

References
----------
Ofsted, Inspecting local authority children's services: child-level data requested before an
inspection (Annex A).
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from pmf_analysis.synthetic.returns import made_up
from pmf_analysis.synthetic.returns.annex_a_children import (
    SOURCES,
    Window,
    counted,
    described,
    holders,
    last_holders,
    latest,
    team_names,
    yes_or_no,
)
from pmf_analysis.synthetic.returns.cin_modules import CATEGORIES
from pmf_analysis.synthetic.returns.episodes import care_episodes
from pmf_analysis.synthetic.returns.known import Tables
from pmf_analysis.synthetic.returns.needs import NO_ACTION, episodes_of_need
from pmf_analysis.synthetic.setting import Setting

EARLY_HELP = (
    "Child Unique ID", "Gender", "Ethnicity", "Date of Birth", "Age", "Assessment start date",
    "Assessment completion date", "Organisation completing assessment",
)  # fmt: skip


def annex_a_lists(setting: Setting, known: Tables, window: Window) -> dict[str, pd.DataFrame]:
    """The lists by the name of their sheet; dates are datetime64, numbers are numbers."""
    held = last_holders(known, window)
    return {
        "List 1": _contacts(known, window),
        "List 2": pd.DataFrame({name: [] for name in EARLY_HELP}),
        "List 3": _referrals(known, held, window),
        "List 4": _assessments(known, held, window),
        "List 5": _section_47(known, held, window),
        "List 6": _children_in_need(known, held, window),
        "List 7": _child_protection(known, held, window),
        "List 8": _looked_after(known, held, window),
        "List 9": _care_leavers(known, held, window),
        "List 10": _adoption(known, window),
        "List 11": _adopters(setting, known, window),
    }


def _joined(*parts: pd.DataFrame) -> pd.DataFrame:
    return pd.concat([part.reset_index(drop=True) for part in parts], axis=1)


def _sorted(rows: pd.DataFrame, *columns: str) -> pd.DataFrame:
    return rows.sort_values(list(columns), kind="stable", ignore_index=True)


def _contacts(known: Tables, window: Window) -> pd.DataFrame:
    """Contacts that became referrals: the case system keeps no others."""
    rows = known["referral"]
    rows = _sorted(rows[window.holds(rows["event_date"])], "event_date", "referral_id")
    return _joined(
        described(known, rows["child_id"], window, disability=False),
        pd.DataFrame({
            "Date of Contact": rows["event_date"],
            "Contact Source": rows["source"].map(SOURCES).fillna(rows["source"]),
        }),
    )  # fmt: skip


def _referrals(known: Tables, held: pd.DataFrame, window: Window) -> pd.DataFrame:
    every = known["referral"]
    rows = _sorted(every[window.holds(every["event_date"])], "event_date", "referral_id")
    within = every[window.year(every["event_date"])]
    return _joined(
        described(known, rows["child_id"], window, disability=False),
        pd.DataFrame({
            "Date of Referral": rows["event_date"],
            "Referral Source": rows["source"].map(SOURCES).fillna(rows["source"]),
            "Referral NFA?": yes_or_no(rows["decision"] == NO_ACTION),
            "Number of Referrals in Last 12 Months": counted(within, rows["child_id"]),
            "Allocated Team": team_names(rows["team_then"]),
        }),
        holders(held, rows["child_id"])[["Allocated Worker"]],
    )  # fmt: skip


def _assessments(known: Tables, held: pd.DataFrame, window: Window) -> pd.DataFrame:
    rows = known["assessment"]
    rows = rows[window.meets(rows["started_on"], rows["event_date"])]
    rows = _sorted(rows, "started_on", "assessment_id")
    done = window.until(rows["event_date"])
    needed = yes_or_no(rows["outcome"].isin(["child_in_need", "section_47"]))
    return _joined(
        described(known, rows["child_id"], window),
        pd.DataFrame({
            "Continuous Assessment Start Date": rows["started_on"],
            "Continuous Assessment Date of Authorisation": done,
            "Was the child assessed as requiring LA children's social care support?":
                needed.where(done.notna()),
            "Allocated Team": team_names(rows["team_then"]),
        }),
        holders(held, rows["child_id"])[["Allocated Worker"]],
    )  # fmt: skip


def _section_47(known: Tables, held: pd.DataFrame, window: Window) -> pd.DataFrame:
    led_to = known["conference"].drop_duplicates("enquiry_id")
    every = known["enquiry"].merge(
        led_to[["enquiry_id", "strategy_on", "event_date", "outcome"]].rename(
            columns={"event_date": "held_on", "outcome": "led_to"}
        ),
        on="enquiry_id", how="left",
    )  # fmt: skip
    every = every.assign(begun=every["strategy_on"].fillna(every["event_date"]))
    rows = _sorted(every[window.holds(every["begun"])], "begun", "enquiry_id")
    met = window.until(rows["held_on"])
    initial = known["conference"]
    initial = initial[(initial["kind"] == "initial") & window.year(initial["event_date"])]
    return _joined(
        described(known, rows["child_id"], window),
        pd.DataFrame({
            "Strategy discussion initiating Section 47 Enquiry Start Date": rows["begun"],
            "Was an Initial Child Protection Conference deemed unnecessary?":
                yes_or_no(rows["outcome"] == "no_conference"),
            "Date of Initial Child Protection Conference": met,
            "Did the Initial Child Protection Conference Result in a Child Protection Plan":
                yes_or_no(rows["led_to"] == "plan").where(met.notna()),
            "Number of Section 47 Enquiries in the last 12 months":
                counted(every[window.year(every["begun"])], rows["child_id"]),
            "Number of ICPCs in the last 12 months": counted(initial, rows["child_id"]),
            "Allocated Team": team_names(rows["team_then"]),
        }),
        holders(held, rows["child_id"])[["Allocated Worker"]],
    )  # fmt: skip


def _children_in_need(known: Tables, held: pd.DataFrame, window: Window) -> pd.DataFrame:
    needs = episodes_of_need(known, window.end)
    rows = needs[window.meets(needs["begun"], needs["closed"]) & ~needs["nfa"]]
    rows = _sorted(rows, "child_id", "begun")
    ids = rows["child_id"]
    seen = known["visit"].sort_values(["child_id", "event_date"])
    status = _statuses(known, rows, window)
    return _joined(
        described(known, ids, window),
        pd.DataFrame({
            "CIN Start Date": rows["begun"],
            "Date Child Was Last Seen": latest(seen, ids, "event_date", window)["event_date"],
            "CIN Closure Date": rows["closed"],
            "Reason for Closure": rows["reason"].replace("", None),
            "Case Status": status,
        }),
        holders(held, ids),
    )  # fmt: skip


def _statuses(known: Tables, rows: pd.DataFrame, window: Window) -> pd.Series:
    """Looked after, on a protection plan, in need, or closed, on the last day."""
    here = {
        name: set(
            known[name].loc[
                (known[name]["event_date"] <= window.end)
                & ~(known[name]["ended_on"] <= window.end),
                "child_id",
            ]
        )
        for name in ("care_episode", "plan")
    }
    ids = rows["child_id"]
    status = np.select(
        [rows["closed"].notna(), ids.isin(here["care_episode"]), ids.isin(here["plan"])],
        ["d) Closed episode", "b) Looked after child", "a) Child protection plan"],
        default="c) Child in need",
    )
    return pd.Series(status, index=rows.index)


def _child_protection(known: Tables, held: pd.DataFrame, window: Window) -> pd.DataFrame:
    rows = known["plan"]
    rows = rows[window.meets(rows["event_date"], rows["ended_on"])]
    rows = _sorted(rows, "child_id", "event_date", "plan_id")
    ids = rows["child_id"]
    category = rows["category"].map(CATEGORIES).fillna(rows["category"])
    visits = known["visit"]
    visit = latest(visits[visits["kind"] == "protection"], ids, "event_date", window)
    reviews = known["review"]
    review = latest(reviews[reviews["kind"] == "protection"], ids, "event_date", window)
    return _joined(
        described(known, ids, window),
        pd.DataFrame({
            "Child Protection Plan Start Date": rows["event_date"],
            "Initial Category of Abuse": category,
            "Latest Category of Abuse": category,
            "Date of the Last Statutory Visit": visit["event_date"],
            "Was the Child Seen Alone?": yes_or_no(visit["seen_alone"]),
            "Date of latest review conference": review["event_date"],
            "Child Protection Plan End Date": window.until(rows["ended_on"]),
            "Number of Previous Child Protection Plans": rows["previous_plans"],
        }),
        holders(held, ids),
    )  # fmt: skip


def _looked_after(known: Tables, held: pd.DataFrame, window: Window) -> pd.DataFrame:
    episodes = care_episodes(known, window.end)
    last = episodes.drop_duplicates("period", keep="last")
    last = _sorted(
        last[window.meets(last["period_began"], last["DEC"])], "child_id", "period_began"
    )
    ids = last["child_id"]
    recent = episodes[window.year(episodes["DECOM"])]
    starts = recent[recent["RNE"] == "S"].assign(child_id=lambda rows: rows["child_id"])
    lived = episodes[~(episodes["DEC"] < window.end - np.timedelta64(365, "D"))]
    lived = lived.drop_duplicates(["child_id", "placement_id"])
    since = episodes.groupby(["period", "LS"])["DECOM"].min()
    status = pd.MultiIndex.from_frame(last[["period", "LS"]])
    child = known["child"].set_index("child_id").reindex(ids).reset_index(drop=True)
    return _joined(
        described(known, ids, window),
        pd.DataFrame({
            "Unaccompanied Asylum Seeking Child (UASC) within the Last 12 Months (Y/N)":
                yes_or_no(child["uasc"]),
            "Date Started to be Looked After": last["period_began"],
            "Child's Category of Need": last["CIN"],
            "Is this a second or subsequent period of being a Looked After Child within the "
            "last 12 months (Y/N)": yes_or_no(counted(starts, ids) > 1),
            "Start date of current legal status": since.reindex(status).to_numpy(),
            "Child's Legal Status": last["LS"],
            **_last_seen(known, ids, window),
            "Number of Placements in the Last 12 months": counted(lived, ids),
            "Date Ceased to be Looked After": last["DEC"],
            "Reason Ceased to be Looked After": last["REC"].replace("", None),
            "Start Date of Most Recent Placement":
                ids.map(episodes.groupby("placement_id")["DECOM"].min()
                        .reindex(last["placement_id"]).set_axis(ids)
                        .groupby(level=0).last()),
            "Placement Type": last["PLACE"],
            "Placement Provider": last["PLACE_PROVIDER"],
            "Placement Location": last["inside_county"].map({"yes": "IN", "no": "OUT"}),
        }),
        holders(held, ids),
    )  # fmt: skip


def _last_seen(known: Tables, ids: pd.Series, window: Window) -> dict[str, pd.Series]:
    """Latest review, visit, health assessment and dental check of children in care."""
    wanted = {
        "Date of Latest Statutory Review": ("review", ("care",)),
        "Date of Last Social Work Visit": ("visit", ("care",)),
        "Date of Last Health Assessment": ("health", ("initial", "review")),
        "Date of Last Dental Check": ("health", ("dental",)),
    }
    found = {}
    for column, (name, kinds) in wanted.items():
        rows = known[name]
        rows = rows[rows["kind"].isin(kinds)]
        found[column] = latest(rows, ids, "event_date", window)["event_date"]
    return found


def _care_leavers(known: Tables, held: pd.DataFrame, window: Window) -> pd.DataFrame:
    """Those with a contact in the months, by the last one; former relevant from 18 on."""
    rows = known["leaver_contact"]
    rows = rows[window.holds(rows["event_date"])].sort_values(["child_id", "event_date"])
    rows = rows.drop_duplicates("child_id", keep="last").reset_index(drop=True)
    first = described(known, rows["child_id"], window)
    return _joined(
        first,
        holders(held, rows["child_id"]),
        pd.DataFrame({
            "Eligibility Category":
                np.where(first["Age"] < 18, "a) Relevant child", "b) Former relevant child"),
            "LA in Touch": yes_or_no(rows["in_touch"]),
            "Type of Accommodation": rows["accommodation"],
            "Suitability of Accommodation": yes_or_no(rows["suitable"]),
            "Activity Status": rows["activity"],
        }),
    )  # fmt: skip


def _adoption(known: Tables, window: Window) -> pd.DataFrame:
    rows = known["adoption"]
    rows = rows[window.meets(rows["decided_on"], rows["ordered_on"])]
    rows = _sorted(rows, "child_id", "adoption_id")
    return _joined(
        described(known, rows["child_id"], window),
        pd.DataFrame({
            "Date the Child Entered Care": rows["entered_care_on"],
            "Date of Decision that Child Should be Placed for Adoption": rows["decided_on"],
            "Date of Matching Child and Prospective Adopters": window.until(rows["matched_on"]),
            "Date Placed for Adoption": window.until(rows["event_date"]),
            "Date of Adoption Order": window.until(rows["ordered_on"]),
        }),
    )  # fmt: skip


def _adopters(setting: Setting, known: Tables, window: Window) -> pd.DataFrame:
    """One adopter of each child of list 10 who was matched; their own dates are made up."""
    rows = known["adoption"]
    rows = rows[window.meets(rows["decided_on"], rows["ordered_on"])]
    rows = _sorted(rows[rows["matched_on"] <= window.end], "child_id", "adoption_id")
    ids = rows["adoption_id"]
    wait = (made_up.uniform(setting, "adopters waited", ids) * 300).astype(int) + 30
    approved = rows["matched_on"] - pd.to_timedelta(pd.Series(wait, index=rows.index), unit="D")
    number = ids.str.replace(r"\D", "", regex=True)
    days = pd.Timedelta(days=1)
    return pd.DataFrame({
        "Individual adopter identifier": "AD" + number,
        "Family identifier": "AF" + number,
        "Gender": made_up.chosen(setting, "adopter sex", ids, ["a) Female", "b) Male"], [3, 2]),
        "Date enquiry received": approved - 210 * days,
        "Date Stage 1 started": approved - 180 * days,
        "Date Stage 1 ended": approved - 122 * days,
        "Date Stage 2 started": approved - 121 * days,
        "Date Stage 2 ended": approved,
        "Date application approved": approved,
        "Date adopter matched with child(ren)": rows["matched_on"],
        "Date child/children placed with adopter(s)": window.until(rows["event_date"]),
        "No. of children placed": 1,
        "Date of Adoption Order": window.until(rows["ordered_on"]),
    })  # fmt: skip
