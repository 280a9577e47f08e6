"""The tables of records that Medwold keeps: columns, types, keys, and what is known only later.

The same tables, as they are delivered, are described for readers of files by the layout
``medwold_records``; a test holds the two against each other.
"""

from __future__ import annotations

from dataclasses import dataclass, field

RECORDED = ("entered_at", "changed_at", "withdrawn")
"""Last columns of every table as recorded: date of first entry, date of this version, and
whether this version takes the record back (``yes`` or ``no``)."""


@dataclass(frozen=True)
class RecordTable:
    """One table of records.

    Attributes
    ----------
    name : str
    columns : mapping of str to str
        Column to type: ``code``, ``text``, ``date``, ``whole``, ``number``, ``yes_no``. The
        first is the key: one record, however many versions. `RECORDED` follow.
    known : str
        The date column from which a record exists and can be entered.
    closes : mapping of str to tuple of str
        Date column, known only when it has come, to the columns that become known with it: a
        first version stands without them.
    """

    name: str
    columns: dict[str, str]
    known: str
    closes: dict[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """The column that tells records apart."""
        return next(iter(self.columns))


_TABLES = (
    # reference: who and what there is
    RecordTable("unit", {
        "unit_code": "code", "name": "text", "kind": "code", "parent": "code",
        "case_holding": "yes_no", "valid_from": "date", "valid_to": "date", "successors": "text",
    }, "valid_from", {"valid_to": ("successors",)}),
    RecordTable("post", {
        "post_id": "code", "team": "code", "role": "code", "fte": "number",
        "valid_from": "date", "valid_to": "date",
    }, "valid_from", {"valid_to": ()}),
    RecordTable("person", {
        "person_id": "code", "post_id": "code", "employment": "code",
        "started_on": "date", "ended_on": "date",
    }, "started_on", {"ended_on": ()}),
    RecordTable("child", {
        "child_id": "code", "family_id": "code", "date_of_birth": "date", "sex": "code",
        "ethnicity": "code", "disability": "yes_no", "uasc": "yes_no", "home_district": "code",
        "first_known_on": "date",
    }, "first_known_on"),
    RecordTable("allocation", {
        "allocation_id": "code", "child_id": "code", "person_id": "code", "kind": "code",
        "team": "code", "started_on": "date", "ended_on": "date",
    }, "started_on", {"ended_on": ()}),
    # the way of a referral
    RecordTable("referral", {
        "referral_id": "code", "child_id": "code", "event_date": "date", "source": "code",
        "decision": "code", "decided_on": "date", "home_district": "code", "team_then": "code",
    }, "event_date"),
    RecordTable("assessment", {
        "assessment_id": "code", "child_id": "code", "referral_id": "code", "started_on": "date",
        "event_date": "date", "outcome": "code", "team_then": "code",
    }, "started_on", {"event_date": ("outcome",)}),
    RecordTable("enquiry", {
        "enquiry_id": "code", "child_id": "code", "assessment_id": "code", "event_date": "date",
        "outcome": "code", "team_then": "code",
    }, "event_date"),
    RecordTable("conference", {
        "conference_id": "code", "child_id": "code", "enquiry_id": "code", "kind": "code",
        "strategy_on": "date", "event_date": "date", "outcome": "code", "team_then": "code",
    }, "event_date"),
    RecordTable("plan", {
        "plan_id": "code", "child_id": "code", "conference_id": "code", "event_date": "date",
        "ended_on": "date", "category": "code", "previous_plans": "whole", "team_then": "code",
    }, "event_date", {"ended_on": ()}),
    # work with children
    RecordTable("visit", {
        "visit_id": "code", "child_id": "code", "kind": "code", "due_on": "date",
        "event_date": "date", "seen_alone": "code", "team_then": "code",
    }, "due_on"),
    RecordTable("care_episode", {
        "care_episode_id": "code", "child_id": "code", "event_date": "date", "ended_on": "date",
        "legal_status": "code", "need": "code", "reason_ended": "code", "team_then": "code",
    }, "event_date", {"ended_on": ("reason_ended",)}),
    RecordTable("placement", {
        "placement_id": "code", "child_id": "code", "care_episode_id": "code",
        "event_date": "date", "ended_on": "date", "placement_type": "code", "provider": "code",
        "inside_county": "yes_no", "distance_miles": "number", "reason_changed": "code",
        "team_then": "code",
    }, "event_date", {"ended_on": ("reason_changed",)}),
    RecordTable("review", {
        "review_id": "code", "child_id": "code", "kind": "code", "due_on": "date",
        "event_date": "date", "team_then": "code",
    }, "due_on"),
    RecordTable("health", {
        "health_id": "code", "child_id": "code", "kind": "code", "due_on": "date",
        "event_date": "date", "team_then": "code",
    }, "due_on"),
    RecordTable("leaver_contact", {
        "leaver_contact_id": "code", "child_id": "code", "event_date": "date",
        "in_touch": "yes_no", "activity": "code", "accommodation": "code",
        "suitable": "yes_no", "team_then": "code",
    }, "event_date"),
    RecordTable("adoption", {
        "adoption_id": "code", "child_id": "code", "entered_care_on": "date", "decided_on": "date",
        "matched_on": "date", "event_date": "date", "ordered_on": "date", "team_then": "code",
    }, "event_date", {"ordered_on": ()}),
    # how the work is judged, and what is done about it
    RecordTable("case_audit", {
        "case_audit_id": "code", "child_id": "code", "event_date": "date", "grade": "code",
        "team_then": "code",
    }, "event_date"),
    RecordTable("complaint", {
        "complaint_id": "code", "event_date": "date", "stage": "whole", "subject": "code",
        "due_on": "date", "answered_on": "date", "upheld": "code", "team_then": "code",
    }, "event_date", {"answered_on": ("upheld",)}),
    RecordTable("survey", {
        "survey_id": "code", "event_date": "date", "respondents": "code", "question": "code",
        "answer": "whole", "team_then": "code",
    }, "event_date"),
    RecordTable("action", {
        "action_id": "code", "indicator": "code", "unit_code": "code", "event_date": "date",
        "due_on": "date", "done_on": "date", "owner": "code", "words": "text",
    }, "event_date", {"done_on": ()}),
    RecordTable("commentary", {
        "commentary_id": "code", "indicator": "code", "unit_code": "code", "period": "code",
        "event_date": "date", "author": "code", "approved_by": "code", "why": "text",
        "what": "text", "who": "text", "by_when": "date",
    }, "event_date"),
    RecordTable("extract_log", {
        "extract_id": "code", "table_name": "code", "event_date": "date", "covers_from": "date",
        "covers_to": "date", "rows": "whole", "replaces": "code",
    }, "event_date"),
)  # fmt: skip

RECORD_TABLES = {table.name: table for table in _TABLES}
"""Every table by name, in the order in which they are written."""
