"""S3's one column 跟进状态, which is customer state and stage at once, read and written.

未跟进, 跟进中, 已成交 and 流失 are aliases of the stage set, whose phase tells the state.
跟进中 says only that somebody is at it, so it moves no file back that is further on.
"""

from __future__ import annotations

_STATE_OF_PHASE = {"won": "won", "service": "won", "lost": "lost"}
_OPEN = ("prospect", "interested")
_UNTOUCHED = (None, "", "not_contacted")


def read_progress(
    stage: str, phase: str, status: str | None = None, current_stage: str | None = None
) -> dict[str, str]:
    """Return what a cell 跟进状态 sets: {status, stage}, only what it really says.

    ``stage`` and ``phase`` are the word that the cell's text means, ``status`` and ``current_stage`` what the
    record has now (None for a new one). An open stage never lowers 意向客户 to 潜在客户.
    """
    state = _STATE_OF_PHASE.get(phase)
    moves: dict[str, str] = {}
    if state is None:
        if status not in _OPEN:
            moves["status"] = "prospect"
    else:
        moves["status"] = state
    vague = stage == "first_contact" and status in _OPEN and current_stage not in _UNTOUCHED
    if not vague:
        moves["stage"] = stage
    return moves


def write_progress(status: str | None, stage: str | None, phase: str | None) -> str:
    """Return S3's word for a customer: 未跟进, 跟进中, 已成交 or 流失; '' when nothing is known."""
    if status in ("won", "lost"):
        return "已成交" if status == "won" else "流失"
    if not status and not stage:
        return ""
    state = _STATE_OF_PHASE.get(phase or "")
    if state and not status:
        return "已成交" if state == "won" else "流失"
    return "未跟进" if stage in _UNTOUCHED else "跟进中"
