"""In which order the moments of a row happen; what contradicts it is a slip of the pen or of a rule."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

Pairs = tuple[tuple[str, str], ...]


def _after(first: str, *later: str) -> Pairs:
    return tuple((first, key) for key in later)


ORDERS: Final[Mapping[str, Pairs]] = {
    "complaints": (
        *_after(
            "received_at",
            *(
                "contacted_at",
                "responded_at",
                "emergency_at",
                "investigated_at",
                "proposed_at",
                "executed_at",
            ),
            *("updated_at", "resolved_at", "notified_at", "called_back_at", "extended_to", "wished_by"),
        ),
        ("investigated_at", "proposed_at"),
        ("proposed_at", "resolved_at"),
        ("responded_at", "resolved_at"),
        ("contacted_at", "resolved_at"),
        ("executed_at", "notified_at"),
        ("resolved_at", "called_back_at"),
    ),
    "service_issues": (
        *_after(
            "received_at",
            *("responded_at", "dispatched_at", "engineer_contacted_at", "proposed_at", "visited_at"),
            *("updated_at", "resolved_at", "called_back_at", "extended_to", "wished_by"),
        ),
        ("responded_at", "resolved_at"),
        ("dispatched_at", "engineer_contacted_at"),
    ),
    "recovery_cases": (
        *_after(
            "received_at",
            *(
                "responded_at",
                "second_talk_at",
                "proposed_at",
                "executed_at",
                "completed_at",
                "reassessed_at",
            ),
        ),
        ("occurred_at", "received_at"),
        ("responded_at", "second_talk_at"),
        ("proposed_at", "completed_at"),
        ("executed_at", "completed_at"),
        ("completed_at", "reassessed_at"),
    ),
    "presales": (
        *_after("received_at", "responded_at", "drafted_at", "proposed_at", "followed_up_at"),
        ("responded_at", "proposed_at"),
        ("drafted_at", "proposed_at"),
    ),
    "orders": (
        *_after("confirmed_at", "synced_at", "completed_at"),
        ("anomaly_found_at", "anomaly_responded_at"),
        ("anomaly_responded_at", "anomaly_proposed_at"),
        ("question_raised_at", "question_answered_at"),
        ("completed_at", "called_back_at"),
    ),
    "customers": (("filed_on", "updated_on"), ("signed_on", "contract_ends_on")),
    "followup_records": (("touched_at", "next_action_by"), ("touched_at", "next_action_done_on")),
    "complaint_steps": (("handled_at", "next_action_by"),),
}
"""Table -> pairs of columns of which the second never comes first."""
